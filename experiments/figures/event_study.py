"""A reform in the literature's way, beside the truth: net receivers against net payers around the first year.

The estimate uses one simulated world as if it were data; the twin effect compares it with the same people,
draws and years without the reform, which no data can.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from abm.errors import UserError
from experiments.emergence.risk import STOCKS
from experiments.figures.labels import line_name, word
from experiments.figures.style import DOUBLE, PUBLISHED, SIMULATED, new, styled
from experiments.paired import quantile
from experiments.regression import feols

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from experiments.sources import Runs

_SHOWN = 3
_FEW = 5
"""With fewer provinces on a side, errors clustered by province say nothing (MacKinnon and Webb 2017)."""
_KEYS = ["seed", "year", "province"]


def panel(runs: Runs, reform: str) -> pd.DataFrame:
    """Seed, year, province, outcome with and without the reform, net receipts that it brings (yuan).

    The outcome is the collection rate: contributions received per hundred yuan due. Reserves handed over to a
    national fund, once, are no part of the receipts.
    """
    frame = runs.own("provinces").merge(_handed_over(runs), how="left", on=["key", "year", "province"])
    frame = frame.assign(
        outcome=100 * frame["contribution_revenue"] / frame["due"],
        net=frame["transfers_in"] - frame["transfers_out"] + frame["stock"].fillna(0.0),
    )
    sides = [frame.loc[frame["line"] == line, [*_KEYS, "outcome", "net"]] for line in (runs.lines[0], reform)]
    both = sides[0].merge(sides[1], on=_KEYS, suffixes=("_without", "_with"))
    both["net"] = both["net_with"] - both["net_without"]
    return both[[*_KEYS, "outcome_without", "outcome_with", "net"]]


def _handed_over(runs: Runs) -> pd.DataFrame:
    """Key, year, province and the reserve that it hands over (yuan)."""
    flows = runs.own("flows")
    flows = flows[flows["kind"].isin(STOCKS)]
    given = flows.assign(province=flows["payer"].str.removeprefix("fund:"))
    sums = given.groupby(["key", "year", "province"], observed=True)["amount"].sum()
    return sums.rename("stock").reset_index()


def first_year(both: pd.DataFrame) -> int | None:
    """The first year in which the reform moves more than a thousandth of what it ever moves in a year."""
    moved = both.assign(net=both["net"].abs()).groupby("year")["net"].sum()
    if not moved.max() > 0:
        return None
    return int(moved.index[moved > 1e-3 * moved.max()][0])


def numbers(runs: Runs, reform: str) -> pd.DataFrame:
    """Years to the reform with estimate and twin effect, each with a 95 % interval (percentage points).

    Treated: provinces that the reform makes net receivers over its years. Estimate: the first seed's world,
    outcome on treated × year with effects of province and year, errors clustered by province, the year before
    the reform left out; no interval if either side has fewer than five provinces. ``receivers`` is how many
    are treated. Twin: effect on the treated less that on the others, t interval over seeds. No rows
    if the reform moves no money between provinces, or from its first year on.
    """
    both = panel(runs, reform)
    start = first_year(both)
    if start is None or start - 1 not in set(both["year"]):
        return pd.DataFrame(columns=["year", "relative", "estimate", "low", "high", "receivers", "twin"])
    receipts = both[both["year"] >= start].groupby("province")["net"].sum()
    both = both.assign(
        treated=both["province"].map(receipts > 0).astype(float), relative=both["year"] - start
    )
    one = both[both["seed"] == both["seed"].min()]
    found = _estimate(one[["province", "relative", "treated", "outcome_with"]])
    receivers = int((receipts > 0).sum())
    if min(receivers, len(receipts) - receivers) < _FEW:
        found[["low", "high"]] = np.nan
    found = found.assign(receivers=receivers)
    return found.join(_twin(both)).reset_index().assign(year=lambda t: t["relative"] + start)


def _estimate(frame: pd.DataFrame) -> pd.DataFrame:
    formula = "outcome_with ~ i(relative, treated, ref=-1) | province + relative"
    table = feols(formula, frame.reset_index(drop=True), "province").tidy()
    relative = [int(term.partition("::")[2].partition(":")[0]) for term in table.index]
    found = pd.DataFrame(
        {
            "estimate": table["Estimate"].to_numpy(),
            "low": table["2.5%"].to_numpy(),
            "high": table["97.5%"].to_numpy(),
        },
        index=pd.Index(relative, name="relative"),
    )
    found.loc[-1] = 0.0
    return found.sort_index()


def _twin(both: pd.DataFrame) -> pd.DataFrame:
    change = both.assign(change=both["outcome_with"] - both["outcome_without"])
    means = change.groupby(["seed", "relative", "treated"])["change"].mean().unstack("treated")
    effect = (means[1.0] - means[0.0]).unstack("seed")
    effect = effect - effect.loc[-1]
    seeds = effect.shape[1]
    reach = quantile(seeds - 1) * effect.std(axis=1) / np.sqrt(seeds) if seeds > 1 else np.nan * effect[1]
    mean = effect.mean(axis=1)
    return pd.DataFrame({"twin": mean, "twin_low": mean - reach, "twin_high": mean + reach})


@styled
def draw(runs: Runs, language: str = "en") -> Figure:
    """Circles with bars: estimate and 95 % interval from one world. Line with band: the effect between twin
    worlds and its 95 % interval over seeds. Zero in the year before by construction. In brackets: the first
    year and how many provinces receive; with fewer than five on a side the estimate has no interval.
    """
    tables = {line: numbers(runs, line) for line in runs.pairs()}
    tables = dict([(line, table) for line, table in tables.items() if len(table)][:_SHOWN])
    if not tables:
        raise UserError("figure event_study: no scenario starts to move money between provinces in its years")
    figure, panels = new(DOUBLE, 2.5, columns=len(tables), sharey=True)
    for axes, (line, table) in zip(panels, tables.items(), strict=True):
        time = table["relative"]
        axes.axhline(0, color="black", linewidth=0.5)
        axes.axvline(-0.5, color="0.5", linewidth=0.6, linestyle=(0, (4, 3)))
        axes.fill_between(
            time, table["twin_low"], table["twin_high"], color=SIMULATED, alpha=0.25, linewidth=0
        )
        axes.plot(time, table["twin"], color=SIMULATED, label=word("twin", language))
        reach = np.stack([table["estimate"] - table["low"], table["high"] - table["estimate"]])
        axes.errorbar(
            time, table["estimate"], yerr=reach, fmt="o", color=PUBLISHED, mfc="white", elinewidth=0.8,
            label=word("estimate", language),
        )  # fmt: skip
        start, receivers = int(table["year"].iloc[0] - time.iloc[0]), int(table["receivers"].iloc[0])
        name = line_name(line, language)
        axes.set_title(word("receivers", language, name=name, year=start, count=receivers))
        axes.set_xlabel(word("years since", language))
        axes.locator_params(axis="x", integer=True)
    panels[0].set_ylabel(word("collection effect", language))
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, frameon=False, loc="outside upper center", ncols=2, handlelength=1.6)
    return figure
