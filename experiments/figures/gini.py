"""Does pooling equalise? Gini coefficients over provinces of pension, contribution and rate, by scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from experiments.figures.labels import word
from experiments.figures.style import DOUBLE, new, series, styled, year_axis
from experiments.inequality import gini
from experiments.sources import SPREAD, by_source

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from experiments.sources import Runs

_PANELS = {
    "pension": ("retirees", "benefit_expenditure"),
    "burden": ("payers", "contribution_revenue"),
    "rate": ("wages", "contribution_revenue"),
}


def numbers(runs: Runs) -> pd.DataFrame:
    """Panel, and the columns of ``by_source`` for the Gini coefficient over provinces.

    Pension: spending per retiree; burden: contributions per payer; rate: contributions per yuan of wages of
    the insured, each province weighing as many as it has retirees, payers, wages.
    """
    frame = runs.own("provinces")
    frame = frame.assign(wages=frame["insured_employees"] * frame["average_wage"])
    parts = []
    for panel, (weight, amount) in _PANELS.items():
        rows = [
            (line, year, gini(part[weight], part[amount]))
            for (line, _, year), part in frame.groupby(["line", "key", "year"], observed=True)
        ]
        found = pd.DataFrame(rows, columns=["line", "year", "gini"]).astype({"line": frame["line"].dtype})
        parts.append(by_source(found.assign(draw=np.nan, rule=np.nan), "gini").assign(panel=panel))
    return pd.concat(parts, ignore_index=True)


@styled
def draw(runs: Runs, language: str = "en") -> Figure:
    """Lines: means over seeds; bands: 95 % of runs (Monte Carlo)."""
    table = numbers(runs)
    figure, panels = new(DOUBLE, 2.5, columns=len(_PANELS))
    for axes, panel in zip(panels, _PANELS, strict=True):
        for line, look in zip(runs.lines, series(len(runs.lines)), strict=True):
            rows = table[(table["panel"] == panel) & (table["line"] == line)]
            reach = SPREAD * rows["monte_carlo"].fillna(0.0)
            axes.fill_between(
                rows["year"], rows["mean"] - reach, rows["mean"] + reach, alpha=0.15, linewidth=0,
                color=look["color"],
            )  # fmt: skip
            axes.plot(rows["year"], rows["mean"], label=line.replace("_", " "), **look)
        axes.set_title(word(f"gini {panel}", language))
        year_axis(axes, int(table["year"].min()), int(table["year"].max()))
    panels[0].set_ylabel(word("gini axis", language))
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, frameon=False, loc="outside upper center", ncols=4, handlelength=2.4)
    return figure
