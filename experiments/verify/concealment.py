"""Case I: what employers hide, who stands at the floor, and the rate that raises most.

Wages are lognormal with mean w and dispersion ``sigma``; the contribution base has a floor.
"""

from __future__ import annotations

from collections.abc import Callable
from statistics import NormalDist

import numpy as np

from abm.agents import employer
from abm.agents.local_government import RATE
from abm.regimes import Membership, municipal, no_upper_tier
from abm.scheme.contributions import contribution_base
from experiments.verify import economy, game
from experiments.verify.case import Case
from experiments.verify.employers import hidden_share, last_quantile, plain
from experiments.verify.game import Consequence, Game
from experiments.verify.result import ROUGH, Result
from experiments.verify.settings import Settings

Array = np.ndarray


def answers(s: Settings, fines_counted: bool) -> Callable[[Array], Consequence]:
    """Money raised on a unit wage under statutory rates (..., 1), with or without what audits bring."""
    detection = np.full(1, s["p"])

    def economy_of(rates: Array) -> Consequence:
        share = np.vectorize(lambda rate: hidden_share(rate, detection, s["F"], s["g"])[0], otypes=[float])(
            rates
        )
        found = s["p"] * s["F"] * share if fines_counted else 0.0
        return Consequence(economy.accounts(rates * (1.0 - share + found)))

    return economy_of


def best_rate(s: Settings, fines_counted: bool) -> float:
    """The rate a government discovers that wants money alone, among those at which not all is hidden."""
    stack = game.stack(municipal.rule(s, 0), no_upper_tier.rule(s, 0), Membership(np.arange(1)))
    most = np.full(1, s["g"] / (1.0 - s["p"] * s["F"]))
    governments = Game(answers(s, fines_counted), stack, game.aims(), RATE, np.zeros(1), most)
    return float(governments.equilibrium(0.25 * most)[0])


def bunching(s: Settings) -> float:
    """Share of wages declared at the floor, by the field's mode of declaration."""
    mode, spread = plain(employer.declaration_mode), s["sigma"]
    share = float(hidden_share(s["tau"], np.full(1, s["p"]), s["F"], s["g"])[0])
    ranks = NormalDist(-0.5 * spread * spread, spread)

    def at_floor(u: Array) -> Array:
        wage = s["w"] * np.exp(ranks.inv_cdf(float(u)))
        return np.asarray(mode(share, wage, s["floor"], 0.0, 0.0) == employer.FLOOR)

    return float(last_quantile(at_floor, ()))


def check(s: Settings) -> list[Result]:
    """Hidden share, declared base, bunching, and two peaks of revenue."""
    s.positive("tau", "F", "g", "w", "sigma", "floor")
    s.share("p")
    tau, p, fine, g, w, floor, sigma = s("tau", "p", "F", "g", "w", "floor", "sigma")
    s.require(p * fine < 1.0, "p F < 1, or nobody hides anything")
    pays = 1.0 - p * fine
    hidden = min(1.0, tau * pays / g)
    found = float(hidden_share(tau, np.full(1, p), fine, g)[0])
    base = float(plain(contribution_base)(w * (1.0 - found), 1.0, floor, np.inf))
    results = [
        Result("I", "hidden_share", found, hidden),
        Result("I", "declared_base", base, max(floor, w * (1.0 - hidden))),
        Result("I", "rate_peak_without_fines", best_rate(s, False), g / (2.0 * pays)),
    ]
    if p * fine < 0.5:  # else revenue, fines counted, is highest where all is hidden
        results.append(Result("I", "rate_peak", best_rate(s, True), g / (2.0 * pays**2)))
    if hidden < 1.0:
        log_wage = NormalDist(np.log(w) - 0.5 * sigma**2, sigma)
        share = log_wage.cdf(np.log(floor / (1.0 - hidden)))
    else:
        share = 1.0
    results.append(Result("I", "bunching_share", bunching(s), share, ROUGH))
    return results


DEFAULTS = {"tau": 0.28, "p": 0.1, "F": 2.0, "g": 0.9, "w": 1.0, "floor": 0.6, "sigma": 0.5}

CASES = (Case("I", "Concealment by employers", DEFAULTS, check),)
