"""The nation as a province needs it: its own localities, and the rest of the nation as one place.

What-ifs of the governments in a province are settled on it where the rules see other provinces in total only.
Of what is settled only the own localities' part means anything.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from abm.regimes.accounts import Accounts, Array, Funds, Membership, ratio
from abm.regimes.memory import NATIONAL, Memory


class OwnProvinces:
    """The own localities and the rest of the nation for each of ``provinces`` (rows,).

    A row has as many places as the largest of these provinces has localities, those too many being empty, and
    the rest of the nation as the last. ``place`` (n,) is the number of a locality in a row of its province;
    ``membership`` says that the places are province 0 and the rest is province 1.
    """

    def __init__(self, membership: Membership, provinces: npt.NDArray[np.integer]) -> None:
        self._nation = membership
        self._provinces, self._rows = np.unique(provinces, return_inverse=True)
        n = membership.localities
        order = np.argsort(membership.province_of, kind="stable")
        sizes = np.bincount(membership.province_of, minlength=membership.provinces)
        start = np.cumsum(sizes) - sizes
        self.place = np.empty(n, np.int64)
        self.place[order] = np.arange(n) - np.repeat(start, sizes)
        count = np.arange(sizes[provinces].max())
        somebody = count < sizes[self._provinces, None]
        localities = order[np.where(somebody, start[self._provinces, None] + count, 0)]
        self._localities = np.where(somebody, localities, n)
        self._others = np.arange(membership.provinces) != self._provinces[:, None]
        self.membership = Membership(np.append(np.zeros_like(count), 1), one_tier=False)

    @property
    def one(self) -> int:
        """One of the provinces."""
        return int(self._provinces[0])

    def common(self, x: Array) -> Array:
        """What the own localities have in common of ``x`` (n,), (rows, 1)."""
        return np.asarray(x[self._localities[self._rows, :1]])

    def total(self, x: Array) -> Array:
        """Amounts ``x`` (..., n) by place here, (..., rows, places + 1)."""
        return self._joined(x, self._rest(self._nation.total(x)))

    def accounts(self, a: Accounts) -> Accounts:
        """Accounts by place here."""
        return Accounts(*self._joined(np.array(a), np.array(self._rest_of(a))))

    def rest_of(self, a: Accounts) -> Accounts:
        """Accounts of the rest of the nation, (..., rows): amounts a head, and shares, are means."""
        return Accounts(*np.array(self._rest_of(a))[..., self._rows])

    def _joined(self, x: Array, rest: Array) -> Array:
        """The own localities' part of ``x`` (..., n) and the ``rest``, (..., provinces), for each row."""
        padded = np.concatenate([x, np.zeros((*x.shape[:-1], 1))], axis=-1)
        seen = np.concatenate([padded[..., self._localities.T], rest[..., None, :]], axis=-2)
        return self._by_row(seen)

    def _by_row(self, seen: Array) -> Array:
        """What each province sees, (..., places, provinces), for each row, (..., rows, places).

        Rows lie side by side in memory: there are more of them than places.
        """
        return np.asarray(np.take(seen, self._rows, axis=-1).swapaxes(-1, -2))

    def _rest(self, by_province: Array) -> Array:
        """What all other provinces have of amounts (..., P) for each of these, (..., provinces)."""
        return np.asarray((by_province[..., None, :] * self._others).sum(axis=-1))

    def mean_of_rest(self, x: Array, weight: Array) -> Array:
        """The rest's mean of ``x`` (..., n) with a ``weight``, (..., rows)."""
        return np.asarray(self._mean(x, weight)[..., self._rows])

    def _mean(self, x: Array, weight: Array) -> Array:
        whole = self._nation.total(x * weight), self._nation.total(weight)
        return ratio(*(self._rest(y) for y in whole))

    def _rest_of(self, a: Accounts) -> Accounts:
        return Accounts(*self._rest(self._nation.total(np.array(a))))._replace(
            average_wage=self._mean(a.average_wage, a.insured_employees + a.enterprise_employees),
            account_share=self._mean(a.account_share, a.contributions_enterprise),
            accrued_share=self._mean(a.accrued_share, a.benefits_enterprise),
        )

    def funds(self, funds: Funds) -> Funds:
        """Funds by place, and by province, here."""
        both = np.array([funds.provincial[self._provinces], self._rest(funds.provincial)])
        owed = self.total(funds.advances)
        return Funds(self.total(funds.local), self._by_row(both), funds.central, owed)

    def memory(self, memory: Memory) -> Memory:
        """The memory by place here; that of the rest is true of its yuan alone."""
        nobody = np.zeros(self.membership.localities)  # most of it waits for rules that are not in force
        named = zip(memory._fields, memory, strict=True)
        return Memory(*(x if name in NATIONAL else self.total(x) if x.any() else nobody for name, x in named))
