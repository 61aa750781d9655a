"""The yardstick's engines behind one call, and a check that they do the same."""

from __future__ import annotations

import ctypes
import subprocess
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import in_numba, in_numpy, workload
from benchmarks.workload import CITIES, Sums, World

FLAGS = ("-O3", "-march=native", "-fno-math-errno", "-fno-trapping-math")
ROWS = 16384
Year = Callable[[int, int, np.uint64, tuple[np.ndarray, ...], World, Sums], Any]


def in_c() -> Year:
    """The year in C, compiled now. OSError or CalledProcessError without a compiler."""
    source = Path(__file__).with_name("in_c.c")
    folder = tempfile.TemporaryDirectory()
    library = Path(folder.name) / "in_c.so"
    subprocess.run(["gcc", *FLAGS, "-shared", "-fPIC", str(source), "-o", str(library), "-lm"], check=True)
    compiled = ctypes.CDLL(str(library)).year
    folder.cleanup()

    def pointers(arrays: tuple[np.ndarray, ...]) -> Any:
        return (ctypes.c_void_p * len(arrays))(*(array.ctypes.data for array in arrays))

    def year(
        start: int, stop: int, key: np.uint64, columns: tuple[np.ndarray, ...], world: World, sums: Sums
    ) -> None:
        compiled(
            ctypes.c_long(start), ctypes.c_long(stop), ctypes.c_uint64(int(key)),
            pointers(columns), pointers(world), pointers(sums),
        )  # fmt: skip

    return year


def run(year: Year, number: int, persons: dict[str, np.ndarray], world: World, threads: int) -> Sums:
    """One year of everybody on so many threads, in blocks taken in turn; sums are added up at the end."""
    columns, key = tuple(persons.values()), workload.key(number)
    n = len(columns[0])
    starts = iter(range(0, n, ROWS))

    def share(own: Sums) -> None:
        for start in starts:
            year(start, min(start + ROWS, n), key, columns, world, own)

    parts = [Sums.zero() for _ in range(threads)]
    if threads == 1:
        share(parts[0])
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(share, parts))
    total = parts[0]
    for part in parts[1:]:
        total = total.plus(part)
    return total


def engines() -> dict[str, Year]:
    """All engines by name, C first where there is a compiler."""
    found: dict[str, Year] = {"numba": in_numba.year, "numpy": in_numpy.year}
    try:
        return {"c": in_c(), **found}
    except (OSError, subprocess.CalledProcessError):
        return found


def check(all_engines: dict[str, Year], n: int = 50_000, years: int = 3) -> None:
    """Raise AssertionError unless all engines come to the same persons and sums."""
    world = workload.world(n)
    outcomes = {}
    for name, year in all_engines.items():
        persons = workload.population(n)
        sums = [run(year, number, persons, world, 1) for number in range(years)]
        outcomes[name] = persons, sums[-1]
    (first, (persons, sums)), *others = outcomes.items()
    assert sums.people.shape == (workload.PROVINCES, CITIES)
    for name, (theirs, counted) in others:
        for column in persons:
            close = np.isclose(persons[column], theirs[column], rtol=1e-4, atol=1e-3).mean()
            assert close == 1.0, f"{name} and {first} differ in {column} of {1 - close:.2%} of persons"
        for field in Sums._fields:
            a, b = getattr(sums, field), getattr(counted, field)
            assert np.allclose(a, b, rtol=1e-6), f"{name} and {first} differ in {field}"
