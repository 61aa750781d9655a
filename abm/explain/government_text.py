"""What a local government weighed in a year and why it moved its levers as it did; its money afterwards."""

from __future__ import annotations

import numpy as np

from abm.agents import learning
from abm.agents.local_government import LENIENCY, LEVERS, NOBODY, smoothed_best_response
from abm.engine.counterfactual import NOW
from abm.explain.text import million, percent, same, section, signed, table, yuan
from abm.explain.weighing import Weighing, names_in
from abm.model import PensionModel
from abm.phases.employ import detection
from abm.phases.settle import SPLIT, fen
from abm.regimes import FLOWS
from abm.space import PROVINCE_NAMES

TITLES = {
    "audit": "Audit push on declared bases",
    "registration": "Registration push on staff left out",
    "leniency": "Leniency, the chance that a request to retire early is approved",
    "floor": "Floor of the base, a multiple of the average wage",
    "rate": "Employer rate",
    "supplement": "Local supplement to enterprise pensions, a share of them",
    "exemption": "Exemption of employers that move in, a share of their dues",
    "deemed": "Transitional pension of a deemed year (k), a share of the average wage",
    "entry": "Entry, the greatest age of self-payers from other provinces",
}


def describe(model: PensionModel, weighed: Weighing | None, index: int) -> str:
    """The explanation of a local government's year; ``weighed`` is None in the start year."""
    places = model.places
    province = PROVINCE_NAMES[places.province_of[index]]
    name = province if places.by_province else f"{places.names_zh[index]} ({province})"
    title = f"The government of {name} ({places.codes[index]}) in {model.year} ({model.scenario.name})"
    parts = [section("Where it stands", standing(model, index))]
    if weighed is None:
        line = (
            f"{model.year} is the start: levers and the costs of concealment and coverage are found "
            "together, so that the published revenue and headcounts result; the first choice is that of "
            f"{model.year + 1}."
        )
        parts.append(section("Levers", [line]))
    else:
        parts.append(section("How it values money and chooses", money(model, weighed, index)))
        parts += [section(TITLES[name], lever(model, weighed, name, index)) for name in LEVERS]
    parts.append(section("Levers in force", in_force(model, index)))
    parts.append(section("Settlement of the year", settlement(model, index)))
    return "\n\n".join([title, *parts])


def standing(model: PensionModel, index: int) -> list[str]:
    """Regime, reserve, output per head and rank."""
    accounts, stack = model.accounts, model.stack
    per_head = accounts.gdp / accounts.population
    burden = accounts.enterprise_retirees[index] / max(accounts.insured_employees[index], 1.0)
    rank = int((per_head > per_head[index]).sum()) + 1
    benefits = accounts.benefits_enterprise + accounts.benefits_public
    opening = model.funds_opening.local - model.funds_opening.advances
    lower, upper = names_in(stack)
    announced = model.stack_in_force
    province = PROVINCE_NAMES[model.places.province_of[index]]
    regime = f"regime in force: {announced.lower_of(province)} below, {announced.upper} above"
    if lower != announced.lower_of(province):
        regime += f" (settled as {lower}/{upper}: each province is one pool)"
    return [
        regime,
        f"output per head {yuan(per_head[index])}, rank {rank} of {len(per_head)}; "
        f"{burden:.2f} pensioners an insured employee",
        f"own reserve at the opening {million(opening[index])} m yuan, "
        f"{12.0 * opening[index] / max(benefits[index], 1.0):.1f} months of this year's pensions",
    ]


def money(model: PensionModel, weighed: Weighing, index: int) -> list[str]:
    """Expected regimes and growth, value of own money, the rule of choice and its noise."""
    aims, temperature = weighed.aims, weighed.temperature[index]
    return [
        f"expects over its horizon of {aims.horizon} years: "
        + ", ".join(f"{y} {r}" for y, r in weighed.regimes),
        f"expects the wage bill to grow by {percent(weighed.growth[index] - 1.0)} a year, as last year; "
        "money of later years counts in units of today's bill",
        f"a yuan of own money is worth {weighed.value_of_money[index]:.3f} in the first year (reserve of "
        f"{weighed.months[index]:.1f} months, {percent(aims.confiscation_hazard, 0)} a year of losing it), "
        f"as the reserve then stands in later ones; what is left at the end counts once more with weight "
        f"{aims.terminal_weight:g}; a yuan from its own treasury costs {1.0 + aims.shadow_cost:.2f}",
        f"choices are noisy on a scale of {temperature:.2f} yuan per resident; "
        f"{percent(weighed.inertia, 0)} of the way to the best response is left for later",
        *choosing(model, index),
    ]


def choosing(model: PensionModel, index: int) -> list[str]:
    """How the rule of choice departs from the smoothed best response to what is perceived."""
    weighed = model.deliberation
    assert weighed is not None
    if weighed.rule == learning.IMITATION:
        if weighed.example[index] == index:
            return ["imitates its most successful neighbour; none does better, so it stays"]
        name = model.places.names_zh[weighed.example[index]]
        return [f"imitates its most successful neighbour, {name}: part of the way to its levers"]
    if weighed.rule == learning.ATTRACTION:
        return ["chooses by attractions: payoffs of this year and, fading, of the years before"]
    if weighed.rule == learning.PLANNER:
        return ["a planner chooses for all: what the others gain counts as well"]
    return []


def lever(model: PensionModel, weighed: Weighing, name: str, index: int) -> list[str]:
    """Candidates, what each would bring, what that is worth, odds and choice."""
    row = LEVERS.index(name)
    deliberation = model.deliberation
    assert deliberation is not None
    before, after = deliberation.before[index, row], deliberation.after[index, row]
    low, high = weighed.low[index, row], weighed.high[index, row]
    if high - low < 1e-12:
        return [f"not in its hands: {before:.4g}"]
    tries = deliberation.tries[row, :, index]
    outcome = weighed.outcome(deliberation, row, index)
    terms = weighed.terms(deliberation, row, index)
    error, odds = weighed.misperceived[row, :, index], deliberation.odds[row, index]
    rests_on = deliberation.worth[row, :, index]
    worth = {**terms, "payoff": np.sum(list(terms.values()), axis=0), "misperceived by": error}
    if deliberation.rule == learning.BEST_RESPONSE:
        agree = float(np.abs(worth["payoff"] + error - rests_on).max())
        same(f"perceived worth of {name}", agree, 0.0, 1e-6 * float(np.abs(rests_on).max()) + 1e-6)
    if deliberation.rule == learning.ATTRACTION:
        worth["attraction"] = rests_on
    if deliberation.rule == learning.PLANNER:
        worth["gain of others"] = rests_on - worth["payoff"] - error
    if deliberation.rule == learning.IMITATION:
        aim = float(deliberation.before[deliberation.example[index], row])
        conclusion = f"the example has {aim:.4f}"
        chosen = weighed.inertia * before + (1.0 - weighed.inertia) * aim
        columns: dict[str, list[str]] = {}
    else:
        response, again = smoothed_best_response(
            np.array([before]), tries[None, :], rests_on[None, :], weighed.temperature[index : index + 1],
            weighed.inertia,
        )  # fmt: skip
        same(f"odds of {name}", float(np.abs(again[0] - odds).max()), 0.0)
        chosen, conclusion = float(response[0]), f"best response {float((odds * tries).sum()):.4f}"
        columns = {"odds": [percent(chance) for chance in odds]}
    same(f"choice of {name}", float(np.clip(chosen, low, high)), after)
    same(f"lever {name}", after, model.levers[index, row])
    first = table(
        ["candidate", *(f"{title} (m yuan)" for title in outcome)],
        [
            [f"{value:.4f}" + (" (now)" if k == NOW else ""), *(_change(x, k) for x in outcome.values())]
            for k, value in enumerate(tries)
        ],
    )
    second = table(
        ["candidate", *worth, *columns],
        [
            [f"{value:.4f}" + (" (now)" if k == NOW else "")]
            + [signed(x[k] - x[NOW], 2) for x in worth.values()]
            + [entries[k] for entries in columns.values()]
            for k, value in enumerate(tries)
        ],
    )
    return [
        f"from {before:.4f}, between {low:.4g} and {high:.4g}",
        "what each candidate brings a year, against now:",
        first,
        "and what that is worth, yuan per resident, against now:",
        second,
        f"{conclusion}; chooses {after:.4f}",
    ]


def _change(amounts: np.ndarray, k: int) -> str:
    return signed((amounts[k] - amounts[NOW]) / 1e6, 1)


def in_force(model: PensionModel, index: int) -> list[str]:
    """The levers after the choice, with agency bases, detection and the place among all."""
    value, year = model.parameters.value, model.year
    lines = []
    for name, detected in zip(("audit", "registration"), detection(model), strict=True):
        push = model.levers[:, LEVERS.index(name)]
        rank = int((push > push[index]).sum()) + 1
        lines.append(
            f"{name}: agency base {percent(value(f'employer.{name}_base', year))} and push "
            f"{100.0 * push[index]:+.2f} points: detection {percent(detected[index])} (rank {rank} of "
            f"{len(push)}; all between {percent(detected.min())} and {percent(detected.max())}, median "
            f"{percent(float(np.median(detected)))})"
        )
    leniency, floor, rate, supplement, exemption, entry, deemed = model.levers.T[LENIENCY:]
    national = value("contributions.base_floor", year)
    lines.append(f"leniency {percent(leniency[index])} (median {percent(float(np.median(leniency)))})")
    lines.append(f"floor {floor[index]:.3f} of the average wage (national rule {national:g})")
    lines.append(
        f"employer rate {percent(rate[index])}, worker {percent(value('contributions.worker_rate', year))}"
    )
    lines.append(f"supplement to enterprise pensions {percent(supplement[index])}")
    lines.append(f"transitional pension of a deemed year {percent(deemed[index], 2)}")
    lines.append(
        f"employers that moved in are let off {percent(exemption[index])} of their dues for "
        f"{value('government.exemption_years', year):g} years"
    )
    by_law = percent(model.rules.open_to_migrants, 0)
    own = (
        "nobody else" if entry[index] <= NOBODY else f"of the others those of up to {entry[index]:.1f} years"
    )
    lines.append(f"self-payers from other provinces: the law admits {by_law}, the place {own}")
    return lines


def settlement(model: PensionModel, index: int) -> list[str]:
    """Every gross flow of the place with payer and payee, and the reserve it leaves."""
    province = int(model.places.province_of[index])
    rows, change = [], 0.0
    for name, flow in FLOWS.items():
        amounts = model.realised.flows.get(name)
        if amounts is None:
            continue
        at = province if flow.level == "province" else index
        amount = float(amounts[at]) / 100.0
        change += amount * ((flow.payee == "fund") - (flow.payer == "fund"))
        parts = [(p, q, kind, float(fen(model, m)[index]) / 100.0) for p, q, kind, m in SPLIT.get(name, ())]
        rows += parts or [(flow.payer, flow.payee, flow.title, amount)]
    opening, closing = (float(f.local[index]) for f in (model.funds_opening, model.funds))
    size = max(abs(opening), 1.0, *(row[3] for row in rows))  # sums leave the last bits of what passed
    same("reserve", (opening + change) / size, closing / size, 1e-9)
    local = {"": "local", "province": "provincial", "centre": "central"}

    def party(text: str) -> str:
        kind, _, level = text.partition(":")
        words = {"budget": "treasury", "fund": "fund"}
        return f"{local[level]} {words[kind]}" if kind in words else kind

    lines = [
        f"{party(payer)} to {party(payee)}: {million(amount)} m yuan, {title}"
        for payer, payee, title, amount in rows
        if amount > 0.0
    ]
    own = float(model.settlement.own_money[index])
    lines.append(f"reserve of the local fund: {million(opening)} → {million(closing)} m yuan")
    lines.append(f"own money (reserve less what its treasury paid and new debts): {own / 1e6:+,.1f} m yuan")
    if model.places.by_province:
        return lines
    held = [float(f.provincial[province]) for f in (model.funds_opening, model.funds)]
    return [
        *lines,
        f"reserve of {PROVINCE_NAMES[province]}'s own fund: {million(held[0])} → {million(held[1])} m yuan",
    ]
