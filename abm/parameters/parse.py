"""From what a YAML file holds to a record, and every mistake in one sentence that names file and path."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, get_args

from pydantic import ValidationError

from abm.errors import UserError, unknown
from abm.parameters.record import Dated, Kind, Record, Status

KEYS = tuple(name for name in Record.model_fields if name not in {"path", "file", "overridden"})
"""The keys a record may have in its YAML file."""


def parse(file: str, name: str, raw: object) -> Record:
    """The record ``name`` of ``file`` from what its YAML holds; a UserError naming both if it is wrong."""
    path = f"{file.removesuffix('.yaml')}.{name}"
    where = f"{path} ({file})"
    if not isinstance(raw, Mapping):
        raise UserError(f"{where} must be a mapping with keys {', '.join(KEYS)}")
    for key in raw:
        if key not in KEYS:
            raise unknown("key", str(key), KEYS, where)
    fields = dict(raw)
    fields["values"] = _stated(fields.get("values"), where)
    provinces = fields.get("by_province") or {}
    if not isinstance(provinces, Mapping):
        raise UserError(f"{where}: by_province must be {{province: {{date: number}}}}")
    fields["by_province"] = {key: _stated(value, f"{where} {key}") for key, value in provinces.items()}
    if isinstance(fields.get("range"), list):
        fields["range"] = tuple(fields["range"])
    try:
        record = Record(path=path, file=file, **fields)
    except ValidationError as error:
        raise _sentence(error, where) from None
    record.check()
    return record


def _stated(values: object, where: str) -> tuple[Dated, ...]:
    """Dated values as a YAML file states them: ``{date: number}`` or ``{date: {value: …, source: …}}``."""
    if not isinstance(values, Mapping) or not values:
        raise UserError(f"{where}: values must be {{date: number}}, such as {{2006-01-01: 0.2}}")
    entries = []
    for start, stated in values.items():
        fields = stated if isinstance(stated, Mapping) and "value" in stated else {"value": stated}
        try:
            entries.append(Dated(start=parse_date(start, where), **fields))
        except ValidationError as error:
            raise _sentence(error, f"{where} from {start}") from None
    return tuple(sorted(entries, key=lambda entry: entry.start))


def parse_date(value: object, where: str) -> date:
    """A date as YAML gives it, or written out in a scenario that has been through JSON."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise UserError(f"{where}: bad date {str(value)!r}; write YYYY-MM-DD") from None


def _sentence(error: ValidationError, where: str) -> UserError:
    """The first error of pydantic in our words."""
    first: Any = error.errors()[0]
    place, given = str(first["loc"][0]), first["input"]
    if first["type"] == "missing":
        return UserError(f"missing key '{place}' in {where}")
    if first["type"] == "extra_forbidden":
        return unknown("key", place, [name for name in Dated.model_fields if name != "start"], where)
    if first["type"] == "literal_error":
        return unknown(place, str(given), get_args(Status if place == "status" else Kind), where)
    if first["type"] == "finite_number" or place == "value":
        return UserError(f"{where}: {place} {given!r} is not a number")
    return UserError(f"{where}: {place} {given!r} is not valid ({first['msg'].lower()})")
