"""Where claims take their runs from, and the rows of their tables."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from experiments.store import Store
from experiments.sweeps import STORE, sweep

if TYPE_CHECKING:
    from experiments.runner import Progress

COLUMNS = ["panel", "row", "series", "value", "standard_error", "low", "high"]


class Runs(NamedTuple):
    """A store and how to make what it lacks."""

    store: str | Path | Store = STORE
    progress: Progress | None = None
    jobs: int | None = None

    def provinces(self, design: str) -> pd.DataFrame:
        """The provinces in the runs of a shipped design."""
        made = sweep(design, self.store, self.progress, self.jobs)
        return made.provinces


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
