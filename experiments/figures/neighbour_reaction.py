"""Do provinces move with their neighbours? Effort against the neighbours' mean, net of province and year.

A slope within provinces and years is no proof of reaction: neighbours share shocks, each is the other's
neighbour, and taking out year means bends the slope by itself. So it is held against the slopes that arise
when provinces trade places at random.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from abm.errors import UserError
from experiments.emergence.reaction import reaction_slope, weights
from experiments.figures.labels import line_name, word
from experiments.figures.style import DOUBLE, MUTED, PUBLISHED, SIMULATED, SINGLE, new, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from experiments.sources import Runs

_FEWEST_YEARS = 2
_BINS, _SHUFFLES, _SHOWN = 10, 999, 4
_MEANS = (
    "audit_effort", "registration_effort", "average_wage", "retirees", "insured_employees",
)  # fmt: skip
_BEHIND = {"facecolor": "white", "alpha": 0.8, "linewidth": 0, "pad": 0.5}
_EDGE = 0.01
"""Share of points on each side that may lie outside the axes."""


def means(runs: Runs, line: str) -> pd.DataFrame:
    """Year and province with means over seeds, and ``effort``: mean of audit and registration (intensity).

    Without the base year, in which nobody decides.
    """
    frame = runs.own("provinces")
    frame = frame[(frame["line"] == line) & (frame["year"] > frame["year"].min())]
    found = frame.groupby(["year", "province"])[list(_MEANS)].mean().reset_index()
    return found.assign(effort=(found["audit_effort"] + found["registration_effort"]) / 2)


def numbers(runs: Runs, line: str) -> pd.DataFrame:
    """Year, province, own effort and the neighbours' mean, both net of province and year means.

    Neighbours weigh by inverse distance between capitals. ``slope`` is that of own on neighbours' effort;
    ``low`` and ``high`` hold 95 % of the slopes when provinces trade places at random; ``iv_`` columns are
    the slope of :func:`experiments.emergence.reaction_slope`, with its error and first-stage F.
    """
    mean = means(runs, line)
    wide = mean.pivot(index="year", columns="province", values="effort")
    if len(wide) < _FEWEST_YEARS:
        raise UserError(f"figure neighbour_reaction: {len(wide)} years after the base year; two are needed")
    near = weights([str(name) for name in wide.columns])
    own = _within(wide.to_numpy())
    table = pd.DataFrame({"own": own.ravel(), "near": _within(wide.to_numpy() @ near.T).ravel()})
    table["year"] = np.repeat(wide.index.to_numpy(), wide.shape[1])
    table["province"] = np.tile(wide.columns.to_numpy(), len(wide))
    random = np.random.default_rng(1)
    orders = [random.permutation(len(near)) for _ in range(_SHUFFLES)]
    shuffled = [slope(own, _within(wide.to_numpy() @ near[np.ix_(o, o)].T)) for o in orders]
    low, high = np.quantile(shuffled, [0.025, 0.975])
    found = table.assign(slope=slope(table["own"], table["near"]), low=low, high=high)
    instrumented = reaction_slope(mean, "effort")
    return found.assign(**{f"iv_{name}": value for name, value in instrumented._asdict().items()})


def slope(own: NDArray[np.float64] | pd.Series, near: NDArray[np.float64] | pd.Series) -> float:
    """Least squares through the origin; 0 where the neighbours do not move."""
    square = float(np.sum(np.square(near)))
    return float(np.sum(np.asarray(own) * np.asarray(near))) / square if square > 0 else 0.0


def _within(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Net of the means of years (rows) and provinces (columns)."""
    return values - values.mean(axis=0) - values.mean(axis=1, keepdims=True) + values.mean()


@styled
def draw(runs: Runs, language: str = "en") -> Figure:
    """Grey points: provinces and years; circles: means of ten bins; line: the slope; wedge: 95 % of slopes
    with places traded at random. 2SLS: two-stage least squares as in the literature, neighbours' wage
    and dependency as instruments, with clustered error and first-stage F; below ten it says nothing.
    """
    lines = runs.lines[:_SHOWN]
    tables = {line: numbers(runs, line) for line in lines}
    every = pd.concat(tables.values())
    across, up = (every[c].abs().quantile(1 - _EDGE) for c in ("near", "own"))
    figure, panels = new(
        SINGLE if len(lines) == 1 else DOUBLE, 2.5, columns=len(lines), sharex=True, sharey=True
    )
    for axes, line in zip(panels, lines, strict=True):
        rows = tables[line]
        beta, low, high = rows[["slope", "low", "high"]].iloc[0]
        ends = np.array([-across, across])
        axes.fill_between(ends, low * ends, high * ends, color=SIMULATED, alpha=0.15, linewidth=0)
        axes.plot(rows["near"], rows["own"], ".", color=MUTED, markersize=1.5, alpha=0.6)
        axes.plot(ends, beta * ends, color=SIMULATED)
        bins = rows.groupby(pd.qcut(rows["near"].rank(method="first"), _BINS), observed=True)
        middles = bins[["near", "own"]].mean()
        axes.plot(middles["near"], middles["own"], "o", color=PUBLISHED, mfc="white")
        axes.set_title(line_name(line, language))
        iv = rows[["iv_value", "iv_standard_error", "iv_first_stage"]].iloc[0]
        found = [
            *(f"{x:z.1f}".replace("-", "−") for x in (beta, low, high, *iv.iloc[:2])),
            f"{iv.iloc[2]:.0f}",
        ]
        keys = ("value", "low", "high", "iv", "error", "strength")
        text = word("slope", language, **dict(zip(keys, found, strict=True)))
        axes.text(0.02, 0.99, text, transform=axes.transAxes, va="top", in_layout=False, bbox=_BEHIND)
        axes.set(xlim=(-across, across), ylim=(-up, 1.6 * up))
        axes.locator_params(axis="x", nbins=3)
    panels[0].set_ylabel(word("own effort", language))
    figure.supxlabel(word("near effort", language), fontsize=7.5)
    return figure
