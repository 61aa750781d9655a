"""What a provincial government decides: how far it lets its local governments go.

Its levers are bounds of theirs: quotas (the least enforcement push it accepts), the most leniency, the
highest supplement and the highest k of deemed years it lets pass for the sake of parity, and, where the
employer rate is devolved, the highest rate in the national band. It values the province's accounts by the
local governments' own payoff. Where each province is one locality the two are one agent and nothing is bound.
"""

from __future__ import annotations

import numpy as np

from abm.agents.local_government import AUDIT, DEEMED, LENIENCY, RATE, REGISTRATION, SUPPLEMENT

Array = np.ndarray
BOUNDS = ("audit_quota", "registration_quota", "leniency_cap", "supplement_cap", "rate_cap", "deemed_cap")
"""Provincial levers in the order of every array."""
BOUND_LEVER = (AUDIT, REGISTRATION, LENIENCY, SUPPLEMENT, RATE, DEEMED)
"""The local lever that each of them bounds."""
FROM_BELOW = (True, True, False, False, False, False)


def open_bounds(low: Array, high: Array, first: Array) -> Array:
    """Bounds that bind nobody, (P, bounds): the ends of what the law leaves the localities, (n, levers) each.

    ``first`` (P,) is the first locality of each province; the law is the same in all of them.
    """
    ends = [low if below else high for below in FROM_BELOW]
    return np.stack([end[first, lever] for end, lever in zip(ends, BOUND_LEVER, strict=True)], axis=1)


def narrowed(low: Array, high: Array, bounds: Array) -> tuple[Array, Array]:
    """What is left to localities, two arrays (n, levers), under ``bounds`` (n, bounds) of their provinces.

    A bound never reaches beyond the law: it is cut to what the law leaves.
    """
    low, high = low.copy(), high.copy()
    for k, (lever, below) in enumerate(zip(BOUND_LEVER, FROM_BELOW, strict=True)):
        within = np.clip(bounds[:, k], low[:, lever], high[:, lever])
        (low if below else high)[:, lever] = within
    return low, high


STEPS = (0.0, 1.0, 3.0, 5.0)
"""Steps by which a province would cut in from its outermost locality."""


def candidates(levers: Array, low: Array, high: Array, province_of: Array, free: Array, step: float) -> Array:
    """Candidate bounds (bounds, 5, P): none, then the outermost of what localities do, and steps inwards.

    ``levers`` (n, levers) lie within ``low`` and ``high``, which the law leaves; ``free`` (P, bounds) binds
    nobody; a step is ``step`` times the lever's range.
    """
    out = []
    for k, (lever, below) in enumerate(zip(BOUND_LEVER, FROM_BELOW, strict=True)):
        edge = np.full(len(free), np.inf if below else -np.inf)
        (np.minimum if below else np.maximum).at(edge, province_of, levers[:, lever])
        reach = np.zeros(len(free))
        np.maximum.at(reach, province_of, (high - low)[:, lever])
        inwards = (1.0 if below else -1.0) * step * reach
        limits = (free[:, k], free[:, k] + reach) if below else (free[:, k] - reach, free[:, k])
        out.append([free[:, k], *(np.clip(edge + many * inwards, *limits) for many in STEPS)])
    return np.array(out)
