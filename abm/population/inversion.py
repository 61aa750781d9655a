"""Constants of the base year that no statistic publishes, solved from those that are.

Four sets, each solved once at the start and then held fixed under every policy: the concealment cost of a
province, from its contribution revenue; the cost of leaving staff out, from its insured staff; the
inclination to pay voluntarily, from its voluntary payers; the attraction of a province to movers, from the
five-year migration tables.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from abm import data
from abm.agents import employer, worker
from abm.compile import decision
from abm.engine.firms import FirmRules, own_cost
from abm.engine.rules import Rules, lost_on_a_move
from abm.scheme.contributions import contribution_base
from abm.space import PROVINCES

N = len(PROVINCES)
Array = np.ndarray
LOW, HIGH = -6.0, 6.0
"""Range of the log of a median cost; that of concealment ends lower, at ``employer.cost_highest``."""


@decision
def declared_by_province(
    log_cost: Array, floor: Array, employers: Array, wages: Array, strata: Array, weights: Array,
    homes: Array, deviations: Array, ownerships: Array, rate: Array, detection: Array, value: Array,
    base_wage: Array, ceiling: float, rules: FirmRules,
) -> Array:  # fmt: skip
    """Declared bases of insured staff by province, (31,) yuan, if provinces had these costs and floors.

    ``employers``, ``wages`` and ``strata`` are by member of staff, ``weights`` (256, 31) by stratum and
    province; ``homes`` (the province an employer is
    in, where its staff live), ``deviations`` and ``ownerships`` by employer.
    """
    hidden = np.empty(len(homes))
    for j in range(len(homes)):
        p = homes[j]
        cost = own_cost(
            np.exp(log_cost[p]), deviations[j], rules.dispersion, rules.cost_multiples[ownerships[j]]
        )
        hidden[j] = employer.hidden_share(rate[p], detection[p], rules.fine, value[p], cost)
    total = np.zeros(N)
    for i in range(len(wages)):
        j = employers[i]
        p = homes[j]
        base = contribution_base(wages[i] * (1.0 - hidden[j]), base_wage[p], floor[p], ceiling)
        total[p] += base * weights[strata[i], p]
    return total


def concealment(
    target: Array,
    other_dues: Callable[[Array], Array],
    lowest_floor: float,
    highest_cost: Array,
    floor: Array,
    rate: Array,
    **sample: Any,
) -> tuple[Array, Array, Array]:
    """Median concealment costs (31,) and base floors (31,) at which dues meet ``target`` (31,) yuan.

    ``other_dues(floor)`` are the flexible workers' dues under a floor. The cost is bisected first; where
    dues exceed the target even with everything hidden, the floor applied locally is lowered, down to
    ``lowest_floor``. Where the target is not reached at ``highest_cost`` (31,) the cost stays there.
    Also returns what is then missing from the target (negative: too much), (31,) yuan.
    """

    def dues(log_cost: np.ndarray, level: np.ndarray) -> np.ndarray:
        declared = declared_by_province(log_cost, level, rate=rate, **sample)
        return declared * rate + other_dues(level)

    floor = floor.copy()
    low, high = np.full(N, LOW), np.log(highest_cost)
    too_much = dues(low, floor) > target
    lower, upper = np.full(N, lowest_floor), floor.copy()
    for _ in range(40):
        middle = 0.5 * (lower + upper)
        above = dues(low, np.where(too_much, middle, floor)) > target
        lower, upper = np.where(above, lower, middle), np.where(above, middle, upper)
    floor = np.where(too_much, 0.5 * (lower + upper), floor)
    for _ in range(40):
        middle = 0.5 * (low + high)
        above = dues(middle, floor) > target
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    middle = 0.5 * (low + high)
    return np.exp(middle), floor, target - dues(middle, floor)


def coverage_cost(
    covered: Array,
    firms: dict[str, Array],
    province_of: Array,
    rate: Array,
    detection: Array,
    value: Array,
    rules: FirmRules,
    review: float,
) -> Array:
    """Median cost of leaving staff out, (31,), at which employers would keep ``covered`` persons (31,)."""
    province = province_of[firms["locality"]]
    character = np.exp(rules.dispersion * firms["log_coverage_cost"])
    character = character * np.array(rules.coverage_cost_multiples)[firms["ownership"]]
    gain = ((1.0 - detection * rules.fine) * rate - (1.0 - detection) * value)[province]
    low, high = np.full(N, LOW), np.full(N, HIGH)
    for _ in range(60):
        middle = 0.5 * (low + high)
        left_out = np.clip(gain / (np.exp(middle)[province] * character), 0.0, 1.0)
        registered = employer.registered_share.py_func(1.0 - left_out, detection[province], review)
        above = np.bincount(province, registered * firms["jobs"], minlength=N) > covered
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return np.exp(0.5 * (low + high))


@decision
def voluntary_offers(
    months: Array, years_to_go: Array, incomes: Array, accounts: Array, wages: Array, floors: Array,
    discounts: Array, awareness: Array, divisors: Array, moves: Array, ceiling: float, rules: Rules,
) -> tuple[Array, Array]:  # fmt: skip
    """What paying would mean to each of many persons: base over income, and value per yuan of base.

    ``moves`` are those into other pools that each expects before the pension.
    """
    burden, value = np.empty(len(months)), np.empty(len(months))
    lost = lost_on_a_move(rules)
    for i in range(len(months)):
        offer = worker.offer(
            months[i], years_to_go[i], incomes[i], accounts[i], wages[i], floors[i], ceiling,
            rules.flexible_rate, rules.burden_aversion, worker.Tastes(discounts[i], awareness[i]),
            worker.outlook(moves[i], lost, rules.transfer_delay), rules.scheme, divisors[i],
        )  # fmt: skip
        burden[i], value[i] = rules.flexible_rate * offer.base / incomes[i], offer.value
    return burden, value


def inclination(province: Array, weights: Array, payoff: Array, paying: Array, scale: float) -> Array:
    """Inclinations (31,) at which as many persons would pay voluntarily as ``paying`` (31,) do.

    The persons, their weights and their payoff from paying, value less burden, come as flat arrays;
    ``scale`` is that of the logit.
    """
    result = np.zeros(N)
    for p in range(N):
        here = province == p
        fixed, weight = payoff[here] / scale, weights[here]
        low, high = -5.0, 5.0
        for _ in range(50):
            middle = 0.5 * (low + high)
            chance = 1.0 / (1.0 + np.exp(-(fixed + middle / scale)))
            above = float((weight * chance).sum()) > paying[p]
            low, high = (low, middle) if above else (middle, high)
        result[p] = 0.5 * (low + high)
    return result


def attraction(
    movers: np.ndarray, staying: np.ndarray, pull: np.ndarray, moves_per_count: float
) -> tuple[np.ndarray, float]:
    """Attraction of each province (31,) and the moving cost that reproduce the census tables.

    ``movers`` (31, 31) [hukou, residence] are the persons who weigh a move in a year, ``staying`` and
    ``pull`` the utilities without attraction and cost. Targets are a fifth of the five-year tables of
    2010–2015 and 2015–2020, ``moves_per_count`` times as many since they miss returns and repeated moves:
    the net gain of each province, by its attraction, and all moves together, by the cost.
    """
    tables = [data.matrix("migration", period=period) for period in ("2010-2015", "2015-2020")]
    flows = moves_per_count * np.sum(tables, axis=0) / (5.0 * len(tables))
    net, gross = flows.sum(axis=1) - flows.sum(axis=0), flows.sum()
    away = 1.0 - np.eye(N)
    xi, cost = np.zeros(N), 1.0
    for _ in range(400):
        utility = staying[None] - cost * away[None] + pull[:, None] + xi
        utility -= utility.max(axis=2, keepdims=True)
        odds = np.exp(utility)
        flow = np.einsum("ho,hok->ok", movers, odds / odds.sum(axis=2, keepdims=True)) * away
        simulated = flow.sum(axis=0) - flow.sum(axis=1)
        xi = xi + 0.5 * np.clip((net - simulated) / (flow.sum(axis=0) + flow.sum(axis=1) + 1.0), -1.0, 1.0)
        xi -= xi.mean()
        cost += 0.5 * np.log(flow.sum() / gross)
    return xi, cost
