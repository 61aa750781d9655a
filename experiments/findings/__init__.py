"""The claims of ``docs/findings.md``, each computed from the runs of its design: sizes, errors, a figure.

``tongchou findings`` makes what is missing in a store and shows every claim; ``tongchou findings race`` one.
A claim is a file with ``table(runs)``; its rows have a *panel* (what is measured), a *row* and a *series* of
the figure, and a value with its standard error and 95 % interval over pairs of runs with common draws.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from abm.errors import unknown
from experiments.findings import adjustment, assessment, capacity, hazard, provincial, race
from experiments.findings.runs import Runs
from experiments.sweeps import STORE

if TYPE_CHECKING:
    import pandas as pd

    from experiments.runner import Progress
    from experiments.store import Store


class Claim(NamedTuple):
    """What is claimed, and the table that bears it out or does not."""

    title: str
    table: Callable[[Runs], pd.DataFrame]


CLAIMS: dict[str, Claim] = {
    "hazard": Claim("National pooling lowers effort, more in deficit than in surplus", hazard.table),
    "provincial": Claim("Provincial pooling: coverage and the declared base", provincial.table),
    "adjustment": Claim(
        "The formula of 2018 charges heads, not bases; relief comes on top", adjustment.table
    ),
    "assessment": Claim("Assessment restores effort, at a cost", assessment.table),
    "race": Claim("More mobile employers, lower effective rates", race.table),
    "capacity": Claim("Who collects less hard: places like Guangdong or like Heilongjiang", capacity.table),
}
"""Every claim by name, in the order of the page."""


def finding(
    name: str, store: str | Path | Store = STORE, progress: Progress | None = None, jobs: int | None = None
) -> pd.DataFrame:
    """The table of a claim; runs that its designs need and the store lacks are made first.

    Columns: panel, row, series, value, standard_error, low, high. Raises UserError for an unknown claim.
    """
    if name not in CLAIMS:
        raise unknown("finding", name, CLAIMS)
    return CLAIMS[name].table(Runs(store, progress, jobs))
