"""What a worker decides: where to live, whether, where and how much to contribute, when to retire.

Every decision is a pure function of scalars: the person's state, the place's rules and keyed draws. It is
compiled for the pass over people and callable in plain Python (``participation_chance.py_func``) to explain.
Perceived values are present values in yuan at the start of the year; wages and pensions are yuan a year.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from abm.compile import decision, inlined

LATEST_YEARS = 5
"""Years past the retirement age in which missing contributions may still be paid (rules of 2011 on the Social
Insurance Law: five years, then the rest at once)."""


class Tastes(NamedTuple):
    """A person's fixed traits, hashed from the id."""

    discount: float  # yearly discount rate
    awareness: float  # share of a future pension the person believes in, 0..1


class Outlook(NamedTuple):
    """What moves from pool to pool are expected to leave of the rights earned now, until the pension."""

    kept: float  # share of them that is not lost on a move, 0..1
    lapsed: float  # years that lapse in transfers, in which nothing can be paid


@decision
def outlook(moves: float, lost: float, delay: float) -> Outlook:
    """The outlook of who expects ``moves`` of the relation into another pool before the pension.

    On each the share ``lost`` of all rights is lost on average, and ``delay`` months lapse.
    """
    return Outlook((1.0 - lost) ** moves, moves * delay / 12.0)


class Scheme(NamedTuple):
    """The year's national rules as a worker perceives them."""

    minimum_months: float  # months needed for a pension, by the year of retirement's rule
    wage_growth: float  # expected yearly growth of the average wage
    pension_growth: float  # expected yearly adjustment of pensions in payment
    account_rate: float  # yearly rate credited to individual accounts
    account_share: float  # share of the base credited to the account
    pension_years: float  # expected years a pension is drawn
    resident_pension: float  # yuan a year of the resident scheme, the outside option


@inlined
def expects_annuity(
    years_to_pension: float, discount: float, growth_before: float, growth_after: float, pension_years: float
) -> float:
    """Present value of one yuan a year in today's wages, paid from retirement for ``pension_years``.

    The promise grows with wages until retirement and with adjustments after it; both are discounted at the
    person's own rate.
    """
    impatience = math.log(1.0 + discount)  # powers by way of logarithms, which annuities of a person share
    waiting = math.exp((math.log(1.0 + growth_before) - impatience) * max(years_to_pension, 0.0))
    x = (1.0 + growth_after) / (1.0 + discount)
    drawn = math.exp((math.log(1.0 + growth_after) - impatience) * pension_years)
    if abs(x - 1.0) < 1e-9:
        return waiting * pension_years
    return waiting * (1.0 - drawn) / (1.0 - x)


@inlined
def value_of_base(
    years_to_pension: float, discount: float, awareness: float, kept: float, scheme: Scheme, divisor: float
) -> float:
    """The worker's value v of one more yuan of declared base this year: what the pension formula gives back.

    Of it the share ``kept`` survives moves between pools.

    One yuan of base adds 1/W to the index sum, hence 0.5 % of it a year to the basic pension (half of
    1 % a year, benefits.py), and ``account_share`` to the account, paid out over ``divisor`` months.
    """
    basic = 0.005 * expects_annuity(
        years_to_pension, discount, scheme.wage_growth, scheme.pension_growth, scheme.pension_years
    )
    account = (
        scheme.account_share
        * 12.0
        / divisor
        * expects_annuity(
            years_to_pension, discount, scheme.account_rate, scheme.pension_growth, scheme.pension_years
        )
    )
    return awareness * kept * (basic + account)


@inlined
def value_of_paying(
    months: float,
    years_to_pension: float,
    average_wage: float,
    index: float,
    account: float,
    contribution_rate: float,
    tastes: Tastes,
    prospect: Outlook,
    scheme: Scheme,
    divisor: float,
) -> float:
    """Perceived net value of paying this year over not paying, in yuan.

    Before the minimum it is the yearly share of the whole plan "pay until the minimum, then draw": pension
    less the resident pension given up, less the account refunded anyway, less all contributions still
    needed. After the minimum it is one more year's increment less one year's contribution. That the
    eligibility counts only before the minimum is what makes people stop after it. Rights lost on a move are
    lost with all their months, and the resident pension is then not given up; months that lapse are missing
    where time is short.
    """
    base = index * average_wage
    annuity = expects_annuity(
        years_to_pension, tastes.discount, scheme.wage_growth, scheme.pension_growth, scheme.pension_years
    )
    account_annuity = expects_annuity(
        years_to_pension, tastes.discount, scheme.account_rate, scheme.pension_growth, scheme.pension_years
    )
    yearly_cost = contribution_rate * base
    yearly_pension = average_wage * 0.5 * (1.0 + index) * 0.01
    to_account = scheme.account_share * base * 12.0 / divisor * account_annuity
    missing = (scheme.minimum_months - months) / 12.0
    if missing <= 0.0:
        return tastes.awareness * prospect.kept * (yearly_pension * annuity + to_account) - yearly_cost
    if missing > years_to_pension - prospect.lapsed + LATEST_YEARS:
        return -yearly_cost
    whole = yearly_pension * scheme.minimum_months / 12.0 * annuity + missing * to_account
    own_account = account * (12.0 / divisor * account_annuity * tastes.awareness * prospect.kept - 1.0)
    outside = scheme.resident_pension * expects_annuity(
        years_to_pension, tastes.discount, 0.0, 0.0, scheme.pension_years
    )
    plan = prospect.kept * (tastes.awareness * whole - outside) + own_account - missing * yearly_cost
    return plan / max(missing, 1.0)


@decision
def value_of_buying_in(
    years_past: float, average_wage: float, floor: float, contribution_rate: float, part: float,
    tastes: Tastes, scheme: Scheme, divisor: float,
) -> float:  # fmt: skip
    """Perceived net value, per yuan of base, of buying the minimum at once and drawing a pension from now on.

    For who is ``years_past`` the retirement age and was never a member: the whole pension that the minimum
    gives at the floor, less the resident pension given up, less the price, over all the base bought. Places
    ask for ``part`` of the dues on that base, and the account gets as much of its share. The years a pension
    is drawn are those past the age fewer, but at least one.
    """
    years = scheme.minimum_months / 12.0
    drawn = max(scheme.pension_years - years_past, 1.0)
    annuity = expects_annuity(0.0, tastes.discount, 0.0, scheme.pension_growth, drawn)
    outside = scheme.resident_pension * expects_annuity(0.0, tastes.discount, 0.0, 0.0, drawn)
    base = years * floor * average_wage
    funded = part * scheme.account_share * base * 12.0 / divisor
    pension = 0.01 * 0.5 * (1.0 + floor) * average_wage * years + funded
    return (tastes.awareness * pension * annuity - outside) / base - part * contribution_rate


@decision
def is_admitted(u: float, open_share: float, age_months: int, greatest_age: float) -> bool:
    """Whether a place takes a self-payer from another province, by law or by its own leave.

    The law opens places to the share ``open_share`` of such people (``u`` is a fixed draw); beyond it the
    place admits those of at most ``greatest_age`` years, ``age_months`` being the age at the year's end.
    """
    return u < open_share or age_months <= 12.0 * greatest_age


NO_OFFER = -1e9
"""The utility of paying where a person is not admitted."""


@decision
def utility_of_paying(
    value: float, base: float, income: float, contribution_rate: float, inclination: float, scale: float,
    aversion: float,
) -> float:  # fmt: skip
    """Utility, over that of not paying, of paying in a place for a person outside an employer's cover.

    ``value`` is the perceived net present value per yuan of base; ``aversion`` times the share of income the
    contribution takes is the cost of doing without the money.
    """
    burden = contribution_rate * base / income
    return (value + inclination - aversion * burden) / scale


@decision
def participation_chance(utility: float, other: float) -> float:
    """Chance of paying this year: logit over paying in one place, paying in another, and not paying."""
    most = max(utility, other, 0.0)
    paying = math.exp(utility - most) + math.exp(other - most)
    return paying / (paying + math.exp(-most))


@decision
def place_chance(utility: float, other: float) -> float:
    """Chance that who pays does so in the first of two places: the same logit, given that somebody pays."""
    most = max(utility, other)
    first = math.exp(utility - most)
    return first / (first + math.exp(other - most))


@decision
def chooses_index(
    marginal_value: float,
    contribution_rate: float,
    income_ratio: float,
    aversion: float,
    floor: float,
    ceiling: float,
) -> float:
    """The index (declared base / average wage) a flexible worker declares.

    Maximises (marginal value − rate) z − aversion/2 (rate z / income ratio)², the second term being the
    strain of the contribution on income; with no gain at the margin the floor is best.
    """
    gain = marginal_value - contribution_rate
    if gain <= 0.0:
        return floor
    best = gain * income_ratio * income_ratio / (aversion * contribution_rate * contribution_rate)
    return min(max(best, floor), ceiling)


class Offer(NamedTuple):
    """What paying in a place would mean this year: the base chosen (yuan) and its value per yuan of base."""

    base: float
    value: float


NOTHING_OFFERED = Offer(0.0, 0.0)
"""Stands for the offer to a person who goes on not paying without weighing it."""


@inlined
def offer(
    months: float, years_to_pension: float, income: float, account: float, average_wage: float, floor: float,
    ceiling: float, contribution_rate: float, aversion: float, tastes: Tastes, prospect: Outlook,
    scheme: Scheme, divisor: float,
) -> Offer:  # fmt: skip
    """The best base a person could declare in a place, and what paying on it is worth."""
    marginal = value_of_base(
        years_to_pension, tastes.discount, tastes.awareness, prospect.kept, scheme, divisor
    )
    index = chooses_index(marginal, contribution_rate, income / average_wage, aversion, floor, ceiling)
    value = value_of_paying(
        months, years_to_pension, average_wage, index, account, contribution_rate, tastes, prospect, scheme,
        divisor,
    )  # fmt: skip
    base = index * average_wage
    return Offer(base, value / base)


@decision
def considers_moving(probability: float, u: float) -> bool:
    """Whether a person weighs moving this year; ``probability`` is that of the age."""
    return u < probability


@decision
def pension_at_stake(
    months: float,
    mean_index: float,
    average_wage_here: float,
    average_wage_there: float,
    annuity: float,
    awareness: float,
    wage: float,
) -> float:
    """Change of perceived pension wealth from moving the relation, in years of the own wage.

    The rights are months and indices, so their yearly worth is 1 % of the payer's average wage a year
    paid: whoever moves to a place with a lower average wage loses it on the whole past.
    """
    rights = months / 12.0 * 0.01 * 0.5 * (1.0 + mean_index)
    return awareness * annuity * rights * (average_wage_there - average_wage_here) / max(wage, 1.0)


@decision
def skill_next_year(log_skill: float, spread: float, persistence: float, shock: float) -> float:
    """Log skill a year later: autoregressive, with stationary dispersion ``spread`` and mean skill one."""
    centre = -0.5 * spread * spread
    return centre + persistence * (log_skill - centre) + math.sqrt(1.0 - persistence**2) * spread * shock


STAYS, HIRED, JOINS_PUBLIC, TAKES_UP, STOPS = range(5)


@decision
def changes_work(
    idle: bool, staff: bool, age: int, leaving_age: float, seeks: bool, newcomer: bool, leaving: float,
    giving_up: float, hiring: float, public_hiring: float, taking_up: float, u_leave: float, u_hired: float,
    u_public: float, u_take_up: float,
) -> int:  # fmt: skip
    """What changes in a person's work this year; returns the change's code.

    Everybody stops at ``leaving_age``. Staff leave with hazard ``leaving``. Others who seek work are hired
    with hazard ``hiring``; who is idle and new to the scheme may join the public staff; the idle take up
    flexible work, flexible workers give it up. Hazards hold for the person's age and experience.
    """
    if age >= leaving_age:
        return STAYS if idle else STOPS
    if staff:
        return STOPS if u_leave < leaving else STAYS
    if not seeks:
        return STAYS
    if u_hired < hiring:
        return HIRED
    if idle:
        if newcomer and u_public < public_hiring:
            return JOINS_PUBLIC
        return TAKES_UP if u_take_up < taking_up else STAYS
    return STOPS if u_leave < giving_up else STAYS


@decision
def retires_early(hazard: float, replacement: float, indifferent: float, scale: float, u: float) -> bool:
    """Whether a person within the early-retirement years takes a pension now.

    ``hazard`` is the leniency of the office that approves; the person wants it the more the higher the
    pension is against the wage (``replacement``).
    """
    wants = 1.0 / (1.0 + math.exp(-(replacement - indifferent) / scale))
    return u < hazard * wants


CONTINUE, LUMP_SUM, RESIDENT_SCHEME = 0, 1, 2


@decision
def below_minimum(
    months: float, account: float, average_wage: float, floor: float, contribution_rate: float,
    tastes: Tastes, scheme: Scheme, divisor: float, scale: float, g0: float, g1: float, g2: float,
) -> int:  # fmt: skip
    """What a person does who reaches the retirement age below the minimum; returns the choice's code.

    Going on at the floor until the minimum, the account refunded at once, or its yearly payment through the
    resident scheme: a logit over perceived values in yuan, each over that of the refund; ``g0`` to ``g2``
    are Gumbel draws.
    """
    missing = (scheme.minimum_months - months) / 12.0
    plan = value_of_paying(
        months, missing, average_wage, floor, account, contribution_rate, tastes, Outlook(1.0, 0.0), scheme,
        divisor,
    )  # fmt: skip
    annuity = expects_annuity(0.0, tastes.discount, 0.0, 0.0, scheme.pension_years)
    go_on = max(missing, 1.0) * plan / scale + g0
    refund = g1
    resident = account * (tastes.awareness * 12.0 / divisor * annuity - 1.0) / scale + g2
    if go_on >= refund and go_on >= resident:
        return CONTINUE
    return LUMP_SUM if refund >= resident else RESIDENT_SCHEME
