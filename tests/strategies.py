"""Random worlds for property tests: localities in provinces, their accounts, reserves and money rules."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from abm.regimes.accounts import Accounts, Array, Funds, Membership
from abm.regimes.assessment import ITEMS, Assessment
from abm.regimes.by_province import ByProvince
from abm.regimes.central_adjustment import CentralAdjustment, Dynamic
from abm.regimes.central_differential import CentralDifferential
from abm.regimes.early_warning import EarlyWarning
from abm.regimes.memory import Memory
from abm.regimes.municipal import Municipal
from abm.regimes.national_2022 import National2022
from abm.regimes.national_basic_pension import NationalBasicPension
from abm.regimes.national_unified import RESPONSIBILITIES, STOCKS, NationalUnified, pure
from abm.regimes.no_upper_tier import NoUpperTier
from abm.regimes.provincial_adjustment import ProvincialAdjustment
from abm.regimes.provincial_unified import ProvincialUnified
from abm.regimes.settlement import Settlement
from abm.regimes.stack import Stack

LOWEST_OUTPUT = 1e6


class World(NamedTuple):
    """A stack of money rules with accounts and opening funds to settle."""

    stack: Stack
    accounts: Accounts
    funds: Funds
    memory: Memory

    def settle(self, **changed: object) -> Settlement:
        """The year settled, with other ``accounts``, ``funds`` or ``memory`` where given."""
        given = {"accounts": self.accounts, "funds": self.funds, "memory": self.memory}
        return self.stack.settle(**(given | changed))  # type: ignore[arg-type]


def amounts(size: int, most: float, least: float = 0.0) -> st.SearchStrategy[Array]:
    """Amounts of whole ``size``, often zero when ``least`` is."""
    return hnp.arrays(np.float64, size, elements=st.floats(least, most, allow_subnormal=False, width=32))


def parts(size: int) -> st.SearchStrategy[Array]:
    """Shares between zero and one."""
    return amounts(size, 1.0)


def accounts(n: int) -> st.SearchStrategy[Accounts]:
    """Accounts of ``n`` localities; portability money balances over the nation."""
    money, people = amounts(n, 2.0**36), amounts(n, 2.0**23)

    def build(fields: list[Array], off_list: float) -> Accounts:
        out = Accounts(*fields)
        return out._replace(
            off_list=off_list * out.benefits_enterprise,
            portability_out=out.portability_in[::-1].copy(),
        )

    fields = [money] * 8 + [people] * 3 + [amounts(n, 2.0**17)]
    fields += [amounts(n, 2.0**43, 2.0**20), amounts(n, 2.0**23, 1.0), money, money]
    fields += [parts(n), money, people, parts(n)]
    return st.builds(build, st.tuples(*fields).map(list), st.floats(0, 1))


def funds(n: int, provinces: int) -> st.SearchStrategy[Funds]:
    """Opening funds; a locality has a reserve or an advance."""

    def build(balance: Array, provincial: Array) -> Funds:
        return Funds.opening(balance, provinces)._replace(provincial=provincial)

    balance = hnp.arrays(np.float64, n, elements=st.floats(-(2.0**36), 2.0**36, width=32))
    return st.builds(build, balance, amounts(provinces, 2.0**36))


def memories(n: int) -> st.SearchStrategy[Memory]:
    """Any memory of a year."""
    money, flag = amounts(n, 2.0**36), hnp.arrays(np.float64, n, elements=st.sampled_from([0.0, 1.0]))
    rate = st.floats(0, 0.1).map(np.array)
    years = hnp.arrays(np.float64, n, elements=st.sampled_from([0.0, 1.0, 2.0, 3.0]))
    return st.builds(Memory, money, money, amounts(n, 2.0), rate, rate, years, flag, money, money, money)


share = st.floats(0, 1)
lower_rules = st.one_of(
    st.just(Municipal()),
    st.builds(ProvincialAdjustment, st.floats(0, 0.5)),
    st.builds(ProvincialUnified, st.sampled_from([0.0, 6.0]), share, share, share),
)
upper_rules = st.one_of(
    st.just(NoUpperTier()),
    st.builds(
        CentralAdjustment,
        st.floats(0, 0.1),
        st.just(0.9),
        st.one_of(st.none(), st.builds(Dynamic, st.just(0.03), st.just(0.06), st.floats(0, 0.05))),
    ),
    st.builds(CentralDifferential, share, share, share, share, st.floats(1, 24), st.floats(0, 24), share),
    st.builds(National2022, share, st.floats(0, 0.95), share),
    st.builds(
        NationalUnified,
        st.sampled_from(RESPONSIBILITIES),
        share,
        st.floats(0, 0.95),
        st.sampled_from(STOCKS),
        st.floats(0, 24),
        share,
        share,
        st.floats(1, 30),
    ),
    st.just(pure()),
    st.builds(lambda m: NationalBasicPension(**vars(pure()), flat_share=m), st.floats(0, 0.5)),
)
modules = st.lists(
    st.one_of(
        st.builds(EarlyWarning, st.floats(0, 24), share, st.floats(0, 0.1)),
        st.builds(
            Assessment,
            st.just(dict.fromkeys(ITEMS, 1.0)),
            st.floats(0, 0.9),
            share,
            share,
            st.floats(-0.1, 0.1),
            st.floats(0.001, 1),
            share,
            st.floats(0, 2),
        ),
    ),
    max_size=2,
).map(tuple)


def by_province(provinces: int) -> st.SearchStrategy[ByProvince]:
    """A main lower rule and another one in some province."""
    one = st.tuples(st.integers(0, provinces - 1), lower_rules)
    return st.builds(ByProvince, lower_rules, st.tuples(one))


@st.composite
def worlds(draw: st.DrawFn, rounded: bool = False) -> World:
    """Two to eight localities in one to three provinces under any stack; ``rounded`` opens in whole fen."""
    n = draw(st.integers(2, 8))
    provinces = draw(st.integers(1, min(3, n)))
    extra = draw(st.lists(st.integers(0, provinces - 1), min_size=n - provinces, max_size=n - provinces))
    membership = Membership(np.array(draw(st.permutations([*range(provinces), *extra]))))
    stack = Stack(
        draw(st.one_of(lower_rules, by_province(provinces))),
        draw(upper_rules),
        membership,
        draw(amounts(n, 2.0**33)),
        draw(st.floats(0.9, 1)),
        draw(share),
        draw(st.floats(0, 0.1)),
        plan_pull=draw(share),
        sight=draw(hnp.arrays(np.float64, n, elements=st.floats(-0.5, 0.5))),
        modules=draw(modules),
    )
    opening = draw(funds(n, provinces))
    if rounded:
        opening = Funds(*(np.round(np.asarray(x), 2) for x in opening))
    return World(stack, draw(accounts(n)), opening, draw(memories(n)))
