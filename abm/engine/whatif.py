"""What would my accounts look like, had I done this instead? Candidate levers settled by the regime itself.

For each locality and candidate lever its employers and their capital answer in the long run; what leaves
arrives elsewhere; all accounts of all localities are settled again through the whole stack. Only the other
governments' levers stay. How employers answer is read off their own decision functions by quadrature over
the distribution of concealment costs and wages, so that a new decision rule changes the what-if by itself.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from abm.agents.local_government import LEVERS, Aims, Outcome, payoff
from abm.regimes import Accounts, Funds, Stack
from abm.regimes.stack import OWN_TREASURY

NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(9)
WEIGHTS = WEIGHTS / WEIGHTS.sum()
AUDIT, REGISTRATION, LENIENCY, FLOOR, RATE = range(len(LEVERS))


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
    registration_base: float


def clipped_gain(rate: np.ndarray, detection: np.ndarray, firms: Firms, cost: np.ndarray) -> np.ndarray:
    """Share hidden, (..., owners, nodes), for every kind of owner and node of the cost distribution."""
    value = firms.value
    gain = (1.0 - detection * firms.fine) * rate - (1.0 - detection) * value
    kinds = np.array([1.0, firms.state_multiple, firms.foreign_multiple])
    spread = np.exp(firms.dispersion * NODES)
    g = cost[..., None, None] * kinds[:, None] * spread
    return np.clip(gain[..., None, None] / g, 0.0, 1.0)


def answers(levers: np.ndarray, firms: Firms) -> tuple[np.ndarray, np.ndarray]:
    """Mean declared base over the mean wage, and coverage, under levers (..., n, 5): two arrays (..., n)."""
    owners = np.array([1.0 - firms.state_share - firms.foreign_share, firms.state_share, firms.foreign_share])
    rate = levers[..., RATE] + firms.worker_rate
    audit = np.clip(firms.audit_base + levers[..., AUDIT], 0.0, 1.0)
    hidden = clipped_gain(rate, audit, firms, firms.cost)
    spread = firms.wage_dispersion
    wage = firms.mean_wage[:, None] * np.exp(spread * NODES - 0.5 * spread * spread)  # (n, wages)
    floor = levers[..., FLOOR]
    declared = np.clip(
        wage[:, None, None, :] * (1.0 - hidden[..., None]), floor[..., None, None, None], firms.ceiling
    )
    base = np.einsum("...nocw,o,c,w->...n", declared, owners, WEIGHTS, WEIGHTS) / firms.mean_wage
    inspection = np.clip(firms.registration_base + levers[..., REGISTRATION], 0.0, 1.0)
    left_out = clipped_gain(rate, inspection, firms, firms.coverage_cost)
    coverage = 1.0 - np.einsum("...noc,o,c->...n", left_out, owners, WEIGHTS)
    return base, np.maximum(coverage, 1e-3)


class Setting(NamedTuple):
    """This year's accounts before settlement and what the answers act on; arrays (n,)."""

    accounts: Accounts
    funds: Funds
    wages: np.ndarray  # wage bill of formal staff, yuan
    staff_dues: np.ndarray  # the part of enterprise contributions that staff and employers pay, yuan
    early_cost: np.ndarray  # pensions of one year's early retirees while early, at today's leniency, yuan
    reserve_owned: np.ndarray  # reserve the local government owns, yuan
    return_slope: np.ndarray  # change of the rate of return per unit of levy on wages, over the return
    capital_flight: float
    national_floor: float
    national_rate: np.ndarray


def candidates(levers: np.ndarray, low: np.ndarray, high: np.ndarray, step: float) -> np.ndarray:
    """Candidate levers (5, 5, n): per lever five values around today's, within the bounds (n, 5).

    Axis 0 is the lever, axis 1 steps −2 … 2 of ``step`` times the lever's range, axis 2 the locality.
    """
    tries = np.arange(-2, 3)[None, :, None] * step * (high - low).T[:, None, :] + levers.T[:, None, :]
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
    rate = actions[..., RATE] + firms.worker_rate
    rate0 = levers[:, RATE] + firms.worker_rate
    levy, levy0 = rate * base * coverage, rate0 * base0 * coverage0
    capital = np.exp(setting.capital_flight * setting.return_slope * (levy - levy0))
    dues = levy / levy0 * capital
    flexible = setting.accounts.contributions_enterprise - setting.staff_dues
    floor_ratio = actions[..., FLOOR] / levers[:, FLOOR]
    own_collected = setting.staff_dues * dues + flexible * floor_ratio**0.5
    lenient = actions[..., LENIENCY] / np.maximum(levers[:, LENIENCY], 1e-6)
    extra = setting.early_cost * (lenient - 1.0)
    shape = (k * m, n, n)
    fates = _counterfactual(setting, own_collected, capital, coverage / coverage0, extra, shape)
    own_money, treasury = _settled(fates, setting, stacks, aims, n)
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
    return payoff(outcome, actions, months, accounts.population, aims), outcome


def _counterfactual(
    setting: Setting,
    collected: np.ndarray,
    capital: np.ndarray,
    covered: np.ndarray,
    extra: np.ndarray,
    shape: tuple[int, int, int],
) -> Accounts:
    """Accounts (candidates, actor, locality): the actor's own entries replaced, what left spread."""
    a = setting.accounts
    many, n, _ = shape
    own = np.arange(n)
    collected, capital, covered, extra = (
        np.broadcast_to(x, (*capital.shape,)).reshape(many, n) for x in (collected, capital, covered, extra)
    )
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
    )


def _settled(
    accounts: Accounts, setting: Setting, stacks: list[Stack], aims: Aims, n: int
) -> tuple[np.ndarray, np.ndarray]:
    """Own money (before the treasury's payments) and those payments, (candidates, n), a year on average.

    The regime settles every year of the horizon with the levers held; years are discounted.
    """
    funds = setting.funds
    own = np.arange(n)
    money, paid, total = np.zeros(()), np.zeros(()), 0.0
    for s, stack in enumerate(stacks):
        settlement = stack.settle(accounts, funds)
        weight = aims.discount**s
        payments = [settlement.flows[name] for name in OWN_TREASURY if name in settlement.flows]
        treasury = np.sum(payments, axis=0)
        money = money + weight * (settlement.own_money + treasury)[..., own, own]
        paid = paid + weight * treasury[..., own, own]
        total += weight
        funds = settlement.funds
    return money / total, paid / total
