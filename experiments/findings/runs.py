"""Where claims take their runs from, and the rows of their tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from abm.errors import UserError
from abm.scenario import LAST_YEAR
from experiments.design import Design
from experiments.store import Store
from experiments.sweeps import STORE, Sweep, require, sweep

if TYPE_CHECKING:
    from experiments.runner import Progress

COLUMNS = ["panel", "row", "series", "value", "standard_error", "low", "high"]


@dataclass(frozen=True)
class Runs:
    """A store and how to make what it lacks; with ``make`` false nothing is made, and a lack is a UserError.

    ``designs`` go before the shipped ones of their names: the same runs at another scale, say.
    """

    store: str | Path | Store = STORE
    progress: Progress | None = None
    jobs: int | None = None
    make: bool = True
    designs: Mapping[str, Design] = field(default_factory=dict)

    def of(self, name: str, year: int | None = None) -> Sweep:
        """The runs of a design; UserError if one's own copy of it ends before a year that is needed."""
        design = self.designs.get(name) or Design.read(name)
        if year is not None and (design.end or LAST_YEAR) < year:
            raise UserError(f"design '{name}' ends in {design.end}; what is shown is {year}, so set its 'to'")
        if not self.make:
            return require(design, self.store)
        return sweep(design, self.store, self.progress, self.jobs)

    def provinces(self, name: str, year: int | None = None) -> pd.DataFrame:
        """The provinces in the runs of a design."""
        return self.of(name, year).provinces


def rows(found: pd.DataFrame, panels: Mapping[str, str], row: str, **more: Any) -> pd.DataFrame:
    """Differences as ``moral_hazard`` gives them, as rows of a claim; the group is the series.

    ``panels`` names the indicators shown, in order, by the panel each is shown in.
    """
    shown = found[found["indicator"].isin(panels)]
    made = shown.assign(
        panel=shown["indicator"].map(panels),
        row=row,
        series=shown["group"],
        value=shown["difference"],
        **more,
    )
    order = {indicator: place for place, indicator in enumerate(panels)}
    return made.sort_values("indicator", key=lambda x: x.map(order), kind="stable")[COLUMNS]
