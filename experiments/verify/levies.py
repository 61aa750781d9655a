"""Cases A to D: regions that share capital set levies on it, under money rules of four kinds.

Sources: Zodrow and Mieszkowski 1986; Wilson 1986; Wildasin 1988; Hoyt 1991; Köthenbürger 2002; Bucovetsky and
Smart 2006.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from abm.agents.local_government import RATE
from abm.regimes import Membership, municipal, no_upper_tier
from abm.regimes.rule import UpperRule
from experiments.verify import economy, game
from experiments.verify.case import Case
from experiments.verify.economy import Quadratic, Technology
from experiments.verify.game import Consequence, Game
from experiments.verify.result import Result
from experiments.verify.rules import base_equalisation, equal_pooling
from experiments.verify.settings import Settings

Array = np.ndarray
REGIONS = {"n": 4.0, "b": 1.0, "k": 1.0, "A": 10.0}


def answers(
    technology: Technology, per_region: float, spending: float = 0.0, private: bool = True
) -> Callable[[Array], Consequence]:
    """The economy in which capital answers levies per unit of it; ``private`` counts residents' income.

    Residents own the fixed factor of their region and the same part of all capital.
    """

    def economy_of(levies: Array) -> Consequence:
        capital, common = economy.arbitrage(technology, levies, per_region)
        dues, output = levies * capital, technology.output(capital)
        accounts = economy.accounts(dues, capital, spending, output)
        if not private:
            return Consequence(accounts)
        return Consequence(accounts, income=output - common * capital + common * per_region, dues=dues)

    return economy_of


def levy_game(s: Settings, rule: UpperRule, money: float = 1.0, private: bool = True) -> Game:
    """Governments that set levies between zero and what capital can bear."""
    n, b, k, A = s.n, *s("b", "k", "A")
    stack = game.stack(municipal.rule(s, 0), rule, Membership(np.arange(n)))
    highest = np.full(n, A - b * k)
    economy_of = answers(Quadratic(A, b), k, private=private)
    return Game(economy_of, stack, game.aims(money), RATE, np.zeros(n), highest)


def admissible(s: Settings, levy: Callable[[], float], money: bool = True) -> float:
    """The closed form after the conditions that all four cases share."""
    s.positive("b", "k", "A", *(["mu"] if money else []))
    s.require(s["A"] > s["b"] * s["k"], "A > b k, so that capital earns something")
    found = levy()
    bearable = s["A"] - s["b"] * s["k"]
    s.require(found <= bearable, f"a levy that capital can bear, t <= A - b k = {bearable:g}, not {found:g}")
    return found


def unit(s: Settings) -> float:
    """n b k / (n − 1): the levy that raises most."""
    return s["n"] * s["b"] * s["k"] / (s["n"] - 1.0)


def revenue_maximisers(s: Settings) -> list[Result]:
    """Case A: own money is all that counts."""
    closed = admissible(s, lambda: unit(s), money=False)
    governments = levy_game(s, no_upper_tier.rule(s, 0), private=False)
    levies = governments.equilibrium(0.0)
    answered = []
    for factor in (0.9, 1.1):  # the first government alone faces others who all moved
        others = factor * levies
        others[0] = levies[0]
        answered.append(governments.best_response(others)[0])
    slope = (answered[1] - answered[0]) / (0.2 * levies[0])
    return [Result("A", "levy", levies.mean(), closed), Result("A", "reaction_slope", slope, 0.5)]


def valued_money(s: Settings) -> list[Result]:
    """Case B: residents' income and own money at μ."""
    s.require(s["mu"] > 1.0, "mu > 1")
    closed = admissible(s, lambda: (1.0 - 1.0 / s["mu"]) * unit(s))
    return _levy(s, closed, no_upper_tier.rule(s, 0))


def pooled_share(s: Settings) -> list[Result]:
    """Case C: a share of what is collected is pooled equally."""
    s.positive("mu")
    s.share("a", below_one=True)
    n, mu, a = s("n", "mu", "a")
    kept = (1.0 - a) + a / n
    least = (n - 1.0) / (2.0 * n)
    s.require(mu * kept > least, f"mu [(1 - a) + a/n] > (n - 1)/(2n) = {least:g}, not {mu * kept:g}")
    closed = admissible(s, lambda: max(0.0, unit(s) * (kept - 1.0 / mu) / (1.0 - a)))
    return _levy(s, closed, equal_pooling.rule(s, 0))


def equalised_base(s: Settings) -> list[Result]:
    """Case D: differences of the base are equalised at the standard levy."""
    s.require(s["mu"] > 1.0, "mu > 1")
    s.share("beta", below_one=True)
    n, mu, beta = s("n", "mu", "beta")
    least = (n - 1.0) / (2.0 * n)
    left = mu * (1.0 - beta)
    s.require(left > least, f"mu (1 - beta) > (n - 1)/(2n) = {least:g}, not {left:g}, for a best levy")
    closed = admissible(s, lambda: (1.0 - 1.0 / mu) * unit(s) / (1.0 - beta))
    return _levy(s, closed, base_equalisation.rule(s, 0))


def _levy(s: Settings, closed: float, rule: UpperRule) -> list[Result]:
    governments = levy_game(s, rule, s["mu"])
    levies = governments.equilibrium(0.0)
    worst = levies[np.argmax(np.abs(levies - closed))]
    return [Result(s.case, "levy", worst, closed)]


CASES = (
    Case("A", "Levies on mobile capital, revenue maximisers", REGIONS, revenue_maximisers),
    Case("B", "Levies with a value of money", {**REGIONS, "mu": 2.0}, valued_money),
    Case("C", "A share of revenue pooled equally", {**REGIONS, "mu": 2.0, "a": 0.3}, pooled_share),
    Case("D", "Base equalisation", {**REGIONS, "mu": 2.0, "beta": 0.2}, equalised_base),
)
