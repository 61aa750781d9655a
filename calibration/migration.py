"""What moves people between provinces, from the censuses' tables: ``python -m calibration.migration``.

The weights of distance and of compatriots in ``worker`` are those at which five years of the model's own
moves come closest to where those counted in 2010–2015 and 2015–2020 had lived five years before. For given
weights the attraction of provinces meets the net gain of each, the moving cost all moves together, and the
pull of the own hukou province the growth of the number of people who live outside it: tables of moves do not
tell who returns. The Poisson deviance of the 930 cells is least over the weights. The weight of wages is not
identified: the attraction takes it up.

The model lives in single years, the tables count who lives elsewhere after five. Five years of the yearly
logit are therefore worked out, by age group, with ages, wages and compatriots of the base year held. The
ratio of yearly moves to those counted is ``worker.moves_per_count``. Net gains are here those of the tables
whose cells are compared; in the model they are those of the censuses (``abm.population.census``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize

from abm import data
from abm.model import PensionModel
from abm.phases import live, opening
from abm.population.persons import birth_year_of
from abm.population.standing import by_age
from abm.scenario import Scenario
from abm.space import PROVINCES

N = len(PROVINCES)
AWAY = 1.0 - np.eye(N)
PERIODS = ("2010-2015", "2015-2020")
Array = np.ndarray


class Weights(NamedTuple):
    """The weights that are estimated, as in the model's own ``live.Weights``."""

    distance: float
    hukou: float
    network: float


@dataclass(frozen=True)
class Setting:
    """Who weighs moving at the start, and what they see."""

    groups: tuple[tuple[float, Array], ...]  # chance of weighing a move, persons (31, 31) [hukou, here]
    seen: live.Offer
    income: float  # weight of log income

    @classmethod
    def of(cls, model: PensionModel) -> Setting:
        """The base year of a model."""
        persons, value, year = model.population.persons, model.parameters.value, model.year
        chance = by_age(model.parameters, "worker.considers_moving", year)
        age = np.clip(year - birth_year_of(persons["id"]), 0, 100)
        chances = np.where(np.isin(persons["status"], opening.SETTLED), 0.0, chance[age])
        groups = []
        for c in np.unique(chances[chances > 0.0]):
            rows = np.flatnonzero(chances == c)
            groups.append((float(c), opening.crosstab(model, rows, np.ones(len(rows)))))
        return cls(tuple(groups), live.offer(model), value("worker.wage_weight", year))


class Counts(NamedTuple):
    """What is counted: moves in five years (31, 31) [origin, destination], and by how many persons the stock
    of those who live outside their hukou province grows meanwhile (None: not held)."""

    moves: Array
    growth: float | None


def published(periods: tuple[str, ...] = PERIODS) -> Counts:
    """The mean of the five-year tables, and half the growth of the stock from 2010 to 2020."""
    moves = np.mean([data.matrix("migration", period=period) for period in periods], axis=0).T
    before, after = (data.matrix("hukou_stock", year=year).sum() for year in (2010, 2020))
    return Counts(moves, float(after - before) / 2.0)


def chosen(setting: Setting, weights: Weights, attraction: Array, cost: float) -> Array:
    """Chances of each province for who weighs a move, (31, 31, 31) [hukou, here, there]."""
    staying, pull = live.weighed(setting.seen, live.Weights(setting.income, *weights))
    total = (staying + attraction - cost * AWAY)[None] + pull[:, None, :]
    odds = np.exp(total - total.max(axis=2, keepdims=True))
    return odds / odds.sum(axis=2, keepdims=True)


def yearly(setting: Setting, chances: Array) -> Array:
    """Moves in a year, (31, 31) [origin, destination] persons."""
    return AWAY * sum(c * np.einsum("ho,hok->ok", persons, chances) for c, persons in setting.groups)


def five_years(setting: Setting, chances: Array) -> Counts:
    """Persons who live elsewhere after five years, and the growth of those outside their hukou province."""
    moves, growth = np.zeros((N, N)), 0.0
    for c, persons in setting.groups:
        year = (1.0 - c) * np.eye(N) + c * chances
        square = year @ year
        there = persons[:, :, None] * (square @ square @ year)
        moves += there.sum(axis=0)
        growth += float((AWAY * (there.sum(axis=1) - persons)).sum())
    return Counts(AWAY * moves, growth)


class Solution(NamedTuple):
    """Attraction (31,), moving cost and pull of the own hukou province."""

    attraction: Array
    cost: float
    hukou: float


FIRST = Solution(np.zeros(N), 3.0, 5.0)


def solved(
    setting: Setting, distance: float, network: float, counted: Counts, start: Solution = FIRST
) -> tuple[Solution, Array]:
    """The solution at which net gains, all moves and growth are those counted, and its flows (31, 31).

    Where growth is not held, the pull of the own hukou province stays that of ``start``.
    """
    attraction, cost, hukou = start[0].copy(), start[1], start[2]
    net, gross = counted.moves.sum(axis=0) - counted.moves.sum(axis=1), counted.moves.sum()
    for _ in range(300):
        weights = Weights(distance, hukou, network)
        flows, growth = five_years(setting, chosen(setting, weights, attraction, cost))
        excess = 0.0 if counted.growth is None or growth is None else (growth - counted.growth) / gross
        into, out = flows.sum(axis=0), flows.sum(axis=1)
        if (
            np.abs(net - (into - out)).max() < 1e-3 * net.max()
            and abs(flows.sum() / gross - 1.0) < 1e-3
            and abs(excess) < 1e-3
        ):
            break
        attraction += 0.7 * np.clip((net - (into - out)) / (into + out + 1.0), -1.0, 1.0)
        attraction -= attraction.mean()
        cost += 0.5 * np.log(flows.sum() / gross)
        hukou = max(hukou + 0.7 * excess, 0.0)
    else:
        raise ArithmeticError(f"no solution within 300 rounds at weights {distance:g} and {network:g}")
    return Solution(attraction, cost, hukou), flows


def deviance(counted: Array, flows: Array) -> float:
    """Poisson deviance of the cells off the diagonal, over the persons counted."""
    n, expected = counted[AWAY > 0], np.maximum(flows[AWAY > 0], 1.0)
    return float(2.0 * (n * np.log(np.maximum(n, 1.0) / expected) - (n - expected)).sum() / n.sum())


class Fit(NamedTuple):
    """Weights, what is left of the deviance, and yearly moves over a fifth of those counted."""

    weights: Weights
    deviance: float
    moves_per_count: float


def fit(setting: Setting, counted: Counts, distance: float, network: float) -> Fit:
    """How close five years of moves under the weights come to those ``counted``."""
    (attraction, cost, hukou), flows = solved(setting, distance, network, counted)
    weights = Weights(distance, hukou, network)
    moves = yearly(setting, chosen(setting, weights, attraction, cost)).sum()
    return Fit(weights, deviance(counted.moves, flows), float(5.0 * moves / counted.moves.sum()))


def estimate(setting: Setting, counted: Counts) -> Fit:
    """The weights of least deviance, by Nelder and Mead from about where they are found."""
    warm = FIRST

    def left(point: Array) -> float:
        nonlocal warm
        distance, network = point
        if min(point) < 0.0:
            return np.inf
        warm, flows = solved(setting, distance, network, counted, warm)
        return deviance(counted.moves, flows)

    found = minimize(
        left, [0.5, 0.6], method="Nelder-Mead", options={"maxfev": 200, "xatol": 0.01, "fatol": 1e-4}
    )
    distance, network = (float(x) for x in found.x)
    return fit(setting, counted, distance, network)


def main() -> None:
    """Print the estimates from both tables together and from each alone."""
    setting = Setting.of(PensionModel(Scenario.named("history", end=2010, scale=20000)))
    print("tables                distance  hukou  compatriots  deviance  moves per count")
    for periods in (PERIODS, PERIODS[:1], PERIODS[1:]):
        x = estimate(setting, published(periods))
        distance, hukou, network = x.weights
        row = f"{' and '.join(periods):22s}{distance:8.3f}{hukou:7.2f}{network:13.3f}"
        print(f"{row}{x.deviance:10.3f}{x.moves_per_count:17.3f}")


if __name__ == "__main__":
    main()
