"""The yardstick in Numba: one fused loop over rows, compiled as the model's own pass is."""

from __future__ import annotations

import math

import numpy as np

from abm.compile import decision
from abm.draws import normal_quantile, uniform_of
from benchmarks.workload import CITIES, Sums, World

Array = np.ndarray


@decision
def year(start: int, stop: int, key: np.uint64, columns: tuple[Array, ...], world: World, sums: Sums) -> None:
    """Do a year to the rows from start to stop."""
    ages, flags, cities, homes, years, wages, indices, accounts, pensions = columns
    options, odds = np.empty(6, np.int64), np.empty(6)
    for i in range(start, stop):
        age, flag = np.int64(ages[i]) + 1, np.int64(flags[i])
        city, home = np.int64(cities[i]), np.int64(homes[i])
        if uniform_of(key, i, 0) < world.mortality[flag & 1, age]:
            age, flag, city = 20, flag & 3, home
            years[i], indices[i], accounts[i], pensions[i] = 0, 0.0, 0.0, 0.0
            wages[i] = np.float32(0.6 * world.wage[home])
        province = home // 10
        if flag & 4:
            pension = 1.04 * np.float64(pensions[i])
            pensions[i] = np.float32(pension)
            sums.pensions[city] += pension
            sums.retirees[city] += 1
        else:
            average = world.wage[city]
            wage = wages[i] * math.exp(0.05 + 0.10 * normal_quantile(uniform_of(key, i, 1)))
            base = min(max(wage, 0.6 * average), 3.0 * average)
            pays = True
            if flag & 2:
                taste = 0.4 + 0.8 * math.log(wage / average) - 0.02 * (age - 40)
                pays = uniform_of(key, i, 2) < 1.0 / (1.0 + math.exp(-taste))
            account, index, worked = 1.03 * accounts[i], np.float64(indices[i]), np.int64(years[i])
            if pays:
                sums.contributions[city] += base * (world.rate[city] + 0.08)
                index += base / average
                worked += 1
                account += 0.08 * base
            if age >= (55 if flag & 1 else 60):
                pension = 12.0 * account / world.months[age]
                if worked > 0:
                    pension += average * (1.0 + index / worked) * 0.5 * worked * 0.01
                pensions[i] = np.float32(pension)
                flag |= 4
                wage = 0.0
            elif uniform_of(key, i, 3) < 0.05:
                here, total = city // 10, 0.0
                for k in range(6):
                    if k < 2:
                        there = city if k == 0 else home
                    else:
                        there = np.int64(CITIES * uniform_of(key, i, 6 + k))
                    far = 0.0 if k == 0 else world.distance[here, there // 10]
                    options[k] = there
                    odds[k] = math.exp(
                        math.log(world.wage[there] / average) + world.network[province, there] - far
                    )
                    total += odds[k]
                mark, k = uniform_of(key, i, 5) * total, 0
                while k < 5 and mark >= odds[k]:
                    mark -= odds[k]
                    k += 1
                city = options[k]
                wage *= world.wage[city] / average
            wages[i], indices[i], accounts[i] = np.float32(wage), np.float32(index), np.float32(account)
            years[i] = np.uint16(worked)
            sums.workers[city] += 1
        ages[i], flags[i], cities[i] = np.uint8(age), np.uint8(flag), np.uint16(city)
        sums.people[province, city] += 1
