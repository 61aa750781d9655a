"""The gap of a fund: how large, of what nature, and who fills it.

Reserves come first (the rules see to that); then the local treasury up to its capacity, the provincial
treasury up to its own, the centre with a probability, and the rest is an advance, a recorded liability.
"""

from __future__ import annotations

import numpy as np

from abm.regimes.accounts import Array, ratio
from abm.regimes.settlement import Books


def current_balance(books: Books) -> Array:
    """Revenue with the ex-ante subsidy less spending of each locality, before any tier, yuan (..., n)."""
    accounts, flows = books.accounts, books.flows
    revenue = accounts.contributions_enterprise + accounts.contributions_public + accounts.interest
    subsidy = flows["public_gap_subsidy"] + flows["central_lump_subsidy"] + flows["local_lump_subsidy"]
    moved = accounts.portability_in - accounts.portability_out
    return revenue + subsidy + moved - spending(books)


def spending(books: Books) -> Array:
    """What each locality pays to or for members, yuan (..., n)."""
    paid = [books.flows[name] for name in PAID if name in books.flows]
    return sum(paid[1:], start=paid[0])


PAID = ("benefits_enterprise", "national_basic_pension", "account_contributions", "benefits_public")
"""Flows that are a fund's spending."""


def certified_gap(books: Books) -> Array:
    """Current deficit of each locality after the ex-ante subsidy and before any tier, yuan (..., n)."""
    return np.maximum(-current_balance(books), 0.0)


def managerial_gap(books: Books, gap: Array) -> Array:
    """The part of ``gap`` explained by collections short of plan and by off-list spending, yuan (..., n)."""
    short_of_plan = np.maximum(books.plan - books.accounts.contributions_enterprise, 0.0)
    return np.minimum(gap, short_of_plan + books.accounts.off_list)


def managerial_share_seen(books: Books, gap: Array) -> Array:
    """Managerial part of ``gap`` as the tiers above see it, a share (..., n): true share plus the error."""
    return np.clip(ratio(managerial_gap(books, gap), gap) + books.sight, 0.0, 1.0)


def fill(books: Books, missing: Array, charged: Array, bailout: float, provincial_treasury: float) -> Array:
    """Fill what is missing and return the part of it the local government owes as an advance, (..., n).

    ``charged`` <= ``missing`` is what the local treasury is asked for; ``bailout`` the probability that the
    centre pays what the province cannot, taken at its expectation; ``provincial_treasury`` the most a
    provincial treasury pays, as a share of the province's output. Surpluses repay old advances.
    """
    tiers = books.membership
    local = np.minimum(charged, books.treasury_left())
    books.pay_in("local_gap_subsidy", local)
    rest = missing - local
    asked = tiers.total(rest)
    # Where a province is one locality its only treasury has been asked already.
    capacity = 0.0 if tiers.one_tier else provincial_treasury * tiers.total(books.accounts.gdp)
    provincial = rest * tiers.spread(ratio(np.minimum(asked, capacity), asked))
    books.pay_in("provincial_gap_subsidy", provincial)
    unpaid = rest - provincial
    books.pay_in("central_gap_subsidy", bailout * unpaid)
    advance = (1.0 - bailout) * unpaid
    books.pay_in("advance", advance)
    _repay(books)
    books.advances = books.advances + advance - books.flows["advance_repaid"]
    return advance * ratio(charged - local, rest)


def _repay(books: Books) -> None:
    """Repay old advances out of whatever reserve the holder of the fund has left."""
    tiers, debt = books.membership, books.opening.advances
    if books.national:
        held, owed = np.maximum(books.central, 0.0)[..., None], debt.sum(axis=-1, keepdims=True)
        repaid = debt * ratio(np.minimum(held, owed), owed)
    else:
        owed = tiers.total(debt)
        payable = ratio(np.minimum(np.maximum(books.provincial, 0.0), owed), owed)
        by_itself = np.minimum(debt, np.maximum(books.local, 0.0))
        repaid = np.where(books.pooled, debt * tiers.spread(payable), by_itself)
    books.pay_out("advance_repaid", repaid)
