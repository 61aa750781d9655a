"""Phase: people live, move, work, pay and retire. Prepares what the pass reads and runs it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from abm.agents.local_government import DEEMED, ENTRY, FLOOR, LENIENCY, RATE, SUPPLEMENT
from abm.engine import moves, passes
from abm.engine.tables import FIRM, FIRM_SUM, PLACE
from abm.population.standing import by_age
from abm.scheme.benefits import divisors_by_month
from abm.space import PROVINCES

if TYPE_CHECKING:
    from abm.model import PensionModel

N = len(PROVINCES)


def run(model: PensionModel, worth: tuple[np.ndarray, ...] | None = None) -> None:
    """Do the year to everybody; leaves ``model.sums`` and the employers' headcounts and bills.

    ``worth`` replaces what places are worth to those who may move (``geography``), as of another run.
    """
    place = place_table(model)
    ages = age_tables(model)
    sums = passes.run_people(
        model.population, model.rules, model.keys, place, firm_table(model),
        vacancies(model), geography(model) if worth is None else worth, pool_borders(model), ages,
        model.threads,
    )  # fmt: skip
    if model.transitions:
        model.jobs.observe(sums)
        model.duplicates = double_records(model, sums)
    model.place, model.sums = place, sums
    firms = model.population.employers
    for column, name in enumerate(FIRM_SUM):
        firms[name] = sums.firms[:, column].astype(np.float64)


def double_records(model: PensionModel, sums: passes.Sums) -> np.ndarray:
    """Records by place of people whose relation has moved away, still counted as insured, (n,) persons."""
    value, year = model.parameters.value, model.year
    left = model.duplicates * (1.0 - value("portability.duplicates_cleared", year))
    return left + value("portability.duplicates_kept", year) * sums["left_behind"]


def place_table(model: PensionModel) -> np.ndarray:
    """What the pass reads of each locality, (n, fields) as ``tables.PLACE``."""
    places, year, parameters = model.places, model.year, model.parameters
    province = places.province_of
    fields = {"base_wage": model.base_wages[province]}
    fields["benefit_wage"] = model.benefit_wages[province]
    fields["wage_before"] = model.wages_before[province]
    fields["floor"] = model.levers[:, FLOOR]
    fields["ceiling"] = parameters.value("contributions.base_ceiling", year)
    wage = model.wages[province]
    fields["wage"] = wage
    fields["flexible_income"] = wage * parameters.value("labour.flexible_income_ratio", year)
    fields["employer_rate"] = model.levers[:, RATE]
    fields["inclination"] = inclination(model)
    stopped = parameters.value("modules.platform_approvals", year)
    fields["leniency"] = model.levers[:, LENIENCY] * (1.0 - stopped)
    fields["supplement"] = model.levers[:, SUPPLEMENT]
    fields["entry"] = model.levers[:, ENTRY]
    fields["deemed_rate"] = model.levers[:, DEEMED]
    fields["pool"] = model.stack.pools.astype(np.float64)
    fields |= model.jobs.hazards()
    fields |= model.pension_means
    fields["rise_supplement"] = model.rise_supplements
    fields |= model.public_entry(year)
    waiting = model.sums["never_members"] if model.counted else np.zeros(places.n)
    fields["merged_staff"] = model.merged_schemes.staff(year)
    fields["merged_retirees"] = model.merged_schemes.retirees(year, waiting)
    window = parameters.by_province("worker.buy_in_window", year)
    fields["buy_in"] = window[province] * places.urban_share
    if not model.transitions:
        fields["employee_flow"] = (model.base.mean_employees / model.base.employees)[province]
        fields["retiree_flow"] = (model.base.mean_retirees / model.base.retirees)[province]
    else:
        fields["employee_flow"] = fields["retiree_flow"] = 1.0
    return np.stack([np.broadcast_to(fields[name], places.n) for name in PLACE], axis=1).astype(np.float64)


def inclination(model: PensionModel) -> np.ndarray:
    """Inclination to pay voluntarily by locality, (n,): the base year's, and what a scenario adds."""
    shift = model.parameters.value("worker.inclination", model.year)
    return (model.inclination + shift)[model.places.province_of]


def firm_table(model: PensionModel) -> np.ndarray:
    """What the pass reads of each employer, (employers, fields) as ``tables.FIRM``."""
    f = model.population.employers
    return np.stack([f[name].astype(np.float64) for name in FIRM], axis=1)


def vacancies(model: PensionModel) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Employers by locality with the running sum of their vacancies: sums, rows, first place of a locality.

    An employer's vacancies are its wanted staff less last year's, plus what turnover always leaves open.
    """
    f = model.population.employers
    turnover = model.parameters.value("labour.turnover_vacancies", model.year)
    rows = np.argsort(f["locality"], kind="stable")
    wanted = np.maximum(f["jobs"] - f["staff"], 0.0) + turnover * f["jobs"]
    first = np.searchsorted(f["locality"][rows], np.arange(model.places.n + 1))
    sums = np.zeros(len(rows))
    for c in range(model.places.n):
        span = slice(first[c], first[c + 1])
        sums[span] = np.cumsum(wanted[rows[span]])
    return sums, rows.astype(np.int64), first.astype(np.int64)


def geography(model: PensionModel) -> tuple[np.ndarray, ...]:
    """Province of each locality, first localities, and the utilities of living somewhere (see the worker).

    ``staying`` (31, 31) [here, there] and ``pull`` (31, 31) [hukou, there], with the odds that follow,
    (31, 31, 31) [hukou, here, there]; ``attraction`` (n,) of localities within their province.
    """
    staying, pull = utilities(model)
    staying = staying + model.attraction - model.moving_cost * (1.0 - np.eye(N))
    places = model.places
    attraction = np.log(np.maximum(places.population_share, 1e-9))
    odds = moves.odds_of_provinces(staying, pull)
    return (places.province_of, places.first, staying, pull, model.benefit_wages, attraction, odds)


def pool_borders(model: PensionModel) -> moves.Borders:
    """Chances of moving from one of today's pools to another, which people take to stay as they are."""
    province_of, *_, odds = geography(model)
    cost = model.parameters.value("worker.prefecture_moving_cost", model.year)
    return moves.borders(
        odds, province_of, model.places.population_share, cost, model.stack.pools, considers(model)
    )


class Weights(NamedTuple):
    """Weights in utility of log income, log distance, the own hukou province and compatriots."""

    income: float
    distance: float
    hukou: float
    network: float


class Offer(NamedTuple):
    """What movers see of provinces."""

    income: np.ndarray  # (31,) log of what is left of the wage
    distance: np.ndarray  # (31, 31) log, within a province on the diagonal
    compatriots: np.ndarray  # (31, 31) [hukou, there] log of one plus thousands, none at home


def utilities(model: PensionModel) -> tuple[np.ndarray, np.ndarray]:
    """Utilities of provinces before attraction and moving cost: [here, there] and [hukou, there]."""
    value, year = model.parameters.value, model.year
    income = value("worker.wage_weight", year)
    weights = Weights(
        income,
        income * value("worker.distance_to_wage", year),
        value("worker.hukou_weight", year),
        value("worker.network_weight", year),
    )
    return weighed(offer(model), weights)


def offer(model: PensionModel) -> Offer:
    """What movers see this year."""
    take_home = model.wages * (1.0 - model.parameters.value("contributions.worker_rate", model.year))
    compatriots = model.sums.stock if model.counted else model.start_stock
    away = compatriots * (1.0 - np.eye(N))
    return Offer(np.log(take_home), np.log(model.places.distance), np.log1p(away / 1000.0))


def weighed(seen: Offer, weights: Weights) -> tuple[np.ndarray, np.ndarray]:
    """Utilities [here, there] and [hukou, there], (31, 31) each, under ``weights``."""
    staying = weights.income * seen.income[None, :] - weights.distance * seen.distance
    staying += (weights.distance * np.diag(seen.distance))[:, None]
    return staying, weights.network * seen.compatriots + weights.hukou * np.eye(N)


def considers(model: PensionModel) -> np.ndarray:
    """Chance of weighing a move in the year, by age up to 127."""
    chance = np.pad(by_age(model.parameters, "worker.considers_moving", model.year), (0, 27))
    return chance * model.parameters.value("worker.mobility", model.year)


def age_tables(model: PensionModel) -> tuple[np.ndarray, ...]:
    """Death, considering a move, being hired, taking up work: by age up to 127 (death (2, 128)).

    Last the divisors of accounts, by months of age from 0 on.
    """
    from abm.population import census

    def table(path: str) -> np.ndarray:
        return np.pad(by_age(model.parameters, path, model.year), (0, 27))

    return (
        census.death_probability(model.year).copy(),  # the pass is compiled for arrays it could write to
        considers(model),
        table("labour.hiring_factor"),
        table("population.worker_weight"),
        divisors_by_month(model.divisors),
    )
