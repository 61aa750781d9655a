"""How equal: Lorenz curves of pensions and of contributions, first and last year of a run.

Groups are province, sex, birth cohort, migrant or not, and status; inequality within groups does not show, so
the Gini coefficients are lower bounds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from experiments.figures.labels import word
from experiments.figures.style import DOUBLE, PUBLISHED, SIMULATED, new, styled
from experiments.inequality import gini, lorenz

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from abm.results import Results

_PANELS = {"pension": ("persons", "pensions"), "burden": ("payers", "contributions")}


def numbers(results: Results) -> pd.DataFrame:
    """Panel, year, cumulative shares of persons and amount, Gini; pensions of the retired, contributions
    of those who pay."""
    groups = results.groups
    years = sorted({int(groups["year"].min()), int(groups["year"].max())})
    parts = []
    for panel, (persons, amount) in _PANELS.items():
        for year in years:
            rows = groups[groups["year"] == year]
            rows = rows[rows["status"] == "retired"] if panel == "pension" else rows
            x, y = lorenz(rows[persons], rows[amount])
            shares = pd.DataFrame({"persons": x, "amount": y})
            parts.append(shares.assign(panel=panel, year=year, gini=gini(rows[persons], rows[amount])))
    return pd.concat(parts, ignore_index=True)


@styled
def draw(results: Results, language: str = "en") -> Figure:
    """Grey: all the same; solid: last year; dashed: first year."""
    table = numbers(results)
    figure, panels = new(DOUBLE * 0.74, 2.7, columns=2, sharey=True)
    looks = ({"color": PUBLISHED, "linestyle": (0, (4, 2))}, {"color": SIMULATED})
    for axes, panel in zip(panels, _PANELS, strict=True):
        axes.plot([0, 100], [0, 100], color="0.6", linewidth=0.7)
        years = table.loc[table["panel"] == panel, "year"].unique()
        for year, look in zip(years, looks[-len(years) :], strict=True):
            rows = table[(table["panel"] == panel) & (table["year"] == year)]
            label = word("gini", language, year=year, value=f"{rows['gini'].iloc[0]:.2f}")
            axes.plot(100 * rows["persons"], 100 * rows["amount"], label=label, **look)
        axes.set(xlim=(0, 100), ylim=(0, 100), aspect="equal")
        axes.set_title(word(f"lorenz {panel}", language))
        axes.set_xlabel(word(f"lorenz {panel} persons", language))
        axes.legend(frameon=False, loc="upper left", handlelength=2)
    panels[0].set_ylabel(word("lorenz share", language))
    return figure
