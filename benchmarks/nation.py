"""The whole nation at a scale: rows, time and memory of the start and of every year, in a process of its own.

One row a person: ``python -m benchmarks.nation --scale 1 --outside 4 --years 10 --state-dir FOLDER``. Without
``--state-dir`` the state is in memory. Prints a line a year and at the end one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import OFF


def main() -> None:
    """Read the arguments, run, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=int, required=True)
    parser.add_argument("--outside", type=float, default=1.0, help="population.outside_weight")
    parser.add_argument("--years", type=int, default=2)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--state-dir", type=Path)
    print(json.dumps(run(**vars(parser.parse_args())), indent=1))


def run(scale: int, outside: float, years: int, threads: int, state_dir: Path | None) -> dict[str, Any]:
    """Simulate the history from 2010 for so many years after the base year; what it took."""
    os.environ.setdefault(*OFF)
    from abm import PensionModel, Scenario

    settings = {"population.outside_weight": outside} if outside != 1.0 else {}
    scenario = Scenario.named("history", scale=scale, end=2010 + years, set=settings)
    before = spent()
    model = PensionModel(scenario, threads=threads, state_dir=state_dir)
    persons = model.population.persons
    found: dict[str, Any] = {
        "scale": scale,
        "outside_weight": outside,
        "threads": threads,
        "in_files": state_dir is not None,
        "rows": len(persons["id"]),
        "members": int(np.count_nonzero((persons["flags"] & 4) > 0)),
        "state_gib": sum(column.nbytes for column in persons.values()) / 2**30,
        "start": used(before),
        "peak_start_gib": memory(),
        "years": [],
    }
    for _ in range(years):
        before = spent()
        model.step()
        found["years"].append({"year": model.year, **used(before), "peak_gib": memory()})
        print(json.dumps(found["years"][-1]), flush=True)
    national = model.results().national.iloc[-1]
    found["last"] = {name: float(national[name]) for name in ("insured_employees", "retirees", "reserve")}
    return found


def spent() -> tuple[float, float]:
    """Wall and CPU seconds so far."""
    return time.perf_counter(), time.process_time()


def used(before: tuple[float, float]) -> dict[str, float]:
    """Seconds since ``before``."""
    wall, cpu = (b - a for a, b in zip(before, spent(), strict=True))
    return {"wall_s": wall, "cpu_s": cpu}


def memory() -> dict[str, float]:
    """GiB held at most so far, mapped files included, and held now without them, where the system tells."""
    held = {"most": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20}
    status = Path("/proc/self/status")
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text(encoding="ascii").splitlines())
        held["own"] = float(lines["RssAnon"].split()[0]) / 2**20
    return held


if __name__ == "__main__":
    main()
