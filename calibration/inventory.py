"""What the code knows of itself, as tables: state, phases, draws, parameters, scenarios, outputs, targets.

Every function returns rows of text, the first one being the header; ``calibration.document`` prints them.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from abm import data, draws, modules, regimes, scenarios
from abm.agents.local_government import MEANINGS
from abm.columns import SCHEMA
from abm.model import PensionModel
from abm.parameters import Parameters, Record
from abm.population import employers, persons, places
from abm.scenario import Scenario
from calibration import free, targets

Rows = list[tuple[str, ...]]
LAST = 2030
"""The last year of the run whose reading of data is watched: past all published series."""
SCALE = 400_000
Inputs = dict[tuple[str, str], set[int]]


def first_line(thing: object) -> str:
    """The first line of a docstring."""
    return (inspect.getdoc(thing) or "").split("\n")[0]


def _storage(dtype: str) -> str:
    return np.dtype(dtype).name


def person_columns() -> Rows:
    """Columns of the person table."""
    return _columns(persons.PERSON_COLUMNS)


def employer_columns() -> Rows:
    """Columns of the employer table."""
    return _columns(employers.COLUMNS)


def _columns(columns: tuple[persons.Column, ...]) -> Rows:
    rows = [(f"`{c.name}`", _storage(c.dtype), c.unit or "–", c.meaning) for c in columns]
    return [("column", "type", "unit", "meaning"), *rows]


def levers() -> Rows:
    """Levers of local governments."""
    rows = [(f"`{name}`", unit, meaning) for name, (unit, meaning) in MEANINGS.items()]
    return [("lever", "unit", "meaning"), *rows]


def phases() -> Rows:
    """The phases of a year in their order."""
    rows = [
        (str(i), name, f"`{phase.__name__}`", first_line(phase))
        for i, (name, phase) in enumerate(PensionModel.PHASES, start=1)
    ]
    return [("", "phase", "method", "what it does"), *rows]


def streams() -> Rows:
    """Streams of random draws."""
    return [("stream", "what its draws decide"), *draws.PURPOSES.items()]


def parameters() -> Rows:
    """All records with the latest value, unit, status, range and source."""
    known = Parameters.load()
    freed = {name.partition("@")[0] for name in free.load().names}
    rows = [
        (f"`{r.path}`", r.title, _value(r), r.unit, r.status, f"{r.range[0]:g} to {r.range[1]:g}",
         "yes" if r.path in freed else "", _source(r))
        for r in map(known.record, known.paths())
    ]  # fmt: skip
    return [
        ("parameter", "meaning", "latest value", "unit", "status", "range", "estimated", "source"), *rows
    ]  # fmt: skip


def _value(record: Record) -> str:
    last = record.values[-1]
    value = f"table of {len(last.value)}" if isinstance(last.value, dict) else f"{last.value:,.6g}"
    since = f" from {last.start}" if len(record.values) > 1 else ""
    return f"{value}{since}" + (", by province" if record.by_province else "")


def _source(record: Record) -> str:
    """The record's source, or that of its latest value."""
    return record.values[-1].source or record.source or "–"


def statuses() -> Rows:
    """How many records of each subject have which status."""
    known = Parameters.load()
    count: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for record in map(known.record, known.paths()):
        count[record.path.split(".")[0]][record.status] += 1
    order = ("law", "statistic", "estimate", "assumed")
    rows = [
        (f"`{subject}`", *(str(n.get(status, 0)) for status in order)) for subject, n in sorted(count.items())
    ]
    total = [str(sum(n.get(status, 0) for n in count.values())) for status in order]
    return [("subject", *order), *rows, ("all", *total)]


def regime_rules() -> Rows:
    """The money rules by tier, each in the first words of its file."""
    rows = [
        (tier, f"`{name}`", first_line(sys.modules[rule.__module__]))
        for tier, rules in (("lower", regimes.LOWER), ("upper", regimes.UPPER), ("module", regimes.MODULES))
        for name, rule in rules.items()
    ]
    return [("tier", "rule", "what it says"), *rows]


def module_changes() -> Rows:
    """Modules that change records, and which."""
    rows = [
        (f"`{name}`", ", ".join(f"`{change.record}`" for change in changes))
        for name, changes in modules.CHANGES.items()
    ]
    return [("module", "records it changes while it is on"), *rows]


def scenario_list() -> Rows:
    """The scenarios that come with the package."""
    shipped = [scenarios.read(name) for name in scenarios.shipped()]
    rows = [(f"`{d.name}`", f"`{d.base}`" if d.base else "–", d.title) for d in shipped]
    return [("scenario", "changes", "what it is"), *rows]


def outputs() -> Rows:
    """Columns of every table of a run; a column that several tables share has one row."""
    tables: dict[tuple[str, str], list[str]] = defaultdict(list)
    columns = {}
    for table, own in SCHEMA.items():
        for name, column in own.items():
            tables[name, column.definition].append(table)
            columns[name, column.definition] = column
    rows = [
        (", ".join(tables[key]), f"`{key[0]}`", column.unit, column.definition, column.source)
        for key, column in columns.items()
    ]
    return [("tables", "column", "unit", "definition", "source"), *rows]


def target_list() -> Rows:
    """Every target: what is compared, the years of calibration and those of validation, the error."""
    rows = [
        (f"`{t.name}`", t.level, t.definition, t.places, _years(t, "fit"), _years(t, "validate"),
         _years(t, "kept_back"), f"{t.error:g} ({t.compare})", t.label, t.source)
        for t in targets.moments()
    ]  # fmt: skip
    head = (
        "target", "level", "definition", "places", "fit", "validate", "kept back", "error", "label", "source"
    )  # fmt: skip
    return [head, *rows]


def effect_list() -> Rows:
    """Published estimates that are repeated on simulated panels."""
    rows = [(f"`{e.name}`", e.definition, e.unit, _size(e), e.source) for e in targets.effects()]
    return [("effect", "definition", "unit", "published", "source"), *rows]


def _size(effect: targets.Effect) -> str:
    if effect.value is None:
        return "positive" if effect.sign > 0 else "negative"
    band = f" ({effect.low:g} to {effect.high:g})" if effect.low is not None else ""
    return f"{effect.value:g}{band}"


def _years(target: targets.Moment, split: targets.Split) -> str:
    return _spans(set(target.years.get(split, ())))


def _spans(years: set[int]) -> str:
    """Years as text, those in a row as first–last."""
    parts: list[list[int]] = []
    for year in sorted(years):
        if parts and year == parts[-1][-1] + 1:
            parts[-1].append(year)
        else:
            parts.append([year])
    return ", ".join(f"{p[0]}" if len(p) == 1 else f"{p[0]}–{p[-1]}" for p in parts)


# Data, and what they serve


def inputs() -> Inputs:
    """What a run of the history reads: (table, variable) and the years; whole tables as variable ``*``.

    The data functions are watched while the model runs to 2030 by province, and while the prefectures are
    set up, in a process that has not read any data yet (the model keeps some tables once read).
    """
    read: Inputs = defaultdict(set)
    with _watched(read):
        places.load("prefecture")
        PensionModel(Scenario.named("history", scale=SCALE, end=LAST), threads=1).run()
    return read


@contextmanager
def _watched(read: Inputs) -> Iterator[None]:
    def series(function: Callable[..., Any]) -> Callable[..., Any]:
        def watched(table: str, variable: str, years: Any, **keys: Any) -> Any:
            years = [int(year) for year in years]
            read[table, variable].update(years)
            return function(table, variable, years, **keys)

        return watched

    def whole(function: Callable[..., Any]) -> Callable[..., Any]:
        def watched(table: str, **keys: Any) -> Any:
            read[table, "*"].update(int(v) for k, v in keys.items() if k == "year")
            return function(table, **keys)

        return watched

    kept = {name: getattr(data, name) for name in ("panel", "national", "matrix", "load")}
    try:
        for name, function in kept.items():
            setattr(data, name, (series if name in {"panel", "national"} else whole)(function))
        yield
    finally:
        for name, function in kept.items():
            setattr(data, name, function)


def data_uses(read: Inputs) -> Rows:
    """Every data table by what it serves: specification (a run reads it), calibration, validation."""
    rows = []
    for name, table in data.tables().items():
        own = [t for t in targets.moments() if name in tables_of(t)]
        rows.append((
            f"`{name}`", table.title, _read(name, read),
            "; ".join(f"`{t.name}` {_years(t, 'fit')}" for t in own if t.years.get("fit")) or "–",
            "; ".join(f"`{t.name}` {_later(t)}" for t in own if _later(t)) or "–",
            _quality(name),
        ))  # fmt: skip
    return [("table", "what it holds", "specification", "calibration", "validation", "quality"), *rows]


def tables_of(target: targets.Moment) -> set[str]:
    """The data tables behind a target: that of its value, and those its source names."""
    named = set(re.findall(r"(\w+)\.csv", target.source))
    if isinstance(target.value, str) and "." in target.value:
        named.add(target.value.partition(".")[0])
    return named & set(data.names())


def _later(target: targets.Moment) -> str:
    return _spans({year for split in ("validate", "kept_back") for year in target.years.get(split, ())})  # type: ignore[call-overload]


def _read(table: str, read: Inputs) -> str:
    parts = []
    for (name, variable), years in sorted(read.items()):
        if name == table:
            what = "whole table" if variable == "*" else f"`{variable}`"
            parts.append(f"{what} {_spans(years)}".strip())
    return "; ".join(parts) or "–"


def _quality(table: str) -> str:
    """How many rows are exact, rounded, partial, candidate or derived."""
    frame = data.load(table)
    if "quality" not in frame:
        return "–"
    return ", ".join(f"{word} {count:,}" for word, count in frame["quality"].value_counts().items())


def record_sources() -> Rows:
    """What documents the records rest on: source, status, records."""
    known = Parameters.load()
    by_source: dict[tuple[str, str], list[str]] = defaultdict(list)
    for record in map(known.record, known.paths()):
        for source in dict.fromkeys(filter(None, [record.source, *(v.source for v in record.values)])):
            by_source[source, record.status].append(f"`{record.path}`")
    rows = [
        (source, status, ", ".join(dict.fromkeys(paths))) for (source, status), paths in by_source.items()
    ]
    return [("source", "status", "records"), *rows]


def data_sources() -> Rows:
    """Where the values of every data table come from."""
    text = data.sources()
    rows = [
        (f"`{name}`", source, text.get(source, source))
        for name, table in data.tables().items()
        for source in table.sources
    ]
    return [("table", "id", "source"), *rows]
