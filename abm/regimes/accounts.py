"""What a year's settlement starts from: the accounts of the localities, the reserves, who belongs to whom.

Arrays are float64 with the localities on the last axis and any number of leading what-if axes before it:
``(..., n)``. Fields may have different leading axes; they broadcast. Money is in yuan a year.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


class Accounts(NamedTuple):
    """One year of every locality, before any money moves between governments; all ``(..., n)``."""

    contributions_enterprise: Array
    """Contributions collected for the enterprise employees' scheme, yuan."""
    contributions_public: Array
    """Contributions of government and public institutions, yuan."""
    benefits_enterprise: Array
    """Pensions paid by the enterprise scheme, off-list spending included, yuan."""
    benefits_public: Array
    """Pensions of former staff of government and public institutions, yuan."""
    off_list: Array
    """Lenient spending inside ``benefits_enterprise`` that no national rule provides for, yuan."""
    interest: Array
    """Interest earned on reserves, that on the province's reserve shared among its localities, yuan."""
    portability_in: Array
    """Money that arrives with workers who moved here, yuan."""
    portability_out: Array
    """Money that leaves with workers who moved away, yuan; nationally equal to ``portability_in``."""
    insured_employees: Array
    """Insured contributors of the enterprise scheme, flexible workers among them, persons."""
    enterprise_employees: Array
    """Employees of enterprises, insured or not, persons."""
    enterprise_retirees: Array
    """Approved pensioners of the enterprise scheme, persons."""
    average_wage: Array
    """Last year's mean wage, non-private and private units weighted, yuan a year."""
    gdp: Array
    """Gross regional product, yuan."""
    population: Array
    """Residents, persons."""
    treasury_capacity: Array
    """The most the local treasury can pay into the fund's gap in a year, yuan."""
    collectable: Array
    """Wage bill of formal staff at the lawful rates in force, yuan: contributions on wages in full."""
    account_share: Array
    """Part of ``contributions_enterprise`` credited to individual accounts, a share."""
    empty_accounts: Array
    """Individual accounts of members not yet retired, a stock of promises, yuan."""
    elders: Array
    """Residents above pension age, members or not, persons."""
    accrued_share: Array
    """Part of ``benefits_enterprise`` earned before the national basic pension began, a share."""

    def part(self, share: float) -> Accounts:
        """The accounts of a part of the year: flows and yearly amounts shrink, heads and stocks stay."""
        return self._replace(**{name: share * getattr(self, name) for name in YEARLY})


YEARLY = (
    "contributions_enterprise",
    "contributions_public",
    "benefits_enterprise",
    "benefits_public",
    "off_list",
    "interest",
    "portability_in",
    "portability_out",
    "average_wage",
    "gdp",
    "collectable",
)
"""Fields of the accounts in yuan a year; a wage or output per head keeps its relation to the nation's. What a
treasury can pay is not among them: it is a budget for the year, spent when it is needed."""


class Funds(NamedTuple):
    """Reserves by holder and recorded advances, yuan, at a year's end.

    The official balance of a place is its reserve less its advances: an official negative balance is an
    advance. ``local`` and ``advances`` have shape ``(..., n)``, ``provincial`` ``(..., P)`` and ``central``
    ``(...)``.
    """

    local: Array
    provincial: Array
    central: Array
    advances: Array

    @classmethod
    def opening(cls, balance: Array, provinces: int) -> Funds:
        """Funds in which every locality holds its own official balance (n,); negative ones are advances."""
        return cls(np.maximum(balance, 0.0), np.zeros(provinces), np.zeros(()), np.maximum(-balance, 0.0))

    def official_balance(self, membership: Membership, level: str) -> Array:
        """Reserve less advances by ``locality`` (..., n) or by ``province`` as a whole (..., P)."""
        own = self.local - self.advances
        return own if level == "locality" else membership.total(own) + self.provincial


class Membership:
    """Which province each locality belongs to; sums up to provinces and spreads down to localities.

    ``province_of`` is ``(n,)`` with values 0 … P-1. ``one_tier`` says whether each province is one locality,
    which follows from that unless the localities are an excerpt. Sums run segment by segment in locality
    order, so their bits depend neither on the number of what-ifs nor on threads.
    """

    def __init__(self, province_of: npt.NDArray[np.integer[Any]], one_tier: bool | None = None) -> None:
        self.province_of = np.asarray(province_of, dtype=np.int64)
        self.localities = len(self.province_of)
        self.provinces = int(self.province_of.max()) + 1
        self._order = np.argsort(self.province_of, kind="stable")
        self._sorted = bool((np.diff(self._order) > 0).all())
        self._present, starts = np.unique(self.province_of[self._order], return_index=True)
        sizes = np.diff(starts, append=self.localities)
        # Summing one locality at a time is slow: provinces at the end that are one locality are taken over.
        many = int(np.flatnonzero(sizes > 1).max(initial=-1)) + 1
        self._starts = starts[:many]
        self._alone = self.localities - (len(starts) - many)
        self._parts = [slice(start, start + size) for start, size in zip(starts, sizes, strict=True)]
        self._single = self.localities == self.provinces == len(self._present)
        self.one_tier = self._single if one_tier is None else one_tier
        """True where each province is one locality: local and provincial government are the same."""

    @cached_property
    def _identity(self) -> bool:
        return self._single and self._sorted

    def total(self, x: Array) -> Array:
        """Sum over the localities of each province: ``(..., n)`` to ``(..., P)``."""
        if self._identity:
            return x
        ordered = x if self._sorted else _taken(x, self._order)
        if _by_column(x):
            sums = np.array([ordered[..., part].sum(axis=-1) for part in self._parts]).T
        elif len(self._starts):
            several = np.add.reduceat(ordered[..., : self._alone], self._starts, axis=-1)
            sums = np.concatenate([several, ordered[..., self._alone :]], axis=-1)
        else:
            sums = ordered
        if len(self._present) == self.provinces:
            return sums
        out = np.zeros((*x.shape[:-1], self.provinces))
        out[..., self._present] = sums
        return out

    def spread(self, x: Array) -> Array:
        """Each locality's province's value: ``(..., P)`` to ``(..., n)``."""
        return x if self._identity else _taken(x, self.province_of)

    def share(self, x: Array) -> Array:
        """Each locality's share of its province's total of ``x`` >= 0; zero where that total is zero."""
        return ratio(x, self.spread(self.total(x)))


def _by_column(x: Array) -> bool:
    """Whether what-ifs lie side by side in memory instead of places (``x`` (rows, places)).

    Then whole columns are added and copied, which keeps them together.
    """
    return x.ndim == 2 and x.flags.f_contiguous and not x.flags.c_contiguous


def _taken(x: Array, places: npt.NDArray[np.int64]) -> Array:
    """Entries of ``x`` by place, in memory as ``x`` is."""
    return np.asarray(x[..., places] if _by_column(x) else np.take(x, places, axis=-1))


def ratio(part: Array, whole: Array) -> Array:
    """``part / whole``, and zero where ``whole`` is zero."""
    some = whole > 0
    if some.all():
        return np.asarray(part / whole)
    with np.errstate(divide="ignore", invalid="ignore"):
        out = np.asarray(part / whole)
    np.copyto(out, 0.0, where=~some)
    return out
