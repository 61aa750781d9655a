"""The race to the bottom: what rivals and one planner do, by the mobility of employers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from experiments.figures.style import DOUBLE, PUBLISHED, SIMULATED, new, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LOOKS = {"rivals": (SIMULATED, "o", SIMULATED, "-"), "one planner": (PUBLISHED, "s", "white", "--")}


@styled
def draw(table: pd.DataFrame, language: str = "en") -> Figure:
    """Means over places with 95 % bands over seeds; the gap between the lines is the race."""
    panels = list(table["panel"].unique())
    figure, axes = new(DOUBLE, 2.1, 1, len(panels))
    for at, panel in zip(axes, panels, strict=True):
        for name, (colour, mark, inside, line) in LOOKS.items():
            own = table[(table["panel"] == panel) & (table["series"] == name)]
            x = own["row"].astype(float).to_numpy()
            at.fill_between(x, own["low"], own["high"], color=colour, alpha=0.2, linewidth=0)
            at.plot(x, own["value"], line, color=colour, marker=mark, markerfacecolor=inside, label=name)
        at.set_title(panel)
        at.locator_params(axis="y", nbins=5)
        at.set_xlabel("expected elasticity of capital")
    axes[0].legend(frameon=False)
    return figure
