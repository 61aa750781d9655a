"""Choices over many alternatives, the only decisions of people that read arrays."""

from __future__ import annotations

import math

import numpy as np

from abm.agents import worker
from abm.compile import decision
from abm.draws import gumbel, gumbel_may_exceed, gumbel_quantile, uniform_of
from abm.space import PROVINCES

Array = np.ndarray
N = len(PROVINCES)
ROUNDING = 1.0 + 1e-9
"""More than rounding can change odds and shocks."""
FIRST_PREFECTURE = 64
"""Number of the first locality among the alternatives of the prefecture stream."""


@decision
def fen(yuan: float) -> np.int64:
    """Whole fen of an amount in yuan, halves up."""
    return np.int64(math.floor(yuan * 100.0 + 0.5))


@decision
def chooses_province(
    identity: int, here: int, hukou: int, staying: Array, pull: Array, odds: Array, months: float,
    mean_index: float, wage: float, annuity: float, awareness: float, weight: float, benefit_wages: Array,
    key: np.uint64,
) -> int:  # fmt: skip
    """Multinomial logit over the provinces: the one with the largest utility, Gumbel shocks by alternative.

    ``staying[here, k]`` holds wages, distance and moving cost, ``pull[hukou, k]`` hukou and compatriots
    (distance as in Zhang and Zhao 2013), ``odds[hukou, here, k]`` the chances of a logit over these two
    (``moves.odds_of_provinces``); what a change of payer does to the pension enters with ``weight``.

    With shocks -ln(-ln u) the best is where -ln u over the odds is least. As -ln u > 1 - u, one logarithm
    mostly shows that staying is best; otherwise utilities are compared.
    """
    exponential = -math.log(uniform_of(key, identity, here))
    least = ROUNDING * exponential / odds[hukou, here, here]
    at_stake = months > 0.0 and weight > 0.0
    better = 0
    for k in range(N):  # without jumps, so that the processor asks several provinces at a time
        reach = least * odds[hukou, here, k]
        if at_stake:
            gain = weight * worker.pension_at_stake(
                months, mean_index, benefit_wages[here], benefit_wages[k], annuity, awareness, wage
            )
            # the exponential of the gain is less than this polynomial
            reach = reach * (1.0 + gain + gain * gain) if gain < 1.5 else math.inf
        better += (1.0 - uniform_of(key, identity, k) < reach) & (k != here)
    choice = here
    if better == 0:
        return choice
    best = staying[here, here] + pull[hukou, here] - math.log(exponential)
    for k in range(N):
        if k == here:
            continue
        utility = staying[here, k] + pull[hukou, k]
        if at_stake:
            utility += weight * worker.pension_at_stake(
                months, mean_index, benefit_wages[here], benefit_wages[k], annuity, awareness, wage
            )
        u = uniform_of(key, identity, k)
        if gumbel_may_exceed(u, best - utility):
            utility += gumbel_quantile(u)
            if utility > best:
                best, choice = utility, k
    return choice


@decision
def chooses_prefecture(
    identity: int, here: int, first: int, last: int, attraction: Array, moving_cost: float, key: np.uint64
) -> int:
    """The prefecture within a chosen province: logit over size (``attraction``) and the cost of leaving."""
    inside = first <= here < last
    choice = here if inside else first
    best = attraction[choice] + gumbel(key, identity, FIRST_PREFECTURE + choice)
    for k in range(first, last):
        if k == choice:
            continue
        utility = attraction[k] - (moving_cost if inside else 0.0)
        u = uniform_of(key, identity, FIRST_PREFECTURE + k)
        if gumbel_may_exceed(u, best - utility):
            utility += gumbel_quantile(u)
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
