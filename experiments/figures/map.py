"""Where the burden lies: dependency, effective rate and payable months on a map of equal tiles, one year."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from abm.errors import UserError
from experiments.figures.labels import tile_names, word
from experiments.figures.style import DOUBLE, new, styled
from experiments.figures.tiles import tile_map

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from abm.results import Results

_FACTORS = {"burden": 1.0, "rate": 100.0, "months": 1.0}  # rates are drawn in per cent


def numbers(results: Results, year: int | None = None) -> pd.DataFrame:
    """Retirees per employee, effective rate (share) and payable months by province; default: last year."""
    years = sorted(results.provinces["year"].unique())
    year = int(years[-1]) if year is None else year
    if year not in years:
        raise UserError(f"figure map: the run has no year {year}; it covers {years[0]}–{years[-1]}")
    rows = results.provinces[results.provinces["year"] == year].set_index("province")
    return pd.DataFrame(
        {
            "burden": rows["retirees"] / rows["insured_employees"],
            "rate": rows["effective_rate"],
            "months": rows["payable_months"],
        }
    ).assign(year=year)


@styled
def draw(results: Results, language: str = "en", year: int | None = None) -> Figure:
    """Three maps; a scale runs from the 5th to the 95th percentile: an extreme leaves the rest distinct."""
    table = numbers(results, year)
    figure, panels = new(DOUBLE, 3.1, columns=3)
    for axes, (column, factor) in zip(panels, _FACTORS.items(), strict=True):
        values = table[column] * factor
        scale = tile_map(axes, values, tile_names(language), *values.quantile([0.05, 0.95]))
        axes.set_title(word(f"map {column}", language, year=table["year"].iloc[0]))
        bar = figure.colorbar(
            scale, ax=axes, location="bottom", shrink=0.8, aspect=22, pad=0.02, extend="both"
        )
        bar.outline.set_visible(False)
        bar.ax.tick_params(length=2)
    return figure
