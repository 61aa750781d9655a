"""Case E: a large and a small region, and employers who differ in what moving costs them.

Source: Kanbur and Keen 1993. The large region has employers of mass one, the small one of mass theta; moving
costs are uniform from zero to d.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from abm.agents.local_government import RATE
from abm.regimes import Membership, municipal, no_upper_tier
from experiments.verify import economy, game
from experiments.verify.case import Case
from experiments.verify.employers import last_quantile, prefers_away
from experiments.verify.game import Consequence, Game
from experiments.verify.result import ROUGH, Result
from experiments.verify.settings import Settings

Array = np.ndarray


def answers(theta: float, d: float) -> Callable[[Array], Consequence]:
    """The economy in which employers answer levies (..., 2) of the large and the small region."""
    sizes = np.array([1.0, theta])

    def economy_of(levies: Array) -> Consequence:
        away = levies[..., ::-1]
        moves = sizes * last_quantile(lambda u: prefers_away(levies, away, d * u), levies.shape)
        base = sizes - moves + moves[..., ::-1]
        return Consequence(economy.accounts(levies * base, base))

    return economy_of


def check(s: Settings) -> list[Result]:
    """Levies of the two regions."""
    s.positive("d", "theta")
    s.share("theta")
    theta, d = s("theta", "d")
    stack = game.stack(municipal.rule(s, 0), no_upper_tier.rule(s, 0), Membership(np.arange(2)))
    governments = Game(answers(theta, d), stack, game.aims(), RATE, low=np.zeros(2), high=np.full(2, 2.0 * d))
    large, small = governments.equilibrium(0.5 * d)
    return [
        Result("E", "levy_small", small, d * (1.0 + 2.0 * theta) / 3.0, ROUGH),
        Result("E", "levy_large", large, d * (2.0 + theta) / 3.0, ROUGH),
    ]


CASES = (Case("E", "A large and a small region", {"theta": 0.5, "d": 1.0}, check),)
