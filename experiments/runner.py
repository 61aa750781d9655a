"""Running many simulations: what is missing in the store, on this machine's cores or on a cluster."""

from __future__ import annotations

import gc
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from abm.errors import UserError
from abm.scenario import Scenario
from experiments import channels
from experiments.backends import Pool
from experiments.channels import Held
from experiments.store import Run, Store, run_key, shard
from experiments.store.run import finished, tables_of

Simulate = Callable[["Task", int], dict[str, bytes]]
Progress = Callable[[int, int, int], None]
"""Called with runs done, runs to do and runs failed so far."""


DRAW = "draw"
"""Among a run's parameters in the store: the number of the draw that its world's parameters are."""


class Task(NamedTuple):
    """One run: its key in the store, the scenario with its seed, the design's parameters, both numbers.

    With ``held``, channels of the run follow those of a baseline (:mod:`experiments.channels`).
    """

    key: str
    scenario: Scenario
    parameters: dict[str, Any]
    point: int
    replicate: int
    held: Held | None = None


def tasks_of(
    scenario: Scenario,
    seed: int,
    replicates: int,
    parameters: dict[str, Any] | None = None,
    point: int = 0,
    draws: Sequence[Mapping[str, Any]] = (),
) -> list[Task]:
    """The replicates of a scenario at a point; replicate r has the seed ``seed + r``.

    With ``draws`` of parameters (see :mod:`experiments.posterior`) replicate r has draw r, counted from the
    first again when they are used up, and its number among its parameters; what the scenario itself sets goes
    before what is drawn.
    """
    worlds = [scenario.changed(set={**draw, **scenario.set}) for draw in draws] or [scenario]
    seeded = [worlds[r % len(worlds)].model_copy(update={"seed": seed + r}) for r in range(replicates)]
    given = parameters or {}
    marked = [{**given, DRAW: r % len(draws)} if draws else given for r in range(replicates)]
    return [Task(run_key(s), s, marked[r], point, r) for r, s in enumerate(seeded)]


def simulate(task: Task, threads: int) -> dict[str, bytes]:
    """Run the model and return what the store keeps."""
    from abm.model import PensionModel

    if task.held is None:
        return tables_of(PensionModel(task.scenario, threads=threads).run())
    return tables_of(channels.holding(task.scenario, task.held, threads).run())


def execute(
    tasks: Iterable[Task],
    store: Store,
    pool: Pool = Pool(),  # noqa: B008 - an immutable value
    progress: Progress | None = None,
    work: Simulate = simulate,
) -> int:
    """Run the tasks that are missing in the store or failed before; returns how many fail now.

    Whatever ends it, finished runs are in the store. A run that fails is a row with its traceback. Where a
    worker process dies, the runs it may have been at are tried again, each alone; one that takes its worker
    along a second time is a row as well. Raises UserError: no disk, another version on a worker, no cluster.
    """
    present = store.finished()
    missing = {task.key: task for task in tasks if task.key not in present}
    tally = _Tally(len(missing), progress)
    try:
        with pool.open() as (parallel, threads, deaths):
            jobs = [(task, store.shards.resolve(), threads, work) for task in missing.values()]
            suspects = []
            while jobs:
                begun = _round(parallel, deaths, jobs, tally)
                suspects += [job for job in jobs[:begun] if job[0].key not in tally.done]
                jobs = jobs[begun:]
            for job in suspects:
                _round(parallel, deaths, [job], tally)
                if job[0].key not in tally.done:
                    task = job[0]
                    store.append(finished(task.key, task.scenario, task.parameters, {}, DIED))
                    tally.add(task.key, False)
    finally:
        store.compact()
    return tally.failed


DIED = "the worker process ended without a word, twice: killed, or out of memory"


class _Tally:
    """How far it is."""

    def __init__(self, total: int, progress: Progress | None) -> None:
        self.total, self.progress = total, progress
        self.done: set[str] = set()
        self.failed = 0
        if progress is not None:
            progress(0, total, 0)

    def add(self, key: str, ok: bool) -> None:
        self.done.add(key)
        self.failed += not ok
        if self.progress is not None:
            self.progress(len(self.done), self.total, self.failed)


def _round(parallel: Any, deaths: tuple[type[Exception], ...], jobs: Sequence[Any], tally: _Tally) -> int:
    """Run jobs until all are done or a worker dies; returns how many were handed out."""
    from joblib import delayed

    begun = 0

    def handed_out() -> Iterator[Any]:
        nonlocal begun
        for job in jobs:
            begun += 1
            yield delayed(perform)(*job)

    with suppress(*deaths):
        for key, ok in parallel(handed_out()):
            tally.add(key, ok)
    return begun


def perform(task: Task, shards: Path, threads: int, work: Simulate) -> tuple[str, bool]:
    """In a worker: run one task and append it to the worker's shard; returns key and whether it went well."""
    if run_key(task.scenario, task.held.text if task.held else "") != task.key:
        raise UserError(
            "a worker has another version of the model or its data than this command; "
            "install the same one on all machines"
        )
    gc.freeze()  # what is alive now need not be looked at below
    try:
        run = attempt(task, threads, work)
        shard.append(shards, run)
    finally:
        gc.collect()  # a model holds cycles; without this, those of several runs would be alive at a time
        gc.unfreeze()
    return task.key, run.ok


def attempt(task: Task, threads: int, work: Simulate = simulate) -> Run:
    """The record of a task run now, whether it goes well or not."""
    try:
        tables, error = work(task, threads), ""
    except Exception:
        tables, error = {}, traceback.format_exc()
    return finished(task.key, task.scenario, task.parameters, tables, error)
