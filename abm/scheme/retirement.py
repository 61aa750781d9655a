"""The statutory retirement age by sex, post and month of birth, and the years of contributions it takes.

State Council 1978/104 (60, 55, 50) and the decision of the Standing Committee of the National People's
Congress of 13 September 2024, under which the age rises by a month for every few months of birth.
"""

from __future__ import annotations

from typing import NamedTuple

from abm.compile import decision
from abm.parameters import Parameters

MALE, FEMALE = 0, 1


class RetirementLaw(NamedTuple):
    """The law of a year. Ages, targets and margins in months; paces in months of birth per month of delay."""

    age_men: int
    age_women_cadre: int
    age_women_worker: int
    target_men: int
    target_women_cadre: int
    target_women_worker: int
    pace_men: int
    pace_women_cadre: int
    pace_women_worker: int
    reform_start: int
    flexible_early: int
    flexible_late: int
    special_trades_advance: int
    minimum_months: int


def retirement_law(parameters: Parameters, year: int) -> RetirementLaw:
    """The retirement law of a year as whole months, for the compiled rules."""
    months = {
        name: round(parameters.value(f"retirement.{name}", year))
        for name in RetirementLaw._fields
        if name != "minimum_months"
    }
    return RetirementLaw(**months, minimum_months=minimum_months(parameters, year))


def minimum_months(parameters: Parameters, year: int) -> int:
    """Months of contributions that give a right to a monthly pension to those who retire in ``year``."""
    return round(12 * parameters.value("retirement.minimum_years", year))


@decision
def original_age_months(sex: int, cadre: int, law: RetirementLaw) -> int:
    """The age of the law of 1978 in months; ``sex`` 0 male, 1 female; ``cadre`` matters for women alone."""
    if sex == MALE:
        return law.age_men
    return law.age_women_cadre if cadre else law.age_women_worker


@decision
def statutory_age_months(sex: int, cadre: int, birth_year: int, birth_month: int, law: RetirementLaw) -> int:
    """The statutory age in months of a person born in ``birth_month`` (1-12) of ``birth_year``.

    Who reaches the original age before January of the year of the reform keeps it. The first to reach it
    later, and those born within ``pace`` months from them, wait one month, the next group two, and so on up
    to the target.
    """
    original = original_age_months(sex, cadre, law)
    if sex == MALE:
        target, pace = law.target_men, law.pace_men
    elif cadre:
        target, pace = law.target_women_cadre, law.pace_women_cadre
    else:
        target, pace = law.target_women_worker, law.pace_women_worker
    since_reform = 12 * birth_year + birth_month - 1 + original - 12 * law.reform_start
    if since_reform < 0:
        return original
    return original + min(since_reform // pace + 1, max(target - original, 0))


@decision
def earliest_age_months(sex: int, cadre: int, birth_year: int, birth_month: int, law: RetirementLaw) -> int:
    """The earliest age a person may choose: the margin before the statutory age, never below the original."""
    statutory = statutory_age_months(sex, cadre, birth_year, birth_month, law)
    return max(statutory - law.flexible_early, original_age_months(sex, cadre, law))


@decision
def latest_age_months(sex: int, cadre: int, birth_year: int, birth_month: int, law: RetirementLaw) -> int:
    """The latest age that a person and an employer may agree on."""
    return statutory_age_months(sex, cadre, birth_year, birth_month, law) + law.flexible_late


@decision
def special_trades_age_months(sex: int, cadre: int, law: RetirementLaw) -> int:
    """The age at which hazardous and arduous trades retire (State Council 1978/104), reform or not."""
    return original_age_months(sex, cadre, law) - law.special_trades_advance
