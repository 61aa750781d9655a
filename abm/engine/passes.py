"""Running the passes: blocks, threads, sums, and rows for those who come of age."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np

from abm import draws
from abm.engine import tables
from abm.engine.moves import Borders
from abm.engine.people import people_block
from abm.engine.rules import Keys, Rules
from abm.population import apportion, strata
from abm.population.persons import (
    PERSON_COLUMNS,
    STATUS_NAMES,
    Flag,
    Status,
    empty,
    make_id,
    require_serials,
    widen,
)
from abm.population.places import Places
from abm.population.synthesis import Population
from abm.space import PROVINCES

N = len(PROVINCES)
ROWS_PER_BLOCK = 16384
MOST_BLOCKS = 4096


class Sums(NamedTuple):
    """What the pass over people added up, over all blocks (int64)."""

    places: np.ndarray  # (measures, n) persons or fen, rows as tables.MEASURE
    stock: np.ndarray  # (31, 31) persons by hukou province and province of residence
    ported: np.ndarray  # (n, n) fen sent from one place's fund to another's with workers who moved
    groups: np.ndarray  # (groups, 5), see tables.GROUP
    firms: np.ndarray  # (employers, 5), see tables.FIRM_SUM

    def __getitem__(self, name: Any) -> Any:
        """The row of a measure by name, (n,)."""
        return self.places[tables.MEASURE.index(name)]


def group_count() -> int:
    """Number of groups: province × sex × cohort × migrant × status."""
    return N * 2 * tables.COHORTS * 2 * len(STATUS_NAMES)


def run_people(
    population: Population,
    rules: Rules,
    keys: Keys,
    place: np.ndarray,
    firm: np.ndarray,
    vacancies: tuple[np.ndarray, ...],
    geography: tuple[np.ndarray, ...],
    borders: Borders,
    ages: tuple[np.ndarray, ...],
    threads: int,
) -> Sums:
    """One year's pass over all persons, in blocks that as many ``threads`` share.

    Every thread adds to sums of its own; they are integers, so neither threads nor blocks can change a bit.
    """
    columns = tuple(population.persons[c.name] for c in PERSON_COLUMNS)
    n, firms = place.shape[0], firm.shape[0]
    rows = len(columns[0])
    blocks = max(1, min(MOST_BLOCKS, rows // ROWS_PER_BLOCK))
    threads = min(threads, blocks)
    sums = [
        Sums(
            np.zeros((len(tables.MEASURE), n), np.int64),
            np.zeros((N, N), np.int64),
            np.zeros((n, n), np.int64),
            np.zeros((group_count(), len(tables.GROUP)), np.int64),
            np.zeros((firms, len(tables.FIRM_SUM)), np.int64),
        )
        for _ in range(threads)
    ]

    def block(b: int, own: Sums) -> None:
        people_block(
            rows * b // blocks,
            rows * (b + 1) // blocks,
            rules,
            keys,
            columns,
            place,
            firm,
            vacancies,
            geography,
            borders,
            ages,
            population.weights,
            *own,
        )

    block(0, sums[0])  # compiles, where that is still to be done, before threads share the work
    left = iter(range(1, blocks))  # whoever is done takes the next block

    def share(own: Sums) -> None:
        for b in left:
            block(b, own)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(share, sums))
    for own in sums[1:]:
        for whole, part in zip(sums[0], own, strict=True):
            np.add(whole, part, out=whole)
    return sums[0]


def come_of_age(
    population: Population,
    places: Places,
    persons: np.ndarray,
    birth_year: int,
    seed: int,
    spread: float,
    cadre_share: float,
) -> None:
    """Let ``persons`` (31, 2) by hukou province and sex turn 16: rows for them, freed ones first.

    Numbers are apportioned at the province's weight; the remainder of a weight goes to one more agent with
    the chance the remainder has, by a draw keyed with province and birth year.
    """
    cells = []  # ids, sex and home of those who come from one province and sex
    for p in range(N):
        weight = int(population.weights[strata.stratum(p, strata.OTHERS, np.array([0]))[0]])
        for sex in (0, 1):
            exact = persons[p, sex] / weight
            count = int(exact)
            luck = draws.uniforms(draws.key(seed, "coming of age", birth_year), np.array([2 * p + sex]))[0]
            count += int(luck < exact - count)
            used = population.serials.get((birth_year, p), 0)
            population.serials[(birth_year, p)] = used + count
            require_serials(used + count, birth_year, p)
            serial = np.arange(used, used + count)
            identity = make_id(np.full(count, birth_year), np.full(count, p), serial)
            span = slice(places.first[p], places.first[p + 1])
            home = places.first[p] + apportion.spread(count, places.population_share[span])
            cells.append((identity, np.full(count, sex), np.full(count, p), home))
    identity, sexes, provinces, home = (np.concatenate(column) for column in zip(*cells, strict=True))
    rows = empty(len(identity))
    rows["id"][:] = identity
    rows["status"][:] = Status.OUTSIDE
    women = sexes == 1
    posts = draws.uniforms(draws.key(seed, "cadre"), identity)
    rows["flags"][women] = Flag.FEMALE
    rows["flags"][women & (posts < cadre_share)] |= Flag.CADRE
    rows["stratum"][:] = strata.stratum(provinces, strata.OTHERS, np.zeros(len(identity), bool))
    for name in ("hukou", "locality", "relation"):
        rows[name][:] = home
    shock = draws.normals(draws.key(seed, "skill"), identity)
    rows["log_skill"][:] = spread * shock - 0.5 * spread * spread
    _place_rows(population.persons, rows)


def _place_rows(table: dict[str, np.ndarray], new: dict[str, np.ndarray]) -> None:
    """Write new rows into free ones; grow the table by a twentieth when they do not suffice."""
    count = len(new["id"])
    free = np.flatnonzero(table["status"] == Status.FREE)[:count]
    short = count - len(free)
    if short > 0:
        old = len(table["id"])
        widen(table, old + max(short, old // 20))
        free = np.concatenate([free, np.arange(old, old + short)])
    for name, values in new.items():
        table[name][free] = values
