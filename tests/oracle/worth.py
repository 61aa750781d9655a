"""What the years ahead are worth to a government, and its payoff (specification, 8.1)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from oracle.ahead import Ahead

if TYPE_CHECKING:
    from oracle.model import Levers, Oracle
    from oracle.what_if import Change, Start

LEAST_RATIO = 1e-6


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


def payoff(
    model: Oracle, begun: Start, levers: dict[int, Levers], new: dict[int, Change], gains: Worth
) -> float:
    """What levers are worth to the government of some places, yuan per resident."""

    def value(name: str) -> float:
        return model.parameters.value(f"government.{name}", model.year)

    def total(amounts: list[float]) -> float:
        return sum(amounts[c] for c in new)

    accounts, bill = begun.accounts, total(begun.bill)
    spent = sum(accounts[c].benefits + x.extra + x.admitted.drawn for c, x in new.items())
    output = sum(accounts[c].output * x.size for c, x in new.items())
    result = sum(begun.bill[c] * x.size for c, x in new.items())
    result -= (1.0 - value("accrual_share")) * sum(x.collected for x in new.values())
    result += gains.money + gains.reserve - (1.0 + value("shadow_cost")) * gains.treasury
    result += value("benefit_weight") * bill * math.log(max(spent / bill, LEAST_RATIO))
    result += value("growth_weight") * bill * math.log(max(output / bill, LEAST_RATIO))
    for c, x in new.items():
        owed_back = below_the_law(model, c, levers[c]) * x.collected + x.exempted
        result -= value("floor_repayment") * owed_back + begun.bill[c] * effort(model, levers[c])
    return result / total(begun.people)


def below_the_law(model: Oracle, c: int, levers: Levers) -> float:
    """How far floor and rate lie below the nation's and the province's, as shares of them."""
    rules, p = model.rules, model.province_of[c]
    floor = max(1.0 - levers.floor / rules.national_floor, 0.0)
    return floor + max(1.0 - levers.rate / rules.employer_rate_by_province[p], 0.0)


def effort(model: Oracle, levers: Levers) -> float:
    """What pushing or obstructing the agency and lenient approval cost, over the wage bill."""

    def value(name: str) -> float:
        return model.parameters.value(f"government.{name}", model.year)

    power = 1.0 + 1.0 / value("effort_elasticity")
    pushes = value("audit_cost") * abs(levers.audit) ** power
    pushes += value("registration_cost") * abs(levers.registration) ** power
    return pushes + value("leniency_cost") * levers.leniency
