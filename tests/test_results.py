"""Results: the contract's columns, written whole or not at all, the same bytes, read back as they were."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from published_run import published_run

from abm import results as module
from abm.columns import SCHEMA
from abm.errors import UserError
from abm.results import Results, check_folder, manifest, schema
from abm.scenario import Scenario

PLACE = re.findall(
    r"\w+",
    """population, insured_employees, payers, retirees, flexible_insured, contribution_revenue,
    benefit_expenditure, fiscal_subsidy, central_subsidy, local_subsidy, interest, transfers_in,
    transfers_out, reserve_opening, reserve, due, payable_months, statutory_rate, effective_rate,
    declared_share, coverage, participation, adjustment_headcount, audit_effort,
    registration_effort, early_retirement_share, average_wage, average_pension, replacement_rate,
    general_gap, managerial_gap, employers, capital, output, in_migrants, out_migrants""",
)
MANIFEST = re.findall(
    r"\w+",
    """scenario, from, to, scale, seed, resolution, versions, code, data_hash, wall_seconds,
    peak_memory_bytes, agent_years""",
)
FILES = {*(f"{name}.parquet" for name in SCHEMA), "schema.json", "manifest.json"}


@pytest.fixture(scope="module")
def run() -> Results:
    return published_run()


def replaced(run: Results, name: str, frame: pd.DataFrame) -> Results:
    return Results({**run.frames, name: frame}, run.manifest)


def content(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


def test_the_columns_are_those_of_the_contract() -> None:
    assert list(SCHEMA["national"]) == ["year", "province", *PLACE]
    assert list(SCHEMA["provinces"]) == ["year", "province", *PLACE]
    assert list(SCHEMA["localities"]) == ["year", "province", "locality", "locality_zh", *PLACE]
    assert list(SCHEMA["ledger"]) == ["year", "payer", "payee", "kind", "amount"]
    keys = ["year", "province", "sex", "birth_cohort", "migrant", "status"]
    assert list(SCHEMA["groups"]) == [*keys, "persons", "payers", "lapsed", "contributions", "pensions"]
    who = [f"{name}{end}" for name in ("entrant", "incumbent") for end in ("s", "_age", "_value")]
    left = ["stopped_after_minimum", "new_insured", "bought_in", "lump_sums", "to_resident_scheme"]
    assert list(SCHEMA["selection"]) == ["year", "province", *who, *left]
    keys = ["year", "province", "ownership", "declaration_mode"]
    assert list(SCHEMA["employers"]) == [
        *keys,
        "employers",
        "staff",
        "insured",
        "declared",
        "due_base",
        "wages",
    ]


def test_every_column_has_unit_definition_and_source() -> None:
    for table in schema().values():
        for described in table.values():
            assert set(described) == {"unit", "definition", "source"}
            assert all(described.values())


def test_what_is_written_is_read_back(run: Results, tmp_path: Path) -> None:
    folder = run.write(tmp_path / "deep" / "run")
    assert {file.name for file in folder.iterdir()} == FILES
    again = Results.read(folder)
    assert again.manifest == run.manifest
    for name, frame in run.frames.items():
        pd.testing.assert_frame_equal(again.frames[name], frame, check_dtype=False)
    assert json.loads((folder / "schema.json").read_text(encoding="utf-8")) == schema()


def test_the_same_run_gives_the_same_bytes(run: Results, tmp_path: Path) -> None:
    shuffled = replaced(
        run, "national", run.national[run.national.columns[::-1]].set_index(run.national.index + 7)
    )
    assert content(run.write(tmp_path / "a")) == content(shuffled.write(tmp_path / "b"))


def test_text_and_counts_keep_their_types_on_disk(run: Results, tmp_path: Path) -> None:
    stored = pq.read_schema(run.write(tmp_path / "run") / "localities.parquet")
    types = {name: str(stored.field(name).type) for name in ("locality", "year", "retirees", "reserve")}
    assert types == {"locality": "string", "year": "int64", "retirees": "int64", "reserve": "double"}
    assert stored.field("reserve").metadata[b"unit"] == b"yuan"


def test_a_non_empty_folder_is_left_alone_without_force(run: Results, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UserError) as caught:
        run.write(tmp_path)
    assert str(caught.value) == f"output folder '{tmp_path}' is not empty; choose another one or give --force"
    assert content(tmp_path) == {"note.txt": b"mine"}


def test_force_replaces_a_run_and_what_was_drawn_from_it_and_nothing_else(
    run: Results, tmp_path: Path
) -> None:
    other = published_run(range(2010, 2012))
    other.write(tmp_path)
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "map.pdf").write_bytes(b"old")
    (tmp_path / "fit.md").write_bytes(b"old")
    (tmp_path / "note.txt").write_bytes(b"mine")
    run.write(tmp_path, force=True)
    assert {file.name for file in tmp_path.iterdir()} == FILES | {"note.txt"}
    assert list(Results.read(tmp_path).national["year"]) == list(range(2010, 2019))


def test_results_say_what_they_are(run: Results) -> None:
    name = run.manifest["scenario"]["name"]
    assert repr(run).startswith(f"<Results of {name}, 2010–2018: national, provinces, ")


def test_a_failure_while_writing_leaves_the_earlier_run_as_it_was(
    run: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published_run(range(2010, 2012)).write(tmp_path)
    before = content(tmp_path)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "_write_json", full)
    with pytest.raises(OSError, match="No space"):
        run.write(tmp_path, force=True)
    assert content(tmp_path) == before
    monkeypatch.undo()
    run.write(tmp_path, force=True)  # what the failure left behind is no obstacle
    assert len(Results.read(tmp_path).national) == 9


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_a_place_that_cannot_be_a_folder_is_refused(place: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    with pytest.raises(UserError, match=r"output folder '.*file") as caught:
        check_folder(tmp_path / place, force=True)
    assert "\n" not in str(caught.value)
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"


def test_reading_says_what_is_wrong_with_a_folder(run: Results, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds no complete run"):
        Results.read(tmp_path / "nowhere")
    folder = run.write(tmp_path / "run")
    (folder / "ledger.parquet").unlink()
    with pytest.raises(UserError, match=r"is not a run of this version: .*ledger\.parquet"):
        Results.read(folder)


def test_frames_that_break_the_schema_are_a_fault_of_the_model(run: Results) -> None:
    with pytest.raises(ValueError, match=r"national: columns missing \['reserve'\]"):
        replaced(run, "national", run.national.drop(columns="reserve"))
    with pytest.raises(ValueError, match=r"not in the schema \['more'\]"):
        replaced(run, "national", run.national.assign(more=1))
    with pytest.raises(ValueError, match="retirees is float64, not whole numbers"):
        replaced(run, "national", run.national.astype({"retirees": float}))
    with pytest.raises(ValueError, match="a negative amount"):
        replaced(run, "ledger", run.ledger.assign(amount=-1.0))
    with pytest.raises(ValueError, match="ledger"):
        Results({name: frame for name, frame in run.frames.items() if name != "ledger"}, {})


def test_the_manifest_tells_all_that_repeats_the_run() -> None:
    scenario = Scenario.named("history", scale=20000, seed=3)
    told = manifest(scenario, wall_seconds=1.23456, agent_years=10)
    assert list(told) == MANIFEST
    assert told["scenario"] == scenario.resolved()
    assert (told["from"], told["to"], told["scale"], told["seed"]) == (2010, 2018, 20000, 3)
    assert told["peak_memory_bytes"] > 10**7
    assert json.loads(json.dumps(told)) == told
