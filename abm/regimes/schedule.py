"""The money rules of a year in order of time: a year of several stacks is settled part by part."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce

import numpy as np

from abm.regimes.accounts import Accounts, Array, Funds, Membership
from abm.regimes.by_province import ByProvince
from abm.regimes.memory import Memory
from abm.regimes.own_provinces import OwnProvinces
from abm.regimes.rule import LowerRule
from abm.regimes.settlement import CHARGES, Settlement
from abm.regimes.stack import Stack


@dataclass(frozen=True)
class Schedule:
    """Stacks, each with the part of the year it is in force; the parts sum to one."""

    parts: tuple[tuple[float, Stack], ...]

    @property
    def last(self) -> Stack:
        """The rules at the end of the year."""
        return self.parts[-1][1]

    @property
    def membership(self) -> Membership:
        """Which province each locality belongs to."""
        return self.last.membership

    @property
    def others_in_total(self) -> bool:
        """Whether every part's rules see other provinces in total only (``Stack.others_in_total``)."""
        return all(stack.others_in_total for _, stack in self.parts)

    def exceptions(self, province: int) -> tuple[LowerRule, ...]:
        """The lower rules of a province in those parts in which provinces may differ."""
        return tuple(s.rule_in(province) for _, s in self.parts if isinstance(s.lower, ByProvince))

    def seen_from(self, own: OwnProvinces) -> Schedule:
        """The same for own provinces (``Stack.seen_from``)."""
        return Schedule(tuple((share, stack.seen_from(own)) for share, stack in self.parts))

    def reserves_in_charge(self, accounts: Accounts, funds: Funds) -> Array:
        """Reserves that earn interest, by locality (as ``Stack.reserves_in_charge``)."""
        return self.last.reserves_in_charge(accounts, funds)

    def with_lump(self, lump: Array) -> Schedule:
        """The same with another lump sum (n,), yuan a year."""
        return Schedule(tuple((share, replace(stack, lump=lump)) for share, stack in self.parts))

    def settle(self, accounts: Accounts, funds: Funds, memory: Memory | None = None) -> Settlement:
        """Settle the year as ``Stack.settle`` does, one part after the other.

        Every part has its share of what flows in the year, and the reserves, the memory and the room in the
        local budget that the part before left.
        """
        memory = Memory.opening(accounts) if memory is None else memory
        if len(self.parts) == 1:
            return self.last.settle(accounts, funds, memory)
        settled: list[Settlement] = []
        before = memory
        for share, stack in self.parts:
            now = before._replace(
                collected=share * memory.collected,
                collectable=share * memory.collectable,
                covered=memory.covered,
            )
            rules = replace(stack, lump=share * stack.lump, part=share)
            spent = [s.flows[name] for s in settled for name in CHARGES if name in s.flows]
            left = np.maximum(accounts.treasury_capacity - sum(spent, start=np.zeros(1)), 0.0)
            own = accounts.part(share)._replace(treasury_capacity=left)
            settled.append(rules.settle(own, funds, now))
            funds, before = settled[-1].funds, settled[-1].memory
        year = reduce(_and, settled)
        return year._replace(memory=self.last.upper.remember(before.after(accounts), accounts, year.gap))


def _and(first: Settlement, then: Settlement) -> Settlement:
    """Two parts of a year as one: flows add up, funds and memory are those of the later."""
    flows = dict(first.flows)
    for name, amount in then.flows.items():
        flows[name] = flows[name] + amount if name in flows else amount
    return Settlement(
        flows,
        then.funds,
        first.own_money + then.own_money,
        first.gap + then.gap,
        first.managerial_gap + then.managerial_gap,
        then.memory,
    )
