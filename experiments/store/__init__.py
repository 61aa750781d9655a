"""The store: finished runs by what was run, so that no run is ever made twice or lost.

A run's key is the hash of the model's code, its data and the resolved scenario (rules, parameters, years,
scale, resolution, seed). Workers append finished runs to shards of their own, ``shards/HOST-PID-N.sqlite``,
a transaction a run; ``Store.compact`` folds the shards into ``runs``, ``national``, ``provinces`` and
``cohorts.parquet``. A failed run is a row with its traceback and is tried again by the next command.
"""

from __future__ import annotations

from experiments.store.run import TABLES, Run, run_key
from experiments.store.store import Store

__all__ = ["TABLES", "Run", "Store", "run_key"]
