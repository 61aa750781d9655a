"""Sweeps: each run once, the same results wherever it is made, failures as rows, memory given back."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import stub_runs
from hypothesis import given
from hypothesis import strategies as st

from abm.errors import UserError
from experiments import backends, design, runner, sweep
from experiments.backends import Pool, share
from experiments.cli import main
from experiments.runner import execute
from experiments.store import Store
from experiments.sweeps import Sweep

ROOT = Path(__file__).parents[1]
SMALL = {
    "scenarios": ["history"],
    "parameters": {"worker.habit": {"values": [0.2, 0.6]}},
    "replicates": 2,
    "to": 2011,
    "scale": 200000,
}


@pytest.fixture
def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the machine had two cores, so that there are two workers."""
    monkeypatch.setattr(backends, "cores", lambda: 2)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*.parquet")}


def test_a_repeated_sweep_runs_only_what_is_missing(tmp_path: Path) -> None:
    store = Store(tmp_path / "s")
    tasks = stub_runs.tasks(6)
    said: list[tuple[int, int, int]] = []
    execute(tasks[:4], store, Pool(1), work=stub_runs.work)
    execute(tasks, store, Pool(1), lambda *now: said.append(now), work=stub_runs.work)
    assert said == [(0, 2, 0), (1, 2, 0), (2, 2, 0)]
    assert store.finished() == {task.key for task in tasks}


def test_failures_are_rows_and_are_tried_again(tmp_path: Path) -> None:
    store = Store(tmp_path / "s")
    tasks = stub_runs.tasks(4)
    said: list[tuple[int, int, int]] = []
    failed = execute(tasks, store, Pool(1), lambda *now: said.append(now), work=stub_runs.fails_below_half)
    assert (failed, said[-1]) == (2, (4, 4, 2))
    made = Sweep(tasks, store)
    assert made.runs["status"].tolist() == ["failed", "failed", "ok", "ok"]
    assert made.runs["error"][0].splitlines()[-1] == "ArithmeticError: no luck with 0.1"
    assert set(made.national["worker.habit"]) == {0.633333, 0.9}
    assert execute(tasks, store, Pool(1), work=stub_runs.work) == 0
    assert len(Sweep(tasks, store).national) == 8


@pytest.mark.slow
def test_one_and_two_workers_give_the_same_store(tmp_path: Path, two_cores: None) -> None:
    for jobs in (1, 2):
        sweep(SMALL, tmp_path / str(jobs), jobs=jobs)
    assert contents(tmp_path / "1") == contents(tmp_path / "2")
    assert len(contents(tmp_path / "1")) == 5


@pytest.mark.slow
def test_a_dask_cluster_of_two_workers_gives_the_same_store(tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    sweep(SMALL, tmp_path / "here", jobs=1)
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        protocol="tcp://",
        dashboard_address=None,
        local_directory=str(tmp_path / "dask"),
    ) as cluster:
        assert cluster.scheduler_address.startswith("tcp://")
        made = sweep(SMALL, tmp_path / "there", backend="dask", address=cluster.scheduler_address)
    assert (made.runs["status"] == "ok").all()
    assert contents(tmp_path / "here") == contents(tmp_path / "there")


@pytest.fixture
def ray(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    """A Ray cluster of two cores on this machine that writes nothing to the home folder."""
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    monkeypatch.setenv("PYTHONPATH", f"{ROOT}{os.pathsep}{ROOT / 'tests'}")
    found = pytest.importorskip("ray")
    found.init(address="local", num_cpus=2, include_dashboard=False, logging_level="error")
    yield found
    found.shutdown()


@pytest.mark.slow
def test_a_ray_cluster_gives_the_same_store_and_costs_only_the_run_that_kills_its_worker(
    tmp_path: Path, ray: Any
) -> None:
    sweep(SMALL, tmp_path / "here", jobs=1)
    said: list[tuple[int, int, int]] = []
    made = sweep(SMALL, tmp_path / "there", lambda *now: said.append(now), backend="ray")
    assert (made.runs["status"] == "ok").all()
    assert said == [(done, 4, 0) for done in range(5)]
    assert contents(tmp_path / "here") == contents(tmp_path / "there")

    store, tasks = Store(tmp_path / "s"), stub_runs.tasks(12)
    assert execute(tasks, store, Pool(backend="ray"), work=stub_runs.kills_its_worker) == 1
    assert Sweep(tasks, store).runs["status"].tolist() == ["failed"] + ["ok"] * 11

    ray.shutdown()
    with pytest.raises(UserError, match="no Ray cluster"):
        sweep(SMALL, tmp_path / "nowhere", backend="ray", address="127.0.0.1:1")


@pytest.mark.slow
def test_a_worker_that_dies_costs_its_own_run_only(tmp_path: Path, two_cores: None) -> None:
    store = Store(tmp_path / "s")
    tasks = stub_runs.tasks(12)
    assert execute(tasks, store, Pool(2), work=stub_runs.kills_its_worker) == 1
    runs = Sweep(tasks, store).runs
    assert runs["status"].tolist() == ["failed"] + ["ok"] * 11
    assert runs["error"][0] == runner.DIED


@pytest.mark.slow
def test_a_worker_that_dies_once_costs_nothing(tmp_path: Path, two_cores: None) -> None:
    store = Store(tmp_path / "s")
    tasks = stub_runs.tasks(12)
    once = partial(stub_runs.kills_its_worker_once, mark=tmp_path / "mark")
    assert execute(tasks, store, Pool(2), work=once) == 0
    assert (tmp_path / "mark").exists()
    assert store.finished() == {task.key for task in tasks}


def test_a_full_store_ends_a_sweep_in_one_sentence_and_keeps_what_is_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path / "s")
    tasks = stub_runs.tasks(4)
    plain = runner.shard.append

    def full_after_two(folder: Path, run: Any) -> None:
        if run.key == tasks[2].key:
            raise UserError("cannot write to the store: database or disk is full")
        plain(folder, run)

    monkeypatch.setattr(runner.shard, "append", full_after_two)
    with pytest.raises(UserError, match="disk is full"):
        execute(tasks, store, Pool(1), work=stub_runs.work)
    assert store.finished() == {task.key for task in tasks[:2]}


def test_a_worker_with_another_version_stops_the_sweep(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks = stub_runs.tasks(1)
    monkeypatch.setattr("experiments.store.run._model", lambda: ("another", "version"))
    with pytest.raises(UserError, match="another version of the model or its data"):
        execute(tasks, Store(tmp_path / "s"), Pool(1), work=stub_runs.work)


@given(st.none() | st.integers(1, 500), st.integers(1, 256))
def test_jobs_times_threads_never_exceed_the_cores(jobs: int | None, available: int) -> None:
    processes, threads = share(jobs, available)
    assert 1 <= processes * threads <= available
    assert processes == min(jobs or available, available)


def test_a_run_in_a_worker_gets_its_share_of_threads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def note(task: Any, threads: int) -> dict[str, bytes]:
        seen.append(threads)
        return stub_runs.work(task, threads)

    monkeypatch.setattr(backends, "cores", lambda: 6)
    execute(stub_runs.tasks(1), Store(tmp_path / "s"), Pool(1), work=note)
    assert seen == [6]


FLAT = """
import sys
from pathlib import Path
sys.path.insert(0, "tests")
import stub_runs
from experiments.runner import perform, simulate
def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6
tasks = stub_runs.tasks(60)
for number, task in enumerate(tasks):
    perform(task, Path(sys.argv[1]), 1, simulate)
    if number == 14:
        before = resident()
print(resident() - before)
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs Linux to measure memory")
def test_the_memory_of_a_worker_stays_flat(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FLAT, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert float(done.stdout) < 15  # megabytes in 45 runs; a model of this scale holds about ten


MISTAKES = {
    "none.yaml": "cannot read none.yaml: No such file or directory",
    "efort": "unknown design 'efort'; did you mean 'effort'?",
    "effort --backend spark": "unknown backend 'spark'; allowed: dask, loky, ray",
    "effort --backend dask": "--backend dask needs --address, such as tcp://host:8786",
    "effort --address tcp://x:1": "--address tcp://x:1 needs --backend dask or --backend ray",
    "effort --jobs 0": "jobs 0 is not allowed; allowed: at least 1",
    "effort --backend dask --address tcp://x:1 --jobs 2": (
        "--jobs is for this machine; a dask cluster uses all its workers"
    ),
}


@pytest.mark.parametrize("words", MISTAKES)
def test_a_mistake_is_one_line_before_any_run(
    words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(runner, "perform", None)
    assert main(["sweep", *words.split()]) == 2
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", f"tongchou: {MISTAKES[words]}\n")


def test_the_command_says_what_was_run_and_what_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(execute, "__defaults__", (*(execute.__defaults__ or ())[:-1], stub_runs.work))
    (tmp_path / "d.yaml").write_text(
        "scenarios: [history]\nto: 2011\nscale: 200000\nparameters: {worker.habit: {values: [0.1, 0.9]}}\n"
    )
    assert main(["sweep", "d.yaml", "--jobs", "1", "--store", "s"]) == 0
    said = capsys.readouterr()
    assert said.out.splitlines()[2].split() == ["history", "2", "2", "0"]
    assert said.err.splitlines()[-1].startswith("2 of 2 runs")
    assert main(["sweep", "d.yaml", "--jobs", "1", "--store", "s"]) == 0
    assert capsys.readouterr().err == ""  # nothing was left to do

    monkeypatch.setattr(
        execute, "__defaults__", (*(execute.__defaults__ or ())[:-1], stub_runs.fails_below_half)
    )
    assert main(["sweep", "d.yaml", "--jobs", "1", "--store", "t"]) == 1
    said = capsys.readouterr()
    assert said.err.splitlines()[-1] == (
        "tongchou: 1 of 2 runs failed (ArithmeticError: no luck with 0.1); the store holds the tracebacks, "
        "and the same command tries them again"
    )
    assert main(["store", "show", "t"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert [line.split()[-2:] for line in shown[2:]] == [["failed", "1"], ["ok", "1"]]
    assert main(["store", "merge", "t", "s"]) == 0
    assert capsys.readouterr().out == "s: 1 new runs\n"
    assert main(["store", "show", "nowhere"]) == 2
    assert capsys.readouterr().err == "tongchou: 'nowhere' is no store (store.json is missing)\n"


def test_no_disk_is_said_before_any_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(design, "BYTES_A_YEAR", 10**15)
    monkeypatch.setattr(runner, "perform", None)
    with pytest.raises(UserError, match="GB of disk"):
        sweep(SMALL, tmp_path / "s", jobs=1)


def test_results_come_as_tidy_frames(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(execute, "__defaults__", (*(execute.__defaults__ or ())[:-1], stub_runs.work))
    made = sweep(SMALL, tmp_path / "s", jobs=1)
    columns = ["key", "scenario", "point", "replicate", "seed", "worker.habit"]
    assert list(made.runs) == [*columns[:-1], "status", "error", "worker.habit"]
    assert list(made.national)[: len(columns)] == columns
    assert len(made.national) == 4 * 2
    assert len(made.provinces) == 4 * 2 * 31
    pd.testing.assert_series_equal(
        made.runs.groupby("point")["worker.habit"].first(),
        pd.Series([0.2, 0.6], index=pd.Index([0, 1], name="point"), name="worker.habit"),
    )
    assert os.listdir(tmp_path / "s" / "shards") == []
