"""What would my accounts look like, had I done this instead? The money rules themselves are asked.

Counterfactual accounts of *all* localities are settled again, year after year of the horizon, by the stacks
of tiers expected in these years; of each settlement only what the actor itself would see is kept. Nothing
here knows what an action is, who answers it, or what a place keeps: whoever draws up the accounts brings the
former (``abm.engine.counterfactual`` for the model, the cases of ``tongchou verify`` for stylised economies),
the rule the latter.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from abm.regimes import Accounts, Funds, Memory, Schedule, Stack
from abm.regimes.settlement import Settlement
from abm.regimes.stack import OWN_TREASURY

Array = np.ndarray
Indices = npt.NDArray[np.integer]


class Fate(NamedTuple):
    """What becomes of every actor's money, by year of the horizon on the first axis; yuan.

    Years of ``own_money`` and ``treasury`` are flows, (H, ..., actors). ``reserve`` (H + 1, ..., actors) is
    the reserve that the actor owns before the first year and at the end of each; ``spending`` (H, ...,
    actors) what its reserve has to pay in a year.
    """

    own_money: Array  # gain of its own purse, before its treasury's payments
    treasury: Array  # what its treasury pays into the fund
    reserve: Array
    spending: Array

    def payable_months(self) -> Array:
        """Months of the year's spending that the reserve owned at its opening, and at the end, would pay."""
        spending = np.concatenate([self.spending, self.spending[-1:]])
        return 12.0 * self.reserve / np.maximum(spending, 1.0)


def settle_ahead(
    years: Iterable[Accounts],
    funds: Funds,
    stacks: Sequence[Stack | Schedule],
    actors: Indices | None,
    level: str = "locality",
    memory: Memory | None = None,
    interest: float | None = None,
) -> Fate:
    """Settle counterfactual accounts ahead and keep what each actor sees of them.

    ``years`` yields accounts for each of the H ``stacks`` (``itertools.repeat`` for constant ones), their
    last two axes being (actors, localities): row a holds everybody's accounts had ``actors[a]`` acted. Any
    axes may lead, such as candidates. ``actors`` (A,) are localities or, at ``level`` province, provinces;
    None keeps what every place sees, whatever axes lead.
    ``funds`` and ``memory`` are those at the opening; they are carried from year to year. With ``interest``,
    a yearly rate, the accounts' interest is that on the reserves in charge on this path.
    """
    own, paid, spending = [], [], []
    reserve = [_owned(stacks[0], funds, actors, level)]
    for stack, expected in zip(stacks, years, strict=False):
        accounts = expected
        if interest is not None:
            earned = interest * stack.reserves_in_charge(expected, funds)
            accounts = expected._replace(interest=earned)
        settlement = stack.settle(accounts, funds, memory)
        money, treasury = _purse(stack, settlement, funds, actors, level)
        own.append(money)
        paid.append(treasury)
        pensions = accounts.benefits_enterprise, accounts.benefits_public
        spending.append(sum(_of(stack, x, actors, level) for x in pensions))
        funds, memory = settlement.funds, settlement.memory
        reserve.append(_owned(stack, funds, actors, level))
    shape = own[0].shape
    return Fate(
        *(np.array([np.broadcast_to(x, shape) for x in kept]) for kept in (own, paid, reserve, spending))
    )


def discounted_mean(flows: Array, discount: float) -> Array:
    """Mean over the years on the first axis with weights ``discount``^s."""
    weights = discount ** np.arange(len(flows))
    return np.tensordot(weights / weights.sum(), flows, axes=1)


def _purse(
    stack: Stack | Schedule, settlement: Settlement, opening: Funds, actors: Indices | None, level: str
) -> tuple[Array, Array]:
    """Own money before the treasury's payments, and these, of each actor, (..., A)."""
    flows = settlement.flows
    charges = [flows[name] for name in OWN_TREASURY if name in flows]
    if level == "locality":
        paid = np.sum([_pick(x, actors) for x in charges], axis=0)
        return _pick(settlement.own_money, actors) + paid, paid
    local = sum(charges[1:], start=charges[0])
    tiers = stack.membership
    change = settlement.funds.official_balance(tiers, level) - opening.official_balance(tiers, level)
    return _pick(change, actors), _pick(tiers.total(local + flows["provincial_gap_subsidy"]), actors)


def _owned(stack: Stack | Schedule, funds: Funds, actors: Indices | None, level: str) -> Array:
    """Reserve that each actor owns, (..., A): a province all inside it, a locality what it holds itself.

    Where local and provincial government are one agent the locality owns the provincial fund too.
    """
    tiers = stack.membership
    if level == "province" or tiers.one_tier:
        return _pick(tiers.total(funds.local) + funds.provincial, actors)
    return _pick(funds.local, actors)


def _of(stack: Stack | Schedule, x: Array, actors: Indices | None, level: str) -> Array:
    return _pick(x if level == "locality" else stack.membership.total(x), actors)


def _pick(x: Array, actors: Indices | None) -> Array:
    """The actors' own entries: (A,) of (n,), else (..., A) of (..., A, n); all of them without actors."""
    if actors is None:
        return x
    if x.ndim == 1:
        return x[actors]
    return x[..., np.arange(len(actors)), actors]
