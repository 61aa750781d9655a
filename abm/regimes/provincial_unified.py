"""Provincial unified revenue and spending: everything is remitted, everything is paid by the province.

Two separate lines of revenue and spending. The province's reserve meets a gap first, then what a locality
still holds, then the governments: of the gap attributed to a locality it bears a share, larger for the
managerial than for the general part, and the province bears the rest. The three modes in use are points of
one rule: fixed share (both shares equal), by nature of the gap (shares differ), common (the gap is
attributed by output instead of by the localities' own deficits).
Stock: what a locality holds above some months of spending goes to the province (0 months: centralised).
Legacy: the pool. Gap: the province's, with the localities' shares.
Sources: Jilin Government 2020/2; Zhu and Shi 2022. The shares are assumed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from abm.regimes.accounts import Array
from abm.regimes.gap import certified_gap, managerial_share_seen, spending
from abm.regimes.rule import Declaration, ParameterSource
from abm.regimes.settlement import Books


@dataclass(frozen=True)
class ProvincialUnified:
    """The rule: months of spending a locality may keep in reserve, and its shares of the gap."""

    stock_months: float
    general_share: float
    managerial_share: float
    common_share: float
    pooled: ClassVar[bool] = True
    others_in_total: ClassVar[bool] = True

    @property
    def declaration(self) -> Declaration:
        """Stock, legacy and gap."""
        stock = f"drawn above {self.stock_months:g} months" if self.stock_months else "centralised"
        return Declaration(stock=stock, legacy="province", gap="province")

    def pool(self, books: Books) -> None:
        """Hand over the stock, remit all revenue, receive all spending."""
        accounts, flows = books.accounts, books.flows
        kept = spending(books) / books.part * (self.stock_months / 12.0)
        books.post("stock_remittance", np.maximum(books.opening.local - kept, 0.0))
        revenue = [x for name, x in flows.items() if name in REVENUE]
        books.post("full_remittance", sum(revenue[1:], start=revenue[0]))
        books.post("full_allocation", spending(books) + accounts.portability_out)

    def missing(self, books: Books) -> tuple[Array, Array]:
        """What the province's reserve cannot pay, attributed to localities, and the part each bears."""
        tiers = books.membership
        gap = certified_gap(books)
        nature = managerial_share_seen(books, gap)
        bears = self.general_share + (self.managerial_share - self.general_share) * nature
        short = np.maximum(-books.provincial, 0.0)
        by_output = tiers.share(books.accounts.gdp)
        has_gap = tiers.spread(tiers.total(gap)) > 0
        by_deficit = np.where(has_gap, tiers.share(gap), by_output)
        key = (1.0 - self.common_share) * by_deficit + self.common_share * by_output
        missing = tiers.spread(short) * key
        charged = bears * missing
        from_stock = np.minimum(charged, np.maximum(books.local, 0.0))
        books.post("stock_remittance", from_stock)
        return missing - from_stock, charged - from_stock


REVENUE = (
    "contributions_enterprise",
    "contributions_public",
    "interest",
    "portability_in",
    "public_gap_subsidy",
    "central_lump_subsidy",
    "local_lump_subsidy",
)
"""What has come into the locality's fund when the province collects."""


def rule(parameters: ParameterSource, year: int) -> ProvincialUnified:
    """The rule as it stands in a year."""
    names = ("stock_months", "general_share", "managerial_share", "common_share")
    return ProvincialUnified(*(parameters.value(f"regimes.unified_{name}", year) for name in names))
