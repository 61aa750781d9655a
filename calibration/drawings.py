"""Figures of the validation report, in the look of ``experiments.figures.style``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from calibration.measures import Tables, measure, of_publications
from experiments.figures.style import DOUBLE, MUTED, PALE, PUBLISHED, SIMULATED, new, rules, year_axis

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_NATIONAL = {
    "insured_employees": ("Insured employees", 1e6, "million persons"),
    "retirees": ("Retirees", 1e6, "million persons"),
    "revenue": ("Revenue", 1e12, "trillion yuan"),
    "spending": ("Spending", 1e12, "trillion yuan"),
    "reserve": ("Reserve", 1e12, "trillion yuan"),
    "dependency": ("Retirees per insured", 1.0, "ratio"),
}
_PROJECTED = {
    "insured_employees": ("Insured employees", 1e6, "million persons"),
    "retirees": ("Retirees", 1e6, "million persons"),
    "payer_dependency": ("Retirees per payer", 1.0, "ratio"),
    "reserve": ("Reserve", 1e12, "trillion yuan"),
}


def national(runs: Sequence[Tables]) -> Figure:
    """Six national series: mean and band over seeds, published points; the shaded years were not fitted."""
    published = of_publications(range(2010, 2019))
    with rules("en"):
        figure, panels = new(DOUBLE, 3.9, rows=2, columns=3, sharex=True)
        for axes, (variable, (title, unit, name)) in zip(panels, _NATIONAL.items(), strict=True):
            axes.axvspan(2016.5, 2018.5, color=PALE, linewidth=0)
            _band(axes, [_china(variable, run).loc[2010:2018] / unit for run in runs])
            known = _china(variable, published) / unit
            axes.plot(known.index, known, "o", color=PUBLISHED, mfc="white", label="published", clip_on=False)
            axes.set(title=title, ylabel=name)
            axes.set_ylim(bottom=0)
            year_axis(axes, 2010, 2018)
        panels[0].legend(frameon=False, loc="lower right", handlelength=1.4)
    return figure


def provinces(cells: pd.DataFrame) -> Figure:
    """Every province against its published figure in 2016 (fitted) and 2018 (not), on logarithms."""
    chosen = {
        "insured_provinces": "Insured",
        "retirees_provinces": "Retirees",
        "revenue_provinces": "Revenue",
        "spending_provinces": "Spending",
    }
    with rules("en"):
        figure, panels = new(DOUBLE, 2.2, columns=4)
        for axes, (target, title) in zip(panels, chosen.items(), strict=True):
            rows = cells[(cells["target"] == target) & cells["year"].isin([2016, 2018])]
            low, high = rows["published"].min() / 1.5, rows["published"].max() * 1.5
            axes.plot([low, high], [low, high], color=MUTED, linewidth=0.7)
            for year, fill in ((2016, "none"), (2018, SIMULATED)):
                some = rows[rows["year"] == year]
                axes.plot(
                    some["published"],
                    some["simulated"],
                    "o",
                    color=SIMULATED,
                    mfc=fill,
                    ms=3,
                    label=str(year),
                )
            axes.set(xscale="log", yscale="log", title=title, xlabel="published", aspect="equal")
            axes.set(xlim=(low, high), ylim=(low, high))
        panels[0].set_ylabel("simulated")
        panels[0].legend(frameon=False, loc="upper left", handlelength=1)
    return figure


def differences(cells: pd.DataFrame) -> Figure:
    """Targets of one value: the difference over the tolerance with its band; between the lines is
    agreement."""
    rows = cells.reset_index(drop=True)
    with rules("en"):
        figure, (axes,) = new(DOUBLE, 0.6 + 0.22 * len(rows))
        axes.axvspan(-1, 1, color=PALE, linewidth=0)
        for place, (_, row) in enumerate(rows.iterrows()):
            ends = row[["low", "high"]].to_numpy(dtype=float)
            logs = row["compare"] == "log"
            ends = np.log(ends / row["published"]) if logs else ends - row["published"]
            axes.plot(ends / row["tolerance"], [place, place], color=SIMULATED, linewidth=1.5)
            colour = SIMULATED if row["passed"] else PUBLISHED
            axes.plot(row["difference"] / row["tolerance"], place, "o", color=colour)
        axes.set_yticks(range(len(rows)), [f"{r.target} {r.year}" for r in rows.itertuples()])
        axes.invert_yaxis()
        axes.set_xlabel("difference / tolerance (grey: agreement)")
    return figure


def projections(runs: Sequence[Tables], others: pd.DataFrame) -> Figure:
    """The rules of 2019 to 2050 beside the values of other people's projections."""
    with rules("en"):
        figure, panels = new(DOUBLE, 2.2, columns=4)
        for axes, (variable, (title, unit, name)) in zip(panels, _PROJECTED.items(), strict=True):
            _band(axes, [_china(variable, run) / unit for run in runs])
            rows = others[others["variable"] == variable]
            axes.plot(
                rows["year"], rows["published"] / unit, "o", color=PUBLISHED, mfc="white", label="CASS 2019"
            )
            axes.set(title=title, ylabel=name)
            year_axis(axes, 2010, 2050)
        panels[0].legend(frameon=False, loc="lower right", handlelength=1.4)
    return figure


def _band(axes, series: list[pd.Series]) -> None:  # type: ignore[no-untyped-def]
    frame = pd.concat(series, axis=1)
    axes.fill_between(
        frame.index, frame.min(axis=1), frame.max(axis=1), color=SIMULATED, alpha=0.25, linewidth=0
    )
    axes.plot(frame.index, frame.mean(axis=1), color=SIMULATED, label="simulated")


def _china(variable: str, tables: Tables) -> pd.Series:
    return measure(variable, tables).xs("China", level="province").sort_index()
