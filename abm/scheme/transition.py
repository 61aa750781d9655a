"""How a unified base comes in over years: keep the low, limit the high.

Proposed for national pooling are three to five years of transition towards the nation's bases and, where
benefits would change at once, to keep the low and limit the high (保低限高). That "keep" means the amount of
the year before, in yuan, and "limit" an equal part of the distance each year, is assumed. Functions take and
return arrays that broadcast; bases are yuan a year.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np

Array = np.ndarray
Value = TypeVar("Value", float, np.ndarray)


def part_done(years_before: float, years: float) -> float:
    """How much of the distance counts in a year of the transition, 0..1.

    ``years_before`` have passed under the unified rule: the first year counts one part of ``years``.
    """
    return min((years_before + 1.0) / years, 1.0)


def step_by_step(own: Value, unified: Value, done: float) -> Value:
    """A base (or a rate) on its way from the place's own to the unified one, up or down."""
    return own + done * (unified - own)


def keep_low_limit_high(own: Array, unified: Array, before: Array, done: float) -> Array:
    """Calculation base of new pensions while it is unified.

    Where the unified base is higher the place gains a part of the distance each year (limit the high). Where
    it is lower the place keeps the base of the year ``before``, until the unified one has grown past it or
    the transition is over (keep the low). As every other part of a new pension is the same under both bases,
    the pension itself is kept and limited likewise.
    """
    if done >= 1.0:
        return np.asarray(unified)
    kept = np.maximum(unified, np.minimum(own, before))
    return np.where(unified > own, step_by_step(own, unified, done), kept)
