"""Stands in for the model where many runs are the subject: tables made of the scenario's key, at once."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from abm.results import arrow_table
from abm.scenario import Scenario
from abm.space import PROVINCE_NAMES
from experiments.runner import Task, tasks_of
from experiments.store import TABLES
from experiments.store.run import encoded

PATH = "worker.habit"


def tasks(count: int, spec: str = "history", replicates: int = 1) -> list[Task]:
    """Tasks at ``count`` points of one parameter."""
    base = Scenario.named(spec, end=2011, scale=200000)
    values = np.linspace(0.1, 0.9, count).round(6).tolist()
    return [
        task
        for number, value in enumerate(values)
        for task in tasks_of(base.changed(set={PATH: value}), 1, replicates, {PATH: value}, number)
    ]


def work(task: Task, threads: int) -> dict[str, bytes]:
    """Tables of random numbers that depend on the scenario alone."""
    scenario = task.scenario
    random = np.random.default_rng(int(scenario.key()[:16], 16))
    years = range(scenario.start, scenario.end + 1)
    return {
        "national": _table("national", random, [(year, "China") for year in years]),
        "provinces": _table("provinces", random, [(y, name) for y in years for name in PROVINCE_NAMES]),
        "cohorts": _table("cohorts", random, [(y, c) for y in years for c in (1960, 1980)]),
        "flows": _table("flows", random, [(y, kind) for y in years for kind in ("advance", "subsidy")]),
    }


def _table(name: str, random: np.random.Generator, rows: list[tuple[Any, Any]]) -> bytes:
    columns = TABLES[name]
    data: dict[str, Any] = dict(zip(list(columns)[:2], zip(*rows, strict=True), strict=True))
    for column, (kind, *_) in list(columns.items())[2:]:
        numbers = random.integers(0, 1000, len(rows))
        texts = np.where(numbers % 2 == 0, "fund:China", "budget:China")
        kinds = {"integer": numbers, "number": numbers / 7.0, "flag": numbers % 2 == 0, "text": texts}
        data[column] = kinds[kind]
    return encoded(arrow_table(pd.DataFrame(data)[list(columns)], columns))


def slow(task: Task, threads: int) -> dict[str, bytes]:
    """As ``work``, but it takes a while."""
    time.sleep(0.05)
    return work(task, threads)


def fails_below_half(task: Task, threads: int) -> dict[str, bytes]:
    """As ``work``, but it fails where the parameter is below one half."""
    if task.scenario.set[PATH] < 0.5:
        raise ArithmeticError(f"no luck with {task.scenario.set[PATH]}")
    return work(task, threads)


def kills_its_worker(task: Task, threads: int) -> dict[str, bytes]:
    """As ``work``, but the process dies where the parameter is 0.1."""
    if task.scenario.set[PATH] == 0.1:
        os.kill(os.getpid(), signal.SIGKILL)
    return work(task, threads)


def kills_its_worker_once(task: Task, threads: int, mark: Path) -> dict[str, bytes]:
    """As ``kills_its_worker``, but only as long as the file ``mark`` is not there."""
    if task.scenario.set[PATH] == 0.1 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return work(task, threads)
