"""Municipal pools: each locality keeps its contributions, pays its pensions and backs its own fund.

Stock: kept by the locality. Legacy: paid by each pool with its pensions. Gap: the locality's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from abm.regimes.accounts import Array
from abm.regimes.rule import Declaration, ParameterSource
from abm.regimes.settlement import Books


@dataclass(frozen=True)
class Municipal:
    """The rule of municipal pools; it has no numbers."""

    pooled: ClassVar[bool] = False
    others_in_total: ClassVar[bool] = True
    declaration: ClassVar[Declaration] = Declaration(stock="kept", legacy="locality", gap="locality")

    def pool(self, books: Books) -> None:
        """No money moves."""

    def missing(self, books: Books) -> tuple[Array, Array]:
        """What each fund cannot pay from its reserve, (..., n), all of it charged to the locality."""
        short = np.maximum(-books.local, 0.0)
        return short, short


def rule(parameters: ParameterSource, year: int) -> Municipal:
    """The rule as it stands in a year."""
    return Municipal()
