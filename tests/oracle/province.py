"""Provincial governments: the bounds they set on their localities' levers (specification, 8.2)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from oracle import ahead, what_if, worth
from oracle.choosing import odds

if TYPE_CHECKING:
    from oracle.government import Government
    from oracle.model import Levers

LEAST = ("audit", "registration")
SET = (*LEAST, "leniency", "supplement", "rate", "deemed")
"""The levers that are bounded: the first two from below, the others from above."""
FURTHER = (1.0, 3.0, 5.0)

Limits = dict[str, float]
"""A province's bound on each of the levers."""


def narrowed(law: dict[str, tuple[float, float]], limits: Limits) -> dict[str, tuple[float, float]]:
    """What a province leaves of the law; it never widens it."""
    result = dict(law)
    for name, limit in limits.items():
        low, high = law[name]
        at = min(max(limit, low), high)
        result[name] = (at, high) if name in LEAST else (low, at)
    return result


def within_limit(levers: Levers, name: str, limit: float) -> Levers:
    """A locality's levers under one bound."""
    cut = max if name in LEAST else min
    return replace(levers, **{name: cut(getattr(levers, name), limit)})


class Province:
    """A provincial government in a year, and the localities' governments of that year."""

    def __init__(self, governments: Government, p: int) -> None:
        self.governments, self.p = governments, p
        self.model = governments.model
        self.places = range(self.model.first[p], self.model.first[p + 1])
        self.law = governments.law[self.places[0]]
        self.limits = self.model.limits.get(p) or {name: self.end(name) for name in SET}

    def end(self, name: str) -> float:
        """The end of the law, which bounds nothing."""
        low, high = self.law[name]
        return low if name in LEAST else high

    def candidates(self, name: str) -> list[float]:
        """No bound; the outermost of what localities do; and three steps further in."""
        low, high = self.law[name]
        step = self.governments.value("step") * (high - low)
        now = [getattr(self.governments.today[c], name) for c in self.places]
        least = name in LEAST
        outermost = min(now) if least else max(now)
        inward = [outermost + (step if least else -step) * k for k in (0.0, *FURTHER)]
        return [self.end(name), *(min(max(x, low), high) for x in inward)]

    def payoff(self, name: str, limit: float) -> float:
        """What a bound is worth to the province, yuan per resident."""
        model, of = self.model, self.governments
        levers = {c: within_limit(of.today[c], name, limit) for c in self.places}
        new = {c: what_if.change(model, of.asked, of.start, c, x) for c, x in levers.items()}
        path = of.as_it_is
        if any(levers[c] != of.today[c] for c in self.places):
            path = ahead.look_ahead(model, what_if.counterfactual(of.start, new), of.parts)
        gains = worth.worth(model, ahead.seen_by_province(model, path, self.p))
        return worth.payoff(model, of.start, levers, new, gains)

    def chosen(self) -> Limits:
        """The bounds of the next year."""
        of = self.governments
        unit = sum(of.start.bill[c] for c in self.places) / sum(of.start.people[c] for c in self.places)
        inertia, new = of.value("inertia"), {}
        for name in SET:
            tried = self.candidates(name)
            seen = [self.payoff(name, limit) for limit in tried]
            chances = odds(tried, seen, of.value("temperature") * unit)
            best = sum(u * x for u, x in zip(chances, tried, strict=True))
            low, high = self.law[name]
            now = min(max(self.limits[name], low), high)
            new[name] = inertia * now + (1.0 - inertia) * best
        return new
