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


EX_ANTE = ("central_lump_subsidy",)
"""Subsidies that are fixed before the year and answer to nobody's balance: a province's own money."""

STOCKS = ("stock_to_centre", "provincial_stock_to_centre")
"""Reserves handed over once, when funds become one: what was saved before and no part of a year's balance."""


def retained(places: pd.DataFrame, flows: pd.DataFrame) -> pd.DataFrame:
    """The part of its own balance that a province bears itself, by scenario and seed: a share, 0 to 1.

    Of a yuan that a province's fund lacks more than the others', the part that neither other provinces' funds
    nor the centre pay: one plus the slope of net receipts on the own balance (contributions, interest and
    subsidies fixed before the year, less benefits), over provinces and years net of years' means. That is the
    share of a shock that is not smoothed (Asdrubali, Sørensen and Yosha 1996, Quarterly Journal of Economics
    111) with places for shocks, since the differences between provinces last. Reserves handed over once do
    not count; what its own budget pays is borne. Columns: scenario, seed, retained. The base year, in which
    nothing is pooled yet, is left out.
    """
    by = ["scenario", "seed", "year"]
    rows = places[places["year"] > places["year"].min()].set_index([*by, "province"])
    balance = rows["contribution_revenue"] + rows["interest"] - rows["benefit_expenditure"]
    lump = flows[flows["kind"].isin(EX_ANTE)]
    lump = lump.assign(province=lump["payee"].str.removeprefix("fund:"))
    lumps = lump.groupby([*by, "province"])["amount"].sum()
    balance = balance + lumps.reindex(balance.index, fill_value=0.0)
    moved = flows[~flows["kind"].isin((*EX_ANTE, *STOCKS))]
    payer, payee = (moved[side].str.partition(":") for side in ("payer", "payee"))
    across = payer[2] != payee[2]
    received = pd.Series(0.0, index=balance.index)
    for side, sign in ((payee, 1.0), (payer, -1.0)):
        own = moved[across & (side[0] == "fund")].assign(province=side[2])
        sums = own.groupby([*by, "province"])["amount"].sum()
        received = received + sign * sums.reindex(received.index, fill_value=0.0)
    x, y = (v - v.groupby(by).transform("mean") for v in (balance, received))
    slope = (x * y).groupby(by[:2], sort=False).sum() / (x * x).groupby(by[:2], sort=False).sum()
    return (1.0 + slope).rename("retained").reset_index()


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
