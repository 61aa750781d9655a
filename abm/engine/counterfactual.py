"""What a candidate lever would bring a local government of the model: its counterfactual accounts, settled.

For each locality and candidate lever its employers and their capital answer in the long run
(``abm.engine.answers``); what leaves arrives elsewhere; all accounts of all localities are settled again
through the whole stack (``abm.engine.whatif``). Only the other governments' levers stay. Migrants do not
answer yet.
"""

from __future__ import annotations

from itertools import repeat
from typing import NamedTuple

import numpy as np

from abm.agents.local_government import FLOOR, LENIENCY, LEVERS, RATE, Aims, Outcome, payoff
from abm.engine import whatif
from abm.engine.answers import Firms, Flexible, answers, combined_rate, flexible_dues
from abm.regimes import Accounts, Funds, Memory, Schedule

CELLS_AT_ONCE = 200_000
"""Accounts settled in one call, so that a settlement's arrays stay in cache."""
STRIDES = np.array([-5.0, -1.0, 0.0, 1.0, 5.0])
"""Steps that a government tries: short ones to settle down, long ones to get there."""


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
    stacks: list[Schedule],
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
        fate = whatif.settle_ahead(repeat(fates), setting.funds, stacks, np.arange(n), memory=setting.memory)
        own_money[some] = whatif.discounted_mean(fate.own_money, aims.discount)
        treasury[some] = whatif.discounted_mean(fate.treasury, aims.discount)
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
