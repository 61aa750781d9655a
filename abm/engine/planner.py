"""What one government's lever brings all the others: what a planner for all counts and it alone does not.

The planner sets the same levers under the same money rule, for the sum of the governments' payoffs. Capital
that a levy drives away is no loss to the sum where it arrives elsewhere; only what gives up employing
altogether is (the exit option of employers).
"""

from __future__ import annotations

import numpy as np

from abm.agents.local_government import Aims, Outcome, payoff, worth_of_money
from abm.engine import whatif
from abm.engine.blocks import CELLS_AT_ONCE, each
from abm.engine.counterfactual import (
    Answer,
    Setting,
    counterfactual,
    repaid,
    respond,
    rows_of,
)
from abm.regimes import Accounts, Schedule

Array = np.ndarray


def gain_of_others(
    levers: Array, tries: Array, setting: Setting, stacks: list[Schedule], aims: Aims,
    exit_elasticity: float, threads: int = 1,
) -> Array:  # fmt: skip
    """Payoffs of everybody but the actor under its candidates, less those of today, (levers, 5, n) yuan.

    ``exit_elasticity`` is that of the nation's jobs to the return on capital: of the capital that leaves the
    actor, as its own what-if has it, exit_elasticity/capital_flight (at most all) arrives nowhere.
    """
    row, actors, actions = rows_of(levers, tries)
    answer = respond(actions, actors, setting)
    gone = min(exit_elasticity / setting.capital_flight, 1.0) if setting.capital_flight > 0.0 else 0.0
    n, m = len(levers), len(actors)
    size, gain = max(1, CELLS_AT_ONCE // n), np.empty(m)
    still = Answer(*(x[:1] for x in answer))  # in the first row nothing changes for anybody
    exempted = answer.exempted[:n]
    today = _payoffs(_accounts(still, actors[:1], gone, setting), levers, exempted, setting, stacks, aims)

    def block(start: int) -> None:
        some = slice(start, min(start + size, m))
        told = _accounts(Answer(*(x[some] for x in answer)), actors[some], gone, setting)
        more = _payoffs(told, levers, exempted, setting, stacks, aims) - today
        rows = np.arange(len(more))
        gain[some] = more.sum(axis=1) - more[rows, actors[some]]

    each(block, range(0, m, size), threads)
    return gain[row]


def _accounts(answer: Answer, actors: Array, gone: float, setting: Setting) -> Accounts:
    rows = np.arange(len(actors))
    return counterfactual(answer, rows, actors, len(rows), setting, gone)


def _payoffs(
    told: Accounts, levers: Array, exempted: Array, setting: Setting, stacks: list[Schedule], aims: Aims
) -> Array:
    """Payoffs (rows, n) in yuan under counterfactual accounts, everybody's levers being today's.

    They are right for all but who acts. ``exempted`` (n,) are the dues that newcomers are let off today.
    """
    fate = whatif.settle_ahead(
        setting.growth.ahead(told), setting.funds, stacks, None, memory=setting.memory,
        interest=setting.interest,
    )  # fmt: skip
    growth = setting.growth.bill ** np.arange(1, len(stacks) + 1)[:, None, None]
    own, treasury = fate.own_money / growth, fate.treasury / growth
    worth, reserve_worth = worth_of_money(own, fate.payable_months(), fate.spending[-1] / growth[-1], aims)
    staff = np.broadcast_to(setting.accounts.enterprise_employees, told.enterprise_employees.shape)
    bigger = np.divide(told.enterprise_employees, staff, out=np.ones_like(staff), where=staff > 0.0)
    places = np.arange(len(levers))
    outcome = Outcome(
        worth=worth,
        reserve_worth=reserve_worth,
        treasury=whatif.discounted_mean(treasury, aims.discount),
        dues=told.contributions_enterprise,
        wages=setting.wages * bigger,
        benefits=told.benefits_enterprise,
        output=told.gdp,
        repaid=repaid(levers, places, told.contributions_enterprise, setting) + exempted * bigger,
        own_money=whatif.discounted_mean(own, aims.discount),
        reserve=fate.reserve[-1] / growth[-1],
    )
    return payoff(outcome, levers, setting.wages, np.ones(len(levers)), aims)
