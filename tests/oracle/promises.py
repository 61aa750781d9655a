"""What the scheme has promised, beside its flows: elders, and rights earned before a basic pension (11.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abm.timeline import stack_on
from oracle.worker import FIRST_YEAR, RETIRED, Worker

if TYPE_CHECKING:
    from datetime import date

    from oracle.model import Oracle

COHORT = 5


def empty_accounts(model: Oracle) -> list[float]:
    """Notional accounts of members of the enterprise scheme who have not retired, yuan by relation."""
    promised = [0] * len(model.province_of)
    for person in model.agents_by_type[Worker]:
        if person.inside and not person.public_group and person.status != RETIRED:
            promised[person.relation] += round(person.account) * person.weight
    return [float(yuan) for yuan in promised]


def elders(model: Oracle) -> list[float]:
    """Residents of the pension age of men, by locality."""
    pension_age = model.rules.law["men"][0] / 12.0
    older = [0.0] * 31
    for (p, _, cohort, *_), values in model.counts.groups.items():
        first = FIRST_YEAR + COHORT * cohort
        reached = model.year - pension_age - first + 1.0
        older[p] += values[0] * min(max(reached / COHORT, 0.0), 1.0)
    return [older[p] * share for p, share in zip(model.province_of, model.retired_share, strict=True)]


def basic_pension_begins(model: Oracle) -> date | None:
    """The first day on which the national basic pension is in force."""
    timeline = model.scenario.timeline
    for event in timeline:
        stack = stack_on(timeline, event.start)
        if stack is not None and stack.upper == "national_basic_pension":
            return event.start
    return None


def accrued(model: Oracle) -> list[float]:
    """The part of pensions that was earned before the national basic pension, by province."""
    begins = basic_pension_begins(model)
    if begins is None or model.year <= begins.year:
        return [1.0] * 31
    begin = model.parameters.value("regimes.accrual_from_age", model.year)
    ages = [
        model.parameters.value(f"retirement.age_{who}", model.year) / 12.0 for who in ("men", "women_worker")
    ]
    paid, earned = [0.0] * 31, [0.0] * 31
    for (p, sex, cohort, _, status), values in model.counts.groups.items():
        if status != RETIRED:
            continue
        middle = FIRST_YEAR + COHORT * cohort + COHORT / 2.0
        part = (begins.year - middle - begin) / (ages[sex] - begin)
        paid[p] += values[4]
        earned[p] += values[4] * min(max(part, 0.0), 1.0)
    return [e / b if b > 0.0 else 1.0 for e, b in zip(earned, paid, strict=True)]
