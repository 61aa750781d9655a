"""The state at the end of the base year, taken from a model of the package, as agents of the oracle."""

from __future__ import annotations

import numpy as np

from abm.model import PensionModel
from oracle.accounts import Funds
from oracle.employer import Employer
from oracle.labour import Stock
from oracle.model import Levers, Market, Oracle, PublicEntry
from oracle.province import SET, Limits
from oracle.rules import step_table
from oracle.worker import (
    CADRE,
    COVERED,
    FEMALE,
    INSIDE,
    PAYS,
    PUBLIC,
    PUBLIC_GROUP,
    RETIRED,
    STOPPED,
    TEMPORARY,
    Worker,
)

FREE = 5


def levers_of(engine: PensionModel) -> list[Levers]:
    """The levers in force in the engine's present year."""
    return [Levers(*(float(x) for x in row)) for row in engine.levers]


def limits_of(engine: PensionModel) -> dict[int, Limits]:
    """The bounds that provinces have set for the next year; none at province resolution."""
    if engine.provincial_bounds is None:
        return {}
    return {p: dict(zip(SET, row, strict=True)) for p, row in enumerate(engine.provincial_bounds.tolist())}


def funds_of(funds: object) -> Funds:
    """The engine's funds as lists."""
    return Funds(
        funds.local.tolist(), funds.provincial.tolist(), float(np.sum(funds.central)), funds.advances.tolist()
    )


def oracle_from(engine: PensionModel) -> Oracle:
    """An oracle in the state of a freshly made model, its base year's pass still to be run."""
    oracle = Oracle(engine.scenario)
    oracle.parameters = engine.parameters
    places, base = engine.places, engine.base
    oracle.province_of = [int(p) for p in places.province_of]
    oracle.codes = [int(code) for code in places.codes]
    oracle.first = [int(c) for c in places.first]
    oracle.population_share = places.population_share.tolist()
    oracle.work_share = places.work_share.tolist()
    oracle.urban_share = places.urban_share.tolist()
    oracle.migrant_share = places.migrant_share.tolist()
    oracle.retired_share = places.retired_share.tolist()
    oracle.distance = places.distance.tolist()
    oracle.attraction = engine.attraction.tolist()
    oracle.moving_cost = float(engine.moving_cost)
    oracle.concealment_cost = engine.concealment_cost.tolist()
    oracle.coverage_cost = engine.coverage_cost.tolist()
    oracle.inclination = engine.inclination.tolist()
    oracle.unmoved_capital = engine.unmoved_capital.tolist()
    oracle.mean_employees = (base.mean_employees / base.employees).tolist()
    oracle.mean_retirees = (base.mean_retirees / base.retirees).tolist()
    pool = base.public_employees + base.public_staff_outside
    oracle.jobs_at_start = {
        "flexible": base.flexible_jobs.tolist(),
        "public": pool.tolist(),
        "formal": base.formal_jobs.tolist(),
    }
    oracle.weights = [int(w) for w in engine.population.weights]
    oracle.serials = {key: int(n) for key, n in engine.population.serials.items()}
    oracle.levers = levers_of(engine)
    oracle.floor_at_start = engine.floor_at_start.tolist()
    oracle.market = Market(**{name: values.tolist() for name, values in engine.market.items()})
    value = engine.parameters.value
    oracle.leaving = value("labour.leaving", engine.year)
    oracle.giving_up = value("labour.giving_up", engine.year)
    losses = engine.parameters.table("labour.first_losses", engine.year)
    oracle.stocks = [{kind: Stock(losses[kind], 0.0) for kind in losses} for _ in oracle.province_of]
    entry = engine.public_entry
    oracle.public_entry = PublicEntry(
        oracle, engine.scenario.start, entry.inside.tolist(), entry.retired_inside.tolist(), pool.tolist()
    )
    pay_alone = value("population.flexible_share_of_payers", engine.year)
    staff = value("population.payers_share", engine.year) * (1.0 - pay_alone)
    oracle.left_out = [
        max(jobs - staff * (insured - own), 1.0)
        for jobs, insured, own in zip(base.formal_jobs, base.employees, base.public_employees, strict=True)
    ]
    oracle.funds = funds_of(engine.funds_opening)
    oracle.subsidy_key = engine.subsidy_key.tolist()
    oracle.enter_year(engine.year)
    _people(oracle, engine.population.persons)
    oracle.double = [0.0] * len(oracle.province_of)
    oracle.compatriots = [[0] * 31 for _ in range(31)]
    for person in oracle.agents_by_type[Worker]:
        oracle.compatriots[person.hukou_province][oracle.province_of[person.locality]] += person.weight
    oracle.weighing = _weighing(oracle)
    _employers(oracle, engine.population.employers)
    oracle.plan_hiring()
    return oracle


def _weighing(oracle: Oracle) -> list[list[float]]:
    """The share of adults who may weigh a move, by province of hukou and residence (4.6, 8.1)."""
    table = step_table(oracle.parameters.table("worker.considers_moving", oracle.year))
    weighs = [[0.0] * 31 for _ in range(31)]
    for person in oracle.agents_by_type[Worker]:
        if person.status not in {PUBLIC, RETIRED}:
            chance = table[oracle.year - person.birth_year]
            weighs[person.hukou_province][oracle.province_of[person.locality]] += chance * person.weight
    return [
        [x / max(float(n), 1.0) for x, n in zip(row, adults, strict=True)]
        for row, adults in zip(weighs, oracle.compatriots, strict=True)
    ]


def _people(oracle: Oracle, table: dict) -> None:
    columns = {name: column.tolist() for name, column in table.items()}
    for i, status in enumerate(columns["status"]):
        if status == FREE:
            continue
        flags, stratum = columns["flags"][i], columns["stratum"][i]
        person = Worker(oracle, columns["id"][i], oracle.weights[stratum], bool(flags & FEMALE))
        person.stratum, person.status = stratum, status
        person.public_group, person.inside = bool(flags & PUBLIC_GROUP), bool(flags & INSIDE)
        person.paid, person.covered = bool(flags & PAYS), bool(flags & COVERED)
        person.temporary, person.stopped = bool(flags & TEMPORARY), bool(flags & STOPPED)
        person.cadre = bool(flags & CADRE)
        for name in (
            *("hukou", "locality", "relation", "employer", "log_skill", "paid_months", "deemed_months"),
            *("months_here", "qualified", "index_sum", "account", "pension"),
        ):
            setattr(person, name, columns[name][i])


def _employers(oracle: Oracle, table: dict) -> None:
    columns = {name: column.tolist() for name, column in table.items()}
    for row, identity in enumerate(columns["id"]):
        employer = Employer(oracle, row, identity)
        for name in (
            *("home", "locality", "ownership", "jobs", "capital", "premium", "log_cost", "log_coverage_cost"),
            *("mobile", "arrived", "coverage", "hidden", "exempt", "base_found", "staff_found"),
        ):
            setattr(employer, name, columns[name][row])
        for name in ("staff", "insured", "wages", "declared", "due_base"):
            setattr(employer.last, name, columns[name][row])
        oracle.employers.append(employer)
