"""What the base year starts from: reserves, levers, market, and the constants solved from its statistics."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from abm import data, draws
from abm.agents import employer
from abm.agents.local_government import DEEMED, ENTRY, FLOOR, LENIENCY, LEVERS, NOBODY, RATE
from abm.parameters import Parameters
from abm.phases import settle
from abm.phases.employ import detection, firm_rules
from abm.phases.live import pool_borders, utilities
from abm.phases.rows import blocks, gathered
from abm.population import census, inversion, weighing
from abm.population.base import Base
from abm.population.employers import Deal
from abm.population.persons import Flag, Status, birth_year_of, hukou_province_of
from abm.population.places import Places
from abm.population.standing import by_age, unpaid_for
from abm.regimes import Funds
from abm.regimes.settlement import subsidies
from abm.regimes.subsidy import national_total
from abm.scheme.benefits import account_divisor
from abm.space import PROVINCES

if TYPE_CHECKING:
    from abm.model import PensionModel

N = len(PROVINCES)
SETTLED = (Status.PUBLIC, Status.RETIRED, Status.FREE)
"""Who does not weigh moving."""


def funds(base: Base, places: Places) -> Funds:
    """Opening reserves: the published provincial ones, shared by urban work where there are localities.

    Sub-provincial reserves are not published; that they follow non-agricultural work is assumed.
    """
    balance = np.rint(base.reserve_opening[places.province_of] * places.work_share * 100.0) / 100.0
    return Funds.opening(balance, N)


def levers(parameters: Parameters, places: Places, year: int) -> np.ndarray:
    """Levers before anybody has chosen: no push, usual leniency and floor, the rate in force, no favours."""
    start = np.zeros((places.n, len(LEVERS)))
    start[:, LENIENCY] = parameters.value("government.leniency_start", year)
    start[:, FLOOR] = parameters.value("contributions.base_floor", year)
    start[:, RATE] = parameters.by_province("contributions.employer_rate", year)[places.province_of]
    start[:, ENTRY] = NOBODY
    start[:, DEEMED] = parameters.value("benefits.transitional_rate", year)
    return start


def market(places: Places, base: Base) -> dict[str, np.ndarray]:
    """What employers see before a year has been counted."""
    n = places.n
    return {
        "value": np.full(n, 0.06),
        "compliant": np.full(n, 0.2),
        "mean_bill": np.ones(n),
        "mean_wage": np.full(n, 0.8),
        "bill": 0.7 * base.wage * base.formal_jobs,
        "levy": np.full(N, 0.1),
        "capital": np.ones(N),
    }


def capital(model: PensionModel) -> None:
    """Give employers the capital at which every place earns the same return at the start's levies."""
    value, year = model.parameters.value, model.year
    share, shift = value("employer.capital_share", year), value("employer.wage_shift", year)
    firms, places = model.population.employers, model.places
    levy, bill = model.market["levy"], model.market["bill"]
    surplus = bill * ((1.0 + shift * levy) / (1.0 - share) - (1.0 + levy))
    total = surplus / value("employer.return_at_start", year)
    province = places.province_of[firms["locality"]]
    jobs = np.bincount(province, firms["jobs"], minlength=N)
    firms["capital"] = firms["jobs"] * (total / jobs)[province]
    model.unmoved_capital = total
    model.market["capital"] = total.copy()


def constants(model: PensionModel) -> None:
    """Solve the concealment cost, local floors and the coverage cost of every province (see inversion)."""
    places, year, base = model.places, model.year, model.base
    audit, inspection = (mean_of_places(places, x) for x in detection(model))
    worker_rate = model.parameters.value("contributions.worker_rate", year)
    rate = mean_of_places(places, model.levers[:, RATE]) + worker_rate
    value = mean_of_places(places, model.market["value"])
    rules = firm_rules(model)
    persons, firms = model.population.persons, model.population.employers
    flow = base.mean_employees / base.employees

    def covered(s: slice) -> np.ndarray:
        return (persons["status"][s] == Status.FORMAL) & ((persons["flags"][s] & Flag.COVERED) > 0)

    persons_covered = np.zeros(N)

    def staff(rows: np.ndarray) -> tuple[np.ndarray, ...]:
        employers, province = persons["employer"][rows], places.province_of[persons["locality"][rows]]
        talent = np.exp(persons["log_skill"][rows].astype(np.float64))
        wages = model.wages[province] * firms["premium"][employers] * talent
        strata = persons["stratum"][rows]
        persons_covered[:] += np.bincount(province, model.population.weights[strata], minlength=N)
        return employers, wages, strata

    employers, wages, strata = gathered(model, covered, staff)  # province by province, as the table is
    homes = places.province_of[firms["locality"]]
    first = np.searchsorted(homes[employers], np.arange(N + 1))
    weights = model.population.weights[:, None] * flow  # by stratum and province of residence
    peers = 1.0 + rules.peer_weight * mean_of_places(places, model.market["compliant"])
    target, flexible = dues_to_meet(model)
    national = model.parameters.value("contributions.base_floor", year)

    def other_dues(floor: np.ndarray) -> np.ndarray:
        return flexible * floor / mean_of_places(places, model.levers[:, FLOOR])

    least = 0.05 * model.base.revenue  # where other revenue leaves next to nothing for enterprise dues
    cost, floor, missing = inversion.concealment(
        np.maximum(target, least),
        other_dues,
        model.parameters.value("government.floor_lowest", year),
        model.parameters.value("employer.cost_highest", year) * peers,
        np.full(N, national),
        rate,
        employers=employers,
        first=first,
        wages=wages,
        strata=strata,
        weights=weights,
        homes=homes,
        deviations=firms["log_cost"],
        ownerships=firms["ownership"],
        detection=audit,
        value=value,
        base_wage=model.base_wages,
        ceiling=model.parameters.value("contributions.base_ceiling", year),
        rules=rules,
    )
    model.concealment_cost = cost / peers
    if model.subsidy_key is not None:
        subsidise(model, missing + np.minimum(target - least, 0.0))
    model.levers[:, FLOOR] = floor[places.province_of]
    model.floor_at_start = model.levers[:, FLOOR].copy()
    model.coverage_cost = inversion.coverage_cost(
        persons_covered,
        firms,
        places.province_of,
        rate,
        inspection,
        value,
        rules,
        model.parameters.value("employer.coverage_review", year),
    )


def register(model: PensionModel, deal: Deal) -> None:
    """Let the covered staff of the start work for the employers that would keep them registered."""
    firms = model.population.employers
    _, inspection = detection(model)
    review = model.parameters.value("employer.coverage_review", model.year)
    chosen, found = firms["coverage"], inspection[firms["locality"]]
    deal.by(employer.registered_share.py_func(chosen, found, review))


def align(model: PensionModel, deal: Deal) -> None:
    """Let the staff of the start work where their cover is what the employer would choose for them."""
    ids, key = model.population.persons["id"], draws.key(model.scenario.seed, "covered")

    def draw(rows: np.ndarray, employers: np.ndarray) -> np.ndarray:
        return draws.uniforms_of(key, ids[rows], employers)

    deal.align(model.population.employers["coverage"], draw)


def voluntary(model: PensionModel) -> np.ndarray:
    """Solve the inclination to pay voluntarily of every province, (31,), from those who pay at the start.

    Whoever could pay voluntarily (flexible workers, staff left out) weighs it as in the pass, at the rules of
    the start and the base floor in force there.
    """
    persons = model.population.persons
    seen, paying = surroundings(model), np.zeros(N)
    columns = tuple(persons[name] for name in weighing.COLUMNS)

    def weighed(rows: np.ndarray) -> tuple[np.ndarray, ...]:
        talents = np.exp(persons["log_skill"][rows].astype(np.float64))
        return weighing.weigh(rows, talents, columns, seen, model.rules, model.keys, paying)

    province, weights, payoff = gathered(
        model, lambda s: unpaid_for(persons["status"][s], persons["flags"][s]), weighed
    )
    return inversion.inclination(province, weights, payoff, paying, model.rules.participation_scale)


def surroundings(model: PensionModel) -> weighing.Surroundings:
    """What those see who weigh paying voluntarily at the start."""
    fifty, fifty_five, sixty = (account_divisor.py_func(a, model.divisors) for a in (50.0, 55.0, 60.0))
    return weighing.Surroundings(
        province_of=model.places.province_of,
        wages=model.wages,
        base_wages=model.base_wages,
        floors=model.levers[:, FLOOR].copy(),
        premiums=model.population.employers["premium"],
        premium_alone=model.parameters.value("labour.flexible_income_ratio", model.year),
        ceiling=model.parameters.value("contributions.base_ceiling", model.year),
        divisors=(fifty, fifty_five, sixty),
        borders=pool_borders(model),
        weights=model.population.weights,
    )


def mean_of_places(places: Places, x: np.ndarray) -> np.ndarray:
    """Mean over the localities of each province, weighted by work, (31,)."""
    return np.bincount(places.province_of, places.work_share * x, minlength=N)


NOTICED = 0.001
"""Part of a province's revenue from which on what is missing of it counts."""


def subsidise(model: PensionModel, missing: np.ndarray) -> None:
    """Count as subsidy what no declaration can explain of a province's published revenue.

    Subsidies by province are not published. Where full declaration falls short of the revenue by ``missing``
    (31,) yuan, the province's part of the national lump sum is raised by it (and lowered again where that was
    too much); the others share what is left of the sum by the formula.
    """
    places, total = model.places, national_total(model.parameters, model.year)
    formula = np.bincount(places.province_of, model.subsidy_formula, minlength=N)
    part = np.bincount(places.province_of, model.subsidy_key, minlength=N)
    wanted = part + missing / total
    raised = (missing > NOTICED * model.base.revenue) | model.subsidy_raised
    for _ in range(N):  # whom the formula gives enough is not raised, which leaves the others less
        rest = max(1.0 - wanted[raised].sum(), 0.0) / formula[~raised].sum()
        enough = raised & (wanted <= formula * rest)
        if not enough.any():
            break
        raised = raised & ~enough
    model.subsidy_raised = raised
    extra = np.where(raised, wanted - formula * rest, 0.0)
    share = model.subsidy_formula * rest + extra[places.province_of] * places.work_share
    model.subsidy_key = share / share.sum()
    model.schedule = model.schedule.with_lump(total * model.subsidy_key)


def dues_to_meet(model: PensionModel) -> tuple[np.ndarray, np.ndarray]:
    """Enterprise contributions the base year should show, and the flexible workers' part today, (31,) yuan.

    Published revenue less subsidies, interest and the public group's contributions.
    """
    province = model.places.province_of

    def total(x: np.ndarray) -> np.ndarray:
        return np.bincount(province, x, minlength=N)

    if not model.counted:
        return 0.85 * model.base.revenue, 0.1 * model.base.revenue
    a, flows = model.accounts, model.schedule.settle(model.accounts, model.funds, settle.memory(model)).flows
    central, local = subsidies(flows)
    other = total(central + local + a.interest + a.contributions_public)
    back = total(model.sums["back_payments"] / 100.0)
    return model.base.revenue - other - back, total(model.sums["flexible_dues"] / 100.0)


def attraction(model: PensionModel) -> tuple[np.ndarray, float]:
    """Attraction of provinces and the moving cost, solved from censuses and migration tables."""
    staying, pull = utilities(model)
    per_count = model.parameters.value("worker.moves_per_count", model.year)
    net = census.net_migration(model.parameters.value("population.oldest_share_decline", model.year))
    return inversion.attraction(considering(model), staying, pull, net, per_count)


def considering(model: PensionModel) -> np.ndarray:
    """Those who consider moving in a year, by hukou province and province of residence, (31, 31) persons."""
    ids, status = model.population.persons["id"], model.population.persons["status"]
    chance = by_age(model.parameters, "worker.considers_moving", model.year)

    def weigh_a_move(rows: np.ndarray) -> np.ndarray:
        age = np.clip(model.year - birth_year_of(ids[rows]), 0, 100)
        return crosstab(model, rows, chance[age])

    mobile = blocks(model, lambda s: ~np.isin(status[s], SETTLED))
    return np.sum([weigh_a_move(rows) for rows in mobile], axis=0)


def stock(model: PensionModel) -> np.ndarray:
    """Adults by hukou province and province of residence, (31, 31) persons."""
    adults = blocks(model, lambda s: model.population.persons["status"][s] != Status.FREE)
    return np.sum([crosstab(model, rows, np.ones(len(rows))) for rows in adults], axis=0)


def crosstab(model: PensionModel, rows: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Persons times ``share`` (rows,) by hukou province and province of residence, (31, 31)."""
    persons = model.population.persons
    cell = hukou_province_of(persons["id"][rows]) * N + model.places.province_of[persons["locality"][rows]]
    weight = model.population.weights[persons["stratum"][rows]]
    return np.bincount(cell, share * weight, minlength=N * N).reshape(N, N)


class PublicEntry:
    """The part of the public-sector group enrolled in each year, from the dated steps of the headcounts."""

    def __init__(self, model: PensionModel) -> None:
        base, self.start = model.base, model.year
        self.full = round(model.parameters.value("population.public_full_entry", model.year))
        self.province = model.places.province_of
        self.inside = base.public_employees / (base.public_employees + base.public_staff_outside)
        retired = base.public_retirees + base.public_retirees_outside
        self.retired_inside = base.public_retirees / np.maximum(retired, 1.0)
        self.staff_pool = base.public_employees + base.public_staff_outside

    def _progress(self, variable: str, year: int, whole: np.ndarray) -> np.ndarray:
        """Part of those outside at the start that has entered by ``year``, (31,)."""
        if year >= self.full:
            return np.ones(N)
        first = data.panel("public_sector", variable, [max(self.start, 2014)])[:, 0]
        now = data.panel("public_sector", variable, [max(min(year, 2018), self.start, 2014)])[:, 0]
        return np.clip((now - first) / np.maximum(whole - first, 1.0), 0.0, 1.0)

    def __call__(self, year: int) -> dict[str, np.ndarray]:
        """The fields of the place table that say who has entered."""
        last = data.panel("public_sector", "public_retirees", [2018])[:, 0]
        staff = self._progress("public_employees", year, self.staff_pool)
        retired = self._progress("public_retirees", year, 1.03 * last)
        fields = {
            "public_inside": self.inside + (1.0 - self.inside) * staff,
            "public_inside_start": self.inside,
            "public_retired_inside": self.retired_inside + (1.0 - self.retired_inside) * retired,
            "public_retired_start": self.retired_inside,
        }
        return {name: values[self.province] for name, values in fields.items()}


def pension_means(model: PensionModel) -> dict[str, np.ndarray]:
    """Mean pensions and the fraction of the old by paying place, from the last pass, for adjustments."""
    zero = np.zeros(model.places.n)
    if not model.counted:
        fields = ("average_pension", "old_fraction", "average_public_pension", "old_public_fraction")
        return dict.fromkeys(fields, zero)
    sums = model.sums
    public, retired = sums["retirees_public"], sums["retirees"]
    enterprise = retired - public

    def mean(fen: np.ndarray, heads: np.ndarray) -> np.ndarray:
        return np.where(heads > 0, fen / 100.0 / np.maximum(heads, 1), 0.0)

    def part(old: np.ndarray, heads: np.ndarray) -> np.ndarray:
        return np.where(heads > 0, old / np.maximum(heads, 1), 0.0)

    return {
        "average_pension": mean(sums["pension_level"], enterprise),
        "old_fraction": part(sums["retirees_old"] - sums["retirees_public_old"], enterprise),
        "average_public_pension": mean(sums["public_pension_level"], public),
        "old_public_fraction": part(sums["retirees_public_old"], public),
    }
