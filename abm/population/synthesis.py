"""The initial state: agents that stand for the people, the insured and the pensioners of the start year.

Province by province the published totals are apportioned to age and sex, then to whole agents with whole
weights; who is a migrant, pays, or has which past is picked by keyed draws in fixed numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from abm import draws
from abm.compile import decision
from abm.parameters import Parameters
from abm.population import apportion, employers, history, standing, strata
from abm.population.base import Base
from abm.population.census import ADULT, LAST_AGE
from abm.population.persons import (
    COHORT_IDS,
    FIRST_COHORT,
    FIRST_SERIAL,
    Flag,
    Status,
    empty,
    require_serials,
    serial_of,
)
from abm.population.places import Places
from abm.population.standing import EMPLOYEE, KINDS, OTHER, by_age
from abm.space import PROVINCE_NAMES

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


def synthesise(parameters: Parameters, places: Places, base: Base, scale: int, seed: int) -> Population:
    """Build the initial population at one agent for ``scale`` persons (finer where a province is small).

    Province by province, so that what is only needed on the way stays small beside the table: first who
    there is, then their ids and places of registration, then their work and their past.
    """
    low_weights = np.zeros((len(PROVINCE_NAMES), strata.GROUPS), np.int64)
    drafts, ends = [], [0]
    insured = np.zeros(2)  # locals and migrants
    for p in range(len(PROVINCE_NAMES)):
        columns, low_weights[p] = _people(parameters, base, p, scale)
        luck = _Luck(seed, ends[-1], len(columns["age"]))
        columns["hukou"] = _origins(parameters, base, p, columns, low_weights[p], luck)
        columns |= _more(columns, low_weights)
        columns["status"], columns["flags"] = standing.assign(base, p, columns, luck)
        inside = standing.members(columns)
        insured += np.bincount(columns["migrant"][inside], columns["weight"][inside], minlength=2)
        drafts.append({name: columns[name].astype(np.uint8) for name in DRAFT})
        ends.append(ends[-1] + len(columns["age"]))
    lapse = standing.lapsing(parameters, base.year, insured[1] / insured.sum())
    for p, small in enumerate(drafts):
        columns = {name: small[name].astype(np.int64) for name in DRAFT[:-2]} | {
            name: small[name] for name in DRAFT[-2:]
        }
        columns |= _more(columns, low_weights)
        luck = _Luck(seed, ends[p], len(small["age"]))
        standing.work(parameters, base, p, columns, lapse, luck)
    table = empty(ends[-1])
    draft = {name: np.concatenate([d.pop(name) for d in drafts]) for name in DRAFT}
    table["stratum"][:] = draft["stratum"]
    for name in ("status", "flags"):
        table[name][:] = draft.pop(name)
    serials = _identities(draft, base.year, table["id"])
    for h in range(len(PROVINCE_NAMES)):
        rows = np.flatnonzero(draft["hukou"] == h)
        _named_by_taste(table, rows, base.year - draft["age"][rows].astype(np.int64), seed)
    _registrations(places, draft, table)
    firms: list[Table] = []
    for p in range(len(PROVINCE_NAMES)):
        span = slice(ends[p], ends[p + 1])
        columns = {name: column[span].astype(np.int64) for name, column in draft.items()}
        persons = {name: column[span] for name, column in table.items()}
        luck = _Luck(seed, ends[p], ends[p + 1] - ends[p])
        firms.append(_province(parameters, places, base, p, columns, persons, low_weights, luck, seed))
        staffed = persons["employer"] >= 0
        persons["employer"][staffed] += sum(len(f["id"]) for f in firms[:-1])
    employed = {name: np.concatenate([f[name] for f in firms]) for name in firms[0]}
    return Population(table, employed, strata.table(low_weights), serials)


DRAFT = ("province", "kind", "sex", "age", "hukou", "stratum", "status", "flags")
"""What is known of everybody before anybody has an id: a byte each."""

Table = dict[str, np.ndarray]


def _more(columns: Table, low_weights: np.ndarray) -> Table:
    """Columns that follow from others: persons an agent stands for, and whether it is a migrant."""
    return {
        "weight": strata.table(low_weights)[columns["stratum"]],
        "migrant": columns["hukou"] != columns["province"],
    }


def _province(
    parameters: Parameters, places: Places, base: Base, p: int, columns: Table, persons: Table,
    low_weights: np.ndarray, luck: _Luck, seed: int,
) -> Table:  # fmt: skip
    """Give the people of province ``p`` (``persons``, written to) a home, posts, skill, work and a past.

    ``columns`` is their draft. Returns their employers; ``persons`` hold rows of that table.
    """
    columns |= {"status": persons["status"].copy(), "flags": persons["flags"].copy()}
    columns |= _more(columns, low_weights)
    _residences(places, p, columns, persons)
    persons["flags"][:] |= _posts(parameters, base.year, columns, persons["id"], seed)
    spread = parameters.value("population.within_province_dispersion", base.year)
    shock = draws.normals(draws.key(seed, "skill"), persons["id"])
    persons["log_skill"][:] = spread * shock - 0.5 * spread * spread
    firms = employers.synthesise(parameters, places, base, p, columns, persons, seed)
    history.write(parameters, base, p, columns, persons, firms, luck)
    return firms


def _named_by_taste(table: Table, rows: np.ndarray, birth: np.ndarray, seed: int) -> None:
    """Deal the ids of the rows of one hukou province anew (see ``standing.named_by_taste``)."""
    ids = table["id"][rows]
    taste = draws.uniforms(draws.key(seed, "participation"), ids)
    table["id"][rows] = standing.named_by_taste(
        table["status"][rows], table["flags"][rows], ids, birth, taste
    )


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
        self._seed = seed
        self._rows = np.arange(first, first + count)

    def __call__(self, stream: str, alternative: int = 0) -> np.ndarray:
        return draws.uniforms(draws.key(self._seed, stream, alternative), self._rows)


def _people(
    parameters: Parameters, base: Base, p: int, scale: int
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Agents of province ``p`` by group, sex and age: a draft table, and the group's lower weights (3,)."""
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
    low, parts = np.zeros(strata.GROUPS, np.int64), []
    sizes = {
        strata.EMPLOYEES: ({"employees": base.employees[p]}, least),
        strata.RETIREES: ({"retirees": base.retirees[p]}, 0.5 * least),
        strata.OTHERS: (
            {k: counts[k].sum() for k in ("others", "public_outside", "public_retired_outside")},
            least,
        ),
    }
    for number, (kinds, minimum) in sizes.items():
        persons = round(sum(kinds.values()))
        agents = min(max(round(persons / scale), round(minimum)), persons)
        low[number], more = apportion.whole_weights(persons, agents)
        numbers = apportion.largest_remainder(agents, np.array(list(kinds.values())))
        at = 0
        for kind, n in zip(kinds, numbers, strict=True):
            cell = apportion.spread(int(n), counts[kind].ravel())
            count = int(n)
            parts.append(
                {
                    "province": np.full(count, p),
                    "kind": np.full(count, KINDS.index(kind)),
                    "sex": cell // (LAST_AGE + 1),
                    "age": np.maximum(cell % (LAST_AGE + 1), ADULT),
                    "stratum": strata.stratum(p, number, more[at : at + count]),
                }
            )
            at += n
    return {name: np.concatenate([x[name] for x in parts]) for name in parts[0]}, low


def _origins(
    parameters: Parameters, base: Base, p: int, columns: Table, low: np.ndarray, luck: _Luck
) -> np.ndarray:
    """The hukou provinces of the agents of province ``p``: migrants by age, origins by the census's mix."""
    year = base.year
    age_weight = by_age(parameters, "population.migrant_weight", year)[columns["age"]]
    relative = parameters.value("population.migrants_relative_cover", year)
    working = parameters.value("population.migrants_working", year)
    hukou = columns["province"].copy()
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
        chosen = chosen[np.argsort(origin_order[chosen], kind="stable")]
        hukou[chosen] = apportion.spread(len(chosen), base.migrants[p])
    return hukou


def _identities(draft: Table, year: int, ids: np.ndarray) -> dict[tuple[int, int], int]:
    """Write ids by birth year and hukou province, serials in table order; returns the serials used so far."""
    used = np.zeros((LAST_AGE + 1, len(PROVINCE_NAMES)), np.int64)
    _number(draft["age"], draft["hukou"], np.int64(year - FIRST_COHORT), used, ids)
    for age, h in zip(*np.nonzero(used), strict=True):
        require_serials(int(used[age, h]), year - int(age), int(h))
    return {
        (year - age, h): int(used[age, h])
        for age in range(LAST_AGE, -1, -1)
        for h in range(len(PROVINCE_NAMES))
        if used[age, h]
    }


@decision
def _number(
    ages: np.ndarray, hukou: np.ndarray, cohort_of_newborn: int, used: np.ndarray, ids: np.ndarray
) -> None:
    for i in range(len(ages)):
        age, h = np.int64(ages[i]), np.int64(hukou[i])
        cohort = cohort_of_newborn - age
        ids[i] = np.uint32(cohort * COHORT_IDS + FIRST_SERIAL[h] + used[age, h])
        used[age, h] += 1


def _registrations(places: Places, draft: Table, table: Table) -> None:
    """Localities of household registration of migrants, by the shares of their home province's residents."""
    if places.by_province:
        table["hukou"][:] = draft["hukou"]
        return
    for h in range(len(PROVINCE_NAMES)):
        span = slice(places.first[h], places.first[h + 1])
        rows = np.flatnonzero((draft["hukou"] == h) & (draft["province"] != h))
        table["hukou"][rows] = places.first[h] + apportion.spread(len(rows), places.population_share[span])


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
        rows = rows[np.argsort(serial_of(persons["id"][rows]), kind="stable")]
        persons["locality"][rows] = places.first[p] + apportion.spread(len(rows), share[span])
    persons["hukou"][:] = np.where(migrant, persons["hukou"], persons["locality"])
    inside = (columns["flags"] & Flag.INSIDE) > 0
    persons["relation"][:] = np.where(inside, persons["locality"], persons["hukou"])
