"""Designs: the points they stand for, and one clear sentence for each that could not be run."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abm.errors import UserError
from abm.parameters import Parameters
from experiments import design as designs
from experiments import sampling
from experiments.design import Design, check_disk, record_range, shipped

HABIT, PEER = "worker.habit", "employer.peer_weight"


def design(**changes: Any) -> dict[str, Any]:
    return {"scenarios": ["history"], "scale": 200000, **changes}


def test_a_grid_is_every_combination_in_every_scenario_with_every_seed() -> None:
    made = Design.parse(
        design(
            scenarios=["history", "history+soft_budget"],
            parameters={HABIT: {"values": [0.2, 0.4, 0.8]}, PEER: {"range": [0, 2]}},
            samples=2,
            replicates=3,
            seed=7,
            to=2012,
        )
    )
    tasks = list(made.tasks())
    assert made.runs == len(tasks) == len({t.key for t in tasks}) == 3 * 2 * 2 * 3
    assert {(t.parameters[HABIT], t.parameters[PEER]) for t in tasks} == {
        (h, p) for h in (0.2, 0.4, 0.8) for p in (0.0, 2.0)
    }
    assert {t.scenario.seed for t in tasks} == {7, 8, 9}
    for task in tasks:
        assert task.scenario.set.items() >= task.parameters.items()
        assert (task.scenario.seed, task.scenario.end) == (7 + task.replicate, 2012)


def test_a_design_without_parameters_is_its_scenarios() -> None:
    assert [t.scenario.name for t in Design.parse(design(scenarios=["history", "municipal"])).tasks()] == [
        "history",
        "municipal",
    ]


def test_regimes_are_varied_by_name() -> None:
    made = Design.parse(design(parameters={"regime": {"values": ["municipal", "provincial_unified"]}}))
    assert [t.scenario.regime_at(2015)[0][1].lower for t in made.tasks()] == [
        "municipal",
        "provincial_unified",
    ]


@settings(max_examples=20, deadline=None)
@given(st.sampled_from(["lhs", "sobol", "morris"]), st.sampled_from([4, 8, 16]), st.integers(0, 99))
def test_samples_stay_in_their_ranges_and_repeat(method: str, samples: int, seed: int) -> None:
    parameters = {
        HABIT: designs.Variation(range=(0.1, 0.3)),
        PEER: designs.Variation(range=(1, 3)),
        "government.horizon": designs.Variation(range=(2, 5)),
    }
    points = sampling.points(method, samples, parameters, seed)
    assert points == sampling.points(method, samples, parameters, seed)
    assert len(points) == sampling.count(method, samples, parameters)
    assert all(0.1 <= p[HABIT] <= 0.3 and 1 <= p[PEER] <= 3 for p in points)


def test_a_latin_hypercube_has_one_point_in_every_slice() -> None:
    cube = sampling.unit_cube("lhs", 10, 3, seed=1)
    for column in cube.T:
        assert sorted((column * 10).astype(int)) == list(range(10))


def test_listed_values_are_drawn_alike_often() -> None:
    parameters = {HABIT: designs.Variation(values=(0.1, 0.2)), PEER: designs.Variation(range=(0, 1))}
    drawn = [p[HABIT] for p in sampling.points("lhs", 20, parameters, 1)]
    assert sorted(drawn) == [0.1] * 10 + [0.2] * 10


def test_morris_moves_one_parameter_at_a_time() -> None:
    cube = sampling.unit_cube("morris", 3, 4, seed=2).reshape(3, 5, 4)
    moved = np.abs(np.diff(cube, axis=1)) > 1e-9
    assert (moved.sum(axis=2) == 1).all()
    assert (moved.sum(axis=1) == 1).all()


def test_without_values_or_range_the_records_range_is_swept() -> None:
    made = Design.parse(design(parameters={HABIT: None, PEER: {}}, method="lhs", samples=50))
    drawn = [t.parameters[HABIT] for t in made.tasks()]
    assert made.spans[HABIT] == record_range(HABIT) == designs.Variation(range=(0.05, 1.0))
    assert min(drawn) < 0.1
    assert max(drawn) > 0.9


@pytest.mark.parametrize("name", shipped())
def test_shipped_designs_can_be_run(name: str) -> None:
    made = Design.read(name)
    assert made.title
    task = next(iter(made.tasks()))
    assert task.scenario.scale >= 10000


MISTAKES: dict[str, tuple[dict[str, Any], str]] = {
    "unknown parameter": (
        {"parameters": {"worker.habbit": {"values": [0.1]}}},
        "unknown parameter 'worker.habbit'; did you mean 'worker.habit'?",
    ),
    "outside the record's range": (
        {"parameters": {HABIT: {"range": [0.1, 2]}}, "samples": 3},
        r"worker.habit \(worker.yaml\) from 2010-01-01: 2 is out of range; allowed: 0.05 to 1",
    ),
    "value outside": (
        {"parameters": {HABIT: {"values": [0.1, -1]}}},
        r"worker.habit \(worker.yaml\) from 2010-01-01: -1 is out of range",
    ),
    "empty grid": ({"parameters": {HABIT: {"values": []}}}, "worker.habit has no values: the grid is empty"),
    "empty range": ({"parameters": {HABIT: {"range": [0.5, 0.5]}}, "samples": 2}, r"\[0.5, 0.5\] is empty"),
    "a billion points": (
        {
            "parameters": {HABIT: {"range": [0.1, 0.9]}, PEER: {"range": [0, 1]}, "worker.inclination": {}},
            "samples": 1000,
        },
        r"the design has 1,000,000,000 runs \(1,000,000,000 points × 1 scenarios × 1 replicates\); allowed",
    ),
    "both": ({"parameters": {HABIT: {"values": [0.1], "range": [0, 1]}}}, "both values and a range"),
    "twice": ({"parameters": {HABIT: {"values": [0.1, 0.1]}}}, "worker.habit lists a value twice"),
    "no samples": (
        {"parameters": {HABIT: {"range": [0.1, 0.9]}}},
        "samples is needed to divide the range of worker.habit",
    ),
    "no samples by method": ({"parameters": {HABIT: {}}, "method": "lhs"}, "needed by method lhs"),
    "few samples": (
        {"parameters": {HABIT: {}}, "method": "morris", "samples": 1},
        "samples 1 is not allowed; allowed: at least 2",
    ),
    "not a power of two": (
        {"parameters": {HABIT: {}}, "method": "sobol", "samples": 12},
        "samples 12 is not allowed; a Sobol design needs a power of two",
    ),
    "values in Morris": (
        {"parameters": {HABIT: {"values": [0.1, 0.2]}}, "method": "morris", "samples": 4},
        "worker.habit: a Morris design moves along ranges",
    ),
    "nothing to sample": ({"method": "lhs", "samples": 4}, "method lhs needs parameters"),
    "unknown method": ({"method": "soble"}, "unknown method 'soble'; did you mean 'sobol'?"),
    "unknown key": ({"sample": 3}, "unknown key 'sample'; did you mean 'samples'?"),
    "unknown key inside": (
        {"parameters": {HABIT: {"rnge": [0, 1]}}},
        "worker.habit: unknown key 'rnge'; did you mean 'range'?",
    ),
    "not a mapping": ({"parameters": {HABIT: 0.1}}, r"worker.habit must be \{values"),
    "unknown scenario": ({"scenarios": ["histroy"]}, "unknown scenario 'histroy'; did you mean 'history'?"),
    "no scenario": ({"scenarios": []}, "scenarios"),
    "scenario twice": ({"scenarios": ["history", "history"]}, "named twice"),
    "regime without values": ({"parameters": {"regime": {"range": [0, 1]}}}, "regime has no range"),
    "unknown regime": ({"parameters": {"regime": {"values": ["munipal"]}}}, "unknown regime 'munipal'"),
    "years": ({"to": 2061}, "to 2061 is not allowed"),
    "scale": ({"scale": 0}, "scale 0 is not allowed"),
    "replicates": ({"replicates": 0}, "replicates 0 is not allowed"),
    "seed": ({"seed": -1}, "seed -1 is not allowed"),
    "text for a number": ({"replicates": "many"}, "replicates 'many' is not allowed"),
    "table": (
        {"parameters": {"benefits.account_divisors": {"values": [1]}}},
        "is a table; set one entry",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_bad_design_is_one_sentence(mistake: str) -> None:
    changes, sentence = MISTAKES[mistake]
    with pytest.raises(UserError, match=sentence) as caught:
        Design.parse(design(**changes), "mine.yaml")
    assert str(caught.value).startswith("mine.yaml: ")
    assert "\n" not in str(caught.value)


def test_a_design_file_finds_scenarios_beside_it(tmp_path: Path) -> None:
    (tmp_path / "late.yaml").write_text("base: history\nset: {worker.habit: 0.5}\n")
    (tmp_path / "d.yaml").write_text("scenarios: [late.yaml]\nscale: 200000\n")
    (task,) = Design.read(tmp_path / "d.yaml").tasks()
    assert task.scenario.set == {"worker.habit": 0.5}
    with pytest.raises(UserError, match="unknown design 'effrt'; did you mean 'effort'"):
        Design.read("effrt")
    with pytest.raises(UserError, match="cannot read"):
        Design.read(tmp_path / "none.yaml")


def test_a_disk_too_small_is_said_before_the_first_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Usage(NamedTuple):
        free: int = 10**7

    monkeypatch.setattr(designs.shutil, "disk_usage", lambda _: Usage())
    check_disk(tmp_path / "not" / "there", 10, 9)
    with pytest.raises(UserError, match=r"1,000 runs of 9 years need about 0\.5 GB of disk; 0\.0 GB"):
        check_disk(tmp_path, 1000, 9)


def test_since_a_year_all_points_share_the_base_year() -> None:
    """What varies has the scenario's own value before, so that the constants solved at the start are one."""
    content = {
        "scenarios": ["municipal+soft_budget"],
        "parameters": {
            "government.capital_flight": {"values": [0, 1.5]},
            "regimes.bailout_probability": {"values": [0.1]},
            "regime": {"values": ["national_2022"]},
        },
        "since": 2012,
        "scale": 20000,
    }
    for task in Design.parse(content).tasks():
        parameters = Parameters.load(overrides=task.scenario.set)
        assert parameters.value("government.capital_flight", 2011) == 0.2
        assert parameters.value("government.capital_flight", 2012) in (0, 1.5)
        assert parameters.value("regimes.bailout_probability", 2011) == 0.9
        assert parameters.value("regimes.bailout_probability", 2012) == 0.1
        assert [stack.upper for _, stack in task.scenario.regime_at(2011)] == ["none"]
        assert [stack.upper for _, stack in task.scenario.regime_at(2012)] == ["national_2022"]
    with pytest.raises(UserError, match="since 2010 is not allowed"):
        Design.parse(content | {"since": 2010})


def test_since_a_year_one_entry_of_a_table_or_one_province_may_vary() -> None:
    entry, place = "regimes.assessment_weights.coverage", "contributions.employer_rate.Zhejiang"
    content = {"parameters": {entry: {"values": [1]}, place: {"values": [0.1]}}, "since": 2012}
    before = Parameters.load()
    (task,) = Design.parse(content | {"scenarios": ["municipal"], "scale": 20000, "replicates": 1}).tasks()
    after = Parameters.load(overrides=task.scenario.set)
    weights = "regimes.assessment_weights"
    assert after.table(weights, 2011) == before.table(weights, 2011)
    assert after.table(weights, 2012) == before.table(weights, 2012) | {"coverage": 1}
    rate = "contributions.employer_rate"
    assert after.value(rate, 2011, "Zhejiang") == before.value(rate, 2011, "Zhejiang") != 0.1
    assert after.value(rate, 2012, "Zhejiang") == 0.1
    assert after.value(rate, 2012, "Jilin") == before.value(rate, 2012, "Jilin")
