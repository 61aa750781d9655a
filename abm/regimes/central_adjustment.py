"""Central adjustment fund, 1 July 2018 to 2021: a levy on wages and heads, paid back equally per pensioner.

remit = 0.9 * w * N * ratio with w last year's mean wage and N = (insured + enterprise employees) / 2 of the
enterprise scheme; the fund pays the same amount per approved retiree and pays out all it takes in:
net_i = 0.9 * ratio * (S * R_i / R - w_i * N_i), S = sum of w * N. A province receives iff w N / R < S / R.
The formula is the province's. A province's w is the mean of its localities' weighted by N, so wN adds up;
where localities hold their own funds each carries the part its own wages and retirees give.
The ratio is set by decree, or follows the need: last year's certified gaps over 0.9 * S, within bounds and by
small steps, approved in one year and in force in the next.
Stock: kept. Legacy: lower tier. Gap: lower tier. Source: State Council 2018/18; a ratio that follows the need
is a proposal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from abm.regimes.accounts import Accounts, Array, ratio
from abm.regimes.memory import Memory
from abm.regimes.rule import ParameterSource, UpperRule
from abm.regimes.settlement import Books


class Dynamic(NamedTuple):
    """Bounds of a ratio that follows the need, and the most it moves in a year."""

    least: float
    most: float
    step: float


@dataclass(frozen=True)
class CentralAdjustment(UpperRule):
    """The rule with its remittance ratio, the share of the wage it counts, and how the ratio moves, if so."""

    remittance_ratio: float
    wage_share: float
    dynamic: Dynamic | None = None

    @property
    def others_in_total(self) -> bool:
        """Unless the ratio follows the gaps, which are counted by locality."""
        return self.dynamic is None

    def pool(self, books: Books) -> None:
        """Remit by wages and heads, pay back by retirees."""
        accounts = books.accounts
        retirees = accounts.enterprise_retirees
        everyone = retirees.sum(axis=-1, keepdims=True)
        levied = self.in_force(books.memory)[..., None] * self.base(accounts)
        remitted = np.where(everyone > 0, levied, 0.0)  # a fund that pays out its income needs a payee
        per_retiree = ratio(remitted.sum(axis=-1, keepdims=True), everyone)
        books.exchange_with_centre(remitted, per_retiree * retirees)

    def base(self, accounts: Accounts) -> Array:
        """What the ratio applies to, (..., n) yuan."""
        heads = 0.5 * (accounts.insured_employees + accounts.enterprise_employees)
        return self.wage_share * accounts.average_wage * heads

    def in_force(self, memory: Memory) -> Array:
        """This year's ratio, (...): the one approved last year, else the decree's."""
        decreed = np.asarray(self.remittance_ratio)
        if self.dynamic is None:
            return decreed
        return np.where(memory.adjustment_ratio > 0.0, memory.adjustment_ratio, decreed)

    def remember(self, memory: Memory, accounts: Accounts, gap: Array) -> Memory:
        """Approve next year's ratio from the gaps certified last year; certify this year's."""
        rate = ratio(gap.sum(axis=-1), self.base(accounts).sum(axis=-1))
        if self.dynamic is None:
            return memory._replace(gap_rate=rate)
        now, (least, most, step) = self.in_force(memory), self.dynamic
        moved = now + np.clip(memory.gap_rate - now, -step, step)
        return memory._replace(gap_rate=rate, adjustment_ratio=np.clip(moved, least, most))


def rule(parameters: ParameterSource, year: int) -> CentralAdjustment:
    """The rule as it stands in a year."""

    def value(name: str) -> float:
        return parameters.value(f"regimes.adjustment_{name}", year)

    bounds = Dynamic(value("ratio_least"), value("ratio_most"), value("ratio_step"))
    return CentralAdjustment(value("ratio"), value("wage_share"), bounds if value("dynamic") else None)
