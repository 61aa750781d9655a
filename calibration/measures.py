"""What a target can measure: the same variables of a run's tables and of published statistics.

`of_run` and `of_publications` bring both into one form (`Tables`), and every variable is one function of it.
Nothing here knows the model: a run is read through its result frames alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
import pandas as pd

from abm.columns import SCHEMA
from abm.space import NATION, PROVINCE_NAMES
from calibration import reactions
from experiments.published import FIRST, INDICATORS, LAST, nation, provinces, series, simulated

if TYPE_CHECKING:
    from abm.results import Results

PLACES = (NATION, *PROVINCE_NAMES)

_SCHEMA_COLUMNS = (
    "population", "insured_employees", "payers", "retirees", "reserve", "payable_months", "effective_rate",
    "coverage", "declared_share", "participation", "average_pension", "contribution_revenue",
)  # fmt: skip
"""Columns of a run that are variables as they stand."""


class Tables(NamedTuple):
    """A world as targets see it; ``places`` has the index (province, year), the nation being ``China``.

    ``employers`` and ``groups`` are the tables of a run (see ``abm.columns``); publications have none.
    """

    places: pd.DataFrame
    employers: pd.DataFrame | None = None
    groups: pd.DataFrame | None = None


def of_run(results: Results) -> Tables:
    """The tables of a run: its nation and provinces with the columns of published series."""
    frame = pd.concat([results.national, results.provinces]).set_index(["province", "year"])
    columns = {i.name: simulated(frame, i) for i in INDICATORS}
    ledger = results.ledger
    public = ledger[ledger["kind"] == "public_gap_subsidy"].groupby("year")["amount"].sum()
    nation = frame["fiscal_subsidy"].loc[[NATION]]
    columns["enterprise_subsidy"] = nation - public.reindex(nation.index, level="year").fillna(0.0)
    return Tables(frame.assign(**columns), results.employers, results.groups)


def of_publications(years: Iterable[int]) -> Tables:
    """Published statistics of the years in the same form; NaN where nothing is published."""
    years = list(years)
    columns = {i.name: provinces(i, years).assign(**{NATION: nation(i, years)}).stack() for i in INDICATORS}
    columns["population"] = series("population_total", "resident_pop_yearend", years).stack()
    columns["average_wage"] = series("wages", "avg_wage_nonprivate", years).stack()
    national = {
        "contribution_revenue": series("pension_national", "contribution_revenue", years)[NATION],
        "enterprise_subsidy": series("fiscal_subsidy", "subsidy_employee_scheme", years)[NATION],
    }
    columns |= {name: pd.concat({NATION: values}).swaplevel() for name, values in national.items()}
    frame = pd.DataFrame(columns).swaplevel().rename_axis(["province", "year"])
    index = pd.MultiIndex.from_product([PLACES, years], names=["province", "year"])
    columns_of_a_run = dict.fromkeys([*frame.columns, *_SCHEMA_COLUMNS])
    return Tables(frame.reindex(index=index, columns=list(columns_of_a_run)))


class Variable(NamedTuple):
    """A measurable variable: unit, definition, and its value by (province, year)."""

    unit: str
    definition: str
    measure: Callable[[Tables], pd.Series]


def _column(name: str) -> Callable[[Tables], pd.Series]:
    return lambda tables: tables.places[name]


def _ratio(above: str, below: str, factor: float = 1.0) -> Callable[[Tables], pd.Series]:
    return lambda tables: factor * tables.places[above] / tables.places[below]


def _lapsed(tables: Tables) -> pd.Series:
    return 1 - tables.places["payers"] / tables.places["insured_employees"]


def _revenue_rate(tables: Tables) -> pd.Series:
    table = tables.places
    return table["revenue"] / (table["insured_employees"] * table["average_wage"])


def _rank(tables: Tables) -> pd.Series:
    """Rank of a province by payable months, 0 the poorest fund and 1 the richest."""
    months = 12 * tables.places["reserve"] / tables.places["spending"]
    months = months.drop(NATION, level="province")
    by_year = months.groupby(level="year")
    return (by_year.rank() - 1) / (by_year.transform("count") - 1)


def _nation(by_year: dict[int, float]) -> pd.Series:
    """National values by (province, year); a table that is not there gives none."""
    index = pd.MultiIndex.from_product([[NATION], list(by_year)], names=["province", "year"])
    return pd.Series(list(by_year.values()), index=index, dtype=float)


def _slope(name: Literal["reserve", "output"]) -> Callable[[Tables], pd.Series]:
    def measured(tables: Tables) -> pd.Series:
        frame = reactions.panel(_statistical(tables))
        years = sorted(frame.index.get_level_values("year").unique())
        return _nation({int(year): reactions.across(frame, year)[name].value for year in years})

    return measured


def _within(tables: Tables) -> pd.Series:
    frame = reactions.panel(_statistical(tables))
    years = sorted(year for year in frame.index.get_level_values("year").unique() if year > reactions.FIRST)
    return _nation({int(year): reactions.within(frame, year).value for year in years})


def _statistical(tables: Tables) -> pd.DataFrame:
    """The places in the years for which provinces are published."""
    years = tables.places.index.get_level_values("year")
    return tables.places[(years >= FIRST) & (years <= LAST)]


def _yearly(
    table: Literal["employers", "groups"], share: Callable[[pd.DataFrame], float]
) -> Callable[[Tables], pd.Series]:
    """A share of the nation's employers or people, year by year."""

    def measured(tables: Tables) -> pd.Series:
        frame = getattr(tables, table)
        return _nation({} if frame is None else {int(y): share(rows) for y, rows in frame.groupby("year")})

    return measured


def _over(above: float, below: float) -> float:
    return float(above / below) if below else float("nan")


def _private_coverage(rows: pd.DataFrame) -> float:
    rows = rows[rows["ownership"] == "private"]
    return _over(rows["insured"].sum(), rows["staff"].sum())


def _private_declared(rows: pd.DataFrame) -> float:
    rows = rows[rows["ownership"] == "private"]
    return _over(rows["declared"].sum(), rows["due_base"].sum())


def _in_mode(mode: str) -> Callable[[pd.DataFrame], float]:
    def share(rows: pd.DataFrame) -> float:
        rows = rows[rows["staff"] > 0]
        return _over(rows.loc[rows["declaration_mode"] == mode, "employers"].sum(), rows["employers"].sum())

    return share


def _migrants_insured(rows: pd.DataFrame) -> float:
    rows = rows[rows["migrant"] & rows["status"].isin(["formal", "flexible"])]
    return _over((rows["payers"] + rows["lapsed"]).sum(), rows["persons"].sum())


def _old(tables: Tables) -> pd.Series:
    """Persons of 60 and over at the beginning of a year; by five-year cohorts, so in years that end in 0 or
    5."""
    if tables.groups is None:
        return _nation({})
    groups = tables.groups.assign(next=tables.groups["year"] + 1)
    old = groups[(groups["birth_cohort"] + 64 <= groups["year"]) & (groups["next"] % 5 == 0)]
    by_year = old.groupby("next")["persons"].sum()
    return _nation({int(year): float(n) for year, n in zip(by_year.index, by_year, strict=True)})


VARIABLES: dict[str, Variable] = {
    name: Variable(SCHEMA["provinces"][name].unit, SCHEMA["provinces"][name].definition, _column(name))
    for name in _SCHEMA_COLUMNS
} | {
    "revenue": Variable(
        "yuan", "Revenue of the fund: contributions, subsidies, interest", _column("revenue")
    ),
    "spending": Variable("yuan", "Expenditure of the fund", _column("spending")),
    "payable_months": Variable("months", "12 x balance / expenditure", _ratio("reserve", "spending", 12.0)),
    "payable_months_rank": Variable("share", "Rank among the provinces by payable months, 0 to 1", _rank),
    "dependency": Variable("share", "Retirees per insured employee", _ratio("retirees", "insured_employees")),
    "payer_dependency": Variable("share", "Retirees per paying member", _ratio("retirees", "payers")),
    "revenue_rate": Variable("share", "Revenue / (insured employees x average wage)", _revenue_rate),
    "enterprise_subsidy": Variable(
        "yuan",
        "Fiscal subsidy without what meets the gap of the public group; the nation's only",
        _column("enterprise_subsidy"),
    ),
    "payers_share": Variable(
        "share", "Paying members / insured employees", _ratio("payers", "insured_employees")
    ),
    "lapsed_share": Variable("share", "Insured employees who paid nothing in the year", _lapsed),
    "private_coverage": Variable(
        "share", "Staff of private employers whom these insure", _yearly("employers", _private_coverage)
    ),
    "private_declared": Variable(
        "share",
        "Declared bases / bases by law of the insured staff of private employers",
        _yearly("employers", _private_declared),
    ),
    "full_declarers": Variable(
        "share", "Employers who declare full wages", _yearly("employers", _in_mode("full"))
    ),
    "floor_declarers": Variable(
        "share", "Employers who declare the lowest base", _yearly("employers", _in_mode("floor"))
    ),
    "migrants_insured": Variable(
        "share",
        "Members among workers who live outside their hukou province",
        _yearly("groups", _migrants_insured),
    ),
    "rate_on_reserve": Variable(
        "log a year of spending",
        "Slope of the log revenue rate on the opening reserve over provinces, output per head held",
        _slope("reserve"),
    ),
    "rate_on_output": Variable(
        "elasticity",
        "Slope of the log revenue rate on log output per head over provinces, opening reserve held",
        _slope("output"),
    ),
    "rate_within": Variable(
        "log a year of spending",
        "Slope of the log revenue rate on the opening reserve within provinces from 2011 to the year",
        _within,
    ),
    "persons_60plus": Variable("persons", "Residents of 60 and over at the beginning of the year", _old),
}
"""What targets may name; unit and definition are part of a target's check."""


def measure(variable: str, tables: Tables) -> pd.Series:
    """A variable by (province, year), named after it; empty where the tables do not hold it."""
    values = VARIABLES[variable].measure(tables).astype(np.float64)
    return values.rename(variable).rename_axis(["province", "year"])
