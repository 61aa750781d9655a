"""Records with other values: what ``--set`` and the ``set`` of a scenario do."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date

from abm.errors import UserError, unknown
from abm.parameters.parse import parse_date
from abm.parameters.record import Dated, Record, Table
from abm.space import PROVINCE_NAMES


def replace(record: Record, values: object) -> Record:
    """The record with its values replaced by a number or ``{date: number}``, for every province."""
    first = record.values[0].value
    if isinstance(first, dict):
        example = f"{record.path}.{next(iter(first))}"
        raise UserError(f"{record.where} is a table; set one entry, such as {example}")
    return _checked(record, values=_dated(record, values), by_province={})


def replace_part(record: Record, part: str, values: object) -> Record:
    """The record with the values of one province, or of one entry of its table, replaced."""
    if record.kind == "value":
        if part not in PROVINCE_NAMES:
            raise unknown("province", part, PROVINCE_NAMES, record.where)
        return _checked(record, by_province={**record.by_province, part: _dated(record, values)})
    keys = {str(key): key for key in _table(record.values[0])}
    if part not in keys:
        raise unknown("entry", part, keys, record.where)
    numbers = _dated(record, values)
    starts = sorted({entry.start for entry in (*record.values, *numbers)})

    def changed(start: date) -> Dated:
        entry, number = _in_force(record.values, start), _in_force(numbers, start).value
        return entry.model_copy(update={"start": start, "value": {**_table(entry), keys[part]: number}})

    return _checked(record, values=tuple(changed(start) for start in starts))


def _in_force(entries: tuple[Dated, ...], day: date) -> Dated:
    """The last entry that has begun, or else the first."""
    return next((entry for entry in reversed(entries) if entry.start <= day), entries[0])


def _table(entry: Dated) -> Table:
    assert isinstance(entry.value, dict)  # a record of the kind table has nothing else
    return entry.value


def _checked(record: Record, **changes: object) -> Record:
    changed = record.model_copy(update={**changes, "overridden": True})
    changed.check()
    return changed


def _dated(record: Record, values: object) -> tuple[Dated, ...]:
    """One number for all time, or ``{date: number}``."""
    if not isinstance(values, Mapping):
        return (Dated(start=record.values[0].start, value=_number(record, values)),)
    if not values:
        raise UserError(f"{record.where} cannot be set to {{}}; allowed: a number or {{date: number}}")
    entries = [
        Dated(start=parse_date(start, record.where), value=_number(record, number))
        for start, number in values.items()
    ]
    return tuple(sorted(entries, key=lambda entry: entry.start))


def _number(record: Record, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise UserError(f"{record.where} cannot be set to {value!r}; allowed: a number or {{date: number}}")
    return float(value)
