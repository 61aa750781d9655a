"""Trials: parameters and seeds in, moments out; every evaluation is kept, so a killed estimation goes on.

An evaluation is a file named by a hash of everything it depends on: the model's code and data, the targets
and the code that measures them, the resolved scenario with its parameters, and the seed. A run that fails is
kept too.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from abm.scenario import Scenario
from calibration import measures, moments, reactions, targets
from experiments import published

MEASURING = (measures, moments, reactions, published)
"""The modules that decide what a run's moments are."""

Array = NDArray[np.floating]


class Trials:
    """Evaluates settings under several seeds, in parallel, through a store on disk.

    ``computed``, ``reused`` and ``failed`` count evaluations (a setting under one seed); ``say`` is told how
    many there are after each batch of several settings.
    """

    def __init__(
        self,
        scenario: Scenario,
        table: moments.Table,
        seeds: Sequence[int],
        store: Path,
        jobs: int = 1,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.scenario, self.table, self.seeds = scenario, table, tuple(seeds)
        self.store, self.jobs, self.say = store, jobs, say
        self.computed = self.reused = self.failed = 0
        self._fingerprint = _fingerprint(table)

    def __call__(self, settings: Sequence[Mapping[str, Any]]) -> Array:
        """Moments of every setting and seed, shape (settings, seeds, m); NaN where a run failed."""
        wanted = [(setting, seed) for setting in settings for seed in self.seeds]
        scenarios = [self.scenario.changed(set=dict(setting), seed=seed) for setting, seed in wanted]
        files = [self.store / f"{self._key(scenario)}.json" for scenario in scenarios]
        missing = {
            file: scenario for file, scenario in zip(files, scenarios, strict=True) if not file.is_file()
        }
        self.store.mkdir(parents=True, exist_ok=True)
        if missing:
            from joblib import Parallel, delayed

            Parallel(n_jobs=min(self.jobs, len(missing)))(
                delayed(evaluate)(scenario, self.table, file) for file, scenario in missing.items()
            )
        self.computed += len(missing)
        self.reused += len(files) - len(missing)
        if len(missing) > len(self.seeds):
            self.say(f"{self.computed} evaluations")
        rows = [self._read(file) for file in files]
        return np.array(rows).reshape(len(settings), len(self.seeds), len(self.table.value))

    def _read(self, file: Path) -> Array:
        kept = json.loads(file.read_text(encoding="utf-8"))
        if kept["status"] != "ok":
            self.failed += 1
            return np.full(len(self.table.value), np.nan)
        return np.array([np.nan if v is None else v for v in kept["moments"]], dtype=np.float64)

    def _key(self, scenario: Scenario) -> str:
        return hashlib.sha256(f"{self._fingerprint} {scenario.key()}".encode()).hexdigest()[:40]


def evaluate(scenario: Scenario, table: moments.Table, file: Path) -> None:
    """Run one scenario on one thread and keep its moments, or its failure, in a file."""
    from abm.model import PensionModel
    from calibration.measures import of_run

    kept: dict[str, Any] = {"set": scenario.resolved()["set"], "seed": scenario.seed, "scale": scenario.scale}
    try:
        values = table.of(of_run(PensionModel(scenario, threads=1).run()))
    except (MemoryError, OSError):  # of the machine, not of the parameters: another time it may go well
        raise
    except Exception as error:  # a trial outside what the model can settle is an observation, not an accident
        kept |= {"status": "failed", "error": f"{type(error).__name__}: {error}"}
    else:
        kept |= {"status": "ok", "moments": [float(v) if np.isfinite(v) else None for v in values]}
    part = file.with_suffix(f".{os.getpid()}.part")
    part.write_text(json.dumps(kept), encoding="utf-8")
    part.replace(file)


def _fingerprint(table: moments.Table) -> str:
    """A hash of the model's code and data, of the targets and of the code that measures them."""
    from abm import data
    from abm.results import code_hash

    digest = hashlib.sha256(f"{code_hash()} {data.data_hash()}".encode())
    for file in (*(Path(str(code.__file__)) for code in MEASURING), *sorted(targets.FOLDER.glob("*.yaml"))):
        digest.update(file.read_bytes())
    digest.update(repr(list(table.index)).encode())
    return digest.hexdigest()
