"""The central adjustment fund of 2018 (11.5)."""

from __future__ import annotations

from oracle.books import Books


def settle(books: Books) -> None:
    """A share of the wage bill that should be insured is remitted and paid out by enterprise retirees."""
    share = books.value("regimes.adjustment_wage_share") * books.value("regimes.adjustment_ratio")
    remitted = [share * a.average_wage * 0.5 * (a.insured + a.employees) for a in books.accounts]
    retirees = sum(a.retirees for a in books.accounts)
    total = sum(remitted)
    received = [total * a.retirees / retirees for a in books.accounts]
    books.through_centre(remitted, received)
