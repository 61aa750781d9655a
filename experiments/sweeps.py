"""Sweeps: all runs of a design, and what they found as data frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from abm.errors import UserError
from experiments.backends import Pool
from experiments.design import Design
from experiments.runner import DRAW, Progress, Task, execute
from experiments.store import Store

if TYPE_CHECKING:
    import pandas as pd

STORE = Path("results/store")
"""Where runs are kept unless said otherwise."""


class Sweep:
    """The runs of a design in a store.

    ``runs`` has a row for each run: key, scenario, point, replicate, seed, status, error, and a column for
    each parameter of the design. ``national``, ``provinces`` and ``cohorts`` hold the tables of the runs
    that did not fail, with the same columns before them; ``flows`` what funds and budgets paid each other.
    """

    def __init__(self, tasks: list[Task], store: Store) -> None:
        import pandas as pd

        self.store = store
        rows = [(t.key, t.scenario.name, t.point, t.replicate, t.scenario.seed) for t in tasks]
        made = pd.DataFrame(rows, columns=["key", "scenario", "point", "replicate", "seed"])
        known = store.runs(made["key"].tolist())[["key", "status", "error"]]
        points = pd.DataFrame([t.parameters for t in tasks], index=made.index).drop(
            columns=DRAW, errors="ignore"
        )
        self.parameters = list(points.columns)
        self.runs = made.merge(known, on="key", how="left").join(points)

    @property
    def national(self) -> pd.DataFrame:
        """The nation: a row a run and year."""
        return self.table("national")

    @property
    def provinces(self) -> pd.DataFrame:
        """The provinces: a row a run, year and province."""
        return self.table("provinces")

    @property
    def flows(self) -> pd.DataFrame:
        """What funds and budgets paid each other: a row a run, year, kind, payer and payee."""
        return self.table("flows")

    @property
    def cohorts(self) -> pd.DataFrame:
        """People by year, birth cohort and migrant or not: a row a run and group."""
        return self.table("cohorts")

    def table(self, name: str) -> pd.DataFrame:
        """A table of the store (national, provinces, cohorts, flows) for the runs that did not fail."""
        good = self.runs[self.runs["status"] == "ok"].drop(columns=["status", "error"])
        content = self.store.read(name, good["key"].tolist())
        return good.merge(content, on="key", how="inner")


def sweep(
    design: str | Path | dict[str, Any] | Design,
    store: str | Path | Store = STORE,
    progress: Progress | None = None,
    jobs: int | None = None,
    backend: str = "loky",
    address: str | None = None,
    draws: Sequence[Mapping[str, Any]] = (),
) -> Sweep:
    """Run what is missing of a design and return all of it.

    With ``draws`` of parameters (:mod:`experiments.posterior`) replicate r has draw r, and there are at
    least as many replicates as draws.

    ``design`` is a file, the name of a shipped design, a mapping with the keys of a design file, or a
    :class:`Design`; ``jobs``, ``backend``, ``address`` are those of :class:`experiments.backends.Pool`.
    Raises UserError for a design or store that cannot be used, before anything is run.
    """
    if isinstance(design, dict):
        design = Design.parse(design)
    elif not isinstance(design, Design):
        design = Design.read(design)
    if len(draws) > design.replicates:
        design = design.model_copy(update={"replicates": len(draws)})
    workers = Pool(jobs, backend, address)
    workers.check()
    kept = store if isinstance(store, Store) else Store(store)
    tasks = list(design.tasks(draws))
    present = kept.finished()
    design.check_disk(kept.folder, sum(task.key not in present for task in tasks))
    execute(tasks, kept, workers, progress)
    return Sweep(tasks, kept)


def require(design: Design, store: str | Path | Store) -> Sweep:
    """The runs of a design that are all in a store; UserError that says how to make those that are not."""
    kept = store if isinstance(store, Store) else Store.existing(store)
    tasks = list(design.tasks())
    present = kept.finished()
    lacking = sum(task.key not in present for task in tasks)
    if lacking:
        raise UserError(
            f"{lacking} of the {len(tasks)} runs of design {design.name} are not in store '{kept.folder}'; "
            f"make them with: tongchou sweep {design.name} --store {kept.folder}"
        )
    return Sweep(tasks, kept)
