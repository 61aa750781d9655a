"""How well a sweep uses two workers, what scheduling costs, and whether a worker's memory stays flat.

    python benchmarks/sweep.py [--scale 5000] [--to 2013] [--runs 12] [--rounds 3] [--kept 200]

*Efficiency*: half of the runs on one worker against all of them on two, in turn; workers are started and warm
before the clock runs, and 1 means half the time. *Scheduling*: time a run on two workers where runs
only hand over their tables: handing out, storing, folding. *Memory*: what a worker holds after the last run
beyond what it held after a quarter. Quote medians and name the machine; other load makes wall time worse
than it is, so the processor's seconds of both sides are printed as well.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from functools import partial
from pathlib import Path

import psutil

from abm.scenario import Scenario
from experiments.backends import Pool, cores
from experiments.runner import Simulate, Task, execute, perform, simulate, tasks_of
from experiments.store import Store


def seconds(
    tasks: list[Task], jobs: int, folder: Path, pair: list[int], work: Simulate = simulate
) -> tuple[float, float]:
    """Wall time and processor time (workers included) of the tasks with this many workers, in a new store."""
    os.sched_setaffinity(0, pair[:jobs])
    store = Store(folder)
    used, began = processor(), time.perf_counter()
    execute(tasks, store, Pool(jobs), work=work)
    return time.perf_counter() - began, processor() - used


def processor() -> float:
    """Processor seconds of this process and its workers so far."""
    own = psutil.Process()
    return sum(sum(p.cpu_times()[:2]) for p in (own, *own.children(recursive=True)))


def handed_back(task: Task, threads: int, tables: dict[str, bytes]) -> dict[str, bytes]:
    """The tables of a run that was made before, so that only the machinery is left to time."""
    return tables


def resident() -> float:
    """Resident memory of this process, MiB."""
    return float(psutil.Process().memory_info().rss / 2**20)


def main() -> None:
    """Print the efficiency of each round and the median, seconds of scheduling, growth of memory."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, default in (("scale", 5000), ("to", 2013), ("runs", 12), ("rounds", 3), ("kept", 200)):
        parser.add_argument(f"--{name}", type=int, default=default)
    given = parser.parse_args()
    if cores() < 2:
        raise SystemExit("this machine has one core")
    pair = sorted(os.sched_getaffinity(0))[:2]
    tasks = tasks_of(Scenario.named("history", scale=given.scale, end=given.to), 1, given.runs)
    small = tasks_of(Scenario.named("history", scale=200000, end=2011), 1, given.kept)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        if given.rounds:
            efficiency(tasks, given.rounds, root, pair)
        nothing = partial(handed_back, tables=simulate(small[0], 1))
        seconds(small[:2], 2, root / "warm again", pair, nothing)
        wall, used = seconds(small, 2, root / "nothing", pair, nothing)
        wall, used = (1e3 * spent / len(small) for spent in (wall, used))
        print(f"scheduling: {wall:.1f} ms a run, {used:.1f} ms of processor time")
        shards = Store(root / "memory").shards
        for number, task in enumerate(small):
            perform(task, shards, 1, simulate)
            if number == len(small) // 4:
                early = resident()
        grown = resident() - early
        print(f"memory of a worker: {early:.0f} MiB after a quarter, {grown:+.1f} MiB by run {len(small)}")


def efficiency(tasks: list[Task], rounds: int, root: Path, pair: list[int]) -> None:
    """Print what two workers make of twice the work of one."""
    seconds(tasks[:4], 2, root / "warm", pair)
    seconds(tasks[:1], 1, root / "warm alone", pair)  # a worker of its own, which compiles before the clock
    walls, used = [], []
    for number in range(rounds):
        one = seconds(tasks[: len(tasks) // 2], 1, root / f"one {number}", pair)
        two = seconds(tasks, 2, root / f"two {number}", pair)
        walls.append(one[0] / two[0])
        used.append(2 * one[1] / two[1])
        print(
            f"half of the runs alone {one[0]:.1f} s, all on two workers {two[0]:.1f} s: {walls[-1]:.2f}; "
            f"by processor time {used[-1]:.2f}"
        )
    print(f"efficiency of two workers, medians: {statistics.median(walls):.2f} by the clock, "
          f"{statistics.median(used):.2f} by processor time")  # fmt: skip


if __name__ == "__main__":
    main()
