"""Municipal funds with a provincial adjustment fund above them (11.4)."""

from __future__ import annotations

from oracle.books import Books

POOLED = False


def settle(books: Books) -> None:
    """A share of collections is remitted; the province's fund pays gaps as far as it reaches."""
    share = books.value("regimes.provincial_adjustment_share")
    among = books.under("provincial_adjustment")
    gaps = [
        max(before - now, 0.0) if member else 0.0
        for before, now, member in zip(books.opening.local, books.local, among, strict=True)
    ]
    books.book(
        "adjustment_remittance",
        [share * a.contributions if member else 0.0 for a, member in zip(books.accounts, among, strict=True)],
    )
    needed = books.by_province(gaps)
    part = [
        min(1.0, max(books.provincial[p], 0.0) / needed[p]) if needed[p] > 0.0 else 0.0 for p in range(31)
    ]
    books.book("adjustment_payment", [gap * part[books.province_of[c]] for c, gap in enumerate(gaps)])
