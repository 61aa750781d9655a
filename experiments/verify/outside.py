"""A money rule from outside the package: what governments make of it, beside two rules whose effect is known.

A file defines ``rule(parameters, year)`` as the files of ``abm.regimes`` do. An ``UpperRule`` is asked with
every place a province of its own, any other rule with all places in one province.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from abm.agents.local_government import AUDIT, RATE
from abm.engine.whatif import settle_ahead
from abm.errors import UserError
from abm.parameters import Parameters
from abm.regimes import Accounts, Funds, Membership, check, municipal, no_upper_tier
from abm.regimes.rule import UpperRule
from abm.regimes.settlement import FLOWS, ConservationError
from experiments.verify import economy, effort, game, levies, settings
from experiments.verify.economy import Quadratic
from experiments.verify.game import ClosedStack, Game
from experiments.verify.rules import equal_pooling
from experiments.verify.settings import Settings

Array = np.ndarray
DEFAULTS = {
    **levies.REGIONS, "mu": 2.0, "a": 0.5, "D": 0.5,
    "lambda": 0.8, "c": 1.0, "p": 0.1, "B": 1.0, "epsilon": 1.0,
}  # fmt: skip
LOWER = ("pooled", "pool", "missing")
"""What a rule from localities to their province has."""
YEAR = 2018
"""The year in which a rule is asked for its numbers."""


class Incentives(NamedTuple):
    """What governments discover under a rule."""

    rule: str
    levy: float  # on mobile capital, as in case B
    effort: float  # in collecting, as in case F
    kept: float  # own money gained by a yuan more collected, at that effort


@dataclass(frozen=True)
class Outside:
    """A rule and the file it comes from."""

    file: str
    rule: Any

    @property
    def lower(self) -> bool:
        """Whether the rule runs from localities to their province."""
        return not isinstance(self.rule, UpperRule)


def load(file: Path) -> Outside:
    """The rule of a file, with the package's parameters. Raises UserError for a file that gives none."""
    name = f"--regime '{file}'"
    if not file.is_file():
        raise UserError(f"{name}: no such file")
    spec = importlib.util.spec_from_file_location(f"regime_from_outside_{file.stem}", file)
    if spec is None or spec.loader is None:
        raise UserError(f"{name} is not a Python file; its name must end in .py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise _broken(name, "cannot be read", error) from None
    make = getattr(module, "rule", None)
    if not callable(make):
        raise UserError(f"{name} defines no function rule(parameters, year), such as those of abm/regimes")
    try:
        made = make(Parameters.load(), YEAR)
    except Exception as error:
        raise _broken(name, "rule(parameters, year) fails", error) from None
    if not isinstance(made, UpperRule) and not all(hasattr(made, name) for name in LOWER):
        raise UserError(
            f"{name}: what rule(parameters, year) returns is no money rule; derive it from "
            f"abm.regimes.rule.UpperRule, or give it {', '.join(LOWER)} for a rule below the province"
        )
    return Outside(str(file), made)


def incentives(outside: Outside, given: Mapping[str, float]) -> list[Incentives]:
    """What governments discover in their own pools, under equal pooling of a share, and under the rule.

    Raises UserError for settings that are not admissible, and for a rule that fails or makes or loses money.
    """
    s = settings.settle("--regime", DEFAULTS, given)
    s.positive("b", "k", "A", "mu", "lambda", "c", "B", "epsilon")
    s.share("a", "p", below_one=True)
    s.require(s["D"] >= 0.0, "D >= 0")
    s.require(s["A"] > s["b"] * s["k"], "A > b k, so that capital earns something")
    provinces = Membership(np.arange(s.n))
    own = game.stack(municipal.rule(s, YEAR), no_upper_tier.rule(s, YEAR), provinces)
    pooled = game.stack(municipal.rule(s, YEAR), equal_pooling.rule(s, YEAR), provinces)
    if outside.lower:
        asked = game.stack(outside.rule, no_upper_tier.rule(s, YEAR), Membership(np.zeros(s.n, np.int64)))
    else:
        asked = game.stack(municipal.rule(s, YEAR), outside.rule, provinces)
    name = f"--regime '{outside.file}'"
    try:
        conserves(asked, s)
        found = _discovered(Path(outside.file).stem, asked, s)
    except ConservationError as error:
        raise UserError(f"{name} does not conserve money: {error}") from None
    except UserError:
        raise
    except Exception as error:
        what = "the rule fails when it settles"
        if isinstance(error, KeyError) and error.args[0] not in FLOWS:
            what += "; flows that can be posted are those of abm.regimes.FLOWS"
        raise _broken(name, what, error) from None
    return [_discovered("own pool", own, s), _discovered(f"pooled {s['a']:g}", pooled, s), found]


def conserves(stack: ClosedStack, s: Settings) -> None:
    """Raise ConservationError unless the stack conserves money for equal and for unequal places."""
    n = s.n
    funds = Funds.opening(np.zeros(n), stack.membership.provinces)
    for tilt in (np.zeros(n), np.linspace(-0.9, 0.9, n), np.linspace(0.9, -0.9, n)):
        for level in (0.2, 1.0, 5.0):
            dues = level * (1.0 + tilt)
            accounts = economy.accounts(dues, 1.0 + 0.5 * tilt, s["D"], 1.0 + 0.3 * tilt)
            check(stack.settle(accounts, funds), funds, stack.membership)


def _discovered(name: str, stack: ClosedStack, s: Settings) -> Incentives:
    n = s.n
    taxing = Game(
        levies.answers(Quadratic(s["A"], s["b"]), s["k"], s["D"]),
        stack, game.aims(s["mu"]), RATE, np.zeros(n), np.full(n, s["A"] - s["b"] * s["k"]),
    )  # fmt: skip
    answered = effort.answers(s, cost_in_fund=False)
    wants = game.aims(cost=effort.full_cost(s), elasticity=s["epsilon"])
    collecting = Game(answered, stack, wants, AUDIT, np.zeros(n), np.ones(n))
    levy, found = taxing.equilibrium(0.0), collecting.equilibrium(0.5)
    return Incentives(name, float(levy.mean()), float(found.mean()), _kept(stack, answered(found).accounts))


def _kept(stack: ClosedStack, accounts: Accounts, more: float = 1e-6) -> float:
    """Own money gained by a yuan more collected, the mean over places."""
    n = accounts.population.shape[0]
    funds = Funds.opening(np.zeros(n), stack.membership.provinces)
    collected = accounts.contributions_enterprise + more * np.eye(n)

    def own_money(accounts: Accounts) -> Array:
        return settle_ahead([accounts], funds, [stack], np.arange(n)).own_money[0]

    gained = own_money(accounts._replace(contributions_enterprise=collected)) - own_money(accounts)
    return float(gained.mean() / more)


def _broken(name: str, what: str, error: Exception) -> UserError:
    return UserError(f"{name}: {what} ({type(error).__name__}: {error})")
