"""Case H: the statutory rate is fixed for all, and yet enforcement races down.

Governments choose how likely concealment is found. Employers hide s = τ(1 − pF)/g of the base and bear the
expected levy x = τ(1 − s) + pFτs and the cost of concealment; capital answers both. Source: Cremer and
Gahvari 2000.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from abm.agents.local_government import AUDIT
from abm.regimes import Membership, municipal, no_upper_tier
from experiments.verify import economy, game
from experiments.verify.case import Case
from experiments.verify.economy import Quadratic
from experiments.verify.employers import hidden_share
from experiments.verify.game import Consequence, Game
from experiments.verify.result import ROUGH, Result
from experiments.verify.settings import Settings

Array = np.ndarray


def burden(detection: Array, s: Settings) -> tuple[Array, Array]:
    """Expected levy per unit of wage, and with it the cost of concealment that the employer bears too."""
    tau, g, fine = s("tau", "g", "F")
    share = hidden_share(tau, detection, fine, g)
    levy = tau * (1.0 - share) + detection * fine * tau * share
    return levy, levy + 0.5 * g * share**2


def answers(s: Settings) -> Callable[[Array], Consequence]:
    """The economy in which employers and capital answer detection (..., n)."""
    technology = Quadratic(s["A"], s["b"])

    def economy_of(detection: Array) -> Consequence:
        levy, cost = burden(detection, s)
        capital, common = economy.arbitrage(technology, cost, s["k"])
        output = technology.output(capital)
        accounts = economy.accounts(levy * capital, capital, output=output)
        # Residents own the fixed factor and their part of all capital; concealment is an outlay like a levy.
        income = output - common * capital + common * s["k"]
        return Consequence(accounts, income, dues=cost * capital)

    return economy_of


def check(s: Settings) -> list[Result]:
    """The expected levy and the detection behind it."""
    s.positive("b", "k", "A", "mu", "g", "tau", "F")
    n, b, k, A, mu, g, tau, fine = s("n", "b", "k", "A", "mu", "g", "tau", "F")
    s.require(g >= tau, "g >= tau, so that nobody hides everything")
    s.require(mu > 0.5, "mu > 1/2")
    levy = min(tau, (2.0 - 1.0 / mu) * n * b * k / (n - 1.0))
    lowest = tau - tau**2 / g
    s.require(levy >= lowest, f"a levy of at least tau - tau^2/g = {lowest:g}, that without audits")
    bearable = A - b * k
    s.require(tau <= bearable, f"a levy that capital can bear, tau <= A - b k = {bearable:g}")
    detection = (1.0 - np.sqrt(g * (tau - levy)) / tau) / fine
    stack = game.stack(municipal.rule(s, 0), no_upper_tier.rule(s, 0), Membership(np.arange(s.n)))
    governments = Game(
        answers(s), stack, game.aims(mu), AUDIT, low=np.zeros(s.n), high=np.full(s.n, 1.0 / fine)
    )
    found = governments.equilibrium(0.5 / fine)
    return [
        Result("H", "levy", float(burden(found, s)[0].mean()), levy),
        Result("H", "detection", float(found.mean()), float(detection), ROUGH),
    ]


DEFAULTS = {"n": 4.0, "b": 0.1, "k": 1.0, "A": 10.0, "mu": 1.5, "g": 0.5, "tau": 0.28, "F": 2.0}

CASES = (Case("H", "Enforcement at a rate fixed for all", DEFAULTS, check),)
