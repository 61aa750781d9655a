"""No tier above the province: nothing is remitted to the centre and nothing comes from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from abm.regimes.rule import ParameterSource, UpperRule
from abm.regimes.settlement import Books


@dataclass(frozen=True)
class NoUpperTier(UpperRule):
    """The rule without numbers."""

    others_in_total: ClassVar[bool] = True

    def pool(self, books: Books) -> None:
        """No money moves."""


def rule(parameters: ParameterSource, year: int) -> NoUpperTier:
    """The rule as it stands in a year."""
    return NoUpperTier()
