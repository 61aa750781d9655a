"""What a local government wants and how it chooses: enforcement, leniency, floor, rate, favours, entry.

A government never knows a "retained share". It values the accounts that the regime's money rule would give
it under each candidate lever (``abm.engine.whatif`` settles them) with the payoff below, and moves part of
the way to the best. All functions take and return floats or arrays that broadcast; money is yuan a year.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

Array = np.ndarray
MEANINGS: dict[str, tuple[str, str]] = {
    "audit": ("probability a year", "local push on the declared base, on top of the agency's routine"),
    "registration": ("probability a year", "local push on registration, on top of the agency's routine"),
    "leniency": ("probability a year", "chance that early retirement is approved"),
    "floor": ("multiple of the average wage", "base floor"),
    "rate": ("share of the base", "employer rate, only where it is devolved"),
    "supplement": ("share", "what the place pays on top of its enterprise pensions"),
    "exemption": (
        "share",
        "of their dues that employers who came from another province are let off for some years",
    ),
    "entry": ("years of age", "greatest age at which self-payers from other provinces are admitted"),
    "deemed": ("share a year", "transitional pension of a year deemed paid, k of new pensions"),
}
"""Every lever with its unit and meaning."""

LEVERS = tuple(MEANINGS)
"""Levers in the order of every array."""


AUDIT, REGISTRATION, LENIENCY, FLOOR, RATE, SUPPLEMENT, EXEMPTION, ENTRY, DEEMED = range(len(LEVERS))
NOBODY = 17.0
"""The lowest age of entry, years: paying begins at 18, so nobody is admitted."""


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
    terminal_weight: float = 0.0


def value_of_money(payable_months: Array, aims: Aims) -> Array:
    """μ(m): what a yuan of own money is worth, falling with the payable months m of the reserve it owns.

    It is multiplied by the chance of still owning the reserve at the horizon.
    """
    months = np.maximum(payable_months, 0.0)
    value = aims.money_value_full + (aims.money_value_empty - aims.money_value_full) * np.exp(
        -months / aims.money_value_months
    )
    return value * (1.0 - aims.confiscation_hazard) ** aims.horizon


def value_of_reserve(payable_months: Array, aims: Aims) -> Array:
    """What a reserve of m months is worth, in months: each yuan at the μ of its place, ∫μ from 0 to m."""
    months, scale = np.maximum(payable_months, 0.0), aims.money_value_months
    above = (aims.money_value_empty - aims.money_value_full) * scale * (1.0 - np.exp(-months / scale))
    return (aims.money_value_full * months + above) * (1.0 - aims.confiscation_hazard) ** aims.horizon


def worth_of_money(
    own_money: Array, payable_months: Array, spending: Array, aims: Aims
) -> tuple[Array, Array]:
    """Worth of the own money of H years and of the reserve held at their end, both yuan a year.

    ``own_money`` (H, ...) yuan, ``payable_months`` (H + 1, ...) of the reserve owned at the opening of each
    year and at the end, ``spending`` (...) of the year after, yuan. The horizon's sum Σ δ^s μ(m_s) own_s and,
    with ``terminal_weight``, δ^H times the value of the reserve are divided by Σ δ^s, so that both stand
    beside amounts of one year.
    """
    weights = aims.discount ** np.arange(len(own_money) + 1)
    years = weights[:-1].sum()
    flows = value_of_money(payable_months[:-1], aims) * own_money
    reserve = value_of_reserve(payable_months[-1], aims) * spending / 12.0
    return np.tensordot(weights[:-1] / years, flows, axes=1), (
        aims.terminal_weight * weights[-1] / years * reserve
    )


def effort_cost(push: Array, full_cost: float, elasticity: float) -> Array:
    """Cost c|e|^(1 + 1/ε) of pushing, or of obstructing, enforcement; in units of the wage bill."""
    return full_cost * np.abs(push) ** (1.0 + 1.0 / elasticity)


class Outcome(NamedTuple):
    """What a candidate brings the place a year, on average over the horizon; arrays that broadcast."""

    worth: Array  # of own money before its treasury's payments, as the government values it, yuan
    reserve_worth: Array  # of the reserve owned at the horizon, as it values it, yuan
    treasury: Array  # what its own treasury paid into the fund, yuan
    dues: Array  # contributions of local employers and workers, yuan
    wages: Array  # wage bill, yuan
    benefits: Array  # pensions paid to residents, yuan
    output: Array  # yuan
    repaid: Array  # what an inspection would reclaim: savings by floors, rates and exemptions, yuan
    own_money: Array  # the money behind ``worth``, yuan
    reserve: Array  # the reserve behind ``reserve_worth``, yuan


def log_share(amount: Array, bill: Array) -> Array:
    """Log of an amount over the wage bill, of at least a millionth."""
    return np.log(np.maximum(amount / bill, 1e-6))


def enforcement_cost(levers: Array, bill: Array, aims: Aims) -> Array:
    """What the levers (..., levers) cost to pull, for a wage ``bill``, yuan a year."""
    return bill * (
        effort_cost(levers[..., AUDIT], aims.audit_cost, aims.effort_elasticity)
        + effort_cost(levers[..., REGISTRATION], aims.registration_cost, aims.effort_elasticity)
        + aims.leniency_cost * levers[..., LENIENCY]
    )


def payoff(
    outcome: Outcome,
    levers: Array,
    bill: Array,
    population: Array,
    aims: Aims,
) -> Array:
    """The government's payoff per resident, yuan a year.

    Residents' private income (wages less dues, of which ``accrual_share`` comes back as their own pension),
    the worth of own money (:func:`worth_of_money`), the treasury's payments at one plus the shadow cost, logs
    of pensions and of output over the wage bill, less the cost of effort; logs and cost are weighted with
    today's wage ``bill`` (n,), which no lever changes, so that the unit of money does not matter. ``levers``
    (..., levers) follow ``LEVERS``.
    """
    total = (
        outcome.wages
        - (1.0 - aims.accrual_share) * outcome.dues
        + outcome.worth
        + outcome.reserve_worth
        - (1.0 + aims.shadow_cost) * outcome.treasury
        + aims.benefit_weight * bill * log_share(outcome.benefits, bill)
        + aims.growth_weight * bill * log_share(outcome.output, bill)
        - aims.floor_repayment * outcome.repaid
        - enforcement_cost(levers, bill, aims)
    )
    return total / population


def odds(candidates: Array, values: Array, temperature: Array) -> Array:
    """Logit chances (n, k) of the candidates; those cut to one bound (equal to the one before) count once.

    ``candidates`` and ``values`` (n, k), ``temperature`` (n,) the scale of choice noise in units of value.
    """
    scaled = (values - values.max(axis=1, keepdims=True)) / np.maximum(temperature[:, None], 1e-12)
    chances = np.exp(scaled)
    chances[:, 1:][candidates[:, 1:] == candidates[:, :-1]] = 0.0
    return chances / chances.sum(axis=1, keepdims=True)


def smoothed_best_response(
    current: Array, candidates: Array, values: Array, temperature: Array, inertia: float
) -> tuple[Array, Array]:
    """Move part of the way to the logit-weighted best candidate.

    ``current`` and ``temperature`` (n,), ``candidates`` and ``values`` (n, k). Returns the new lever (n,) and
    the choice probabilities (n, k).
    """
    chances = odds(candidates, values, temperature)
    aim = (chances * candidates).sum(axis=1)
    return inertia * current + (1.0 - inertia) * aim, chances
