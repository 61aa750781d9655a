"""Case K: the logit of migration, by counting who goes where.

A region's chance is counted over many persons who choose with the model's own compiled choice and keyed
draws, before and after a wage or a distance changes; the same persons keep their draws.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from abm import draws
from abm.compile import decision
from abm.engine.choices import chooses_province
from abm.engine.moves import odds_of_provinces
from abm.parameters import Parameters
from abm.phases import live
from abm.space import PROVINCES
from experiments.verify.case import Case
from experiments.verify.result import ROUGH, Result
from experiments.verify.settings import Settings

Array = np.ndarray
N = len(PROVINCES)
PERSONS = 1_000_000
STEP = 0.6
"""Change, up and down, of the utility of a wage; a log wage changes by this over its weight."""
NOBODY = -1e6
"""Utility of provinces that the case does not have."""
YEAR = 2018


class Regions(NamedTuple):
    """What migrants look at: wages (31,), distances (31, 31)."""

    wages: Array
    distance: Array


@decision
def _count(persons: int, staying: Array, pull: Array, odds: Array, wages: Array, key: np.uint64) -> Array:
    """Persons, of those living in region 0, who choose each region."""
    counts = np.zeros(len(wages), np.int64)
    for person in range(persons):
        chosen = chooses_province(person, 0, 0, staying, pull, odds, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, wages, key)
        counts[chosen] += 1
    return counts


def shares(regions: Regions, n: int, wage_weight: float) -> Array:
    """Shares (n,) of the persons in region 0 who choose each region; migrants know no hukou and nobody."""
    parameters = Parameters.load()

    def value(path: str, year: int) -> float:
        set_here = {
            "worker.wage_weight": wage_weight,
            "worker.distance_to_wage": DISTANCE_OVER_INCOME,
            "worker.hukou_weight": 0.0,
        }
        return set_here[path] if path in set_here else parameters.value(path, year)

    model = SimpleNamespace(
        parameters=SimpleNamespace(value=value),
        year=YEAR,
        wages=regions.wages,
        places=SimpleNamespace(distance=regions.distance),
        counted=False,
        start_stock=np.zeros((N, N)),
    )
    staying, pull = live.utilities(model)  # type: ignore[arg-type]
    staying[:, n:] = NOBODY
    odds = odds_of_provinces(staying, pull)
    counts = _count(PERSONS, staying, pull, odds, regions.wages, draws.key(1, "destination", YEAR))
    return np.asarray(counts[:n] / PERSONS)


def check(s: Settings) -> list[Result]:
    """Own-wage elasticity, the ratio of two other regions, the weight of distance over that of income."""
    s.positive("epsilon")
    n, epsilon = s.n, s["epsilon"]
    s.require(3 <= n <= N, f"n from 3 to {N}")
    step = STEP / epsilon
    # Utilities of the same size whatever their weight, so that each of the first regions is chosen by many.
    wages = np.ones(N)
    wages[0] = np.exp(0.1 / epsilon)
    wages[3:n] = max(n - 3, 1) ** (-1.0 / epsilon)
    distance = np.full((N, N), 200.0)
    np.fill_diagonal(distance, 200.0 * np.exp(-0.2 / epsilon))
    plain = Regions(wages, distance)
    base = shares(plain, n, epsilon)

    def moved(wage: float = 0.0, away: float = 0.0) -> Array:
        """Shares with the log wage of region 1 and the log of its distance changed."""
        pay, far = wages.copy(), distance.copy()
        pay[1] *= np.exp(wage)
        far[0, 1] *= np.exp(away)
        return shares(Regions(pay, far), n, epsilon)

    def slope(low: Array, high: Array) -> float:
        """Change of log odds per unit; in a logit the same for a step of any size."""
        return float(np.log(high[1] / (1.0 - high[1]) / (low[1] / (1.0 - low[1]))) / (2.0 * step))

    poorer, richer = moved(wage=-step), moved(wage=step)
    by_wage = slope(poorer, richer)
    by_distance = -slope(moved(away=-step), moved(away=step))
    chance = np.exp(utility(plain, n, epsilon))
    chance = chance / chance.sum()
    return [
        Result("K", "own_wage_elasticity", by_wage * (1.0 - base[1]), epsilon * (1.0 - chance[1]), ROUGH),
        Result("K", "ratio_of_others", richer[0] / richer[2], chance[0] / chance[2], ROUGH),
        Result("K", "distance_over_income", by_distance / by_wage, DISTANCE_OVER_INCOME, ROUGH),
    ]


DISTANCE_OVER_INCOME = 1.5
"""Published: Zhang and Zhao 2013."""


def utility(regions: Regions, n: int, wage_weight: float) -> Array:
    """The closed form's utilities (n,), seen from region 0."""
    far = np.log(regions.distance[0, :n] / regions.distance[0, 0])
    return np.asarray(wage_weight * (np.log(regions.wages[:n]) - DISTANCE_OVER_INCOME * far))


CASES = (Case("K", "Logit of migration", {"n": 4.0, "epsilon": 1.2}, check),)
