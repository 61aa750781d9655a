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
from abm.agents import employer
from abm.compile import decision
from abm.engine.firms import FirmRules, own_cost
from abm.population.bisection import bisect
from abm.scheme.contributions import contribution_base
from abm.space import PROVINCES

N = len(PROVINCES)
Array = np.ndarray
LOW, HIGH = -6.0, 6.0
"""Range of the log of a median cost; that of concealment ends lower, at ``employer.cost_highest``."""


@decision
def declared_by_province(
    asked: Array, log_cost: Array, floor: Array, employers: Array, first: Array, wages: Array, strata: Array,
    weights: Array, homes: Array, deviations: Array, ownerships: Array, rate: Array, detection: Array,
    value: Array, base_wage: Array, ceiling: float, rules: FirmRules,
) -> Array:  # fmt: skip
    """Declared bases of insured staff by province, (31,) yuan, if provinces had these costs and floors.

    Zero where a province is not ``asked`` for, mask (31,). ``employers``, ``wages`` and ``strata`` are by
    member of staff, province by province from row ``first`` (32,) on; ``weights`` (256, 31) by stratum and
    province; ``homes`` (the province an employer is in, where its staff live), ``deviations`` and
    ``ownerships`` by employer.
    """
    hidden = np.empty(len(homes))
    for j in range(len(homes)):
        p = homes[j]
        if asked[p]:
            cost = own_cost(
                np.exp(log_cost[p]), deviations[j], rules.dispersion, rules.cost_multiples[ownerships[j]]
            )
            hidden[j] = employer.hidden_share(rate[p], detection[p], rules.fine, value[p], cost)
    total = np.zeros(N)
    for p in range(N):
        if asked[p]:
            declared = 0.0
            for i in range(first[p], first[p + 1]):
                shown = wages[i] * (1.0 - hidden[employers[i]])
                declared += contribution_base(shown, base_wage[p], floor[p], ceiling) * weights[strata[i], p]
            total[p] = declared
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

    ``other_dues(floor)`` are the flexible workers' dues under a floor; ``sample`` are the staff, as
    :func:`declared_by_province` takes them. The cost is bisected; where dues exceed the target even with
    everything hidden, the floor applied locally is lowered before, down to ``lowest_floor``. Where the target
    is not reached at ``highest_cost`` (31,) the cost stays there. Also returns what is then missing from the
    target (negative: too much), (31,) yuan.
    """
    everywhere = np.ones(N, bool)

    def dues(log_cost: Array, level: Array, asked: Array) -> Array:
        declared = declared_by_province(asked, log_cost, level, rate=rate, **sample)
        return declared * rate + other_dues(level)

    floor = floor.copy()
    low, high = np.full(N, LOW), np.log(highest_cost)
    lowered = np.flatnonzero(dues(low, floor, everywhere) > target)

    def excess_at_floor(level: Array, asked: Array) -> Array:
        floors, here = floor.copy(), np.zeros(N, bool)
        floors[lowered], here[lowered] = level, asked
        return (dues(low, floors, here) - target)[lowered]

    if len(lowered):
        lower, upper = np.full(len(lowered), lowest_floor), floor[lowered]
        lower, upper = bisect(excess_at_floor, lower, upper, 40, target[lowered])
        floor[lowered] = 0.5 * (lower + upper)
    low, high = bisect(lambda cost, asked: dues(cost, floor, asked) - target, low, high, 40, target)
    middle = 0.5 * (low + high)
    return np.exp(middle), floor, target - dues(middle, floor, everywhere)


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

    def too_many(log_cost: Array, _: Array) -> Array:
        left_out = np.clip(gain / (np.exp(log_cost)[province] * character), 0.0, 1.0)
        registered = employer.registered_share.py_func(1.0 - left_out, detection[province], review)
        return np.bincount(province, registered * firms["jobs"], minlength=N) - covered

    low, high = bisect(too_many, np.full(N, LOW), np.full(N, HIGH), 60, covered)
    return np.exp(0.5 * (low + high))


def inclination(province: Array, weights: Array, payoff: Array, paying: Array, scale: float) -> Array:
    """Inclinations (31,) at which as many persons would pay voluntarily as ``paying`` (31,) do.

    The persons, their weights and their payoff from paying, value less burden, come as flat arrays;
    ``scale`` is that of the logit.
    """
    result = np.zeros(N)
    for p in range(N):
        here = province == p
        fixed, weight = payoff[here] / scale, weights[here]
        result[p] = _inclination(fixed, weight, paying[p], scale)
    return result


def _inclination(fixed: Array, weights: Array, paying: float, scale: float) -> float:
    """The inclination of one province; ``fixed`` are the payoffs over the ``scale``."""
    chance = np.empty_like(fixed)

    def too_many(inclination: Array, _: Array) -> Array:
        # 1 / (1 + exp(-(fixed + inclination / scale))), in place
        np.add(fixed, inclination[0] / scale, out=chance)
        np.exp(np.negative(chance, out=chance), out=chance)
        np.divide(1.0, np.add(1.0, chance, out=chance), out=chance)
        return np.array([float(np.multiply(weights, chance, out=chance).sum()) - paying])

    low, high = bisect(too_many, np.array([-5.0]), np.array([5.0]), 50, np.array([paying]))
    return 0.5 * float(low[0] + high[0])


def attraction(
    movers: np.ndarray, staying: np.ndarray, pull: np.ndarray, net: np.ndarray, moves_per_count: float
) -> tuple[np.ndarray, float]:
    """Attraction of each province (31,) and the moving cost that reproduce the censuses.

    ``movers`` (31, 31) [hukou, residence] are the persons who weigh a move in a year, ``staying`` and
    ``pull`` the utilities without attraction and cost. Attractions give each province the ``net`` gain (31,)
    of persons a year; the cost gives all moves together: a fifth of those in the five-year tables of
    2010–2015 and 2015–2020, ``moves_per_count`` times as many since tables miss returns and repeated moves.
    """
    tables = [data.matrix("migration", period=period) for period in ("2010-2015", "2015-2020")]
    gross = moves_per_count * np.sum(tables) / (5.0 * len(tables))
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
