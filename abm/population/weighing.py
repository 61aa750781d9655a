"""What paying voluntarily would mean to those who may at the start: the workers' own decision is asked."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from abm.agents import worker
from abm.compile import decision
from abm.draws import uniform
from abm.engine.moves import Borders, expected_moves
from abm.engine.people import YOUNGEST_PAYER
from abm.engine.rules import Keys, Rules, lost_on_a_move
from abm.population.persons import COHORT_IDS, FIRST_COHORT, Flag

Array = np.ndarray
FEMALE, CADRE = np.int64(Flag.FEMALE), np.int64(Flag.CADRE)
INSIDE, PAYS = np.int64(Flag.INSIDE), np.int64(Flag.PAYS)


class Surroundings(NamedTuple):
    """What persons who weigh paying see of the places and employers of the start."""

    province_of: Array  # of each locality, (n,)
    wages: Array  # average wage by province, (31,) yuan a year
    base_wages: Array  # that bases rest on, (31,) yuan a year
    floors: Array  # base floor by locality, (n,)
    premiums: Array  # wage over the average by employer
    premium_alone: float  # the same of those without an employer
    ceiling: float  # of the base
    divisors: tuple[float, float, float]  # of accounts for a pension from 50, 55 and 60 on
    borders: Borders
    weights: Array  # persons by stratum, (256,)


@decision
def weigh(
    rows: Array, talents: Array, columns: tuple[Array, ...], seen: Surroundings, rules: Rules, keys: Keys,
    paying: Array,
) -> tuple[Array, Array, Array]:  # fmt: skip
    """Of the persons in ``rows``: the province that collects, weight, and payoff of paying; arrays (rows,).

    The payoff is the value of a yuan of base less the burden; the weight of who is too young or too old is 0.
    ``talents`` (rows,) are wages over those of the mean person; ``columns`` those of ``COLUMNS``. Whoever
    pays is added to ``paying`` (31,), persons by the province that collects.
    """
    ids, flags, strata, hukous, localities, relations, employers, paid, deemed, accounts = columns
    law, portability, lost = rules.retirement, rules.portability, lost_on_a_move(rules)
    provinces = np.empty(len(rows), np.uint8)
    weights = np.empty(len(rows), np.int32)
    payoffs = np.empty(len(rows), np.float64)
    for k in range(len(rows)):
        i = rows[k]
        flag, here, hukou = np.int64(flags[i]), np.int64(localities[i]), np.int64(hukous[i])
        age = rules.year - np.int64(ids[i] // np.uint32(COHORT_IDS)) - FIRST_COHORT
        female = (flag & FEMALE) != 0
        months = law.age_men
        if female:
            months = law.age_women_cadre if (flag & CADRE) != 0 else law.age_women_worker
        pension_age = months / 12.0
        to_go = max(pension_age - age, 0.0)
        collects = np.int64(relations[i]) if (flag & INSIDE) != 0 else hukou
        province = seen.province_of[collects]
        premium = seen.premiums[employers[i]] if employers[i] >= 0 else seen.premium_alone
        income = seen.wages[seen.province_of[here]] * premium * talents[k]
        patience, trust = uniform(keys.patience, ids[i]), uniform(keys.awareness, ids[i])
        tastes = worker.Tastes(
            rules.discount_low + (rules.discount_high - rules.discount_low) * patience,
            rules.awareness_low + (rules.awareness_high - rules.awareness_low) * trust,
        )
        origin = seen.province_of[hukou]
        crossings = expected_moves(
            age, to_go, portability.keep_age_women if female else portability.keep_age_men,
            seen.borders.young[origin, here], seen.borders.old[origin, here], seen.borders.weighed,
        )  # fmt: skip
        divisor = seen.divisors[0 if pension_age <= 50.0 else 1 if pension_age <= 55.0 else 2]
        offer = worker.offer(
            np.float64(paid[i]) + np.float64(deemed[i]), to_go, income, np.float64(accounts[i]),
            seen.base_wages[province], seen.floors[collects], seen.ceiling, rules.flexible_rate,
            rules.burden_aversion, tastes, worker.outlook(crossings, lost, rules.transfer_delay),
            rules.scheme, divisor,
        )  # fmt: skip
        payoffs[k] = offer.value - rules.burden_aversion * (rules.flexible_rate * offer.base / income)
        provinces[k] = province
        may = YOUNGEST_PAYER <= age < pension_age
        weights[k] = seen.weights[strata[i]] if may else 0
        if (flag & PAYS) != 0:
            paying[province] += weights[k]
    return provinces, weights, payoffs


COLUMNS = (
    "id", "flags", "stratum", "hukou", "locality", "relation", "employer", "paid_months", "deemed_months",
    "account",
)  # fmt: skip
"""Columns of the table of persons that ``weigh`` reads."""
