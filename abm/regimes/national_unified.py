"""National unified pooling: one fund, one budget; all revenue is remitted, all spending paid by the centre.

The national reserve meets a gap first. What it cannot pay is attributed to localities by their own deficits
and carried as ``responsibility`` says: by the centre; by localities; or shared by tiers of output per head,
x = GDP per head over the nation's: the local share is 0 below a floor, rises linearly to its top at 1 and
stays there, and the centre pays the rest. A local treasury pays up to its capacity; of what it cannot pay the
centre pays all, except where localities carry the gap: then the softness of the budget decides.
Stock at the switch, once: kept; or of provinces with x > 1 a share of what exceeds y months of spending goes
to the fund and the rest stays theirs (a retained surplus, not used for gaps); or all of it is centralised.
Legacy at the switch: the part of empty individual accounts that no reserve of the place backs is a debt of
the local treasury to the fund, paid in equal yearly parts as far as its capacity goes.
The pure case centralises stock, legacy and gap.
Sources: three essays on national pooling (S0 section 3, S1 section 2.2, S2 section 5); all numbers assumed
but the tier of 60 %.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from abm.regimes.accounts import Array, ratio
from abm.regimes.gap import certified_gap, spending
from abm.regimes.provincial_unified import REVENUE
from abm.regimes.rule import Declaration, ParameterSource, UpperRule
from abm.regimes.settlement import Books

RESPONSIBILITIES = ("central", "local", "shared")
STOCKS = ("kept", "drawn", "centralised")


@dataclass(frozen=True)
class NationalUnified(UpperRule):
    """The rule: who carries gaps, the tiers of output, what happens to stock and legacy at the switch."""

    responsibility: str
    local_share_top: float
    local_share_free_below: float
    stock: str
    stock_months: float
    stock_share: float
    legacy_local_share: float
    legacy_years: float
    pooled: ClassVar[bool] = True

    @property
    def declaration(self) -> Declaration:
        """Stock, legacy and gap."""
        stock = f"drawn above {self.stock_months:g} months" if self.stock == "drawn" else self.stock
        return Declaration(stock, "locality" if self.legacy_local_share else "centre", self.responsibility)

    @property
    def backstop(self) -> float | None:
        """The centre pays what a local treasury cannot, unless localities are responsible."""
        return None if self.responsibility == "local" else 1.0

    def pool(self, books: Books) -> None:
        """Deal with stock and legacy if this is the switch; remit all revenue, receive all spending."""
        self._switch(books)
        self._pay_legacy(books)
        revenue = [books.flows[name] for name in (*REVENUE, "legacy_payment") if name in books.flows]
        books.post("national_remittance", sum(revenue[1:], start=revenue[0]))
        books.post("national_allocation", spending(books) + books.accounts.portability_out)

    def missing(self, books: Books) -> tuple[Array, Array]:
        """What the national reserve cannot pay, attributed to localities, and the part each bears."""
        gap = certified_gap(books)
        people = books.accounts.population
        key = np.where(_nation(gap) > 0.0, ratio(gap, _nation(gap)), ratio(people, _nation(people)))
        missing = np.maximum(-books.central, 0.0)[..., None] * key
        return missing, missing * self.local_share(books)

    def local_share(self, books: Books) -> Array:
        """The share of its gap a locality bears, (..., n)."""
        if self.responsibility != "shared":
            return np.asarray(float(self.responsibility == "local"))
        rise = (_relative_output(books) - self.local_share_free_below) / (1.0 - self.local_share_free_below)
        return books.membership.spread(self.local_share_top * np.clip(rise, 0.0, 1.0))

    def _switch(self, books: Books) -> None:
        """Hand over the stock and write down the legacy, once."""
        tiers, memory = books.membership, books.memory
        first = 1.0 - memory.switched
        local, provincial = np.maximum(books.opening.local, 0.0), np.maximum(books.opening.provincial, 0.0)
        # A province's fund goes with its localities: where any of them has yet to switch.
        of_province = tiers.total(first) > 0.0
        drawn = self._drawn(books, tiers.total(local) + provincial)
        books.post("stock_to_centre", local * first * tiers.spread(drawn))
        books.post("provincial_stock_to_centre", provincial * of_province * drawn)
        backing = local + tiers.share(books.accounts.empty_accounts) * tiers.spread(provincial)
        empty = self.legacy_local_share * np.maximum(books.accounts.empty_accounts - backing, 0.0)
        debt = np.where(first > 0.0, empty, memory.legacy_debt)
        yearly = np.where(first > 0.0, debt / self.legacy_years, memory.legacy_payment)
        books.memory = memory._replace(switched=np.ones_like(first), legacy_debt=debt, legacy_payment=yearly)

    def _drawn(self, books: Books, stock: Array) -> Array:
        """Share of each province's stock that goes to the national fund at the switch, (..., P)."""
        if self.stock != "drawn":
            return np.full(stock.shape, float(self.stock == "centralised"))
        yearly = books.membership.total(spending(books)) / books.part
        above = np.maximum(stock - yearly * self.stock_months / 12.0, 0.0)
        return np.where(_relative_output(books) > 1.0, self.stock_share * ratio(above, stock), 0.0)

    def _pay_legacy(self, books: Books) -> None:
        """The year's part of what the local treasury owes for empty accounts."""
        memory = books.memory
        due = np.minimum(books.part * memory.legacy_payment, memory.legacy_debt)
        paid = np.minimum(due, books.treasury_left())
        books.post("legacy_payment", paid)
        books.memory = memory._replace(legacy_debt=memory.legacy_debt - paid)


def _nation(x: Array) -> Array:
    return x.sum(axis=-1, keepdims=True)


def _relative_output(books: Books) -> Array:
    """Output per head of each province over the nation's, (..., P)."""
    gdp = books.membership.total(books.accounts.gdp)
    people = books.membership.total(books.accounts.population)
    return ratio(gdp, people * ratio(_nation(gdp), _nation(people)))


def pure() -> NationalUnified:
    """One fund that everything goes into and comes out of; the centre carries the gap and the legacy."""
    return NationalUnified("central", 0.0, 0.0, "centralised", 0.0, 1.0, 0.0, 1.0)


def rule(parameters: ParameterSource, year: int) -> NationalUnified:
    """The rule as it stands in a year."""

    def value(name: str) -> float:
        return parameters.value(f"regimes.national_{name}", year)

    if value("pure"):
        return pure()
    return NationalUnified(
        RESPONSIBILITIES[round(value("responsibility"))],
        value("gap_share_top"),
        value("gap_share_free_below"),
        STOCKS[round(value("stock"))],
        value("stock_months"),
        value("stock_share"),
        value("legacy_local_share"),
        value("legacy_years"),
    )
