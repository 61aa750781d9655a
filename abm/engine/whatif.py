"""What would my accounts look like, had I done this instead? Candidate levers settled by the regime itself.

For each locality and candidate lever its employers and their capital answer in the long run; what leaves
arrives elsewhere; all accounts of all localities are settled again through the whole stack. Only the other
governments' levers stay. How employers and flexible workers answer is asked of their own decision functions,
by quadrature over the distributions of costs, wages and tastes, so that a new decision rule changes the
what-if by itself. Migrants do not answer yet.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from abm.agents import employer, worker
from abm.agents.local_government import (
    AUDIT,
    FLOOR,
    LENIENCY,
    LEVERS,
    RATE,
    REGISTRATION,
    Aims,
    Outcome,
    payoff,
)
from abm.compile import decision
from abm.engine.rules import Rules
from abm.regimes import Accounts, Funds, Memory, Stack
from abm.regimes.stack import OWN_TREASURY

NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(9)
WEIGHTS = WEIGHTS / WEIGHTS.sum()
AGES = np.array([25.0, 35.0, 45.0, 52.0])
"""Ages of the flexible workers that stand for all; they have never paid, or since ``FIRST_PAID``."""
FIRST_PAID = 24.0
CELLS_AT_ONCE = 200_000
"""Accounts settled in one call, so that a settlement's arrays stay in cache."""
STRIDES = np.array([-5.0, -1.0, 0.0, 1.0, 5.0])
"""Steps that a government tries: short ones to settle down, long ones to get there."""
QUANTILES = np.array([1.0 / 6.0, 0.5, 5.0 / 6.0])
"""Quantiles of awareness and patience (the aware are the patient), and of log income as ``NORMALS``."""
NORMALS = np.array([-0.9674, 0.0, 0.9674])
Array = np.ndarray


class Firms(NamedTuple):
    """The place's employers in short: arrays (n,) unless said."""

    cost: np.ndarray  # median concealment cost of domestic private employers, peers' influence included
    coverage_cost: np.ndarray
    value: np.ndarray  # mean value of a yuan of base to staff
    mean_wage: np.ndarray  # of staff, over the average wage that bases rest on
    state_share: float
    foreign_share: float
    dispersion: float
    state_multiple: float
    foreign_multiple: float
    wage_dispersion: float
    fine: float
    ceiling: float
    worker_rate: float
    audit_base: float
    waived: float  # share of employers' dues waived
    review: float  # chance that an employer sets a person's registration anew
    registration_base: float


@decision
def _hidden_shares(rate: Array, detection: Array, fine: float, value: Array, cost: Array) -> Array:
    """The employers' own decision on flat arrays of one length."""
    out = np.empty(len(cost))
    for i in range(len(cost)):
        out[i] = employer.hidden_share(rate[i], detection[i], fine, value[i], cost[i])
    return out


def hidden_by_kind(rate: Array, detection: Array, firms: Firms, cost: Array) -> Array:
    """Share hidden (or left out), (..., n, owners, nodes), by owner and node of the cost distribution."""
    kinds = np.array([1.0, firms.state_multiple, firms.foreign_multiple])
    spread = np.exp(firms.dispersion * NODES)
    g = cost[..., None, None] * kinds[:, None] * spread
    shape = np.broadcast_shapes(rate[..., None, None].shape, g.shape)
    flat = [np.broadcast_to(x, shape).ravel() for x in (rate[..., None, None], detection[..., None, None])]
    value = np.broadcast_to(firms.value[..., None, None], shape).ravel()
    return _hidden_shares(*flat, firms.fine, value, np.broadcast_to(g, shape).ravel()).reshape(shape)


def combined_rate(levers: Array, firms: Firms) -> Array:
    """Employers' rate less waivers plus workers' rate under levers (..., 5)."""
    return levers[..., RATE] * (1.0 - firms.waived) + firms.worker_rate


def answers(levers: Array, firms: Firms) -> tuple[Array, Array]:
    """Mean base paid on over the mean wage, and coverage, under levers (..., n, 5): two arrays (..., n).

    The base paid on is the declared one plus what audits find of the rest, coverage what employers register
    plus what inspections find of the others.
    """
    owners = np.array([1.0 - firms.state_share - firms.foreign_share, firms.state_share, firms.foreign_share])
    rate = combined_rate(levers, firms)
    audit = np.clip(firms.audit_base + levers[..., AUDIT], 0.0, 1.0)
    hidden = hidden_by_kind(rate, audit, firms, firms.cost)
    spread = firms.wage_dispersion
    wage = firms.mean_wage[:, None] * np.exp(spread * NODES - 0.5 * spread * spread)  # (n, wages)
    floor = levers[..., FLOOR][..., None, None, None]
    full = np.clip(wage[:, None, None, :], floor, firms.ceiling)
    declared = np.clip(wage[:, None, None, :] * (1.0 - hidden[..., None]), floor, firms.ceiling)
    paid_on = declared + audit[..., None, None, None] * (full - declared)
    base = np.einsum("...nocw,o,c,w->...n", paid_on, owners, WEIGHTS, WEIGHTS) / firms.mean_wage
    inspection = np.clip(firms.registration_base + levers[..., REGISTRATION], 0.0, 1.0)
    left_out = hidden_by_kind(rate, inspection, firms, firms.coverage_cost)
    left_out = np.einsum("...noc,o,c->...n", left_out, owners, WEIGHTS)
    coverage = employer.registered_share.py_func(1.0 - left_out, inspection, firms.review)
    return base, np.maximum(coverage, 1e-3)


class Flexible(NamedTuple):
    """The flexible workers of the places, in short: money in units of the average wage that bases rest on."""

    rules: Rules
    inclination: Array  # to pay voluntarily, (n,)
    scheme: worker.Scheme
    income: float  # mean income
    dispersion: float  # of log income
    pension_age: float  # years
    divisor: float


@decision
def _flexible_dues(
    floors: Array, inclination: Array, ceiling: float, rules: Rules, scheme: worker.Scheme, income: float,
    dispersion: float, pension_age: float, divisor: float, ages: Array, quantiles: Array, normals: Array,
) -> Array:  # fmt: skip
    """Mean dues of a flexible worker under each of the floors (flat), by the workers' own decisions."""
    out = np.zeros(len(floors))
    weight = 1.0 / (2.0 * len(ages) * len(quantiles) * len(normals))
    for i in range(len(floors)):
        for age in ages:
            for q in quantiles:
                for z in normals:
                    tastes = worker.Tastes(
                        rules.discount_high - (rules.discount_high - rules.discount_low) * q,
                        rules.awareness_low + (rules.awareness_high - rules.awareness_low) * q,
                    )
                    earns = income * np.exp(dispersion * z - 0.5 * dispersion * dispersion)
                    for years in (0.0, age - FIRST_PAID):
                        offer = worker.offer(
                            12.0 * years, pension_age - age, earns, rules.account_share * years * earns, 1.0,
                            floors[i], ceiling, rules.flexible_rate, rules.burden_aversion, tastes, scheme,
                            divisor,
                        )  # fmt: skip
                        chance = worker.participation_chance(
                            offer.value, offer.base, earns, rules.flexible_rate, inclination[i],
                            rules.participation_scale, rules.burden_aversion,
                        )  # fmt: skip
                        out[i] += weight * chance * rules.flexible_rate * offer.base
    return out


def flexible_dues(floors: Array, ceiling: float, flexible: Flexible) -> Array:
    """Mean dues of flexible workers under floors, shape of ``floors``, in average wages."""
    f = flexible
    inclination = np.broadcast_to(f.inclination, floors.shape).ravel()
    flat = _flexible_dues(
        floors.ravel(), inclination, ceiling, f.rules, f.scheme, f.income, f.dispersion, f.pension_age,
        f.divisor, AGES, QUANTILES, NORMALS,
    )  # fmt: skip
    return flat.reshape(floors.shape)


class Setting(NamedTuple):
    """This year's accounts before settlement and what the answers act on; arrays (n,)."""

    accounts: Accounts
    funds: Funds
    memory: Memory
    wages: np.ndarray  # wage bill of formal staff, yuan
    staff_dues: np.ndarray  # the part of enterprise contributions that staff and employers pay, yuan
    early_cost: np.ndarray  # pensions of one year's early retirees while early, at today's leniency, yuan
    reserve_owned: np.ndarray  # reserve the local government owns, yuan
    flexible: Flexible
    return_slope: np.ndarray  # change of the rate of return per unit of levy on wages, over the return
    capital_flight: float
    national_floor: float
    national_rate: np.ndarray


def candidates(levers: np.ndarray, low: np.ndarray, high: np.ndarray, step: float) -> np.ndarray:
    """Candidate levers (5, 5, n): per lever five values around today's, within the bounds (n, 5).

    Axis 0 is the lever, axis 1 the ``STRIDES`` in steps of ``step`` times the lever's range, axis 2 the
    locality.
    """
    tries = STRIDES[None, :, None] * step * (high - low).T[:, None, :] + levers.T[:, None, :]
    return np.clip(tries, low.T[:, None, :], high.T[:, None, :])


def evaluate(
    levers: np.ndarray,
    tries: np.ndarray,
    firms: Firms,
    setting: Setting,
    stacks: list[Stack],
    aims: Aims,
) -> tuple[np.ndarray, Outcome]:
    """Payoffs (5, 5, n) of the candidates and the outcomes behind them, each (5, 5, n).

    ``stacks`` are the regimes the government expects in each year of its horizon.
    """
    k, m, n = tries.shape
    actions = np.broadcast_to(levers, (k, m, n, len(LEVERS))).copy()
    for lever in range(k):
        actions[lever, :, :, lever] = tries[lever]
    base, coverage = answers(actions, firms)
    base0, coverage0 = answers(levers, firms)
    rate, rate0 = combined_rate(actions, firms), combined_rate(levers, firms)
    levy, levy0 = rate * base * coverage, rate0 * base0 * coverage0
    capital = np.exp(setting.capital_flight * setting.return_slope * (levy - levy0))
    dues = levy / levy0 * capital
    flexible = setting.accounts.contributions_enterprise - setting.staff_dues
    answered = flexible_dues(actions[..., FLOOR], firms.ceiling, setting.flexible)
    today = flexible_dues(levers[:, FLOOR], firms.ceiling, setting.flexible)
    own_collected = setting.staff_dues * dues + flexible * answered / today
    lenient = actions[..., LENIENCY] / np.maximum(levers[:, LENIENCY], 1e-6)
    extra = setting.early_cost * (lenient - 1.0)
    acts = [
        np.broadcast_to(x, (k, m, n)).reshape(k * m, n)
        for x in (own_collected, capital, coverage / coverage0, extra)
    ]
    own_money, treasury = np.empty((k * m, n)), np.empty((k * m, n))
    block = max(1, CELLS_AT_ONCE // (n * n))
    for start in range(0, k * m, block):
        some = slice(start, start + block)
        fates = _counterfactual(setting, *(x[some] for x in acts))
        own_money[some], treasury[some] = _settled(fates, setting, stacks, aims)
    wages = setting.wages * capital
    below = np.maximum(setting.national_floor - actions[..., FLOOR], 0.0) / setting.national_floor
    below = below + np.maximum(setting.national_rate - actions[..., RATE], 0.0) / setting.national_rate
    outcome = Outcome(
        own_money=own_money.reshape(k, m, n),
        treasury=treasury.reshape(k, m, n),
        dues=own_collected,
        wages=wages,
        benefits=setting.accounts.benefits_enterprise + extra,
        output=setting.accounts.gdp * capital,
        repaid=below * own_collected,
    )
    accounts = setting.accounts
    months = (
        12.0
        * setting.reserve_owned
        / np.maximum(accounts.benefits_enterprise + accounts.benefits_public, 1.0)
    )
    return payoff(outcome, actions, setting.wages, months, accounts.population, aims), outcome


def _counterfactual(
    setting: Setting,
    collected: np.ndarray,
    capital: np.ndarray,
    covered: np.ndarray,
    extra: np.ndarray,
) -> Accounts:
    """Accounts (candidates, actor, locality): the actor's own entries replaced, what left spread.

    What each actor would bring about comes as arrays (candidates, n).
    """
    a = setting.accounts
    many, n = capital.shape
    shape, own = (many, n, n), np.arange(n)
    weight = setting.wages
    gone = weight * (1.0 - capital)  # wage bill that leaves each actor, (many, n)
    others = weight.sum() - weight
    arrives = 1.0 + gone[:, :, None] / others[:, None]  # factor on everybody else, (many, actor, 1)

    def replaced(values: np.ndarray, mine: np.ndarray, spread: bool) -> np.ndarray:
        out = np.broadcast_to(values, shape) * (arrives if spread else 1.0)
        out = np.array(out)
        out[:, own, own] = mine
        return out

    return a._replace(
        contributions_enterprise=replaced(a.contributions_enterprise, collected, True),
        insured_employees=replaced(a.insured_employees, a.insured_employees * covered * capital, True),
        enterprise_employees=replaced(a.enterprise_employees, a.enterprise_employees * capital, True),
        benefits_enterprise=replaced(a.benefits_enterprise, a.benefits_enterprise + extra, False),
        off_list=replaced(a.off_list, np.maximum(a.off_list + extra, 0.0), False),
        gdp=replaced(a.gdp, a.gdp * capital, True),
        treasury_capacity=replaced(a.treasury_capacity, a.treasury_capacity * capital, True),
        collectable=replaced(a.collectable, a.collectable * capital, True),
    )


def _settled(
    accounts: Accounts, setting: Setting, stacks: list[Stack], aims: Aims
) -> tuple[np.ndarray, np.ndarray]:
    """Own money (before the treasury's payments) and those payments, (candidates, n), a year on average.

    The regime settles every year of the horizon with the levers held; years are discounted.
    """
    funds, memory = setting.funds, setting.memory
    own = np.arange(len(setting.wages))
    money, paid, total = np.zeros(()), np.zeros(()), 0.0
    for s, stack in enumerate(stacks):
        settlement = stack.settle(accounts, funds, memory)
        weight = aims.discount**s
        payments = [settlement.flows[name] for name in OWN_TREASURY if name in settlement.flows]
        treasury = np.sum(payments, axis=0)
        money = money + weight * (settlement.own_money + treasury)[..., own, own]
        paid = paid + weight * treasury[..., own, own]
        total += weight
        funds, memory = settlement.funds, settlement.memory
    return money / total, paid / total
