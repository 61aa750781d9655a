"""Which parameters matter: a tornado for each indicator, and a heat map of parameters by indicators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from experiments.figures.labels import change_unit, dated, indicator, word
from experiments.figures.style import DOUBLE, PALE, SIMULATED, SINGLE, new, styled
from experiments.indices import MEASURES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WITHIN = {"mu_star": "mu", "ST": "S1"}
"""The measure drawn inside the bar of the ranking one: the mean with sign, or the first-order share."""
_SHOWN = ["value", "low", "high", "inner", "inner_low", "inner_high"]
MOST_SHOWN = 12
MARGIN = 0.25
"""How far the axis of an index goes on outside 0 to 1, for intervals; what is longer has an arrow."""


def numbers(table: pd.DataFrame, scenario: str | None = None) -> pd.DataFrame:
    """Ranking and inner value with intervals by indicator and parameter, of one scenario (default: first).

    ``share`` is what the heat map shows: the total index, or for Morris the size over the largest of the
    indicator. Parameters stand in the order of their mean share.
    """
    rows = table[table["scenario"] == (scenario or table["scenario"].iloc[0])]
    ranking = next(names[0] for names in MEASURES.values() if names[0] in set(rows["measure"]))
    by = ["indicator", "parameter"]
    wide = rows[rows["measure"] == ranking].set_index(by)[["value", "low", "high"]]
    inner = rows[rows["measure"] == _WITHIN[ranking]].set_index(by)
    wide[["inner", "inner_low", "inner_high"]] = inner[["value", "low", "high"]]
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
    """A panel an indicator. Morris: pale bars are the mean size of effects, dark bars their mean with sign.
    Sobol: pale bars are the total index, dark bars below them the first-order index. Lines are 95 % bootstrap
    intervals; an arrow at the edge stands for what goes on beyond the axis, which ends a little outside the
    range of an index, 0 to 1. At most the twelve parameters of the largest mean share.
    """
    found = numbers(table, scenario)
    names = list(found["indicator"].unique())
    parameters = list(found["parameter"].unique())[:MOST_SHOWN]
    columns = min(3, len(names))
    rows = -(-len(names) // columns)
    ranking = found["measure"].iloc[0]
    line = 0.17 if ranking == "mu_star" else 0.26
    figure, panels = new(DOUBLE, rows * (0.85 + line * len(parameters)), rows, columns, sharey=True)
    places = np.arange(len(parameters))[::-1]
    ends = _ends(found[found["parameter"].isin(parameters)])
    handles: dict[str, Any] = {}
    for axes, name in zip(panels, names, strict=False):
        part = found[found["indicator"] == name].set_index("parameter").loc[parameters]
        if ranking == "mu_star":
            divisor, unit = change_unit(name, language)
            _effects(axes, places, part[_SHOWN] / divisor, handles)
        else:
            unit = word("share of variance", language)
            _shares(axes, places, part[_SHOWN], ends, handles)
        axes.axvline(0, color="black", linewidth=0.6)
        axes.set_title(dated(name, found["year"].iloc[0], language))
        axes.set_xlabel(unit)
        axes.set_yticks(places, parameters)
        axes.tick_params(axis="y", length=0, pad=5)
        axes.locator_params(axis="x", nbins=4)
    for axes in panels[len(names) :]:
        axes.set_axis_off()
    labels = {"outer": word(ranking, language), "inner": word(_WITHIN[ranking], language)}
    labels["beyond"] = word("beyond", language)
    figure.legend(
        handles=list(handles.values()),
        labels=[labels[name] for name in handles],
        loc="outside upper right",
        ncols=len(handles),
        frameon=False,
        handlelength=1,
    )
    return figure


def _effects(axes: Axes, places: np.ndarray, part: pd.DataFrame, handles: dict[str, Any]) -> None:
    """Bars of Morris: the size of an effect on the side of its sign, and within it the mean with sign."""
    sign = np.where(part["inner"] < 0, -1.0, 1.0)
    handles["outer"] = axes.barh(places, part["value"] * sign, height=0.8, color=PALE)
    handles["inner"] = axes.barh(places, part["inner"], height=0.45, color=SIMULATED)
    _intervals(axes, places, part["low"] * sign, part["high"] * sign)


def _ends(found: pd.DataFrame) -> tuple[float, float]:
    """Ends of the axis of an index: 0 and 1, moved out for intervals as far as ``MARGIN``."""
    least = min(found["low"].min(), found["inner_low"].min(), 0.0)
    most = max(found["high"].max(), found["inner_high"].max(), 1.0)
    return max(least, -MARGIN), min(most, 1.0 + MARGIN)


def _shares(
    axes: Axes, places: np.ndarray, part: pd.DataFrame, ends: tuple[float, float], handles: dict[str, Any]
) -> None:
    """Bars of Sobol, total above first-order, each with its interval; arrows for what the axis leaves out."""
    up, down = places + 0.2, places - 0.2
    handles["outer"] = axes.barh(up, part["value"], height=0.4, color=PALE)
    handles["inner"] = axes.barh(down, part["inner"], height=0.4, color=SIMULATED)
    _intervals(axes, up, part["low"], part["high"])
    _intervals(axes, down, part["inner_low"], part["inner_high"])
    left, right = ends
    axes.set_xlim(left, right)
    axes.axvline(1, color="black", linewidth=0.6, linestyle=":")
    for at, low, high in ((up, "low", "high"), (down, "inner_low", "inner_high")):
        for edge, beyond, mark in ((left, part[low] < left, "<"), (right, part[high] > right, ">")):
            if beyond.any():
                y = at[beyond.to_numpy()]
                (handles["beyond"],) = axes.plot(
                    np.full(len(y), edge), y, mark, color="black", markersize=3.5, clip_on=False
                )


def _intervals(axes: Axes, places: np.ndarray, low: pd.Series, high: pd.Series) -> None:
    """Horizontal lines, rimmed, to be seen on a dark bar."""
    for colour, width in (("white", 1.8), ("0.1", 0.8)):
        axes.hlines(places, low, high, color=colour, linewidth=width)


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
