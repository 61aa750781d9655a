"""Central adjustment fund, 1 July 2018 to 2021: a levy on wages and heads, paid back equally per pensioner.

remit = 0.9 * w * N * ratio with w last year's mean wage and N = (insured + enterprise employees) / 2 of the
enterprise scheme; the fund pays the same amount per approved retiree and pays out all it takes in:
net_i = 0.9 * ratio * (S * R_i / R - w_i * N_i), S = sum of w * N. A province receives iff w N / R < S / R.
The formula is the province's. A province's w is the mean of its localities' weighted by N, so wN adds up;
where localities hold their own funds each carries the part its own wages and retirees give.
Stock: kept. Legacy: lower tier. Gap: lower tier. Source: State Council 2018/18.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from abm.regimes.accounts import ratio
from abm.regimes.rule import Declaration, ParameterSource
from abm.regimes.settlement import Books


@dataclass(frozen=True)
class CentralAdjustment:
    """The rule with its remittance ratio, pro rata to months, and the share of the wage it counts."""

    remittance_ratio: float
    wage_share: float
    declaration: ClassVar[Declaration] = Declaration(stock="kept", legacy="lower tier", gap="lower tier")

    def pool(self, books: Books) -> None:
        """Remit by wages and heads, pay back by retirees."""
        accounts = books.accounts
        heads = 0.5 * (accounts.insured_employees + accounts.enterprise_employees)
        retirees = accounts.enterprise_retirees
        everyone = retirees.sum(axis=-1, keepdims=True)
        levied = self.wage_share * self.remittance_ratio * accounts.average_wage * heads
        remitted = np.where(everyone > 0, levied, 0.0)  # a fund that pays out its income needs a payee
        per_retiree = ratio(remitted.sum(axis=-1, keepdims=True), everyone)
        books.exchange_with_centre(remitted, per_retiree * retirees)


def rule(parameters: ParameterSource, year: int) -> CentralAdjustment:
    """The rule as it stands in a year."""
    return CentralAdjustment(
        parameters.value("regimes.adjustment_ratio", year),
        parameters.value("regimes.adjustment_wage_share", year),
    )
