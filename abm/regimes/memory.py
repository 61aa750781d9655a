"""What the money rules remember from one year to the next, and the budget plan that rests on it.

The memory is carried from year to year of the realised run and from year to year of a what-if's horizon by
the same rules, so that whatever a government does today shows in its plan, its assessment and its debts of
tomorrow.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from abm.regimes.accounts import Accounts, Array, ratio


class Memory(NamedTuple):
    """State of the rules at a year's end; places on the last axis after any leading what-if axes.

    ``collected`` and ``collectable`` (..., n), yuan: the enterprise contributions of the year and those that
    wages declared in full would have brought at the lawful rate. ``covered`` (..., n): insured per employee
    of enterprises. ``gap_rate`` and ``adjustment_ratio`` (...): certified gaps over the base of the central
    adjustment, and the dynamic ratio approved for the coming year, zero until one has been set.
    ``good_years`` (..., n): years of good assessment in a row. ``switched`` (..., n): one once the national
    switch has dealt with the place's stock and legacy. ``legacy_debt`` and ``legacy_payment`` (..., n), yuan:
    what it still owes for empty accounts, and how much of it a year. ``withheld`` (..., n), yuan: rises of
    high pensions put off in the year.
    """

    collected: Array
    collectable: Array
    covered: Array
    gap_rate: Array
    adjustment_ratio: Array
    good_years: Array
    switched: Array
    legacy_debt: Array
    legacy_payment: Array
    withheld: Array

    @classmethod
    def opening(cls, accounts: Accounts) -> Memory:
        """Before the first year: as if the year before had been like it, and nothing else remembered."""
        one, each = np.zeros(()), np.zeros(accounts.contributions_enterprise.shape[-1])
        return cls(each, each, each, one, one, each, each, each, each, each).after(accounts)

    def after(self, accounts: Accounts) -> Memory:
        """The memory with what it takes from a year's accounts."""
        return self._replace(
            collected=accounts.contributions_enterprise,
            collectable=accounts.collectable,
            covered=ratio(accounts.insured_employees, accounts.enterprise_employees),
        )

    @property
    def lead(self) -> tuple[int, ...]:
        """Shape of the what-if axes that the memory depends on."""
        local = (np.shape(x)[:-1] for name, x in zip(self._fields, self, strict=True) if name not in NATIONAL)
        return np.broadcast_shapes(*local, *(np.shape(getattr(self, name)) for name in NATIONAL))


NATIONAL = ("gap_rate", "adjustment_ratio")
"""Fields of the memory that have no axis of places."""


def plan(accounts: Accounts, memory: Memory, pull: float) -> Array:
    """Collections of the enterprise scheme planned in the year's budget, (..., n) yuan: a ratchet.

    Last year's collections grow with what is collectable (the wage bill times the lawful rate) and move a
    share ``pull`` toward the national norm: last year's collections of the nation per yuan collectable.
    """
    growth = ratio(accounts.collectable, memory.collectable)
    nation = memory.collected.sum(axis=-1, keepdims=True), memory.collectable.sum(axis=-1, keepdims=True)
    return (1.0 - pull) * memory.collected * growth + pull * ratio(*nation) * accounts.collectable
