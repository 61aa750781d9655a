"""A transfer rule works in three ways on those who live under it, shown apart.

*Substitution*: what is collected is charged or shared, so that collecting is worth something else, although
no money moves (the run expects the rule and is settled by the baseline's; what governments expect to receive
within their horizon is part of it). *Relief*, or loss: money does move, and a richer reserve is worth less.
*Expectation*: governments act before the rule is in force, because it was announced. The three add up to the
effect of the announced rule, seed by seed.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from abm.scenario import Scenario
from experiments.backends import Pool
from experiments.channels import Held
from experiments.emergence.hazard import INDICATORS, compared, groups_of, measured
from experiments.runner import Progress, Task, execute, tasks_of
from experiments.store import Store, run_key
from experiments.sweeps import STORE, Sweep

BASELINE, UNMOVED, RULE, ANNOUNCED = "baseline", "unmoved", "rule", "announced"
PARTS = {"substitution": (BASELINE, UNMOVED), "relief": (UNMOVED, RULE), "expectation": (RULE, ANNOUNCED)}
TOTAL = {"total": (BASELINE, ANNOUNCED)}


def transfer_runs(
    baseline: str,
    rule: str,
    announced: str | None = None,
    replicates: int = 3,
    store: str | Path | Store = STORE,
    progress: Progress | None = None,
    jobs: int | None = None,
    **options: Any,
) -> pd.DataFrame:
    """The provinces' table of the runs that ``transfer_effects`` compares, with their ``part``.

    ``rule`` takes effect unannounced, ``announced`` is the same rule known before (default: the same run, and
    no effect of expectation). ``options`` are those of ``Scenario.named``.
    """
    specs = {BASELINE: baseline, UNMOVED: rule, RULE: rule, ANNOUNCED: announced or rule}
    kept = store if isinstance(store, Store) else Store(store)
    tasks: list[Task] = []
    keys: dict[str, list[str]] = {}
    first = Scenario.named(baseline, **options)
    for part, spec in specs.items():
        made = tasks_of(Scenario.named(spec, **options), first.seed, replicates)
        made = [_unmoved(task, first) for task in made] if part == UNMOVED else made
        tasks += made
        keys[part] = [task.key for task in made]
    execute(tasks, kept, Pool(jobs), progress)
    once = list({task.key: task for task in tasks}.values())
    table = Sweep(once, kept).provinces
    return pd.concat([table[table["key"].isin(k)].assign(part=p) for p, k in keys.items()], ignore_index=True)


def _unmoved(task: Task, baseline: Scenario) -> Task:
    """The run settled by the baseline's money rule, whose governments expect their own."""
    held = Held(baseline.model_copy(update={"seed": task.scenario.seed}), ("transfers",))
    parameters = {"held": list(held.channels)}
    return task._replace(key=run_key(task.scenario, held.text), held=held, parameters=parameters)


def transfer_effects(
    runs: pd.DataFrame, year: int, indicators: Sequence[str] = INDICATORS, place: str = "province"
) -> pd.DataFrame:
    """Substitution, relief, expectation and total by group of places and indicator, as ``moral_hazard``.

    ``runs`` holds the four parts (``part``: baseline, unmoved, rule, announced) with common seeds.
    """
    chosen = measured(runs[runs["year"] == year])
    by_part = {str(part): rows for part, rows in chosen.groupby("part")}
    groups = groups_of(by_part[BASELINE], year, place)
    made = [
        compared(by_part[a], by_part[b], groups, indicators, place).assign(effect=name)
        for name, (a, b) in (PARTS | TOTAL).items()
    ]
    return pd.concat(made, ignore_index=True)
