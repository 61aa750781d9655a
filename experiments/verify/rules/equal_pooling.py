"""Equal pooling: every place remits a share of what it collects and receives the mean of all remittances.

Stock: kept. Legacy: the place. Gap: the place.
"""

from __future__ import annotations

from dataclasses import dataclass

from abm.regimes.rule import ParameterSource, UpperRule
from abm.regimes.settlement import Books


@dataclass(frozen=True)
class EqualPooling(UpperRule):
    """The rule with the share that is pooled."""

    pooled_share: float

    def pool(self, books: Books) -> None:
        """Remit the share, receive the mean."""
        remitted = self.pooled_share * books.accounts.contributions_enterprise
        mean = remitted.mean(axis=-1, keepdims=True)
        books.exchange_with_centre(remitted, mean + 0.0 * remitted)


def rule(parameters: ParameterSource, year: int) -> EqualPooling:
    """The rule with the case's share."""
    return EqualPooling(parameters.value("verify.a", year))
