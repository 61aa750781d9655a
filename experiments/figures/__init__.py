"""Figures for papers: one file a figure, with ``numbers(source)`` and ``draw(source, language)``.

A figure's record in ``FIGURES`` says what it is drawn from: a *run* (the tables in a run's folder), a *world*
(a run, or the means over seeds of a store), a *store* (many runs, :class:`experiments.sources.Runs`), or the
table of a *sensitivity*, a *decomposition* or a *claim* (``--table`` of those commands). All but those of a
run are drawn from a store as well (:mod:`experiments.figures.stored`). What a figure says of itself is its
caption.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from abm.errors import UserError, unknown
from experiments.figures import (
    decomposition,
    effective_rate,
    event_study,
    fit,
    flows,
    gini,
    governments,
    history,
    intervals,
    lorenz,
    map,
    moral_hazard,
    neighbour_reaction,
    race,
    reserves,
    sensitivity,
    transfers,
    winners,
)
from experiments.figures.style import save

if TYPE_CHECKING:
    import matplotlib.figure
    import pandas as pd

    from abm.results import Results
    from experiments.sources import Runs

    Source = Results | Runs | pd.DataFrame

SOURCES = {
    "run": "a run: --results DIR",
    "world": "a run or a store: --results DIR or --store DIR",
    "store": "a store of runs: --store DIR",
    "claim": "a store or the table of a finding: --store DIR or --table FILE",
    "sensitivity": "a store or the table of a sensitivity: --store DIR or --table FILE",
    "decomposition": "a store or the table of a decomposition: --store DIR or --table FILE",
}
"""What figures are drawn from, and the option that names it."""
TABLES = {"sensitivity": "measure", "decomposition": "channel", "claim": "panel"}
"""The column by which a table is known; a source that comes as a table has a line here and in ``SOURCES``."""


class Figure(NamedTuple):
    """A figure of the gallery: the source it needs, and what draws it."""

    needs: str
    draw: Callable[..., matplotlib.figure.Figure]

    @property
    def caption(self) -> str:
        """What is shown and how to read it: the words of its file and of its drawing, on one line."""
        said = (sys.modules[self.draw.__module__].__doc__ or "", self.draw.__doc__ or "")
        return " ".join(" ".join(said).split()).replace("``", "")


FIGURES: dict[str, Figure] = {
    "history": Figure("run", history.draw),
    "map": Figure("world", map.draw),
    "effective_rate": Figure("run", effective_rate.draw),
    "transfers": Figure("world", transfers.draw),
    "flows": Figure("world", flows.draw),
    "governments": Figure("world", governments.draw),
    "lorenz": Figure("run", lorenz.draw),
    "fit": Figure("run", fit.draw),
    "reserves": Figure("store", reserves.draw),
    "event_study": Figure("store", event_study.draw),
    "neighbour_reaction": Figure("store", neighbour_reaction.draw),
    "gini": Figure("store", gini.draw),
    "winners": Figure("store", winners.draw),
    "moral_hazard": Figure("claim", moral_hazard.draw),
    "race": Figure("claim", race.draw),
    "hazard": Figure("claim", intervals.draw),
    "provincial": Figure("claim", intervals.draw),
    "adjustment": Figure("claim", intervals.draw),
    "assessment": Figure("claim", intervals.draw),
    "capacity": Figure("claim", intervals.draw),
    "tornado": Figure("sensitivity", sensitivity.tornado),
    "heat_map": Figure("sensitivity", sensitivity.heat_map),
    "waterfall": Figure("decomposition", decomposition.waterfall),
}
"""Every figure by name, in the order in which a paper would show them."""


def names_for(source: str) -> list[str]:
    """The figures that are drawn from a source; those of a world count as a run's."""
    kinds = {"run": ("run", "world")}.get(source, (source,))
    return [name for name, figure in FIGURES.items() if figure.needs in kinds]


def checked(names: Iterable[str], source: str) -> list[str]:
    """The names, all of the source if there are none; UserError for an unknown one or another source's."""
    names = list(names) or names_for(source)
    kinds = {"run": ("run", "world"), "store": ("store", "world")}.get(source, (source,))
    for name in names:
        if name not in FIGURES:
            raise unknown("figure", name, FIGURES)
        if FIGURES[name].needs not in kinds:
            raise UserError(f"figure {name} is drawn from {SOURCES[FIGURES[name].needs]}")
    return names


def draw(names: Sequence[str], source: Source, target: Path | str, language: str = "en") -> list[Path]:
    """Draw the named figures (none: all that the source allows) into a folder, as PDF and PNG; the paths.

    Raises UserError for an unknown figure or language, one that needs another source, and data that lack
    what a figure shows.
    """
    chosen = checked(names, kind_of(source))
    target = Path(target)
    target.mkdir(parents=True, exist_ok=True)
    return [path for name in chosen for path in save(_drawn(name, source, language), target / name)]


def _drawn(name: str, source: Source, language: str) -> matplotlib.figure.Figure:
    from experiments.sources import Runs

    figure = FIGURES[name]
    given = source.world() if figure.needs == "world" and isinstance(source, Runs) else source
    return figure.draw(given, language)


def draw_run(
    folder: Path | str, names: Sequence[str] = (), language: str = "en", target: Path | None = None
) -> list[Path]:
    """Draw figures of the run in a folder: the named ones, or all that it allows; into ``folder/figures``."""
    from abm.results import Results

    folder = Path(folder)
    checked(names, "run")
    results = Results.read(folder)
    allowed = names or [name for name in names_for("run") if name != "flows" or flows.has_any(results)]
    return draw(allowed, results, target or folder / "figures", language)


def read_table(file: Path | str) -> pd.DataFrame:
    """A table that a command wrote with ``--table``. Raises UserError: no file, or not such a table."""
    import pandas as pd

    file = Path(file)
    readers: dict[str, Callable[..., Any]] = {".csv": pd.read_csv, ".parquet": pd.read_parquet}
    if file.suffix not in readers:
        raise UserError(f"--table '{file}' must end in .csv or .parquet")
    if not file.is_file():
        raise UserError(f"--table '{file}' does not exist")
    table = readers[file.suffix](file)
    kind_of(table)
    return table  # type: ignore[no-any-return]


def kind_of(source: Source) -> str:
    """Which of ``SOURCES`` something is; UserError for a table of another kind."""
    from abm.results import Results
    from experiments.sources import Runs

    if isinstance(source, Results):
        return "run"
    if isinstance(source, Runs):
        return "store"
    for kind, column in TABLES.items():
        if column in source:
            return kind
    raise UserError(f"no figure is drawn from such a table; known are those of: {', '.join(TABLES)}")
