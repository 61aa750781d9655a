"""Who comes: mobile employers for an exemption, self-payers from other provinces by admission (8.1)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from oracle import choices, scheme
from oracle.answers import (
    BEGAN,
    LOG_INCOMES,
    RETIRES,
    Answers,
    beliefs,
    crossing_moves,
    levy,
    mean_base_wage,
    on_moves,
)
from oracle.counts import FLEXIBLE
from oracle.leaving import PROVINCES
from oracle.worker import FIRST_YEAR

if TYPE_CHECKING:
    from oracle.choices import Belief
    from oracle.model import Levers, Oracle

COHORT = 5


# --- mobile employers


@dataclass
class Exempted:
    """What a place's exemption does: jobs over today's, the lost share of the levy, what is let off."""

    growth: float
    lost: float
    waived: float


def considered(model: Oracle) -> dict[tuple[int, int], float]:
    """Jobs of mobile employers who reconsider, by province and home."""
    jobs: dict[tuple[int, int], float] = {}
    for e in model.employers:
        if e.mobile:
            cell = (model.province_of[e.locality], e.home)
            jobs[cell] = jobs.get(cell, 0.0) + e.jobs * model.rules.reconsiders
    return jobs


class Arrivals:
    """How many jobs mobile employers bring to a place a year."""

    def __init__(self, model: Oracle, today: list[Levers], horizon: int) -> None:
        self.model, self.horizon = model, horizon
        self.jobs = considered(model)
        self.place_jobs = [0.0] * len(model.province_of)
        for e in model.employers:
            self.place_jobs[e.locality] += e.jobs
        self.today = today

    def draw(self, c: int, exemption: float) -> float:
        """How strongly a place draws among those of its province."""
        model, rules = self.model, self.model.rules
        offer = exemption * model.full_exemption(model.province_of[c])
        return model.work_share[c] * math.exp(
            rules.location_sensitivity * rules.worth_of(rules.exemption_years) * offer
        )

    def arrivals(self, c: int, exemption: float) -> float:
        """Jobs that come into a place from other provinces in a year."""
        model, rules, own = self.model, self.model.rules, self.model.province_of[c]
        drawn = [
            self.draw(d, exemption if d == c else levers.exemption) for d, levers in enumerate(self.today)
        ]
        offered = [sum(drawn[model.first[k] : model.first[k + 1]]) for k in PROVINCES]
        total = 0.0
        for (here, home), jobs in self.jobs.items():
            if here == own:
                continue
            weights = []
            for k in PROVINCES:
                utility = rules.location_sensitivity * model.return_on_capital(k)
                utility -= rules.relocation_cost if k != here else 0.0
                utility += rules.home_bias if k == home else 0.0
                weights.append(math.exp(utility) * offered[k])
            total += jobs * weights[own] / sum(weights) * drawn[c] / offered[own]
        return total

    def exempted(self, answers: Answers, c: int, levers: Levers) -> Exempted:
        """What follows from a place's exemption under its other levers."""
        if self.place_jobs[c] <= 0.0:
            return Exempted(1.0, 0.0, 0.0)
        rules, jobs, x = self.model.rules, self.place_jobs[c], levers.exemption
        come, today = self.arrivals(c, x), self.arrivals(c, self.today[c].exemption)
        growth = 1.0 + self.horizon * (come - today) / jobs
        years = min(self.horizon, rules.exemption_years)
        part = min(years * come / (jobs * growth), 1.0)
        full, less = answers.employers(c, levers), answers.employers(c, levers, x)
        lost = part * (1.0 - levy(rules, levers.rate, less, x) / levy(rules, levers.rate, full))
        waived = part * x * levers.rate * (1.0 - rules.waived) * less.base * less.coverage
        return Exempted(growth, lost, waived)


# --- self-payers from other provinces


@dataclass
class Admitted:
    """What those admitted add to a place's year, and what it is elsewhere, yuan and persons."""

    dues: float = 0.0
    insured: float = 0.0
    brought: float = 0.0
    sent_on: float = 0.0
    drawn: float = 0.0
    dues_home: float = 0.0
    insured_home: float = 0.0

    def add(self, other: Admitted, number: float) -> None:
        for name in vars(self):
            setattr(self, name, getattr(self, name) + number * getattr(other, name))


class Outsiders:
    """Flexible workers from other provinces, and what admitting them comes to."""

    def __init__(self, model: Oracle, answers: Answers, today: list[Levers]) -> None:
        self.model, self.answers, self.today = model, answers, today
        self._known: dict[tuple[int, int, float, float], Admitted] = {}

    def cohorts(self, c: int) -> list[tuple[int, int, float]]:
        """Sex, cohort and persons who may be admitted."""
        model, p = self.model, self.model.province_of[c]
        part = model.migrant_share[c] * (1.0 - model.rules.open_to_migrants)
        found = []
        for (place, sex, cohort, migrant, status), values in model.counts.groups.items():
            if place == p and migrant and status == FLEXIBLE and 18.0 < self.age(cohort) < RETIRES:
                found.append((sex, cohort, values[0] * part))
        return found

    def youngest(self, cohort: int) -> float:
        """The age that the youngest of a cohort reach this year."""
        return self.model.year - FIRST_YEAR - COHORT * cohort - 4.0

    def age(self, cohort: int) -> float:
        """The age that stands for a cohort: the middle of its five years."""
        return self.youngest(cohort) + COHORT / 2.0

    def admitted(self, c: int, levers: Levers) -> Admitted:
        """All who are admitted to a place under its levers."""
        total = Admitted()
        for sex, cohort, number in self.cohorts(c):
            share = min(max((levers.entry - self.youngest(cohort)) / COHORT, 0.0), 1.0)
            if share > 0.0:
                total.add(self.person(c, sex, self.age(cohort), self.today[c].floor), number * share)
        return total

    def moves(self, c: int, age: float) -> float:
        """Moves into another pool, mean over residents with hukou elsewhere and both sexes."""
        return crossing_moves(self.answers.leaving, self.model, c, age, locals_too=False)

    def person(self, c: int, sex: int, age: float, floor: float) -> Admitted:
        """What one person of an age brings a year: the mean of eighteen."""
        if (c, sex, age, floor) not in self._known:
            result, rules = Admitted(), self.model.rules
            moves = self.moves(c, age)
            for who, x, paid in product(beliefs(rules), LOG_INCOMES, (0.0, age - BEGAN)):
                one = self.one(c, sex, age, floor, on_moves(rules, who, moves), x, max(paid, 0.0))
                result.add(one, 1.0 / 18.0)
            self._known[c, sex, age, floor] = result
        return self._known[c, sex, age, floor]

    def one(self, c: int, sex: int, age: float, floor: float, who: Belief, x: float, paid: float) -> Admitted:
        """One of the eighteen, who has paid so many years."""
        model, rules, n = self.model, self.model.rules, len(self.model.province_of)
        horizon, promise = self.answers.horizon, self.model.rules.promise
        divisor = scheme.divisor(rules.divisors, RETIRES)
        income = model.flexible_income[c] * math.exp(rules.spread * x - rules.spread**2 / 2.0)
        account = rules.account_share * paid * income
        home_floor = sum(levers.floor for levers in self.today) / n
        home_liking = sum(model.inclination[p] for p in model.province_of) / n + rules.inclination
        liking = model.inclination[model.province_of[c]] + rules.inclination

        def ask(average: float, lowest: float, inclination: float) -> tuple[float, float]:
            made = choices.offer(
                who, income, average, lowest, RETIRES - age, 12.0 * paid, account, divisor, promise
            )
            scale = rules.participation_scale
            return made.base, math.exp(choices.utility_of_paying(made, inclination, income, promise, scale))

        base, here = ask(model.base_wage[c], floor, liking)
        base_home, home = ask(mean_base_wage(model), home_floor, home_liking)
        chance, chance_home = here / (1.0 + here + home), home / (1.0 + here + home)
        alone = home / (1.0 + home)
        t = min(RETIRES - age, float(horizon))
        s, q, rate = rules.account_share, rules.transfer_rate, promise.flexible_rate
        result = Admitted(dues=chance * rate * base * t / horizon)
        result.dues_home = (alone - chance_home) * rate * base_home * t / horizon
        if paid > 0.0 and age >= rules.keep_age[sex]:
            result.sent_on = chance * (s + q) * base * t / horizon
            return result
        result.insured = chance * t / horizon
        result.insured_home = chance * t / horizon if paid > 0.0 else (alone - chance_home) * t / horizon
        result.brought = chance * rules.transfer_asked * account * (1.0 + q / s) / horizon
        if RETIRES - age >= horizon:
            return result
        if t < rules.payer_years:
            result.sent_on = chance * (account + s * base * t) * (1.0 + q / s) / horizon
        elif 12.0 * (paid + t) >= rules.minimum:
            result.drawn = (
                chance * (1.0 - t / horizon) * self.pension(c, base, paid + t, account + s * base * t)
            )
        return result

    def pension(self, c: int, base: float, years: float, account: float) -> float:
        """A year's pension on years paid, all indices the base over the base wage (9)."""
        model, rules = self.model, self.model.rules
        index, months = base / model.base_wage[c], 12.0 * years
        parts = scheme.monthly_pension(
            model.benefit_wage[c] / 12.0,
            index * years,
            round(months),
            0,
            account,
            scheme.divisor(rules.divisors, RETIRES),
            rules.base_rate,
            0.0,
        )
        return 12.0 * sum(parts)
