"""The yardsticks do the same work, and a slower model shows."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from abm import draws
from benchmarks import __main__ as bench
from benchmarks import engines, report, workload


@pytest.mark.slow
def test_all_engines_come_to_the_same_persons_on_any_threads() -> None:
    found = engines.engines()
    engines.check(found, n=40_000, years=2)
    one, two = workload.population(50_000), workload.population(50_000)
    world = workload.world(50_000)
    for threads, persons in ((1, one), (2, two)):
        engines.run(found["numba"], 0, persons, world, threads)
    assert all((one[name] == two[name]).all() for name in workload.STATE)


@pytest.mark.slow
def test_an_engine_that_does_something_else_is_found_out() -> None:
    def lazy(start: int, stop: int, key: np.uint64, columns: tuple, *_: object) -> None:
        columns[0][start:stop] += 1

    with pytest.raises(AssertionError, match="lazy and numba differ in"):
        engines.check({"numba": engines.in_numba.year, "lazy": lazy}, n=20_000, years=1)


def test_the_yardsticks_draws_are_the_models() -> None:
    ids = np.arange(5)
    h = workload.hashes(workload.key(3), ids)
    for k in (0, 7):
        expected = [draws.uniform_of(workload.key(3), i, k) for i in ids]
        assert workload.uniforms_of(h, k).tolist() == expected


MEASURED = {
    "c, 1e6 workers, 1 threads": {"ns_per_worker_year": 20.0, "threads": 1, "n": 10**6},
    "model pass, 1e6 workers, 1 threads": {"ns_per_worker_year": 100.0, "threads": 1, "n": 960_296},
    "model pass, prefectures, 1e6 workers, 1 threads": {"ns_per_worker_year": 110.0, "threads": 1, "n": 9},
}


@pytest.mark.parametrize(("factor", "status"), [(1.0, 0), (1.09, 0), (0.5, 0), (1.12, 1)])
def test_a_ratio_grown_by_more_than_a_tenth_is_a_regression(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, factor: float, status: int
) -> None:
    measured = {name: dict(entry) for name, entry in MEASURED.items()}
    bench.relate(measured)
    assert [entry["ratio_to_c"] for entry in measured.values()] == [1.0, 5.0, 5.5]
    monkeypatch.setattr(bench, "BASELINE", tmp_path / "baseline.json")
    assert bench.regressions(measured) == 2
    bench.BASELINE.write_text(json.dumps(bench.ratios(measured)), encoding="utf-8")
    for name, entry in measured.items():
        machine = 3.0  # a slower machine, which C shows as well
        entry["ns_per_worker_year"] *= machine * (factor if name.startswith("model") else 1.0)
    bench.relate(measured)
    assert bench.regressions(measured) == status


def test_the_page_keeps_its_text_and_renews_what_was_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured = {name: dict(entry) for name, entry in MEASURED.items()}
    bench.relate(measured)
    monkeypatch.setattr(report, "PAGE", tmp_path / "page.md")
    monkeypatch.setattr(report, "FIGURE", tmp_path / "figures" / "page.png")
    report.PAGE.write_text(f"# Mine\n\n{report.MARK}\n\nold\n", encoding="utf-8")
    memory = {
        "rows": 10, "state_bytes": 400, "peak_bytes": 2**30, "initial_state_s": 1.0, "two_years_s": 2.0,
    }  # fmt: skip
    report.write({"workers": measured, "starts": {"help": 0.1}, "memory": [memory]})
    text = report.PAGE.read_text(encoding="utf-8")
    assert text.startswith(f"# Mine\n\n{report.MARK}")
    assert "old" not in text
    assert "| model pass, prefectures | 9 | 1 | 110.0 | 9.1 | 5.50 |" in text
    assert report.FIGURE.is_file()
