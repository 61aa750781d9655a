"""National pooling since 2022: stocks stay, current surpluses fill current deficits.

b_i = contributions + interest + lump subsidy - approved pensions of the enterprise scheme in province i.
b_i > 0 remits sigma * b_i; of b_i < 0 the local treasury pays lambda_i and the fund the rest; sigma balances
the fund (at most 1: then the fund pays deficits pro rata, and what is missing is a gap like any other).
lambda_i is zero where GDP per head is below a share of the national mean, rises linearly to its top at the
mean and stays there. Within a province, localities with surpluses remit and those with deficits receive.
Approved pensions leave out the off-list spending that the centre recognises as such.
Stock: kept. Legacy: the pool. Gap: local share first, then the fund.
Source: State Council 2022/11; lambda is assumed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from abm.regimes.accounts import ratio
from abm.regimes.rule import Declaration, ParameterSource, UpperRule
from abm.regimes.settlement import Books


@dataclass(frozen=True)
class National2022(UpperRule):
    """The rule: top share of local treasuries, output below which they pay none, off-list accepted."""

    local_share_top: float
    local_share_free_below: float
    off_list_accepted: float

    @property
    def declaration(self) -> Declaration:
        """Stock, legacy and gap."""
        return Declaration(stock="kept", legacy="centre", gap="local treasury, then centre")

    def pool(self, books: Books) -> None:
        """Local treasuries pay their share of deficits; surpluses are remitted to fill the rest."""
        accounts, flows, tiers = books.accounts, books.flows, books.membership
        approved = accounts.benefits_enterprise - (1.0 - self.off_list_accepted) * accounts.off_list
        lump = flows["central_lump_subsidy"] + flows["local_lump_subsidy"]
        balance = accounts.contributions_enterprise + accounts.interest + lump - approved
        of_province = tiers.total(balance)
        surplus, deficit = np.maximum(of_province, 0.0), np.maximum(-of_province, 0.0)

        gdp, people = tiers.total(accounts.gdp), tiers.total(accounts.population)
        mean = ratio(gdp.sum(axis=-1, keepdims=True), people.sum(axis=-1, keepdims=True))
        relative = ratio(gdp, people * mean)
        rise = (relative - self.local_share_free_below) / (1.0 - self.local_share_free_below)
        local_share = self.local_share_top * np.clip(rise, 0.0, 1.0)

        due = deficit * (1.0 - local_share)
        wanted, offered = due.sum(axis=-1, keepdims=True), surplus.sum(axis=-1, keepdims=True)
        moved = np.minimum(wanted, offered)
        remitted, received = surplus * ratio(moved, offered), due * ratio(moved, wanted)

        gives = tiers.share(np.maximum(balance, 0.0))
        takes = tiers.share(np.maximum(-balance, 0.0))
        local = np.minimum(takes * tiers.spread(deficit * local_share), accounts.treasury_capacity)
        books.pay_in("local_deficit_share", local)
        books.exchange_with_centre(gives * tiers.spread(remitted), takes * tiers.spread(received))


def rule(parameters: ParameterSource, year: int) -> National2022:
    """The rule as it stands in a year."""
    names = ("local_share_top", "local_share_free_below", "off_list_accepted")
    return National2022(*(parameters.value(f"regimes.national_{name}", year) for name in names))
