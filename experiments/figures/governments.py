"""How hard governments collect: effort, declared share and coverage across provinces, year by year."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from experiments.figures.labels import word
from experiments.figures.style import DOUBLE, SIMULATED, new, styled, year_axis

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from abm.results import Results

_PANELS = {"audit_effort": 1.0, "declared_share": 100.0, "coverage": 100.0}  # shares are drawn in per cent


def numbers(results: Results) -> pd.DataFrame:
    """Panel, year, and the 10th, 50th and 90th percentile across provinces, each counted once (shares)."""
    grouped = results.provinces.groupby("year")[list(_PANELS)]
    quantiles = {name: grouped.quantile(q) for name, q in (("low", 0.1), ("median", 0.5), ("high", 0.9))}
    tables = [
        pd.DataFrame({name: table[panel] for name, table in quantiles.items()}).assign(panel=panel)
        for panel in _PANELS
    ]
    return pd.concat(tables).reset_index()[["panel", "year", "low", "median", "high"]]


@styled
def draw(results: Results, language: str = "en") -> Figure:
    """Median as a line, the middle eight tenths of provinces as a band."""
    table = numbers(results)
    figure, panels = new(DOUBLE, 2.1, columns=len(_PANELS), sharex=True)
    for axes, (panel, factor) in zip(panels, _PANELS.items(), strict=True):
        rows = table[table["panel"] == panel].set_index("year")[["low", "median", "high"]] * factor
        first, last = int(rows.index.min()), int(rows.index.max())
        band: dict[str, Any] = {"color": SIMULATED, "alpha": 0.2, "label": word("band", language)}
        if first == last:
            axes.vlines(rows.index, rows["low"], rows["high"], linewidth=5, **band)
        else:
            axes.fill_between(rows.index, rows["low"], rows["high"], linewidth=0, **band)
        marker = "o" if first == last else ""
        axes.plot(rows.index, rows["median"], marker=marker, color=SIMULATED, label=word("median", language))
        axes.set_title(word(panel, language))
        year_axis(axes, first, last)
    panels[0].set_ylabel(word("effort unit", language))
    handles, labels = panels[-1].get_legend_handles_labels()
    figure.legend(handles, labels, frameon=False, loc="outside upper right", ncols=2, handlelength=1.4)
    return figure
