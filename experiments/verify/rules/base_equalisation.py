"""Base equalisation: every place remits for the base it has and receives for the base it should have.

remit_i = beta * t * k_i and receive_i = beta * t * K/n, with k_i the wage bill of place i, K that of all and
t the standard levy: last year's collections of all places over their wage bill. Stock: kept. Legacy: the
place. Gap: the place. Sources: Köthenbürger 2002; Bucovetsky and Smart 2006.
"""

from __future__ import annotations

from dataclasses import dataclass

from abm.regimes.accounts import ratio
from abm.regimes.rule import ParameterSource, UpperRule
from abm.regimes.settlement import Books


@dataclass(frozen=True)
class BaseEqualisation(UpperRule):
    """The rule with the share of base differences that is equalised."""

    equalised_share: float

    def pool(self, books: Books) -> None:
        """Remit by the own base, receive by the mean base."""
        accounts = books.accounts
        base = accounts.average_wage * accounts.enterprise_employees
        collected = books.memory.collected
        standard = ratio(collected.sum(axis=-1, keepdims=True), base.sum(axis=-1, keepdims=True))
        worth = self.equalised_share * standard
        books.exchange_with_centre(worth * base, worth * base.mean(axis=-1, keepdims=True) + 0.0 * base)


def rule(parameters: ParameterSource, year: int) -> BaseEqualisation:
    """The rule with the case's share."""
    return BaseEqualisation(parameters.value("verify.beta", year))
