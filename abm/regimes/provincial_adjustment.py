"""Provincial adjustment fund: localities remit a share of collections and are paid back by their gaps.

remit_l = kappa * contributions_l; paid back pro rata to max(0, spending - revenue), at most what the fund
holds. What is left stays in the province's fund.
Stock: kept by the locality. Legacy: each pool. Gap: the locality's.
Sources: Zhu and Shi 2022; Jilin, until 30 June 2020 (Jilin Government 2020/2). The share is assumed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from abm.regimes.accounts import Array, ratio
from abm.regimes.rule import Declaration, ParameterSource
from abm.regimes.settlement import Books


@dataclass(frozen=True)
class ProvincialAdjustment:
    """The rule with the share of enterprise contributions that is remitted."""

    remitted_share: float
    pooled: ClassVar[bool] = False
    others_in_total: ClassVar[bool] = True
    declaration: ClassVar[Declaration] = Declaration(stock="kept", legacy="locality", gap="locality")

    def pool(self, books: Books) -> None:
        """Remit the share; pay the localities' gaps, which are counted before the remittance."""
        gap = np.maximum(books.opening.local - books.local, 0.0)
        books.post("adjustment_remittance", self.remitted_share * books.accounts.contributions_enterprise)
        claims = books.membership.total(gap)
        covered = ratio(np.minimum(np.maximum(books.provincial, 0.0), claims), claims)
        books.post("adjustment_payment", gap * books.membership.spread(covered))

    def missing(self, books: Books) -> tuple[Array, Array]:
        """What each fund cannot pay from its reserve, (..., n), all of it charged to the locality."""
        short = np.maximum(-books.local, 0.0)
        return short, short


def rule(parameters: ParameterSource, year: int) -> ProvincialAdjustment:
    """The rule as it stands in a year."""
    return ProvincialAdjustment(parameters.value("regimes.provincial_adjustment_share", year))
