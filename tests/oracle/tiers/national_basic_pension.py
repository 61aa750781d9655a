"""A flat national basic pension for all elders, paid by one pure national fund (11.5)."""

from __future__ import annotations

from oracle.books import Books
from oracle.tiers import national_unified

POOLED = True


def benefits(books: Books) -> None:
    """The flat pension, rights earned before, and contributions to accounts outside the scheme."""
    accounts = books.accounts
    insured = sum(a.insured for a in accounts)
    mean = sum(a.average_wage * a.insured for a in accounts) / insured
    flat = books.value("regimes.basic_pension_share") * mean
    books.book("national_basic_pension", [flat * a.elders for a in accounts])
    earned = [max(a.accrued_share * a.benefits - flat * a.retirees, 0.0) for a in accounts]
    books.book("benefits_enterprise", earned)
    books.book("account_contributions", [a.account_share * a.contributions for a in accounts])


def settle(books: Books) -> None:
    """The pure national fund."""
    national_unified.settle_as(books, pure=True)


def missing(books: Books) -> tuple[list[float], list[float], float]:
    """The centre meets the gap."""
    return national_unified.missing_as(books, national_unified.CENTRE)
