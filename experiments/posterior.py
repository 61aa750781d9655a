"""Draws of parameters from a file: one column a parameter, one row a draw, and a weight.

The file is a Parquet table. A column is named by the path of a parameter (``employer.audit_base``), or by
path
and date (``employer.registration_base@2014-01-01``), which changes the value from that date to the next and
leaves the other dates alone. The column ``weight`` (not negative, any sum) says how often a row is drawn.
``calibration.posterior`` writes such files; any other method may.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from abm.errors import UserError
from abm.parameters import Parameters
from abm.parameters.parse import parse_date
from abm.parameters.record import Dated

WEIGHT = "weight"


def draws(file: Path | str, count: int, seed: int = 1) -> list[dict[str, Any]]:
    """``count`` draws as entries for the ``set`` of a scenario, the same for the same file, count and seed.

    Rows are picked systematically by weight, so few draws already spread over the posterior. Raises
    UserError: no such file, no weight, an unknown parameter, no draw wanted.
    """
    table = read(file)
    if count < 1:
        raise UserError(f"--posterior {count} draws nothing; allowed: at least 1")
    marks = (np.arange(count) + np.random.default_rng(seed).random()) / count
    cumulative = np.cumsum(table[WEIGHT]) / table[WEIGHT].sum()
    rows = np.searchsorted(cumulative, marks)
    names = [name for name in table.columns if name != WEIGHT]
    return [as_set({name: float(table[name].iloc[row]) for name in names}) for row in rows]


def read(file: Path | str) -> pd.DataFrame:
    """The table of draws, checked."""
    file = Path(file)
    if not file.is_file():
        raise UserError(f"posterior '{file}' does not exist; 'tongchou calibrate' writes one")
    try:
        table = pd.read_parquet(file)
    except (OSError, ValueError) as error:
        raise UserError(f"posterior '{file}' is no Parquet table: {str(error).splitlines()[0]}") from None
    if WEIGHT not in table or not (table[WEIGHT] >= 0).all() or not table[WEIGHT].sum() > 0:
        raise UserError(f"posterior '{file}' needs a column '{WEIGHT}' of numbers not below zero")
    records = Parameters.load()
    for name in table.columns:
        if name != WEIGHT:
            value_of(name, records)
    return table


def value_of(name: str, records: Parameters) -> float:
    """The model's own value of ``path`` (its last one) or of ``path@date``; UserError for an unknown one."""
    path, dated, day = name.partition("@")
    record = records.record(path)
    if record.kind == "table":
        raise UserError(f"{record.where} is a table; name one of single values")
    entries = _entries(record.values, record.where, day) if dated else record.values[-1:]
    return float(entries[0].value)  # type: ignore[arg-type]


def _entries(values: tuple[Dated, ...], where: str, day: str) -> list[Dated]:
    found = [entry for entry in values if entry.start == parse_date(day, where)]
    if not found:
        allowed = ", ".join(str(entry.start) for entry in values)
        raise UserError(f"{where} has no value from {day} on; allowed: {allowed}")
    return found


def as_set(values: Mapping[str, float]) -> dict[str, Any]:
    """Values by name as the ``set`` of a scenario: the dates of one record are gathered in one entry."""
    settings: dict[str, Any] = {}
    records: Parameters | None = None
    for name, value in values.items():
        path, dated, day = name.partition("@")
        if not dated:
            settings[path] = value
            continue
        records = records or Parameters.load()
        own = {entry.start: float(entry.value) for entry in records.record(path).values}  # type: ignore[arg-type]
        changed = settings.setdefault(path, own)
        changed[parse_date(day, path)] = value
    return settings
