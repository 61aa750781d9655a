"""The store: nothing finished is lost or doubled, whatever is killed, full, damaged or merged."""

from __future__ import annotations

import errno
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stub_runs import fails_below_half, tasks, work

from abm.errors import UserError
from abm.scenario import Scenario
from experiments.runner import Task, attempt
from experiments.store import Store, run_key, shard

FILES = ("runs", "national", "provinces", "cohorts", "flows")


def filled(folder: Path, made: list[Task], how: Any = work) -> Store:
    store = Store(folder)
    for task in made:
        store.append(attempt(task, 1, how))
    store.compact()
    return store


def contents(folder: Path) -> dict[str, bytes]:
    """The bytes of the store's Parquet files."""
    return {name: (folder / f"{name}.parquet").read_bytes() for name in FILES}


def test_what_is_appended_is_read_back(tmp_path: Path) -> None:
    made = tasks(3)
    store = filled(tmp_path / "s", made)
    assert store.finished() == {task.key for task in made}
    runs = store.runs([made[1].key])
    assert runs["key"].tolist() == [made[1].key]
    assert json.loads(runs["parameters"][0]) == made[1].parameters
    assert runs["status"].tolist() == ["ok"]
    national = store.read("national", [made[1].key])
    assert national["year"].tolist() == [2010, 2011]
    assert len(store.read("provinces")) == 3 * 2 * 31
    assert not list(store.shards.iterdir())


def test_the_order_of_runs_changes_no_byte(tmp_path: Path) -> None:
    made = tasks(5)
    filled(tmp_path / "a", made)
    filled(tmp_path / "b", made[::-1])
    store = filled(tmp_path / "c", made[2:4])
    filled(store.folder, made)
    assert contents(tmp_path / "a") == contents(tmp_path / "b") == contents(tmp_path / "c")


def test_a_key_is_what_is_simulated(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = Scenario.named("history")
    assert run_key(scenario) == run_key(scenario.model_copy(update={"name": "x", "title": "y"}))
    others = [
        scenario.changed(**{option: value})
        for option, value in (
            ("seed", 2), ("scale", 1000), ("end", 2017), ("start", 2011), ("resolution", "prefecture"),
            ("set", {"worker.habit": 0.5}), ("set", {"regime": "municipal"}),
        )
    ]  # fmt: skip
    assert len({run_key(s) for s in [scenario, *others]}) == 1 + len(others)
    before = run_key(scenario)
    monkeypatch.setattr("experiments.store.run._model", lambda: ("other code", "data"))
    assert run_key(scenario) != before


def test_a_failure_is_a_row_and_a_later_success_replaces_it(tmp_path: Path) -> None:
    made = tasks(4)
    store = filled(tmp_path / "s", made, fails_below_half)
    failed = store.runs().query("status == 'failed'")
    assert len(failed) == 2
    assert failed["error"].str.contains("ArithmeticError: no luck with 0.1").any()
    assert "Traceback" in failed["error"].iloc[0]
    assert [json.loads(p)["worker.habit"] < 0.5 for p in failed["parameters"]] == [True, True]
    assert store.finished() == {task.key for task in made[2:]}
    filled(store.folder, made[:2])
    filled(store.folder, made[:2], fails_below_half)  # a failure never replaces a success
    assert store.runs()["status"].tolist() == ["ok"] * 4
    filled(tmp_path / "undisturbed", made)
    assert contents(store.folder) == contents(tmp_path / "undisturbed")


def test_stores_merge_without_doubles(tmp_path: Path) -> None:
    made = tasks(6)
    filled(tmp_path / "all", made)
    one = filled(tmp_path / "one", made[:4])
    filled(tmp_path / "two", made[:3], fails_below_half)
    filled(tmp_path / "two", made[3:])
    assert one.merge(tmp_path / "two") == 2
    assert contents(one.folder) == contents(tmp_path / "all")
    assert one.merge(tmp_path / "two") == 0
    with pytest.raises(UserError, match="is no store"):
        one.merge(tmp_path)
    with pytest.raises(UserError, match="with itself"):
        one.merge(tmp_path / "one")


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 4), st.booleans(), st.booleans()), max_size=12))
def test_any_order_of_appending_and_folding_ends_the_same(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, bool, bool]]
) -> None:
    made = tasks(5)
    store = Store(tmp_path_factory.mktemp("any") / "s")
    expected: dict[str, str] = {}
    for number, fail, fold in steps:
        task = made[number]
        store.append(attempt(task, 1, fails_below_half if fail else work))
        ok = not fail or task.parameters["worker.habit"] >= 0.5
        if ok or task.key not in expected:
            expected[task.key] = "ok" if ok else "failed"
        if fold:
            store.compact()
    store = Store(store.folder)
    runs = store.runs()
    assert dict(zip(runs["key"], runs["status"], strict=True)) == expected
    assert runs["key"].is_unique
    assert runs["key"].is_monotonic_increasing
    assert set(store.read("national")["key"]) == store.finished()


# killed


SWEEP = """
import sys
sys.path.insert(0, {tests!r})
import stub_runs
from pathlib import Path
from experiments.backends import Pool
from experiments.runner import execute
from experiments.store import Store
if __name__ == "__main__":
    execute(stub_runs.tasks({count}), Store({folder!r}), Pool(2), work=stub_runs.slow)
"""
KILLED_RUNS = int(os.environ.get("TONGCHOU_KILLED_RUNS", "80"))
"""Runs of the sweep that is killed; more of them take longer and leave more moments to be killed in."""


def start_sweep(folder: Path) -> subprocess.Popen[bytes]:
    code = SWEEP.format(tests=str(Path(__file__).parent), folder=str(folder), count=KILLED_RUNS)
    return subprocess.Popen(
        [sys.executable, "-c", code], cwd=Path(__file__).parents[1], start_new_session=True
    )


def stored(folder: Path) -> int:
    """Runs that lie in shards or Parquet files now."""
    count = 0
    for path in [*folder.glob("shards/*.sqlite")]:
        try:
            with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as base:
                count += base.execute("SELECT count(*) FROM runs").fetchone()[0]
        except sqlite3.Error:
            continue
    file = folder / "runs.parquet"
    return count + (pq.read_metadata(file).num_rows if file.exists() else 0)


@pytest.mark.slow
def test_three_kills_at_random_moments_leave_the_store_of_an_undisturbed_sweep(tmp_path: Path) -> None:
    filled(tmp_path / "undisturbed", tasks(KILLED_RUNS))
    folder, moments = tmp_path / "killed", random.Random()
    begun = []
    for kill in range(3):
        sweep = start_sweep(folder)
        begun.append(sweep)
        already = stored(folder) if folder.exists() else 0
        deadline = time.monotonic() + 60
        while stored(folder) <= min(already, KILLED_RUNS * 3 // 4) and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(moments.uniform(0.0, 0.6))
        if kill == 1:
            os.killpg(sweep.pid, signal.SIGKILL)  # workers and all
        else:
            sweep.kill()  # the workers live on and go on writing
        sweep.wait()
    last = start_sweep(folder)
    begun.append(last)
    assert last.wait(timeout=600) == 0
    for sweep in begun:
        try:
            os.killpg(sweep.pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    Store(folder)
    assert contents(folder) == contents(tmp_path / "undisturbed")


@pytest.mark.parametrize("step", range(10))
def test_folding_may_be_cut_off_anywhere(step: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = tasks(4)
    filled(tmp_path / "undisturbed", made)
    store = filled(tmp_path / "s", made[:2])
    for task in made[2:]:
        store.append(attempt(task, 1, work))

    class Killed(BaseException):
        pass

    left = step
    plain: dict[str, Callable[..., Any]] = {"replace": Path.replace, "unlink": Path.unlink}

    def dying(name: str) -> Callable[..., Any]:
        def call(self: Path, *rest: Any, **options: Any) -> Any:
            nonlocal left
            if store.folder in self.parents:
                left -= 1
                if left < 0:
                    raise Killed
            return plain[name](self, *rest, **options)

        return call

    with monkeypatch.context() as patch:
        for name in plain:
            patch.setattr(Path, name, dying(name))
        try:
            store.compact()
            cut_off = False
        except Killed:
            cut_off = True
    assert cut_off == (step < 6)  # five files and a shard
    store.append(attempt(made[0], 1, work))  # a worker that lives on
    Store(store.folder)
    assert contents(store.folder) == contents(tmp_path / "undisturbed")


def test_a_worker_that_lives_on_finds_its_shard_closed_and_begins_another(tmp_path: Path) -> None:
    store = Store(tmp_path / "s")
    one, two = tasks(2)
    store.append(attempt(one, 1, work))
    (path,) = store.shards.iterdir()
    shard.close(path)
    store.append(attempt(two, 1, work))
    assert len(list(store.shards.iterdir())) == 2
    assert len(list(shard.Shard(path).facts())) == 1
    assert len(Store(store.folder).finished()) == 2


# full, damaged, of another version


def test_a_full_disk_loses_nothing_that_was_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = tasks(6)
    store = Store(tmp_path / "s")
    store.append(attempt(made[0], 1, work))
    plain = shard._open

    def full(path: Path) -> sqlite3.Connection:
        base = plain(path)
        pages = base.execute("PRAGMA page_count").fetchone()[0]
        base.execute(f"PRAGMA max_page_count = {pages + 3}")
        return base

    with monkeypatch.context() as patch:
        patch.setattr(shard, "_open", full)
        with pytest.raises(UserError, match=r"cannot write to the store: .*full"):
            store.append(attempt(made[1], 1, work))
    assert len(list(shard.Shard(next(iter(store.shards.iterdir()))).facts())) == 1

    with monkeypatch.context() as patch:
        patch.setattr(pq, "write_table", _no_space)
        with pytest.raises(UserError, match="no space is left; nothing is lost"):
            store.compact()
    assert not (store.folder / ".compacting").exists()
    filled(store.folder, made[1:])
    filled(tmp_path / "undisturbed", made)
    assert contents(store.folder) == contents(tmp_path / "undisturbed")


def _no_space(*_: Any, **__: Any) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("harm", ["overwritten", "cut short", "not a base", "one bit"])
def test_a_damaged_shard_is_set_aside_and_its_whole_runs_are_kept(harm: str, tmp_path: Path) -> None:
    made = tasks(6)
    filled(tmp_path / "undisturbed", made)
    store = filled(tmp_path / "s", made[:2])
    for task in made[2:]:
        store.append(attempt(task, 1, work))
    (path,) = store.shards.iterdir()
    content = bytearray(path.read_bytes())
    if harm == "overwritten":
        content[len(content) // 2 : len(content) // 2 + 20000] = b"x" * 20000
    elif harm == "cut short":
        del content[len(content) // 2 :]
    elif harm == "not a base":
        content[:] = b"not SQLite at all" * 400
    else:
        content[content.rindex(b"ARROW1") if b"ARROW1" in content else len(content) - 9000] ^= 1
    path.write_bytes(bytes(content))

    again = Store(store.folder)
    assert again.damaged == [store.folder / "damaged" / path.name]
    assert not list(store.shards.iterdir())
    assert {task.key for task in made[:2]} <= again.finished() < {task.key for task in made}
    filled(store.folder, made)
    assert contents(store.folder) == contents(tmp_path / "undisturbed")


def test_a_damaged_parquet_file_is_named(tmp_path: Path) -> None:
    store = filled(tmp_path / "s", tasks(2))
    (store.folder / "runs.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(UserError, match=r"runs\.parquet is damaged"):
        store.finished()


def test_a_store_of_another_version_is_refused(tmp_path: Path) -> None:
    store = filled(tmp_path / "s", tasks(1))
    label = store.folder / "store.json"
    for change in ({"format": 0}, {"tables": {}}):
        label.write_text(json.dumps(json.loads(label.read_text()) | change))
        with pytest.raises(UserError, match="was written by another version of tongchou; use another folder"):
            Store(store.folder)
    label.write_text("{")
    with pytest.raises(UserError, match="another version"):
        Store(store.folder)


def test_a_folder_that_is_no_store_is_refused(tmp_path: Path) -> None:
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "note.txt").touch()
    with pytest.raises(UserError, match="is not empty and no store"):
        Store(tmp_path / "s")
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="cannot write to store"):
        Store(tmp_path / "file")
    with pytest.raises(UserError, match="unknown table 'nation'"):
        Store(tmp_path / "new").read("nation")


def test_a_store_that_was_cut_off_while_it_was_made_is_taken_up(tmp_path: Path) -> None:
    store = Store(tmp_path / "s")
    shutil.rmtree(store.shards)
    (store.folder / "lock").unlink()
    (store.folder / "store.json").rename(store.folder / "store.json.123")
    assert Store(tmp_path / "s").finished() == set()
