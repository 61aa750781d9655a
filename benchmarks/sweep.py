"""How well a sweep uses two workers: runs one after another against two at a time, in turn, as a ratio.

    python benchmarks/sweep.py [--scale 5000] [--to 2013] [--runs 12] [--rounds 3]

Workers are started and warm before the clock runs. An efficiency of 1 means half the time. Quote the median
and name the machine; other load makes the figure worse than it is.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path

from abm.scenario import Scenario
from experiments.backends import Pool, cores
from experiments.runner import Task, execute, tasks_of
from experiments.store import Store


def seconds(tasks: list[Task], jobs: int, folder: Path, pair: list[int]) -> float:
    """Wall time of the tasks with this many workers, a core and a thread each, into a new store."""
    os.sched_setaffinity(0, pair[:jobs])
    store = Store(folder)
    began = time.perf_counter()
    execute(tasks, store, Pool(jobs))
    return time.perf_counter() - began


def main() -> None:
    """Print the efficiency of each round and their median."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, default in (("scale", 5000), ("to", 2013), ("runs", 12), ("rounds", 3)):
        parser.add_argument(f"--{name}", type=int, default=default)
    given = parser.parse_args()
    if cores() < 2:
        raise SystemExit("this machine has one core")
    pair = sorted(os.sched_getaffinity(0))[:2]
    scenario = Scenario.named("history", scale=given.scale, end=given.to)
    tasks = tasks_of(scenario, 1, given.runs)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        seconds(tasks[:2], 2, root / "warm", pair)
        ratios = []
        for number in range(given.rounds):
            one = seconds(tasks[: given.runs // 2], 1, root / f"one {number}", pair)
            two = seconds(tasks, 2, root / f"two {number}", pair)
            ratios.append(one / two)
            print(f"half of the runs alone {one:.1f} s, all on two workers {two:.1f} s: {one / two:.2f}")
    print(f"efficiency of two workers, median: {statistics.median(ratios):.2f}")


if __name__ == "__main__":
    main()
