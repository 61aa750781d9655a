"""Published counterparts of a run's numbers: which columns make an indicator, and its statistic."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from abm import data
from abm.errors import UserError
from abm.space import NATION, PROVINCE_NAMES

if TYPE_CHECKING:
    from abm.results import Results

FIRST, LAST = 2010, 2018
"""Years in which a run can be held against published fund statistics."""


class Indicator(NamedTuple):
    """Columns of a run that add up to a published series: both in persons or in yuan."""

    name: str
    columns: tuple[str, ...]
    variable: str


INDICATORS: tuple[Indicator, ...] = (
    Indicator("insured_employees", ("insured_employees",), "insured_employees"),
    Indicator("retirees", ("retirees",), "insured_retirees"),
    # The statistical yearbook counts fiscal subsidies and interest as revenue of the fund.
    Indicator("revenue", ("contribution_revenue", "fiscal_subsidy", "interest"), "fund_revenue"),
    Indicator("spending", ("benefit_expenditure",), "fund_expenditure"),
    Indicator("reserve", ("reserve",), "fund_balance"),
)


def series(table: str, variable: str, years: Iterable[int]) -> pd.DataFrame:
    """A published variable, year x province, the nation last (unit of the table); NaN where there is none."""
    rows = data.load(table)
    rows = rows[rows["variable"] == variable]
    values = rows.set_index(["year", "province"])["value"].unstack()
    return values.reindex(index=list(years), columns=[*PROVINCE_NAMES, NATION])


def nation(indicator: Indicator, years: Iterable[int]) -> pd.Series:
    """The national series of an indicator (persons or yuan)."""
    return series("pension_national", indicator.variable, years)[NATION]


def provinces(indicator: Indicator, years: Iterable[int]) -> pd.DataFrame:
    """The indicator by year and province (persons or yuan)."""
    return series("pension_province", indicator.variable, years)[list(PROVINCE_NAMES)]


def simulated(frame: pd.DataFrame, indicator: Indicator) -> pd.Series:
    """The indicator in a table of a run (persons or yuan)."""
    return frame[list(indicator.columns)].sum(axis=1, skipna=False)


def years_of(results: Results) -> list[int]:
    """The run's years for which fund statistics are published."""
    return [int(y) for y in sorted(results.national["year"].unique()) if FIRST <= y <= LAST]


def last_year(results: Results, purpose: str) -> int:
    """The run's last year with published fund statistics; UserError where it has none."""
    years = years_of(results)
    if not years:
        raise UserError(f"{purpose} needs a year from {FIRST} to {LAST}, and the run has none")
    return years[-1]


def simulated_provinces(results: Results, year: int) -> pd.DataFrame:
    """One year of a run by province: the five indicators, average wage and published GDP per head (yuan)."""
    frame = results.provinces[results.provinces["year"] == year].set_index("province")
    columns = {i.name: simulated(frame, i) for i in INDICATORS}
    table = pd.DataFrame(columns | {"average_wage": frame["average_wage"]}).reindex(list(PROVINCE_NAMES))
    return table.assign(gdp_per_head=gdp_per_head(year))


def published_provinces(year: int) -> pd.DataFrame:
    """The same table from published statistics."""
    columns = {i.name: provinces(i, [year]).T[year] for i in INDICATORS}
    wage = series("wages", "avg_wage_nonprivate", [year]).T[year]
    return pd.DataFrame(columns).assign(average_wage=wage, gdp_per_head=gdp_per_head(year))


@lru_cache(maxsize=64)
def _gdp_per_head(year: int) -> pd.Series:
    return series("economy", "gdp_per_capita", [year]).T[year].drop(NATION)


def gdp_per_head(year: int) -> pd.Series:
    """Published GDP per head by province (yuan)."""
    return _gdp_per_head(year).copy()


def revenue_rate(table: pd.DataFrame) -> pd.Series:
    """Fund revenue over the wage bill of insured employees: the effective rate that statistics can give."""
    return table["revenue"] / (table["insured_employees"] * table["average_wage"])


def implied_transfers() -> pd.Series:
    """Net transfers received by province in 2018 (yuan), implied by balances, revenue and spending."""
    return series("central_adjustment", "net_transfer_implied", [2018]).T[2018].drop(NATION)


def net_transfers(results: Results, year: int) -> pd.Series:
    """Net transfers received by province in a run (yuan)."""
    frame = results.provinces[results.provinces["year"] == year].set_index("province")
    return (frame["transfers_in"] - frame["transfers_out"]).reindex(list(PROVINCE_NAMES))


def correlation(a: pd.Series, b: pd.Series) -> float:
    """Pearson's correlation over the provinces where both are known."""
    known = np.isfinite(a) & np.isfinite(b)
    return float(np.corrcoef(a[known], b[known])[0, 1]) if known.sum() > 1 else float("nan")
