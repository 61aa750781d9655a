"""Comparisons: paired effects with honest errors, how many pairs a precision needs, what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import stub_runs
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from abm.errors import UserError
from abm.results import arrow_table
from abm.scenario import Scenario
from abm.space import PROVINCE_NAMES
from experiments import compare, comparison
from experiments.cli import main
from experiments.paired import effects, pairs_needed
from experiments.runner import Task, execute
from experiments.store import TABLES, Store
from experiments.store.run import decoded, encoded


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 30), st.integers(0, 99))
def test_errors_are_those_of_the_paired_t_test(pairs: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    luck = random.normal(size=(pairs, 3))
    a, b = luck + 1, luck + 1.5 + 0.1 * random.normal(size=(pairs, 3))
    found = effects(a, b)
    expected = stats.ttest_rel(b, a)
    np.testing.assert_allclose(found["difference"], (b - a).mean(axis=0))
    np.testing.assert_allclose(found["difference"] / found["standard_error"], expected.statistic)
    interval = expected.confidence_interval(0.95)
    np.testing.assert_allclose(found["low"], interval.low)
    np.testing.assert_allclose(found["high"], interval.high)


def test_the_factor_is_what_independent_seeds_would_cost() -> None:
    random = np.random.default_rng(3)
    luck = random.normal(0, 3, size=(20000, 1))
    a = luck + random.normal(0, 1, size=luck.shape)
    b = luck + random.normal(0, 1, size=luck.shape)
    common = effects(a, b)
    assert common["variance_reduction"][0] == pytest.approx(20 / 2, rel=0.05)
    apart = effects(a, random.permutation(b))
    assert apart["variance_reduction"][0] == pytest.approx(1, rel=0.05)
    ratio = (apart["standard_error"] / common["standard_error"])[0]
    assert ratio**2 == pytest.approx(10, rel=0.08)


def test_without_spread_the_effect_is_exact() -> None:
    found = effects(np.array([[1.0, 5.0], [2.0, 5.0]]), np.array([[2.0, 5.0], [3.0, 5.0]]))
    assert found[["difference", "low", "high"]].to_numpy().tolist() == [[1, 1, 1], [0, 0, 0]]
    assert found["variance_reduction"][0] == np.inf
    assert np.isnan(found["variance_reduction"][1])


def test_the_number_of_pairs_is_steins() -> None:
    assert pairs_needed(1.0, 1.0, 4) == int(np.ceil(stats.t.ppf(0.975, 3) ** 2))
    assert pairs_needed(1.0, 100.0, 4) == 4
    assert pairs_needed(1.0, 0.05, 9) == pytest.approx(4 * pairs_needed(1.0, 0.1, 9), abs=4)


@pytest.mark.slow
def test_steins_number_keeps_its_promise() -> None:
    random = np.random.default_rng(1)
    width, covered = 0.5, 0
    for _ in range(2000):
        pilot = random.normal(size=4)
        needed = pairs_needed(float(pilot.std(ddof=1)), width, 4)
        sample = np.concatenate([pilot, random.normal(size=needed - 4)])
        covered += abs(sample.mean()) <= width
    assert covered / 2000 > 0.94


# whole comparisons, with the model stubbed: national contributions are luck(seed) + 2 × habit + small noise


def simple(task: Task, threads: int) -> dict[str, bytes]:
    scenario = task.scenario
    luckless = task._replace(scenario=Scenario.named("history", end=scenario.end, seed=scenario.seed))
    tables = stub_runs.work(luckless, threads)
    habit = float(scenario.set.get("worker.habit", 0.5))
    luck = np.random.default_rng(scenario.seed).normal(100, 10)
    noise = np.random.default_rng(int(scenario.key()[:8], 16)).normal(0, 0.1)
    for name in ("national", "provinces"):
        frame = decoded(tables[name]).to_pandas()
        frame["contribution_revenue"] = luck + 2 * habit + noise
        frame["average_wage"] = frame["contribution_revenue"] ** 2
        tables[name] = encoded(arrow_table(frame, TABLES[name]))
    return tables


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(execute, "__defaults__", (*(execute.__defaults__ or ())[:-1], simple))


def pair(**changes: Any) -> tuple[Scenario, Scenario]:
    a = Scenario.named("history", end=2011, scale=200000)
    return a, a.changed(set={"worker.habit": 0.9}).model_copy(update={"name": "b", **changes})


@pytest.mark.usefixtures("model")
def test_effects_of_nation_provinces_and_cohorts(tmp_path: Path) -> None:
    found = compare(*pair(), replicates=6, store=tmp_path / "s", jobs=1)
    assert set(found["level"]) == {"nation", "province", "cohort"}
    assert (found["pairs"] == 6).all()
    revenue = found[(found["indicator"] == "contribution_revenue") & (found["year"] == 2011)]
    assert len(revenue) == 1 + len(PROVINCE_NAMES)
    nation = revenue[revenue["level"] == "nation"].iloc[0]
    assert (nation["place"], nation["scenario"], nation["baseline"]) == ("China", "b", "history")
    assert nation["low"] < 0.8 < nation["high"]
    assert nation["variance_reduction"] > 100
    cohorts = found[found["level"] == "cohort"]
    assert set(cohorts["place"]) == {"1960", "1980"}
    assert (cohorts["difference"] == 0).all()  # the stub's cohorts hang on the seed alone
    made = Store(tmp_path / "s").read("national")
    direct = made[made["year"] == 2011].set_index("key")["contribution_revenue"]
    assert nation["baseline_mean"] + nation["mean"] == pytest.approx(2 * direct.mean())


@pytest.mark.usefixtures("model")
def test_a_precision_runs_a_pilot_says_the_number_and_runs_the_rest(tmp_path: Path) -> None:
    said: list[str] = []
    options: dict[str, Any] = {"store": tmp_path / "s", "jobs": 1, "say": said.append}
    found = compare(*pair(), precision=0.001, indicators=["contribution_revenue"], **options)
    pairs = found["pairs"].iloc[0]
    assert pairs > comparison.PILOT
    plan, wider = said
    assert plan == (
        f"±0.001 of the baseline at 95 % needs {pairs} pairs (contribution_revenue {pairs}; pilot of 4): "
        f"{2 * (pairs - 4)} more runs"
    )
    last = found[(found["level"] == "nation") & (found["indicator"] == "contribution_revenue")].iloc[-1]
    reach = (last["high"] - last["low"]) / 2 / last["baseline_mean"]
    assert reach > 0.001  # the pilot's pairs varied less than all do, and that is said
    assert wider == (
        f"the pairs vary more than the pilot's: contribution_revenue of 'b' has ±{reach:.3g}; "
        "±0.001 around the effect still holds at 95 % (Stein's rule)"
    )
    assert len(Store(tmp_path / "s").runs()) == 2 * pairs
    with pytest.raises(UserError, match=r"precision 1e-07 needs about .* pairs; allowed: at most 10,000"):
        compare(*pair(), precision=1e-7, indicators=["contribution_revenue"], **options)


@pytest.mark.usefixtures("model")
def test_more_replicates_run_only_what_is_new(tmp_path: Path) -> None:
    compare(*pair(), replicates=3, store=tmp_path / "s", jobs=1)
    said: list[tuple[int, int, int]] = []
    compare(*pair(), replicates=5, store=tmp_path / "s", jobs=1, progress=lambda *now: said.append(now))
    assert said[-1] == (4, 4, 0)


def test_a_pair_with_a_failed_run_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unlucky(task: Task, threads: int) -> dict[str, bytes]:
        if task.scenario.seed == 2 and task.scenario.name == "b":
            raise ArithmeticError
        return simple(task, threads)

    monkeypatch.setattr(execute, "__defaults__", (*(execute.__defaults__ or ())[:-1], unlucky))
    found = compare(*pair(), replicates=4, store=tmp_path / "s", jobs=1)
    assert (found["pairs"] == 3).all()
    with pytest.raises(UserError, match="1 pairs of 'b' and 'history' did not fail, and errors need two"):
        compare(*pair(), replicates=2, store=tmp_path / "s", jobs=1)


REFUSED: dict[str, tuple[tuple[str, ...], dict[str, Any], str]] = {
    "one": (("history",), {}, "needs two scenarios or more"),
    "twice": (("history", "history"), {}, "'history' is named twice"),
    "unknown": (("history", "histroy"), {}, "unknown scenario 'histroy'"),
    "lower rules": (
        ("provincial_unified", "municipal"),
        {},
        "regimes 'provincial_unified' and 'municipal' under 'none' coincide where each province is one",
    ),
    "lower rules before the upper one": (
        ("history", "municipal"),
        {"end": 2012},
        "'provincial_adjustment' and 'municipal' under 'none' coincide",
    ),
    "replicates": (("history", "municipal"), {"replicates": 1}, "replicates 1 is not allowed"),
    "precision": (("history", "municipal"), {"precision": 2.0}, "precision 2 is not allowed"),
    "both": (("history", "municipal"), {"precision": 0.1, "replicates": 3}, "not both"),
    "indicator": (("history", "municipal"), {"indicators": ["reserv"]}, "unknown indicator 'reserv'"),
    "backend": (("history", "municipal"), {"backend": "spark"}, "unknown backend 'spark'"),
    "option": (("history", "municipal"), {"sead": 3}, "unknown option 'sead'"),
}


@pytest.mark.parametrize("mistake", REFUSED)
def test_what_cannot_be_compared_is_refused_in_a_sentence(
    mistake: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("experiments.runner.perform", None)
    scenarios, options, sentence = REFUSED[mistake]
    with pytest.raises(UserError, match=sentence):
        compare(*scenarios, store=tmp_path / "s", jobs=1, **options)


def test_the_same_scenario_under_two_names_is_refused(tmp_path: Path) -> None:
    a, _ = pair()
    with pytest.raises(UserError, match="'history' and 'c' are the same scenario"):
        compare(a, a.model_copy(update={"name": "c"}), store=tmp_path / "s")
    with pytest.raises(UserError, match="differ in end; they must not"):
        compare(*pair(end=2012), store=tmp_path / "s")


def test_lower_rules_may_differ_by_prefecture() -> None:
    comparison.checked(["provincial_unified", "municipal"], {"resolution": "prefecture"})
    comparison.checked(["history", "municipal"], {"end": 2018})


@pytest.mark.slow
def test_the_command_compares_the_model_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cut.yaml").write_text("base: history\nset: {contributions.employer_rate: 0.16}\n")
    words = "compare history cut.yaml --to 2012 --scale 200000 --replicates 3 --jobs 1 --table e.csv"
    assert main(words.split()) == 0
    said = capsys.readouterr()
    assert "cut       contributions" in said.out
    assert "6 of 6 runs" in said.err
    table = pd.read_csv("e.csv").query("level == 'nation' and year == 2012")
    changed = table[table["standard_error"] > 0]
    assert len(changed) > 10
    assert (changed["variance_reduction"] > 1).mean() > 0.8  # draws are really common
    assert main([*words.split()[:-1], "e.txt"]) == 2
    assert capsys.readouterr().err == "tongchou: --table 'e.txt' must end in .csv or .parquet\n"
