"""Case J: lenient spending α ln x, paid from the own purse, from a common pool, or with a bailout."""

from __future__ import annotations

import numpy as np

from abm.agents.local_government import LENIENCY
from experiments.verify import economy, effort, game
from experiments.verify.case import Case
from experiments.verify.game import Consequence, Game
from experiments.verify.result import Result
from experiments.verify.rules import equal_pooling
from experiments.verify.settings import Settings

Array = np.ndarray
START = 0.3


def answers(spending: Array) -> Consequence:
    """Accounts in which pensions x (..., n) are all there is to pay, and nothing comes in."""
    return Consequence(economy.accounts(0.0, 1.0, spending), benefits=spending)


def discovered(s: Settings, provinces: int, members: int, bailout: float) -> float:
    """Spending that governments discover where provinces of some members pool and the centre bails out."""
    regime = Settings(s.case, {"n": provinces, "m": members, "pi": bailout, "a": 0.0})
    stack = effort.regime(regime, equal_pooling.rule(regime, 0))
    n = stack.membership.localities
    wants = game.aims(benefit_weight=s["alpha"])
    governments = Game(answers, stack, wants, LENIENCY, low=np.zeros(n), high=np.full(n, np.inf))
    return float(governments.equilibrium(START).mean())


def check(s: Settings) -> list[Result]:
    """Spending alone, in a common pool of all, and with a bailout paid by all."""
    s.positive("alpha")
    s.share("pi")
    n, pi, alpha = s.n, s["pi"], s["alpha"]
    s.require(alpha >= 1e-3, "alpha >= 0.001")
    return [
        Result("J", "spending_alone", discovered(s, n, 1, 0.0), alpha),
        Result("J", "spending_pooled", discovered(s, 1, n, 0.0), alpha * n),
        Result("J", "spending_bailout", discovered(s, n, 1, pi), alpha / (1.0 - pi * (1.0 - 1.0 / n))),
    ]


CASES = (Case("J", "Lenient spending from a common pool", {"n": 4.0, "alpha": 1.0, "pi": 0.5}, check),)
