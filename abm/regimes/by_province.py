"""Lower rules that differ between provinces: each province lives under its own, in the same books.

Needed for a year in which single provinces have unified and others have not.
Stock, legacy, gap: as each province's rule says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from abm.regimes.accounts import Array
from abm.regimes.rule import Declaration, LowerRule, others_in_total
from abm.regimes.settlement import FLOWS, Books


@dataclass(frozen=True)
class ByProvince:
    """A main rule and, by number of the province, the rules of those that have another."""

    main: LowerRule
    others: tuple[tuple[int, LowerRule], ...]

    @property
    def declaration(self) -> Declaration:
        """What the main rule says."""
        return self.main.declaration

    @property
    def pooled(self) -> bool:
        """Whether every province holds its reserve."""
        return all(rule.pooled for rule in (self.main, *dict(self.others).values()))

    @property
    def others_in_total(self) -> bool:
        """Whether every rule says so."""
        return all(others_in_total(rule) for rule in (self.main, *dict(self.others).values()))

    def rule_of(self, province: int) -> LowerRule:
        """The rule of a province."""
        return dict(self.others).get(province, self.main)

    def pool(self, books: Books) -> None:
        """Let each rule post for its own provinces."""
        for rule, mine in self._domains(books):
            rule.pool(_Own(books, mine))  # type: ignore[arg-type]

    def missing(self, books: Books) -> tuple[Array, Array]:
        """What each rule finds missing in its own provinces."""
        missing, charged = np.zeros(()), np.zeros(())
        for rule, mine in self._domains(books):
            own, asked = rule.missing(_Own(books, mine))  # type: ignore[arg-type]
            of_locality = mine[books.membership.province_of].astype(np.float64)
            missing, charged = missing + own * of_locality, charged + asked * of_locality
        return missing, charged

    def _domains(self, books: Books) -> list[tuple[LowerRule, npt.NDArray[np.bool_]]]:
        """Every rule with the provinces (P,) it is in force in."""
        provinces = range(books.membership.provinces)
        rules = list(dict.fromkeys((self.main, *dict(self.others).values())))
        return [(rule, np.array([self.rule_of(p) == rule for p in provinces])) for rule in rules]


class _Own:
    """The books as a rule of some provinces sees them: what it posts for others is not posted."""

    def __init__(self, books: Books, provinces: npt.NDArray[np.bool_]) -> None:
        self._books = books
        self._mine = {"province": provinces.astype(np.float64)}
        self._mine["locality"] = books.membership.spread(self._mine["province"])

    def __getattr__(self, name: str) -> Any:
        return getattr(self._books, name)

    def post(self, name: str, amount: Array) -> None:
        self._books.post(name, amount * self._mine[FLOWS[name].level])

    def pay_in(self, name: str, amount: Array) -> None:
        self._books.pay_in(name, amount * self._mine[FLOWS[name].level])


def pooled_in(rule: LowerRule, province_of: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """In which localities (n,) the province holds the reserve under a rule."""
    if not isinstance(rule, ByProvince):
        return np.full(len(province_of), rule.pooled)
    return np.array([rule.rule_of(int(province)).pooled for province in province_of])
