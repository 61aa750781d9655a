"""Governments that find out what a lever is worth by settling accounts that never were.

A stylised economy says what everybody's accounts would be under any levers, with the answer of capital or
employers worked out everywhere. The regime's own stack settles these accounts for each candidate of each
government; each reads its own money off the settlement, values it with the model's payoff and moves part of
the way to the best candidate with the model's decision rule. No incentive is written down here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from abm.agents import local_government
from abm.agents.local_government import LEVERS, Aims, Outcome
from abm.engine.whatif import settle_ahead
from abm.regimes import Accounts, Funds, Membership, Memory, Settlement, Stack, subsidies
from abm.regimes.rule import LowerRule, UpperRule

Array = np.ndarray
DAMPING = 0.8
"""Share of the way to the best response that is not gone in a round."""
FAN = np.array([-1.0, -0.5, -0.2, 0.0, 0.2, 0.5, 1.0])
"""Candidates around the last best response, in units of a window that narrows as the search settles."""
COARSE = np.arange(8) / 8.0
GOLDEN = 0.5 * (np.sqrt(5.0) - 1.0)
"""Candidates over the whole range, shifted every round by the golden section: none is missed for long."""
LOOKING = 40
"""Rounds in which nobody moves yet, for near candidates to be found before any is acted upon."""
PROBES = 30
"""Halvings of the range after which probes around today's lever start again."""
BLOCK, BLOCKS = 20, 150
"""Rounds after which progress is looked at, and the most of such blocks."""
PRECISION = 1e-6
"""Progress in a block, relative to the lever, below which a search has come to rest."""


class Consequence(NamedTuple):
    """What levers (..., n) bring about; arrays that broadcast to (..., n)."""

    accounts: Accounts
    income: Any = 0.0  # residents' private income before dues
    dues: Any = 0.0  # levies that residents and their employers pay
    benefits: Any = 1.0  # paid to residents


class ClosedStack(Stack):
    """A stack whose centre has no money of its own: what it pays all places bear in equal parts."""

    def settle(self, accounts: Accounts, funds: Funds, memory: Memory | None = None) -> Settlement:
        """Settle as any stack, then charge the centre's payments."""
        settlement = super().settle(accounts, funds, memory)
        central, _ = subsidies(settlement.flows)
        share = central.sum(axis=-1, keepdims=True) / self.membership.localities
        return settlement._replace(own_money=settlement.own_money - share)


def stack(lower: LowerRule, upper: UpperRule, membership: Membership, bailout: float = 0.0) -> ClosedStack:
    """A stack without lump sums and with treasuries that have nothing to spare."""
    return ClosedStack(lower, upper, membership, np.zeros(membership.localities), 1.0, bailout, 0.0)


def aims(money: float = 1.0, cost: float = 0.0, elasticity: float = 1.0, benefit_weight: float = 0.0) -> Aims:
    """What governments value: a yuan of own money at ``money``, and nothing that the case leaves out."""
    return Aims(
        growth_weight=0.0,
        benefit_weight=benefit_weight,
        money_value_empty=money,
        money_value_full=money,
        money_value_months=1.0,
        shadow_cost=money - 1.0,
        confiscation_hazard=0.0,
        accrual_share=0.0,
        audit_cost=cost,
        registration_cost=0.0,
        leniency_cost=0.0,
        effort_elasticity=elasticity,
        floor_repayment=0.0,
        horizon=1,
        discount=1.0,
    )


@dataclass(frozen=True)
class Game:
    """Governments, one a locality, that each set one lever within bounds (n,) under a regime."""

    economy: Callable[[Array], Consequence]
    stack: Stack
    aims: Aims
    lever: int
    low: Array
    high: Array

    def counterfactual(self, levers: Array, tries: Array) -> Consequence:
        """What would be had government a chosen ``tries[:, a]``: entries (candidates, actor, locality)."""
        many, n = tries.shape
        own = np.arange(n)
        acts = np.broadcast_to(levers, (many, n, n)).copy()
        acts[:, own, own] = tries
        return self.economy(acts)

    def values(self, levers: Array, tries: Array) -> Array:
        """Payoffs (candidates, n) of the candidates ``tries`` (candidates, n) while others stay.

        Rules remember the year under today's ``levers`` (n,).
        """
        n = tries.shape[1]
        told = self.counterfactual(levers, tries)
        fate = settle_ahead(
            [told.accounts],
            Funds.opening(np.zeros(n), self.stack.membership.provinces),
            [self.stack],
            np.arange(n),
            memory=Memory.opening(self.economy(levers).accounts),
        )

        def own(x: Any) -> Array:
            return np.einsum("maa->ma", np.broadcast_to(x, (*tries.shape, n)))

        one = np.ones(1)
        worth, reserve_worth = local_government.worth_of_money(
            fate.own_money, fate.payable_months(), fate.spending[-1], self.aims
        )
        outcome = Outcome(
            worth=worth,
            reserve_worth=reserve_worth,
            treasury=fate.treasury[0],
            dues=own(told.dues),
            wages=own(told.income),
            benefits=own(told.benefits),
            output=one,
            repaid=0.0 * one,
            own_money=fate.own_money[0],
            reserve=fate.reserve[-1],
        )
        pulled = np.zeros((*tries.shape, len(LEVERS)))
        pulled[..., self.lever] = tries
        return local_government.payoff(outcome, pulled, one, one, self.aims)

    def equilibrium(self, start: Array | float) -> Array:
        """Levers (n,) from which no government wants to move."""
        first = np.broadcast_to(start, self.low.shape).astype(np.float64)
        return search(self.values, first, self.low, self.high)

    def best_response(self, levers: Array) -> Array:
        """The best lever (n,) of each government while the others stay."""
        return search(lambda _, tries: self.values(levers, tries), levers, self.low, self.high, damping=0.0)


def candidates(aim: Array, window: Array, levers: Array, low: Array, high: Array, turn: int) -> Array:
    """Sorted candidates (many, n): a fan around ``aim``, probes around today's levers, a grid."""
    reach = np.where(np.isfinite(high), high, 4.0 * np.maximum(np.abs(aim), 1e-6))
    probe = (reach - low) * 0.5 ** (turn % PROBES)
    near = np.concatenate([aim + FAN[:, None] * window, [levers - probe, levers, levers + probe]])
    shift = (turn * GOLDEN) % 1.0
    grid = low + (COARSE[:, None] + shift / len(COARSE)) * (reach - low)
    return np.sort(np.concatenate([np.clip(near, low, high), grid, [low, reach]]), axis=0)


def search(
    values: Callable[[Array, Array], Array], start: Array, low: Array, high: Array, damping: float = DAMPING
) -> Array:
    """Iterate smoothed best responses at temperature zero until nobody moves; levers (n,).

    ``values(levers, tries)`` are the payoffs (candidates, n). Candidates narrow around each government's last
    best response while it stays where it is and widen when it runs off. Where levers overshoot, everybody
    moves less far at a time; where they creep, they are set ahead along their own path (Aitken).
    """
    scale = np.where(np.isfinite(high), high - low, np.maximum(4.0 * np.abs(start), 1.0))
    levers, aim, window = start, start, 0.25 * scale
    move, last_step = 1.0 - damping, np.zeros_like(start)
    moved, farthest, last_jump = 0, 50.0, np.zeros_like(start)
    cold, path, looking = np.zeros(len(start)), [start], LOOKING
    for turn in range(BLOCK * BLOCKS):
        tries = candidates(aim, window, levers, low, high, turn)
        worth = values(levers, tries)
        best = np.take_along_axis(tries, np.argmax(worth, axis=0)[None], axis=0)[0]
        ran = np.abs(best - aim) >= 0.5 * window
        window = np.clip(np.where(ran, 4.0, 0.5) * window, 1e-9 * scale, 0.5 * scale)
        aim = best
        if looking:
            looking -= 1
            continue
        after, _ = local_government.smoothed_best_response(levers, tries.T, worth.T, cold, 1.0 - move)
        step = after - levers
        overshot = float(step @ last_step) < 0.0
        move = max(0.5 * move, 0.002) if overshot and damping else min(1.2 * move, 1.0 - damping)
        levers, last_step = after, step
        moved += 1
        if moved % BLOCK:
            continue
        path.append(levers)
        progress = np.abs(path[-1] - path[-2])
        narrow = window <= np.maximum(1e-4 * np.abs(levers), 1e-8 * scale)
        if (progress <= PRECISION * np.maximum(np.abs(levers), 1e-5 * scale)).all() and narrow.all():
            break
        if len(path) == 4:
            levers = np.clip(ahead(path, farthest), low, high)
            jump = levers - path[-1]
            farthest = max(0.5 * farthest, 1.0) if float(jump @ last_jump) < 0.0 else farthest
            window, last_jump = np.maximum(window, np.abs(jump)), jump
            aim, path, looking = levers, [levers], LOOKING // 4
    return levers


def ahead(path: list[Array], farthest: float) -> Array:
    """Where a path of four levers (n,) leads if its steps go on as steadily as they did; else its end.

    At most ``farthest`` times its last step.
    """
    steps = np.diff(path, axis=0)
    before, rate = (
        np.divide(b, a, out=np.zeros_like(a), where=np.abs(a) > 0.0)
        for a, b in ((steps[0], steps[1]), (steps[1], steps[2]))
    )
    steady = (rate > 0.3) & (np.abs(rate - before) < 0.1 * np.abs(1.0 - rate) + 0.005)
    more = np.minimum(np.where(rate < 1.0, rate / np.maximum(1.0 - rate, 1e-9), np.inf), farthest)
    return path[-1] + steps[2] * np.where(steady, more, 0.0)
