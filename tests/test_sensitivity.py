"""Sensitivity: indices that a known function has, noise kept apart, a rule for failed runs, the figures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
import stub_runs

from abm.errors import UserError
from abm.results import arrow_table
from experiments import sampling, sensitivity, text
from experiments.cli import main
from experiments.figures import sensitivity as figures
from experiments.indices import indices, noise_share
from experiments.runner import Task, execute
from experiments.store import TABLES
from experiments.store.run import decoded, encoded

NAMES = ["worker.habit", "employer.peer_weight", "worker.inclination"]


def outcome(method: str, samples: int, replicates: int = 1, noise: float = 0.0) -> tuple[Any, Any]:
    """Points, and y = 4 a + 2 b with a in [0, 1] and so on; c does nothing; luck moves all points alike."""
    cube = sampling.unit_cube(method, samples, 3, seed=1)
    random = np.random.default_rng(0)
    luck = random.normal(0, 5, replicates)
    chance = noise * random.normal(size=(len(cube), replicates))
    return cube, (4 * cube[:, :1] + 2 * cube[:, 1:2]) + luck + chance


def value(found: pd.DataFrame, measure: str) -> list[float]:
    return found[found["measure"] == measure]["value"].tolist()


def test_sobol_indices_of_a_sum_are_its_shares_of_variance() -> None:
    found = indices("sobol", *outcome("sobol", 512), NAMES)
    assert value(found, "ST") == pytest.approx([0.8, 0.2, 0.0], abs=0.02)
    assert value(found, "S1") == pytest.approx([0.8, 0.2, 0.0], abs=0.02)
    assert (found["low"] <= found["value"]).all()
    assert (found["high"] >= found["value"]).all()


def test_morris_finds_the_effect_of_the_whole_range() -> None:
    found = indices("morris", *outcome("morris", 6), NAMES)
    assert value(found, "mu_star") == pytest.approx([4, 2, 0], abs=1e-9)
    assert value(found, "mu") == pytest.approx([4, 2, 0], abs=1e-9)
    assert value(found, "sigma") == pytest.approx([0, 0, 0], abs=1e-9)


def test_luck_that_moves_all_points_alike_is_no_noise() -> None:
    found = indices("sobol", *outcome("sobol", 64, replicates=4), NAMES)
    assert found["noise_share"].max() == pytest.approx(0, abs=1e-12)
    assert found["replicate_error"].max() == pytest.approx(0, abs=1e-9)


def test_noise_between_points_is_measured() -> None:
    _, y = outcome("sobol", 512, replicates=4, noise=1.0)
    signal = (16 + 4) / 12
    assert noise_share(y) == pytest.approx(0.25 / (signal + 0.25), rel=0.1)
    assert np.isnan(noise_share(y[:, :1]))
    noisy = indices("sobol", *outcome("sobol", 64, replicates=4, noise=1.0), NAMES)
    assert (noisy["replicate_error"] > 0.005).all()


def test_a_group_with_a_failed_run_is_left_out_whole() -> None:
    cube, y = outcome("sobol", 64, replicates=2)
    y[7, 1] = np.nan  # the second group's third point, in one replicate
    found = indices("sobol", cube, y, NAMES)
    assert found[["groups", "left_out"]].drop_duplicates().to_numpy().tolist() == [[63, 1]]
    kept = np.delete(np.arange(64 * 5).reshape(64, 5), 1, axis=0).ravel()
    pd.testing.assert_frame_equal(
        found.drop(columns="left_out"), indices("sobol", cube[kept], y[kept], NAMES).drop(columns="left_out")
    )
    y[: 5 * 7 : 5, 0] = np.nan
    with pytest.raises(UserError, match="7 of 64 groups of points hold a failed run; allowed: one in ten"):
        indices("sobol", cube, y, NAMES)


def test_an_outcome_that_never_varies_has_no_index() -> None:
    for method in ("sobol", "morris"):
        cube, y = outcome(method, 4)
        assert indices(method, cube, np.ones_like(y), NAMES)["value"].abs().max() == 0


def ranked(samples: int) -> pd.DataFrame:
    """Sobol indices of the noisy sum as a command has them."""
    found = indices("sobol", *outcome("sobol", samples, replicates=2, noise=1.0), NAMES)
    return found.assign(scenario="history", indicator="coverage", year=2018)


def test_too_few_points_are_said_and_their_intervals_left_as_they_are() -> None:
    found = ranked(4)
    assert found["low"].min() < -1
    assert found["high"].max() > 2
    wide = ((found["high"] - found["low"]) > 1).sum()
    said = text.too_few(found)
    assert said.startswith(
        f"4 base points are too few: {wide} of 6 intervals are wider than the range of an index"
    )
    assert "\n" not in said
    assert text.too_few(ranked(64)) == ""
    morris = indices("morris", *outcome("morris", 6), NAMES).assign(low=-10.0, high=10.0)
    assert text.too_few(morris) == ""  # an effect has no range


@pytest.mark.parametrize(("samples", "least"), [(16, 0.6), (64, 0.9)])
def test_how_often_intervals_hold_the_truth(samples: int, least: float) -> None:
    """Ishigami's function, whose indices are known: 95 % from 64 base points on, fewer with 16."""
    truth = np.array([0.558, 0.442, 0.244, 0.314, 0.442, 0.0])  # total, then first-order
    held = []
    for seed in range(100):
        cube = sampling.unit_cube("sobol", samples, 3, seed)
        x = np.pi * (2 * cube - 1)
        y = np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])
        found = indices("sobol", cube, y[:, None], NAMES)
        held.append((found["low"] <= truth) & (truth <= found["high"]))
    share = np.mean(held, axis=0)
    assert share.min() >= least
    assert (share.min() < 0.9) == (samples == 16)


@pytest.mark.parametrize("samples", [4, 64])
def test_both_indices_are_drawn_with_intervals_on_an_axis_of_their_range(samples: int) -> None:
    found = ranked(samples)
    axes = figures.tornado(found).axes[0]
    left, right = axes.get_xlim()
    assert -figures.MARGIN <= left <= 0
    assert 1 <= right <= 1 + figures.MARGIN
    lines = [tuple(segment[:, 0]) for drawn in axes.collections for segment in drawn.get_segments()]
    for low, high in found[["low", "high"]].itertuples(index=False):
        assert any(line == pytest.approx((low, high)) for line in lines)
    arrows = [line for line in axes.lines if line.get_marker() in {"<", ">"}]
    beyond = (found["low"] < left).sum() + (found["high"] > right).sum()
    assert sum(len(line.get_xdata()) for line in arrows) == beyond
    assert (beyond > 0) == (samples == 4)


def linear(task: Task, threads: int) -> dict[str, bytes]:
    scenario, tables = task.scenario, stub_runs.work(task, threads)
    frame = decoded(tables["national"]).to_pandas()
    frame["contribution_revenue"] = 4e9 * scenario.set[NAMES[0]] - 2e9 * scenario.set[NAMES[1]]
    frame["coverage"] = 0.1 * scenario.set[NAMES[1]]
    return tables | {"national": encoded(arrow_table(frame, TABLES["national"]))}


DESIGN = {
    "scenarios": ["history"],
    "parameters": {NAMES[0]: {"range": [0.1, 0.6]}, NAMES[1]: {"range": [0, 2]}, NAMES[2]: None},
    "method": "morris",
    "samples": 4,
    "to": 2011,
    "scale": 200000,
}


@pytest.fixture
def found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pd.DataFrame:
    monkeypatch.setattr(execute, "__defaults__", (*(execute.__defaults__ or ())[:-1], linear))
    return sensitivity(DESIGN, ["contribution_revenue", "coverage"], store=tmp_path / "s", jobs=1)


def test_a_design_is_run_and_ranked(found: pd.DataFrame, tmp_path: Path) -> None:
    revenue = found[found["indicator"] == "contribution_revenue"]
    assert value(revenue, "mu_star") == pytest.approx([2e9, 4e9, 0], rel=1e-6)
    assert value(revenue, "mu") == pytest.approx([2e9, -4e9, 0], rel=1e-6)
    assert set(found["year"]) == {2011}
    with pytest.raises(UserError, match=r"year 2050 is not in these runs; they cover 2010–2011"):
        sensitivity(DESIGN, year=2050, store=tmp_path / "s", jobs=1)
    with pytest.raises(UserError, match="unknown indicator 'coverag'; did you mean 'coverage'"):
        sensitivity(DESIGN, ["coverag"], store=tmp_path / "s", jobs=1)
    with pytest.raises(UserError, match="needs a design by method morris or sobol; 'effort' is grid"):
        sensitivity("effort", store=tmp_path / "s", jobs=1)


def test_the_figures_show_the_numbers(found: pd.DataFrame) -> None:
    table = figures.numbers(found).set_index(["indicator", "parameter"])
    assert table.loc[("contribution_revenue", NAMES[0]), "share"] == pytest.approx(0.5)
    assert list(table.index.get_level_values("parameter")[:3]) == [NAMES[1], NAMES[0], NAMES[2]]
    axes = figures.tornado(found).axes[0]
    widths = [patch.get_width() for patch in axes.patches]
    assert widths == pytest.approx([-4, 2, 0] * 2, abs=1e-6)
    assert axes.get_xlabel() == "billion yuan"
    cells = figures.heat_map(found).axes[0].images[0].get_array()
    np.testing.assert_allclose(np.asarray(cells), [[1, 1], [0.5, 0], [0, 0]], atol=1e-9)
    for drawn in (figures.tornado, figures.heat_map):
        sizes = [t.get_fontsize() for t in drawn(found).findobj(mpl.text.Text) if t.get_text()]
        assert min(sizes) >= 7


def test_the_command_ranks_and_draws(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(execute, "__defaults__", (*(execute.__defaults__ or ())[:-1], linear))
    lines = [
        "scenarios: [history]",
        "to: 2011",
        "scale: 200000",
        "method: sobol",
        "samples: 4",
        "parameters:",
    ]
    lines += ["  worker.habit: {range: [0.1, 0.6]}", "  employer.peer_weight: {range: [0, 2]}"]
    (tmp_path / "d.yaml").write_text("\n".join(lines))
    words = "sensitivity d.yaml --indicator contribution_revenue --jobs 1 --table t.csv --figures f"
    assert main(words.split()) == 0
    said = capsys.readouterr()
    assert "contribution_revenue of 2011, history" in said.out
    assert "unknown with one replicate of the variance; groups 4, left out 0" in said.out
    assert "4 base points are too few" in said.err
    assert len(pd.read_csv("t.csv")) == 4
    names = sorted(path.name for path in (tmp_path / "f").iterdir())
    assert names == ["heat_map.pdf", "heat_map.png", "tornado.pdf", "tornado.png"]
