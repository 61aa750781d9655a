"""Pensions: base, transitional and account part, the yearly adjustment, and the resident scheme.

State Council 2005/38 and its annex; the rural pension pilot of 2009 for residents. Pensions are yuan a
month, and so is W, the payer's calculation base: the average wage of the year before retirement.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from abm.compile import decision
from abm.parameters import Parameters

YOUNGEST = 40
"""The age of the first divisor."""
AGES = 31
"""Divisors are held for every age from 40 to 70."""


class AdjustmentLaw(NamedTuple):
    """The yearly rise of pensions: its rate, the shares paid flat and to the very old, and from which age."""

    rate: float
    flat_share: float
    tilt_share: float
    tilt_age: float


def adjustment_law(parameters: Parameters, year: int) -> AdjustmentLaw:
    """The rule of the rise on 1 January of ``year``, for the compiled pass."""
    return AdjustmentLaw(*(parameters.value(f"adjustment.{name}", year) for name in AdjustmentLaw._fields))


def account_divisors(parameters: Parameters, year: int) -> tuple[float, ...]:
    """Months for every age from 40 to 70 in the law of a year, linear between the ages that the law lists."""
    table = parameters.table("benefits.account_divisors", year)
    listed = sorted((int(age), months) for age, months in table.items())
    divisors = []
    for age in range(YOUNGEST, YOUNGEST + AGES):
        low = max((entry for entry in listed if entry[0] <= age), default=listed[0])
        high = min((entry for entry in listed if entry[0] >= age), default=listed[-1])
        share = (age - low[0]) / (high[0] - low[0]) if high[0] != low[0] else 0.0
        divisors.append(low[1] + share * (high[1] - low[1]))
    return tuple(divisors)


@decision
def account_divisor(age_years: float, divisors: tuple[float, ...]) -> float:
    """Months over which an account is paid to a person who retires at ``age_years``.

    ``divisors`` are those of the whole ages from 40 to 70 (:func:`account_divisors`). Between whole ages the
    divisor is linear; outside, that of 40 or of 70.
    """
    place = min(max(age_years - YOUNGEST, 0.0), AGES - 1.0)
    below = min(int(place), AGES - 2)
    return divisors[below] + (place - below) * (divisors[below + 1] - divisors[below])


LAST_MONTH = 12 * (YOUNGEST + AGES - 1)
"""Months of age from which on the divisor no longer falls."""


@lru_cache(maxsize=8)
def _divisors(divisors: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(account_divisor(month / 12.0, divisors) for month in range(LAST_MONTH + 1))


def divisors_by_month(divisors: tuple[float, ...]) -> np.ndarray:
    """Divisors (months) for every month of age from 0 to ``LAST_MONTH``, (841,): what the pass reads."""
    return np.array(_divisors(divisors))


@decision
def base_pension(W: float, mean_index: float, months: float, rate: float) -> float:
    """Base part: W (1 + mean index) / 2 times ``rate`` (1 %) a year; ``months``, paid and deemed."""
    return W * (1.0 + mean_index) / 2.0 * months / 12.0 * rate


@decision
def transitional_pension(W: float, mean_index: float, deemed_months: float, k: float) -> float:
    """Transitional part, for the years before accounts existed, each worth ``k`` (1.0-1.4 %) of W z."""
    return W * mean_index * deemed_months / 12.0 * k


@decision
def account_pension(balance: float, divisor: float) -> float:
    """Account part, paid for life: the balance at retirement (yuan) over the divisor (months)."""
    return balance / divisor


class NewPension(NamedTuple):
    """A pension as approved, yuan a month: the whole, what deemed years earned of it (legacy), and of that
    the transitional part."""

    whole: float
    legacy: float
    transitional: float


@decision
def new_pension(
    W: float, paid_months: float, deemed_months: float, index_sum: float, balance: float, divisor: float,
    rate: float, k: float,
) -> NewPension:  # fmt: skip
    """The pension of somebody who retires: base, transitional and account part.

    ``index_sum`` is the sum of indices over the years paid; the mean index is 1 for who paid nothing.
    """
    months = paid_months + deemed_months
    mean_index = index_sum / (paid_months / 12.0) if paid_months > 0.0 else 1.0
    base = base_pension(W, mean_index, months, rate)
    transitional = transitional_pension(W, mean_index, deemed_months, k)
    legacy = transitional + base * deemed_months / max(months, 1.0)
    return NewPension(base + transitional + account_pension(balance, divisor), legacy, transitional)


@decision
def public_pension(W: float, talent: float, replacement: float, premium: float, progression: float) -> float:
    """Pension of public-sector staff, yuan a year, with ``W`` yuan a year: a share of the group's mean wage.

    ``talent`` is the own wage over the group's mean; pensions differ by its power ``progression``.
    """
    return replacement * premium * W * talent**progression


@decision
def account_balance(opening: float, credited: float, interest: float) -> float:
    """An account at the end of a year, yuan.

    The opening balance earns the year's notional interest; what is credited at the start of each month earns
    it for 6.5 months on average (interest on monthly balances; recollected, not verified).
    """
    return opening * (1.0 + interest) + credited * (1.0 + interest * 13.0 / 24.0)


@decision
def annual_adjustment(
    pension: float, average_pension: float, age: float, old_fraction: float, supplement: float,
    law: AdjustmentLaw,
) -> float:  # fmt: skip
    """Rise of a pension in payment, yuan a month: flat + linked + tilt.

    All rises together come to the law's rate and the place's ``supplement`` to it, times ``average_pension``
    a head. Of it ``flat_share`` is one amount
    for everybody, ``tilt_share`` one amount for those of ``tilt_age`` (years) and over, who are
    ``old_fraction`` of the pensioners (where there are none, the part is linked), and the rest is
    proportional to the pension.
    """
    tilt = law.tilt_share if old_fraction > 0.0 else 0.0
    rise = law.flat_share * average_pension + (1.0 - law.flat_share - tilt) * pension
    if tilt > 0.0 and age >= law.tilt_age:
        rise += tilt * average_pension / old_fraction
    return (law.rate + supplement) * rise


@decision
def resident_pension(basic: float, supplement: float, balance: float, divisor: float) -> float:
    """Pension of the resident scheme: national minimum, local supplement and the account at its divisor."""
    return basic + supplement + balance / divisor
