"""A pooling regime: a rule from localities to province under a rule from provinces to centre, and modules."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import cast

import numpy as np
import numpy.typing as npt

from abm.regimes import early_warning, gap, subsidy
from abm.regimes.accounts import Accounts, Array, Funds, Membership, ratio
from abm.regimes.by_province import ByProvince, pooled_in
from abm.regimes.memory import Memory
from abm.regimes.own_provinces import OwnProvinces
from abm.regimes.rule import LowerRule, Module, UpperRule, others_in_total
from abm.regimes.settlement import Books, Settlement

OWN_TREASURY = (
    "public_gap_subsidy",
    "local_lump_subsidy",
    "legacy_payment",
    "local_deficit_share",
    "local_gap_subsidy",
    "transfer_cut",
)
"""What the local government pays out of its own budget."""


@dataclass(frozen=True)
class Stack:
    """The money rules of a year or of a ``part`` of it.

    Two tiers, modules, the lump sum ``lump`` (n,) in yuan for that time, and who fills gaps.
    """

    lower: LowerRule
    upper: UpperRule
    membership: Membership
    lump: Array
    central_share: float
    bailout: float
    provincial_treasury: float
    plan_pull: float = 0.0  # how far a budget plan moves toward the national norm
    sight: Array | float = 0.0  # error in the managerial share of gaps as seen from above, (n,)
    modules: tuple[Module, ...] = ()
    part: float = 1.0  # of the year
    tells_nature: bool = True  # of gaps; else their managerial part is nan, for a what-if does not look at it

    @cached_property
    def pooled(self) -> npt.NDArray[np.bool_]:
        """Where the locality does not hold its own fund, (n,)."""
        if self.upper.pooled:
            return np.ones(self.membership.localities, bool)
        return pooled_in(self.lower, self.membership.province_of)

    @cached_property
    def pools(self) -> npt.NDArray[np.int64]:
        """Number of the pool each locality belongs to, (n,): its own, its province's or the nation's."""
        n, province = self.membership.localities, self.membership.province_of
        if self.upper.pooled:
            return np.full(n, n + self.membership.provinces)
        return np.where(self.pooled, n + province, np.arange(n))

    @property
    def others_in_total(self) -> bool:
        """Whether what a province's localities get depends on the others' totals alone (``rule``)."""
        rules = (self.lower, self.upper, *self.modules)
        return not self.upper.pooled and all(others_in_total(rule) for rule in rules)

    def rule_in(self, province: int) -> LowerRule:
        """The lower rule of a province."""
        return self.lower.rule_of(province) if isinstance(self.lower, ByProvince) else self.lower

    def seen_from(self, own: OwnProvinces) -> Stack:
        """The same for own provinces, all under one lower rule, and the rest of the nation as one place."""
        lower, lump = self.rule_in(own.one), own.total(self.lump)
        sight = self.sight if np.ndim(self.sight) == 0 else own.total(np.asarray(self.sight))
        return replace(self, lower=lower, membership=own.membership, lump=lump, sight=sight)

    def settle(self, accounts: Accounts, funds: Funds, memory: Memory | None = None) -> Settlement:
        """Settle a year: accounts, opening funds and memory in; gross flows, closing funds and memory out.

        Order: contributions and pensions, subsidies, lower tier, upper tier, modules, gaps, modules.
        Vectorised over the localities and any leading what-if axes; nothing is rounded. Yuan. Without a
        memory the year before is taken to have been like this one.
        """
        memory = Memory.opening(accounts) if memory is None else memory
        national = self.upper.pooled
        pooled = np.zeros_like(self.pooled) if national else self.pooled
        books = Books(
            accounts, funds, self.membership, memory, self.plan_pull, self.sight, pooled, national, self.part
        )
        for name in BOOKED:
            books.post(name, getattr(accounts, name))
        for name, amount in self.upper.benefits(accounts).items():
            books.post(name, amount)
        books.post("benefits_public", accounts.benefits_public)
        subsidy.pay(books, self.lump, self.central_share)
        if not national:
            self.lower.pool(books)
        self.upper.pool(books)
        early_warning.pay_what_was_withheld(books)
        for module in self.modules:
            module.before_gaps(books)
        holder = cast(LowerRule, self.upper) if national else self.lower
        missing, charged = holder.missing(books)
        bailout = self.upper.backstop if self.upper.backstop is not None else self.bailout
        treasury = 0.0 if national else self.provincial_treasury
        owed = gap.fill(books, missing, charged, bailout, treasury)
        for module in self.modules:
            module.after_gaps(books, charged)
        return self._close(books, owed)

    def _close(self, books: Books, owed: Array) -> Settlement:
        accounts, certified = books.accounts, gap.certified_gap(books)
        paid = sum(books.flows[name] for name in OWN_TREASURY if name in books.flows)
        # A pool's debts are the pool's: the locality owes only its unpaid share of this year's gap.
        debt = np.where(self.pooled, owed, books.advances - books.opening.advances)
        own_money = books.local - books.opening.local - paid - debt
        memory = books.memory.after(accounts)
        if self.part == 1.0:
            memory = self.upper.remember(memory, accounts, certified)
        lead = np.broadcast_shapes(
            *(np.shape(x)[:-1] for x in (*accounts, *books.opening[:2])),
            books.opening_memory.lead,
            memory.lead,
        )
        managerial = gap.managerial_gap(books, certified) if self.tells_nature else np.full(1, np.nan)

        def full(x: Array) -> Array:
            """With every what-if axis, also those that this amount does not depend on."""
            return x if x.shape[:-1] == lead else np.broadcast_to(x, (*lead, x.shape[-1]))

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
            full(managerial),
            memory,
        )

    def reserves_in_charge(self, accounts: Accounts, funds: Funds) -> Array:
        """Reserves by locality (..., n), the province's and the centre's shared by enterprise retirees.

        They earn the interest that the accounts hold.
        """
        retirees = accounts.enterprise_retirees
        of_nation = ratio(retirees, retirees.sum(axis=-1, keepdims=True))
        return (
            np.maximum(funds.local, 0.0)
            + self.membership.share(retirees) * np.maximum(self.membership.spread(funds.provincial), 0.0)
            + of_nation * np.maximum(funds.central, 0.0)[..., None]
        )


BOOKED = (
    "contributions_enterprise",
    "contributions_public",
    "interest",
    "portability_out",
    "portability_in",
)
"""What comes into and leaves the localities' funds before pensions and before any government pays."""
