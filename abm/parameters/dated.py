"""How a dated value counts in a calendar year: by the months it was in force."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from datetime import date
from itertools import pairwise


def months_before(day: date, year: int) -> float:
    """Months of ``year`` that have passed when ``day`` begins, between 0 and 12.

    A day within a month counts by days: the 16th of a month of 30 days stands for half a month.
    """
    if day.year < year:
        return 0.0
    if day.year > year:
        return 12.0
    return day.month - 1 + (day.day - 1) / calendar.monthrange(year, day.month)[1]


def weights(starts: Sequence[date], year: int) -> list[float]:
    """Share of ``year`` during which each of the values that start on ``starts`` (ascending) is in force.

    A value holds from its date to the day before the next one; the last holds for ever, and the first, by
    convention, also before its date. The weights sum to one.
    """
    passed = [0.0, *(months_before(start, year) for start in starts[1:]), 12.0]
    return [(end - begin) / 12.0 for begin, end in pairwise(passed)]
