"""The published totals the initial state is built on, by province, in persons and yuan."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from abm import data
from abm.parameters import Parameters
from abm.population import census
from abm.population.places import Places

_CENSUS = (2010, 2020)


@dataclass(frozen=True)
class Base:
    """Totals at the end of the start year; arrays (31,) unless said."""

    year: int
    children: np.ndarray  # residents under 16
    adults: np.ndarray  # (31, 2, 101) residents of 16 and over by sex and age, zero below 16
    employees: np.ndarray  # insured employees, published
    retirees: np.ndarray  # pensioners of the scheme, published
    mean_employees: np.ndarray  # mean of this and the last year end: what the year's flows rest on
    mean_retirees: np.ndarray
    public_employees: np.ndarray  # of the employees, staff of the public sector (derived)
    public_retirees: np.ndarray
    public_staff_outside: np.ndarray  # public staff not yet in the scheme (assumed)
    public_retirees_outside: np.ndarray
    formal_jobs: np.ndarray  # staff of enterprises, insured or not
    flexible_jobs: np.ndarray  # self-employed and casual non-agricultural work
    migrants: np.ndarray  # (31, 31) residents by place and hukou province, diagonal zero
    wage: np.ndarray  # average wage of urban non-private units, yuan a year
    revenue: np.ndarray  # fund revenue of the year, yuan (contributions, subsidies, interest)
    expenditure: np.ndarray  # yuan
    reserve_opening: np.ndarray  # yuan
    reserve_opening_source: tuple[str, ...]  # published | derived | assumed, by province


def employment(variable: str, year: int) -> np.ndarray:
    """Employment of a kind by province, (31,) persons, between the censuses and constant after the last.

    Employment per resident is log-linear; residents are the published ones, so that a province which grew and
    then shrank has its peak of work in between. Before the first census employment itself is extrapolated.
    """
    first, second = (data.panel("employment", variable, [y])[:, 0] for y in _CENSUS)
    t = (min(year, _CENSUS[1]) - _CENSUS[0]) / (_CENSUS[1] - _CENSUS[0])
    path = first ** (1.0 - t) * second**t
    if not _CENSUS[0] < year < _CENSUS[1]:
        return path
    residents = data.panel("population_total", "resident_pop_yearend", [_CENSUS[0], year, _CENSUS[1]])
    return path * residents[:, 1] / (residents[:, 0] ** (1.0 - t) * residents[:, 2] ** t)


def load(parameters: Parameters, places: Places, year: int) -> Base:
    """Read and derive the totals of a start year (2010 to 2018)."""
    decline = parameters.value("population.oldest_share_decline", year)
    adults = census.residents(year, decline)
    children = adults[:, :, : census.ADULT].sum(axis=(1, 2))
    adults[:, :, : census.ADULT] = 0.0

    def pension(variable: str, y: int) -> np.ndarray:
        return data.panel("pension_province", variable, [y])[:, 0]

    def public(variable: str, y: int) -> np.ndarray:
        return data.panel("public_sector", variable, [y])[:, 0]

    employees, retirees = pension("insured_employees", year), pension("insured_retirees", year)
    inside, pensioners = public("public_employees", year), public("public_retirees", year)
    staff = parameters.value("population.public_staff", year)
    share = employment("employed_public", year)
    staff_pool = np.maximum(staff * share / share.sum(), public("public_employees", 2018))
    retired_pool = parameters.value("population.public_retirees", year)
    still = public("public_retirees", 2018) - public("public_retirees", 2010)
    outside_nation = max(retired_pool - pensioners.sum(), 0.0) if year <= 2014 else 0.0
    outside = np.maximum(still / still.sum() * outside_nation, public("public_retirees", 2018) - pensioners)
    outside = still / still.sum() * outside_nation if year <= 2014 else outside

    market = employment("employed_market", year)
    formal = parameters.value("labour.formal_share_start", year) * market
    payers = parameters.value("population.payers_share", year) * (employees - inside)
    insured_staff = payers * (1.0 - parameters.value("population.flexible_share_of_payers", year))
    formal = np.maximum(formal, insured_staff / 0.97)

    stocks = [data.matrix("hukou_stock", year=y) for y in _CENSUS]
    t = (year - _CENSUS[0]) / (_CENSUS[1] - _CENSUS[0])
    opening, source = _opening(year)
    return Base(
        year=year,
        children=children,
        adults=adults,
        employees=employees,
        retirees=retirees,
        mean_employees=0.5 * (employees + pension("insured_employees", year - 1)),
        mean_retirees=0.5 * (retirees + pension("insured_retirees", year - 1)),
        public_employees=np.rint(inside),
        public_retirees=np.rint(pensioners),
        public_staff_outside=np.maximum(staff_pool - inside, 0.0),
        public_retirees_outside=np.maximum(outside, 0.0),
        formal_jobs=formal,
        flexible_jobs=np.maximum(market - formal, 0.05 * market),
        migrants=(1.0 - t) * stocks[0] + t * stocks[1],
        wage=data.panel("wages", "avg_wage_nonprivate", [year])[:, 0],
        revenue=pension("fund_revenue", year),
        expenditure=pension("fund_expenditure", year),
        reserve_opening=opening,
        reserve_opening_source=source,
    )


def _opening(year: int) -> tuple[np.ndarray, tuple[str, ...]]:
    """Opening reserves: the published balance of the year before; else derived; else one year of spending."""

    def pension(variable: str, y: int) -> np.ndarray:
        return data.panel("pension_province", variable, [y])[:, 0]

    published = pension("fund_balance", year - 1)
    spending, revenue = pension("fund_expenditure", year), pension("fund_revenue", year)
    derived = pension("fund_balance", year) - revenue + spending
    opening = np.where(np.isnan(published), derived, published)
    assumed = np.isnan(opening)
    months = opening[~assumed].sum() / spending[~assumed].sum()
    opening = np.where(assumed, months * spending, opening)
    source = np.where(~np.isnan(published), "published", np.where(assumed, "assumed", "derived"))
    return opening, tuple(source.tolist())
