"""Other schemes that merged into the employee scheme: dated entries from outside the model.

As with the public group, how many came where and when is derived from the published headcounts (table
``merged_schemes``); whom it concerns is drawn. Steps up to the start year are in the start's headcounts.
"""

from __future__ import annotations

import numpy as np

from abm import data
from abm.parameters import Parameters
from abm.population.base import Base
from abm.population.places import Places
from abm.space import PROVINCE_NAMES, PROVINCES


class MergedSchemes:
    """Chances by place that a person belongs to a scheme that has merged."""

    def __init__(self, parameters: Parameters, base: Base, places: Places) -> None:
        self._start, self._province = base.year, places.province_of
        payers = parameters.value("population.payers_share", base.year)
        alone = parameters.value("population.flexible_share_of_payers", base.year)
        insured_staff = payers * (1.0 - alone) * (base.employees - base.public_employees)
        self._left_out = np.maximum(base.formal_jobs - insured_staff, 1.0)

    def _persons(self, variable: str, first: int, last: int) -> np.ndarray:
        """Persons merged from year ``first`` to ``last``, after the start, (31,)."""
        rows = data.load("merged_schemes")
        rows = rows[(rows.variable == variable) & rows.year.between(max(first, self._start + 1), last)]
        where = [PROVINCE_NAMES.index(name) for name in rows.province]
        return np.bincount(where, rows.value, minlength=len(PROVINCES))

    def staff(self, year: int) -> np.ndarray:
        """Part of those staff whom the scheme left out at the start that has come in by a merger, (n,)."""
        merged = self._persons("merged_employees", 0, year)
        return np.minimum(merged / self._left_out, 1.0)[self._province]

    def retirees(self, year: int, waiting: np.ndarray) -> np.ndarray:
        """Part that merges this year of those past the age who were never members, ``waiting`` (n,)."""
        merged = self._persons("merged_retirees", year, year)
        persons = np.bincount(self._province, waiting, minlength=len(PROVINCES))
        return np.minimum(merged / np.maximum(persons, 1.0), 1.0)[self._province]
