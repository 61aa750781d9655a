"""Phase: local governments choose their levers by asking the money rule what each would bring."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from abm import draws
from abm.agents.local_government import (
    AUDIT,
    FLOOR,
    LENIENCY,
    LEVERS,
    RATE,
    REGISTRATION,
    Aims,
    Outcome,
    smoothed_best_response,
)
from abm.engine import answers, counterfactual
from abm.phases import employ, settle

if TYPE_CHECKING:
    from abm.model import PensionModel


class Deliberation(NamedTuple):
    """What was weighed in a year: levers before, candidates, their payoffs, outcomes, odds, levers chosen."""

    before: np.ndarray  # (n, 5)
    tries: np.ndarray  # (5, 5, n) lever × candidate × locality
    payoffs: np.ndarray  # (5, 5, n) yuan per resident, as they are; the choice rests on them with an error
    outcome: Outcome  # each (5, 5, n)
    odds: np.ndarray  # (5, n, 5)
    after: np.ndarray  # (n, 5)


def run(model: PensionModel, inertia: float | None = None) -> None:
    """Let every local government move its levers; what was weighed stays in ``model.deliberation``."""
    value, year = model.parameters.value, model.year
    low, high = bounds(model)
    levers = np.clip(model.levers, low, high)
    tries = counterfactual.candidates(levers, low, high, value("government.step", year))
    setting = settle.setting(model, levers)
    stacks = settle.expected_stacks(model, round(value("government.horizon", year)), date(year, 1, 1))
    payoffs, outcome = counterfactual.evaluate(
        levers, tries, employers_in_short(model), setting, stacks, aims(model)
    )
    bill = setting.wages / setting.accounts.population
    perceived = payoffs + value("government.perception_error", year) * bill * errors(model, payoffs.shape)
    scale = value("government.temperature", year) * bill
    stay = value("government.inertia", year) if inertia is None else inertia
    chosen, odds = levers.copy(), []
    for lever in range(len(LEVERS)):
        chosen[:, lever], chance = smoothed_best_response(
            levers[:, lever], tries[lever].T, perceived[lever].T, scale, stay
        )
        odds.append(chance)
    chosen = np.clip(chosen, low, high)
    model.deliberation = Deliberation(levers, tries, payoffs, outcome, np.array(odds), chosen)
    model.levers = chosen


def errors(model: PensionModel, shape: tuple[int, ...]) -> np.ndarray:
    """Standard normal errors of perception, keyed by year, place, lever and candidate; shape (5, 5, n)."""
    levers, tries, n = shape
    place = np.array([int(code) for code in model.places.codes])
    cell = np.arange(levers * tries).reshape(levers, tries, 1)
    identity = (place + 1_000_000 * cell).astype(np.uint64)
    key = draws.key(model.scenario.seed, "perception", model.year)
    return draws.normals(key, identity.ravel()).reshape(levers, tries, n)


def bounds(model: PensionModel) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest value of every lever, two arrays (n, 5); a lever that is not local has no room."""
    value, by_province, year = model.parameters.value, model.parameters.by_province, model.year
    province = model.places.province_of
    n = model.places.n
    low, high = np.zeros((n, len(LEVERS))), np.zeros((n, len(LEVERS)))
    for lever, name in ((AUDIT, "audit_base"), (REGISTRATION, "registration_base")):
        base = value(f"employer.{name}", year)
        low[:, lever] = -value("government.local_reach", year) * base
        high[:, lever] = 1.0 / value("employer.fine_multiple", year) - base
    high[:, LENIENCY] = value("government.leniency_most", year)
    low[:, LENIENCY] = 0.25 * value("government.leniency_start", year)
    national = value("contributions.base_floor", year)
    devolved = value("government.floor_devolved", year)
    lowest = np.minimum(value("government.floor_lowest", year), model.floor_at_start)
    low[:, FLOOR] = (1.0 - devolved) * national + devolved * lowest
    high[:, FLOOR] = national
    rate = by_province("contributions.employer_rate", year)[province]
    devolved = by_province("government.rate_devolved", year)[province]
    low[:, RATE] = np.where(devolved > 0, np.minimum(value("government.rate_lowest", year), rate), rate)
    high[:, RATE] = rate
    return low, high


def aims(model: PensionModel) -> Aims:
    """What governments value, as parameters say."""
    names = [name for name in Aims._fields if name != "horizon"]
    values = {name: model.parameters.value(f"government.{name}", model.year) for name in names}
    return Aims(horizon=round(model.parameters.value("government.horizon", model.year)), **values)


def employers_in_short(model: PensionModel) -> answers.Firms:
    """The distribution of employers that answers a lever, from this year's market."""
    value, year = model.parameters.value, model.year
    province, market = model.places.province_of, model.market
    state, foreign = value("labour.state_share", year), value("labour.foreign_share", year)
    company = value("labour.limited_companies_share", year) * (1.0 - state - foreign)
    shares = np.array([1.0 - state - foreign - company, state, foreign, company])
    influence = 1.0 + value("employer.peer_weight", year) * market["compliant"]
    return answers.Firms(
        cost=model.concealment_cost[province] * influence,
        coverage_cost=model.coverage_cost[province],
        value=market["value"],
        mean_wage=np.maximum(market["mean_wage"], 0.05),
        shares=shares,
        multiples=np.array(employ.multiples(model)),
        premiums=np.array([value("labour.private_wage_ratio", year), 1.0, 1.0, 1.0]),
        dispersion=value("employer.cost_dispersion", year),
        wage_dispersion=value("population.within_province_dispersion", year),
        fine=value("employer.fine_multiple", year),
        ceiling=value("contributions.base_ceiling", year),
        worker_rate=value("contributions.worker_rate", year),
        audit_base=value("employer.audit_base", year),
        review=value("employer.coverage_review", year),
        waived=model.rules.waived,
        registration_base=value("employer.registration_base", year),
    )
