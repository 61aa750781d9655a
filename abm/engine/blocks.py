"""What-ifs in blocks: which rows are settled in one call, and how much of the nation they need.

Where every rule ahead sees other provinces in total only, a row holds the localities of its actor's province
and the rest of the nation as one place: the same money for those who act, at a twentieth of the work. Else
it holds all localities.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from abm.regimes import Accounts, Schedule
from abm.regimes.accounts import ratio
from abm.regimes.own_provinces import OwnProvinces
from abm.regimes.rule import LowerRule

if TYPE_CHECKING:
    from abm.engine.counterfactual import Setting

Array = np.ndarray
Indices = npt.NDArray[np.integer]
CELLS_AT_ONCE = 30_000
"""Accounts settled in one call, so that a settlement's arrays stay in cache."""
PLACES_APART = 8
"""Provinces whose numbers of localities differ by less may be settled together, the smaller with empty
places."""


class Acts(NamedTuple):
    """Which places act otherwise in which what-if, by entry."""

    row: Indices
    place: Indices


class View(NamedTuple):
    """The nation as the rows of a block need it."""

    setting: Setting  # with accounts, funds, memory and wages by place of the view, (n,) or (rows, places)
    stacks: list[Schedule]
    place: Indices  # of each locality in the view, (n,)
    province: Indices  # of each province in the view, (P,)
    ahead: Callable[[Accounts], Iterator[Accounts]]  # accounts of the years to come


class Block(NamedTuple):
    """Rows that are settled in one call."""

    view: View
    rows: Indices
    entries: Indices  # of ``Acts`` in these rows
    number: Indices  # of each entry's row within the block


def each(work: Callable[[Any], None], items: Iterable[Any], threads: int) -> None:
    """Do ``work`` on every item; one thread needs no pool, and keeps the memory it has."""
    if threads <= 1:
        for item in items:
            work(item)
        return
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, items))


def blocks(acts: Acts, province: Indices, setting: Setting, stacks: list[Schedule]) -> Iterator[Block]:
    """All rows in blocks; ``province`` (m,) is where each row's actors are."""
    tiers, today = stacks[0].membership, setting.accounts
    apart = not tiers.one_tier and all(stack.others_in_total for stack in stacks)
    widths, kind = np.array([tiers.localities]), np.zeros_like(province)
    if apart:
        widths, kinds = alike(tiers.province_of, stacks)
        kind = kinds[province]
        path = Accounts(
            *np.array([today, *itertools.islice(setting.growth.ahead(today), len(stacks))]).swapaxes(0, 1)
        )
    everybody = whole(setting, stacks)
    order = np.argsort(kind, kind="stable")
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    entries = np.argsort(rank[acts.row], kind="stable")
    rank = rank[acts.row[entries]]
    starts = np.flatnonzero(np.diff(kind[order], prepend=-1))
    for first, end in zip(starts, [*starts[1:], len(order)], strict=True):
        # Sums over the places of a row alone would be rounded otherwise than beside others.
        size = max(2, CELLS_AT_ONCE // int(widths[kind[order[first]]]))
        cuts = np.linspace(first, end, max(1, (end - first) // size) + 1).astype(int)
        for start, stop in itertools.pairwise(cuts):
            rows = order[start:stop]
            some = slice(*np.searchsorted(rank, (start, stop)))
            view = of_own_provinces(setting, path, stacks, province[rows]) if apart else everybody
            yield Block(view, rows, entries[some], rank[some] - start)


def alike(province_of: Indices, stacks: list[Schedule]) -> tuple[Indices, Indices]:
    """Kinds of provinces that may be settled together: places of each kind, kind of each province (P,).

    They are under the same lower rules and have about as many localities.
    """
    numbers: dict[tuple[int, tuple[LowerRule, ...]], int] = {}
    kinds = []
    for province, size in enumerate(np.bincount(province_of)):
        rules = tuple(rule for stack in stacks for rule in stack.exceptions(province))
        steps = -(-int(size) // PLACES_APART)
        kinds.append(numbers.setdefault((steps, rules), len(numbers)))
    return np.array([PLACES_APART * steps + 1 for steps, _ in numbers]), np.array(kinds)


def whole(setting: Setting, stacks: list[Schedule]) -> View:
    """All localities in every row."""
    tiers = stacks[0].membership
    places, provinces = np.arange(tiers.localities), np.arange(tiers.provinces)
    return View(setting, stacks, places, provinces, setting.growth.ahead)


def of_own_provinces(setting: Setting, path: Accounts, stacks: list[Schedule], provinces: Indices) -> View:
    """In each row the localities of its one of the ``provinces`` (rows,), and all others as one place.

    ``path`` (H + 1, n) are the accounts of last year and of the years ahead if nobody acts; what does not
    grow alike in all provinces grows in the rest of the nation as it does there in total.
    """
    own = OwnProvinces(stacks[0].membership, provinces)
    growth = {name: own.common(factor) for name, factor in setting.growth.by_field().items()}
    others = own.rest_of(path)
    wages = [
        own.mean_of_rest(path.average_wage, heads)
        for heads in (path.insured_employees, path.enterprise_employees)
    ]
    of_others = {name: ratio(getattr(others, name)[1:], getattr(others, name)[:-1]) for name in growth}

    def ahead(accounts: Accounts) -> Iterator[Accounts]:
        for year in range(len(stacks)):
            grown = {}
            for name, factor in growth.items():
                before = getattr(accounts, name)
                grown[name] = before * factor
                grown[name][:, -1] = before[:, -1] * of_others[name][year]
            # A row that takes some of the others' insured changes what their mean wage is a mean of.
            insured, staff = grown["insured_employees"][:, -1], grown["enterprise_employees"][:, -1]
            sums = wages[0][year + 1] * insured + wages[1][year + 1] * staff
            grown["average_wage"][:, -1] = ratio(sums, insured + staff)
            accounts = accounts._replace(**grown)
            yield accounts

    seen = setting._replace(
        accounts=own.accounts(setting.accounts),
        funds=own.funds(setting.funds),
        memory=own.memory(setting.memory),
        wages=own.total(setting.wages),
    )
    province = np.zeros(stacks[0].membership.provinces, np.int64)
    return View(seen, [stack.seen_from(own) for stack in stacks], own.place, province, ahead)
