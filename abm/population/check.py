"""The base year held against the published totals it is built from: what ``tongchou run --check`` prints.

A row is a total of the nation or the province that is furthest off, measured by its tolerance: so a row that
is ok says that all provinces are. The tolerance is a share of the published value plus a number of agents,
because people are apportioned in whole agents.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from abm import data, regimes
from abm.errors import UserError
from abm.population import base, census
from abm.population.persons import Flag, Status, birth_year_of
from abm.space import NATION, PROVINCE_NAMES, PROVINCES

if TYPE_CHECKING:
    import pandas as pd

    from abm.model import PensionModel

N = len(PROVINCES)
COLUMNS = ("check", "scope", "simulated", "published", "difference", "tolerance", "ok")


class Total(NamedTuple):
    """A total by province: simulated and published (31,), NaN where nothing is published."""

    check: str
    simulated: np.ndarray
    published: np.ndarray
    nation: float  # tolerance of the national sum, share of the published one
    province: float  # tolerance of a province, share
    agents: float = 0.0  # and this many agents of the province's largest weight


def compare(model: PensionModel) -> pd.DataFrame:
    """Base data against published totals: check, scope, simulated, published, difference, tolerance, ok.

    Units are those the check names; ``difference`` is simulated less published, ``tolerance`` its largest
    admissible size in the same unit. Raises UserError for a model that has left its start year.
    """
    import pandas as pd

    if model.year != model.scenario.start:
        raise UserError(
            f"the base data are those of {model.scenario.start}, the model stands in {model.year}; "
            "check a fresh model"
        )
    rows: list[tuple[str, str, float, float, float]] = []
    weight = _largest_weight(model)
    for total in (*_people(model), *_money(model)):
        known = ~np.isnan(total.published)
        simulated, published = np.where(known, total.simulated, 0.0), np.where(known, total.published, 0.0)
        whole = published.sum()
        rounding = total.agents * weight
        sampling = float(np.sqrt((rounding[known] ** 2).sum()))
        rows.append((total.check, NATION, simulated.sum(), whole, total.nation * whole + sampling + 0.5))
        allowed = total.province * np.abs(published) + rounding + 0.5
        worst = int(np.argmax(np.where(known, np.abs(simulated - published) / allowed, 0.0)))
        scope = f"worst of {known.sum()}: {PROVINCE_NAMES[worst]}"
        rows.append((total.check, scope, simulated[worst], published[worst], float(allowed[worst])))
    rows += list(_shares(model))
    rows += list(_plausible(model))
    records = [
        (check, scope, float(x), float(y), float(x - y), tolerance, bool(abs(x - y) <= tolerance))
        for check, scope, x, y, tolerance in rows
    ]
    return pd.DataFrame(records, columns=list(COLUMNS))


def _by_province(model: PensionModel, values: np.ndarray) -> np.ndarray:
    return np.bincount(model.places.province_of, values, minlength=N)


def _largest_weight(model: PensionModel) -> np.ndarray:
    """Persons that the coarsest agent of each province stands for, (31,)."""
    province = model.places.province_of[model.population.persons["locality"]]
    weights = np.zeros(N)
    np.maximum.at(weights, province, model.population.weight)
    return weights


def _people(model: PensionModel) -> Iterator[Total]:
    """Headcounts of the scheme, residents, migrants, work."""
    year, sums = model.year, model.sums
    assert sums is not None

    def counted(measure: str) -> np.ndarray:
        return _by_province(model, sums[measure])

    def published(table: str, variable: str) -> np.ndarray:
        return data.panel(table, variable, [year])[:, 0]

    scheme = "pension_province"
    yield Total(
        "insured employees, persons", counted("insured"), published(scheme, "insured_employees"), 0.0, 0.0
    )
    yield Total("pensioners, persons", counted("retirees"), published(scheme, "insured_retirees"), 0.0, 0.0)
    for title, measure, variable in (
        ("insured public staff, persons", "insured_public", "public_employees"),
        ("public pensioners, persons", "retirees_public", "public_retirees"),
    ):
        yield Total(title, counted(measure), published("public_sector", variable), 0.002, 0.0, 1.0)
    residents = _by_province(model, model.residents())
    yield Total(
        "residents, persons", residents, published("population_total", "resident_pop_yearend"), 0.01, 0.02
    )
    away = (sums.stock * (1.0 - np.eye(N))).sum(axis=0)
    yield Total(
        "migrants from other provinces, persons", away, model.base.migrants.sum(axis=1), 0.002, 0.01, 2.0
    )
    work = counted("staff") + counted("flexible")
    market = base.employment("employed_market", year)
    yield Total("formal and flexible work, persons", work, market, 0.005, 0.02, 2.0)
    yield Total("formal work, persons", counted("staff"), model.base.formal_jobs, 0.002, 0.01, 2.0)


def _money(model: PensionModel) -> Iterator[Total]:
    """Wages, output, the fund's flows and opening reserves, yuan."""
    year, accounts, realised = model.year, model.accounts, model.realised

    def published(table: str, variable: str, y: int = year) -> np.ndarray:
        return data.panel(table, variable, [y])[:, 0]

    wages = published("wages", "avg_wage_nonprivate")
    yield Total("average wage, yuan a year (nation: sum)", model.wages, wages, 1e-6, 1e-6)
    yield Total("output, yuan", model.output(), published("economy", "gdp"), 1e-6, 1e-6)
    subsidies = np.sum(regimes.subsidies(realised.flows), axis=0) / 100.0
    collected = accounts.contributions_enterprise + accounts.contributions_public + accounts.interest
    revenue = _by_province(model, collected + subsidies)
    spending = _by_province(model, accounts.benefits_enterprise + accounts.benefits_public)
    yield Total("fund revenue, yuan", revenue, published("pension_province", "fund_revenue"), 0.01, 0.06)
    yield Total(
        "fund spending, yuan", spending, published("pension_province", "fund_expenditure"), 0.001, 0.001
    )
    opening = model.funds_opening
    held = _by_province(model, opening.local - opening.advances) + opening.provincial
    balance = published("pension_province", "fund_balance", year - 1)
    yield Total("opening reserve, yuan (published ones)", held, balance, 1e-6, 1e-6)


def _shares(model: PensionModel) -> Iterator[tuple[str, str, float, float, float]]:
    """Age structure of residents, and public work, which the censuses define more widely."""
    year, persons = model.year, model.population.persons
    decline = model.parameters.value("population.oldest_share_decline", year)
    counted = census.residents(year, decline).sum(axis=1)
    age = year - birth_year_of(persons["id"])
    province = model.places.province_of[persons["locality"]]
    residents = _by_province(model, model.residents())
    whole = counted.sum(axis=1)
    for title, low, high in (
        ("aged 16 to 59, share of residents", 16, 60),
        ("aged 60 and over, share", 60, census.LAST_AGE + 1),
        ("aged 65 and over, share", 65, census.LAST_AGE + 1),
    ):
        people = np.bincount(province, model.population.weight * ((age >= low) & (age < high)), minlength=N)
        group = counted[:, low:high].sum(axis=1)
        yield title, NATION, people.sum() / residents.sum(), group.sum() / whole.sum(), 0.01
        mine, theirs = people / residents, group / whole
        worst = int(np.argmax(np.abs(mine - theirs)))
        yield title, f"worst of {N}: {PROVINCE_NAMES[worst]}", mine[worst], theirs[worst], 0.02
    assert model.sums is not None
    staff, wide = model.sums["public_staff"].sum(), base.employment("employed_public", year).sum()
    yield (
        "public staff, persons (published: administration, education, health)",
        NATION,
        float(staff),
        float(wide),
        0.3 * float(wide),
    )


def _plausible(model: PensionModel) -> Iterator[tuple[str, str, float, float, float]]:
    """Contribution histories that cannot be: persons who should not exist."""
    persons, year = model.population.persons, model.year
    weight = model.population.weight
    inside = ((persons["flags"] & Flag.INSIDE) > 0) & (persons["status"] < Status.RETIRED)
    months = persons["paid_months"].astype(np.int64) + persons["deemed_months"]
    working_age = 12 * (year - birth_year_of(persons["id"]) - census.ADULT + 1)
    base_wage = model.base_wages[model.places.province_of[persons["locality"]]]
    most = 3.0 * model.parameters.value("contributions.account_share", year) * base_wage
    for title, wrong in (
        ("insured with more months than since 16, persons", months > working_age),
        ("insured with an account but no month paid, persons", (persons["account"] > 0) & (months == 0)),
        (
            "insured whose account exceeds three wages' credits a year paid, persons",
            persons["account"] > most * (persons["paid_months"] / 12.0 + 1.0),
        ),
    ):
        yield title, NATION, float(weight[inside & wrong].sum()), 0.0, 0.0
