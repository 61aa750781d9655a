"""Estimates become the model's own values: written into the records, with standard error and origin.

An identified parameter gets the status *estimate*. One that the data do not identify moved with the others,
for leaving it out of a jointly estimated set would be another model; it stays *assumed* and says so. One that
ran into a bound is not adopted at all: where the search ended says more of the bound than of the parameter.
"""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap

from abm.errors import UserError
from abm.parameters.files import FOLDER

NEEDED = ("parameter", "estimate", "se_robust", "at_bound", "identified")


def adopt(table: Path, commit: str, years: tuple[int, int], folder: Path = FOLDER) -> list[Path]:
    """Write the estimates of ``parameters.csv`` into the records of ``folder``; returns the files changed.

    ``commit`` is that of the code that made the estimation, ``years`` its fit window. Everything else of a
    file stays as it is, to the letter. Raises UserError: no such table, or not one of parameters.
    """
    if not table.is_file():
        raise UserError(f"{table} does not exist; 'tongchou calibrate estimate' writes it")
    rows = pd.read_csv(table)
    if not set(NEEDED) <= set(rows.columns):
        raise UserError(f"{table} is no table of estimates; it needs the columns {', '.join(NEEDED)}")
    files: dict[Path, Any] = {}
    yaml = _plain()
    for row in rows[~rows["at_bound"]].itertuples():
        path, dated, day = str(row.parameter).partition("@")
        stem, _, name = path.partition(".")
        file = folder / f"{stem}.yaml"
        if file not in files:
            files[file] = yaml.load(file.read_text(encoding="utf-8"))
        values = files[file][name]["values"]
        start = date.fromisoformat(day) if dated else max(values)
        values[start] = _entry(row, commit, years)
    for file, content in files.items():
        text = io.StringIO()
        yaml.dump(content, text)
        part = file.with_suffix(".part")
        part.write_text(text.getvalue(), encoding="utf-8")
        part.replace(file)
    return list(files)


def _entry(row: Any, commit: str, years: tuple[int, int]) -> CommentedMap:
    """A dated value on one line: value, status, standard error, origin."""
    first, last = years
    origin = f"method of simulated moments, {first}-{last}, commit {commit}"
    entry = CommentedMap(value=float(f"{row.estimate:.4g}"))
    if row.identified:
        entry["status"] = "estimate"
        entry["standard_error"] = float(f"{row.se_robust:.2g}")
        entry["source"] = origin
    else:
        entry["status"] = "assumed"
        entry["source"] = f"moved with the estimates, not identified ({origin})"
    entry.fa.set_flow_style()
    return entry


def _plain() -> YAML:
    """A reader and writer that keeps comments, quotes and line breaks."""
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 1_000_000  # lines are broken where they were
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml
