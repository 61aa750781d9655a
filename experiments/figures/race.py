"""The race to the bottom: what rivals and one planner do, by the mobility of employers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from experiments.figures.labels import said, scaled, word
from experiments.figures.style import DOUBLE, PUBLISHED, SIMULATED, new, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LOOKS = {"rivals": (SIMULATED, "o", SIMULATED, "-"), "one planner": (PUBLISHED, "s", "white", "--")}


@styled
def draw(table: pd.DataFrame, language: str = "en") -> Figure:
    """Means over places with 95 % bands over seeds; the gap between the lines is the race."""
    panels = list(table["panel"].unique())
    figure, axes = new(DOUBLE, 2.4, 1, len(panels))
    for at, panel in zip(axes, panels, strict=True):
        factor, unit = scaled(panel, language)
        for name, (colour, mark, inside, line) in LOOKS.items():
            own = table[(table["panel"] == panel) & (table["series"] == name)]
            x = own["row"].astype(float).to_numpy()
            at.fill_between(
                x, own["low"] * factor, own["high"] * factor, color=colour, alpha=0.2, linewidth=0
            )
            at.plot(
                x, own["value"] * factor, line, color=colour, marker=mark, markerfacecolor=inside,
                label=said(name, language),
            )  # fmt: skip
        at.set_title(said(panel, language))
        at.set_ylabel(unit)
        at.locator_params(axis="y", nbins=5)
        at.set_xlabel(word("elasticity", language))
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, frameon=False, loc="outside upper right", ncols=2, handlelength=2.4)
    return figure
