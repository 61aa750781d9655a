"""Early warning: below some payable months the centre makes an emergency transfer and high pensions wait.

A province is below the line when what its funds hold after the year's flows, before any gap is filled, would
pay less than the line's months of spending. Then the centre's budget pays a share of what is missing to the
line, and the year's rise of high pensions is withheld; it is paid a year later. A national fund has no line
of its own: its centre pays gaps anyway.
Source: S1 section 3 (a line of six months, transfer and delay); the shares are assumed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from abm.regimes.accounts import Array
from abm.regimes.gap import spending
from abm.regimes.rule import ParameterSource
from abm.regimes.settlement import Books


@dataclass(frozen=True)
class EarlyWarning:
    """The module: the line in months, the share transferred, and the share of spending that is put off."""

    line: float
    transfer_share: float
    withheld_share: float
    others_in_total: ClassVar[bool] = True

    def before_gaps(self, books: Books) -> None:
        """Transfer and withhold below the line."""
        if books.national:
            return
        accounts, tiers = books.accounts, books.membership
        line = spending(books) / books.part * self.line / 12.0
        held = tiers.total(np.maximum(books.local, 0.0)) + np.maximum(books.provincial, 0.0)
        short = np.maximum(tiers.total(line) - held, 0.0)
        own = np.maximum(line - np.maximum(books.local, 0.0), 0.0)
        below = tiers.spread(short) > 0.0
        books.pay_in(
            "emergency_transfer", books.part * self.transfer_share * tiers.spread(short) * tiers.share(own)
        )
        withheld = np.where(below, self.withheld_share * accounts.benefits_enterprise, 0.0)
        books.pay_in("rise_withheld", withheld)
        books.memory = books.memory._replace(withheld=books.memory.withheld + withheld)

    def after_gaps(self, books: Books, charged: Array) -> None:
        """Nothing."""


def pay_what_was_withheld(books: Books) -> None:
    """Pay the rises put off last year, whether or not the module is still on."""
    if np.any(books.memory.withheld):
        books.pay_out("rise_paid_later", books.memory.withheld)
        books.memory = books.memory._replace(withheld=np.zeros_like(books.memory.withheld))


def module(parameters: ParameterSource, year: int) -> EarlyWarning:
    """The module as it stands in a year."""
    names = ("months", "transfer_share", "withheld_share")
    return EarlyWarning(*(parameters.value(f"regimes.warning_{name}", year) for name in names))
