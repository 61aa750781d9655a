"""What a local government wants and how it chooses: audit, registration, leniency, base floor, own rate.

A government never knows a "retained share". It values the accounts that the regime's money rule would give
it under each candidate lever (``abm.engine.whatif`` settles them) with the payoff below, and moves part of
the way to the best. All functions take and return floats or arrays that broadcast; money is yuan a year.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

Array = np.ndarray
LEVERS = ("audit", "registration", "leniency", "floor", "rate")
"""Levers in the order of every array: local push on the declared base and on registration (on top of the
agency's routine), chance that early retirement is approved, base floor as a multiple of the average wage,
employer rate (only where it is devolved)."""


AUDIT, REGISTRATION, LENIENCY, FLOOR, RATE = range(len(LEVERS))


class Aims(NamedTuple):
    """What a government values (government.yaml)."""

    growth_weight: float
    benefit_weight: float
    money_value_empty: float
    money_value_full: float
    money_value_months: float
    shadow_cost: float
    confiscation_hazard: float
    accrual_share: float
    audit_cost: float
    registration_cost: float
    leniency_cost: float
    effort_elasticity: float
    floor_repayment: float
    horizon: int
    discount: float


def value_of_money(payable_months: Array, aims: Aims) -> Array:
    """μ(m): what a yuan of own reserve is worth, falling with the payable months m of that reserve.

    It is multiplied by the chance of still owning the reserve at the horizon.
    """
    months = np.maximum(payable_months, 0.0)
    value = aims.money_value_full + (aims.money_value_empty - aims.money_value_full) * np.exp(
        -months / aims.money_value_months
    )
    return value * (1.0 - aims.confiscation_hazard) ** aims.horizon


def effort_cost(push: Array, full_cost: float, elasticity: float) -> Array:
    """Cost c|e|^(1 + 1/ε) of pushing, or of obstructing, enforcement; in units of the wage bill."""
    return full_cost * np.abs(push) ** (1.0 + 1.0 / elasticity)


class Outcome(NamedTuple):
    """What a candidate brings the place a year, on average over the horizon; arrays that broadcast."""

    own_money: Array  # change of the reserve it owns plus what its treasury paid (before that payment), yuan
    treasury: Array  # what its own treasury paid into the fund, yuan
    dues: Array  # contributions of local employers and workers, yuan
    wages: Array  # wage bill, yuan
    benefits: Array  # pensions paid to residents, yuan
    output: Array  # yuan
    repaid: Array  # savings below the national floor or rate that an inspection would reclaim, yuan


def payoff(
    outcome: Outcome,
    levers: Array,
    bill: Array,
    reserve_months: Array,
    population: Array,
    aims: Aims,
) -> Array:
    """The government's payoff per resident, yuan a year.

    Residents' private income (wages less dues, of which ``accrual_share`` comes back as their own pension),
    μ times own money, the treasury's payments at one plus the shadow cost, logs of pensions and of output,
    less the cost of effort; logs and cost are weighted with today's wage ``bill`` (n,), which no lever
    changes, so that the unit of money does not matter. ``levers`` (..., 5) follow ``LEVERS``.
    """
    cost = bill * (
        effort_cost(levers[..., 0], aims.audit_cost, aims.effort_elasticity)
        + effort_cost(levers[..., 1], aims.registration_cost, aims.effort_elasticity)
        + aims.leniency_cost * levers[..., 2]
    )
    total = (
        outcome.wages
        - (1.0 - aims.accrual_share) * outcome.dues
        + value_of_money(reserve_months, aims) * outcome.own_money
        - (1.0 + aims.shadow_cost) * outcome.treasury
        + aims.benefit_weight * bill * np.log(np.maximum(outcome.benefits, 1.0))
        + aims.growth_weight * bill * np.log(np.maximum(outcome.output, 1.0))
        - aims.floor_repayment * outcome.repaid
        - cost
    )
    return total / population


def smoothed_best_response(
    current: Array, candidates: Array, values: Array, temperature: Array, inertia: float
) -> tuple[Array, Array]:
    """Move part of the way to the logit-weighted best candidate.

    ``candidates`` and ``values`` (n, k), ``current`` and ``temperature`` (n,), the scale of choice noise in
    units of value. Returns the new lever (n,) and the choice probabilities (n, k).
    """
    scaled = (values - values.max(axis=1, keepdims=True)) / np.maximum(temperature[:, None], 1e-12)
    odds = np.exp(scaled)
    repeated = np.zeros(candidates.shape, bool)  # candidates cut to one bound count once
    repeated[:, 1:] = candidates[:, 1:] == candidates[:, :-1]
    odds[repeated] = 0.0
    odds /= odds.sum(axis=1, keepdims=True)
    aim = (odds * candidates).sum(axis=1)
    return inertia * current + (1.0 - inertia) * aim, odds
