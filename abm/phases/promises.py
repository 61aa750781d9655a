"""What the money rules of a national scheme ask of the people: accounts promised, the old, rights earned."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from abm.engine.tables import COHORT_YEARS, COHORTS
from abm.phases.rows import blocks
from abm.population.persons import FIRST_COHORT, STATUS_NAMES, Flag, Status
from abm.space import PROVINCES
from abm.timeline import stack_on

if TYPE_CHECKING:
    from abm.model import PensionModel

N = len(PROVINCES)
BASIC_PENSION = "national_basic_pension"
"""The upper rule whose beginning ends the earning of rights."""


def account_share(model: PensionModel) -> np.ndarray:
    """Part of the enterprise contributions that individual accounts are credited with, (n,)."""
    value, sums = model.parameters.value, model.sums
    of_flexible = value("contributions.account_share", model.year) / value(
        "contributions.flexible_rate", model.year
    )
    credited = sums["worker_dues"] + of_flexible * sums["flexible_dues"]
    collected = sums["employer_dues"] + sums["worker_dues"] + sums["flexible_dues"] + sums["back_payments"]
    return np.divide(credited, collected, out=np.zeros(len(credited)), where=collected > 0)


def promised_accounts(model: PensionModel) -> np.ndarray:
    """Individual accounts of the enterprise scheme's members who have not retired, by relation, (n,) yuan.

    Summed in whole yuan, so that the order of persons does not matter.
    """
    persons, weights = model.population.persons, model.population.weights

    def member(s: slice) -> np.ndarray:
        flags, status = persons["flags"][s], persons["status"][s]
        private = (flags & (Flag.INSIDE | Flag.PUBLIC)) == Flag.INSIDE
        return private & (status != Status.RETIRED) & (status != Status.FREE)

    total = np.zeros(model.places.n)
    for rows in blocks(model, member):
        yuan = np.rint(persons["account"][rows].astype(np.float64)) * weights[persons["stratum"][rows]]
        total += np.bincount(persons["relation"][rows], yuan, minlength=model.places.n)
    return total


def elders(model: PensionModel) -> np.ndarray:
    """Residents of the pension age of men or over, (n,): cohorts of the province, by its localities' old."""
    years = FIRST_COHORT + COHORT_YEARS * np.arange(COHORTS)
    age = model.parameters.value("retirement.age_men", model.year) / 12.0
    # Of the five-year cohort that reaches the age now, the share that has.
    reached = np.clip((model.year - age - years + 1) / COHORT_YEARS, 0.0, 1.0)
    persons = _groups(model, 0).sum(axis=(1, 3, 4)) @ reached
    return persons[model.places.province_of] * model.places.retired_share


def accrued_share(model: PensionModel) -> np.ndarray:
    """Part of the pensions in payment earned before the national basic pension began, by province, (31,).

    One while it has not. Of a cohort it is the part of the working life before the beginning, from
    ``regimes.accrual_from_age`` to the age of retirement; the years in between are taken as equal.
    """
    began = began_in(model)
    if began is None or began >= model.year:
        return np.ones(N)
    value = model.parameters.value
    first = value("regimes.accrual_from_age", model.year)
    middle = FIRST_COHORT + COHORT_YEARS * np.arange(COHORTS) + 0.5 * COHORT_YEARS
    ages = [value(f"retirement.age_{who}", model.year) / 12.0 for who in ("men", "women_worker")]
    earned = np.array([np.clip((began - middle - first) / (age - first), 0.0, 1.0) for age in ages])
    pensions = _groups(model, 4)[..., STATUS_NAMES.index("retired")].sum(axis=3)  # province, sex, cohort
    total = pensions.sum(axis=(1, 2))
    before = (pensions * earned).sum(axis=(1, 2))
    return np.divide(before, total, out=np.ones(N), where=total > 0)


def began_in(model: PensionModel) -> int | None:
    """First year that has the national basic pension in force at its end, None without one."""
    for year in range(model.scenario.start, model.year + 1):
        stack = stack_on(model.scenario.timeline, date(year, 12, 1))
        if stack is not None and stack.upper == BASIC_PENSION:
            return year
    return None


def _groups(model: PensionModel, measure: int) -> np.ndarray:
    """A measure of the groups as (province, sex, cohort, migrant, status)."""
    return model.sums.groups[:, measure].reshape(N, 2, COHORTS, 2, len(STATUS_NAMES)).astype(np.float64)
