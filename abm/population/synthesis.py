"""The initial state: agents that stand for the people, the insured and the pensioners of the start year.

Province by province the published totals are apportioned to age and sex, then to whole agents with whole
weights; who is a migrant, pays, or has which past is picked by keyed draws in fixed numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from abm import draws
from abm.compile import decision
from abm.parameters import Parameters
from abm.population import apportion, employers, history, standing, storage, strata
from abm.population.base import Base
from abm.population.census import ADULT, LAST_AGE
from abm.population.persons import (
    COHORT_IDS,
    FIRST_COHORT,
    FIRST_SERIAL,
    ROW_BYTES,
    Flag,
    Status,
    empty,
    require_serials,
    serial_of,
)
from abm.population.places import Places
from abm.population.standing import EMPLOYEE, KINDS, OTHER, by_age
from abm.space import PROVINCE_NAMES

N = len(PROVINCE_NAMES)

MIDDLE_AGE = 40
"""Age at which the tilt of the insured's ages changes nothing."""

LATEST_WORKER_POST = 50
"""Women in worker posts have retired by the end of the year in which they reach this age."""

CAP = 0.97
"""Largest part of a cell of age and sex that one group may take."""


@dataclass
class Population:
    """Person table, employer table and the weights by stratum; serials in use by cohort and province."""

    persons: dict[str, np.ndarray]
    employers: dict[str, np.ndarray]
    weights: np.ndarray  # (256,) persons by stratum
    serials: dict[tuple[int, int], int]

    @property
    def weight(self) -> np.ndarray:
        """Persons each row stands for, (rows,) int64; free rows count nothing."""
        w = self.weights[self.persons["stratum"]]
        return np.where(self.persons["status"] == Status.FREE, 0, w)


def synthesise(
    parameters: Parameters, places: Places, base: Base, scale: int, seed: int, folder: Path | None = None
) -> Population:
    """Build the initial population at one agent for ``scale`` persons (finer where a province is small).

    In place and province by province, so that what is only needed on the way stays small beside the table:
    first who there is, then their ids and places of registration, then their work and their past. Until the
    past is written, ``months_here`` holds the age and ``qualified`` the province of registration. With a
    ``folder`` the table lives in files there. UserError if there is no room for it.
    """
    plans = [_plan(parameters, base, p, scale) for p in range(N)]
    ends = np.cumsum([0, *(plan.agents.sum() for plan in plans)])
    storage.require_room(int(ends[-1]), ROW_BYTES, scale, folder)
    table = empty(int(ends[-1]), folder)
    weights = strata.table(np.array([plan.low for plan in plans]))
    parts = [
        _Part(plan, p, {name: column[ends[p] : ends[p + 1]] for name, column in table.items()}, weights)
        for p, plan in enumerate(plans)
    ]
    insured = np.zeros(2)  # locals and migrants
    for p, part in enumerate(parts):
        _people(part)
        luck = _Luck(seed, int(ends[p]), len(part))
        columns = part.columns()
        part.persons["qualified"][:] = _origins(parameters, base, p, columns, plans[p].low, luck)
        columns["migrant"] = part.persons["qualified"] != p
        part.persons["status"][:], part.persons["flags"][:] = standing.assign(base, p, columns, luck)
        inside = standing.members(columns)
        insured += np.bincount(columns["migrant"][inside], columns["weight"][inside], minlength=2)
    lapse = standing.lapsing(parameters, base.year, insured[1] / insured.sum())
    for p, part in enumerate(parts):
        standing.work(parameters, base, p, part.columns(), lapse, _Luck(seed, int(ends[p]), len(part)))
    serials = _identities(table["months_here"], table["qualified"], base.year, table["id"])
    for h in range(N):
        _named_by_taste(table, parts, ends, h, base.year, seed)
    _registrations(places, parts)
    firms: list[Table] = []
    for p, part in enumerate(parts):
        luck = _Luck(seed, int(ends[p]), len(part))
        firms.append(_province(parameters, places, base, p, part, luck, seed))
        staffed = part.persons["employer"] >= 0
        part.persons["employer"][staffed] += sum(len(f["id"]) for f in firms[:-1])
    employed = {name: np.concatenate([f[name] for f in firms]) for name in firms[0]}
    return Population(table, employed, weights, serials)


Table = dict[str, np.ndarray]


class _Plan(NamedTuple):
    """How many agents of which kind a province has, and what they are spread over."""

    counts: list[np.ndarray]  # persons by kind, sex and age, (2, 101) each
    agents: np.ndarray  # by kind, (5,)
    low: np.ndarray  # lower weight by group, (3,)
    more: list[np.ndarray]  # who carries one person more, a mask by group


@dataclass(frozen=True)
class _Part:
    """A province's part of the table: its rows as views, and the weights of all strata."""

    plan: _Plan
    province: int
    persons: Table
    weights: np.ndarray

    def __len__(self) -> int:
        return len(self.persons["id"])

    def columns(self) -> Table:
        """What is known of everybody before the past is written, (rows,); status, flags are the table's."""
        persons = self.persons
        return {
            "kind": np.repeat(np.arange(len(KINDS), dtype=np.uint8), self.plan.agents),
            "sex": persons["flags"] & Flag.FEMALE,
            "age": persons["months_here"].astype(np.int16),
            "weight": self.weights.astype(np.int32)[persons["stratum"]],
            "migrant": persons["qualified"] != self.province,
            "status": persons["status"],
            "flags": persons["flags"],
        }


def _province(
    parameters: Parameters, places: Places, base: Base, p: int, part: _Part, luck: _Luck, seed: int
) -> Table:
    """Give the people of province ``p`` (their part of the table) a home, posts, skill, work and a past.

    Returns their employers; the persons hold rows of that table.
    """
    persons, columns = part.persons, part.columns()
    _residences(places, p, columns, persons)
    persons["flags"][:] |= _posts(parameters, base.year, columns, persons["id"], seed)
    spread = parameters.value("population.within_province_dispersion", base.year)
    shock = draws.normals(draws.key(seed, "skill"), persons["id"])
    persons["log_skill"][:] = spread * shock - 0.5 * spread * spread
    firms = employers.synthesise(parameters, places, base, p, columns, persons, seed)
    history.write(parameters, base, p, columns, persons, firms, luck)
    return firms


def _named_by_taste(table: Table, parts: list[_Part], ends: np.ndarray, h: int, year: int, seed: int) -> None:
    """Deal the ids of hukou province ``h`` anew among those nobody pays for (``standing.named_by_taste``)."""
    rows = _rows(
        parts,
        ends,
        lambda who: (who["qualified"] == h) & standing.unpaid_for(who["status"], who["flags"]),
    )
    ids = table["id"][rows]
    taste = draws.uniforms(draws.key(seed, "participation"), ids)
    pays = (table["flags"][rows] & Flag.PAYS) > 0
    birth = year - table["months_here"][rows].astype(np.int16)
    table["id"][rows] = standing.named_by_taste(pays, ids, birth, taste)


def _rows(parts: list[_Part], ends: np.ndarray, chosen: Callable[[Table], np.ndarray]) -> np.ndarray:
    """Rows of the table for which ``chosen`` (a mask of a province's part) holds, in order."""
    found = [ends[p] + np.flatnonzero(chosen(part.persons)) for p, part in enumerate(parts)]
    return np.concatenate(found)


def _posts(
    parameters: Parameters, year: int, columns: dict[str, np.ndarray], ids: np.ndarray, seed: int
) -> np.ndarray:
    """The flag of women in cadre posts: public staff, a share of others, all insured still at work at 50."""
    luck = draws.uniforms(draws.key(seed, "cadre"), ids)
    cadre = luck < parameters.value("worker.cadre_share", year)
    cadre |= (columns["flags"] & Flag.PUBLIC) > 0
    cadre |= (columns["kind"] == EMPLOYEE) & (columns["age"] >= LATEST_WORKER_POST)
    return np.where(cadre & (columns["sex"] == 1), Flag.CADRE, np.uint8(0))


class _Luck:
    """Uniform draws for the synthesis, keyed by the row of the draft: ``count`` rows from ``first`` on."""

    def __init__(self, seed: int, first: int, count: int) -> None:
        self._seed, self._first, self._stop = seed, first, first + count

    def __call__(self, stream: str, alternative: int = 0) -> np.ndarray:
        rows = np.arange(self._first, self._stop)
        return draws.uniforms(draws.key(self._seed, stream, alternative), rows)


def _plan(parameters: Parameters, base: Base, p: int, scale: int) -> _Plan:
    """Agents of province ``p`` by kind, and the persons by kind, sex and age they stand for."""
    year = base.year
    available = base.adults[p].copy()

    def weight(name: str) -> np.ndarray:
        return np.stack([by_age(parameters, f"population.{name}_{sex}", year) for sex in ("men", "women")])

    retired_weight, employee_weight = weight("retiree_weight"), weight("employee_weight")
    nation = base.retirees.sum() / base.employees.sum()
    tilt = parameters.value("population.age_tilt", year) * np.log(
        base.retirees[p] / base.employees[p] / nation
    )
    employee_weight = employee_weight * np.exp(tilt * (np.arange(LAST_AGE + 1) - MIDDLE_AGE) / 20.0)
    counts = {}
    for group, total, wanted in (
        ("retirees", base.retirees[p], retired_weight),
        ("employees", base.employees[p], employee_weight),
        ("public_retired_outside", base.public_retirees_outside[p], retired_weight),
        ("public_outside", base.public_staff_outside[p], employee_weight),
    ):
        counts[group] = apportion.fill(total, wanted, available, CAP)
        available = available - counts[group]
    counts["others"] = available
    least = parameters.value("population.minimum_agents", year)
    outside = scale * parameters.value("population.outside_weight", year)
    groups = (  # of KINDS in order: persons a row stands for at least, fewest agents
        ({"employees": base.employees[p]}, scale, least),
        ({"retirees": base.retirees[p]}, scale, 0.5 * least),
        ({kind: counts[kind].sum() for kind in KINDS[2:]}, outside, least),
    )
    low, more = np.zeros(strata.GROUPS, np.int64), []
    agents: list[np.ndarray] = []
    for g, (kinds, grain, minimum) in enumerate(groups):
        persons = round(sum(kinds.values()))
        number = min(max(round(persons / grain), round(minimum)), persons)
        low[g], extra = apportion.whole_weights(persons, number)
        more.append(extra)
        agents.append(apportion.largest_remainder(number, np.array(list(kinds.values()))))
    return _Plan([counts[kind] for kind in KINDS], np.concatenate(agents), low, more)


def _people(part: _Part) -> None:
    """Write age, sex and stratum of the agents of a province, kind after kind."""
    persons, plan = part.persons, part.plan
    group_of = (strata.EMPLOYEES, strata.RETIREES, strata.OTHERS, strata.OTHERS, strata.OTHERS)
    ends = np.cumsum([0, *plan.agents])
    for k, group in enumerate(group_of):
        span = slice(ends[k], ends[k + 1])
        cell = apportion.spread(int(plan.agents[k]), plan.counts[k].ravel())
        persons["flags"][span] = np.where(cell > LAST_AGE, Flag.FEMALE, 0)
        persons["months_here"][span] = np.maximum(cell % (LAST_AGE + 1), ADULT)
        first = ends[group]  # groups begin where their first kind does
        more = plan.more[group][span.start - first : span.stop - first]
        persons["stratum"][span] = strata.stratum(part.province, group, more)


def _origins(
    parameters: Parameters, base: Base, p: int, columns: Table, low: np.ndarray, luck: _Luck
) -> np.ndarray:
    """The hukou provinces of the agents of province ``p``: migrants by age, origins by the census's mix."""
    year = base.year
    age_weight = by_age(parameters, "population.migrant_weight", year)[columns["age"]]
    relative = parameters.value("population.migrants_relative_cover", year)
    working = parameters.value("population.migrants_working", year)
    hukou = np.full(len(columns["age"]), p, np.uint8)
    order, origin_order = luck("synthesis order"), luck("synthesis origin")
    total = base.migrants[p].sum()
    workers = working * total / (base.formal_jobs[p] + base.flexible_jobs[p])
    insured = min(relative * workers, 0.6) * base.employees[p]
    for kind, group, persons in (
        (EMPLOYEE, strata.EMPLOYEES, insured),
        (OTHER, strata.OTHERS, total - insured),
    ):
        rows = np.flatnonzero(columns["kind"] == kind)
        n = round(persons / max(low[group], 1))
        chosen = rows[apportion.pick(n, age_weight[rows], order[rows])]
        chosen = chosen[apportion.ranked(origin_order[chosen])]
        hukou[chosen] = apportion.spread(len(chosen), base.migrants[p])
    return hukou


def _identities(age: np.ndarray, hukou: np.ndarray, year: int, ids: np.ndarray) -> dict[tuple[int, int], int]:
    """Write ids by birth year and hukou province, serials in table order; returns the serials used so far."""
    used = np.zeros((LAST_AGE + 1, N), np.int64)
    _number(age, hukou, np.int64(year - FIRST_COHORT), used, ids)
    serials = {}
    for a, h in np.argwhere(used)[::-1].tolist():
        require_serials(int(used[a, h]), year - a, h)
        serials[year - a, h] = int(used[a, h])
    return serials


@decision
def _number(
    ages: np.ndarray, hukou: np.ndarray, cohort_of_newborn: int, used: np.ndarray, ids: np.ndarray
) -> None:
    for i in range(len(ages)):
        age, h = np.int64(ages[i]), np.int64(hukou[i])
        cohort = cohort_of_newborn - age
        ids[i] = np.uint32(cohort * COHORT_IDS + FIRST_SERIAL[h] + used[age, h])
        used[age, h] += 1


def _registrations(places: Places, parts: list[_Part]) -> None:
    """Localities of household registration of migrants, by the shares of their home province's residents."""
    if places.by_province:
        for part in parts:
            part.persons["hukou"][:] = part.persons["qualified"]
        return
    for h in range(N):
        span = slice(places.first[h], places.first[h + 1])
        found = [
            (part.persons["hukou"], np.flatnonzero(part.persons["qualified"] == h))
            for p, part in enumerate(parts)
            if p != h
        ]
        homes = places.first[h] + apportion.spread(
            sum(len(r) for _, r in found), places.population_share[span]
        )
        for column, rows in found:
            column[rows], homes = homes[: len(rows)], homes[len(rows) :]


def _residences(places: Places, p: int, columns: Table, persons: Table) -> None:
    """Spread the people of province ``p`` over its localities; who is no migrant is registered there too."""
    migrant, status = columns["migrant"], columns["status"]
    span = slice(places.first[p], places.first[p + 1])
    working = np.isin(status, (Status.FORMAL, Status.FLEXIBLE, Status.PUBLIC))
    retired = status == Status.RETIRED
    for mask, share in (
        (migrant, places.migrant_share),
        (~migrant & working, places.work_share),
        (~migrant & retired, places.retired_share),
        (~migrant & ~working & ~retired, places.population_share),
    ):
        rows = np.flatnonzero(mask)
        if span.stop - span.start == 1:
            persons["locality"][rows] = span.start
            continue
        rows = rows[np.argsort(serial_of(persons["id"][rows]), kind="stable")]
        persons["locality"][rows] = places.first[p] + apportion.spread(len(rows), share[span])
    persons["hukou"][:] = np.where(migrant, persons["hukou"], persons["locality"])
    inside = (columns["flags"] & Flag.INSIDE) > 0
    persons["relation"][:] = np.where(inside, persons["locality"], persons["hukou"])
