"""Why did it change? The effect of a policy split over the channels through which it works.

For every set of channels the scenario is run with the others held at the baseline's path
(:mod:`experiments.channels`), with the same seeds. The worth of a set is the effect that is left; a channel's
Shapley share is its mean contribution over all orders in which channels can be let go (Shapley 1953;
Shorrocks 2013, Journal of Economic Inequality 11). What is left with every channel held is the *direct*
effect: the rule itself, and workers' answers to it; of a money rule it is zero. Direct effect and shares add
up to the whole, replicate by replicate.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from abm.errors import UserError, unknown
from abm.scenario import Scenario
from experiments.backends import Pool
from experiments.channels import CHANNELS, Held, check_start
from experiments.comparison import HEADLINES, checked
from experiments.design import MOST_RUNS, check_disk
from experiments.paired import effects
from experiments.runner import Progress, Task, execute, tasks_of
from experiments.store import TABLES, Store, run_key
from experiments.sweeps import STORE, Sweep

DIRECT, TOTAL = "direct", "total"

Set = frozenset[str]


def decompose(
    baseline: str | Scenario,
    scenario: str | Scenario,
    channels: Sequence[str] = CHANNELS,
    replicates: int = 4,
    indicators: Sequence[str] = HEADLINES,
    store: str | Path | Store = STORE,
    progress: Progress | None = None,
    jobs: int | None = None,
    backend: str = "loky",
    address: str | None = None,
    **options: object,
) -> pd.DataFrame:
    """Split the national effect of a scenario against a baseline over channels, in every year.

    Runs ``replicates`` × (1 + 2^channels) simulations. Columns: indicator, year, channel (``direct``, the
    channels, ``total``), effect, standard_error, low, high (95 %, t), replicates. ``options`` are those of
    ``Scenario.named``. Raises UserError: an unknown channel, scenarios that differ in their base year or
    not at all, failed runs (a replicate with one is left out; two must be left).
    """
    for name in channels:
        if name not in CHANNELS:
            raise unknown("channel", name, CHANNELS)
    for name in indicators:
        if name not in list(TABLES["national"])[2:]:
            raise unknown("indicator", name, list(TABLES["national"])[2:])
    if replicates < 2:
        raise UserError(f"replicates {replicates} is not allowed; allowed: at least 2")
    count = replicates * (1 + 2 ** len(set(channels)))
    if count > MOST_RUNS:
        raise UserError(f"the decomposition has {count:,} runs; allowed: at most {MOST_RUNS:,}")
    a, b = checked([baseline, scenario], dict(options))
    kept = store if isinstance(store, Store) else Store(store)
    pool = Pool(jobs, backend, address)
    pool.check()
    sets = list(subsets(dict.fromkeys(channels)))
    tasks = _tasks(a, b, sets, tuple(dict.fromkeys(channels)), replicates)
    present = kept.finished()
    missing = sum(task.key not in present for task in tasks)
    if missing:
        check_start(a, b)
        check_disk(kept.folder, missing, a.end - a.start + 1)
    execute(tasks, kept, pool, progress)
    return table(Sweep(tasks, kept), sets, list(dict.fromkeys(channels)), indicators)


def stored(store: Store, baseline: str, scenario: str) -> pd.DataFrame:
    """The table of a decomposition from runs that are all in a store, its options read off them.

    Of several decompositions of the two the one at the finest scale is taken. Raises UserError where there is
    none, or where a run of it is missing.
    """
    again = f"make them with: tongchou decompose {baseline} {scenario} --store {store.folder}"
    b = Scenario.named(scenario)
    runs = store.runs()
    runs = runs[(runs["scenario"] == b.name) & (runs["status"] == "ok")]
    held = runs["parameters"].map(lambda text: tuple(json.loads(text).get("held", ())))
    runs = runs.assign(held=held)[held.map(len) > 0]
    if runs.empty:
        raise UserError(f"no runs that split the effect of '{b.name}' are in store '{store.folder}'; {again}")
    runs = runs[runs["scale"] == runs["scale"].min()]
    first = runs.iloc[0]
    for column in ("from", "to", "resolution", "code"):
        runs = runs[runs[column] == first[column]]
    known = {name for names in runs["held"] for name in names}
    channels = tuple(name for name in CHANNELS if name in known)
    options: dict[str, object] = {name: int(first[column]) for column, name in _OPTIONS.items()}
    options["resolution"] = str(first["resolution"])
    a, b = checked([baseline, scenario], options | {"seed": int(runs["seed"].min())})
    sets = list(subsets(channels))
    tasks = _tasks(a, b, sets, channels, int(runs["seed"].nunique()))
    present = store.finished()
    lacking = sum(task.key not in present for task in tasks)
    if lacking:
        raise UserError(
            f"{lacking} of the {len(tasks)} runs that split the effect of '{b.name}' against '{a.name}' are "
            f"not in store '{store.folder}'; {again}"
        )
    return table(Sweep(tasks, store), sets, channels, HEADLINES)


_OPTIONS = {"from": "start", "to": "end", "scale": "scale"}
"""Columns of the store's runs, and the options of ``Scenario.named`` that they say, beside the resolution."""


def subsets(names: Collection[str]) -> Iterator[Set]:
    """All sets of the names, the empty one first."""
    for size in range(len(names) + 1):
        yield from map(frozenset, combinations(names, size))


def shapley(worth: Mapping[Set, NDArray[np.float64]], names: Sequence[str]) -> dict[str, NDArray[np.float64]]:
    """Each name's Shapley share of worth(all) − worth(none); ``worth`` knows every set of the names."""
    n = len(names)
    shares = {}
    for name in names:
        others = [other for other in names if other != name]
        shares[name] = sum(
            (
                (worth[free | {name}] - worth[free])
                * (math.factorial(len(free)) * math.factorial(n - len(free) - 1) / math.factorial(n))
                for free in subsets(others)
            ),
            np.zeros_like(worth[frozenset()]),
        )
    return shares


def table(
    made: Sweep, sets: Sequence[Set], channels: Sequence[str], indicators: Sequence[str]
) -> pd.DataFrame:
    """The parts of the effect from the runs of a decomposition; point 0 is the baseline, 1 + i set i."""
    national = made.national.set_index(["point", "replicate", "year"])[list(indicators)].astype(float)
    wide = national.unstack("year")
    whole = wide.groupby("replicate").size() == 1 + len(sets)
    good = list(whole.index[whole])
    if len(good) < 2:
        failed = made.runs.loc[made.runs["status"] == "failed", "error"]
        why = f" ({str(failed.iloc[0]).strip().splitlines()[-1]})" if len(failed) else ""
        raise UserError(f"{len(good)} replicates did not fail, and errors need two{why}")
    at = {point: wide.loc[point].loc[good].to_numpy() for point in range(1 + len(sets))}
    worth = {free: at[1 + number] - at[0] for number, free in enumerate(sets)}
    parts = {DIRECT: worth[frozenset()], **shapley(worth, channels), TOTAL: worth[frozenset(channels)]}
    rows = []
    for channel, values in parts.items():
        found = effects(np.zeros_like(values), values)
        found = found[["difference", "standard_error", "low", "high", "pairs"]]
        keys = wide.columns.to_frame(index=False)
        keys.columns = pd.Index(["indicator", "year"])
        rows.append(keys.assign(channel=channel).join(found))
    return pd.concat(rows, ignore_index=True).rename(columns={"difference": "effect", "pairs": "replicates"})


def _tasks(
    a: Scenario, b: Scenario, sets: Sequence[Set], channels: Sequence[str], replicates: int
) -> list[Task]:
    """Replicate by replicate, so that a worker notes the baseline's path once."""
    tasks = []
    plain = zip(tasks_of(a, a.seed, replicates), tasks_of(b, b.seed, replicates), strict=True)
    for baseline, free in plain:
        tasks.append(baseline)
        for number, let_go in enumerate(sets):
            held = Held(baseline.scenario, tuple(name for name in channels if name not in let_go))
            task = free._replace(point=1 + number)
            if held.channels:
                key = run_key(free.scenario, held.text)
                task = task._replace(key=key, held=held, parameters={"held": list(held.channels)})
            tasks.append(task)
    return tasks
