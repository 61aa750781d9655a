"""How long the history takes: import, initial state, each phase of a year, by number of threads.

    python benchmarks/history.py [--scale 2000] [--resolution province] [--end 2018] [--repeats 5]

Every repetition builds a fresh model and runs it; thread counts alternate within a repetition, so that a
drift of the machine's speed hits them alike. Prints medians, and the time the pass takes per person and year.
Results are checked to be the same bits for every number of threads.
"""

from __future__ import annotations

import argparse
import statistics
import time

import numpy as np


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--scale", type=int, default=2000)
    options.add_argument("--resolution", default="province")
    options.add_argument("--end", type=int, default=2018)
    options.add_argument("--repeats", type=int, default=5)
    options.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    chosen = options.parse_args()

    began = time.perf_counter()
    from abm import PensionModel, Scenario
    from abm.population.persons import Status

    print(f"import                   {time.perf_counter() - began:8.2f} s")
    scenario = Scenario.named("history", scale=chosen.scale, resolution=chosen.resolution, end=chosen.end)
    began = time.perf_counter()
    first = PensionModel(scenario).run()
    print(f"first model and run      {time.perf_counter() - began:8.2f} s (compiles where nothing is cached)")
    taken: dict[int, dict[str, list[float]]] = {n: {} for n in chosen.threads}
    rows = 0
    for _ in range(chosen.repeats):
        for threads in chosen.threads:
            began = time.perf_counter()
            model = PensionModel(scenario, threads=threads)
            start = time.perf_counter() - began
            model.phase_seconds.clear()
            began = time.perf_counter()
            results = model.run()
            run = time.perf_counter() - began
            if not results.national.equals(first.national):
                raise SystemExit(f"results differ with {threads} threads")
            rows = int(np.count_nonzero(model.population.persons["status"] != Status.FREE))
            for name, seconds in {"initial state": start, "run": run, **model.phase_seconds}.items():
                taken[threads].setdefault(name, []).append(seconds)
    years = scenario.end - scenario.start
    print(f"{rows} persons in rows, {years} years, medians of {chosen.repeats} runs, seconds")
    print(f"{'':54}" + "".join(f"{n:>4} threads" for n in chosen.threads))
    for name in taken[chosen.threads[0]]:
        print(f"{name:54}" + "".join(f"{statistics.median(taken[n][name]):12.3f}" for n in chosen.threads))
    phase = "people live, move, work, pay and retire"
    per_row = [statistics.median(taken[n][phase]) / rows / years * 1e9 for n in chosen.threads]
    print(f"{'the pass, nanoseconds a person and year':54}" + "".join(f"{x:12.0f}" for x in per_row))


if __name__ == "__main__":
    main()
