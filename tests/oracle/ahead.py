"""The years ahead as governments expect them (specification, 8.1, looking ahead)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from abm.timeline import Event
from oracle import growth
from oracle.accounts import Account, Funds, Memory, interest, plans
from oracle.settlement import OWN_TREASURY, Part, Settlement, parts_of_year, settle_year

if TYPE_CHECKING:
    from oracle.model import Oracle


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


def seen_by_locality(model: Oracle, path: Path, c: int) -> Ahead:
    """What a local government sees of a path."""
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


def seen_by_province(model: Oracle, path: Path, p: int) -> Ahead:
    """What a provincial government sees of a path: all reserves and treasuries of the province."""
    places = range(model.first[p], model.first[p + 1])

    def held(funds: Funds) -> float:
        return sum(funds.local[c] for c in places) + funds.provincial[p]

    def net(funds: Funds) -> float:
        return held(funds) - sum(funds.advances[c] for c in places)

    result, wage_bill = Ahead([], [], [], []), growth.expected(model).bill[p]
    for s, (opening, accounts, settled) in enumerate(path):
        bills, closing = wage_bill ** (s + 1), settled.books.close()
        names = (*OWN_TREASURY, "provincial_gap_subsidy")
        treasury = sum(settled.books.flow(name)[c] for name in names for c in places)
        result.money.append((net(closing) - net(opening)) / bills)
        result.treasury.append(treasury / bills)
        result.reserve.append(held(opening) / bills)
        result.spending.append(sum(accounts[c].spending for c in places) / bills)
    result.reserve.append(held(closing) / bills)
    return result
