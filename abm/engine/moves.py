"""How often the relation of a person may be expected to cross a border between pools before the pension.

The chances are those of the moves themselves: the logit over provinces and over the localities of one
(``choices``), among those who weigh a move at their age. Under one pool there is no border to cross.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from abm.compile import decision

Array = np.ndarray


class Borders(NamedTuple):
    """Chances that a move which is weighed takes a person into another pool."""

    young: Array  # (31, n) by province of hukou and residence
    old: Array  # the same from the age on at which only moves to the hukou province take the relation along
    weighed: Array  # (128,) moves weighed in life up to and at an age


@decision
def expected_moves(
    age: int, years_to_go: float, keep_age: float, young: float, old: float, weighed: Array
) -> float:
    """Moves of the relation into another pool from next year to the year of the pension.

    ``young`` and ``old`` are the person's chances in ``Borders``, ``keep_age`` (years) parts them.
    """
    last = min(age + math.ceil(years_to_go), len(weighed) - 1)
    kept = min(max(math.ceil(keep_age) - 1, 0), len(weighed) - 1)  # the last age at which it moves along
    early = max(weighed[min(last, kept)] - weighed[min(age, kept)], 0.0)
    late = max(weighed[max(last, kept)] - weighed[max(age, kept)], 0.0)
    return young * early + old * late


@decision
def moves_of_many(
    ages: Array, years_to_go: Array, keep_ages: Array, young: Array, old: Array, weighed: Array
) -> Array:
    """:func:`expected_moves` of many persons, flat arrays of one length."""
    out = np.empty(len(ages))
    for i in range(len(ages)):
        out[i] = expected_moves(ages[i], years_to_go[i], keep_ages[i], young[i], old[i], weighed)
    return out


def odds_of_provinces(staying: Array, pull: Array) -> Array:
    """Chances (hukou, here, there) that a person who weighs a move chooses a province, (31, 31, 31)."""
    utility = staying[None, :, :] + pull[:, None, :]
    odds = np.exp(utility - utility.max(axis=2, keepdims=True))
    return odds / odds.sum(axis=2, keepdims=True)


def borders(
    odds: Array, province_of: Array, population_share: Array, prefecture_cost: float, pool: Array,
    considers: Array,
) -> Borders:  # fmt: skip
    """The borders between pools, from the ``odds`` of provinces (``odds_of_provinces``).

    ``pool`` (n,) numbers the pool of each locality, ``considers`` (128,) is the chance of weighing a move by
    age. What a move does to the pension is left out of the odds.
    """
    provinces, n = len(odds), len(province_of)
    other = (pool[:, None] != pool[None, :]).astype(np.float64)  # (here, there)
    inside = (province_of[:, None] == np.arange(provinces)[None, :]).astype(np.float64)
    crossing = other @ (population_share[:, None] * inside)  # (here, province of arrival)
    crossing[np.arange(n), province_of] = 0.0
    abroad = odds[:, province_of, :] * crossing[None]  # (hukou, here, province of arrival)
    weight = (province_of[:, None] == province_of[None, :]) * population_share[None, :]
    weight = weight * np.where(np.eye(n) > 0.0, 1.0, np.exp(-prefecture_cost))
    leaves = (weight * other).sum(axis=1) / np.maximum(weight.sum(axis=1), 1e-300)
    within = odds[:, province_of, province_of] * leaves[None]
    home = abroad[np.arange(provinces), :, np.arange(provinces)]  # those to the province of hukou
    return Borders(abroad.sum(axis=2) + within, home + within, np.cumsum(considers))
