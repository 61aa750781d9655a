"""The model in the middle of a year: the state that a phase is about to read."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from abm.engine.moves import Borders
from abm.errors import UserError
from abm.model import PensionModel
from abm.phases import live
from abm.population.synthesis import Population
from abm.scenario import Scenario


@dataclass
class Moment:
    """A simulated year: the model after it, and what the pass over people found before."""

    model: PensionModel
    population: Population
    firm: np.ndarray
    vacancies: tuple[np.ndarray, ...]
    geography: tuple[np.ndarray, ...]
    borders: Borders
    ages: tuple[np.ndarray, ...]
    compatriots: np.ndarray
    """Adults by hukou province and province of residence a year earlier, (31, 31) persons."""


def at(scenario: Scenario, year: int) -> Moment:
    """Simulate a scenario through ``year``, keeping the state before the year's pass over people.

    In the start year nobody decides; the state before is the state after. Raises UserError for a year
    that the scenario does not simulate.
    """
    kept: list[Moment] = []
    model = simulate(scenario, year, PensionModel.live, lambda m: kept.append(_kept(m)))
    return kept[0] if kept else _kept(model)


def simulate(
    scenario: Scenario, year: int, phase: Callable[[PensionModel], None], look: Callable[[PensionModel], None]
) -> PensionModel:
    """The model after ``year``, in which ``look(model)`` was called just before ``phase``.

    The start year has no phases to look into. Raises UserError for a year that is not simulated.
    """
    if not scenario.start <= year <= scenario.end:
        raise UserError(f"year {year} is not simulated; allowed: {scenario.start} to {scenario.end}")
    model = PensionModel(scenario)
    while model.year < year - 1:
        model.step()
    if model.year < year:
        order = [function for _, function in model.phases].index(phase)
        model.phases.insert(order, ("the state is looked at", look))
        model.step()
    return model


def _kept(model: PensionModel) -> Moment:
    population = copy.deepcopy(model.population)
    model.come_of_age(population)
    stock: Any = model.sums.stock if model.counted else model.start_stock
    return Moment(
        model,
        population,
        live.firm_table(model),
        live.vacancies(model),
        live.geography(model),
        live.pool_borders(model),
        live.age_tables(model),
        stock.copy(),
    )
