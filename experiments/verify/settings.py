"""The numbers of a case: which there are, what a user may set, and what is admissible."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from abm.errors import UserError

WHOLE = {"n": "regions", "m": "localities of a province"}
"""Settings that count something."""


class Settings(dict[str, float]):
    """The numbers of one case by name; ``s("n", "b")`` gives some of them in that order."""

    def __init__(self, case: str, values: Mapping[str, float], given: Sequence[str] = ()) -> None:
        super().__init__(values)
        self.case = case
        self.given = frozenset(given)

    def __call__(self, *names: str) -> tuple[float, ...]:
        return tuple(self[name] for name in names)

    @property
    def n(self) -> int:
        """How many regions there are."""
        return int(self["n"])

    def value(self, path: str, year: int = 0) -> float:
        """As a source of parameters for a money rule: ``verify.a`` is the setting ``a``."""
        return self[path.removeprefix("verify.")]

    def table(self, path: str, year: int = 0) -> dict[int | str, float]:
        """A case has no tables."""
        raise KeyError(path)

    def require(self, holds: bool, condition: str) -> None:
        """Raise UserError unless the condition of the case holds."""
        if not holds:
            shown = ", ".join(f"{name}={value:g}" for name, value in self.items())
            raise UserError(f"{who(self.case)} needs {condition}; here {shown}")

    def positive(self, *names: str) -> None:
        """Demand that settings are above zero."""
        for name in names:
            self.require(self[name] > 0.0, f"{name} > 0")

    def share(self, *names: str, below_one: bool = False) -> None:
        """Demand that settings lie between zero and one."""
        for name in names:
            top = self[name] < 1.0 if below_one else self[name] <= 1.0
            self.require(self[name] >= 0.0 and top, f"0 <= {name} {'<' if below_one else '<='} 1")


def parse(texts: Sequence[str]) -> dict[str, float]:
    """``NAME=NUMBER`` options as a dict; of a name given twice the last counts."""
    values = {}
    for text in texts:
        name, equals, number = text.partition("=")
        if not (name and equals and number):
            raise UserError(f"--set '{text}' is not NAME=NUMBER, such as n=4")
        try:
            value = float(number)
        except ValueError:
            raise UserError(f"--set '{text}': '{number}' is not a number") from None
        if not math.isfinite(value):
            raise UserError(f"--set '{text}': '{number}' is not a finite number")
        values[name] = value
    return values


def settle(case: str, defaults: Mapping[str, float], given: Mapping[str, float]) -> Settings:
    """The settings of a case. Raises UserError for a name the case does not have or a broken count."""
    for name in given:
        if name not in defaults:
            raise foreign(f"{who(case)} has no", name, defaults)
    chosen = Settings(case, {**defaults, **given}, list(given))
    for name, what in WHOLE.items():
        if name in chosen:
            least = 2 if name == "n" else 1
            whole = chosen[name] == int(chosen[name]) and chosen[name] >= least
            chosen.require(whole, f"{name}, the {what}, to be a whole number of at least {least}")
    return chosen


def who(case: str) -> str:
    """A case by its letter, or whatever else has settings."""
    return f"case {case}" if len(case) == 1 else case


def foreign(has_no: str, name: str, allowed: Mapping[str, float] | Sequence[str]) -> UserError:
    """The error for a setting that is not one of ``allowed``."""
    names = sorted(allowed, key=str.lower)
    close = get_close_matches(name, names, n=1, cutoff=0.6)
    hint = f"; did you mean '{close[0]}'?" if close else ";"
    return UserError(f"{has_no} setting '{name}'{hint} allowed: {', '.join(names)}")
