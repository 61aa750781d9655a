"""The command: results on stdout, progress on stderr, one line and status 2 for a user's mistake."""

from __future__ import annotations

import os
import subprocess
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from published_run import published_run

from abm.results import Results
from abm.scenario import Scenario
from experiments.cli import main

COMMAND = Path(sys.executable).with_name("tongchou")


class FakeModel:
    """Stands in for the model: repeats the published statistics."""

    passes = True
    fault: BaseException | None = None

    def __init__(self, scenario: Scenario, threads: int | None = None, state_dir: Path | None = None) -> None:
        self.scenario = scenario

    def run(self, progress: Callable[[int], None]) -> Results:
        if self.fault:
            raise self.fault
        years = range(self.scenario.start, self.scenario.end + 1)
        for year in years:
            progress(year)
        return published_run(years)

    def check(self) -> pd.DataFrame:
        return pd.DataFrame({"what": ["retirees"], "model": [1.0], "published": [1.0], "ok": [self.passes]})


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> type[FakeModel]:
    """The fake model in the place of the real one, in an empty working folder."""

    class Fresh(FakeModel):
        pass

    fake = types.ModuleType("abm.model")
    fake.PensionModel = Fresh  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "abm.model", fake)
    monkeypatch.chdir(tmp_path)
    return Fresh


def tongchou(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    capsys.readouterr()
    status = main(arguments)
    said = capsys.readouterr()
    return status, said.out, said.err


# run


def test_run_writes_a_run_and_says_where(
    model: type[FakeModel], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, err = tongchou(capsys, "run", "history", "--to", "2012")
    assert status == 0
    assert list(Results.read(tmp_path / "results" / "history").national["year"]) == [2010, 2011, 2012]
    assert "results: results/history" in out
    assert "contributions" in out
    assert [line.split()[0] for line in err.splitlines()] == [
        "2010",
        "2011",
        "2012",
    ]  # progress, a line a year
    assert "left" in err.splitlines()[0]


def test_options_reach_the_scenario(
    model: type[FakeModel], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[Scenario] = []

    def remember(
        self: FakeModel, scenario: Scenario, threads: int | None = None, state_dir: Path | None = None
    ) -> None:
        seen.append(scenario)
        assert threads == 2
        self.scenario = scenario

    monkeypatch.setattr(model, "__init__", remember)
    words = "run history+no_waiver --from 2011 --to 2012 --scale 5000 --seed 7 --threads 2"
    words += " --resolution prefecture"
    sets = [
        "--set",
        "regime=municipal",
        "--set",
        "contributions.employer_rate={2010-01-01: 0.2, 2012-01-01: 0.18}",
    ]
    assert tongchou(capsys, *words.split(), *sets)[0] == 0
    (scenario,) = seen
    assert (scenario.start, scenario.end, scenario.scale, scenario.seed) == (2011, 2012, 5000, 7)
    assert scenario.resolution == "prefecture"
    assert scenario.regime_at(2018)[0][1].lower == "municipal"
    assert list(scenario.set["contributions.employer_rate"].values()) == [0.2, 0.18]


def test_figures_and_fit_lie_beside_the_tables(
    model: type[FakeModel],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from experiments import figures

    drawn: list[Path] = []
    monkeypatch.setattr(figures, "draw_run", drawn.append)
    status, out, _ = tongchou(capsys, "run", "history", "--figures", "--out", "there")
    assert (status, drawn) == (0, [Path("there")])
    assert (tmp_path / "there" / "fit.md").is_file()
    assert "there/fit.md" in out
    assert "there/figures" in out


def test_nothing_is_overwritten_without_force(
    model: type[FakeModel], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "note.txt").write_text("mine", encoding="utf-8")
    status, out, err = tongchou(capsys, "run", "history", "--out", "taken")
    assert (status, out) == (2, "")
    assert err == "tongchou: output folder 'taken' is not empty; choose another one or give --force\n"
    assert [file.name for file in (tmp_path / "taken").iterdir()] == ["note.txt"]
    assert tongchou(capsys, "run", "history", "--out", "taken", "--force")[0] == 0
    assert (tmp_path / "taken" / "note.txt").read_text(encoding="utf-8") == "mine"


def test_a_folder_that_cannot_be_written_is_refused_before_the_run(
    model: type[FakeModel], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model.fault = AssertionError("the run has begun")
    (tmp_path / "file").touch()
    status, _, err = tongchou(capsys, "run", "history", "--out", "file/run")
    assert status == 2
    assert err == "tongchou: cannot write to output folder 'file/run': Not a directory\n"


def test_check_prints_the_base_data_and_fails_with_a_failed_row(
    model: type[FakeModel], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, err = tongchou(capsys, "run", "history", "--check")
    assert (status, err) == (0, "")
    assert "retirees" in out
    model.passes = False
    status, _, err = tongchou(capsys, "run", "history", "--check")
    assert (status, err) == (1, "tongchou: 1 of 1 checks failed\n")
    assert not list(tmp_path.iterdir())


# faults


def test_our_fault_is_one_line_and_a_traceback_on_request(
    model: type[FakeModel], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    model.fault = KeyError("x")
    status, _, err = tongchou(capsys, "run", "history")
    assert status == 1
    assert err == (
        "tongchou: internal error, the fault is ours (KeyError: 'x'); "
        "set TONGCHOU_TRACEBACK=1 to see the traceback\n"
    )
    monkeypatch.setenv("TONGCHOU_TRACEBACK", "1")
    with pytest.raises(KeyError):
        main(["run", "history", "--out", "other"])


def test_an_interrupt_is_130(model: type[FakeModel], capsys: pytest.CaptureFixture[str]) -> None:
    model.fault = KeyboardInterrupt()
    status, _, err = tongchou(capsys, "run", "history")
    assert (status, err.splitlines()[-1]) == (130, "tongchou: interrupted")


MISTAKES = {
    "rnu": "unknown command 'rnu'; did you mean 'run'?",
    "run": "missing argument 'SCENARIO'; see tongchou run --help",
    "explain": "missing option '--year'; see tongchou explain --help",
    "run histroy": "unknown scenario 'histroy'; did you mean 'history'?",
    "run history --scal 3": "unknown option '--scal'; did you mean '--scale'?",
    "run history --scale 0": "scale 0 is not allowed; allowed: a whole number of at least 1",
    "run history --scale many": "invalid value for '--scale': 'many' is not a valid integer",
    "run history --from 2009": "from 2009 has no published base data; allowed: 2010…2018",
    "run history --to 2061": "to 2061 is not allowed; allowed: 2010 (from) to 2060",
    "run history --resolution city": "unknown resolution 'city'; allowed: prefecture, province",
    "run history --threads 0": "invalid value for '--threads': 0 is not in the range x>=1",
    "run history --set rate": "--set 'rate' is not PATH=VALUE, such as contributions.worker_rate=0.07",
    "run history --set regime=muncipal": "unknown regime 'muncipal'; did you mean 'municipal'?",
    "run history --set contributions.worker_rat=0.1": (
        "unknown parameter 'contributions.worker_rat'; did you mean 'contributions.worker_rate'?"
    ),
    "run nowhere.yaml": "scenario file 'nowhere.yaml' does not exist",
    "scenarios lst": "unknown command 'lst'; did you mean 'list'?",
    "scenarios show histroy": "unknown scenario 'histroy'; did you mean 'history'?",
    "parameters contributions.worker_rat": (
        "unknown parameter 'contributions.worker_rat'; did you mean 'contributions.worker_rate'?"
    ),
    "data pension_provinc": "unknown table 'pension_provinc'; did you mean 'pension_province'?",
    "explain --year 2012": "explain needs either --person ID or --government CODE",
    "explain --year 2030 --person 1": "--year 2030 is not simulated; allowed: 2010 to 2018",
    "figures histori": "unknown figure 'histori'; did you mean 'history'?",
    "figures": "'results/history' holds no complete run (manifest.json is missing)",
}


@pytest.mark.parametrize("words", MISTAKES)
def test_a_mistake_is_one_line_that_names_the_word(
    words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    status, out, err = tongchou(capsys, *words.split())
    assert (status, out) == (2, "")
    assert err == f"tongchou: {MISTAKES[words]}\n"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("base: [", "broken YAML in mine.yaml, line 1: "),
        ("base: history\nbase: history", "duplicate key 'base' in mine.yaml, line 2"),
        ("base: history\nscale: [1]", "mine.yaml: scale [1] is not allowed: input should be a valid integer"),
    ],
)
def test_a_broken_scenario_file_is_one_line(
    text: str,
    sentence: str,
    model: type[FakeModel],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    status, _, err = tongchou(capsys, "run", "mine.yaml")
    assert status == 2
    assert err.startswith(f"tongchou: {sentence}")
    assert err.count("\n") == 1
    assert [file.name for file in tmp_path.iterdir()] == ["mine.yaml"]


# what is shown


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("scenarios", ["history", "soft_budget"]),
        ("scenarios list", ["history", "soft_budget"]),
        ("scenarios show history", ["2018-07-01", "central_adjustment", "waiver_2020 on"]),
        ("scenarios check", ["history: ok"]),
        ("scenarios diff history history+hard_budget", ["regimes.bailout_probability"]),
        ("scenarios diff history history", ["history and history are the same"]),
        ("parameters", ["contributions.employer_rate", "law"]),
        ("parameters contributions", ["contributions.employer_rate"]),
        ("parameters contributions.employer_rate", ["2019-05-01", "source", "range"]),
        ("data", ["pension_province", "2018"]),
        ("data pension_province", ["fund_revenue", "yuan", "Sources:"]),
        ("--version", ["tongchou "]),
    ],
)
def test_what_is_asked_for_is_shown(
    words: str, expected: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, err = tongchou(capsys, *words.split())
    assert (status, err) == (0, "")
    for text in expected:
        assert text in out


def test_bare_is_help(capsys: pytest.CaptureFixture[str]) -> None:
    bare = tongchou(capsys)
    assert bare == tongchou(capsys, "--help")
    assert bare[0] == 0
    assert "Commands:" in bare[1]


def test_explain_asks_the_model_for_the_scenario_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fake: Any = types.ModuleType("abm.explain")
    fake.person = lambda scenario, person, year: f"{scenario.name} {scenario.seed} person {person} {year}"
    fake.government = lambda scenario, name, year: f"{scenario.name} government {name} {year}"
    monkeypatch.setitem(sys.modules, "abm.explain", fake)
    import abm

    monkeypatch.setattr(abm, "explain", fake, raising=False)
    assert tongchou(capsys, "explain", "--person", "17", "--year", "2012", "--seed", "4")[1] == (
        "history 4 person 17 2012\n"
    )
    words = ["explain", "municipal", "--government", "Jilin", "--year", "2015"]
    assert tongchou(capsys, *words)[1] == "municipal government Jilin 2015\n"


def test_the_installed_command_loads_nothing_heavy_for_help() -> None:
    done = subprocess.run([COMMAND, "--help"], capture_output=True, text=True, check=True)
    assert (done.stderr, done.stdout.split()[:2]) == ("", ["Usage:", "tongchou"])
    loaded = "import sys, experiments.cli; print({'numpy', 'pandas', 'numba', 'pydantic'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("abm", "numpy pandas numba mesa scipy pydantic"),
        ("abm.model", "matplotlib SALib sklearn joblib"),
        ("experiments.figures, experiments.findings", "numba mesa scipy SALib matplotlib.pyplot"),
    ],
)
def test_what_is_not_needed_is_not_loaded(module: str, heavy: str) -> None:
    loaded = f"import sys, {module}; print(set({heavy.split()}) & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


@pytest.mark.parametrize("words", [["--help"], ["data"]])
def test_a_reader_that_stops_reading_is_no_fault(words: list[str]) -> None:
    read, written = os.pipe()
    os.close(read)
    done = subprocess.run([COMMAND, *words], stdout=written, stderr=subprocess.PIPE, text=True, check=False)
    os.close(written)
    assert (done.returncode, done.stderr) == (0, "")
