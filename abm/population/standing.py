"""What the initial agents do: status and membership of the scheme, in the numbers the base totals ask for."""

from __future__ import annotations

import numpy as np

from abm.parameters import Parameters
from abm.population import apportion
from abm.population.base import Base
from abm.population.census import LAST_AGE
from abm.population.history import Luck
from abm.population.persons import Flag, Status

KINDS = ("employees", "retirees", "others", "public_outside", "public_retired_outside")
EMPLOYEE, RETIREE, OTHER, PUBLIC_OUTSIDE, PUBLIC_RETIRED_OUTSIDE = range(5)
"""What an agent of the draft stands for: the columns' codes."""

Columns = dict[str, np.ndarray]


def by_age(parameters: Parameters, path: str, year: int) -> np.ndarray:
    """A step table "from age on" as values by single year of age, (101,)."""
    table = {int(a): v for a, v in parameters.table(path, year).items()}
    starts = np.array(sorted(table))
    values = np.array([table[a] for a in starts])
    at = np.searchsorted(starts, np.arange(LAST_AGE + 1), side="right") - 1
    return np.where(at >= 0, values[np.maximum(at, 0)], 0.0)


def assign(base: Base, p: int, columns: Columns, luck: Luck) -> tuple[np.ndarray, np.ndarray]:
    """Status and flags of pensioners and the public group of province ``p``; ``luck`` draws by row.

    The others are outside, members where they were drafted so.
    """
    order = luck("synthesis order", 1)
    kind, age, weight = columns["kind"], columns["age"], columns["weight"]
    status = np.full(len(kind), Status.OUTSIDE)
    flags = np.where(columns["sex"] == 1, Flag.FEMALE, np.uint8(0))
    status[(kind == RETIREE) | (kind == PUBLIC_RETIRED_OUTSIDE)] = Status.RETIRED
    status[kind == PUBLIC_OUTSIDE] = Status.PUBLIC
    flags[(kind == PUBLIC_OUTSIDE) | (kind == PUBLIC_RETIRED_OUTSIDE)] |= Flag.PUBLIC
    flags[(kind == EMPLOYEE) | (kind == RETIREE)] |= Flag.INSIDE
    rows = np.flatnonzero(kind == RETIREE)
    old = (age[rows] >= 55).astype(float)
    flags[_chosen(rows, base.public_retirees[p], old, order, weight)] |= Flag.PUBLIC
    rows = np.flatnonzero(kind == EMPLOYEE)
    settled = ((age[rows] >= 22) & ~columns["migrant"][rows]).astype(float)
    public = _chosen(rows, base.public_employees[p], settled, order, weight)
    status[public] = Status.PUBLIC
    flags[public] |= Flag.PUBLIC | Flag.PAYS
    return status, flags


def members(columns: Columns) -> np.ndarray:
    """Who is insured as an employee outside the public group, mask (rows,)."""
    return (columns["kind"] == EMPLOYEE) & (columns["status"] != Status.PUBLIC)


def lapsing(parameters: Parameters, year: int, migrants: float) -> tuple[float, float]:
    """Shares of local and of migrant members who pay nothing, if ``migrants`` is the latter's share."""
    odds = parameters.value("population.migrant_lapse", year)
    local = (1.0 - parameters.value("population.payers_share", year)) / (1.0 + (odds - 1.0) * migrants)
    return local, local * odds


def work(
    parameters: Parameters, base: Base, p: int, columns: Columns, lapse: tuple[float, float], luck: Luck
) -> None:
    """Divide the members of province ``p`` into payers and lapsed, staff and voluntary payers.

    Gives the others their work. ``lapse`` are the shares of ``lapsing``.
    """
    order, other_order = luck("synthesis order", 1), luck("synthesis order", 2)
    year = base.year
    kind, age, weight, migrant = (columns[name] for name in ("kind", "age", "weight", "migrant"))
    status, flags = columns["status"], columns["flags"]
    work_weight = by_age(parameters, "population.worker_weight", year)[age]
    work_weight = work_weight * np.where(migrant, parameters.value("population.migrant_work_odds", year), 1.0)
    voluntary_share = parameters.value("population.flexible_share_of_payers", year)
    rows = np.flatnonzero(members(columns))
    odds = np.where(migrant[rows], lapse[1], lapse[0])
    lapsed = apportion.pick(round(odds.sum()), odds, other_order[rows])
    stopped, rows = rows[lapsed], rows[~lapsed]
    flags[rows] |= Flag.PAYS
    settled = np.where(migrant[rows], 0.05, np.where(age[rows] >= 35, 2.0, 0.7))
    alone = apportion.pick(round(voluntary_share * len(rows)), settled, order[rows])
    own, staff = rows[alone], rows[~alone]
    left_out = max(base.formal_jobs[p] - weight[staff].sum(), 0.0)
    employed, own = _divided(own, other_order[own], left_out / (left_out + base.flexible_jobs[p]))
    status[own] = Status.FLEXIBLE
    status[employed] = status[staff] = Status.FORMAL  # the former pay themselves: their employers do not
    flags[staff] |= Flag.COVERED

    others = np.flatnonzero(kind == OTHER)
    missing = base.formal_jobs[p] - weight[status == Status.FORMAL].sum()
    hired = _chosen(others, missing, work_weight[others], order, weight)
    status[hired] = Status.FORMAL
    rest = np.concatenate([others[status[others] != Status.FORMAL], stopped])
    missing = base.flexible_jobs[p] - weight[own].sum()
    status[_chosen(rest, missing, work_weight[rest], other_order, weight)] = Status.FLEXIBLE


def named_by_taste(pays: np.ndarray, ids: np.ndarray, birth: np.ndarray, taste: np.ndarray) -> np.ndarray:
    """The ids of those of one hukou province whom nobody pays for, dealt anew by their taste for paying.

    ``taste`` is the draw, fixed for life, against which a person weighs paying; who ``pays`` at the start
    must be somebody with a low one, or the first years would only undo the start. Of one birth year, the
    payers take the ids with the lowest draws.
    """
    dealt = ids.copy()
    dealt[np.lexsort((~pays, birth))] = ids[np.lexsort((taste, birth))]
    return dealt


def unpaid_for(status: np.ndarray, flags: np.ndarray) -> np.ndarray:
    """Who works without an employer that pays for them, mask (rows,)."""
    return (status == Status.FLEXIBLE) | ((status == Status.FORMAL) & ((flags & Flag.COVERED) == 0))


def _chosen(
    rows: np.ndarray, persons: float, odds: np.ndarray, order: np.ndarray, weight: np.ndarray
) -> np.ndarray:
    """As many of the rows as stand for ``persons``, by their odds (of the length of ``rows``)."""
    count = round(persons / np.average(weight[rows], weights=odds)) if odds.any() else 0
    return rows[apportion.pick(count, odds, order[rows])]


def _divided(rows: np.ndarray, order: np.ndarray, share: float) -> tuple[np.ndarray, np.ndarray]:
    """Divide rows by luck: ``share`` of them, and the rest."""
    by_luck = rows[apportion.ranked(order)]
    count = round(share * len(rows))
    return by_luck[:count], by_luck[count:]
