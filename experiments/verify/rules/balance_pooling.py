"""Equal pooling of balances: a share of revenue less spending is pooled, so that costs are shared as well.

A place with a surplus remits the share of it and one with a deficit claims the share of it; what is left or
missing is spread evenly. Stock: kept. Legacy: the place. Gap: the place.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from abm.regimes.rule import ParameterSource, UpperRule
from abm.regimes.settlement import Books


@dataclass(frozen=True)
class BalancePooling(UpperRule):
    """The rule with the share that is pooled."""

    pooled_share: float

    def pool(self, books: Books) -> None:
        """Move every balance the share of the way to the mean."""
        accounts = books.accounts
        balance = accounts.contributions_enterprise - accounts.benefits_enterprise
        moved = self.pooled_share * (balance.mean(axis=-1, keepdims=True) - balance)
        books.exchange_with_centre(np.maximum(-moved, 0.0), np.maximum(moved, 0.0))


def rule(parameters: ParameterSource, year: int) -> BalancePooling:
    """The rule with the case's share."""
    return BalancePooling(parameters.value("verify.a", year))
