"""Every province against its published figure: people and money in the last common year."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from experiments import fit
from experiments.figures.labels import tile_names, word
from experiments.figures.style import DOUBLE, MUTED, PALE, SIMULATED, new, styled
from experiments.published import last_year

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from abm.results import Results

_UNITS = {
    "insured_employees": (1e6, "million persons"),
    "retirees": (1e6, "million persons"),
    "revenue": (1e9, "billion yuan"),
    "spending": (1e9, "billion yuan"),
}
_NAMED, _APART = (
    3,
    1.5,
)  # name the provinces farthest from the diagonal unless names would run into each other


def numbers(results: Results) -> pd.DataFrame:
    """Provincial rows of the fit table (persons or yuan); the run's last year with published statistics."""
    table = fit.table(results)
    chosen = (table["scope"] == "province") & (table["year"] == last_year(results, "figure fit"))
    return table[chosen & table["indicator"].isin(list(_UNITS))].reset_index(drop=True)


@styled
def draw(results: Results, language: str = "en") -> Figure:
    """Four logarithmic panels with the line of equality and a band of 15 %; outliers named."""
    table = numbers(results)
    figure, panels = new(DOUBLE, 2.2, columns=len(_UNITS))
    for axes, (indicator, (unit, unit_name)) in zip(panels, _UNITS.items(), strict=True):
        rows = table[table["indicator"] == indicator].set_index("province")
        _panel(axes, rows["published"] / unit, rows["simulated"] / unit, rows["relative_error"], language)
        axes.set_title(f"{word(indicator, language)}\n{word(unit_name, language)}")
        axes.set_xlabel(f"{word('published axis', language)}, {table['year'].iloc[0]}")
    panels[0].set_ylabel(word("simulated axis", language))
    return figure


def _panel(axes: Axes, published: pd.Series, simulated: pd.Series, errors: pd.Series, language: str) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    everything = pd.concat([published, simulated])
    ends = np.array([everything.min() / 1.6, everything.max() * 1.6])
    axes.fill_between(
        ends, ends * (1 - fit.PROVINCE_BAR), ends * (1 + fit.PROVINCE_BAR), color=PALE, linewidth=0
    )
    axes.plot(ends, ends, color=MUTED, linewidth=0.7)
    axes.plot(published, simulated, "o", color=SIMULATED, mfc="none", mew=0.9)
    axes.set(xscale="log", yscale="log", xlim=ends, ylim=ends, aspect="equal")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(LogLocator(numticks=4))
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axis.set_minor_formatter(NullFormatter())
    named: list[float] = []
    for province in errors.abs().nlargest(_NAMED).index:
        place, side = (published[province], simulated[province]), 1 if errors[province] < 0 else -1
        where = side * np.log(simulated[province])
        if any(abs(where - other) < np.log(_APART) for other in named):
            continue
        named.append(where)
        axes.annotate(
            tile_names(language)[province], place, xytext=(4 * side, -3 * side), textcoords="offset points",
            ha="left" if side > 0 else "right", va="center",
        )  # fmt: skip
    within = int((errors.abs() <= fit.PROVINCE_BAR).sum())
    text = word("within", language, count=within, all=len(errors))
    axes.text(0.97, 0.03, text, transform=axes.transAxes, ha="right", va="bottom")
