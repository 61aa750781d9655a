"""Why it changed: direct effect and the channels' shares as a waterfall up to the whole effect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from abm.errors import UserError, unknown
from experiments.decomposition import TOTAL
from experiments.figures.labels import change_unit, dated, word
from experiments.figures.style import DOUBLE, MUTED, PUBLISHED, SIMULATED, SINGLE, new, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def numbers(table: pd.DataFrame, name: str, year: int | None = None) -> pd.DataFrame:
    """Effect, interval, and where its bar starts, by channel; of one indicator and year (default: last)."""
    if name not in set(table["indicator"]):
        raise unknown("indicator", name, table["indicator"].unique())
    rows = table[table["indicator"] == name]
    chosen = rows["year"].max() if year is None else year
    if chosen not in set(rows["year"]):
        raise UserError(f"figure decomposition: there is no year {chosen}")
    rows = rows[rows["year"] == chosen].set_index("channel")[["effect", "low", "high"]]
    start = rows["effect"].cumsum() - rows["effect"]
    return rows.assign(start=start.where(rows.index != TOTAL, 0.0), year=chosen)


@styled
def waterfall(table: pd.DataFrame, language: str = "en", year: int | None = None) -> Figure:
    """A panel an indicator; blue: raises it, vermilion and hatched: lowers it, grey: the whole effect. A bar
    starts where the one above ends; whiskers at its end: 95 % t interval of its own length, over seeds.
    """
    names = list(table["indicator"].unique())
    columns = min(3, len(names))
    rows = -(-len(names) // columns)
    count = table["channel"].nunique()
    width = SINGLE if columns == 1 else DOUBLE
    figure, panels = new(width, rows * (0.85 + 0.2 * count), rows, columns, sharey=True)
    for axes, name in zip(panels, names, strict=False):
        divisor, unit = change_unit(name, language)
        part = numbers(table, name, year)
        part[["effect", "low", "high", "start"]] /= divisor
        places = np.arange(len(part))[::-1]
        for place, (channel, bar) in zip(places, part.iterrows(), strict=True):
            falls = bool(bar["effect"] < 0)
            look: dict[str, Any] = {
                "color": PUBLISHED if falls else SIMULATED,
                "hatch": "////" if falls else None,
            }
            look = {"color": MUTED} if channel == TOTAL else look
            axes.barh(place, bar["effect"], left=bar["start"], height=0.65, edgecolor="white", **look)
        ends = part["start"] + part["effect"]
        reach = (part["high"] - part["effect"]).to_numpy()
        axes.errorbar(ends, places, xerr=reach, fmt="none", ecolor="0.2", elinewidth=0.7, capsize=1.5)
        axes.vlines(ends.iloc[:-1], places[1:] - 0.32, places[:-1] + 0.32, color="0.5", linewidth=0.5)
        axes.axvline(0, color="black", linewidth=0.6)
        axes.set_title(dated(name, part["year"].iloc[0], language))
        axes.set_xlabel(unit)
        axes.set_yticks(places, [word(f"channel {channel}", language) for channel in part.index])
        axes.tick_params(axis="y", length=0)
        axes.locator_params(axis="x", nbins=5)
    for axes in panels[len(names) :]:
        axes.set_axis_off()
    return figure
