"""The model's parameters: dated records in YAML files, one file per subject, and the way to read them.

>>> from abm.parameters import Parameters
>>> P = Parameters.load(overrides={"contributions.worker_rate": 0.07})
>>> P.value("contributions.employer_rate", 2019), P.value("contributions.worker_rate", 2019)

A path is the file's stem and the record's name. A value counts in a year by the months in force: a change on
1 May weighs eight months of twelve, one within a month weighs by its days (:mod:`abm.parameters.dated`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from abm.errors import unknown
from abm.parameters.describe import describe
from abm.parameters.files import FOLDER, read
from abm.parameters.override import replace, replace_part
from abm.parameters.record import Dated, Record, Table
from abm.space import PROVINCE_NAMES

__all__ = ["Dated", "Parameters", "Record", "Table", "describe"]


class Parameters:
    """All records in force, after overrides. Immutable; equal and hashed by content; safe to pickle."""

    __slots__ = ("_digest", "_records")

    def __init__(self, records: Mapping[str, Record]) -> None:
        self._records = dict(records)
        self._digest = hashlib.sha256(json.dumps(self.resolved(), sort_keys=True).encode()).hexdigest()

    @classmethod
    def load(cls, overrides: Mapping[str, object] | None = None, folder: Path = FOLDER) -> Parameters:
        """Read the records of ``folder`` and replace some of their values.

        ``overrides`` maps a path to a number or to ``{date: number}``, which replaces the values of every
        province as well. A path may also name one province (``contributions.employer_rate.Guangdong``) or one
        entry of a table (``benefits.account_divisors.60``). Longer paths win over shorter ones.
        Raises UserError: unknown path, a value that is no number or out of the record's range.
        """
        records = read(folder)
        for path, values in sorted((overrides or {}).items(), key=lambda item: item[0].count(".")):
            if path in records:
                records[path] = replace(records[path], values)
                continue
            whole, _, part = path.rpartition(".")
            if whole not in records:
                raise unknown("parameter", path, records)
            records[whole] = replace_part(records[whole], part, values)
        return cls(records)

    def replaced(self, records: Iterable[Record]) -> Parameters:
        """The parameters with other records in the place of those of the same paths."""
        return Parameters(self._records | {record.path: record for record in records})

    def record(self, path: str) -> Record:
        """The record of ``path``; UserError with the nearest name if there is none."""
        if path not in self._records:
            raise unknown("parameter", path, self._records)
        return self._records[path]

    def value(self, path: str, year: int, province: str | None = None) -> float:
        """The value of a year, pro rata to the months in force; of a province where it differs."""
        return self.record(path).value(year, province)

    def by_province(self, path: str, year: int) -> NDArray[np.float64]:
        """The value of a year in each of the 31 provinces, in province index order, shape (31,)."""
        record = self.record(path)
        return np.array([record.value(year, province) for province in PROVINCE_NAMES], dtype=np.float64)

    def table(self, path: str, year: int) -> Table:
        """The table of a year, ``{key: number}``."""
        return self.record(path).table(year)

    def paths(self) -> list[str]:
        """All paths, in the order of file name and record."""
        return list(self._records)

    def resolved(self) -> dict[str, Any]:
        """Every record in force as JSON-able values: unit, status, values by date, by province."""
        return {
            path: {
                "unit": record.unit,
                "status": record.status,
                "overridden": record.overridden,
                "values": _jsonable(record.values),
                "by_province": {name: _jsonable(dated) for name, dated in record.by_province.items()},
            }
            for path, record in self._records.items()
        }

    @property
    def digest(self) -> str:
        """SHA-256 over :meth:`resolved`, as 64 hexadecimal digits: equal for equal content."""
        return self._digest

    def __hash__(self) -> int:
        return hash(self._digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Parameters) and self._digest == other._digest

    def __repr__(self) -> str:
        return f"<Parameters: {len(self._records)} records, {self._digest[:12]}>"


def _jsonable(dated: tuple[Dated, ...]) -> dict[str, Any]:
    return {
        entry.start.isoformat(): {str(key): number for key, number in entry.value.items()}
        if isinstance(entry.value, dict)
        else entry.value
        for entry in dated
    }
