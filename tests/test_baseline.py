"""The golden baseline: no number of the history changes without somebody saying so."""

from __future__ import annotations

import json
import math

import baseline
import pytest

HINT = (
    "the history's numbers changed. If that is meant: run `.venv/bin/python tests/baseline.py`, and say in "
    "CHANGELOG.md what changed them and why"
)
TOLERANCE = 1e-9
"""Relative; other machines' compilers may order a floating-point operation differently."""


def changes(old: dict, new: dict) -> list[str]:
    """Cells that differ, as table, row, column: old -> new."""
    found = []
    for table in sorted({*old, *new}):
        before, after = old.get(table, {}), new.get(table, {})
        for row in sorted({*before, *after}):
            a, b = before.get(row, {}), after.get(row, {})
            for column in sorted({*a, *b}):
                x, y = a.get(column, math.nan), b.get(column, math.nan)
                if not math.isclose(x, y, rel_tol=TOLERANCE, abs_tol=1e-12):
                    found.append(f"{table} {row} {column}: {x} -> {y}")
    return found


def test_the_history_has_the_numbers_of_the_baseline() -> None:
    saved = json.loads(baseline.FILE.read_text(encoding="utf-8"))
    found = changes(saved, baseline.numbers())
    if found:
        pytest.fail(f"{HINT} ({len(found)} numbers):\n" + "\n".join(found[:20]), pytrace=False)


def test_the_baseline_holds_every_year_and_province() -> None:
    saved = json.loads(baseline.FILE.read_text(encoding="utf-8"))
    assert list(saved["national"]) == [str(year) for year in range(2010, 2019)]
    assert len(saved["provinces"]) == 31
    assert all(len(row) >= 30 for table in saved.values() for row in table.values())


def test_a_change_of_the_ninth_digit_shows_and_one_of_the_last_does_not() -> None:
    table = {"national": {"2010": {"reserve": 1.0}}}
    assert changes(table, {"national": {"2010": {"reserve": 1.0 + 1e-12}}}) == []
    assert changes(table, {"national": {"2010": {"reserve": 1.0 + 1e-8}}}) != []
    assert changes(table, {"national": {}}) != []
    assert changes(table, {"national": {"2010": {"reserve": 1.0, "more": 1.0}}}) != []
