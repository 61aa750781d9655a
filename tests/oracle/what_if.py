"""What follows for all accounts if one place changes its levers (specification, 8.1)."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from oracle.accounts import Account, lawful_rates
from oracle.answers import Answers, levy, owed
from oracle.arriving import Admitted, Arrivals, Outsiders

if TYPE_CHECKING:
    from oracle.model import Levers, Oracle


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
        result.bill.append(max(bill, 1.0))
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


def counterfactual(begun: Start, new: dict[int, Change], lost: float = 0.0) -> list[Account]:
    """The accounts of all places after some have changed: what leaves them arrives elsewhere.

    The share ``lost`` of the capital that they drive away arrives nowhere.
    """
    others = [d for d in range(len(begun.accounts)) if d not in new]
    moved = sum(begun.bill[c] * driven_away(change, lost) for c, change in new.items())
    left = sum(begun.people[c] * (1.0 - change.people) for c, change in new.items())
    gone = moved / sum(begun.bill[d] for d in others)
    gone_people = left / sum(begun.people[d] for d in others)
    result = [elsewhere(account, 1.0 + gone, 1.0 + gone_people) for account in begun.accounts]
    for c, change in new.items():
        at_home(result, others, change.admitted)
        result[c] = own_account(begun.accounts[c], change)
    return result


def driven_away(new: Change, lost: float) -> float:
    """The share of a place's wage bill that arrives elsewhere."""
    return 1.0 - new.size - lost * (1.0 - new.capital) * new.size / new.capital


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
