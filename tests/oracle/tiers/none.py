"""Nothing passes between provinces and the centre."""

from __future__ import annotations

from oracle.books import Books


def settle(books: Books) -> None:
    """No money moves."""
