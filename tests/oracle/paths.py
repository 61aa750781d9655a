"""What is given from outside: wages, output, jobs, children and who comes of age (sections 3 and 5)."""

from __future__ import annotations

import math
from functools import cache

from abm.data import load as load_data
from abm.data import national, panel
from abm.parameters import Parameters
from abm.space import PROVINCE_NAMES

LAST_WAGE, LAST_OUTPUT = 2024, 2024
CENSUSES = (2010, 2020)
ADULT = 16


@cache
def published(table: str, variable: str, year: int) -> tuple[float, ...]:
    """A published series of the 31 provinces."""
    return tuple(float(x) for x in panel(table, variable, [year])[:, 0])


def grown(table: str, variable: str, last: int, growth: str, p: Parameters, year: int) -> list[float]:
    """A published path, continued after its last year by the growth of a record."""
    path = list(published(table, variable, min(year, last)))
    for later in range(last + 1, year + 1):
        path = [x * (1.0 + p.value(growth, later)) for x in path]
    return path


def wages(p: Parameters, year: int) -> list[float]:
    return grown("wages", "avg_wage_nonprivate", LAST_WAGE, "projection.wage_growth", p, year)


def output(p: Parameters, year: int) -> list[float]:
    return grown("economy", "gdp", LAST_OUTPUT, "projection.output_growth", p, year)


def market_employment(p: Parameters, year: int) -> list[float]:
    """Employment outside agriculture and public services; per resident log-linear between the censuses."""
    early, late = (published("employment", "employed_market", y) for y in CENSUSES)
    at = (min(year, CENSUSES[1]) - CENSUSES[0]) / (CENSUSES[1] - CENSUSES[0])
    path = [
        math.exp(math.log(a) + at * (math.log(b) - math.log(a))) for a, b in zip(early, late, strict=True)
    ]
    if CENSUSES[0] < year < CENSUSES[1]:
        people = [published("population_total", "resident_pop_yearend", y) for y in (*CENSUSES, year)]
        path = [x * now / a * (a / b) ** at for x, a, b, now in zip(path, *people, strict=True)]
    for later in range(CENSUSES[1] + 1, year + 1):
        path = [x * (1.0 + p.value("projection.jobs_growth", later)) for x in path]
    return path


@cache
def mergers() -> tuple[tuple[int, int, str, float], ...]:
    """Province, year, kind and persons of the schemes that merged."""
    rows = load_data("merged_schemes").itertuples()
    return tuple((PROVINCE_NAMES.index(row.province), row.year, row.variable, row.value) for row in rows)


@cache
def residents(census: int) -> tuple[tuple[tuple[float, ...], ...], ...]:
    """Residents [province][sex][age 0..84, 85 and over] of a census; groups are spread evenly over years."""
    counts = [[[0.0] * 86 for _ in range(2)] for _ in PROVINCE_NAMES]
    frame = load_data("population")
    frame = frame[(frame["year"] == census) & frame["province"].isin(PROVINCE_NAMES)]
    for row in frame.itertuples():
        ages = counts[PROVINCE_NAMES.index(row.province)][row.sex == "female"]
        if row.age_from >= 85:
            ages[85] += row.value
            continue
        for age in range(row.age_from, row.age_to + 1):
            ages[age] = row.value / (row.age_to - row.age_from + 1)
    return tuple(tuple(tuple(ages) for ages in sexes) for sexes in counts)


def residents_at(start: int, province: int) -> list[list[float]]:
    """Residents [sex][age] at a year-end: between the censuses by age, scaled to the published total."""
    early, late = (residents(census)[province] for census in CENSUSES)
    at = (start - CENSUSES[0]) / (CENSUSES[1] - CENSUSES[0])
    mixed = [[a + at * (b - a) for a, b in zip(early[sex], late[sex], strict=True)] for sex in (0, 1)]
    scale = published("population_total", "resident_pop_yearend", start)[province] / sum(map(sum, mixed))
    return [[scale * number for number in ages] for ages in mixed]


@cache
def entrants(start: int, year: int, province: int, sex: int) -> float:
    """Persons who turn 16 in a year, by hukou province and sex (0 men, 1 women)."""
    if year <= CENSUSES[1]:
        return residents_at(start, province)[sex][ADULT - (year - start)]
    if year <= CENSUSES[1] + ADULT:
        return residents(CENSUSES[1])[province][sex][ADULT - (year - CENSUSES[1])]
    return births(year - ADULT) * under_five(province, sex)


def children(start: int, province: int) -> float:
    """Those under 16 at the start."""
    return sum(sum(ages[:ADULT]) for ages in residents_at(start, province))


@cache
def births(year: int) -> float:
    return float(national("births", "births", [year])[0])


@cache
def under_five(province: int, sex: int | None = None) -> float:
    """A province's (and sex's) share of those under five in 2020."""
    people = residents(CENSUSES[1])
    whole = sum(people[p][s][a] for p in range(31) for s in range(2) for a in range(5))
    sexes = (0, 1) if sex is None else (sex,)
    return sum(people[province][s][a] for s in sexes for a in range(5)) / whole
