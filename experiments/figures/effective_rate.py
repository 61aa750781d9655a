"""Rich provinces collect less per yuan of wages: revenue over the wage bill against GDP per head."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from experiments.figures.labels import tile_names, word
from experiments.figures.style import DOUBLE, MUTED, PUBLISHED, SIMULATED, new, styled
from experiments.published import (
    correlation,
    last_year,
    published_provinces,
    revenue_rate,
    simulated_provinces,
    years_of,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from abm.results import Results


def numbers(results: Results) -> pd.DataFrame:
    """Year, province, GDP per head (yuan), simulated and published revenue over the wage bill (share).

    First and last year of the run in which the statistics of all 31 provinces are complete; UserError
    where the run has no year with fund statistics.
    """
    last = last_year(results, "figure effective_rate")
    complete = [y for y in years_of(results) if published_provinces(y).notna().all(axis=None)] or [last]
    tables = []
    for year in sorted({complete[0], complete[-1]}):
        published = published_provinces(year)
        rates = {
            "simulated": revenue_rate(simulated_provinces(results, year)),
            "published": revenue_rate(published),
        }
        tables.append(pd.DataFrame({"year": year, "gdp_per_head": published["gdp_per_head"], **rates}))
    return pd.concat(tables).rename_axis("province").reset_index()


@styled
def draw(results: Results, language: str = "en") -> Figure:
    """One panel a year; a thin line joins the simulated and the published rate of a province."""
    table = numbers(results)
    years = table["year"].unique()
    figure, panels = new(DOUBLE, 3.1, columns=len(years), sharey=True)
    names = tile_names(language)
    for axes, year in zip(panels, years, strict=True):
        rows = table[table["year"] == year].set_index("province")
        x = rows["gdp_per_head"] / 1e3
        axes.vlines(x, 100 * rows["simulated"], 100 * rows["published"], color=MUTED, linewidth=0.6, zorder=1)
        axes.plot(x, 100 * rows["published"], "o", color=PUBLISHED, mfc="white")
        axes.plot(x, 100 * rows["simulated"], "o", color=SIMULATED)
        for line, (kind, colour) in enumerate((("simulated", SIMULATED), ("published", PUBLISHED))):
            r = f"{correlation(rows[kind], rows['gdp_per_head']):.2f}".replace("-", "−")
            text = word("correlation", language, name=word(kind, language), value=r)
            axes.text(
                0.98, 0.97 - 0.075 * line, text, color=colour, ha="right", va="top", transform=axes.transAxes
            )
        extremes = {
            *rows["simulated"].nlargest(2).index,
            *rows["simulated"].nsmallest(2).index,
            *x.nlargest(3).index,
        }
        for province in sorted(extremes):
            place = (x[province], 100 * rows["simulated"][province])
            axes.annotate(names[province], place, xytext=(4, 0), textcoords="offset points", va="center")
        axes.set_title(str(year))
        axes.set_xlabel(word("gdp per head", language))
        axes.margins(x=0.08)
    panels[0].set_ylim(bottom=0)
    panels[0].set_ylabel(word("revenue rate", language))
    return figure
