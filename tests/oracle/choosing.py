"""How a government chooses among what it sees (specification, 8.1, choice)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oracle.model import Oracle

BEST_RESPONSE, IMITATION, ATTRACTION, PLANNER = range(4)


def odds(values: list[float], seen: list[float], temperature: float) -> list[float]:
    """The odds of the candidates; of those cut to the same bound the first alone counts."""
    best = max(seen)
    weights = [
        0.0 if x in values[:k] else math.exp((worth - best) / temperature)
        for k, (x, worth) in enumerate(zip(values, seen, strict=True))
    ]
    return [weight / sum(weights) for weight in weights]


def neighbours(model: Oracle, c: int, number: int) -> list[int]:
    """The nearest places: those of the own province, then by distance of provinces; ties by code."""
    home = model.province_of[c]

    def far(d: int) -> tuple[float, int]:
        away = model.province_of[d]
        return (0.0 if away == home else model.distance[home][away]), model.codes[d]

    others = [d for d in range(len(model.province_of)) if d != c]
    return sorted(others, key=far)[:number]


def example(model: Oracle, c: int, number: int, success: list[float]) -> int:
    """The place whose levers a government takes over: the best of its neighbours, or itself."""
    best = max(neighbours(model, c, number), key=lambda d: success[d])
    return best if success[best] > success[c] else c


def attraction(
    gains: list[float],
    before: list[float],
    chosen: list[float],
    experience: float,
    decay: float,
    forgone: float,
) -> list[float]:
    """Attractions after a year's gains, from those before it and the odds with which each was done."""
    grown = decay * experience + 1.0
    return [
        (decay * experience * a + (forgone + (1.0 - forgone) * u) * g) / grown
        for g, a, u in zip(gains, before, chosen, strict=True)
    ]
