"""Case M: a fund that runs dry at a constant deficit, and the share a cautious place should keep of its risk.

The fund: flows at year end, interest on the opening reserve. The share: the place chooses effort at a cost,
collections are noisy, the place dislikes risk (constant absolute risk aversion r, noise of variance v); a
province that keeps the rest and dislikes no risk tries shares and sees what the place answers.
Source of the second: Holmström and Milgrom 1987.
"""

from __future__ import annotations

import math

import numpy as np

from abm.agents import local_government
from abm.regimes import Funds, Membership, municipal, no_upper_tier
from abm.regimes.provincial_adjustment import ProvincialAdjustment
from experiments.verify import economy, game
from experiments.verify.case import Case
from experiments.verify.game import search
from experiments.verify.result import ROUGH, Result
from experiments.verify.settings import Settings

Array = np.ndarray
PENSIONS = 3.0
"""Pensions over the deficit."""
LONGEST = 500
HORIZON_WITHOUT_END = 30
SHARES = 7
"""Shares tried at a time; each by a place of its own."""


def path(s: Settings, years: int) -> list[float]:
    """Reserves at the end of each year, from settling year after year; zero once nothing is left."""
    stack = game.stack(municipal.rule(s, 0), no_upper_tier.rule(s, 0), Membership(np.arange(1)))
    funds = Funds.opening(np.full(1, s["R0"]), 1)
    reserves = []
    year = economy.accounts((PENSIONS - 1.0) * s["D"], spending=PENSIONS * s["D"])
    for _ in range(years):
        interest = s["i"] * stack.reserves_in_charge(year, funds)
        funds = stack.settle(year._replace(interest=interest), funds).funds
        reserves.append(float(funds.local[0]))
    return reserves


def runs_dry(s: Settings) -> list[Result]:
    """The reserve on its way and the year in which it is gone."""
    R0, D, i = s("R0", "D", "i")
    ends = i * R0 < D
    life = HORIZON_WITHOUT_END
    if ends:
        exact = math.log(D / (D - i * R0)) / math.log1p(i) if i else R0 / D
        s.require(exact <= LONGEST, f"a fund that is empty within {LONGEST} years")
        life = math.ceil(exact - 1e-9)
    reserves = path(s, life + 1 if ends else life)
    when = max(life // 2, 1)
    grown = (1.0 + i) ** when
    left = R0 * grown - D * ((grown - 1.0) / i if i else when)
    results = [Result("M", "reserve", reserves[when - 1], max(left, 0.0))]
    if ends:
        gone = next((t for t, x in enumerate(reserves, start=1) if x <= 1e-9 * R0), math.inf)
        results.append(Result("M", "years_to_empty", float(gone), float(life)))
    return results


def nodes(s: Settings) -> tuple[Array, Array]:
    """Noise of collections and its weights, by Gauss and Hermite; more nodes for more risk."""
    spread = math.sqrt(s["v"])
    z, weight = np.polynomial.hermite_e.hermegauss(int(12 + 8 * s["r"] * spread))
    return spread * z, weight / weight.sum()


def certain(money: Array, weight: Array, r: float) -> Array:
    """The certainty equivalent of ``money`` (noise, ...) under constant absolute risk aversion r."""
    if not r:
        return np.tensordot(weight, money, axes=1)
    least = money.min(axis=0)
    return least - np.log(np.tensordot(weight, np.exp(-r * (money - least)), axes=1)) / r


def answered(s: Settings, shares: Array) -> tuple[Array, Array]:
    """Efforts of places that each keep one of ``shares`` (n,), and the worth of all to all, both (n,)."""
    n = len(shares)
    noise, weight = nodes(s)
    base = 2.0 * float(np.abs(noise).max()) + 1.0  # so that collections are never negative
    stack = game.stack(
        ProvincialAdjustment(1.0 - shares),  # type: ignore[arg-type]
        no_upper_tier.rule(s, 0),
        Membership(np.arange(n)),
    )
    funds = Funds.opening(np.zeros(n), n)

    def settled(efforts: Array) -> tuple[Array, Array]:
        """Worth to each place (..., n) of efforts (..., n), and what its province keeps on average."""
        luck = noise.reshape(-1, *(1,) * efforts.ndim)
        settlement = stack.settle(economy.accounts(base + efforts + luck), funds)
        cost = local_government.effort_cost(efforts, 0.5 * s["c"], 1.0)
        kept = np.tensordot(weight, settlement.funds.provincial, axes=1)
        return certain(settlement.own_money, weight, s["r"]) - cost, kept

    def values(efforts: Array, tries: Array) -> Array:
        # Places do not meet: each in a province of its own, so all can try at once.
        return settled(tries)[0]

    efforts = search(values, np.full(n, 0.5 / s["c"]), np.zeros(n), np.full(n, 2.0 / s["c"]))
    own, kept = settled(efforts)
    return efforts, own + kept - base


def best_share(s: Settings) -> float:
    """The share that leaves most to all, among ever closer ones."""
    low, high = 0.0, 1.0
    for _ in range(6):
        shares = np.linspace(low, high, SHARES)
        best = int(np.argmax(answered(s, shares)[1]))
        low, high = shares[max(best - 1, 0)], shares[min(best + 1, SHARES - 1)]
    return float(shares[best])


def check(s: Settings) -> list[Result]:
    """The life of the fund and the best share."""
    s.positive("R0", "D", "c")
    for name in ("i", "r", "v"):
        s.require(s[name] >= 0.0, f"{name} >= 0")
    s.require(s["i"] <= 1.0, "i <= 1")
    s.require(s["r"] * math.sqrt(s["v"]) <= 8.0, "r sqrt(v) <= 8")
    share = 1.0 / (1.0 + s["r"] * s["c"] * s["v"])
    return [*runs_dry(s), Result("M", "share_kept", best_share(s), share, ROUGH)]


DEFAULTS = {"R0": 10.0, "D": 1.0, "i": 0.03, "r": 2.0, "c": 1.0, "v": 0.4}

CASES = (Case("M", "A fund that runs dry, and the share of a risk", DEFAULTS, check),)
