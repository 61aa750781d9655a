"""The page docs/performance.md: tables, figure, machine."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Any

from benchmarks.engines import FLAGS
from benchmarks.workload import STATE
from experiments.figures.style import DOUBLE, new, rules, series

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGE, FIGURE = DOCS / "performance.md", DOCS / "figures" / "performance.png"
MARK = "<!-- measured: written by python -m benchmarks -->"


def table(measured: dict[str, dict[str, float]]) -> str:
    """The measurements as a Markdown table."""
    lines = ["| work | workers | threads | ns a worker-year | million worker-years/s | times C |"]
    lines += ["|---|---|---|---|---|---|"]
    for name, x in measured.items():
        lines.append(
            f"| {name.split(', ')[0] + (', prefectures' if 'prefectures' in name else '')} | {x['n']:,} "
            f"| {x['threads']} | {x['ns_per_worker_year']:.1f} | {1e3 / x['ns_per_worker_year']:.1f} "
            f"| {x['ratio_to_c']:.2f} |"
        )
    return "\n".join(lines)


def write(found: dict[str, Any]) -> None:
    """Renew the measured part of the page, everything below its mark, and the figure."""
    import numpy as np

    measured = found["workers"]
    text = PAGE.read_text(encoding="utf-8").partition(MARK)[0] if PAGE.is_file() else "# Performance\n\n"
    bytes_a_worker = sum(np.dtype(kind).itemsize for kind in STATE.values())
    starts = "\n".join(f"| {name} | {value:.2f} |" for name, value in found["starts"].items())
    rows = "\n".join(
        f"| {m['rows']:,} | {m['state_bytes'] / m['rows']:.0f} | {m['state_bytes'] / 2**20:.0f} "
        f"| {m['peak_bytes'] / 2**20:.0f} | {(1.1 * m['state_bytes'] + 2**29) / 2**20:.0f} "
        f"| {m['initial_state_s']:.1f} | {m['two_years_s'] / 2:.2f} |"
        for m in found["memory"]
    )
    PAGE.write_text(
        f"""{text}{MARK}

Machine: {processor()}, {os.cpu_count()} cores, Python {platform.python_version()}.
C: `gcc {" ".join(FLAGS)}`.

## A worker's year

The yardstick has {bytes_a_worker} bytes a worker and fourteen rules (`benchmarks/workload.py`);
the model's pass all decisions of the specification. Medians; *times C* is the ratio to the yardstick in C
in the same run.

{table(measured)}

![Nanoseconds a worker-year by number of workers](figures/performance.png)

## Starts

| what | seconds |
|---|---|
{starts}

## Memory

| rows | bytes a person | state, MiB | peak, MiB | 1.1 × state + 0.5 GiB, MiB | initial state, s | a year, s |
|---|---|---|---|---|---|---|
{rows}
""",
        encoding="utf-8",
    )
    _figure(measured)


def processor() -> str:
    """The model of the processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def _figure(measured: dict[str, dict[str, float]]) -> None:
    from matplotlib.ticker import LogLocator, NullFormatter, ScalarFormatter

    names = ("model year", "model pass", "numpy", "numba", "c")
    with rules("en"):
        figure, (axes,) = new(DOUBLE, 3.4)
        for name, look in zip(names, series(len(names)), strict=True):
            for threads, style in ((1, "-o"), (2, "--o")):
                own = [
                    (x["n"], x["ns_per_worker_year"])
                    for label, x in measured.items()
                    if label.split(", ")[0] == name and x["threads"] == threads and "prefectures" not in label
                ]
                if own:
                    label = name if threads == 1 else None
                    axes.plot(*zip(*own, strict=True), style, markersize=3, color=look["color"], label=label)
        axes.set(xscale="log", yscale="log", xlabel="workers", ylabel="ns a worker-year")
        axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axes.yaxis.set_major_formatter(ScalarFormatter())
        axes.yaxis.set_minor_formatter(NullFormatter())
        axes.legend(frameon=False, title="solid: 1 thread, dashed: 2")
        FIGURE.parent.mkdir(exist_ok=True)
        figure.savefig(FIGURE, metadata={"Software": None})
