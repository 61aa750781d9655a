"""One record per parameter: its values by date, unit, source, status and admissible range."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from abm.errors import UserError, unknown
from abm.parameters.dated import weights
from abm.parameters.units import UNITS
from abm.space import PROVINCE_NAMES

Status = Literal["law", "statistic", "estimate", "assumed"]
Kind = Literal["value", "table"]
Key = int | str
Table = dict[Key, float]


class Dated(BaseModel):
    """A value or table in force from ``start`` on; its own source or status, if any, goes first.

    ``standard_error`` is that of an estimate, in the unit of the value.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    start: date
    value: float | Table
    source: str | None = None
    status: Status | None = None
    standard_error: float | None = Field(default=None, ge=0.0)

    def numbers(self) -> list[float]:
        """The numbers in force from ``start`` on: one, or those of the table."""
        return list(self.value.values()) if isinstance(self.value, dict) else [self.value]


class Record(BaseModel):
    """A parameter as its YAML file states it.

    ``path`` is the file's stem and the record's name, ``contributions.employer_rate``. ``range`` is the
    lowest and highest admissible value; for a record that is estimated or assumed it is also the range that
    is swept. ``by_province`` holds the dated values of the provinces that differ from the nation.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    path: str
    file: str
    title: str
    unit: str
    status: Status
    range: tuple[float, float]
    values: tuple[Dated, ...]
    kind: Kind = "value"
    source: str = ""
    note: str = ""
    by_province: dict[str, tuple[Dated, ...]] = {}
    overridden: bool = False

    @property
    def where(self) -> str:
        """The record's place in error messages: ``contributions.employer_rate (contributions.yaml)``."""
        return f"{self.path} ({self.file})"

    def dated(self, province: str | None = None) -> tuple[Dated, ...]:
        """The dated values of a province (those of the nation where the province has none of its own)."""
        if province is not None and province not in PROVINCE_NAMES:
            raise unknown("province", province, PROVINCE_NAMES, self.where)
        return self.by_province.get(province, self.values) if province else self.values

    def value(self, year: int, province: str | None = None) -> float:
        """The value of ``year``, pro rata to the months in force (see :mod:`abm.parameters.dated`)."""
        if self.kind == "table":
            raise UserError(f"{self.where} is a table, not one value; allowed: table()")
        dated = self.dated(province)
        shares = weights([entry.start for entry in dated], year)
        return math.fsum(
            share * entry.value
            for share, entry in zip(shares, dated, strict=True)
            if share > 0 and isinstance(entry.value, float | int)
        )

    def table(self, year: int) -> Table:
        """The table of ``year``: each entry pro rata to the months in force."""
        if self.kind == "value":
            raise UserError(f"{self.where} is one value, not a table; allowed: value()")
        shares = weights([entry.start for entry in self.values], year)
        tables = [entry.value for entry in self.values if isinstance(entry.value, dict)]
        return {
            key: math.fsum(
                share * table[key] for share, table in zip(shares, tables, strict=True) if share > 0
            )
            for key in tables[0]
        }

    def check(self) -> None:
        """Refuse what no schema can: an unknown unit or province, a missing source, a value out of range."""
        if self.unit not in UNITS:
            raise unknown("unit", self.unit, UNITS, self.where)
        for province in self.by_province:
            if province not in PROVINCE_NAMES:
                raise unknown("province", province, PROVINCE_NAMES, self.where)
        self._check_sources()
        self._check_tables()
        self._check_range()

    def _check_sources(self) -> None:
        if self.overridden:
            return
        for place, entry in self._entries():
            status = entry.status or self.status
            if status != "assumed" and not (entry.source or self.source):
                raise UserError(f"{place}: status '{status}' needs a source; without one it is 'assumed'")

    def _check_tables(self) -> None:
        if self.kind == "table" and self.by_province:
            raise UserError(f"{self.where}: a table cannot have by_province")
        keys: set[Key] | None = None
        for place, entry in self._entries():
            if isinstance(entry.value, dict) != (self.kind == "table"):
                wanted = "{key: number} (kind: table)" if self.kind == "table" else "a number (kind: value)"
                raise UserError(f"{place}: each dated value must be {wanted}")
            if isinstance(entry.value, dict):
                if keys is not None and set(entry.value) != keys:
                    raise UserError(f"{place}: the tables of all dates must have the same keys")
                keys = set(entry.value)

    def _check_range(self) -> None:
        low, high = self.range
        if low > high:
            raise UserError(f"{self.where}: range [{low:g}, {high:g}] is empty; write [lowest, highest]")
        for place, entry in self._entries():
            for number in entry.numbers():
                if not low <= number <= high:
                    raise UserError(f"{place}: {number:g} is out of range; allowed: {low:g} to {high:g}")

    def _entries(self) -> Iterator[tuple[str, Dated]]:
        for name, dated in [("", self.values), *self.by_province.items()]:
            for entry in dated:
                yield f"{self.where}{' ' + name if name else ''} from {entry.start}", entry
