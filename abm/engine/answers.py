"""How those who are governed answer a lever in the long run: asked of their own decision functions.

By quadrature over the distributions of costs, wages and tastes, so that a new decision rule changes every
what-if by itself.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from abm.agents import employer, worker
from abm.agents.local_government import AUDIT, FLOOR, RATE, REGISTRATION
from abm.compile import decision
from abm.engine.rules import Rules, lost_on_a_move

NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(9)
WEIGHTS = WEIGHTS / WEIGHTS.sum()
AGES = np.array([25.0, 35.0, 45.0, 52.0])
"""Ages of the flexible workers that stand for all; they have never paid, or since ``FIRST_PAID``."""
FIRST_PAID = 24.0
QUANTILES = np.array([1.0 / 6.0, 0.5, 5.0 / 6.0])
"""Quantiles of awareness and patience (the aware are the patient), and of log income as ``NORMALS``."""
NORMALS = np.array([-0.9674, 0.0, 0.9674])
Array = np.ndarray


class Firms(NamedTuple):
    """The place's employers in short: arrays (n,) unless said."""

    cost: np.ndarray  # median concealment cost of domestic private employers, peers' influence included
    coverage_cost: np.ndarray
    value: np.ndarray  # mean value of a yuan of base to staff
    mean_wage: np.ndarray  # of staff, over the average wage that bases rest on
    shares: np.ndarray  # of staff by ownership, (kinds,)
    premiums: np.ndarray  # wage by ownership over the average wage, (kinds,)
    dispersion: float
    cost_multiples: tuple[float, ...]  # of the concealment cost by ownership, over that of private employers
    coverage_cost_multiples: tuple[float, ...]
    wage_dispersion: float
    fine: float
    ceiling: float
    worker_rate: float
    audit_base: float
    waived: float  # share of employers' dues waived
    review: float  # chance that an employer sets a person's registration anew
    registration_base: float

    def at(self, places: np.ndarray) -> Firms:
        """The employers of ``places`` (m,): arrays (m,)."""
        local = ("cost", "coverage_cost", "value", "mean_wage")
        return self._replace(**{name: getattr(self, name)[places] for name in local})


@decision
def _left_out(
    rate: Array, inspection: Array, fine: float, value: Array, cost: Array, multiples: Array, spread: Array,
    weights: Array,
) -> Array:  # fmt: skip
    """Share of staff whom employers would not register, (n, owners), by their own decision.

    ``cost`` (n,) is the median of private employers, ``multiples`` (owners,) those of each owner over it,
    ``spread`` the nodes of its distribution.
    """
    out = np.zeros((len(cost), len(multiples)))
    for i in range(len(cost)):
        for o in range(len(multiples)):
            for c in range(len(spread)):
                g = cost[i] * multiples[o] * spread[c]
                out[i, o] += weights[c] * employer.staff_left_out(rate[i], inspection[i], fine, value[i], g)
    return out


@decision
def _paid_on(
    rate: Array, audit: Array, floor: Array, ceiling: float, fine: float, value: Array, cost: Array,
    multiples: Array, spread: Array, wage: Array, relative: Array, wages: Array, weights: Array,
) -> Array:  # fmt: skip
    """Mean base that dues are paid on, (n, owners): what employers declare and what audits find of the rest.

    As ``_left_out``; ``wage`` (n,) is the mean, ``relative`` (owners,) each owner's over it, ``wages`` the
    nodes around that.
    """
    out = np.zeros((len(cost), len(multiples)))
    for i in range(len(cost)):
        for o in range(len(multiples)):
            for c in range(len(spread)):
                g = cost[i] * multiples[o] * spread[c]
                shown = 1.0 - employer.hidden_share(rate[i], audit[i], fine, value[i], g)
                base = 0.0
                for w in range(len(wages)):
                    earned = wage[i] * relative[o] * wages[w]
                    full = min(max(earned, floor[i]), ceiling)
                    declared = min(max(earned * shown, floor[i]), ceiling)
                    base += weights[w] * (declared + audit[i] * (full - declared))
                out[i, o] += weights[c] * base
    return out


def combined_rate(levers: Array, firms: Firms) -> Array:
    """Employers' rate less waivers plus workers' rate under levers (..., levers)."""
    return levers[..., RATE] * (1.0 - firms.waived) + firms.worker_rate


def answers(levers: Array, firms: Firms) -> tuple[Array, Array]:
    """Mean base paid on over the mean wage, and coverage, under levers (n, levers): two arrays (n,).

    The base paid on is the declared one plus what audits find of the rest, coverage what employers register
    plus what inspections find of the others.
    """
    rate = combined_rate(levers, firms)
    audit = np.clip(firms.audit_base + levers[..., AUDIT], 0.0, 1.0)
    spread, dispersion = np.exp(firms.dispersion * NODES), firms.wage_dispersion
    wages = np.exp(dispersion * NODES - 0.5 * dispersion * dispersion)
    relative = firms.premiums / (firms.premiums @ firms.shares)
    paid_on = _paid_on(
        rate, audit, levers[..., FLOOR], firms.ceiling, firms.fine, firms.value, firms.cost,
        np.array(firms.cost_multiples), spread, firms.mean_wage, relative, wages, WEIGHTS,
    )  # fmt: skip
    inspection = np.clip(firms.registration_base + levers[..., REGISTRATION], 0.0, 1.0)
    left_out = _left_out(
        rate, inspection, firms.fine, firms.value, firms.coverage_cost,
        np.array(firms.coverage_cost_multiples), spread, WEIGHTS,
    )  # fmt: skip
    covered = firms.shares * employer.registered_share.py_func(
        1.0 - left_out, inspection[..., None], firms.review
    )
    coverage = np.maximum(covered.sum(axis=-1), 1e-3)
    mix = covered / np.maximum(covered.sum(axis=-1, keepdims=True), 1e-9)
    base = (paid_on * mix).sum(axis=-1) / firms.mean_wage
    return base, coverage


class Flexible(NamedTuple):
    """The flexible workers of the places, in short: money in units of the average wage that bases rest on."""

    rules: Rules
    inclination: Array  # to pay voluntarily, (n,)
    moves: Array  # into other pools that they expect, by age of ``AGES``, (n, ages)
    scheme: worker.Scheme
    income: float  # mean income
    dispersion: float  # of log income
    pension_age: float  # years
    divisor: float

    def at(self, places: np.ndarray) -> Flexible:
        """The flexible workers of ``places`` (m,): arrays (m, ...)."""
        return self._replace(inclination=self.inclination[places], moves=self.moves[places])


@decision
def _flexible_dues(
    floors: Array, inclination: Array, moves: Array, ceiling: float, rules: Rules, scheme: worker.Scheme,
    income: float, dispersion: float, pension_age: float, divisor: float, ages: Array, quantiles: Array,
    normals: Array,
) -> Array:  # fmt: skip
    """Mean dues of a flexible worker under each of the floors (flat), by the workers' own decisions."""
    out = np.zeros(len(floors))
    weight = 1.0 / (2.0 * len(ages) * len(quantiles) * len(normals))
    lost = lost_on_a_move(rules)
    for i in range(len(floors)):
        for k in range(len(ages)):
            age = ages[k]
            prospect = worker.outlook(moves[i, k], lost, rules.transfer_delay)
            for q in quantiles:
                for z in normals:
                    tastes = worker.Tastes(
                        rules.discount_high - (rules.discount_high - rules.discount_low) * q,
                        rules.awareness_low + (rules.awareness_high - rules.awareness_low) * q,
                    )
                    earns = income * np.exp(dispersion * z - 0.5 * dispersion * dispersion)
                    for years in (0.0, age - FIRST_PAID):
                        offer = worker.offer(
                            12.0 * years, pension_age - age, earns, rules.account_share * years * earns, 1.0,
                            floors[i], ceiling, rules.flexible_rate, rules.burden_aversion, tastes,
                            prospect, scheme, divisor,
                        )  # fmt: skip
                        utility = worker.utility_of_paying(
                            offer.value, offer.base, earns, rules.flexible_rate, inclination[i],
                            rules.participation_scale, rules.burden_aversion,
                        )  # fmt: skip
                        chance = worker.participation_chance(utility, worker.NO_OFFER)
                        out[i] += weight * chance * rules.flexible_rate * offer.base
    return out


def flexible_dues(floors: Array, ceiling: float, flexible: Flexible) -> Array:
    """Mean dues of flexible workers under floors, shape of ``floors``, in average wages."""
    f = flexible
    inclination = np.broadcast_to(f.inclination, floors.shape).ravel()
    moves = np.broadcast_to(f.moves, (*floors.shape, len(AGES))).reshape(-1, len(AGES))
    flat = _flexible_dues(
        floors.ravel(), inclination, moves, ceiling, f.rules, f.scheme, f.income, f.dispersion, f.pension_age,
        f.divisor, AGES, QUANTILES, NORMALS,
    )  # fmt: skip
    return flat.reshape(floors.shape)


class Movers(NamedTuple):
    """Those who consider moving in a year and how they answer a place's wages; arrays (31,) by province.

    A logit answers a change d of the utility of one alternative by d P(1 − P) + d²/2 P(1 − P)(1 − 2P); the
    sums of both terms over all movers are kept.
    """

    first: Array  # Σ movers P(1 − P), persons a year
    second: Array  # Σ movers P(1 − P)(1 − 2P)
    adults: Array  # residents of 16 and over, persons
    wage_weight: float  # utility per unit of log net wage, the pension at stake included
    wage_shift: float  # share of the levy shifted to wages
    years: int  # in which the levers are held

    def drawn(self, change: Array, province: np.ndarray) -> Array:
        """Residents after the years over those today, where log net wages change by ``change`` (m,)."""
        d = self.wage_weight * change
        come = d * self.first[province] + 0.5 * d * d * self.second[province]
        return 1.0 + self.years * come / self.adults[province]


def movers(considering: Array, utility: Array) -> tuple[Array, Array]:
    """First and second term of the answer of ``considering`` persons (..., 31) to each of 31 alternatives.

    ``considering`` (cells,) persons, ``utility`` (cells, 31) of the alternatives to them.
    """
    share = np.exp(utility - utility.max(axis=-1, keepdims=True))
    share /= share.sum(axis=-1, keepdims=True)
    spread = share * (1.0 - share)
    return considering @ spread, considering @ (spread * (1.0 - 2.0 * share))


@decision
def _stake(
    wage: float, rules: Rules, scheme: worker.Scheme, pension_age: float, ages: Array, quantiles: Array
) -> float:
    """Mean of the pension at stake per unit of log wages of the place to go to, in units of utility."""
    total = 0.0
    for age in ages:
        for q in quantiles:
            discount = rules.discount_high - (rules.discount_high - rules.discount_low) * q
            awareness = rules.awareness_low + (rules.awareness_high - rules.awareness_low) * q
            annuity = worker.expects_annuity(
                pension_age - age, discount, scheme.wage_growth, scheme.pension_growth, scheme.pension_years
            )
            months = 12.0 * (age - FIRST_PAID)
            total += worker.pension_at_stake(months, 1.0, 0.0, 1.0, annuity, awareness, 1.0)
    return total / (len(ages) * len(quantiles)) / wage  # in base wages, where the decision's is in yuan


def pension_stake(flexible: Flexible) -> float:
    """What one per cent more pension base adds to a member's utility of a place, over one per cent.

    Asked of the workers' own decision for the types that stand for all; a member earns the mean income.
    """
    f = flexible
    stake = _stake(f.income, f.rules, f.scheme, f.pension_age, AGES, QUANTILES)
    return f.rules.pension_weight * float(stake)
