"""Decomposition: shares that add up, channels held exactly, a regime that is only a money rule."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import stub_runs
from hypothesis import given, settings
from hypothesis import strategies as st

from abm.errors import UserError
from abm.model import PensionModel
from abm.results import Results, arrow_table
from abm.scenario import Scenario
from experiments import decompose, decomposition
from experiments.channels import CHANNELS, Held, check_start, holding
from experiments.cli import main
from experiments.decomposition import shapley, subsets
from experiments.figures import decomposition as figure
from experiments.runner import Task, execute
from experiments.store import TABLES
from experiments.store.run import decoded, encoded

REFORM = "timeline: [{from: 2012-01-01, announced: 2011-06-01, regime: {upper: national_2022}}]"


def worth(game: dict[str, float]) -> dict[frozenset[str], np.ndarray]:
    return {frozenset(names): np.array([value]) for names, value in game.items()}


def test_shapley_shares_of_known_games() -> None:
    additive = {x: np.array([float(sum("ab".index(n) + 1 for n in x))]) for x in subsets("ab")}
    assert {n: float(v[0]) for n, v in shapley(additive, "ab").items()} == {"a": 1, "b": 2}
    # gloves: a has a left one, b and c have right ones; a pair is worth 1
    gloves = {x: np.array([float("a" in x and len(x) > 1)]) for x in subsets("abc")}
    shares = {n: float(v[0]) for n, v in shapley(gloves, "abc").items()}
    assert shares == pytest.approx({"a": 2 / 3, "b": 1 / 6, "c": 1 / 6})


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 5), st.integers(0, 1000))
def test_shares_add_up_and_a_channel_that_does_nothing_gets_nothing(count: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    names = [f"c{i}" for i in range(count)]
    game = {x: random.normal(size=3) for x in subsets(names)}
    for x in game:
        game[x] = game[x - {"c0"}]
    shares = shapley(game, names)
    np.testing.assert_allclose(sum(shares.values()), game[frozenset(names)] - game[frozenset()], atol=1e-12)
    np.testing.assert_allclose(shares["c0"], 0, atol=1e-12)


def history(end: int = 2013) -> Scenario:
    return Scenario.named("history", scale=200000, end=end)


@pytest.fixture
def reform(tmp_path: Path) -> Scenario:
    (tmp_path / "reform.yaml").write_text(f"base: history\n{REFORM}\n")
    return Scenario.named(str(tmp_path / "reform.yaml"), scale=200000, end=2013)


def same(a: Results, b: Results) -> bool:
    return all(frame.equals(b.frames[name]) for name, frame in a.frames.items())


@pytest.mark.slow
@pytest.mark.parametrize("channels", [(), *((name,) for name in CHANNELS), CHANNELS], ids=" ".join)
def test_a_scenario_held_at_its_own_path_is_itself(channels: tuple[str, ...]) -> None:
    plain = PensionModel(history(), threads=1).run()
    assert same(holding(history(), Held(history(), channels), 1).run(), plain)


def test_a_regime_is_only_a_money_rule(reform: Scenario) -> None:
    """With every channel held a change of regime changes nothing, to the fen."""
    plain = PensionModel(history(), threads=1).run()
    assert same(holding(reform, Held(history(), CHANNELS), 1).run(), plain)
    assert not same(PensionModel(reform, threads=1).run(), plain)


@pytest.mark.slow
@pytest.mark.parametrize("channel", ["government effort", "employer evasion", "transfers"])
def test_a_channel_let_go_changes_something(channel: str, reform: Scenario) -> None:
    held = tuple(name for name in CHANNELS if name != channel)
    plain = PensionModel(history(), threads=1).run()
    freed = holding(reform, Held(history(), held), 1).run()
    if channel == "employer evasion":  # employers answer to levers that are held: nothing to answer to
        assert same(freed, plain)
    else:
        assert not same(freed, plain)


def test_scenarios_that_differ_in_the_base_year_are_refused() -> None:
    cut = history().changed(set={"contributions.employer_rate": 0.16}).model_copy(update={"name": "cut"})
    with pytest.raises(UserError, match="'cut' and 'history' differ in 2010, the base year"):
        check_start(history(), cut)


def game(task: Task, threads: int) -> dict[str, bytes]:
    """Contributions: 1 for the reform, 10 with effort free, 4 with leniency free, 2 more with both."""
    held = task.held.channels if task.held else ()
    reform = task.scenario.name != "history"
    effort, leniency = ("government effort" not in held) * reform, ("leniency" not in held) * reform
    luck = float(np.random.default_rng(task.scenario.seed).normal())
    value = reform * (1.0 + luck) + 10 * effort + 4 * leniency + 2 * effort * leniency
    tables = stub_runs.work(task, threads)
    frame = decoded(tables["national"]).to_pandas().assign(contribution_revenue=1e9 * (100 + value))
    return tables | {"national": encoded(arrow_table(frame, TABLES["national"]))}


@pytest.fixture
def found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reform: Scenario) -> pd.DataFrame:
    monkeypatch.setattr(execute, "__defaults__", (*(execute.__defaults__ or ())[:-1], game))
    monkeypatch.setattr(decomposition, "check_start", lambda *_: None)
    return decompose(
        history(), reform, ["government effort", "leniency"], 5, ["contribution_revenue"], tmp_path / "s",
        jobs=1,
    )  # fmt: skip


def test_the_parts_of_a_game_are_found_with_their_errors(found: pd.DataFrame) -> None:
    last = found[found["year"] == 2013].set_index("channel")
    assert list(last.index) == ["direct", "government effort", "leniency", "total"]
    assert last["effect"][["government effort", "leniency"]].tolist() == pytest.approx([11e9, 5e9])
    assert last["standard_error"][["government effort", "leniency"]].tolist() == pytest.approx([0, 0], abs=1)
    assert last["standard_error"]["direct"] == pytest.approx(last["standard_error"]["total"])
    assert last["effect"].drop("total").sum() == pytest.approx(last["effect"]["total"])
    assert last["low"]["direct"] < 1e9 < last["high"]["direct"]
    assert (last["replicates"] == 5).all()


def test_the_waterfall_ends_at_the_whole(found: pd.DataFrame) -> None:
    table = figure.numbers(found, "contribution_revenue")
    ends = table["start"] + table["effect"]
    assert ends["leniency"] == pytest.approx(ends["total"])
    assert table["start"]["total"] == 0
    axes = figure.waterfall(found).axes[0]
    bars = [(patch.get_x(), patch.get_width()) for patch in axes.patches]
    np.testing.assert_allclose(bars, table[["start", "effect"]] / 1e9)
    assert [label.get_text() for label in axes.get_yticklabels()][-1] == "whole effect"
    with pytest.raises(UserError, match="no year 2050"):
        figure.waterfall(found, year=2050)


def test_mistakes_are_named(tmp_path: Path) -> None:
    for arguments, sentence in (
        ({"channels": ["efort"]}, "unknown channel 'efort'"),
        ({"replicates": 1}, "replicates 1 is not allowed"),
        ({"indicators": ["coverag"]}, "unknown indicator 'coverag'; did you mean 'coverage'"),
    ):
        with pytest.raises(UserError, match=sentence):
            decompose("history", "municipal", store=tmp_path / "s", **arguments)


def test_the_command_splits_and_draws(
    found: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    words = "decompose history reform.yaml --to 2013 --scale 200000 --replicates 5 --jobs 1 --store s"
    words += " --indicator contribution_revenue --channel leniency --figures f --table t.parquet"
    assert main([*words.split(), "--channel", "government effort"]) == 0
    said = capsys.readouterr()
    assert "contribution_revenue of 2013, billion yuan, 5 replicates" in said.out
    assert said.err == ""  # all runs were in the store already, whatever the order of the channels
    assert len(pd.read_parquet("t.parquet")) == 4 * 4
    assert sorted(path.name for path in Path("f").iterdir()) == ["waterfall.pdf", "waterfall.png"]
