"""A pooling regime: a rule from localities to province under a rule from provinces to centre."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from abm.regimes import gap, subsidy
from abm.regimes.accounts import Accounts, Array, Funds, Membership
from abm.regimes.memory import Memory, plan
from abm.regimes.rule import LowerRule, UpperRule
from abm.regimes.settlement import Books, Settlement

OWN_TREASURY = ("public_gap_subsidy", "local_lump_subsidy", "local_deficit_share", "local_gap_subsidy")
"""What the local government pays out of its own budget."""


@dataclass(frozen=True)
class Stack:
    """The money rules of one year: two tiers, the lump sum ``lump`` (n,) in yuan, and who fills gaps."""

    lower: LowerRule
    upper: UpperRule
    membership: Membership
    lump: Array
    central_share: float
    bailout: float
    provincial_treasury: float
    upper_share: float = 1.0  # part of the year in which the upper rule is in force
    plan_pull: float = 0.0  # how far a budget plan moves toward the national norm
    sight: Array | float = 0.0  # error in the managerial share of gaps as seen from above, (n,)

    def settle(self, accounts: Accounts, funds: Funds, memory: Memory | None = None) -> Settlement:
        """Settle a year: accounts, opening funds and memory in; gross flows, closing funds and memory out.

        Order: contributions and pensions, subsidies, lower tier, upper tier, gaps. Vectorised over the
        localities and any leading what-if axes; nothing is rounded. Yuan. Without a memory the year before is
        taken to have been like this one.
        """
        memory = Memory.opening(accounts) if memory is None else memory
        budget = plan(accounts, memory, self.plan_pull)
        books = Books(
            accounts, funds, self.membership, memory, budget, self.sight, self.lower.pooled, self.upper_share
        )
        for name in BOOKED:
            books.post(name, getattr(accounts, name))
        subsidy.pay(books, self.lump, self.central_share)
        self.lower.pool(books)
        self.upper.pool(books)
        missing, charged = self.lower.missing(books)
        owed = gap.fill(books, missing, charged, self.bailout, self.provincial_treasury)
        return self._close(books, owed)

    def _close(self, books: Books, owed: Array) -> Settlement:
        certified = gap.certified_gap(books)
        paid = sum(books.flows[name] for name in OWN_TREASURY if name in books.flows)
        # A pool's debts are the province's: the locality owes only its unpaid share of this year's gap.
        debt = owed if self.lower.pooled else books.advances - books.opening.advances
        own_money = books.local - books.opening.local - paid - debt
        memory = books.memory._replace(
            collected=books.accounts.contributions_enterprise, collectable=books.accounts.collectable
        )
        lead = np.broadcast_shapes(
            *(np.shape(x)[:-1] for x in (*books.accounts, *books.opening[:2], books.plan)), memory.lead
        )

        def full(x: Array) -> Array:
            """With every what-if axis, also those that this amount does not depend on."""
            return np.broadcast_to(x, (*lead, x.shape[-1]))

        closing = Funds(
            full(books.local),
            full(books.provincial),
            np.broadcast_to(books.central, lead),
            full(books.advances),
        )
        return Settlement(
            {name: full(amount) for name, amount in books.flows.items()},
            closing,
            full(own_money),
            full(certified),
            full(gap.managerial_gap(books, certified)),
            memory,
        )

    def reserves_in_charge(self, accounts: Accounts, funds: Funds) -> Array:
        """Reserves by locality (..., n) with the province's shared by enterprise retirees: earns interest."""
        share = self.membership.share(accounts.enterprise_retirees)
        return np.maximum(funds.local, 0.0) + share * np.maximum(
            self.membership.spread(funds.provincial), 0.0
        )


BOOKED = (
    "contributions_enterprise",
    "contributions_public",
    "interest",
    "portability_out",
    "portability_in",
    "benefits_enterprise",
    "benefits_public",
)
"""What comes in and goes out of the localities' funds before any government pays."""
