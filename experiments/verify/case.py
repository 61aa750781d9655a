"""What a case of the verification is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from experiments.verify import settings
from experiments.verify.result import Result
from experiments.verify.settings import Settings


@dataclass(frozen=True)
class Case:
    """A stylised economy with a known equilibrium: ``check`` simulates it beside the closed form."""

    letter: str
    title: str
    defaults: Mapping[str, float]
    check: Callable[[Settings], list[Result]]

    def run(self, given: Mapping[str, float]) -> list[Result]:
        """Results at the defaults but for what is given. Raises UserError for what is not admissible."""
        return self.check(settings.settle(self.letter, self.defaults, given))
