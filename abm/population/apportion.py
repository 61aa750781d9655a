"""Apportionment: whole agents for fractional counts, without a draw deciding how many.

People of the initial state are apportioned, never drawn: numbers follow the published totals exactly; draws
only decide who.
"""

from __future__ import annotations

import numpy as np


def largest_remainder(total: int, shares: np.ndarray) -> np.ndarray:
    """Whole numbers (k,) that sum to ``total`` in proportion to ``shares`` (k,); ties by order."""
    exact = total * shares / shares.sum()
    whole = np.floor(exact).astype(np.int64)
    order = np.argsort(-(exact - whole), kind="stable")
    whole[order[: total - int(whole.sum())]] += 1
    return whole


def fill(total: float, weight: np.ndarray, available: np.ndarray, cap: float) -> np.ndarray:
    """Persons per cell that sum to ``total``, proportional to weight × available, at most cap × available.

    ``weight`` and ``available`` have one shape, which the result has too. If even the caps do not hold
    ``total``, cells of weight zero take the rest in proportion to what is left of them.
    """
    limit = cap * available
    wanted = weight * available
    wanted = np.where(wanted > 1e-12 * wanted.max(), wanted / max(wanted.max(), 1e-300), 0.0)
    if total >= limit[wanted > 0].sum():
        counts = np.where(wanted > 0, limit, 0.0)
        left = limit - counts
        rest = min(total - counts.sum(), left.sum())
        return counts + (left * rest / left.sum() if rest > 0 else 0.0)
    low, high = 0.0, 1.0
    while np.minimum(high * wanted, limit).sum() < total:
        high *= 2.0
    for _ in range(100):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if np.minimum(middle * wanted, limit).sum() < total else (low, middle)
    return np.minimum(high * wanted, limit)


def spread(count: int, weights: np.ndarray) -> np.ndarray:
    """The cell of each of ``count`` agents, systematic over the cumulative ``weights``; sorted indices."""
    cumulative = np.cumsum(weights)
    marks = (np.arange(count) + 0.5) / max(count, 1) * cumulative[-1]
    return np.minimum(np.searchsorted(cumulative, marks, side="right"), len(weights) - 1)


def pick(count: int, weight: np.ndarray, order: np.ndarray) -> np.ndarray:
    """A mask with exactly ``count`` agents chosen (or all of positive weight, if fewer), shape of weight.

    Systematic sampling with probability proportional to ``weight`` over agents sorted by ``order``
    (uniform keyed draws); agents whose probability would exceed one are chosen for certain.
    """
    chosen = np.zeros(len(weight), bool)
    count = min(count, int((weight > 0).sum()))
    rest = weight.astype(np.float64)
    while count > 0:
        certain = (rest > 0) & (rest * count >= rest.sum() * (1.0 - 1e-12))
        if not certain.any():
            break
        chosen |= certain
        count -= int(certain.sum())
        rest[certain] = 0.0
    if count > 0:
        rows = np.flatnonzero(rest > 0)
        rows = rows[ranked(order[rows])]
        cumulative = np.cumsum(rest[rows])
        marks = (np.arange(count) + 0.5) / count * cumulative[-1]
        chosen[rows[np.searchsorted(cumulative, marks, side="right")]] = True
    return chosen


def ranked(draws: np.ndarray) -> np.ndarray:
    """Indices that sort ``draws``, equal ones in their order: as hardly any are equal, by the faster sort."""
    rows = np.argsort(draws)
    ordered = draws[rows]
    if (ordered[1:] == ordered[:-1]).any():
        return np.argsort(draws, kind="stable")
    return rows


def whole_weights(persons: int, agents: int) -> tuple[int, np.ndarray]:
    """Weights of ``agents`` that sum to ``persons``: the lower weight, and who carries one more (mask)."""
    base, extra = divmod(persons, agents)
    steps = np.arange(agents + 1) * extra // agents
    return base, np.diff(steps).astype(bool)
