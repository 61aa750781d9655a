"""The scheme over time: people and money of the nation, simulated (lines) and published (circles)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from experiments.figures.labels import word
from experiments.figures.style import DOUBLE, PUBLISHED, SIMULATED, new, styled, year_axis
from experiments.published import INDICATORS, nation, simulated

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from abm.results import Results

_PERSONS, _YUAN, _RATIO = (1e6, "million persons"), (1e12, "trillion yuan"), (1.0, "ratio")
_UNITS = {
    "insured_employees": _PERSONS,
    "retirees": _PERSONS,
    "dependency": _RATIO,
    "revenue": _YUAN,
    "spending": _YUAN,
    "reserve": _YUAN,
}


def numbers(results: Results) -> pd.DataFrame:
    """Panel, year, simulated and published value of the nation (persons, yuan, ratio), all years of a run."""
    frame = results.national.sort_values("year").set_index("year")
    columns = {
        i.name: {"simulated": simulated(frame, i), "published": nation(i, frame.index)} for i in INDICATORS
    }
    tables = {name: pd.DataFrame(pair) for name, pair in columns.items()}
    tables["dependency"] = tables["retirees"] / tables["insured_employees"]
    return (
        pd.concat([tables[panel].assign(panel=panel) for panel in _UNITS]).rename_axis("year").reset_index()
    )


@styled
def draw(results: Results, language: str = "en") -> Figure:
    """Six small panels; the first carries the labels of both marks."""
    table = numbers(results)
    figure, panels = new(DOUBLE, 3.7, rows=2, columns=3, sharex=True)
    for axes, (panel, (unit, unit_name)) in zip(panels, _UNITS.items(), strict=True):
        rows = table[table["panel"] == panel]
        axes.plot(
            rows["year"],
            rows["published"] / unit,
            "o",
            color=PUBLISHED,
            mfc="white",
            label=word("published", language),
        )
        marker = "s" if len(rows) == 1 else ""
        axes.plot(
            rows["year"],
            rows["simulated"] / unit,
            marker=marker,
            color=SIMULATED,
            label=word("simulated", language),
        )
        axes.set_title(word(panel, language))
        axes.set_ylabel(word(unit_name, language))
        values = rows[["simulated", "published"]] / unit
        if float(values.min().min()) >= 0:
            axes.set_ylim(0, 1.08 * float(values.max().max()))
        year_axis(axes, int(rows["year"].min()), int(rows["year"].max()))
    panels[0].legend(frameon=False, loc="lower right", handlelength=1.4, labelcolor=[PUBLISHED, SIMULATED])
    return figure
