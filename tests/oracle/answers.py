"""What employers, people who pay for themselves and movers do under other levers (specification, 8.1)."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from typing import TYPE_CHECKING

from numpy.polynomial.hermite_e import hermegauss

from oracle import choices, scheme
from oracle.choices import Belief
from oracle.employer import left_out
from oracle.leaving import PROVINCES, Leaving

if TYPE_CHECKING:
    from oracle.model import Levers, Oracle
    from oracle.rules import Rules

AGES, RETIRES, BEGAN = (25, 35, 45, 52), 57, 24
QUANTILES = (1.0 / 6.0, 0.5, 5.0 / 6.0)
LOG_INCOMES = (-0.9674, 0.0, 0.9674)
LEAST_COVERAGE, LEAST_WAGE = 0.001, 0.05
"""Bounds for places with hardly any staff; the wage in base wages."""


@cache
def nodes() -> tuple[tuple[float, float], ...]:
    """Nine Gauss-Hermite nodes of the standard normal distribution and their weights, which sum to one."""
    points, weights = hermegauss(9)
    return tuple(zip(points.tolist(), (weights / weights.sum()).tolist(), strict=True))


@dataclass
class Answer:
    """The covered share of staff, and the base of the covered over the mean wage."""

    coverage: float
    base: float


def owed(rules: Rules, rate: float, exempt: float = 0.0) -> float:
    """What employers and their staff owe of the base."""
    return rate * (1.0 - exempt) * (1.0 - rules.waived) + rules.worker_rate


def levy(rules: Rules, rate: float, answer: Answer, exempt: float = 0.0) -> float:
    """Dues per yuan of wages of all staff, covered or not."""
    return owed(rules, rate, exempt) * answer.base * answer.coverage


def registered(inspection: float, review: float, chosen: float) -> float:
    """The share of staff that is registered in the long run (7)."""
    return (inspection + (1.0 - inspection) * review * chosen) / (1.0 - (1.0 - inspection) * (1.0 - review))


def ownerships(model: Oracle) -> list[tuple[float, float]]:
    """Share of employers and premium: private, state, foreign and limited companies (4.3)."""

    def value(name: str) -> float:
        return model.parameters.value(f"labour.{name}", model.year)

    state, foreign = value("state_share"), value("foreign_share")
    limited = value("limited_companies_share") * (1.0 - state - foreign)
    private = 1.0 - state - foreign - limited
    return [(private, value("private_wage_ratio")), (state, 1.0), (foreign, 1.0), (limited, 1.0)]


def employers(model: Oracle, c: int, levers: Levers, exempt: float = 0.0) -> Answer:
    """The answer of a place's employers, who are let off a share of their dues."""
    rules, market, p = model.rules, model.market, model.province_of[c]
    audit, inspection = model.detection(levers.audit), model.inspection(levers.registration)
    dues, worth, fine = owed(rules, levers.rate, exempt), market.value[c], rules.fine_multiple
    peers = 1.0 + rules.peer_weight * market.compliant[c]
    kinds = ownerships(model)
    mean_premium = sum(share * premium for share, premium in kinds)
    coverage = based = 0.0
    mean_wage = max(market.mean_wage[c], LEAST_WAGE)
    for o, (share, premium) in enumerate(kinds):
        out = base = 0.0
        wage = mean_wage * premium / mean_premium
        for x, weight in nodes():
            cost = math.exp(rules.cost_dispersion * x)
            cover = model.coverage_cost[p] * cost * rules.ownership_coverage_cost[o]
            conceal = model.concealment_cost[p] * cost * rules.ownership_cost[o] * peers
            out += weight * left_out(fine, inspection, dues, worth, cover)
            hidden = left_out(fine, audit, dues, worth, conceal)
            base += weight * mean_base(rules, wage, hidden, audit, levers.floor)
        covered = share * registered(inspection, rules.coverage_review, 1.0 - out)
        coverage += covered
        based += covered * base / mean_wage
    return Answer(max(coverage, LEAST_COVERAGE), based / coverage)


def mean_base(rules: Rules, wage: float, hidden: float, audit: float, floor: float) -> float:
    """The base that dues are paid of in the end, mean over wages around a mean, in base wages."""
    total = 0.0
    for x, weight in nodes():
        own = wage * math.exp(rules.spread * x - rules.spread**2 / 2.0)
        full = scheme.contribution_base(own, 1.0, floor, rules.ceiling)
        declared = scheme.contribution_base(own * (1.0 - hidden), 1.0, floor, rules.ceiling)
        total += weight * (declared + audit * (full - declared))
    return total


# --- who pays for himself


def beliefs(rules: Rules) -> list[Belief]:
    """Three pairs of awareness and patience; the aware are the patient."""
    (low, high), (less, more) = rules.discounts, rules.awareness
    return [Belief(high - (high - low) * q, less + (more - less) * q) for q in QUANTILES]


def mean_income(model: Oracle) -> float:
    """The income of flexible workers of the mean locality in base wages."""
    return sum(model.flexible_income) / sum(model.base_wage)


def crossing_moves(leaving: Leaving, model: Oracle, c: int, age: float, locals_too: bool = True) -> float:
    """Moves of the relation into another pool up to the pension, mean over hukou and the two sexes (6.5)."""
    rules, home = model.rules, model.province_of[c]
    total = everybody = 0.0
    for h in PROVINCES:
        number = model.compatriots[h][home] if locals_too or h != home else 0
        everybody += number
        if not number:
            continue
        anywhere, along = leaving.chances(h, c)
        for keep in rules.keep_age:
            for later in range(int(age) + 1, RETIRES + 1):
                chance = along if later >= keep else anywhere
                total += number * 0.5 * rules.considers_moving[later] * chance
    return total / everybody if everybody else 0.0


def on_moves(rules: Rules, who: Belief, moves: float) -> Belief:
    """The belief of somebody who expects so many moves into other pools (6.5)."""
    lost = (1.0 - rules.transfer_asked) * rules.months_lost
    return Belief(who.discount, who.awareness, (1.0 - lost) ** moves, moves * rules.transfer_delay / 12.0)


def flexible(model: Oracle, leaving: Leaving, c: int, floor: float) -> float:
    """Expected dues of a flexible worker of a place, in base wages: mean over 72 persons."""
    rules = model.rules
    promise = rules.promise
    scaled = replace(promise, resident=promise.resident / mean_base_wage(model))
    divisor = scheme.divisor(rules.divisors, RETIRES)
    inclination = model.inclination[model.province_of[c]] + rules.inclination
    total = 0.0
    for age in AGES:
        moves = crossing_moves(leaving, model, c, age)
        for paid, who, x in product((0, age - BEGAN), beliefs(rules), LOG_INCOMES):
            income = mean_income(model) * math.exp(rules.spread * x - rules.spread**2 / 2.0)
            person = on_moves(rules, who, moves)
            account = rules.account_share * paid * income
            made = choices.offer(
                person, income, 1.0, floor, RETIRES - age, 12 * paid, account, divisor, scaled
            )
            u = choices.utility_of_paying(made, inclination, income, scaled, rules.participation_scale)
            total += math.exp(u) / (1.0 + math.exp(u)) * promise.flexible_rate * made.base
    return total / 72.0


def mean_base_wage(model: Oracle) -> float:
    """The base wage of the mean locality."""
    return sum(model.base_wage) / len(model.base_wage)


# --- movers


class Movers:
    """How many people live in a province after a change of its net wage."""

    def __init__(self, model: Oracle, leaving: Leaving, horizon: int) -> None:
        rules = model.rules
        self._horizon = horizon
        self.adults = [float(sum(model.compatriots[h][k] for h in PROVINCES)) for k in PROVINCES]
        self.weight = rules.wage_weight + members(model) * stake(model)
        self.first, self.second = [0.0] * 31, [0.0] * 31
        mobility = model.parameters.value("worker.mobility", model.year)
        for h in PROVINCES:
            for o in PROVINCES:
                people = model.compatriots[h][o] * model.weighing[h][o] * mobility
                if not people:
                    continue
                shares = leaving.shares(h, o)
                for k, share in enumerate(shares):
                    moved = people * share * (1.0 - share)
                    self.first[k] += moved
                    self.second[k] += moved * (1.0 - 2.0 * share)

    def people(self, p: int, x: float) -> float:
        """Adults of a province over today's, the log of its net wage being changed by x."""
        d = self.weight * x
        return 1.0 + self._horizon * (d * self.first[p] + 0.5 * d * d * self.second[p]) / self.adults[p]


def members(model: Oracle) -> float:
    """The nation's insured over adults who draw no pension."""
    seen = model.counts.places
    return sum(seen["insured"]) / (sum(seen["adults"]) - sum(seen["retirees"]))


def stake(model: Oracle) -> float:
    """What a member's pension weighs per unit of the log wage."""
    rules, total = model.rules, 0.0
    for age, who in product(AGES, beliefs(rules)):
        annuity = choices.pension_annuity(who, RETIRES - age, rules.promise)
        total += rules.pension_weight * who.awareness * annuity * (age - BEGAN) * 0.01
    return total / (len(AGES) * len(QUANTILES)) / mean_income(model)


class Answers:
    """The answers of a year, worked out when first asked."""

    def __init__(self, model: Oracle) -> None:
        self.model, self.leaving = model, Leaving(model)
        self.horizon = round(model.parameters.value("government.horizon", model.year))
        self.movers = Movers(model, self.leaving, self.horizon)
        self._employers: dict[tuple[float, ...], Answer] = {}
        self._flexible: dict[tuple[int, float], float] = {}

    def employers(self, c: int, levers: Levers, exempt: float = 0.0) -> Answer:
        asked = (c, levers.audit, levers.registration, levers.floor, levers.rate, exempt)
        if asked not in self._employers:
            self._employers[asked] = employers(self.model, c, levers, exempt)
        return self._employers[asked]

    def flexible(self, c: int, floor: float) -> float:
        if (c, floor) not in self._flexible:
            self._flexible[c, floor] = flexible(self.model, self.leaving, c, floor)
        return self._flexible[c, floor]
