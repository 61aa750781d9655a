"""Population by province, sex and single year of age; entrants of each cohort; death rates.

Sexes are 0 male, 1 female; ages run from 0 to ``LAST_AGE`` (that age and over). Between the censuses of 2010
and 2020 the age structure is interpolated; totals follow the published year-end population.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from abm import data
from abm.space import PROVINCE_NAMES

LAST_AGE = 100
ADULT = 16
SEXES = ("male", "female")
OLDEST = 85
"""First age of the censuses' open group."""
_FIRST, _SECOND = 2010, 2020


@lru_cache(maxsize=2)
def _groups(year: int) -> tuple[np.ndarray, np.ndarray]:
    """Census counts by group, shape (31, 2, groups), and the groups' first ages."""
    frame = data.load("population")
    frame = frame[(frame.year == year) & (frame.province != "China")]
    starts = np.sort(frame.age_from.unique())
    counts = np.zeros((len(PROVINCE_NAMES), 2, len(starts)))
    place = {name: i for i, name in enumerate(PROVINCE_NAMES)}
    for province, sex, age, value in zip(frame.province, frame.sex, frame.age_from, frame.value, strict=True):
        counts[place[province], SEXES.index(sex), np.searchsorted(starts, age)] = value
    return counts, starts.astype(int)


def single_ages(year: int, decline: float) -> np.ndarray:
    """Census residents by single year of age, shape (31, 2, 101).

    Groups are spread evenly over their years; the open group of 85 and over falls by ``decline`` a year.
    """
    counts, starts = _groups(year)
    ages = np.zeros((*counts.shape[:2], LAST_AGE + 1))
    for g, start in enumerate(starts):
        if g + 1 < len(starts):
            stop = starts[g + 1]
            weights = np.full(stop - start, 1.0 / (stop - start))
        else:
            stop = LAST_AGE + 1
            weights = (1.0 - decline) ** np.arange(stop - start)
            weights /= weights.sum()
        ages[:, :, start:stop] = counts[:, :, g, None] * weights
    return ages


def residents(year: int, decline: float) -> np.ndarray:
    """Residents at the end of ``year`` (2010 to 2020), (31, 2, 101), summing to the published totals."""
    t = (year - _FIRST) / (_SECOND - _FIRST)
    ages = (1.0 - t) * single_ages(_FIRST, decline) + t * single_ages(_SECOND, decline)
    totals = data.panel("population_total", "resident_pop_yearend", [year])[:, 0]
    return ages * (totals / ages.sum(axis=(1, 2)))[:, None, None]


def net_migration(decline: float) -> np.ndarray:
    """Adults whom each province gained by migration in a year of 2010 to 2020, (31,); they sum to zero.

    The census survival ratio method (United Nations 1970, Manual VI): of each cohort and sex, those counted
    in 2020 less those of 2010 times the nation's ratio of the two, so that deaths and what the censuses
    missed alike everywhere drop out. Cohorts are those of 16 and over in 2020, the last of 85 and over.
    """
    early, late = residents(_FIRST, decline), residents(_SECOND, decline)
    years = _SECOND - _FIRST
    before = _with_open_group(early[:, :, ADULT - years : OLDEST - years], early[:, :, OLDEST - years :])
    after = _with_open_group(late[:, :, ADULT:OLDEST], late[:, :, OLDEST:])
    survived = after.sum(axis=0) / before.sum(axis=0)
    return (after - before * survived).sum(axis=(1, 2)) / years


def _with_open_group(ages: np.ndarray, older: np.ndarray) -> np.ndarray:
    return np.concatenate([ages, older.sum(axis=2, keepdims=True)], axis=2)


def entrants(start: int, last: int, decline: float) -> np.ndarray:
    """Persons turning 16 in each year after ``start``, shape (last - start, 31, 2), where they were counted.

    Until 2020 they are the children of the 2010 census (of the start's population), from 2021 to 2036 those
    of 2020, after that the births of the UN's medium projection, by the provinces' shares of the children
    under five in 2020 and the sexes' shares at birth of that census.
    """
    early, late = residents(start, decline), single_ages(_SECOND, decline)
    share = _shares_at_birth(late)
    result = np.zeros((last - start, len(PROVINCE_NAMES), 2))
    for i, year in enumerate(range(start + 1, last + 1)):
        if year <= _SECOND:
            result[i] = early[:, :, ADULT - (year - start)]
        elif year - _SECOND <= ADULT:
            result[i] = late[:, :, ADULT - (year - _SECOND)]
        else:
            result[i] = share * _births()[year - ADULT]
    return result


def _shares_at_birth(ages: np.ndarray) -> np.ndarray:
    """Shares of provinces and sexes in the nation's births, (31, 2): those of the children under five."""
    young = ages[:, :, :5].sum(axis=2)
    return young / young.sum()


def births(year: int) -> np.ndarray:
    """Births of a year by province, (31,): the UN's national figure by the shares of 2020."""
    late = single_ages(_SECOND, 0.0)
    return _shares_at_birth(late).sum(axis=1) * _births()[year]


@lru_cache(maxsize=1)
def _births() -> dict[int, float]:
    frame = data.load("births")
    frame = frame[(frame.variable == "births") & (frame.province == "China")]
    return {int(year): float(value) for year, value in zip(frame.year, frame.value, strict=True)}


@lru_cache(maxsize=128)
def death_probability(year: int) -> np.ndarray:
    """Yearly probability of dying by sex and age, (2, 128), from the UN's rates of the year's period."""
    frame = data.load("mortality")
    periods = np.sort(frame.year.to_numpy())
    period = periods[max(int(np.searchsorted(periods, year, side="right")) - 1, 0)]
    frame = frame[frame.year == period].sort_values("age_from")
    table = np.ones((2, 128))
    for s, sex in enumerate(SEXES):
        rows = frame[frame.sex == sex]
        starts, rates = rows.age_from.to_numpy(), rows.value.to_numpy()
        at = np.searchsorted(starts, np.arange(LAST_AGE + 10), side="right") - 1
        table[s, : LAST_AGE + 10] = 1.0 - np.exp(-rates[at])
    table.setflags(write=False)
    return table
