"""What follows an insured person from province to province, and which place pays the pension in the end.

General Office of the State Council 2009/66, in force from 1 January 2010.
"""

from __future__ import annotations

from typing import NamedTuple

from abm.compile import decision
from abm.parameters import Parameters

NOWHERE = -1
"""Stands for a place that does not exist: no place yet has the years."""


class PortabilityLaw(NamedTuple):
    """The rules of a year: share of bases that moves, ages in years, months that make a place the payer."""

    transfer_rate: float
    transfer_since: int
    keep_age_men: float
    keep_age_women: float
    payer_months: float


def portability_law(parameters: Parameters, year: int) -> PortabilityLaw:
    """The portability rules of a year, for the compiled rules."""
    return PortabilityLaw(
        transfer_rate=parameters.value("portability.transfer_rate", year),
        transfer_since=round(parameters.value("portability.transfer_since", year)),
        keep_age_men=parameters.value("portability.keep_age_men", year),
        keep_age_women=parameters.value("portability.keep_age_women", year),
        payer_months=12.0 * parameters.value("portability.payer_years", year),
    )


@decision
def transfer(account: float, bases: float, law: PortabilityLaw) -> float:
    """What the old province's fund pays to the new one, yuan.

    The whole account and, out of the pooled fund, a share of ``bases``, the sum of all contribution bases
    (yuan) of the years from ``transfer_since`` (1998) on.
    """
    return account + law.transfer_rate * bases


@decision
def keeps_relation(sex: int, age: float, returns_to_hukou: bool, law: PortabilityLaw) -> bool:
    """Whether the relation stays behind: men from 50, women from 40 who do not move to their hukou place.

    They open a temporary account in the new place, which is sent on when they retire. ``sex`` 0 male,
    1 female; ``age`` in years.
    """
    threshold = law.keep_age_men if sex == 0 else law.keep_age_women
    return age >= threshold and not returns_to_hukou


@decision
def paying_place(
    hukou: int, relation: int, relation_months: float, last_qualified: int, law: PortabilityLaw
) -> int:
    """The place (index) whose fund pays the pension.

    The place of hukou if the relation is there; else the relation's place if its ``relation_months`` of
    contributions reach ten years; else the last place that has ten years, ``last_qualified``; if there is
    none (``NOWHERE``), the place of hukou.
    """
    if relation == hukou or relation_months >= law.payer_months:
        return relation
    return last_qualified if last_qualified != NOWHERE else hukou


@decision
def months_lapsed(delay: float, u: float, months: int) -> int:
    """Whole months, of the ``months`` of the year, that lapse while a relation moves between provinces.

    ``delay`` (months) is met on average: its fraction is the chance of one month more, drawn by ``u``. Who
    pays in the year pays one month at least.
    """
    return min(int(delay + u), months - 1)
