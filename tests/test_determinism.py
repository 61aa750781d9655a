"""Same scenario and seed, same bits, whatever the threads, blocks, hash seed, order of rows or steps."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from runs import model, results

from abm.engine import passes
from abm.engine.people import alike
from abm.population.persons import Status
from abm.results import Results

END = 2013
SMALL_BLOCK = 700


@pytest.fixture(scope="module")
def reference() -> Results:
    return results(end=END, threads=1)


def assert_same_bits(a: Results, b: Results) -> None:
    for name, frame in a.frames.items():
        pd.testing.assert_frame_equal(frame, b.frames[name], check_exact=True, obj=name)


def test_every_row_of_a_block_is_visited_once_and_like_ones_together() -> None:
    rng = np.random.default_rng(5)
    statuses = rng.integers(0, Status.FREE + 1, 900).astype(np.uint8)
    flags = rng.integers(0, 256, 900).astype(np.uint8)
    rows = alike(100, 800, statuses, flags)
    assert sorted(rows) == list(range(100, 800))
    kinds = statuses[rows].astype(int) * 256 + flags[rows]
    assert (np.diff(kinds) >= 0).all()


def test_the_same_seed_twice_gives_the_same_bits(reference: Results) -> None:
    assert_same_bits(reference, results(end=END, threads=1))


def test_another_seed_gives_another_history(reference: Results) -> None:
    other = results(end=END, seed=2)
    assert not other.national.equals(reference.national)
    first = other.provinces.year == 2010
    # Who is who differs, how many there are does not.
    for column in ("insured_employees", "retirees"):
        assert (other.provinces[column][first] == reference.provinces[column][first]).all()
    later = other.national.insured_employees != reference.national.insured_employees
    assert later[other.national.year > 2010].all()


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_blocks_and_threads_change_no_bit(
    reference: Results, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passes, "ROWS_PER_BLOCK", SMALL_BLOCK)
    assert_same_bits(reference, results(end=END, threads=threads))


def test_small_blocks_are_really_many_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passes, "ROWS_PER_BLOCK", SMALL_BLOCK)
    seen = []
    block = passes.people_block

    def counted(start: int, stop: int, *rest: object) -> None:
        seen.append((start, stop))
        block(start, stop, *rest)

    monkeypatch.setattr(passes, "people_block", counted)
    m = model(end=2011)
    seen.clear()
    m.step()
    assert len(seen) > 10
    spans = sorted(seen)
    assert [stop for _, stop in spans[:-1]] == [start for start, _ in spans[1:]]
    assert (spans[0][0], spans[-1][1]) == (0, len(m.population.persons["id"]))


@pytest.mark.parametrize("resolution", ["province", pytest.param("prefecture", marks=pytest.mark.slow)])
def test_the_order_of_persons_changes_nothing(resolution: str) -> None:
    plain, shuffled = (model(end=END, resolution=resolution) for _ in range(2))
    table = shuffled.population.persons
    order = np.random.default_rng(5).permutation(len(table["id"]))
    for name in table:
        table[name][:] = table[name][order]
    assert_same_bits(plain.run(), shuffled.run())
    persons = [m.workers.to_pandas().sort_values("id", ignore_index=True) for m in (plain, shuffled)]
    pd.testing.assert_frame_equal(*persons, check_exact=True)
    assert (shuffled.population.persons["status"] != Status.FREE).sum() == len(persons[0])


def test_stepping_is_running(reference: Results) -> None:
    m = model(end=END)
    while m.year < END:
        m.step()
    assert_same_bits(reference, m.results())


def test_looking_at_a_model_changes_nothing(reference: Results) -> None:
    m = model(end=END)
    while m.year < END:
        m.step()
        m.results()
        m.workers.to_pandas()
        m.local.agg("reserve", sum)
    assert_same_bits(reference, m.results())


def test_a_longer_horizon_leaves_the_years_before_alone(reference: Results) -> None:
    longer = results(end=END + 1)
    for name in ("national", "provinces", "groups", "employers"):
        frame = longer.frames[name]
        got = frame[frame.year <= END].reset_index(drop=True)
        pd.testing.assert_frame_equal(got, reference.frames[name], check_exact=True)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("history", "history+no_central_adjustment"),
        (
            {"contributions.employer_rate": {2010: 0.2}},
            {"contributions.employer_rate": {2010: 0.2, 2018: 0.12}},
        ),
        ({"employer.audit_base": {2010: 0.1}}, {"employer.audit_base": {2010: 0.1, 2018: 0.4}}),
        ({"worker.inclination": {2010: -0.25}}, {"worker.inclination": {2010: -0.25, 2018: 0.5}}),
    ],
    ids=["regime", "rate", "audit", "inclination"],
)
def test_a_policy_from_2018_leaves_the_years_before_alone(one: str | dict, other: str | dict) -> None:
    a, b = (
        results(what) if isinstance(what, str) else results(set={path: years(x) for path, x in what.items()})
        for what in (one, other)
    )
    for name in a.frames:
        x, y = a.frames[name], b.frames[name]
        before = [frame[frame.year < 2018].reset_index(drop=True) for frame in (x, y)]
        pd.testing.assert_frame_equal(*before, check_exact=True, obj=name)
    assert not a.national.equals(b.national)


def years(values: dict[int, float]) -> dict[str, float]:
    return {f"{year}-01-01": value for year, value in values.items()}


SMALL_RUN = """
import hashlib, json, sys
from abm import PensionModel, Scenario
results = PensionModel(Scenario.named("history", scale=40000, end=2011)).run()
digest = hashlib.sha256()
for frame in results.frames.values():
    digest.update(frame.to_csv(index=False).encode())
print(json.dumps({"digest": digest.hexdigest(), "hash": hash("pension")}))
"""


@pytest.mark.slow
def test_pythons_hash_seed_changes_no_bit() -> None:
    outcomes = []
    for seed in ("0", "1"):
        run = subprocess.run(
            [sys.executable, "-c", SMALL_RUN],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).parents[1],
        )
        outcomes.append(json.loads(run.stdout))
    assert outcomes[0]["hash"] != outcomes[1]["hash"]
    assert outcomes[0]["digest"] == outcomes[1]["digest"]
