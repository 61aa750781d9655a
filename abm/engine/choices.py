"""Choices over many alternatives, the only decisions of people that read arrays."""

from __future__ import annotations

import math

import numpy as np

from abm.agents import worker
from abm.compile import decision
from abm.draws import gumbel
from abm.space import PROVINCES

Array = np.ndarray
N = len(PROVINCES)
FIRST_PREFECTURE = 64
"""Number of the first locality among the alternatives of the prefecture stream."""


@decision
def fen(yuan: float) -> np.int64:
    """Whole fen of an amount in yuan, halves up."""
    return np.int64(math.floor(yuan * 100.0 + 0.5))


@decision
def chooses_province(
    identity: int, here: int, hukou: int, staying: Array, pull: Array, months: float, mean_index: float,
    wage: float, annuity: float, awareness: float, weight: float, benefit_wages: Array, key: np.uint64,
) -> int:  # fmt: skip
    """Multinomial logit over the provinces: the one with the largest utility, Gumbel shocks by alternative.

    ``staying[here, k]`` holds wages, distance and moving cost, ``pull[hukou, k]`` hukou and compatriots
    (distance as in Zhang and Zhao 2013); what a change of payer does to the pension enters with ``weight``.
    """
    best, choice = -1e300, here
    for k in range(N):
        utility = staying[here, k] + pull[hukou, k] + gumbel(key, identity, k)
        if months > 0.0 and k != here and weight > 0.0:
            utility += weight * worker.pension_at_stake(
                months, mean_index, benefit_wages[here], benefit_wages[k], annuity, awareness, wage
            )
        if utility > best:
            best, choice = utility, k
    return choice


@decision
def chooses_prefecture(
    identity: int, here: int, first: int, last: int, attraction: Array, moving_cost: float, key: np.uint64
) -> int:
    """The prefecture within a chosen province: logit over size (``attraction``) and the cost of leaving."""
    best, choice = -1e300, first
    for k in range(first, last):
        utility = attraction[k] + gumbel(key, identity, FIRST_PREFECTURE + k)
        if k != here and first <= here < last:
            utility -= moving_cost
        if utility > best:
            best, choice = utility, k
    return choice


@decision
def draws_employer(u: float, first: int, last: int, cumulative: Array, rows: Array) -> int:
    """The employer of a new member of staff: by vacancies, inverting their cumulative sum in the locality."""
    if last <= first:
        return -1
    mark = u * cumulative[last - 1]
    low, high = first, last - 1
    while low < high:
        middle = (low + high) // 2
        if cumulative[middle] > mark:
            high = middle
        else:
            low = middle + 1
    return rows[low]
