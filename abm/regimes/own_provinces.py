"""The nation as some provinces need it: their own localities, and every other province as one place.

What-ifs of the governments in these provinces are settled on it where the rules see other provinces in total
only. It is exact where a province's localities share the mean wage and its growth, as they do in the model.
Of what is settled only the own localities' part means anything.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from abm.regimes.accounts import Accounts, Array, Funds, Membership, ratio
from abm.regimes.memory import NATIONAL, Memory


class OwnProvinces:
    """The localities of ``provinces``, in their order, then each other province of ``membership`` as a place.

    ``place`` (n,) is the number here of each locality, or of its province; ``province`` (P,) that of each
    province, the own ones being the first; ``membership`` says who belongs to whom here.
    """

    def __init__(self, membership: Membership, provinces: npt.NDArray[np.integer]) -> None:
        own = np.isin(np.arange(membership.provinces), provinces)
        self._order = np.argsort(~own, kind="stable")
        self.province = np.argsort(self._order, kind="stable")
        self._own = np.flatnonzero(own[membership.province_of])
        count = len(self._own)
        self.place = count - int(own.sum()) + self.province[membership.province_of]
        self.place[self._own] = np.arange(count)
        others = np.arange(int(own.sum()), membership.provinces)
        of_own = self.province[membership.province_of[self._own]]
        self.membership = Membership(np.concatenate([of_own, others]), membership.one_tier)

    def total(self, x: Array) -> Array:
        """Amounts (n,) by place here."""
        return np.asarray(np.bincount(self.place, x, minlength=self.membership.localities), np.float64)

    def mean(self, x: Array, weight: Array) -> Array:
        """Amounts a head, or shares, (n,) by place here: the mean over another province with a ``weight``."""
        out = ratio(self.total(x * weight), self.total(weight))
        out[: len(self._own)] = x[self._own]
        return out

    def common(self, x: Array) -> Array:
        """What all localities of a province have in common, (n,) by place here."""
        out = np.empty(self.membership.localities)
        out[self.place] = x
        return out

    def accounts(self, a: Accounts) -> Accounts:
        """Accounts (n,) by place here."""
        heads = a.insured_employees + a.enterprise_employees
        return Accounts(*(self.total(x) for x in a))._replace(
            average_wage=self.mean(a.average_wage, heads),
            account_share=self.mean(a.account_share, a.contributions_enterprise),
            accrued_share=self.mean(a.accrued_share, a.benefits_enterprise),
        )

    def funds(self, funds: Funds) -> Funds:
        """Funds by place, and by province, here."""
        provincial, owed = funds.provincial[self._order], self.total(funds.advances)
        return Funds(self.total(funds.local), provincial, funds.central, owed)

    def memory(self, memory: Memory) -> Memory:
        """The memory by place here; that of another province is true of its yuan alone."""
        named = zip(memory._fields, memory, strict=True)
        return Memory(*(x if name in NATIONAL else self.total(x) for name, x in named))
