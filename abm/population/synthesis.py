"""The initial state: agents that stand for the people, the insured and the pensioners of the start year.

Province by province the published totals are apportioned to age and sex, then to whole agents with whole
weights; who is a migrant, pays, or has which past is picked by keyed draws in fixed numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from abm import draws
from abm.errors import UserError
from abm.parameters import Parameters
from abm.population import apportion, employers, history, standing, strata
from abm.population.base import Base
from abm.population.census import ADULT, LAST_AGE
from abm.population.persons import SERIAL_BITS, Flag, Status, empty, make_id
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
    """Build the initial population at one agent for ``scale`` persons (finer where a province is small)."""
    drafts, low_weights = [], np.zeros((len(PROVINCE_NAMES), strata.GROUPS), np.int64)
    for p in range(len(PROVINCE_NAMES)):
        draft, low_weights[p] = _people(parameters, base, p, scale)
        drafts.append(draft)
    columns = {name: np.concatenate([d[name] for d in drafts]) for name in drafts[0]}
    rows = len(columns["age"])
    luck = _Luck(seed, rows)
    _origins(parameters, base, columns, low_weights, luck)
    table = empty(rows)
    table["id"][:], serials = _identities(columns, base.year)
    weights = strata.table(low_weights)
    table["stratum"][:] = columns["stratum"]
    columns["weight"] = weights[columns["stratum"]]
    standing.assign(parameters, base, columns, luck)
    taste = draws.uniforms(draws.key(seed, "participation"), table["id"])
    table["id"][:] = standing.named_by_taste(columns, table["id"], base.year - columns["age"], taste)
    _localities(places, columns, table)
    table["status"][:] = columns["status"]
    table["flags"][:] = columns["flags"] | _posts(parameters, base.year, columns, table["id"], seed)
    spread = parameters.value("population.within_province_dispersion", base.year)
    shock = draws.normals(draws.key(seed, "skill"), table["id"])
    table["log_skill"][:] = spread * shock - 0.5 * spread * spread
    firms = employers.synthesise(parameters, places, base, columns, table, scale, seed)
    history.write(parameters, base, columns, table, firms, luck)
    return Population(table, firms, weights, serials)


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
    """Uniform draws for the synthesis, keyed by the row of the draft."""

    def __init__(self, seed: int, rows: int) -> None:
        self._seed = seed
        self._rows = np.arange(rows)

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
    parameters: Parameters, base: Base, columns: dict[str, np.ndarray], low: np.ndarray, luck: _Luck
) -> None:
    """Give every agent a hukou province: migrants by age, their origins by the census's mix."""
    year = base.year
    age_weight = by_age(parameters, "population.migrant_weight", year)[columns["age"]]
    relative = parameters.value("population.migrants_relative_cover", year)
    working = parameters.value("population.migrants_working", year)
    hukou = columns["province"].copy()
    order, origin_order = luck("synthesis order"), luck("synthesis origin")
    for p in range(len(PROVINCE_NAMES)):
        here = columns["province"] == p
        total = base.migrants[p].sum()
        workers = working * total / (base.formal_jobs[p] + base.flexible_jobs[p])
        insured = min(relative * workers, 0.6) * base.employees[p]
        for kind, group, persons in (
            (EMPLOYEE, strata.EMPLOYEES, insured),
            (OTHER, strata.OTHERS, total - insured),
        ):
            rows = np.flatnonzero(here & (columns["kind"] == kind))
            n = round(persons / max(low[p, group], 1))
            chosen = rows[apportion.pick(n, age_weight[rows], order[rows])]
            chosen = chosen[np.argsort(origin_order[chosen], kind="stable")]
            hukou[chosen] = apportion.spread(len(chosen), base.migrants[p])
    columns["hukou"] = hukou


def _identities(columns: dict[str, np.ndarray], year: int) -> tuple[np.ndarray, dict[tuple[int, int], int]]:
    """Ids by birth year and hukou province, serials in table order; and the serials used so far."""
    birth = year - columns["age"]
    cell = birth * len(PROVINCE_NAMES) + columns["hukou"]
    order = np.argsort(cell, kind="stable")
    ordered = cell[order]
    values, first, counts = np.unique(ordered, return_index=True, return_counts=True)
    if counts.max() >= 1 << SERIAL_BITS:
        raise UserError(
            f"scale too small: {counts.max()} agents of one birth cohort and province, "
            f"allowed: fewer than {1 << SERIAL_BITS}"
        )
    serial = np.empty(len(cell), np.int64)
    serial[order] = np.arange(len(cell)) - np.repeat(first, counts)
    n = len(PROVINCE_NAMES)
    serials = {(int(v) // n, int(v) % n): int(c) for v, c in zip(values, counts, strict=True)}
    return make_id(birth, columns["hukou"], serial), serials


def _localities(places: Places, columns: dict[str, np.ndarray], table: dict[str, np.ndarray]) -> None:
    """Spread the agents of a province over its localities by the published shares; hukou alike."""
    province, hukou = columns["province"], columns["hukou"]
    if places.by_province:
        table["locality"][:], table["hukou"][:] = province, hukou
    else:
        for p in range(len(PROVINCE_NAMES)):
            span = slice(places.first[p], places.first[p + 1])
            working = np.isin(columns["status"], (Status.FORMAL, Status.FLEXIBLE, Status.PUBLIC))
            retired = columns["status"] == Status.RETIRED
            for mask, share in (
                (columns["migrant"], places.migrant_share),
                (~columns["migrant"] & working, places.work_share),
                (~columns["migrant"] & retired, places.retired_share),
                (~columns["migrant"] & ~working & ~retired, places.population_share),
            ):
                rows = np.flatnonzero((province == p) & mask)
                rows = rows[np.argsort(table["id"][rows] & ((1 << SERIAL_BITS) - 1), kind="stable")]
                table["locality"][rows] = places.first[p] + apportion.spread(len(rows), share[span])
        table["hukou"][:] = table["locality"]
        for h in range(len(PROVINCE_NAMES)):
            span = slice(places.first[h], places.first[h + 1])
            rows = np.flatnonzero((hukou == h) & columns["migrant"])
            table["hukou"][rows] = places.first[h] + apportion.spread(
                len(rows), places.population_share[span]
            )
    inside = (columns["flags"] & Flag.INSIDE) > 0
    table["relation"][:] = np.where(inside, table["locality"], table["hukou"])
