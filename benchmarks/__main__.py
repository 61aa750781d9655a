"""Benchmarks: ``python -m benchmarks [--quick] [--large] [--store] [--check]``, or ``make bench``.

Measures the model's pass over workers and its whole year, the yardstick in C, Numba and NumPy, growth with
the number of persons, one and two threads, starts and memory. Everything is repeated in turn, so that a
change of the machine's speed hits all alike; medians and ratios are kept. Writes benchmarks/results.json and,
unless --quick, docs/performance.md with its figure.

``--store`` makes the ratios of this run the baseline; ``--check`` compares with it and exits with 1 where a
ratio to C has grown by more than a tenth: C measures the machine's speed in the same run.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from pathlib import Path

from benchmarks import engines, report, start, workload
from benchmarks.model_year import Model

FOLDER = Path(__file__).parent
RESULTS, BASELINE = FOLDER / "results.json", FOLDER / "baseline.json"
TOLERANCE = 1.10
THREADS = (1, 2)
Measure = dict[str, dict[str, float]]


def main() -> int:
    """Measure, write and compare as asked."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--quick", action="store_true", help="up to a million workers, three repetitions")
    options.add_argument("--large", action="store_true", help="also a hundred million workers")
    options.add_argument("--store", action="store_true", help="make this run the baseline")
    options.add_argument(
        "--check", action="store_true", help="exit with 1 on a regression against the baseline"
    )
    chosen = options.parse_args()
    began = time.perf_counter()
    sizes = [10**5, 10**6] if chosen.quick else [10**5, 10**6, 10**7]
    sizes += [10**8] if chosen.large else []
    yardsticks = engines.engines()
    engines.check(yardsticks)
    measured: Measure = {}
    for n in sizes:
        measured |= at(n, yardsticks, 3 if chosen.quick else 5)
    relate(measured)
    found = {"workers": measured, "starts": {}, "memory": []}
    if not chosen.quick:
        found["starts"] = start.starts()
        found["memory"] = [start.memory(scale) for scale in (20000, 2000, 500)]
    RESULTS.write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")
    print(report.table(measured))
    if not chosen.quick:
        report.write(found)
    if chosen.store:
        BASELINE.write_text(json.dumps(ratios(measured), indent=1) + "\n", encoding="utf-8")
    print(f"{time.perf_counter() - began:.0f} s", file=sys.stderr)
    return regressions(measured) if chosen.check else 0


def at(n: int, yardsticks: dict[str, engines.Year], repeats: int) -> Measure:
    """Medians of everything at about ``n`` workers, the repetitions of all taken in turn."""
    times: dict[tuple[str, int], list[float]] = {}
    models = {"": Model(n)}
    if n == 10**6:
        models[", prefectures"] = Model(n, "prefecture")
    actual = models[""].workers
    world = workload.world(n)
    persons = {name: workload.population(n) for name in yardsticks}
    for turn in range(repeats + 1):
        for threads in THREADS:
            for name, year in yardsticks.items():
                began = time.perf_counter()
                engines.run(year, turn, persons[name], world, threads)
                taken = time.perf_counter() - began
                times.setdefault((name, threads), []).append(taken / n * 1e9)
            for kind, model in models.items():
                for what, taken in zip(("pass", "year"), model.time(threads), strict=True):
                    times.setdefault((f"model {what}{kind}", threads), []).append(taken)
    return {
        f"{name}, {n:.0e} workers, {threads} threads".replace("e+0", "e"): {
            "ns_per_worker_year": round(statistics.median(all_times[1:]), 2),  # the first turn warms up
            "threads": threads,
            "n": actual if name.startswith("model") else n,
        }
        for (name, threads), all_times in times.items()
    }


def relate(measured: Measure) -> None:
    """Add the ratio to C with as many workers and threads; without a compiler there is none."""
    for name, entry in measured.items():
        reference = measured.get(", ".join(["c", *name.split(", ")[-2:]]))
        entry["ratio_to_c"] = (
            round(entry["ns_per_worker_year"] / reference["ns_per_worker_year"], 3) if reference else 0.0
        )


def ratios(measured: Measure) -> dict[str, float]:
    """What the baseline holds of the model: ratios to C by name."""
    return {name: entry["ratio_to_c"] for name, entry in measured.items() if name.startswith("model")}


def regressions(measured: Measure) -> int:
    """Print ratios that have grown by more than a tenth over the baseline; 1 if there are any."""
    if not BASELINE.is_file():
        print("there is no baseline yet; make one with --store", file=sys.stderr)
        return 2
    saved = json.loads(BASELINE.read_text(encoding="utf-8"))
    worse = 0
    for name, ratio in ratios(measured).items():
        if name in saved and ratio > TOLERANCE * saved[name]:
            worse += 1
            print(f"slower: {name}: {ratio:.2f} times C, {saved[name]:.2f} in the baseline")
    print(f"{worse} of {len(saved)} ratios have grown by more than a tenth")
    return 1 if worse else 0


if __name__ == "__main__":
    raise SystemExit(main())
