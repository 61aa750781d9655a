"""Published statistics of the employee pension, the population and the economy, each value with its source.

``load`` gives a table, ``panel`` a province x year array, ``national`` a national series, ``matrix`` a
destination x origin array, ``tables`` what there is, ``sources`` the text behind a source id. The tables are
built by ``python -m abm.data.build``; money is in yuan, people in persons, rates are shares.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from abm.errors import UserError, unknown
from abm.space import NATION, PROVINCE_NAMES

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

FOLDER = Path(__file__).parent
TEXT_COLUMNS = ("code",)


@dataclass(frozen=True)
class Variable:
    """A variable of a table: unit and definition."""

    unit: str
    definition: str


@dataclass(frozen=True)
class Table:
    """What a table holds; ``years`` are the years (or first years of periods) with any value, sorted."""

    name: str
    title: str
    description: str
    traps: tuple[str, ...]
    columns: tuple[str, ...]
    rows: int
    variables: Mapping[str, Variable]
    years: tuple[int, ...]
    sources: tuple[str, ...]


def names() -> tuple[str, ...]:
    """The names of the tables, in alphabetical order."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.csv") if path.stem != "sources"))


@cache
def _frame(name: str) -> pd.DataFrame:
    import pandas as pd

    if name not in names():
        raise unknown("table", name, names(), "abm.data")
    frame = pd.read_csv(FOLDER / f"{name}.csv", dtype=dict.fromkeys(TEXT_COLUMNS, str))
    return frame.astype({"value": float}) if "value" in frame else frame


def load(name: str) -> pd.DataFrame:
    """A table as a frame of its own (changing it changes nothing here).

    Tidy tables have the columns province (English name, ``China`` for the nation), year, variable, value,
    unit, quality, source; tables by age, of flows, and ``prefectures`` have more keys.
    Raises UserError for an unknown table.
    """
    return _frame(name).copy()


def _cells(table: str, variable: str, keys: Mapping[str, Any]) -> pd.DataFrame:
    frame = _frame(table)
    if "variable" not in frame:
        raise UserError(f"table '{table}' is wide: use abm.data.load('{table}') and pick its columns")
    cells = frame[frame["variable"] == variable]
    if cells.empty:
        raise unknown("variable", variable, frame["variable"].unique(), f"table '{table}'")
    for key, value in keys.items():
        if key not in cells:
            raise unknown(
                "key", key, [c for c in cells.columns if c not in ("value", "unit")], f"table '{table}'"
            )
        cells = cells[cells[key] == value]
    return cells


def _series(
    table: str, variable: str, years: Iterable[int], places: tuple[str, ...], keys: Mapping[str, Any]
) -> np.ndarray:
    import numpy as np

    column, values = _grid(table, variable, places, tuple(sorted(keys.items())))
    wanted = [int(year) for year in years]
    for year in wanted:
        if year not in column:
            have = ", ".join(str(y) for y in column) or "none"
            where = "the nation" if places == (NATION,) else "the provinces"
            raise UserError(
                f"table '{table}' has no '{variable}' of {where} in {year}; available years: {have}"
            )
    return values[:, np.array([column[year] for year in wanted], np.intp)]


@cache
def _grid(
    table: str, variable: str, places: tuple[str, ...], keys: tuple[tuple[str, Any], ...]
) -> tuple[dict[int, int], np.ndarray]:
    """All values of a variable, (places, years), and the column of each year."""
    import numpy as np

    cells = _cells(table, variable, dict(keys))
    if not {"province", "year"} <= set(cells.columns):
        raise UserError(f"table '{table}' has no province and year: use abm.data.matrix or abm.data.load")
    cells = cells[cells["province"].isin(places)]
    if cells.duplicated(["province", "year"]).any():
        more = [
            c
            for c in cells.columns
            if c not in ("province", "year", "variable", "value", "unit", "quality", "source")
        ]
        raise UserError(
            f"table '{table}' has several values a province and year; give {', '.join(more)} as well"
        )
    grid = cells.pivot(index="province", columns="year", values="value").reindex(index=list(places))
    years = {int(year): i for i, year in enumerate(grid.columns)}
    return years, grid.to_numpy(dtype=np.float64)


def panel(table: str, variable: str, years: Iterable[int], **keys: Any) -> np.ndarray:
    """Values by province (index order) and year: float64 array (31, len(years)), NaN where there is none.

    ``keys`` picks one cell of a table with more keys, e.g. ``sex="female", age_from=60``. Raises UserError
    for an unknown table, variable or key and for a year without any value.
    """
    return _series(table, variable, years, PROVINCE_NAMES, keys)


def national(table: str, variable: str, years: Iterable[int], **keys: Any) -> np.ndarray:
    """National values: float64 array (len(years),). Errors as in ``panel``."""
    return _series(table, variable, years, (NATION,), keys)[0]


def matrix(table: str, **keys: Any) -> np.ndarray:
    """A flow table as a (31, 31) float64 array [destination, origin] in province order; the diagonal is zero.

    ``migration`` needs ``period="2015-2020"``, ``hukou_stock`` needs ``year=2020``, ``distances`` nothing.
    """
    import numpy as np

    frame = _frame(table)
    if "dest" not in frame:
        raise UserError(
            f"table '{table}' has no destination and origin; allowed: distances, hukou_stock, migration"
        )
    cells = _cells(table, frame["variable"].iloc[0], keys)
    if cells.empty or cells.duplicated(["dest", "origin"]).any():
        key = "period" if "period" in frame else "year"
        allowed = ", ".join(str(v) for v in frame[key].unique())
        raise UserError(f"table '{table}' needs one {key}; allowed: {allowed}")
    grid = cells.pivot(index="dest", columns="origin", values="value")
    order = list(PROVINCE_NAMES)
    return np.nan_to_num(grid.reindex(index=order, columns=order).to_numpy(dtype=np.float64))


@cache
def tables() -> dict[str, Table]:
    """Every table with its title, description, traps, size, variables, years and sources."""
    from ruamel.yaml import YAML

    described = YAML(typ="safe", pure=True).load((FOLDER / "tables.yaml").read_text(encoding="utf-8"))
    return {name: _describe(name, described[name]) for name in names()}


def _describe(name: str, text: Mapping[str, Any]) -> Table:
    frame = _frame(name)
    units = dict(frame.groupby("variable")["unit"].first()) if "variable" in frame else {}
    if "year" in frame:
        years = tuple(sorted({int(y) for y in frame["year"]}))
    else:
        years = tuple(sorted({int(p[:4]) for p in frame["period"]})) if "period" in frame else ()
    variables = {}
    for variable, definition in text["variables"].items():
        unit, meaning = (units[variable], definition) if isinstance(definition, str) else definition
        variables[variable] = Variable(unit, meaning)
    return Table(
        name=name,
        title=text["title"],
        description=text["description"],
        traps=tuple(text.get("traps", ())),
        columns=tuple(frame.columns),
        rows=len(frame),
        variables=variables,
        years=years,
        sources=tuple(sorted(set(frame["source"]))),
    )


@cache
def sources() -> dict[str, str]:
    """The text of every source id."""
    import pandas as pd

    frame = pd.read_csv(FOLDER / "sources.csv")
    return dict(zip(frame["id"], frame["text"], strict=True))


@cache
def data_hash() -> str:
    """SHA-256 (hexadecimal) over the names and contents of all tables and of sources.csv."""
    digest = hashlib.sha256()
    for path in sorted(FOLDER.glob("*.csv")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
