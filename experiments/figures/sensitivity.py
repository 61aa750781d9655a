"""Which parameters matter: a tornado for each indicator, and a heat map of parameters by indicators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from experiments.figures.labels import change_unit, dated, indicator, word
from experiments.figures.style import DOUBLE, PALE, SIMULATED, SINGLE, new, styled
from experiments.indices import MEASURES

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_WITHIN = {"mu_star": "mu", "ST": "S1"}
"""The measure drawn inside the bar of the ranking one: the mean with sign, or the first-order share."""
MOST_SHOWN = 12


def numbers(table: pd.DataFrame, scenario: str | None = None) -> pd.DataFrame:
    """Ranking value, interval and inner value by indicator and parameter, of one scenario (default: first).

    ``share`` is what the heat map shows: the total index, or for Morris the size over the largest of the
    indicator. Parameters stand in the order of their mean share.
    """
    rows = table[table["scenario"] == (scenario or table["scenario"].iloc[0])]
    ranking = next(names[0] for names in MEASURES.values() if names[0] in set(rows["measure"]))
    by = ["indicator", "parameter"]
    wide = rows[rows["measure"] == ranking].set_index(by)[["value", "low", "high"]]
    wide["inner"] = rows[rows["measure"] == _WITHIN[ranking]].set_index(by)["value"]
    largest = wide.groupby("indicator")["value"].transform("max")
    wide["share"] = wide["value"] if ranking == "ST" else (wide["value"] / largest.where(largest > 0))
    wide["measure"], wide["year"] = ranking, int(rows["year"].iloc[0])
    order = (
        wide.groupby("parameter")["share"].mean().fillna(0).sort_values(ascending=False, kind="stable").index
    )
    return pd.concat(
        [wide.loc[[(name, p) for p in order]] for name in rows["indicator"].unique()]
    ).reset_index()


@styled
def tornado(table: pd.DataFrame, language: str = "en", scenario: str | None = None) -> Figure:
    """A panel an indicator; pale bars: mean size (Morris) or total index (Sobol), 95 % bootstrap interval;
    dark bars: mean with sign, or first-order index. At most the twelve parameters of the largest mean share.
    """
    found = numbers(table, scenario)
    names = list(found["indicator"].unique())
    parameters = list(found["parameter"].unique())[:MOST_SHOWN]
    columns = min(3, len(names))
    rows = -(-len(names) // columns)
    figure, panels = new(DOUBLE, rows * (0.85 + 0.17 * len(parameters)), rows, columns, sharey=True)
    places = np.arange(len(parameters))[::-1]
    ranking = found["measure"].iloc[0]
    for axes, name in zip(panels, names, strict=False):
        part = found[found["indicator"] == name].set_index("parameter").loc[parameters]
        divisor, unit = (
            change_unit(name, language)
            if ranking == "mu_star"
            else (1.0, word("share of variance", language))
        )
        part = part[["value", "high", "inner"]] / divisor
        sign = np.where(part["inner"] < 0, -1.0, 1.0) if ranking == "mu_star" else 1.0
        pale = axes.barh(places, part["value"] * sign, height=0.8, color=PALE)
        dark = axes.barh(places, part["inner"], height=0.45, color=SIMULATED)
        reach = (part["high"] - part["value"]).to_numpy()
        for colour, width in (("white", 2.0), ("0.1", 0.8)):  # rimmed, to be seen on a dark bar
            axes.errorbar(
                part["value"] * sign, places, xerr=reach, fmt="none", ecolor=colour, elinewidth=width
            )
        axes.axvline(0, color="black", linewidth=0.6)
        axes.set_title(dated(name, found["year"].iloc[0], language))
        axes.set_xlabel(unit)
        axes.set_yticks(places, parameters)
        axes.tick_params(axis="y", length=0)
        axes.locator_params(axis="x", nbins=4)
    for axes in panels[len(names) :]:
        axes.set_axis_off()
    pale.set_label(word(ranking, language))
    dark.set_label(word(_WITHIN[ranking], language))
    handles: list[Any] = [pale, dark]
    figure.legend(
        handles=handles,
        loc="outside upper right",
        ncols=2,
        frameon=False,
        handlelength=1,
    )
    return figure


@styled
def heat_map(table: pd.DataFrame, language: str = "en", scenario: str | None = None) -> Figure:
    """Parameters by indicators: the total index, or the size of the effect over the indicator's largest; how
    sure these are shows in ``tornado``.
    """
    found = numbers(table, scenario)
    shares = found.pivot(index="parameter", columns="indicator", values="share")
    shares = shares.loc[found["parameter"].unique(), found["indicator"].unique()]
    figure, (axes,) = new(SINGLE, 1.5 + 0.18 * len(shares))
    image = axes.imshow(shares.to_numpy(), cmap="cividis", vmin=0, vmax=1, aspect="auto")
    for (y, x), value in np.ndenumerate(shares.to_numpy()):
        if np.isfinite(value):
            colour = "black" if value > 0.55 else "white"
            axes.text(x, y, f"{value:.2f}", ha="center", va="center", size=7, color=colour)
    axes.set_yticks(range(len(shares)), list(shares.index))
    names = [indicator(str(name), language) for name in shares.columns]
    axes.set_xticks(range(len(names)), names, rotation=35, ha="right", rotation_mode="anchor")
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    key = "share of total" if found["measure"].iloc[0] == "ST" else "share of largest"
    bar = figure.colorbar(image, ax=axes, location="top", shrink=0.8, aspect=25, pad=0.02)
    bar.set_label(word(key, language, year=found["year"].iloc[0]))
    bar.outline.set_visible(False)
    return figure
