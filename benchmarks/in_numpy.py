"""The yardstick in NumPy: the rules as operations on columns, a block of rows at a time."""

from __future__ import annotations

import numpy as np

from abm.draws import normal_quantile
from benchmarks.workload import (
    CITIES,
    FEMALE,
    FLEXIBLE,
    PROVINCES,
    RETIRED,
    Sums,
    World,
    hashes,
    uniforms_of,
)  # fmt: skip

_quantile = np.vectorize(normal_quantile.py_func)
Array = np.ndarray


def normal(p: Array) -> Array:
    """Acklam's normal quantile, centre in columns, the few of the tails one by one."""
    q = p - 0.5
    r = q * q
    top = np.polyval((-39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269,
                      -30.66479806614716, 2.506628277459239), r)  # fmt: skip
    low = np.polyval((-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972,
                      -13.28068155288572, 1.0), r)  # fmt: skip
    z = top * q / low
    tails = np.abs(q) > 0.47575
    z[tails] = _quantile(p[tails]) if tails.any() else 0.0
    return z


def year(start: int, stop: int, key: np.uint64, columns: tuple[Array, ...], world: World, sums: Sums) -> None:
    """Do a year to the rows from start to stop."""
    ages, flags, cities, homes, years, wages, indices, accounts, pensions = (c[start:stop] for c in columns)
    h = hashes(key, np.arange(start, stop))

    def u(rows: Array, alternative: int) -> Array:
        return uniforms_of(h[rows], alternative)

    age = ages.astype(np.int64) + 1
    died = uniforms_of(h, 0) < world.mortality[flags & FEMALE, age]
    age[died], flags[died], cities[died] = 20, flags[died] & 3, homes[died]
    wages[died] = 0.6 * world.wage[homes[died]]
    for column in (years, indices, accounts, pensions):
        column[died] = 0
    ages[:] = age

    retired = (flags & RETIRED) > 0
    rows = np.flatnonzero(retired)
    pension = 1.04 * pensions[rows].astype(np.float64)
    pensions[rows] = pension
    sums.pensions[:] += np.bincount(cities[rows], pension, minlength=CITIES)
    sums.retirees[:] += np.bincount(cities[rows], minlength=CITIES)

    rows = np.flatnonzero(~retired)
    city, flag, age = cities[rows].astype(np.int64), flags[rows], age[rows]
    average = world.wage[city]
    wage = wages[rows] * np.exp(0.05 + 0.10 * normal(u(rows, 1)))
    base = np.clip(wage, 0.6 * average, 3.0 * average)
    pays = (flag & FLEXIBLE) == 0
    free = np.flatnonzero(~pays)
    taste = 0.4 + 0.8 * np.log(wage[free] / average[free]) - 0.02 * (age[free] - 40)
    pays[free] = u(rows[free], 2) < 1.0 / (1.0 + np.exp(-taste))
    sums.contributions[:] += np.bincount(city, pays * base * (world.rate[city] + 0.08), minlength=CITIES)
    account = 1.03 * accounts[rows] + 0.08 * base * pays
    index = indices[rows] + base / average * pays
    worked = years[rows] + pays.astype(np.int64)

    new = age >= np.where(flag & FEMALE, 55, 60)
    earned = average * (1.0 + index / np.maximum(worked, 1)) * 0.5 * worked * 0.01
    pensions[rows[new]] = (earned + 12.0 * account / world.months[age])[new]
    flags[rows[new]] |= RETIRED
    wage[new] = 0.0

    move = np.flatnonzero((u(rows, 3) < 0.05) & ~new)
    if len(move):
        who = rows[move]
        drawn = [(CITIES * u(who, 8 + k)).astype(np.int64) for k in range(4)]
        options = np.stack([city[move], homes[who].astype(np.int64), *drawn])
        far = world.distance[city[move] // 10, options // 10]
        far[0] = 0.0
        province = homes[who] // 10
        odds = np.exp(np.log(world.wage[options] / average[move]) + world.network[province, options] - far)
        ends = np.cumsum(odds, axis=0)
        choice = (u(who, 5) * ends[-1] >= ends[:5]).sum(axis=0)
        city[move] = options[choice, np.arange(len(move))]
        wage[move] *= world.wage[city[move]] / average[move]
    cities[rows], wages[rows], indices[rows], accounts[rows], years[rows] = city, wage, index, account, worked
    sums.workers[:] += np.bincount(city, minlength=CITIES)
    cell = (homes // 10).astype(np.int64) * CITIES + cities
    sums.people[:] += np.bincount(cell, minlength=PROVINCES * CITIES).reshape(PROVINCES, CITIES)
