"""A base year from the cache is the one that would be solved; a cache that is broken or full harms nobody."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from runs import model
from test_state import assert_same, own

from abm.model import PensionModel
from abm.scenario import Scenario
from abm.state import base_years

SMALL = {"scale": 60000, "end": 2011}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a cache that is switched on and empty."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv(base_years.SWITCH)
    return tmp_path / "tongchou" / "base_years"


@pytest.fixture
def solved(monkeypatch: pytest.MonkeyPatch) -> list[PensionModel]:
    """The models whose base year has been solved, not recalled, since the test began."""
    models: list[PensionModel] = []
    solve = PensionModel._base_year

    def noted(m: PensionModel) -> None:
        models.append(m)
        solve(m)

    monkeypatch.setattr(PensionModel, "_base_year", noted)
    return models


def test_a_recalled_base_year_has_the_same_bits(folder: Path, solved: list[PensionModel]) -> None:
    first, second = model(**SMALL), model(**SMALL, threads=1)
    assert solved == [first]
    assert len(list(folder.iterdir())) == 1
    assert_same(own(second), own(first), "model")
    for m in (first, second):
        m.run()
    assert_same(own(second), own(first), "model")


@pytest.mark.parametrize(
    ("options", "again"),
    [
        ({"end": 2014}, False),
        ({"set": {"contributions.worker_rate": {"2010-01-01": 0.08, "2012-01-01": 0.05}}}, False),
        ({"seed": 2}, True),
        ({"scale": 50000}, True),
        ({"start": 2012, "end": 2012}, True),
        ({"set": {"contributions.worker_rate": 0.07}}, True),
        ({"set": {"regimes.bailout_probability": {"2010-01-01": 0.5, "2012-01-01": 0.9}}}, True),
        ({"set": {"regime": "municipal"}}, True),
    ],
    ids=str,
)
def test_it_is_solved_again_only_for_what_it_depends_on(
    folder: Path, solved: list[PensionModel], options: dict, again: bool
) -> None:
    model(**SMALL)
    other = model(**{**SMALL, **options})
    assert len(solved) == (2 if again else 1)
    os.environ[base_years.SWITCH] = "off"
    try:
        assert_same(own(other), own(PensionModel(other.scenario)), "model")
    finally:
        del os.environ[base_years.SWITCH]


@pytest.mark.parametrize("part", ["code", "data", "processor"])
def test_other_code_data_or_processor_solves_again(
    folder: Path, solved: list[PensionModel], part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    model(**SMALL)
    places = {
        "code": ("abm.state.code_hash", lambda: "other"),
        "data": ("abm.data.data_hash", lambda: "other"),
        "processor": ("llvmlite.binding.get_host_cpu_name", lambda: "other"),
    }
    monkeypatch.setattr(*places[part])
    model(**SMALL)
    assert len(solved) == 2


@pytest.mark.parametrize("content", [b"", b"nonsense", None])
def test_a_broken_file_is_ignored_and_replaced(
    folder: Path, solved: list[PensionModel], content: bytes | None
) -> None:
    first = model(**SMALL)
    (file,) = folder.iterdir()
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2] if content is None else content)
    assert_same(own(model(**SMALL)), own(first), "model")
    assert len(solved) == 2
    assert file.read_bytes() == whole


def test_without_a_place_to_write_nothing_is_kept_and_nothing_fails(
    folder: Path, solved: list[PensionModel]
) -> None:
    folder.parent.mkdir(parents=True)
    folder.write_text("in the way", encoding="utf-8")
    model(**SMALL)
    model(**SMALL)
    assert len(solved) == 2


def test_large_ones_are_not_kept_and_old_ones_dropped(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base_years, "LARGEST", 1000)
    model(**SMALL)
    assert not folder.exists()
    monkeypatch.setattr(base_years, "LARGEST", 10**9)
    files = []
    for seed in (1, 2, 3):
        model(**SMALL, seed=seed)
        (new,) = set(folder.iterdir()) - set(files)
        files.append(new)
        os.utime(new, (seed, seed))
        if seed == 2:
            monkeypatch.setattr(base_years, "ROOM", 5 * new.stat().st_size // 2)
            model(**SMALL, seed=1)  # used again, so that the second is now the oldest
    assert set(folder.iterdir()) == {files[0], files[2]}


def test_it_can_be_switched_off(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(base_years.SWITCH, "off")
    model(**SMALL)
    assert not folder.exists()


def test_what_governments_know_in_the_base_year_is_part_of_the_key(folder: Path) -> None:
    scenario = Scenario.named("history", **SMALL)
    known = base_years.past(scenario, scenario.start)
    assert known["timeline.2010-01-01.regime.lower"] == "provincial_adjustment"
    assert not any("2018" in path for path in known)
