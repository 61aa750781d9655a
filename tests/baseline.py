"""Golden numbers of the history at 1:20000; ``python tests/baseline.py`` writes them anew.

A change of these numbers is a change of the model: it needs a line in CHANGELOG.md that says why.
"""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
from runs import history

FILE = Path(__file__).with_name("baseline.json")
DIGITS = 10
YEAR = 2018
"""Year of the provinces' rows; the nation's are all years."""

Rows = dict[str, dict[str, float]]


def rows(frame: pd.DataFrame, key: str) -> Rows:
    """The numbers of a table by ``key``, in ten significant digits."""
    numbers = frame.select_dtypes("number").drop(columns="year")
    return {
        str(label): {name: float(f"{value:.{DIGITS}g}") for name, value in row.items()}
        for label, row in zip(frame[key], numbers.to_dict("records"), strict=True)
    }


def numbers() -> dict[str, Rows]:
    """The numbers of this version of the model."""
    results = history()
    provinces = results.provinces
    return {
        "national": rows(results.national, "year"),
        "provinces": rows(provinces[provinces.year == YEAR], "province"),
    }


def write() -> None:
    """Write the numbers of this version of the model into ``baseline.json``."""
    FILE.write_text(json.dumps(numbers(), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()
