"""The paper's folder and the pages: noise and scale in closed form, tables, a small study, the notebook."""

from __future__ import annotations

import json
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from planted_runs import planted_runs

from abm.errors import UserError
from experiments.cli import main
from experiments.paper import Study, noise, tables
from experiments.runner import DRAW
from experiments.sources import RULE, SPREAD

ROOT = Path(__file__).parents[1]


def study(tmp_path: Path, **changes: Any) -> Path:
    """A study file."""
    from abm.yaml_file import read

    content = read(ROOT / "experiments" / "paper" / "study.yaml")
    content["scenarios"] = ["history", "history+soft_budget"]
    content |= {"decomposition": None, "sensitivity": None, **changes}
    file = tmp_path / "small.yaml"
    file.write_text(json.dumps(content), encoding="utf-8")
    return file


def test_the_shipped_study_is_sound() -> None:
    shipped = Study.read("study")
    tasks = list(shipped.tasks())
    assert len({task.key for task in tasks}) == len(tasks)
    plain = [task for task in tasks if not {DRAW, RULE} & set(task.parameters)]
    assert len(plain) == len(shipped.scenarios) * shipped.replicates
    assert shipped.ranking().runs > 0


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"scenarios": ["history"]}, "scenarios"),
        ({"scenarios": ["history", "histroy"]}, "histroy"),
        ({"replicates": 1}, "replicates"),
        ({"parameters": {}, "draws": 3}, "draws need parameters"),
        ({"parameters": {"worker.habbit": None}}, "worker.habit"),
        ({"rules": [3]}, "rules: 3 is not allowed; allowed: 1, 2"),
        ({"decomposition": {"scenario": "no", "scale": 20000}}, "unknown scenario 'no'"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_study_that_cannot_be_run_is_refused(
    tmp_path: Path, changes: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(UserError, match=re.escape(sentence)):
        Study.read(study(tmp_path, **changes))


def test_noise_by_source_is_in_shares_of_the_mean() -> None:
    runs = planted_runs()
    found = noise.sources(runs, ["contribution_revenue"]).set_index("line").loc["baseline"]
    national = runs.own("national")
    last = national[(national["line"] == "baseline") & (national["year"] == 2018)]["contribution_revenue"]
    assert found["monte_carlo"] == pytest.approx(SPREAD * last.std() / last.mean())
    assert found["parameters"] >= 0
    assert found["rule"] == pytest.approx(0, abs=1e-12)  # the planted rule changes nothing


def test_smallest_adequate_scale_follows_the_root_of_the_agents() -> None:
    scales = np.array([10_000, 40_000])
    table = pd.DataFrame({"scale": scales, "indicator": "reserve", "noise": 0.02 * np.sqrt(scales / 10_000)})
    found = noise.adequate(table, 0.01)
    assert found["reserve"] == 2_500
    assert "1:2,500" in noise.sentence(found, 0.01)
    assert noise.adequate(table, 0.02)["reserve"] == 10_000
    assert noise.adequate(table, 0.5)["reserve"] == 40_000  # no claim about scales that were not run
    assert noise.adequate(table.assign(noise=0.0), 0.01)["reserve"] == 40_000


def test_noise_and_shift_by_scale() -> None:
    national = pd.DataFrame(
        {"year": 2018, "scale": [10, 10, 20, 20], "seed": [1, 2, 1, 2], "coverage": [0.4, 0.6, 0.5, 0.7]}
    )
    found = noise.by_scale(national, ["coverage"]).set_index("scale")
    assert found["shift"].tolist() == pytest.approx([0, 0.2])
    assert found["noise"].tolist() == pytest.approx([SPREAD * np.sqrt(0.02) / 0.5] * 2)


def test_tables_in_both_notations() -> None:
    frame = pd.DataFrame({"name": ["a_b"], "effect (%)": [-1.25], "missing": [np.nan]})
    assert tables.markdown(frame).splitlines()[-1] == "| a_b | −1.25 | – |"
    text = tables.latex(frame)
    assert r"name & effect (\%) & missing \\" in text
    assert r"a\_b & $-$1.25 & – \\" in text
    assert text.startswith(r"\begin{tabular}{lrr}")


@pytest.mark.slow
def test_a_small_study_becomes_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = study(tmp_path, to=2012, scale=200000, replicates=2, draws=2, rules=[1], scales=[200000, 400000])
    paper = tmp_path / "paper"
    command = ["paper", str(file), "--out", str(paper), "--jobs", "1"]
    assert main(command) == 0
    assert "smallest adequate scale" in capsys.readouterr().err
    index = (paper / "index.md").read_text(encoding="utf-8")
    assert (
        "seeds 1–2, 2 draws of parameters, 1 other rules of choice, 1:200000, 2010–2012, n = 12 runs" in index
    )
    assert "event_study" in index
    assert "Not drawn" not in index
    for link in re.findall(r"\]\((.*?)\)", index):
        assert (paper / link).is_file(), link
    manifest = json.loads((paper / "manifest.json").read_text(encoding="utf-8"))
    assert len(manifest["runs"]) == 12
    assert [world["name"] for world in manifest["scenarios"]] == ["history", "history+soft_budget"]
    assert main(command) == 0
    assert "runs  " not in capsys.readouterr().err  # nothing was run again
    assert (paper / "index.md").read_text(encoding="utf-8") == index


@pytest.mark.slow
@pytest.mark.skipif(find_spec("IPython") is None, reason="needs the extra docs")
def test_the_notebook_runs() -> None:
    text = (ROOT / "docs" / "first-steps.md").read_text(encoding="utf-8")
    cells = re.findall(r"^```\{code-cell\}[^\n]*\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    assert len(cells) >= 6
    names: dict[str, Any] = {}
    for cell in cells:
        exec(compile(cell, "first-steps.md", "exec"), names)
    assert names["last"]["coverage"].between(0, 1).all()
    assert Path(names["png"]).stat().st_size > 10_000


@pytest.mark.slow
@pytest.mark.skipif(find_spec("myst_nb") is None, reason="needs the extra docs")
def test_pages_build_without_a_warning(tmp_path: Path) -> None:
    from sphinx.cmd.build import build_main

    options = ["-W", "--keep-going", "-q", "-D", "nb_execution_mode=off", "-d", str(tmp_path / "trees")]
    assert build_main([*options, "-b", "html", str(ROOT / "docs"), str(tmp_path / "html")]) == 0
    assert "PensionModel" in (tmp_path / "html" / "api.html").read_text(encoding="utf-8")
