"""Case L: what the central adjustment fund of 2018 charges at the margin, at a fixed wage.

Each place asks the rule itself: what if one more employee were insured, one more job were there, insured or
not, or one more yuan were declared?
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from abm.engine.whatif import settle_ahead
from abm.regimes import Accounts, Funds, Membership, municipal
from abm.regimes.central_adjustment import CentralAdjustment
from experiments.verify import economy, game
from experiments.verify.case import Case
from experiments.verify.result import Result
from experiments.verify.settings import Settings

Array = np.ndarray
STAFF, INSURED, RETIREES, DUES = 1000.0, 600.0, 300.0, 0.2
"""Employees, those of them who are insured, pensioners of each place; dues per unit of wage."""
WAGE_SHARE = 0.9  # of the wage that the formula counts, State Council 2018/18


def economy_before(s: Settings) -> Accounts:
    """Equal places, (n,)."""
    one = np.ones(s.n)
    dues = DUES * s["w"] * INSURED * one
    return economy.accounts(dues, spending=0.5 * dues)._replace(
        insured_employees=INSURED * one,
        enterprise_employees=STAFF * one,
        enterprise_retirees=RETIREES * one,
        average_wage=s["w"] * one,
    )


def charge(s: Settings, change: Callable[[Accounts, Array], tuple[Accounts, float]]) -> float:
    """What the fund takes of what the actor brings about by ``change``, in yuan."""
    ratio = s["ratio"]
    stack = game.stack(municipal.rule(s, 0), CentralAdjustment(ratio, WAGE_SHARE), Membership(np.arange(s.n)))
    funds = Funds.opening(np.zeros(s.n), s.n)

    def own_money(accounts: Accounts) -> Array:
        return settle_ahead([accounts], funds, [stack], np.arange(s.n)).own_money[0]

    before = economy_before(s)
    after, brings = change(before, np.eye(s.n))  # (actor, locality)
    return float(brings - (own_money(after) - own_money(before)).mean())


def insures(a: Accounts, more: Array) -> tuple[Accounts, float]:
    """One of the employees is insured."""
    return a._replace(insured_employees=a.insured_employees + more), 0.0


def hires_insured(a: Accounts, more: Array) -> tuple[Accounts, float]:
    """A job is added and insured."""
    after, _ = insures(a, more)
    return after._replace(enterprise_employees=a.enterprise_employees + more), 0.0


def hires_uninsured(a: Accounts, more: Array) -> tuple[Accounts, float]:
    """A job is added and not insured."""
    return a._replace(enterprise_employees=a.enterprise_employees + more), 0.0


def declares(a: Accounts, more: Array) -> tuple[Accounts, float]:
    """Employees declare a yuan more."""
    return a._replace(contributions_enterprise=a.contributions_enterprise + DUES * more), DUES


def check(s: Settings) -> list[Result]:
    """Four marginal charges."""
    s.positive("w")
    s.share("ratio")
    per_head = s["ratio"] * s["w"] * (1.0 - 1.0 / s["n"])
    return [
        Result("L", "charge_insured_employee", charge(s, insures), 0.45 * per_head),
        Result("L", "charge_insured_job", charge(s, hires_insured), 0.9 * per_head),
        Result("L", "charge_uninsured_job", charge(s, hires_uninsured), 0.45 * per_head),
        Result("L", "charge_declared_base", charge(s, declares), 0.0),
    ]


CASES = (Case("L", "Marginal charge of the formula of 2018", {"n": 4.0, "w": 1.0, "ratio": 0.03}, check),)
