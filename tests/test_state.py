"""A run forked from a saved year is the uninterrupted run; a state that does not fit is refused."""

from __future__ import annotations

import dataclasses
import json
import types
import zipfile
from collections.abc import Callable
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import mesa
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from runs import model, results
from test_determinism import assert_same_bits

from abm.errors import UserError
from abm.ledger import Ledger
from abm.model import PensionModel
from abm.parameters import Parameters
from abm.phases.jobs import Jobs, Stock
from abm.regimes import Funds
from abm.results import Results
from abm.scenario import Scenario
from abm.state import archive, past
from experiments.cli import main

FORK, END = 2013, 2015
CLOCKS = {"_began", "phase_seconds", "threads"}
"""What differs between any two runs."""


@pytest.fixture(scope="module")
def uninterrupted() -> PensionModel:
    return model(end=END)


@pytest.fixture(scope="module")
def file(uninterrupted: PensionModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state at the end of the fork year, saved by a run that then went on to its end."""
    path = tmp_path_factory.mktemp("states") / "fork.zip"
    while uninterrupted.year < END:
        if uninterrupted.year == FORK:
            uninterrupted.save(path)
        uninterrupted.step()
    return path


def assert_same(a: Any, b: Any, place: str, seen: dict[tuple[int, int], Any] | None = None) -> None:
    """Compare two values and all they hold, down to types and bits."""
    seen = {} if seen is None else seen
    if (id(a), id(b)) in seen or a is b:
        return
    seen[id(a), id(b)] = a, b  # held, so that no other object takes their numbers
    assert type(a) is type(b), place
    if isinstance(a, np.ndarray):
        assert a.dtype == b.dtype, place
        np.testing.assert_array_equal(a, b, err_msg=place)
    elif isinstance(a, pd.DataFrame):
        pd.testing.assert_frame_equal(a, b, check_exact=True, obj=place)
    elif isinstance(a, dict):
        assert list(a) == list(b), place
        for key in a:
            assert_same(a[key], b[key], f"{place}.{key}", seen)
    elif isinstance(a, list | tuple | mesa.agent.AgentSet):
        assert len(a) == len(b), place
        for i, (x, y) in enumerate(zip(a, b, strict=True)):
            assert_same(x, y, f"{place}[{i}]", seen)
    elif isinstance(a, np.random.Generator):
        assert a.bit_generator.state == b.bit_generator.state, place
    elif isinstance(a, types.FunctionType | types.MethodType):
        assert a.__qualname__ == b.__qualname__, place
    elif hasattr(a, "__dict__"):
        assert_same(own(a), own(b), place, seen)
    else:
        missing = isinstance(a, float | np.floating) and np.isnan(a) and np.isnan(b)
        assert missing or a == b, place


def own(x: Any) -> dict[str, Any]:
    """Attributes of an object, without cached properties, clocks and Mesa's registers of agents."""
    hidden = CLOCKS | {"random", "_agents", "_agents_by_type", "_all_agents", "model"}
    hidden |= {name for name in vars(x) if isinstance(getattr(type(x), name, None), cached_property)}
    return {name: value for name, value in sorted(vars(x).items()) if name not in hidden}


@pytest.mark.parametrize("threads", [1, 3])
def test_a_fork_is_the_uninterrupted_run(uninterrupted: PensionModel, file: Path, threads: int) -> None:
    fork = PensionModel.restore(file, threads=threads)
    assert fork.year == FORK
    assert list(fork.results().national.year) == list(range(2010, FORK + 1))
    ended = fork.run()
    assert_same_bits(ended, uninterrupted.results())
    assert ended.manifest["agent_years"] == uninterrupted.results().manifest["agent_years"]
    assert_same(own(fork), own(uninterrupted), "model")


def test_nothing_of_a_model_is_forgotten(file: Path) -> None:
    there = model(end=END)
    while there.year < FORK:
        there.step()
    again = PensionModel.restore(file)
    assert set(vars(again)) == set(vars(there))
    assert_same(own(again), own(there), "model")
    persons = again.population.persons
    assert all(persons[name].flags.writeable for name in persons)


def test_a_forgotten_attribute_turns_saving_red(file: Path, tmp_path: Path) -> None:
    m = PensionModel.restore(file)
    m.habit = np.zeros(3)
    with pytest.raises(RuntimeError, match=r"say in abm\.state whether \['habit'\] is STATE or DERIVED"):
        m.save(tmp_path / "x.zip")
    assert list(tmp_path.iterdir()) == []


def test_a_forgotten_field_of_a_part_would_show(file: Path) -> None:
    there, again = PensionModel.restore(file), PensionModel.restore(file)
    there.jobs.formal.meant = there.jobs.formal.meant + 1e-9
    with pytest.raises(AssertionError, match="meant"):
        assert_same(own(again), own(there), "model")


def test_a_state_goes_through_many_forks(uninterrupted: PensionModel, file: Path, tmp_path: Path) -> None:
    m = PensionModel.restore(file)
    while m.year < END:
        m.step()
        m = PensionModel.restore(m.save(tmp_path / f"{m.year}.zip"))
    assert_same_bits(m.results(), uninterrupted.results())


def test_the_same_state_gives_the_same_bytes(file: Path, tmp_path: Path) -> None:
    again = PensionModel.restore(file).save(tmp_path / "again.zip")
    assert again.read_bytes() == file.read_bytes()


def test_the_base_year_can_be_saved_too(tmp_path: Path) -> None:
    m = model(end=2011)
    fork = PensionModel.restore(m.save(tmp_path / "base.zip"))
    assert_same_bits(fork.run(), m.run())


REFORM = """
name: reform
base: history
timeline:
  - {from: 2014-07-01, announced: 2014-01-01, regime: {upper: central_adjustment}}
set:
  contributions.worker_rate: {2010-01-01: 0.08, 2014-01-01: 0.06}
"""


def test_a_reform_forks_from_a_shared_history(file: Path, tmp_path: Path) -> None:
    (tmp_path / "reform.yaml").write_text(REFORM, encoding="utf-8")
    reform = Scenario.named(str(tmp_path / "reform.yaml"), scale=20000, end=END)
    fork = PensionModel.restore(file, scenario=reform).run()
    assert_same_bits(fork, PensionModel(reform).run())
    assert not fork.national.equals(results(end=END).national)


@pytest.mark.slow
def test_a_fork_by_prefecture_under_a_late_reform(tmp_path: Path) -> None:
    m = model(end=2012, resolution="prefecture")
    m.step()
    path = m.save(tmp_path / "2011.zip")
    reform = m.scenario.changed(set={"employer.audit_base": {"2010-01-01": 0.2, "2012-01-01": 0.3}})
    with pytest.raises(UserError, match="audit_base in 2010"):
        PensionModel.restore(path, reform)
    unified = """
name: unified
base: history
timeline:
  - {from: 2012-01-01, regime: {lower: provincial_unified}}
"""
    (tmp_path / "unified.yaml").write_text(unified, encoding="utf-8")
    reform = Scenario.named(str(tmp_path / "unified.yaml"), scale=20000, end=2012, resolution="prefecture")
    assert_same_bits(PensionModel.restore(path, reform, threads=1).run(), PensionModel(reform).run())


def test_the_horizon_may_be_longer_than_that_of_the_saved_run(file: Path) -> None:
    longer = Scenario.named("history", scale=20000, end=END + 1)
    run = PensionModel.restore(file, longer).run()
    assert list(run.national.year) == list(range(2010, END + 2))


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"scale": 40000}, "scale is 20000 there and 40000 here"),
    ({"seed": 2}, "seed is 1 there and 2 here"),
    ({"resolution": "prefecture"}, "resolution is province there and prefecture here"),
    ({"start": 2012}, "from is 2010 there and 2012 here"),
    ({"set": {"contributions.worker_rate": 0.07}}, r"contributions\.worker_rate in 2010 is not set there"),
    (
        {"set": {"contributions.employer_rate.Guangdong": {"2010-01-01": 0.2}}},
        r"contributions\.employer_rate\.Guangdong in 2010 is",
    ),
    ({"set": {"benefits.account_divisors.60": 150.0}}, r"benefits\.account_divisors\.60 in 2010 is"),
    # what-ifs of the fork year look some years ahead in the money rules' numbers
    ({"set": {"regimes.bailout_probability": {"2010-01-01": 0.4, "2014-01-01": 0.9}}}, "bailout_probability"),
    ({"set": {"regime": "municipal"}}, r"timeline\.2010-01-01\.regime\.lower is provincial_adjustment there"),
    ({"end": 2012}, "ends in 2012"),
]


@pytest.mark.parametrize(("options", "message"), REFUSED, ids=[message[:24] for _, message in REFUSED])
def test_a_scenario_that_differs_earlier_is_refused(
    file: Path, options: dict[str, Any], message: str
) -> None:
    other = Scenario.named("history", **{"scale": 20000, "end": END, **options})
    with pytest.raises(UserError, match=message) as caught:
        PensionModel.restore(file, other)
    assert "\n" not in str(caught.value)


EVENT = """
name: x
base: history
timeline:
  - {from: 2019-01-01, announced: %s, regime: {upper: national_2022}}
"""


def test_an_event_counts_from_the_january_governments_know_of_it(tmp_path: Path) -> None:
    history = Scenario.named("history")

    def announced(day: str) -> Scenario:
        (tmp_path / "x.yaml").write_text(EVENT % day, encoding="utf-8")
        return Scenario.named(str(tmp_path / "x.yaml"))

    past.require_same(history, announced("2013-01-02"), 2013, "a state")
    with pytest.raises(UserError, match=r"timeline\.2019-01-01\.announced"):
        past.require_same(history, announced("2013-01-01"), 2013, "a state")
    known = [e for e in announced("2013-01-02").timeline if (e.announced or e.start) <= date(2013, 1, 1)]
    assert known == [e for e in history.timeline if (e.announced or e.start) <= date(2013, 1, 1)]


def test_only_the_money_rules_are_read_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    """What ``past`` compares rests on this: no other parameter of a later year is looked at."""
    m = model(end=2012, scale=40000)
    horizon = round(m.parameters.value("government.horizon", 2011))
    read: set[tuple[str, int]] = set()
    record = Parameters.record

    class Traced:
        def __init__(self, path: str, whole: Any) -> None:
            self.path, self.whole = path, whole

        def value(self, year: int, province: str | None = None) -> float:
            read.add((self.path, year))
            return self.whole.value(year, province)

        def table(self, year: int) -> Any:
            read.add((self.path, year))
            return self.whole.table(year)

    monkeypatch.setattr(Parameters, "record", lambda self, path: Traced(path, record(self, path)))
    m.step()
    assert ("contributions.worker_rate", 2011) in read
    ahead = {(path, year) for path, year in read if year > 2011 and not path.startswith(past.READ_AHEAD)}
    assert ahead == set()
    assert max(year for _, year in read) <= 2011 + horizon - 1
    assert min(year for _, year in read) >= 2010


def changed(file: Path, to: Path, header: Callable[[dict[str, Any]], None]) -> Path:
    """A copy of a state with another header."""
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(to, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == archive.HEADER:
                found = json.loads(content)
                header(found)
                content = json.dumps(found).encode()
            new.writestr(name, content)
    return to


@pytest.mark.parametrize("what", ["format", "code", "data"])
def test_a_state_of_another_version_is_refused(file: Path, tmp_path: Path, what: str) -> None:
    other = changed(file, tmp_path / "old.zip", lambda header: header.update({what: "another"}))
    with pytest.raises(UserError, match=rf"another version of the model \(its {what} differs\)"):
        PensionModel.restore(other)


@pytest.mark.parametrize("entry", ["year", "scenario"])
def test_a_header_without_an_entry_is_no_state(file: Path, tmp_path: Path, entry: str) -> None:
    other = changed(file, tmp_path / "odd.zip", lambda header: header.pop(entry))
    with pytest.raises(UserError, match="is not a whole saved state"):
        PensionModel.restore(other)


def test_a_state_without_an_attribute_is_no_state(file: Path, tmp_path: Path) -> None:
    other = changed(file, tmp_path / "odd.zip", lambda header: header["content"].pop("levers"))
    with pytest.raises(UserError, match=r"is not a whole saved state \(\['levers'\] is missing"):
        PensionModel.restore(other)


def test_only_records_of_the_model_are_made(file: Path, tmp_path: Path) -> None:
    def odd(header: dict[str, Any]) -> None:
        header["content"]["levers"] = {"type": "subprocess:Popen", "fields": {"args": "true"}}

    with pytest.raises(UserError, match="no record of the model"):
        PensionModel.restore(changed(file, tmp_path / "odd.zip", odd))


@pytest.mark.parametrize("part", [0, 1, 1000, 0.5, 0.999])
def test_a_truncated_file_is_refused(file: Path, tmp_path: Path, part: float) -> None:
    whole = file.read_bytes()
    cut = tmp_path / "cut.zip"
    cut.write_bytes(whole[: int(part * len(whole)) if isinstance(part, float) else part])
    with pytest.raises(UserError, match="is not a whole saved state"):
        PensionModel.restore(cut)


@pytest.mark.parametrize("part", [0.1, 0.3, 0.6])
def test_a_damaged_file_is_refused(file: Path, tmp_path: Path, part: float) -> None:
    content = bytearray(file.read_bytes())
    content[int(part * len(content))] ^= 16
    (tmp_path / "damaged.zip").write_bytes(content)
    with pytest.raises(UserError, match="is not a whole saved state"):
        PensionModel.restore(tmp_path / "damaged.zip")


def test_a_file_that_is_missing_or_a_folder_is_named(file: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"state file '.*nowhere\.zip' does not exist"):
        PensionModel.restore(tmp_path / "nowhere.zip")
    with pytest.raises(UserError, match="cannot read state file"):
        PensionModel.restore(tmp_path)
    m = PensionModel.restore(file)
    with pytest.raises(UserError, match="is a folder"):
        m.save(tmp_path)
    with pytest.raises(UserError, match="cannot write state file"):
        m.save(file / "below.zip")


def test_a_failure_while_saving_leaves_the_earlier_file(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    m = PensionModel.restore(file)
    path = m.save(tmp_path / "state.zip")
    before = path.read_bytes()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np.lib.format, "write_array", full)
    with pytest.raises(UserError, match="No space left on device"):
        m.save(path)
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["state.zip"]


def test_a_state_can_be_looked_at_with_numpy_alone(file: Path) -> None:
    with np.load(file) as arrays:
        ids = arrays["population.persons.id"]
    assert ids.dtype == np.uint32


numbers = st.one_of(
    st.integers(), st.floats(), st.booleans(), st.none(), st.text(), st.integers(0, 255).map(np.uint8),
    st.floats().map(np.float64), st.floats(width=32).map(np.float32),
)  # fmt: skip
arrays = st.one_of(
    st.lists(st.floats()).map(np.array),
    st.integers(-9, 9).map(np.array),
    st.integers(1, 4).map(lambda n: np.asfortranarray(np.arange(2.0 * n).reshape(2, n))),
    st.integers(0, 4).map(lambda n: np.zeros((n, 3), np.int8)),
)
frames = st.lists(st.tuples(st.integers(0, 9), st.sampled_from(["a", "乙", ""])), min_size=1).map(
    lambda rows: pd.DataFrame(rows, columns=["year", "name"])
)
trees = st.recursive(
    st.one_of(numbers, arrays, frames, st.lists(frames, min_size=1)),
    lambda inner: st.one_of(
        st.lists(inner),
        st.lists(inner).map(tuple),
        st.dictionaries(st.one_of(st.text(), st.tuples(st.integers(), st.integers())), inner),
        st.builds(Funds, inner, inner, inner, inner),
        st.builds(Stock, st.floats(), inner),
    ),
    max_leaves=12,
)


@given(trees)
def test_any_tree_of_plain_values_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, tree: Any
) -> None:
    path = tmp_path_factory.getbasetemp() / "tree.zip"
    archive.write(path, {}, {"tree": tree})
    assert_same(archive.content(path)["tree"], tree, "tree")


def test_what_is_one_array_stays_one(tmp_path: Path) -> None:
    x = np.arange(3)
    archive.write(tmp_path / "x.zip", {}, {"a": x, "b": [x]})
    again = archive.content(tmp_path / "x.zip")
    assert again["a"] is again["b"][0]


@pytest.mark.parametrize(
    "value", [object(), np.array(["a", None], dtype=object), {1, 2}, 1j, date(2010, 1, 1)]
)
def test_what_is_not_plain_is_refused(tmp_path: Path, value: Any) -> None:
    with pytest.raises(TypeError, match=r"part\.inner is a .*, which a saved state cannot hold"):
        archive.write(tmp_path / "x.zip", {}, {"part": {"inner": value}})
    assert list(tmp_path.iterdir()) == []


def test_parts_of_the_state_have_no_attribute_beside_their_fields(uninterrupted: PensionModel) -> None:
    for part in (uninterrupted.ledger, uninterrupted.observer, uninterrupted.jobs, uninterrupted.population):
        assert set(vars(part)) == {field.name for field in dataclasses.fields(part)}
    assert isinstance(uninterrupted.jobs, Jobs)
    assert isinstance(uninterrupted.ledger, Ledger)


def test_a_resolved_scenario_is_read_back() -> None:
    for spec in ("history", "history+soft_budget", "jilin"):
        scenario = Scenario.named(spec, set={"contributions.worker_rate": {"2012-05-01": 0.07}})
        again = Scenario.from_resolved(json.loads(json.dumps(scenario.resolved())))
        assert again.resolved() == scenario.resolved()
        assert again.key() == scenario.key()


def frames_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*.parquet")}


def test_the_command_line_saves_and_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole, fork = tmp_path / "whole", tmp_path / "fork"
    run = ["run", "history", "--scale", "40000", "--to", "2012", "--out", str(whole)]
    assert main([*run, "--save-state", "2011", "--save-state", "2012"]) == 0
    shown = capsys.readouterr().out
    states = [whole / "state_2011.zip", whole / "state_2012.zip"]
    assert all(str(path) in shown and path.is_file() for path in states)
    assert main(["run", "history", "--to", "2012", "--from-state", str(states[0]), "--out", str(fork)]) == 0
    assert frames_of(fork) == frames_of(whole)
    assert Results.read(fork).manifest["scale"] == 40000
    assert "2010" not in capsys.readouterr().err  # years already run are not run again
    assert main([*run, "--force"]) == 0
    assert all(path.is_file() for path in states)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--save-state", "2009"], "--save-state 2009 is not a year of the run; allowed: 2010 to 2012"),
        (["--from-state", "nowhere.zip"], "state file 'nowhere.zip' does not exist"),
        (["--from-state", "FILE", "--scale", "500"], "scale is 20000 there and 500 here"),
        (["--from-state", "FILE", "--seed", "7"], "seed is 1 there and 7 here"),
        (["--from-state", "FILE", "--to", "2014", "--save-state", "2012"], "allowed: 2013 to 2014"),
    ],
)
def test_the_command_line_refuses_before_any_work(
    file: Path, tmp_path: Path, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    given_file = [str(file) if word == "FILE" else word for word in arguments]
    out = tmp_path / "out"
    assert main(["run", "history", "--to", "2012", *given_file, "--out", str(out)]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.startswith("tongchou: ")
    assert error.count("\n") == 1
    assert not out.exists()


def test_keys_that_look_alike_keep_their_arrays_apart(tmp_path: Path) -> None:
    tree = {
        "a.b": np.arange(1),
        "a": {"b": np.arange(2)},
        1: np.arange(3),
        "1": np.arange(4),
        "\x00/..": np.arange(5),
    }
    archive.write(tmp_path / "x.zip", {}, {"tree": tree})
    assert_same(archive.content(tmp_path / "x.zip")["tree"], tree, "tree")
