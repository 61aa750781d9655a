"""Estimates become the model's own values: written into the records, with standard error and origin.

An identified parameter gets the status *estimate*. One that the data do not identify moved with the others,
for leaving it out of a jointly estimated set would be another model; it stays *assumed* and says so. One that
ran into a bound is not adopted at all: where the search ended says more of the bound than of the parameter.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pandas as pd
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.nodes import MappingNode, Node

from abm.errors import UserError, unknown
from abm.parameters.files import FOLDER

NEEDED = ("parameter", "estimate", "se_robust", "at_bound", "identified")


def adopt(table: Path, commit: str, years: tuple[int, int], folder: Path = FOLDER) -> list[Path]:
    """Write the estimates of ``parameters.csv`` into the records of ``folder``; returns the files changed.

    ``commit`` is that of the code that made the estimation, ``years`` its fit window. Only the text of values
    is written anew: everything else of a file stays as its author wrote it, to the letter. Raises UserError,
    before anything is written: no such table, not one of parameters, a record or date that does not exist.
    """
    if not table.is_file():
        raise UserError(f"{table} does not exist; 'tongchou calibrate estimate' writes it")
    rows = pd.read_csv(table)
    if not set(NEEDED) <= set(rows.columns):
        raise UserError(f"{table} is no table of estimates; it needs the columns {', '.join(NEEDED)}")
    texts: dict[Path, str] = {}
    for row in rows[~rows["at_bound"]].itertuples():
        path, _, day = str(row.parameter).partition("@")
        stem, _, name = path.partition(".")
        file = folder / f"{stem}.yaml"
        if not file.is_file():
            raise unknown("parameter file", stem, [known.stem for known in folder.glob("*.yaml")], str(table))
        text = texts.get(file) or file.read_text(encoding="utf-8")
        start, end = _span(_value(text, file.name, name, day))
        texts[file] = text[:start] + _written(_entry(row, commit, years)) + text[end:]
    for file, text in texts.items():
        part = file.with_suffix(".part")
        part.write_text(text, encoding="utf-8")
        part.replace(file)
    return list(texts)


def _value(text: str, where: str, name: str, day: str) -> Node:
    """The node of a record's value from ``day`` on, or of its last one. Raises UserError: there is none."""
    records = {key.value: node for key, node in YAML().compose(text).value}
    if name not in records:
        raise unknown("parameter", name, records, where)
    fields = {key.value: node for key, node in records[name].value}
    values = {key.value: node for key, node in fields["values"].value}
    if day and day not in values:
        raise UserError(f"{where}: {name} has no value from {day} on; allowed: {', '.join(values)}")
    return values[day or max(values)]


def _span(node: Node) -> tuple[int, int]:
    """Where the text of a node begins and ends; a block ends with its last value."""
    last = node
    while isinstance(last, MappingNode) and not last.flow_style:
        last = last.value[-1][1]
    return node.start_mark.index, last.end_mark.index


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


def _written(entry: CommentedMap) -> str:
    """An entry as YAML on one line, however long."""
    yaml = YAML()
    yaml.width = 1_000_000
    text = io.StringIO()
    yaml.dump(entry, text)
    return text.getvalue().rstrip()
