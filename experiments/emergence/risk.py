"""Who bears the risk: managerial gaps, what treasuries and the centre pay, effort against fiscal capacity."""

from __future__ import annotations

import numpy as np
import pandas as pd

MEASURES = ("managerial_share", "treasury_share", "central_share", "pooled_share")


def risk(places: pd.DataFrame, by: tuple[str, ...] = ("scenario", "year")) -> pd.DataFrame:
    """Shares of money by scenario and year, mean and standard error over runs; places are added up.

    ``managerial_share``: managerial gaps over all gaps. ``treasury_share``: what budgets pay into funds, over
    spending (the shift from fund to treasury). ``central_share``: the part of that which the centre pays over
    spending (the shift to the centre). ``pooled_share``: what other funds pay, over spending. Columns: those
    of ``by``, measure, mean, standard_error, runs.
    """
    money = ["managerial_gap", "general_gap", "fiscal_subsidy", "central_subsidy", "transfers_in"]
    total = places.groupby([*by, "seed"])[[*money, "benefit_expenditure"]].sum()
    spent = total["benefit_expenditure"]
    gap = total["managerial_gap"] + total["general_gap"]
    shares = pd.DataFrame(
        {
            "managerial_share": total["managerial_gap"] / gap.where(gap > 0.0),
            "treasury_share": total["fiscal_subsidy"] / spent,
            "central_share": total["central_subsidy"] / spent,
            "pooled_share": total["transfers_in"] / spent,
        }
    )
    grouped = shares.rename_axis(columns="measure").stack().groupby([*by, "measure"])
    found = grouped.agg(mean="mean", standard_error="sem", runs="count")
    return found.reset_index()


def effort_by_capacity(
    places: pd.DataFrame, year: int, effort: str = "audit_effort", place: str = "province"
) -> pd.DataFrame:
    """Slope of effort on the log of output per head across places, by scenario.

    Output per head stands for fiscal capacity (a treasury pays at most a share of output). ``slope`` is the
    mean over runs of the least-squares slope and ``correlation`` of the correlation; ``standard_error`` is
    that of the slope of the places' means over runs, robust to unequal variances (HC1), for places, not luck,
    are the sample.
    """
    rows = places[places["year"] == year]
    found = []
    rows = rows.assign(capacity=np.log(rows["output"] / rows["population"]))
    for scenario, part in rows.groupby("scenario", sort=False):
        runs = [(_slope(run["capacity"], run[effort]), run["capacity"].corr(run[effort]))
                for _, run in part.groupby("seed")]  # fmt: skip
        mean = part.groupby(place)[["capacity", effort]].mean()
        slope, correlation = np.mean(runs, axis=0)
        found.append((scenario, slope, _robust_error(mean["capacity"], mean[effort]), correlation, len(mean)))
    return pd.DataFrame(found, columns=["scenario", "slope", "standard_error", "correlation", "places"])


def _slope(x: pd.Series, y: pd.Series) -> float:
    return float(np.cov(x, y)[0, 1] / np.var(x, ddof=1))


def _robust_error(x: pd.Series, y: pd.Series) -> float:
    """HC1 standard error of a simple regression's slope (White 1980)."""
    off = (x - x.mean()).to_numpy()
    rest = (y - y.mean()).to_numpy() - _slope(x, y) * off
    n = len(off)
    return float(np.sqrt(n / (n - 2) * ((off * rest) ** 2).sum()) / (off**2).sum())
