"""The referee's question answered: what did this person, this government weigh, and why did it choose so?

The model is run to the year, the decision is taken again with the model's own functions and draws, put into
words and numbers, and held against what the model did; where the two differ, that is an error of ours.
"""

from __future__ import annotations

import numpy as np

from abm.errors import UserError
from abm.explain import moment as moments
from abm.explain.life import Life
from abm.explain.moment import Moment
from abm.model import PensionModel
from abm.population.persons import COHORT_IDS, FIRST_COHORT, STATUS_NAMES, Flag, Status, birth_year_of
from abm.scenario import Scenario

ANY = "any"


def person(scenario: Scenario, identity: int | str, year: int) -> str:
    """A person's year in words: state, decisions with options, utilities and draws, money, what came of it.

    ``identity`` is a person's id, or ``"any"`` for somebody whose year holds much, if possible retirement.
    Raises UserError for an id that nobody alive has or a year that is not simulated.
    """
    from abm.explain.person_text import describe

    moment = moments.at(scenario, year)
    row = interesting(moment)[0] if identity == ANY else _row(moment, int(identity))
    return describe(Life(moment, row))


def government(scenario: Scenario, name: str, year: int) -> str:
    """A local government's year in words: levers, what-ifs and payoffs, choice, settlement, context.

    ``name`` is a six-digit code, an English province name or a Chinese name. Raises UserError for an unknown
    name (with the nearest one) or a year that is not simulated.
    """
    from abm.explain.government_text import describe
    from abm.explain.weighing import Weighing, resolve

    index = resolve(name, scenario.resolution)
    weighed: list[Weighing] = []
    model = moments.simulate(
        scenario, year, PensionModel.govern, lambda before: weighed.append(Weighing.of(before))
    )
    return describe(model, weighed[0] if weighed else None, index)


def interesting(moment: Moment) -> list[int]:
    """Rows of persons whose year holds much: new pensioners of enterprises, then movers, then all others."""
    before, after = moment.population.persons, moment.model.population.persons
    alive = before["status"] != Status.FREE
    enterprise = (before["flags"] & Flag.PUBLIC) == 0
    new = enterprise & (before["status"] != Status.RETIRED) & (after["status"] == Status.RETIRED)
    moved = alive & (before["locality"] != after["locality"]) & (after["status"] != Status.FREE)
    paying = alive & ((before["flags"] & Flag.PAYS) > 0)
    rows = [np.flatnonzero(mask) for mask in (new, moved, paying, alive)]
    return list(dict.fromkeys(int(row) for found in rows for row in found[:2]))


def _row(moment: Moment, identity: int) -> int:
    persons, year = moment.population.persons, moment.model.year
    rows = np.flatnonzero((persons["id"] == identity) & (persons["status"] != Status.FREE))
    if len(rows):
        return int(rows[0])
    examples = " or ".join(_short(moment, row) for row in interesting(moment)[:2])
    raise UserError(
        f"nobody of 16 and over alive at the beginning of {year} has the id {identity}; an id is "
        f"(birth year − {FIRST_COHORT}) · {COHORT_IDS} + a number by hukou province and serial, such as "
        f"{examples}; "
        "'any' picks somebody"
    )


def _short(moment: Moment, row: int) -> str:
    persons = moment.population.persons
    sex = "woman" if persons["flags"][row] & Flag.FEMALE else "man"
    age = moment.model.year - int(birth_year_of(persons["id"][row : row + 1])[0])
    return f"{persons['id'][row]} (a {sex} of {age}, {STATUS_NAMES[persons['status'][row]]})"
