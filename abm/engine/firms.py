"""The year's pass over employers: coverage, declared share, inspection and location.

Everything an employer sees is last year's: the value its staff put on the base, compliant peers, its own
hidden wage bill, returns by place. The levers of governments are this year's.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from abm.agents import employer
from abm.compile import decision
from abm.draws import gumbel, uniform, uniform_of
from abm.space import PROVINCES

N = len(PROVINCES)
Array = np.ndarray

MARKET = (
    "rate",  # employer + worker, on the base
    "audit",  # probability that hidden wages are found
    "registration",  # probability that staff left out are found
    "value",  # mean value of a yuan of base to staff
    "own_cost",  # concealment cost of a domestic private employer of average character
    "own_coverage_cost",  # the same on the extensive margin
    "compliant",  # share of staff with employers that declare in full
    "mean_bill",  # mean wage bill of the place's employers, yuan
    "own_rate",  # the employer's part of the rate
    "exemption",  # share of it that newcomers are let off
    "saving",  # what the exemption adds to their rate of return, a year
)
(
    K_RATE, K_AUDIT, K_REGISTRATION, K_VALUE, K_COST, K_COVERAGE_COST, K_COMPLIANT, K_MEAN_BILL, K_OWN_RATE,
    K_EXEMPTION, K_SAVING,
) = range(len(MARKET))  # fmt: skip


class FirmRules(NamedTuple):
    """Behavioural scalars of employers in a year."""

    fine: float
    dispersion: float
    cost_multiples: tuple[float, float, float, float]  # of the median cost, by ownership
    coverage_cost_multiples: tuple[float, float, float, float]
    peer_weight: float
    size_weight: float
    reconsiders: float
    sensitivity: float
    relocation_cost: float
    home_bias: float
    exempt_years: int  # for which newcomers are exempted
    discount: float
    year: int
    transitions: bool


class FirmKeys(NamedTuple):
    """Stream keys of employers in a year."""

    audit: np.uint64
    inspection: np.uint64
    reconsiders: np.uint64
    destination: np.uint64


@decision
def own_cost(median: float, deviation: float, dispersion: float, multiple: float) -> float:
    """An employer's own cost: the place's median times its character times what its ownership adds."""
    return median * np.exp(dispersion * deviation) * multiple


@decision
def firms_year(
    rules: FirmRules, keys: FirmKeys, ids: Array, homes: Array, localities: Array, ownerships: Array,
    mobiles: Array, arrived: Array, log_costs: Array, log_coverage_costs: Array, coverages: Array,
    hiddens: Array, exempts: Array, wages: Array, base_found: Array, staff_found: Array, market: Array,
    returns: Array, offers: Array, drawing: Array, province_of: Array, first: Array,
) -> int:  # fmt: skip
    """Let every employer decide; writes locality, exemption, coverage, hidden share, what inspections find.

    ``market`` (n, fields) by locality, ``returns`` (31,) by province, ``offers`` (31,) what exemptions add to
    them for who moves in, ``drawing`` (n,) running sums of how strongly localities of a province draw.
    Returns the number that moved.
    """
    moved = 0
    for j in range(ids.shape[0]):
        c = localities[j]
        if rules.transitions and mobiles[j] and uniform(keys.reconsiders, ids[j]) < rules.reconsiders:
            here = province_of[c]
            best, choice = -1e300, here
            left = employer.exempt_years_left(arrived[j], rules.year, rules.exempt_years)
            stays = market[c, K_SAVING] * employer.worth_of_years(left, rules.discount)
            for k in range(N):
                more = stays if k == here else offers[k]
                value = employer.location_value(
                    returns[k] + more, rules.sensitivity, rules.relocation_cost, rules.home_bias, k == here,
                    k == homes[j], gumbel(keys.destination, ids[j], k),
                )  # fmt: skip
                if value > best:
                    best, choice = value, k
            if choice != here:
                mark = uniform_of(keys.destination, ids[j], N) * drawing[first[choice + 1] - 1]
                c = first[choice]
                while c < first[choice + 1] - 1 and drawing[c] < mark:
                    c += 1
                localities[j] = c
                arrived[j] = rules.year
                moved += 1
        new = employer.exempt_years_left(arrived[j], rules.year, rules.exempt_years) > 0
        exempts[j] = market[c, K_EXEMPTION] if new else 0.0
        rate = market[c, K_RATE] - exempts[j] * market[c, K_OWN_RATE]
        own = own_cost(market[c, K_COST], log_costs[j], rules.dispersion, rules.cost_multiples[ownerships[j]])
        bill = market[c, K_MEAN_BILL]
        hidden_bill = hiddens[j] * (wages[j] / bill if bill > 0.0 else 1.0)  # the first to come is average
        cost = employer.concealment_cost(
            own, market[c, K_COMPLIANT], hidden_bill, rules.peer_weight, rules.size_weight
        )
        hiddens[j] = employer.hidden_share(rate, market[c, K_AUDIT], rules.fine, market[c, K_VALUE], cost)
        own = own_cost(
            market[c, K_COVERAGE_COST], log_coverage_costs[j], rules.dispersion,
            rules.coverage_cost_multiples[ownerships[j]],
        )  # fmt: skip
        left_out = employer.staff_left_out(
            rate, market[c, K_REGISTRATION], rules.fine, market[c, K_VALUE], own
        )
        coverages[j] = 1.0 - left_out
        base_found[j] = uniform(keys.audit, ids[j]) < market[c, K_AUDIT]
        staff_found[j] = rules.transitions and uniform(keys.inspection, ids[j]) < market[c, K_REGISTRATION]
    return moved
