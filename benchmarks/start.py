"""What a run costs beside its years: start of the program cold and warm, initial state, memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import OFF

ROOT = Path(__file__).resolve().parents[1]

MEMORY = """
import json, resource, sys, time
from abm import PensionModel, Scenario
from abm.model import PensionModel as loaded
base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
began = time.perf_counter()
model = PensionModel(Scenario.named("history", scale=int(sys.argv[1]), end=2012))
built = time.perf_counter() - began
model.run()
persons = model.population.persons
print(json.dumps({
    "rows": len(persons["id"]), "state_bytes": sum(c.nbytes for c in persons.values()),
    "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, "program_bytes": base,
    "initial_state_s": built, "two_years_s": time.perf_counter() - began - built,
}))
"""


def seconds(arguments: list[str], **environment: str) -> float:
    """How long a command takes, from the root; caches as ``environment`` says, else in their usual place."""
    inherited = {key: value for key, value in os.environ.items() if key not in (OFF[0], "NUMBA_CACHE_DIR")}
    began = time.perf_counter()
    subprocess.run(arguments, cwd=ROOT, env={**inherited, **environment}, check=True, capture_output=True)
    return time.perf_counter() - began


def starts() -> dict[str, float]:
    """Seconds of help, import, and the history at the default scale: cold, with compiled code, and again."""
    cli = [sys.executable, "-c", "import sys; from experiments.cli import main; sys.exit(main())"]
    with tempfile.TemporaryDirectory() as folder:
        cache = {"XDG_CACHE_HOME": folder}
        out = ["--out", f"{folder}/out", "--force"]
        found = {
            "run history, nothing compiled": seconds([*cli, "run", "history", *out], **cache),
            "run history, base year kept": seconds([*cli, "run", "history", *out], **cache),
            "run history, base year solved": seconds([*cli, "run", "history", *out], **cache, **dict([OFF])),
            "base year alone, kept": seconds([*cli, "run", "history", "--to", "2010", *out], **cache),
        }
    found["import abm.model"] = seconds([sys.executable, "-c", "import abm.model"])
    found["tongchou --help"] = seconds([*cli, "--help"])
    return found


def memory(scale: int) -> dict[str, float]:
    """Rows, bytes of the person table, peak memory and times of a run at ``scale``, in its own process."""
    environment = {**os.environ, **dict([OFF])}
    done = subprocess.run(
        [sys.executable, "-c", MEMORY, str(scale)], cwd=ROOT, env=environment, check=True, capture_output=True
    )
    return json.loads(done.stdout)
