"""The loop around the estimator: free parameters, the store of trials, posterior files, rivals, the
report."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from published_run import published_run

from abm.errors import UserError
from abm.scenario import Scenario
from calibration import (
    chapters,
    contested,
    estimate,
    free,
    identify,
    moments,
    posterior,
    rivals,
    targets,
    validation,
)
from calibration.measures import of_publications, of_run
from calibration.trials import Trials
from experiments import posterior as draws_of
from experiments.runner import tasks_of

# Free parameters

AUDIT = "'employer.audit_base' in free.yaml"


def _file(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "free.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_the_shipped_free_parameters_are_few_and_reasoned() -> None:
    space, wide = free.load(), free.load(free.FILE.with_name("wide.yaml"))
    of_the_start = {"population.age_tilt"}  # no behaviour, so not among those freed at first
    assert set(space.names) - of_the_start < set(wide.names)
    assert 15 <= len(space) <= len(wide) <= free.MOST
    assert all(len(p.reason) > 30 for p in space.parameters)
    values = space.values(space.default)
    for p in space.parameters:
        assert values[p.name] == pytest.approx(np.clip(p.default, p.at(0.01), p.at(0.99)))
    Scenario.named("history", set=space.settings(np.zeros(len(space))))
    Scenario.named("history", set=space.settings(np.ones(len(space))))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("employer.audit_bas: {reason: x}", "unknown parameter 'employer.audit_bas'; did you mean"),
        ("employer.audit_base: {}", f"{AUDIT}: reason: Field required"),
        ("contributions.base_floor: {reason: x}", "'contributions.base_floor' in free.yaml is law"),
        ("employer.audit_base: {reason: x, range: [0, 2]}", f"{AUDIT}: range [0, 2] leaves"),
        ("employer.audit_base: {reason: x, scale: log}", f"{AUDIT}: a log scale needs"),
        ("employer.audit_base: {reason: x, range: [0.3, 0.5]}", f"{AUDIT}: the model's value"),
        ("employer.registration_base@2012-01-01: {reason: x}",
         "employer.registration_base (employer.yaml) has no value from 2012-01-01"),
    ],
)  # fmt: skip
def test_a_bad_free_parameter_is_refused(text: str, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        free.load(_file(tmp_path, text))
    assert str(caught.value).startswith(sentence)


def test_more_than_25_free_parameters_are_refused(tmp_path: Path) -> None:
    many = "\n".join(f"employer.x{i}: {{reason: x}}" for i in range(26))
    with pytest.raises(UserError, match="frees 26 parameters; allowed: 25"):
        free.load(_file(tmp_path, many))


def test_positions_and_values_are_inverse_and_dated_values_keep_the_other_dates(tmp_path: Path) -> None:
    text = "employer.registration_base@2014-01-01: {reason: x}\nemployer.state_cost: {reason: y, scale: log}"
    space = free.load(_file(tmp_path, text))
    rate, cost = space.parameters
    assert cost.unit(cost.at(0.3)) == pytest.approx(0.3)
    assert cost.at(0.5) == pytest.approx(np.sqrt(20.0))
    slope = (cost.at(0.5 + 1e-6) - cost.at(0.5 - 1e-6)) / 2e-6
    assert cost.slope(0.5) == pytest.approx(slope, rel=1e-3)
    changed = space.settings(np.array([0.5, 0.5]))["employer.registration_base"]
    kept = {str(day): value for day, value in changed.items()}
    assert kept["2014-01-01"] == pytest.approx(rate.at(0.5))
    assert {"2010-01-01", "2011-07-01"} < set(kept)


# Trials


class Fake:
    """Stands in for the model; fails where a parameter says so, and counts."""

    runs = 0

    def __init__(self, scenario: Scenario, threads: int | None = None) -> None:
        self.scenario = scenario

    def run(self) -> Any:
        type(self).runs += 1
        shift = self.scenario.set.get("employer.audit_base", 0.1)
        if shift > 0.5:
            raise ValueError("no equilibrium")
        return published_run(
            range(2010, self.scenario.end + 1), factor=1 + shift - 0.1 + 0.001 * self.scenario.seed
        )


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> type[Fake]:
    class Fresh(Fake):
        pass

    monkeypatch.setattr("abm.model.PensionModel", Fresh)
    return Fresh


def _trials(store: Path, seeds: tuple[int, ...] = (1, 2)) -> Trials:
    chosen = [t for t in targets.moments() if t.name == "spending_nation"]
    world = Scenario.named("history", end=2016, scale=20_000)
    return Trials(world, moments.layout(chosen).select("fit"), seeds, store)


def test_trials_are_kept_and_taken_up_again(fake: type[Fake], tmp_path: Path) -> None:
    settings = [{"employer.audit_base": v} for v in (0.1, 0.2)]
    first = _trials(tmp_path)(settings)
    assert (first.shape, fake.runs) == ((2, 2, 6), 4)
    off = first - _trials(tmp_path).table.value
    np.testing.assert_allclose(off[1, 1], np.log(1.102), atol=1e-9)
    again = _trials(tmp_path)
    np.testing.assert_array_equal(again(settings), first)
    assert (fake.runs, again.reused, again.computed) == (4, 4, 0)


def test_a_killed_estimation_goes_on_where_it_was(fake: type[Fake], tmp_path: Path) -> None:
    """What was finished is not run again; a half-written file is no evaluation."""
    setting = [{"employer.audit_base": 0.3}]
    whole = _trials(tmp_path / "whole")(setting)
    stopped = _trials(tmp_path / "stopped", seeds=(1,))
    stopped(setting)
    (tmp_path / "stopped" / "abc.123.part").write_text("{")
    runs = fake.runs
    resumed = _trials(tmp_path / "stopped")
    np.testing.assert_array_equal(resumed(setting), whole)
    assert (fake.runs - runs, resumed.reused, resumed.computed) == (1, 1, 1)


def test_a_run_that_fails_is_an_observation(fake: type[Fake], tmp_path: Path) -> None:
    trials = _trials(tmp_path)
    values = trials([{"employer.audit_base": 0.55}, {"employer.audit_base": 0.1}])
    assert np.isnan(values[0]).all()
    assert np.isfinite(values[1]).all()
    assert trials.failed == 2
    kept = [json.loads(file.read_text()) for file in tmp_path.glob("*.json")]
    assert sorted(k["status"] for k in kept) == ["failed", "failed", "ok", "ok"]
    assert {k["error"] for k in kept if k["status"] == "failed"} == {"ValueError: no equilibrium"}


def test_what_the_machine_refuses_is_no_observation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> Any:
        raise MemoryError

    monkeypatch.setattr("abm.model.PensionModel", full)
    with pytest.raises(MemoryError):
        _trials(tmp_path)([{"employer.audit_base": 0.1}])
    assert not list(tmp_path.glob("*.json"))


def test_an_evaluation_belongs_to_its_seed_parameters_and_code(
    fake: type[Fake], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    setting = [{"employer.audit_base": 0.1}]
    _trials(tmp_path)(setting)
    monkeypatch.setattr("abm.results.code_hash", lambda: "another version")
    other = _trials(tmp_path)
    other(setting)
    assert (other.reused, other.computed) == (0, 2)


# The estimation, whole, on moments that all shift with one parameter


def test_the_loop_finds_the_value_and_a_second_call_runs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("optimagic")
    runs = []

    def evaluate(scenario: Scenario, table: moments.Table, file: Path) -> None:
        runs.append(file)
        shift = scenario.set.get("employer.audit_base", 0.1) - 0.1 + 0.001 * scenario.seed
        kept = {"status": "ok", "moments": list(table.value + shift)}
        file.write_text(json.dumps(kept), encoding="utf-8")

    monkeypatch.setattr("calibration.trials.evaluate", evaluate)
    file = _file(tmp_path, "employer.audit_base: {reason: x, range: [0.0, 0.4]}")
    plan = estimate.Plan(explore=4, starts=2, jobs=1, store=tmp_path / "store", free=file)
    said: list[str] = []
    outcome = estimate.run(plan, said.append)
    progress = [int(line.split()[0]) for line in said if line.endswith(" evaluations")]
    assert len(progress) > 3
    assert progress == sorted(progress)
    # Everything is off by audit_base - 0.1 + 0.0015 on average over the two seeds.
    assert outcome.space.values(outcome.second.position)["employer.audit_base"] == pytest.approx(
        0.0985, abs=2e-3
    )
    done = len(runs)
    again = estimate.run(plan)
    assert len(runs) == done
    np.testing.assert_array_equal(again.second.position, outcome.second.position)

    paths = {path.name: path for path in estimate.write(outcome, plan, tmp_path / "out")}
    table = pd.read_csv(paths["parameters.csv"])
    assert list(table["parameter"]) == ["employer.audit_base"]
    assert bool(table["identified"].iloc[0])
    assert Scenario.named(f"history+{paths['estimated.yaml']}").set["employer.audit_base"] == pytest.approx(
        0.0985, abs=2e-3
    )
    assert "count as seen" in paths["estimate.md"].read_text()

    profile = identify.profiles(outcome)
    assert (profile["rise"] > -1e-6).all()
    assert profile.loc[profile["position"] == 0.95, "rise"].iloc[0] > 100


# Recovery and posterior


def test_recovery_counts_the_intervals_that_hold_the_truth() -> None:
    found = identify.Recovery(["a"], np.array([1.0]), np.array([[1.1], [0.9], [2.0]]), np.full((3, 1), 0.1))
    row = found.table().iloc[0]
    assert row["coverage"] == pytest.approx(2 / 3)
    assert row["replications"] == 3


def test_recovery_shares_slopes_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Moments linear in the parameter, noise by seed: bias, spread and coverage are those of the noise."""
    pytest.importorskip("optimagic")
    seeds: dict[int, int] = {}

    def evaluate(scenario: Scenario, table: moments.Table, file: Path) -> None:
        seeds[scenario.seed] = seeds.get(scenario.seed, 0) + 1
        noise = 0.02 * np.random.default_rng(scenario.seed).standard_normal(len(table.value))
        values = table.value + scenario.set.get("employer.audit_base", 0.1) + noise
        file.write_text(json.dumps({"status": "ok", "moments": list(values)}), encoding="utf-8")

    monkeypatch.setattr("calibration.trials.evaluate", evaluate)
    monkeypatch.setattr(
        "calibration.targets.moments",
        lambda: [t for t in targets.load().values() if t.name == "spending_nation"],
    )
    file = _file(tmp_path, "employer.audit_base: {reason: x, range: [0.0, 0.6]}")
    plan = estimate.Plan(jobs=1, store=tmp_path / "store", free=file)
    said: list[str] = []
    found = identify.recover(plan, {"employer.audit_base": 0.25}, replications=12, say=said.append)
    assert said == [f"replication {number} of 12" for number in range(1, 13)]
    row = found.table().iloc[0]
    spread = 0.02 * np.sqrt((1 + 1 / 2) / 6)  # six cells, data of one seed and simulations of two
    assert row["deviation"] == pytest.approx(spread, rel=0.5)
    assert row["mean_se"] == pytest.approx(spread, rel=0.5)
    assert abs(row["bias"]) < 3 * row["bias_error"]
    assert row["coverage"] >= 0.75
    own = [seeds[identify.SEARCH_SEED + k] for k in range(24)]
    assert min(own) >= 2
    assert max(own) <= 8


EARLY = {
    "employer.registration_base@2011-07-01": 0.15, "worker.early_indifferent": 0.6, "worker.inclination": 0.1,
}  # fmt: skip

WINDOW = {
    "employer.registration_base@2011-07-01": 0.15,
    "worker.buy_in_window@2011-01-01": 0.12,
    "worker.inclination": 0.1,
}
UNTOLD = frozenset({"worker.early_indifferent"})
"""What the data do not identify (docs/calibration.md): found within its errors, and these are wide."""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("truth", "by_variance", "untold"),
    [(EARLY, True, UNTOLD), (WINDOW, True, frozenset()), (identify.RECOVERED, False, frozenset())],
    ids=["early", "window", "identified"],
)
def test_known_parameters_are_recovered_from_simulated_data(
    truth: Mapping[str, float],
    by_variance: bool,
    untold: frozenset[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Three parameters, two worlds of their own: within a few standard errors of the truth, and these are
    less than a quarter of the range for all but those that are known to be untold.
    """
    pytest.importorskip("optimagic")
    monkeypatch.setattr("calibration.msm.PAIRS", 4)  # three parameters: eight corners
    ranges = {
        "employer.registration_base@2011-07-01": [0.0, 0.4],
        "worker.early_indifferent": [0.1, 1.5],
        "worker.inclination": [-0.5, 0.5],
        "worker.buy_in_window@2011-01-01": [0.0, 0.2],
        "adjustment.local_supplement@2005-01-01": [0.0, 0.05],
    }
    freed = "".join(f"{name}: {{reason: x, range: {ranges[name]}}}\n" for name in truth)
    plan = estimate.Plan(jobs=2, store=tmp_path / "store", free=_file(tmp_path, freed))
    found = identify.recover(plan, truth, replications=2, by_variance=by_variance)
    assert (np.abs(found.estimates - found.truth) < 3.5 * found.errors).all(), found.table().to_string()
    wide = (found.errors >= 0.25 * np.array([np.ptp(ranges[name]) for name in found.names])).any(axis=0)
    assert {name for name, far in zip(found.names, wide, strict=True) if far} == untold


def _linear_emulator(slopes: np.ndarray) -> tuple[posterior.Emulator, Callable[[np.ndarray], np.ndarray]]:
    positions = np.random.default_rng(1).random((60, slopes.shape[1]))
    return posterior.emulate(positions, positions @ slopes.T), lambda p: p @ slopes.T


@pytest.mark.slow
def test_the_posterior_of_a_linear_normal_problem_is_the_textbook_one() -> None:
    pytest.importorskip("sklearn")
    slopes = np.random.default_rng(2).normal(size=(8, 2)) * 10
    emulator, moments_of = _linear_emulator(slopes)
    np.testing.assert_allclose(
        emulator.predict(np.array([[0.3, 0.7]]))[0][0], moments_of(np.array([0.3, 0.7])), atol=0.1
    )
    truth = np.array([0.5, 0.45])
    draws, accepted = posterior.sample(
        emulator, moments_of(truth), truth, np.zeros(2), np.ones(2), count=1500
    )
    expected = np.linalg.inv(slopes.T @ slopes)
    assert 0.1 < accepted < 0.7
    np.testing.assert_allclose(draws.mean(axis=0), truth, atol=0.01)
    np.testing.assert_allclose(np.cov(draws.T), expected, rtol=0.35, atol=1e-4)


def test_posterior_files_are_drawn_by_weight_and_checked(tmp_path: Path) -> None:
    table = pd.DataFrame({
        "employer.audit_base": [0.1, 0.2, 0.3],
        "employer.registration_base@2014-01-01": [0.1, 0.2, 0.3],
        "weight": [1.0, 0.0, 3.0],
    })  # fmt: skip
    file = posterior.write(table, tmp_path / "posterior.parquet")
    drawn = draws_of.draws(file, 400)
    audits = [d["employer.audit_base"] for d in drawn]
    assert {round(a, 6): audits.count(a) for a in set(audits)} == {0.1: 100, 0.3: 300}
    Scenario.named("history", set=drawn[0])
    assert drawn == draws_of.draws(file, 400)

    for bad, words in (
        (table.drop(columns="weight"), "needs a column 'weight'"),
        (table.assign(weight=-1.0), "needs a column 'weight'"),
        (table.assign(**{"employer.audit": 1.0}), "unknown parameter 'employer.audit'"),
    ):
        posterior.write(bad, file)
        with pytest.raises(UserError, match=words):
            draws_of.read(file)
    with pytest.raises(UserError, match="does not exist"):
        draws_of.read(tmp_path / "none.parquet")


# Rivals and the report


def test_the_log_trend_goes_on_along_its_line_and_leaves_gaps_out() -> None:
    index = pd.MultiIndex.from_product([["Hebei", "Gansu"], range(2012, 2017)], names=["province", "year"])
    series = pd.Series([1.1**k for k in range(5)] * 2, index=index)
    series["Gansu", 2014] = np.nan
    trend = rivals.log_trend(series)
    assert trend["Hebei", 2018] == pytest.approx(1.1**6)
    assert "Gansu" not in trend.index.get_level_values("province")


def test_skill_is_positive_for_the_model_that_is_nearer() -> None:
    near, far = of_run(published_run(factor=1.02)), of_run(published_run(factor=1.4))
    table = rivals.skill([near], [far]).set_index("series")
    assert table["model"].to_numpy() == pytest.approx(np.log(1.02), rel=1e-3)
    assert (table["skill against frozen behaviour"] > 0.9).all()
    worse = rivals.skill([far], [near])
    assert (worse["skill against frozen behaviour"] < 0).all()


@pytest.fixture(scope="module")
def worlds() -> validation.Worlds:
    good, bad = published_run(), published_run(factor=1.3)
    frames = {name: frame.assign(year=frame["year"] + 32) for name, frame in good.frames.items()}
    later = of_run(type(good)(frames, {}))
    return validation.Worlds([good, bad], [of_run(bad)], [later])


def test_verdicts_hold_the_mean_of_seeds_against_the_tolerance(worlds: validation.Worlds) -> None:
    cells = validation.moments_table(worlds.tables, ["macro"]).set_index(["target", "year"])
    row = cells.loc[("spending_nation", 2016)]
    assert row["low"] == pytest.approx(row["published"])
    assert row["high"] == pytest.approx(1.3 * row["published"])
    assert not row["passed"]
    alone = validation.moments_table(worlds.tables[:1], ["macro"])
    published = alone["target"].isin(
        ["insured_nation", "retirees_nation", "spending_nation", "revenue_nation"]
    )
    assert alone.loc[published, "passed"].all()
    assert validation.rank_correlations(worlds.tables)["correlation"].min() == pytest.approx(1.0)


@pytest.mark.slow
def test_the_report_is_one_file_that_keeps_what_fails(worlds: validation.Worlds, tmp_path: Path) -> None:
    pytest.importorskip("jinja2")
    table = pd.DataFrame({"effect": ["x <b>"], "verdict": ["FAIL: other sign"]})
    disputed = pd.DataFrame([
        {"what": s.what, "value": s.value, "seed": 1, "outcome": name, "unit": unit, "result": 1.0}
        for s in contested.SETTINGS
        for name, unit in contested.OUTCOMES.items()
    ])  # fmt: skip
    report = chapters.compose(worlds, "history", 20_000, 2, disputed, table)
    page, book = report.write(tmp_path)
    html = page.read_text()
    assert "FAIL" in html
    assert "PASS" in html
    assert "count as seen" in html
    assert "x &lt;b&gt;" in html
    assert "http" not in html.replace("https://", "http").split("</style>")[1].split("base64")[0]
    assert html.count("data:image/png;base64") >= 4
    assert book.read_bytes().startswith(b"%PDF")
    paths = chapters.write_tables(worlds, tmp_path)
    assert "reaction of the effective rate" in html
    assert "least and greatest over the contested ranges" in html
    assert {path.name for path in paths} == {"cells.csv", "patterns.csv", "skill.csv", "projections.csv"}


def test_publications_have_the_columns_of_a_run() -> None:
    assert of_publications([2016]).places["payers"].isna().all()


def test_replicates_have_the_draws_in_turn_and_a_scenario_keeps_what_it_sets() -> None:
    world = Scenario.named("history", set={"worker.habit": 0.2})
    drawn = [{"worker.habit": 0.4, "employer.audit_base": 0.2}, {"employer.audit_base": 0.3}]
    tasks = tasks_of(world, 5, 3, draws=drawn)
    assert [task.scenario.seed for task in tasks] == [5, 6, 7]
    assert [task.scenario.set["employer.audit_base"] for task in tasks] == [0.2, 0.3, 0.2]
    assert {task.scenario.set["worker.habit"] for task in tasks} == {0.2}
    assert len({task.key for task in tasks}) == 3
    assert [task.scenario.set for task in tasks_of(world, 5, 2)] == [world.set, world.set]
