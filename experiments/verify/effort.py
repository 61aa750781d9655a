"""Cases F and G: how hard a government collects where the money rule shares what it collects.

Detection rises in effort, p = p₀ + λe; with fines off employers hide the same whatever p, so that revenue is
linear in effort. Provinces of m localities pool everything; above them a share a is pooled equally among all
n provinces; of the gap that is left the centre bails out a share π, paid by all. With m = 1 and a = π = 0
each place has its own pool.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from abm.agents import local_government
from abm.agents.local_government import AUDIT
from abm.regimes import Membership, municipal
from abm.regimes.provincial_unified import ProvincialUnified
from abm.regimes.rule import LowerRule, UpperRule
from experiments.verify import economy, game
from experiments.verify.case import Case
from experiments.verify.employers import hidden_share
from experiments.verify.game import Consequence, Game
from experiments.verify.result import Result
from experiments.verify.rules import balance_pooling, equal_pooling
from experiments.verify.settings import Settings

Array = np.ndarray
RATE, CONCEALMENT_COST = 0.3, 0.1
"""Statutory rate and cost of concealment at which, without fines, everything is hidden."""
LEAST = 1e-4
"""Effort below which what it brings is lost in rounding."""
DEFAULTS = {
    "n": 4.0,
    "m": 1.0,
    "a": 0.0,
    "pi": 0.0,
    "B": 1.0,
    "p": 0.1,
    "lambda": 0.8,
    "c": 1.0,
    "epsilon": 1.0,
}
SHOWN = {"province": {"m": 3.0}, "equalisation": {"a": 0.5}, "bailout": {"pi": 0.5}}
"""Money rules that are shown beside the own pool when none is asked for."""


def full_cost(s: Settings) -> float:
    """The cost of full effort: c e^(1+1/ε)/(1+1/ε) at e = 1."""
    return s["c"] / (1.0 + 1.0 / s["epsilon"])


def answers(s: Settings, cost_in_fund: bool) -> Callable[[Array], Consequence]:
    """Accounts under efforts (..., n); with ``cost_in_fund`` the fund pays for the effort."""
    wages = s["B"] / RATE

    def economy_of(efforts: Array) -> Consequence:
        found = s["p"] + s["lambda"] * efforts
        share = hidden_share(RATE, found, 0.0, CONCEALMENT_COST)
        collected = RATE * wages * (1.0 - share + found * share)
        # Unless pensions D are given they exceed whatever can be collected: every fund has a gap.
        spending: Array | float = s.get("D", 2.0 * s["B"] * (s["p"] + s["lambda"]))
        if cost_in_fund:
            effort = local_government.effort_cost(efforts, full_cost(s), s["epsilon"])
            spending = spending + effort
        return Consequence(economy.accounts(collected, 1.0, spending))

    return economy_of


def regime(s: Settings, upper: UpperRule) -> game.ClosedStack:
    """The stack of the case: provinces of m localities, a rule among provinces, a bailout."""
    provinces, m = s.n, int(s["m"])
    lower: LowerRule = municipal.rule(s, 0)
    if m > 1:  # all in one pool, and its gap borne in equal parts
        lower = ProvincialUnified(stock_months=0.0, general_share=1.0, managerial_share=1.0, common_share=1.0)
    return game.stack(lower, upper, Membership(np.repeat(np.arange(provinces), m)), s["pi"])


def effort(s: Settings, cost_in_fund: bool) -> float:
    """The effort that governments discover."""
    rule = balance_pooling if cost_in_fund else equal_pooling
    stack = regime(s, rule.rule(s, 0))
    n = stack.membership.localities
    wants = game.aims(cost=0.0 if cost_in_fund else full_cost(s), elasticity=s["epsilon"])
    governments = Game(answers(s, cost_in_fund), stack, wants, AUDIT, low=np.zeros(n), high=np.ones(n))
    return float(governments.equilibrium(0.5).mean())


def closed_form(s: Settings, cost_in_fund: bool) -> float:
    """e* = (φλB/c)^ε; where the cost is pooled like the revenue φ does not matter."""
    n, m, a, pi = s("n", "m", "a", "pi")
    phi = (1.0 - (1.0 - (1.0 - a) * (1.0 - pi)) * (1.0 - 1.0 / n)) / m
    if cost_in_fund:
        phi = 1.0
    return float((phi * s["lambda"] * s["B"] / s["c"]) ** s["epsilon"])


def checks(cost_in_fund: bool) -> Callable[[Settings], list[Result]]:
    """The check of case F or, with ``cost_in_fund``, of case G."""

    def one(s: Settings, quantity: str) -> Result:
        s.positive("B", "lambda", "c", "epsilon")
        s.share("a", "pi", "p")
        closed = closed_form(s, cost_in_fund)
        s.require(LEAST <= closed <= 1.0, f"an effort between {LEAST:g} and 1, not {closed:g}")
        return Result(s.case, quantity, effort(s, cost_in_fund), closed)

    def check(s: Settings) -> list[Result]:
        found = [one(s, "effort")]
        if not s.given & {"m", "a", "pi"}:
            for name, change in SHOWN.items():
                found.append(one(Settings(s.case, {**s, **change}), f"effort_{name}"))
        return found

    return check


CASES = (
    Case("F", "Effort under shared revenue", DEFAULTS, checks(cost_in_fund=False)),
    Case("G", "Effort whose cost is shared like the revenue", DEFAULTS, checks(cost_in_fund=True)),
)
