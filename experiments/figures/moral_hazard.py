"""Moral hazard: what governments let go under each regime, by the part of their balance provinces still bear.

Retained risk is the part of a yuan lacking (or left over) more than elsewhere that neither other provinces
nor the centre take; 1 means that each province lives on its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from experiments.figures.labels import said, scaled, word
from experiments.figures.style import DOUBLE, PUBLISHED, SIMULATED, new, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_RISK = "Retained risk"
_NEAR = 0.05
"""Regimes whose retained risks differ by less share a label."""
_LOOKS = {"deficit": (SIMULATED, "o", SIMULATED), "surplus": (PUBLISHED, "s", "white")}


def numbers(table: pd.DataFrame) -> pd.DataFrame:
    """Panel, row (regime), series (group of provinces), change with interval, and ``retained`` by regime.

    The first regime is the one that the others are compared with: its changes are zero.
    """
    risk = table[table["panel"] == _RISK].set_index("row")["value"]
    found = table[(table["panel"] != _RISK) & table["series"].isin(_LOOKS)]
    return found.assign(retained=found["row"].map(risk))


@styled
def draw(table: pd.DataFrame, language: str = "en") -> Figure:
    """Changes against municipal pools in provinces that lack or have money of their own, with 95 % intervals
    over seeds; the cross at zero is municipal pools; numbers name regimes.
    """
    risk = table[table["panel"] == _RISK].set_index("row")["value"]
    found = numbers(table)
    panels = list(found["panel"].unique())
    figure, axes = new(DOUBLE, 2.7, 1, len(panels), sharex=True)
    for at, panel in zip(axes, panels, strict=True):
        factor, unit = scaled(panel, language, change=True)
        at.axhline(0, color="black", linewidth=0.5)
        at.plot(risk.iloc[:1], [0.0], "x", color="black", markersize=5, clip_on=False)
        for series, (colour, mark, inside) in _LOOKS.items():
            own = found[(found["panel"] == panel) & (found["series"] == series)]
            reach = np.stack([own["value"] - own["low"], own["high"] - own["value"]]) * factor
            at.errorbar(
                own["retained"], own["value"] * factor, yerr=reach, fmt=mark, color=colour, elinewidth=0.8,
                markerfacecolor=inside, label=said(series, language),
            )  # fmt: skip
        lowest = found[found["panel"] == panel].groupby("row")["low"].min() * factor
        for label, x, names in _together(risk):
            y = min(lowest.get(name, 0.0) for name in names)
            at.annotate(label, (x, y), (0, -3), textcoords="offset points", ha="center", va="top", fontsize=7)
        at.margins(x=0.12, y=0.16)
        at.set_title(said(panel, language))
        at.set_ylabel(unit)
        at.set_xlabel(word("retained", language))
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper right", ncols=2, frameon=False, handlelength=1)
    names = [f"{number} {said(str(name), language)}" for number, name in enumerate(risk.index, 1)]
    figure.supxlabel("    ".join(names), fontsize=7)
    return figure


def _together(risk: pd.Series) -> list[tuple[str, float, list[str]]]:
    """Numbers, place and names of regimes; those too near to be told apart have one label."""
    groups: list[list[int]] = []
    order = np.argsort(risk.to_numpy(), kind="stable")
    for i in order:
        if groups and risk.iloc[i] - risk.iloc[groups[-1][0]] < _NEAR:
            groups[-1].append(int(i))
        else:
            groups.append([int(i)])
    return [
        (
            ", ".join(str(i + 1) for i in sorted(g)),
            float(risk.iloc[g].mean()),
            [str(risk.index[i]) for i in g],
        )
        for g in groups
    ]
