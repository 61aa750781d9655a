"""Rules of the scheme (specification, section 9) as functions of scalars."""

from __future__ import annotations

import math
from itertools import pairwise


def fen(yuan: float) -> int:
    """Yuan in whole fen."""
    return math.floor(100.0 * yuan + 0.5)


def contribution_base(wage: float, average: float, floor: float, ceiling: float) -> float:
    """The base that dues are taken of, yuan a year."""
    return min(max(wage, floor * average), ceiling * average)


def account_after(opening: float, credited: float, interest: float) -> float:
    """The notional account a year later: interest on the opening and on about half a year of credits."""
    return opening * (1.0 + interest) + credited * (1.0 + 13.0 * interest / 24.0)


def divisor(listed: list[tuple[int, float]], age: float) -> float:
    """Months over which the account is paid at an age in years, linear between the listed (age, months)."""
    if age <= listed[0][0]:
        return listed[0][1]
    for (below, low), (above, high) in pairwise(listed):
        if age <= above:
            return low + (high - low) * (age - below) / (above - below)
    return listed[-1][1]


def monthly_pension(
    wage_month: float,
    index_sum: float,
    paid: int,
    deemed: int,
    account: float,
    months_paid_out: float,
    base_rate: float,
    transitional_rate: float,
) -> tuple[float, float, float]:
    """Base, transitional and account part of a pension, yuan a month; ``paid`` and ``deemed`` in months."""
    index = index_sum / (paid / 12.0) if paid > 0 else 1.0
    base = wage_month * (1.0 + index) / 2.0 * (paid + deemed) / 12.0 * base_rate
    transitional = wage_month * index * deemed / 12.0 * transitional_rate
    return base, transitional, account / months_paid_out


def rise(
    pension: float, mean: float, old_share: float, old: bool, rate: float, flat: float, tilt: float
) -> float:
    """The yearly rise of a pension: a flat part, a linked part, and a part for the very old."""
    if old_share <= 0.0:
        return rate * (flat * mean + (1.0 - flat) * pension)
    tilted = tilt * mean / old_share if old else 0.0
    return rate * (flat * mean + (1.0 - flat - tilt) * pension + tilted)


def retirement_age(
    original: int, target: int, pace: int, birth_year: int, birth_month: int, reform: int, year: int
) -> int:
    """The statutory retirement age in months, as people of ``year`` know it."""
    if year < reform:
        return original
    late = 12 * birth_year + birth_month - 1 + original - 12 * reform
    if late < 0:
        return original
    return original + min(late // pace + 1, max(target - original, 0))


def transfer(account: float, account_share: float, transfer_rate: float) -> float:
    """What follows a person to another fund: the account and a part of the bases behind it."""
    return account + transfer_rate * (account / account_share)


def paying_place(relation: int, hukou: int, months_here: int, qualified: int, payer_years: float) -> int:
    """The locality that will pay the pension."""
    if relation == hukou or months_here >= 12 * payer_years:
        return relation
    return qualified if qualified >= 0 else hukou
