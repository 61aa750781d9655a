"""How long the money lasts: the nation's reserve, and provinces whose own fund is empty, by scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from experiments.figures.labels import line_name, word
from experiments.figures.style import DOUBLE, MUTED, SIMULATED, new, styled, year_axis
from experiments.sources import SPREAD, by_source

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from experiments.sources import Runs

_PANELS = {"reserve": (1e12, "trillion yuan"), "depleted": (1.0, "provinces")}
_ABREAST = 4
_EMPTY = 1.0
"""Yuan below which a fund is empty: sums of large payments leave a few fen of either sign."""


def numbers(runs: Runs) -> pd.DataFrame:
    """Panel and the columns of ``by_source``: yuan; provinces without a reserve."""
    provinces = runs.tables["provinces"]
    keys = ["key", "line", "seed", "draw", "rule", "year"]
    empty = provinces.assign(depleted=(provinces["reserve"] < _EMPTY).astype(float))
    count = empty.groupby(keys, observed=True, dropna=False)["depleted"].sum().reset_index()
    frames = {"reserve": runs.tables["national"], "depleted": count}
    return pd.concat(
        [by_source(frame, panel).assign(panel=panel) for panel, frame in frames.items()], ignore_index=True
    )


@styled
def draw(runs: Runs, language: str = "en") -> Figure:
    """Lines: means over seeds; grey: the first scenario's. Dark bands: 95 % of runs, seeds alone (Monte
    Carlo); pale bands: parameters drawn as well; thin lines: lowest and highest mean over other rules by
    which governments choose. A province that hands all to one national fund has no reserve of its own.
    """
    table = numbers(runs)
    columns = min(_ABREAST, len(runs.lines))
    blocks = -(-len(runs.lines) // columns)
    figure, panels = new(DOUBLE, 0.4 + 3.1 * blocks, 2 * blocks, columns, sharex=True, sharey="row")
    for number, line in enumerate(runs.lines):
        block, column = divmod(number, columns)
        for row, (panel, (unit, unit_name)) in enumerate(_PANELS.items()):
            axes = panels[(2 * block + row) * columns + column]
            rows = table[table["panel"] == panel].set_index("year")
            rows = rows.assign(
                **(rows[["mean", "monte_carlo", "parameters", "rule_low", "rule_high"]] / unit)
            )
            if number:
                axes.plot(rows.loc[rows["line"] == runs.lines[0], "mean"], color=MUTED, linewidth=0.9)
            _line(axes, rows[rows["line"] == line])
            axes.axhline(0, color="black", linewidth=0.5)
            year_axis(axes, int(rows.index.min()), int(rows.index.max()))
            axes.tick_params(axis="x", labelrotation=45)
            axes.set_title("" if row else line_name(line, language))
            if column == 0:
                axes.set_ylabel(f"{word(f'reserves {panel}', language)}\n({word(unit_name, language)})")
    for axes in panels[(2 * blocks - 2) * columns :]:
        axes.set_axis_on() if axes.lines else axes.set_axis_off()
    return figure


def _line(axes: Axes, rows: pd.DataFrame) -> None:
    chance = rows["monte_carlo"].fillna(0.0)
    count = (rows["panel"] == "depleted").all()
    for deviation, alpha in (((chance**2 + rows["parameters"] ** 2) ** 0.5, 0.18), (chance, 0.4)):
        reach = SPREAD * deviation
        low = (rows["mean"] - reach).clip(lower=0.0 if count else None)
        axes.fill_between(rows.index, low, rows["mean"] + reach, color=SIMULATED, alpha=alpha, linewidth=0)
    for edge in ("rule_low", "rule_high"):
        axes.plot(rows[edge], color=SIMULATED, linewidth=0.5)
    axes.plot(rows["mean"], color=SIMULATED)
