"""Where the columns live changes no bit; what does not fit is refused before work starts."""

from __future__ import annotations

import mmap
from collections import namedtuple
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from runs import model

from abm.errors import UserError
from abm.model import PensionModel
from abm.population import storage
from abm.population.persons import PERSON_COLUMNS, ROW_BYTES, Status, empty, widen
from abm.scenario import Scenario
from experiments.cli import main

SMALL = {"population.minimum_agents": 40}


def test_columns_in_files_have_the_same_bits(tmp_path: Path) -> None:
    options = {"scale": 60000, "end": 2013, "set": SMALL}
    here = PensionModel(Scenario.named("history", **options))
    there = PensionModel(Scenario.named("history", **options), state_dir=tmp_path)
    column = there.population.persons["account"]
    assert isinstance(memoryview(column.base.base).obj, mmap.mmap)
    assert list(tmp_path.iterdir()) == [], "which has no name"
    a, b = here.run(), there.run()
    for name, frame in a.frames.items():
        pd.testing.assert_frame_equal(frame, b.frames[name], check_exact=True, obj=name)
    for name, column in here.population.persons.items():
        assert (column == there.population.persons[name]).all(), name


@pytest.mark.parametrize("in_files", [False, True])
def test_a_table_grows_in_place(in_files: bool, tmp_path: Path) -> None:
    table = empty(1000, tmp_path if in_files else None)
    table["account"][:] = np.arange(1000)
    address = table["account"].ctypes.data
    widen(table, 1100)
    assert table["account"].ctypes.data == address
    assert (table["account"][:1000] == np.arange(1000)).all()
    assert (table["status"][1000:] == Status.FREE).all()
    assert (table["employer"][1000:] == -1).all()
    widen(table, 5000)  # beyond its room: copied
    assert {len(column) for column in table.values()} == {5000}
    assert (table["account"][:1000] == np.arange(1000)).all()
    assert (table["account"][1000:] == 0).all()


def test_a_column_that_is_a_part_of_another_does_not_grow_into_it() -> None:
    whole = np.arange(10.0)
    part = storage.widened(whole[2:5], 8)
    assert part.tolist() == [2.0, 3.0, 4.0, 0.0, 0.0, 0.0, 0.0, 0.0]


def test_what_memory_does_not_hold_is_refused_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "free_memory", lambda: 4e9)
    storage.require_room(50_000_000, ROW_BYTES, 20, None)
    with pytest.raises(UserError, match=r"--state-dir or TONGCHOU_STATE_DIR.*allowed here: 30 or more"):
        storage.require_room(100_000_000, ROW_BYTES, 20, None)
    monkeypatch.setattr(storage, "free_memory", lambda: 1e8)
    with pytest.raises(UserError, match="until memory is free"):
        storage.require_room(1000, ROW_BYTES, 20, None)


def test_a_folder_without_room_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    usage = namedtuple("usage", "free")
    monkeypatch.setattr(storage, "free_memory", lambda: 4e9)
    monkeypatch.setattr(storage.shutil, "disk_usage", lambda _: usage(5e9))
    storage.require_room(100_000_000, ROW_BYTES, 20, tmp_path)
    with pytest.raises(UserError, match=r"9 GB of files.* 5 GB free; allowed here: 36 or more"):
        storage.require_room(200_000_000, ROW_BYTES, 20, tmp_path)


def test_no_such_folder_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["run", "history", "--state-dir", str(tmp_path / "nowhere")]) == 2
    assert "nowhere' does not exist" in capsys.readouterr().err
    monkeypatch.setenv(storage.FOLDER, str(tmp_path / "neither"))
    with pytest.raises(UserError, match="neither' does not exist"):
        model()


def test_rows_of_others_stand_for_more_persons() -> None:
    plain = model(scale=40000, set=SMALL)
    cells = model(scale=40000, set={**SMALL, "population.outside_weight": 4})

    def persons(m: PensionModel) -> tuple[np.ndarray, np.ndarray]:
        weight, group = m.population.weight, m.population.persons["stratum"] % 6 // 2
        return np.bincount(group, weight), np.bincount(group)

    (a, rows), (b, fewer) = persons(plain), persons(cells)
    assert a.tolist() == b.tolist()
    assert fewer[:2].tolist() == rows[:2].tolist()
    assert fewer[2] < 0.5 * rows[2]
    assert cells.population.weights[4::6].sum() > 2 * plain.population.weights[4::6].sum()


def test_a_row_has_forty_bytes() -> None:
    assert sum(np.dtype(c.dtype).itemsize for c in PERSON_COLUMNS) == ROW_BYTES == 40
