"""What a worker thinks a contribution is worth (specification, section 6), in scalars."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass
class Belief:
    """A person's discount rate and belief in the promise."""

    discount: float
    awareness: float
    kept: float = 1.0  # the part of what is earned that moves between pools leave
    lapsed: float = 0.0  # years that lapse on them


@dataclass
class Promise:
    """The scheme as workers perceive it in a year."""

    minimum: float  # months
    wage_growth: float
    pension_growth: float
    interest: float
    account_share: float
    years_drawn: float
    resident: float  # yuan a year
    flexible_rate: float
    ceiling: float
    burden: float


@dataclass
class Offer:
    """The base a place offers who pays for himself, and the value of a yuan of it."""

    base: float
    value: float


def annuity(discount: float, years: float, before: float, after: float, drawn: float) -> float:
    """The worth today of one yuan a year from ``years`` ahead on."""
    x = (1.0 + after) / (1.0 + discount)
    term = drawn if abs(x - 1.0) < 1e-9 else (1.0 - x**drawn) / (1.0 - x)
    return ((1.0 + before) / (1.0 + discount)) ** max(years, 0.0) * term


def pension_annuity(who: Belief, years: float, promise: Promise) -> float:
    """A(t; g_w, g_p)."""
    return annuity(who.discount, years, promise.wage_growth, promise.pension_growth, promise.years_drawn)


def account_annuity(who: Belief, years: float, promise: Promise) -> float:
    """A(t; i, g_p)."""
    return annuity(who.discount, years, promise.interest, promise.pension_growth, promise.years_drawn)


def value_of_base(who: Belief, years: float, divisor: float, promise: Promise) -> float:
    """What a worker believes a yuan of contribution base is worth."""
    return (
        who.kept
        * who.awareness
        * (
            0.005 * pension_annuity(who, years, promise)
            + promise.account_share * 12.0 / divisor * account_annuity(who, years, promise)
        )
    )


def value_of_paying(
    who: Belief,
    index: float,
    average: float,
    years: float,
    months: int,
    account: float,
    divisor: float,
    promise: Promise,
) -> float:
    """The value of a year of paying on ``index`` times the average, yuan."""
    base = index * average
    cost = promise.flexible_rate * base
    pension = average * 0.5 * (1.0 + index) * 0.01
    credit = promise.account_share * base * 12.0 / divisor * account_annuity(who, years, promise)
    missing = (promise.minimum - months) / 12.0
    stream = pension_annuity(who, years, promise)
    if missing <= 0.0:
        return who.kept * who.awareness * (pension * stream + credit) - cost
    if missing > years - who.lapsed + 5.0:
        return -cost
    own = account * (12.0 / divisor * account_annuity(who, years, promise) * who.awareness * who.kept - 1.0)
    resident = promise.resident * annuity(who.discount, years, 0.0, 0.0, promise.years_drawn)
    right = who.awareness * (pension * (promise.minimum / 12.0) * stream + missing * credit)
    return (who.kept * (right - resident) + own - missing * cost) / max(missing, 1.0)


def value_of_buying_in(
    who: Belief, past: float, average: float, floor: float, divisor: float, part: float, promise: Promise
) -> float:
    """The value per yuan of base of the minimum bought at once, ``past`` years after the age (6.6)."""
    years, drawn = promise.minimum / 12.0, max(promise.years_drawn - past, 1.0)
    base = floor * average * years
    yearly = average * 0.5 * (1.0 + floor) * 0.01 * years
    yearly += part * promise.account_share * base * 12.0 / divisor
    gets = who.awareness * yearly * annuity(who.discount, 0.0, 0.0, promise.pension_growth, drawn)
    return (
        gets - promise.resident * annuity(who.discount, 0.0, 0.0, 0.0, drawn)
    ) / base - part * promise.flexible_rate


def chosen_index(
    gain: float, income: float, average: float, floor: float, ceiling: float, rate: float, burden: float
) -> float:
    """The base over the average wage that somebody who pays for himself picks."""
    if gain <= 0.0:
        return floor
    return min(max(gain * (income / average) ** 2 / (burden * rate**2), floor), ceiling)


def offer(
    who: Belief,
    income: float,
    average: float,
    floor: float,
    years: float,
    months: int,
    account: float,
    divisor: float,
    promise: Promise,
) -> Offer:
    """What paying in a place comes to for a person."""
    gain = value_of_base(who, years, divisor, promise) - promise.flexible_rate
    index = chosen_index(gain, income, average, floor, promise.ceiling, promise.flexible_rate, promise.burden)
    base = index * average
    worth = value_of_paying(who, index, average, years, months, account, divisor, promise)
    return Offer(base, worth / base)


def utility_of_paying(
    made: Offer, inclination: float, income: float, promise: Promise, scale: float
) -> float:
    """The utility of taking the offer; that of not paying is zero."""
    return (made.value + inclination - promise.burden * promise.flexible_rate * made.base / income) / scale


def wants_early(ratio: float, indifferent: float, scale: float) -> float:
    """The chance that somebody asks for early retirement."""
    return 1.0 / (1.0 + math.exp(-(ratio - indifferent) / scale))
