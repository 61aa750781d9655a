"""Modules: institutions that change rules under any regime, each a list of the records it changes while on.

A module is switched on and off by dated events of the timeline. It has no code of its own in the phases: its
effect is a parameter that holds another value for as long as it is on, so that whoever reads the parameter
(an employer, a government, what a government expects of employers) lives under the changed rule, and a part
of a year counts by months like every dated value. How far a module goes is itself a record
(``modules.yaml``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import NamedTuple

from abm.parameters import Dated, Parameters, Record
from abm.timeline import Timeline

Rule = Callable[[float, float], float]
"""The value of a record without the module, and how far the module goes, to the value with it."""
Switches = list[tuple[date, bool]]


def raised(value: float, by: float) -> float:
    """The value and what the module adds to it."""
    return value + by


def cut(value: float, share: float) -> float:
    """The value less the share of it that the module takes away."""
    return value * (1.0 - share)


def nearer_one(value: float, share: float) -> float:
    """The value and that share of what it lacks to one."""
    return value + share * (1.0 - value)


def becomes(value: float, other: float) -> float:
    """The other record's value instead; a province's own values end with it."""
    return other


def ends(value: float, _: float) -> float:
    """Nothing: what the record allows is abolished."""
    return 0.0


class Change(NamedTuple):
    """What a module does to one record while it is on; ``off`` is the record's value while it is not."""

    record: str
    rule: Rule
    strength: str  # the record that says how far
    off: float | None = None  # None: the record's own value


def only(record: str) -> Change:
    """A record that means something only while the module is on, and is zero otherwise."""
    return Change(record, becomes, record, off=0.0)


CHANGES: dict[str, tuple[Change, ...]] = {
    "waiver_2020": (only("contributions.waiver_2020"),),
    "tax_collection": (
        Change("employer.audit_base", raised, "modules.tax_collection_audit"),
        Change("employer.registration_base", raised, "modules.tax_collection_registration"),
    ),
    "tax_assessment": (
        Change("employer.audit_base", raised, "modules.tax_assessment_audit"),
        Change("employer.registration_base", raised, "modules.tax_assessment_registration"),
    ),
    "vertical_management": (
        Change("employer.audit_base", raised, "modules.vertical_audit"),
        Change("employer.registration_base", raised, "modules.vertical_registration"),
        Change("government.local_reach", cut, "modules.vertical_reach"),
        Change("government.audit_cost", cut, "modules.vertical_cost"),
        Change("government.registration_cost", cut, "modules.vertical_cost"),
    ),
    "platform": (
        Change("worker.awareness_low", raised, "modules.platform_awareness"),
        Change("worker.awareness_high", raised, "modules.platform_awareness"),
        Change("portability.transfer_delay", cut, "modules.platform_transfer"),
        Change("portability.months_lost", cut, "modules.platform_transfer"),
        Change("regimes.platform_quality", nearer_one, "modules.platform_sight"),
        only("modules.platform_approvals"),
        Change("portability.duplicates_kept", cut, "modules.platform_records"),
        Change("portability.duplicates_cleared", nearer_one, "modules.platform_records"),
        Change("benefits.forged_share", cut, "modules.platform_records"),
    ),
    "unified_contributions": (
        Change("contributions.employer_rate", becomes, "contributions.employer_rate"),
        Change("government.rate_devolved", ends, "government.rate_devolved"),
        Change("government.floor_devolved", ends, "government.floor_devolved"),
        only("modules.unified_contribution_base"),
    ),
    "unified_benefits": (only("modules.unified_benefit_base"),),
    "parity": (only("modules.parity_pressure"),),
}
"""What each module changes in records. What a module does beyond that is read where it acts: how bases are
unified in ``phases/announce.py``, money between governments in ``regimes``."""


def in_force(parameters: Parameters, timeline: Timeline) -> Parameters:
    """The parameters with what the timeline's modules change in them, while they are on.

    Numbers that say how far a module goes are those of ``parameters``; values stay within their record's
    range.
    """
    changed: dict[str, Record] = {}
    for module, changes in CHANGES.items():
        switches = switches_of(timeline, module)
        for change in changes:
            if switches or change.off is not None:
                record = changed.get(change.record) or parameters.record(change.record)
                changed[change.record] = _changed(record, change, parameters, switches)
    return parameters.replaced(changed.values())


def switches_of(timeline: Timeline, module: str) -> Switches:
    """When a module is switched on and off, in order of time.

    A month belongs to the state of its first day (as in ``timeline.modules_of``), so that a switch within a
    month counts from the next.
    """
    switches: dict[date, bool] = {}
    for event in timeline:
        if module in event.modules:
            switches[_month_from(event.start)] = event.modules[module]
    return sorted(switches.items())


def _month_from(day: date) -> date:
    """The day if it is the first of a month, else the first of the next."""
    if day.day == 1:
        return day
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _changed(record: Record, change: Change, parameters: Parameters, switches: Switches) -> Record:
    """The record with other values while the module is on."""
    strength = parameters.record(change.strength).values
    low, high = record.range
    days = {day for day, _ in switches} | {entry.start for entry in strength}

    def spliced(entries: Sequence[Dated]) -> tuple[Dated, ...]:
        values: list[Dated] = []
        for start in sorted(days | {date.min} | {entry.start for entry in entries}):
            value = _on(entries, start)
            if _is_on(switches, start):
                value = min(max(change.rule(value, _on(strength, start)), low), high)
            elif change.off is not None:
                value = change.off
            if not values or values[-1].value != value:
                values.append(Dated(start=start, value=value))
        return tuple(values)

    return record.model_copy(
        update={
            "values": spliced(record.values),
            "by_province": {name: spliced(entries) for name, entries in record.by_province.items()},
        }
    )


def _on(entries: Iterable[Dated], day: date) -> float:
    """The value in force on a day; the first also holds before its date."""
    past = [entry for entry in entries if entry.start <= day] or list(entries)[:1]
    value = past[-1].value
    if isinstance(value, dict):
        raise TypeError("a module changes values, not tables")
    return float(value)


def _is_on(switches: Switches, day: date) -> bool:
    states = [on for start, on in switches if start <= day]
    return bool(states) and states[-1]
