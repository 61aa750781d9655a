"""Patterns across provinces that a run's files can show: one statistic, of the run and of publications."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from experiments.published import (
    correlation,
    implied_transfers,
    net_transfers,
    published_provinces,
    revenue_rate,
    simulated_provinces,
    years_of,
)

if TYPE_CHECKING:
    from abm.results import Results


class Pattern(NamedTuple):
    """A statistic of a table by province (see `published_provinces`) and how far off a run may be.

    The tolerance is absolute, or a share of the published value where ``relative``.
    """

    name: str
    years: tuple[int, ...]
    statistic: Callable[[pd.DataFrame], float]
    tolerance: float
    relative: bool = False


def _dependency(table: pd.DataFrame) -> pd.Series:
    return table["retirees"] / table["insured_employees"]


def _top_share(table: pd.DataFrame) -> float:
    return float(table["reserve"].nlargest(7).sum() / table["reserve"].sum())


def _scarce(table: pd.DataFrame) -> float:
    return float((12 * table["reserve"] / table["spending"] < 6).sum())


PATTERNS: tuple[Pattern, ...] = (
    Pattern("correlation of revenue rate and GDP per head", (2012, 2018),
            lambda t: correlation(revenue_rate(t), t["gdp_per_head"]), 0.15),
    Pattern("correlation of revenue rate and dependency", (2012, 2018),
            lambda t: correlation(revenue_rate(t), _dependency(t)), 0.15),
    Pattern("retirees per employee, nation", (2017,),
            lambda t: float(t["retirees"].sum() / t["insured_employees"].sum()), 0.05, relative=True),
    Pattern("retirees per employee, Guangdong", (2016,),
            lambda t: float(_dependency(t)["Guangdong"]), 0.15, relative=True),
    Pattern("retirees per employee, Heilongjiang", (2016,),
            lambda t: float(_dependency(t)["Heilongjiang"]), 0.15, relative=True),
    Pattern("reserve of Guangdong (bn yuan)", (2017,),
            lambda t: float(t["reserve"]["Guangdong"] / 1e9), 0.15, relative=True),
    Pattern("reserve of Heilongjiang (bn yuan)", (2017,),
            lambda t: float(t["reserve"]["Heilongjiang"] / 1e9), 0.15, relative=True),
    Pattern("share of reserves in seven provinces", (2017,), _top_share, 0.05),
    # The ministry counts four in the enterprise scheme; the statistics of all staff give three (Jilin: 6.1).
    Pattern("provinces below six payable months", (2016,), _scarce, 1),
    Pattern("provinces with revenue below spending", (2017,),
            lambda t: float((t["revenue"] < t["spending"]).sum()), 1),
)  # fmt: skip
"""Tolerances are ours: the statistics give a value, not how near is near enough."""

TRANSFER_YEAR, TRANSFER_BAR = 2018, 0.95
NOT_COMPARED = "Jiangsu"  # its balance of 2018 looks like a correction


def patterns(results: Results) -> pd.DataFrame:
    """Pattern, year, simulated, published, bar (text) and passed (bool) of all patterns in a run's years."""
    rows = []
    for pattern in PATTERNS:
        for year in sorted(set(pattern.years) & set(years_of(results))):
            simulated = pattern.statistic(simulated_provinces(results, year))
            published = pattern.statistic(published_provinces(year))
            allowed = pattern.tolerance * (abs(published) if pattern.relative else 1)
            bar = f"±{pattern.tolerance:.0%}" if pattern.relative else f"±{pattern.tolerance:g}"
            rows.append(
                (pattern.name, year, simulated, published, bar, abs(simulated - published) <= allowed)
            )
    if TRANSFER_YEAR in years_of(results):
        ours, implied = (
            t.drop(NOT_COMPARED) for t in (net_transfers(results, TRANSFER_YEAR), implied_transfers())
        )
        r = correlation(ours, implied)
        name = f"correlation of net and implied transfers without {NOT_COMPARED}"
        rows.append((name, TRANSFER_YEAR, r, 1.0, f"≥{TRANSFER_BAR}", r >= TRANSFER_BAR))
    return pd.DataFrame(rows, columns=["pattern", "year", "simulated", "published", "bar", "passed"])
