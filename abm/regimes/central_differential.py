"""Central differential payment: provinces pay in a share of collections; the fund fills gaps by their nature.

Province i with the current deficit G_i after subsidy (localities taken together) is entitled to
c_i = G_i * [(1 - q_i) * (g + (1 - g) * tilt * weak_i) + q_i * m], q_i the managerial share of its gaps as the
centre sees it, g and m the centre's shares of general and managerial gaps, weak_i = 1 for a province without
a reserve and falling to 0 at some months of spending. Every province remits kappa of its collections; what
entitlements do not use is returned in proportion. If remittances fall short of entitlements, provinces above
x payable months also give up to a share of the stock above them; if that falls short too, all entitlements
shrink alike. Kappa of one is the variant that takes everything in and gives the difference back.
Stock: kept, drawn above x months where remittances do not suffice. Legacy: lower tier. Gap: what the fund
leaves, the lower tier: the managerial part mostly. Source: Zhu and Shi 2022; all shares are assumed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from abm.regimes.accounts import Array, ratio
from abm.regimes.gap import certified_gap, current_balance, managerial_share_seen, spending
from abm.regimes.rule import Declaration, ParameterSource, UpperRule
from abm.regimes.settlement import Books


@dataclass(frozen=True)
class CentralDifferential(UpperRule):
    """The rule: share remitted, centre's shares of both gaps, tilt to weak funds, when stock is drawn."""

    remitted_share: float
    general_share: float
    managerial_share: float
    tilt: float
    weak_months: float
    stock_months: float
    stock_share: float

    @property
    def declaration(self) -> Declaration:
        """Stock, legacy and gap."""
        return Declaration(f"drawn above {self.stock_months:g} months", "lower tier", "centre by nature")

    def pool(self, books: Books) -> None:
        """Remit, fill gaps by their nature, return the rest."""
        tiers, collected = books.membership, books.accounts.contributions_enterprise
        local, provincial = self._stock(books)
        months, above = self._months_and_stock_above(books, tiers.total(local) + provincial)
        entitled = self._entitled(books, months)
        remitted = self.remitted_share * collected
        income, need = _nation(remitted), _nation(entitled)
        drawn = above * ratio(np.clip(need - income, 0.0, _nation(above)), _nation(above))
        paid = np.minimum(need, income + _nation(drawn))
        returned = remitted * ratio(np.maximum(income - paid, 0.0), income)
        of_stock = ratio(drawn, tiers.total(local) + provincial)
        filled = tiers.spread(entitled * ratio(paid, need)) * tiers.share(certified_gap(books))
        books.exchange_with_centre(
            remitted + local * tiers.spread(of_stock), returned + filled, provincial * of_stock
        )

    def _stock(self, books: Books) -> tuple[Array, Array]:
        """Reserves that count, by locality (..., n) where it holds its own, and by province (..., P)."""
        local = np.maximum(books.opening.local, 0.0) * ~books.pooled
        provincial = np.maximum(books.opening.provincial, 0.0)
        # What an adjustment fund has paid to its localities this year the province cannot give away as well.
        pools = books.membership.total(books.pooled * np.ones(books.membership.localities)) > 0.0
        held = np.where(pools, provincial, np.maximum(books.provincial, 0.0))
        return local, np.minimum(provincial, held)

    def _months_and_stock_above(self, books: Books, stock: Array) -> tuple[Array, Array]:
        """Months of spending each province's reserve would pay, and what it may have to give, (..., P)."""
        yearly = books.membership.total(spending(books)) / books.part
        above = np.maximum(stock - yearly * self.stock_months / 12.0, 0.0)
        return ratio(12.0 * stock, yearly), self.stock_share * above

    def _entitled(self, books: Books, months: Array) -> Array:
        """What each province's deficit entitles it to, (..., P) yuan."""
        tiers, gaps = books.membership, certified_gap(books)
        deficit = np.maximum(-tiers.total(current_balance(books)), 0.0)
        seen = ratio(tiers.total(gaps * managerial_share_seen(books, gaps)), tiers.total(gaps))
        weak = np.clip(1.0 - months / self.weak_months, 0.0, 1.0)
        of_general = self.general_share + (1.0 - self.general_share) * self.tilt * weak
        return deficit * ((1.0 - seen) * of_general + seen * self.managerial_share)


def _nation(x: Array) -> Array:
    return x.sum(axis=-1, keepdims=True)


def rule(parameters: ParameterSource, year: int) -> CentralDifferential:
    """The rule as it stands in a year."""
    names = CentralDifferential.__dataclass_fields__
    return CentralDifferential(*(parameters.value(f"regimes.differential_{name}", year) for name in names))
