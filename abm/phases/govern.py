"""Phase: local and provincial governments choose by asking the money rule what each choice would bring."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from abm import draws
from abm.agents import learning, provincial_government
from abm.agents.local_government import (
    AUDIT,
    DEEMED,
    ENTRY,
    EXEMPTION,
    FLOOR,
    LENIENCY,
    LEVERS,
    NOBODY,
    RATE,
    REGISTRATION,
    SUPPLEMENT,
    Aims,
    Outcome,
    smoothed_best_response,
)
from abm.agents.provincial_government import narrowed, open_bounds
from abm.engine import counterfactual, planner, provincial
from abm.engine.counterfactual import NOW, Setting
from abm.phases import foresee
from abm.phases.announce import room_for_local_items
from abm.regimes import Schedule

if TYPE_CHECKING:
    from abm.model import PensionModel


class Deliberation(NamedTuple):
    """What was weighed in a year and chosen."""

    before: np.ndarray  # levers (n, levers)
    bill: np.ndarray  # wage bill, yuan per resident (n,)
    tries: np.ndarray  # (levers, 5, n) lever × candidate × locality
    payoffs: (
        np.ndarray
    )  # (levers, 5, n) yuan per resident, as they are; the choice rests on them with an error
    outcome: Outcome  # each (levers, 5, n)
    rule: int  # one of ``learning``'s
    worth: (
        np.ndarray
    )  # (levers, 5, n) what the choice rests on: perceived payoffs or attractions, per resident
    odds: np.ndarray  # (levers, n, 5) of the candidates; not used by imitation
    example: np.ndarray  # (n,) the place that was imitated
    experience: float  # weight of past attractions
    after: np.ndarray  # levers (n, levers)


def run(model: PensionModel, inertia: float | None = None) -> None:
    """Let every local government move its levers; what was weighed stays in ``model.deliberation``."""
    value, year = model.parameters.value, model.year
    low, high = bounds(model)
    levers = np.clip(model.levers, low, high)
    tries = counterfactual.candidates(levers, low, high, value("government.step", year))
    setting, goals = foresee.setting(model, levers), aims(model)
    stacks = foresee.expected_stacks(model, goals.horizon, date(year, 1, 1))
    payoffs, outcome = counterfactual.evaluate(levers, tries, setting, stacks, goals, model.threads)
    bill = setting.wages / setting.accounts.population
    perceived = payoffs + value("government.perception_error", year) * bill * errors(model, payoffs.shape)
    stay = value("government.inertia", year) if inertia is None else inertia
    weighed = Deliberation(
        before=levers,
        bill=bill,
        tries=tries,
        payoffs=payoffs,
        outcome=outcome,
        # The start is one for all ways to choose, and imitation needs places that differ.
        rule=round(value("government.choice_rule", year)) if model.transitions else learning.BEST_RESPONSE,
        worth=perceived,
        odds=np.full((len(LEVERS), len(levers), payoffs.shape[1]), 1.0),
        example=np.arange(len(levers)),
        experience=1.0,
        after=levers,
    )
    if weighed.rule == learning.IMITATION:
        weighed = imitate(model, weighed, stay)
    else:
        if weighed.rule == learning.PLANNER:
            exits = value("government.exit_elasticity", year)
            others = planner.gain_of_others(levers, tries, setting, stacks, goals, exits, model.threads)
            weighed = weighed._replace(worth=perceived + others / setting.accounts.population)
        if weighed.rule == learning.ATTRACTION:
            weighed = remember(model, weighed)
        weighed = respond(weighed, value("government.temperature", year) * bill, stay)
    model.levers = np.clip(weighed.after, low, high)
    model.deliberation = weighed._replace(after=model.levers)
    if model.transitions and not model.membership.one_tier and weighed.rule != learning.PLANNER:
        model.provincial_bounds = set_bounds(model, setting, stacks, goals, stay)


def set_bounds(
    model: PensionModel, setting: Setting, stacks: list[Schedule], goals: Aims, stay: float
) -> np.ndarray:
    """Next year's bounds on the levers of each province's localities, (P, bounds).

    The provincial governments weigh them at the same time as the localities weigh their levers, from the
    same levers of today, by the smoothed best response.
    """
    value, year, first = model.parameters.value, model.year, model.places.first[:-1]
    low, high = law(model)
    levers = model.deliberation.before if model.deliberation else model.levers
    province, free = model.places.province_of, open_bounds(low, high, first)
    today = free if model.provincial_bounds is None else model.provincial_bounds
    lowest, highest = open_bounds(low, low, first), open_bounds(high, high, first)
    bounds_now = np.clip(today, lowest, highest)
    tries = provincial_government.candidates(
        levers, low, high, province, free, value("government.step", year)
    )
    payoffs = provincial.evaluate(levers, low, high, bounds_now, tries, setting, stacks, goals, model.threads)
    bill = model.membership.total(setting.wages) / model.membership.total(setting.accounts.population)
    scale, chosen = value("government.temperature", year) * bill, bounds_now.copy()
    for k, (choices, worth) in enumerate(zip(tries, payoffs, strict=True)):
        chosen[:, k], _ = smoothed_best_response(bounds_now[:, k], choices.T, worth.T, scale, stay)
    return np.clip(chosen, lowest, highest)


def respond(weighed: Deliberation, temperature: np.ndarray, stay: float) -> Deliberation:
    """Every lever moves towards its best candidates by their worth, with noise ``temperature`` (n,)."""
    chosen, chances = weighed.before.copy(), []
    for lever, (tries, worth) in enumerate(zip(weighed.tries, weighed.worth, strict=True)):
        chosen[:, lever], chance = smoothed_best_response(
            weighed.before[:, lever], tries.T, worth.T, temperature, stay
        )
        chances.append(chance)
    return weighed._replace(after=chosen, odds=np.array(chances))


def imitate(model: PensionModel, weighed: Deliberation, stay: float) -> Deliberation:
    """Everybody moves part of the way to the levers of its most successful neighbour, if it does better.

    Success is the payoff under today's levers per yuan of wages, as perceived.
    """
    places = model.places
    count = round(model.parameters.value("government.neighbours", model.year))
    neighbours = learning.nearest(places.distance, places.province_of, min(count, places.n - 1))
    example = learning.better_neighbour(weighed.worth[0, NOW] / weighed.bill, neighbours)
    after = stay * weighed.before + (1.0 - stay) * weighed.before[example]
    return weighed._replace(example=example, after=after)


def remember(model: PensionModel, weighed: Deliberation) -> Deliberation:
    """The worth of candidates becomes their attraction: payoffs against now, with those of the past."""
    value, year, last = model.parameters.value, model.year, model.deliberation
    gains = (weighed.worth - weighed.worth[:, NOW : NOW + 1]) / weighed.bill
    before, experience, used = None, 1.0, np.ones_like(gains)
    if last is not None and last.rule == learning.ATTRACTION:
        before, experience = last.worth / last.bill, last.experience
        used = np.moveaxis(last.odds, 1, 2)
    worth, experience = learning.attractions(
        before, experience, gains, used,
        value("government.attraction_decay", year), value("government.forgone_weight", year),
    )  # fmt: skip
    return weighed._replace(worth=worth * weighed.bill, experience=experience)


def errors(model: PensionModel, shape: tuple[int, ...]) -> np.ndarray:
    """Standard normal errors of perception, (levers, 5, n), keyed by year, place, lever and candidate."""
    levers, tries, n = shape
    place = np.array([int(code) for code in model.places.codes])
    cell = np.arange(levers * tries).reshape(levers, tries, 1)
    identity = (place + 1_000_000 * cell).astype(np.uint64)
    key = draws.key(model.scenario.seed, "perception", model.year)
    return draws.normals(key, identity.ravel()).reshape(levers, tries, n)


def bounds(model: PensionModel) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest value of every local lever, two arrays (n, levers): law and provincial bounds."""
    low, high = law(model)
    if model.provincial_bounds is None:
        return low, high
    return narrowed(low, high, model.provincial_bounds[model.places.province_of])


def law(model: PensionModel) -> tuple[np.ndarray, np.ndarray]:
    """What law and agencies leave of every lever, two arrays (n, levers); what is not local has no room."""
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
    low[:, DEEMED] = high[:, DEEMED] = standard = value("benefits.transitional_rate", year)
    if model.transitions:  # supplements of the start are inside its published pensions
        room = room_for_local_items(model)
        low[:, DEEMED] += room * (min(value("government.deemed_least", year), standard) - standard)
        high[:, DEEMED] += room * (max(value("government.deemed_most", year), standard) - standard)
        high[:, SUPPLEMENT] = value("government.supplement_most", year) * room
        high[:, EXEMPTION] = value("government.exemption_most", year)
    low[:, ENTRY] = high[:, ENTRY] = NOBODY
    if model.transitions and model.rules.open_to_migrants < 1.0:  # else the law admits everybody
        high[:, ENTRY] = value("government.entry_age_most", year)
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
