"""Nothing passes between provinces and the centre."""

from __future__ import annotations

from oracle.books import Books

POOLED = False


def settle(books: Books) -> None:
    """No money moves."""
