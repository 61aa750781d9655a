"""A finding: effects with their 95 % intervals over seeds, a panel for each measure, a row for each case."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from experiments.figures.labels import said, scaled
from experiments.figures.style import DOUBLE, MUTED, PUBLISHED, SIMULATED, new, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LOOKS = ((SIMULATED, "o", SIMULATED), (PUBLISHED, "s", "white"), (MUTED, "D", MUTED), ("black", "^", "white"))
"""Colour, mark and filling by series: told apart in colour and in grey print."""


@styled
def draw(table: pd.DataFrame, language: str = "en") -> Figure:
    """The table of a claim (``experiments.findings``); effects left of the line are negative."""
    panels, cases = list(table["panel"].unique()), list(table["row"].unique())
    series = list(table["series"].unique())
    columns = min(2 if len(panels) in (2, 4) else 3, len(panels))
    lines = -(-len(panels) // columns)
    figure, axes = new(
        DOUBLE, lines * (0.95 + 0.13 * len(cases) * (1 + len(series) / 2)), lines, columns, sharey=True
    )
    apart = np.linspace(0.24, -0.24, len(series)) if len(series) > 1 else np.zeros(1)
    shown = {}
    for at, panel in zip(axes, panels, strict=False):
        factor, unit = scaled(panel, language, change=True)
        part = table[table["panel"] == panel]
        part = part.assign(**(part[["value", "low", "high"]] * factor))
        for name, shift, (colour, mark, inside) in zip(series, apart, LOOKS, strict=False):
            own = part[part["series"] == name]
            y = len(cases) - 1 - own["row"].map(cases.index).to_numpy() + shift
            reach = [own["value"] - own["low"], own["high"] - own["value"]]
            shown[name] = at.errorbar(
                own["value"], y, xerr=reach, fmt=mark, color=colour, markerfacecolor=inside,
                elinewidth=0.8, label=said(name, language),
            )  # fmt: skip
        values = part[["value", "low", "high"]].to_numpy()
        if values.min() <= 0.0:
            at.axvline(0.0, color="black", linewidth=0.6, zorder=0)
        at.set_title(said(panel, language))
        at.set_xlabel(unit)
        low, high = at.get_xlim()
        at.locator_params(axis="x", nbins=4 if high - low > 0.002 else 3)  # small numbers have long labels
    for at in axes[len(panels) :]:
        at.set_axis_off()
    axes[0].set_yticks(range(len(cases)), [said(case, language) for case in cases[::-1]])
    axes[0].set_ylim(-0.6, len(cases) - 0.4)
    if len(series) > 1:
        figure.legend(
            handles=list(shown.values()),
            loc="outside upper right",
            ncols=len(series),
            frameon=False,
            handlelength=1,
        )
    return figure
