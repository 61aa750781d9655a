"""What follows for all accounts if one place changes its levers (specification, 8.1)."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from abm.timeline import Event
from oracle import growth
from oracle.accounts import Account, Funds, Memory, interest, lawful_rates, plans
from oracle.answers import Answers, levy, owed
from oracle.arriving import Admitted, Arrivals, Outsiders
from oracle.settlement import OWN_TREASURY, Part, Settlement, parts_of_year, settle_year

if TYPE_CHECKING:
    from oracle.model import Levers, Oracle

LEAST_RATIO = 1e-6


@dataclass
class Start:
    """Where the what-ifs of a year start: last year's accounts under today's levers, by locality."""

    levers: list[Levers]
    accounts: list[Account]
    staff_dues: list[float]
    flexible_dues: list[float]
    early_cost: list[float]
    deemed_cost: list[float]
    bill: list[float]
    people: list[float]


def start(model: Oracle, today: list[Levers]) -> Start:
    """Last year's accounts at this year's rates and under today's levers."""
    value, year, seen = model.parameters.value, model.year, model.counts.places
    lawful = lawful_rates(model)
    result = Start(today, [], [], [], [], [], [], [])
    drawing = (value("government.horizon", year) + 1.0) / 2.0
    for c, account in enumerate(model.accounts):
        staff = (seen["employer_dues"][c] + seen["worker_dues"][c] + seen["back_payments"][c]) / 100.0
        staff *= owed(model.rules, today[c].rate) / model.owed_last_year[c]
        alone = seen["flexible_dues"][c] / 100.0
        early = value("government.years_early", year) * seen["early_pensions"][c] / 100.0
        if early <= 0.0:
            early = value("government.early_share_at_start", year) * account.benefits
        deemed = drawing * seen["deemed_pensions"][c] / 100.0 * today[c].deemed / model.levers[c].deemed
        bill = seen["wages"][c] / 100.0
        result.accounts.append(replace(account, contributions=staff + alone, collectable=bill * lawful[c]))
        result.staff_dues.append(staff)
        result.flexible_dues.append(alone)
        result.early_cost.append(early)
        result.deemed_cost.append(deemed)
        result.bill.append(bill)
        result.people.append(account.population)
    return result


@dataclass
class Change:
    """What a place's own entries become under other levers; of those admitted what changes."""

    collected: float
    coverage: float
    capital: float
    size: float
    people: float
    extra: float
    unlisted: float
    exempted: float
    admitted: Admitted


@dataclass
class Asked:
    """Whom a government asks how they would answer its levers."""

    answers: Answers
    arrivals: Arrivals | None
    outsiders: Outsiders | None


def asked(model: Oracle, today: list[Levers], exempts: bool, admits: bool) -> Asked:
    """Those who are asked in a year in which places may exempt or admit, or may not."""
    answers = Answers(model)
    return Asked(
        answers,
        Arrivals(model, today, answers.horizon) if exempts else None,
        Outsiders(model, answers, today) if admits else None,
    )


def change(model: Oracle, who: Asked, begun: Start, c: int, levers: Levers) -> Change:
    """What follows for the place itself."""
    value, rules, year, today = model.parameters.value, model.rules, model.year, begun.levers[c]
    p, account, answers = model.province_of[c], begun.accounts[c], who.answers
    was, now = answers.employers(c, today), answers.employers(c, levers)
    levy_today, levied = levy(rules, today.rate, was), levy(rules, levers.rate, now)
    more, theta, alpha = levied - levy_today, rules.wage_shift, rules.capital_share
    seen = model.market.levy[p]
    sensitivity = (theta / (1.0 - alpha) - 1.0) / ((1.0 + theta * seen) / (1.0 - alpha) - (1.0 + seen))
    capital = math.exp(value("government.capital_flight", year) * sensitivity * more)
    wage = -math.log(1.0 + theta * model.work_share[c] * more / (1.0 + theta * seen))
    people = answers.movers.people(p, wage)
    grown, owed_part, waived = 1.0, 1.0, 0.0
    if who.arrivals is not None:
        let_off, before = (who.arrivals.exempted(answers, c, x) for x in (levers, today))
        grown, waived = let_off.growth, let_off.waived / (1.0 - before.lost)
        owed_part = (1.0 - let_off.lost) / (1.0 - before.lost)
    size = capital * grown * people
    staff = begun.staff_dues[c] * levied / levy_today * owed_part * capital * grown
    alone = begun.flexible_dues[c]
    alone *= answers.flexible(c, levers.floor) / answers.flexible(c, today.floor)
    admitted = Admitted()
    if who.outsiders is not None:
        admitted.add(who.outsiders.admitted(c, levers), 1.0)
        admitted.add(who.outsiders.admitted(c, today), -1.0)
    standard = value("benefits.transitional_rate", year)
    off = begun.early_cost[c] * (levers.leniency / today.leniency - 1.0)
    off += account.benefits * ((1.0 + levers.supplement) / (1.0 + today.supplement) - 1.0)
    deemed = begun.deemed_cost[c]
    beyond = max(levers.deemed - standard, 0.0) - max(today.deemed - standard, 0.0)
    return Change(
        collected=(staff + alone) * people + admitted.dues,
        coverage=now.coverage / was.coverage,
        capital=capital,
        size=size,
        people=people,
        extra=off + deemed * (levers.deemed / today.deemed - 1.0),
        unlisted=off + deemed * beyond / today.deemed,
        exempted=begun.staff_dues[c] / levy_today * waived * size,
        admitted=admitted,
    )


def counterfactual(begun: Start, c: int, new: Change, lost: float = 0.0) -> list[Account]:
    """The accounts of all places after one has changed: what leaves it arrives elsewhere.

    The share ``lost`` of the capital that it drives away arrives nowhere.
    """
    others = [d for d in range(len(begun.accounts)) if d != c]
    gone = (
        begun.bill[c]
        * (1.0 - new.size - lost * (1.0 - new.capital) * new.size / new.capital)
        / sum(begun.bill[d] for d in others)
    )
    left = begun.people[c] * (1.0 - new.people) / sum(begun.people[d] for d in others)
    result = [elsewhere(account, 1.0 + gone, 1.0 + left) for account in begun.accounts]
    at_home(result, others, new.admitted)
    result[c] = own_account(begun.accounts[c], new)
    return result


def at_home(accounts: list[Account], others: list[int], came: Admitted) -> None:
    """Take from the other places what those admitted pay and are there no more."""
    dues, insured = (sum(getattr(accounts[d], name) for d in others) for name in ("contributions", "insured"))
    for d in others:
        a = accounts[d]
        share = a.insured / insured
        accounts[d] = replace(
            a,
            contributions=a.contributions * (1.0 - came.dues_home / dues),
            insured=a.insured * (1.0 - came.insured_home / insured),
            portability_out=a.portability_out + came.brought * share,
            portability_in=a.portability_in + came.sent_on * share,
        )


def own_account(a: Account, new: Change) -> Account:
    """The account of who changes its levers."""
    return replace(
        a,
        contributions=new.collected,
        insured=a.insured * new.coverage * new.size + new.admitted.insured,
        portability_in=a.portability_in + new.admitted.brought,
        portability_out=a.portability_out + new.admitted.sent_on,
        employees=a.employees * new.size,
        output=a.output * new.size,
        capacity=a.capacity * new.size,
        collectable=a.collectable * new.size,
        population=a.population * new.people,
        benefits=a.benefits + new.extra + new.admitted.drawn,
        off_list=max(a.off_list + new.unlisted, 0.0),
    )


def elsewhere(a: Account, more: float, more_people: float) -> Account:
    """The account of another place."""
    return replace(
        a,
        contributions=a.contributions * more,
        insured=a.insured * more,
        employees=a.employees * more,
        output=a.output * more,
        capacity=a.capacity * more,
        collectable=a.collectable * more,
        population=a.population * more_people,
    )


# --- looking ahead


def expected_parts(model: Oracle, horizon: int) -> list[list[Part]]:
    """The rules expected in each year of the horizon, as known on 1 January."""
    day = date(model.year, 1, 1)
    announced = model.parameters.value("government.follows_announcements", model.year) > 0.0

    def known(event: Event) -> bool:
        return ((event.announced if announced else None) or event.start) <= day

    timeline = tuple(event for event in model.scenario.timeline if known(event))
    return [parts_of_year(timeline, model.year + s) for s in range(horizon)]


@dataclass
class Ahead:
    """The years ahead of an actor, in today's wage bill: own money, the treasury's payments, reserves."""

    money: list[float]
    treasury: list[float]
    reserve: list[float]
    spending: list[float]


Path = list[tuple[Funds, list[Account], Settlement]]
"""Of each year ahead the opening funds, the accounts and the settlement."""


def look_ahead(model: Oracle, accounts: list[Account], parts: list[list[Part]]) -> Path:
    """Settle the accounts of all places in each year of the horizon."""
    funds, memory, path, factors = model.funds, model.memory, [], growth.expected(model)
    for s, rules in enumerate(parts):
        year = model.year + s
        lived = [
            growth.grown(account, factors, model.province_of[c], s + 1) for c, account in enumerate(accounts)
        ]
        lived = planned(model, year, lived, funds, memory)
        settled = settle_year(model, year, rules, lived, funds, memory, [0.0] * len(lived))
        path.append((funds, lived, settled))
        funds, memory = settled.books.close(), settled.memory
    return path


def planned(model: Oracle, year: int, accounts: list[Account], funds: Funds, memory: Memory) -> list[Account]:
    """The accounts of a year ahead with their interest and plan."""
    earned = interest(model, model.year, [a.retirees for a in accounts], funds)
    pull = model.parameters.value("regimes.plan_pull", year)
    plan = plans(memory.contributions, memory.collectable, [a.collectable for a in accounts], pull)
    return [
        replace(account, interest=i, plan=x) for account, i, x in zip(accounts, earned, plan, strict=True)
    ]


def ahead(model: Oracle, path: Path, c: int) -> Ahead:
    """What one government sees of a path."""
    p, one_tier = model.province_of[c], len(model.province_of) == 31

    def held(funds: Funds) -> float:
        return funds.local[c] + (funds.provincial[p] if one_tier else 0.0)

    result, wage_bill = Ahead([], [], [], []), growth.expected(model).bill[p]
    for s, (opening, accounts, settled) in enumerate(path):
        bills = wage_bill ** (s + 1)
        treasury = sum(settled.books.flow(name)[c] for name in OWN_TREASURY)
        result.money.append((settled.own_money[c] + treasury) / bills)
        result.treasury.append(treasury / bills)
        result.reserve.append(held(opening) / bills)
        result.spending.append(accounts[c].spending / bills)
    result.reserve.append(held(path[-1][2].books.close()) / bills)
    return result


@dataclass
class Worth:
    """What the money of the years ahead is worth, yuan a year."""

    money: float
    reserve: float
    treasury: float


def worth(model: Oracle, seen: Ahead) -> Worth:
    """The worth of own money, of the last reserve, and the treasury's payments."""

    def value(name: str) -> float:
        return model.parameters.value(f"government.{name}", model.year)

    horizon, discount = len(seen.money), value("discount")
    full, empty, scale = (value(f"money_value_{name}") for name in ("full", "empty", "months"))
    kept = (1.0 - value("confiscation_hazard")) ** horizon
    weights = [discount**s for s in range(horizon)]

    def months(s: int) -> float:
        spending = seen.spending[min(s, horizon - 1)]
        return max(12.0 * seen.reserve[s] / spending, 0.0) if spending > 0.0 else 0.0

    money = 0.0
    for s, weight in enumerate(weights):
        mu = (full + (empty - full) * math.exp(-months(s) / scale)) * kept
        money += weight * mu * seen.money[s]
    last = months(horizon)
    stock = (full * last + (empty - full) * scale * (1.0 - math.exp(-last / scale))) * kept
    reserve = value("terminal_weight") * discount**horizon * stock * seen.spending[-1] / 12.0
    treasury = sum(w * x for w, x in zip(weights, seen.treasury, strict=True))
    total = sum(weights)
    return Worth(money / total, reserve / total, treasury / total)


def payoff(model: Oracle, begun: Start, c: int, levers: Levers, new: Change, gains: Worth) -> float:
    """What levers are worth to a government, yuan per resident."""
    rules, p, bill = model.rules, model.province_of[c], begun.bill[c]

    def value(name: str) -> float:
        return model.parameters.value(f"government.{name}", model.year)

    account = begun.accounts[c]
    spent = max((account.benefits + new.extra + new.admitted.drawn) / bill, LEAST_RATIO)
    output = max(account.output * new.size / bill, LEAST_RATIO)
    below = max(1.0 - levers.floor / rules.national_floor, 0.0)
    below += max(1.0 - levers.rate / rules.employer_rate_by_province[p], 0.0)
    power = 1.0 + 1.0 / value("effort_elasticity")
    effort = value("audit_cost") * abs(levers.audit) ** power
    effort += value("registration_cost") * abs(levers.registration) ** power
    effort += value("leniency_cost") * levers.leniency
    total = bill * new.size - (1.0 - value("accrual_share")) * new.collected
    total += gains.money + gains.reserve - (1.0 + value("shadow_cost")) * gains.treasury
    total += value("benefit_weight") * bill * math.log(spent)
    total += value("growth_weight") * bill * math.log(output)
    total -= value("floor_repayment") * (below * new.collected + new.exempted)
    return (total - bill * effort) / account.population
