"""Does pooling equalise? Lorenz curves and Gini coefficients over provinces: pension, burden, rate.

Inequality within provinces does not show; ``lorenz`` shows more of it, from the groups of one run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from experiments.figures.labels import line_name, word
from experiments.figures.style import DOUBLE, new, series, styled, year_axis
from experiments.inequality import gini, lorenz
from experiments.sources import SPREAD, by_source

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from experiments.sources import Runs

_PANELS = {
    "pension": ("retirees", "benefit_expenditure"),
    "burden": ("payers", "contribution_revenue"),
    "rate": ("wages", "contribution_revenue"),
}
_WEIGHED = {"pension": "retired", "burden": "paying", "rate": "paid wages"}


def numbers(runs: Runs) -> pd.DataFrame:
    """Panel, and the columns of ``by_source`` for the Gini coefficient over provinces.

    Pension: spending per retiree; burden: contributions per payer; rate: contributions per yuan of wages of
    the insured, each province weighing as many as it has retirees, payers, wages.
    """
    frame = _provinces(runs)
    parts = []
    for panel, (weight, amount) in _PANELS.items():
        rows = [
            (line, year, gini(part[weight], part[amount]))
            for (line, _, year), part in frame.groupby(["line", "key", "year"], observed=True)
        ]
        found = pd.DataFrame(rows, columns=["line", "year", "gini"]).astype({"line": frame["line"].dtype})
        parts.append(by_source(found.assign(draw=np.nan, rule=np.nan), "gini").assign(panel=panel))
    return pd.concat(parts, ignore_index=True)


def curves(runs: Runs) -> pd.DataFrame:
    """Panel, line, year and cumulative shares of weight and amount over provinces; last year, first seed."""
    frame = _provinces(runs)
    frame = frame[frame["year"] == frame["year"].max()]
    parts = []
    for panel, (weight, amount) in _PANELS.items():
        for line, rows in frame.groupby("line", observed=True):
            first = rows[rows["seed"] == rows["seed"].min()]
            x, y = lorenz(first[weight], first[amount])
            shares = pd.DataFrame({"weight": x, "amount": y})
            parts.append(shares.assign(panel=panel, line=line, year=int(first["year"].iloc[0])))
    return pd.concat(parts, ignore_index=True)


def _provinces(runs: Runs) -> pd.DataFrame:
    frame = runs.own("provinces")
    return frame.assign(wages=frame["insured_employees"] * frame["average_wage"])


@styled
def draw(runs: Runs, language: str = "en") -> Figure:
    """Above: Lorenz curves of the last year and the first seed, grey where all provinces are alike. Below:
    Gini coefficients, means over seeds; bands: 95 % of runs (Monte Carlo).
    """
    table, shares = numbers(runs), curves(runs)
    figure, panels = new(DOUBLE, 4.9, rows=2, columns=len(_PANELS), sharey="row")
    looks = series(len(runs.lines))
    for upper, lower, panel in zip(panels, panels[len(_PANELS) :], _PANELS, strict=False):
        upper.plot([0, 100], [0, 100], color="0.6", linewidth=0.7)
        for line, look in zip(runs.lines, looks, strict=True):
            curve = shares[(shares["panel"] == panel) & (shares["line"] == line)]
            upper.plot(100 * curve["weight"], 100 * curve["amount"], **look)
            rows = table[(table["panel"] == panel) & (table["line"] == line)]
            reach = SPREAD * rows["monte_carlo"].fillna(0.0)
            lower.fill_between(
                rows["year"], rows["mean"] - reach, rows["mean"] + reach, alpha=0.15, linewidth=0,
                color=look["color"],
            )  # fmt: skip
            lower.plot(rows["year"], rows["mean"], label=line_name(line, language), **look)
        upper.set(xlim=(0, 100), ylim=(0, 100), aspect="equal")
        upper.set_title(word(f"gini {panel}", language))
        persons = word(_WEIGHED[panel], language)
        upper.set_xlabel(word("lorenz over", language, persons=persons))
        year_axis(lower, int(table["year"].min()), int(table["year"].max()))
    panels[-1].set_ylim(bottom=0.0)  # all of the row share it
    panels[0].set_ylabel(word("lorenz share of", language, year=shares["year"].iloc[0]))
    panels[len(_PANELS)].set_ylabel(word("gini axis", language))
    handles, labels = panels[-1].get_legend_handles_labels()
    figure.legend(handles, labels, frameon=False, loc="outside upper center", ncols=4, handlelength=2.4)
    return figure
