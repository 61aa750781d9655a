"""What a user of Mesa expects: a model that steps, sets of agents with verbs, memory that is given back."""

from __future__ import annotations

import gc
import weakref

import mesa
import numpy as np
import pytest
from runs import model

from abm.agents.institutions import LocalGovernment
from abm.agents.local_government import LEVERS
from abm.errors import UserError
from abm.model import PensionModel
from abm.population.persons import Status


@pytest.fixture(scope="module")
def after_a_year() -> PensionModel:
    m = model(end=2012, scale=40000)
    m.step()
    return m


def test_a_step_is_a_year(after_a_year: PensionModel) -> None:
    assert isinstance(after_a_year, mesa.Model)
    assert after_a_year.year == 2011
    assert list(after_a_year.results().national.year) == [2010, 2011]
    assert after_a_year.phases[0][0] == "the year's rules are announced"
    assert set(after_a_year.phase_seconds) == {name for name, _ in after_a_year.phases}


def test_a_phase_can_be_put_between_two_others() -> None:
    def boom(m: PensionModel) -> None:
        m.population.employers["jobs"] *= 1.2

    m, plain = (model(end=2011, scale=40000) for _ in range(2))
    m.phases.insert(2, ("a boom", boom))
    m.step()
    plain.step()
    assert "a boom" in m.phase_seconds
    assert m.sums["staff"].sum() > plain.sums["staff"].sum()


def test_governments_are_an_agent_set(after_a_year: PensionModel) -> None:
    local = after_a_year.local
    assert isinstance(local, mesa.agent.AgentSet)
    assert len(local) == len(after_a_year.provincial) == 31
    rich = local.select(lambda government: government.reserve > 5e10)
    assert 0 < len(rich) < 31
    assert sum(rich.get("reserve")) < local.agg("reserve", sum)
    assert local.agg("reserve", sum) == pytest.approx(
        after_a_year.results().localities.query("year == 2011").reserve.sum(), rel=1e-12
    )
    groups = local.groupby("province").groups
    assert set(groups) == set(after_a_year.results().provinces.province)
    assert all(isinstance(government, LocalGovernment) for government in local)
    assert {type(agent).__name__ for agent in after_a_year.agents} == {
        "CentralGovernment", "ProvincialGovernment", "LocalGovernment",
    }  # fmt: skip


def test_a_government_shows_its_levers(after_a_year: PensionModel) -> None:
    beijing = next(iter(after_a_year.local.select(lambda g: g.province == "Beijing")))
    assert list(beijing.levers) == list(LEVERS)
    assert list(beijing.levers.values()) == after_a_year.levers[0].tolist()
    assert after_a_year.central.regime.endswith("/none")
    assert "110000" in repr(beijing)


def test_workers_have_the_verbs_of_an_agent_set(after_a_year: PensionModel) -> None:
    workers = after_a_year.workers
    assert len(workers) == (after_a_year.population.persons["status"] != Status.FREE).sum()
    by_status = workers.groupby("status")
    assert list(by_status) == [0, 1, 2, 3, 4]
    assert sum(map(len, by_status.values())) == len(workers)
    pensioners = workers.select(status=Status.RETIRED)
    assert len(pensioners) == len(by_status[Status.RETIRED])
    wealthy = pensioners.select(lambda table: table.get("pension") > 30_000.0)
    assert 0 < len(wealthy) < len(pensioners)
    assert wealthy.agg("pension", np.min) > 30_000.0
    frame = wealthy.to_pandas()
    assert len(frame) == len(wealthy)
    assert (frame["pension"] == wealthy.get("pension")).all()
    first = next(iter(wealthy))
    assert first.pension == frame["pension"][0]
    assert "pension" in repr(first)
    assert [row.index for row in wealthy] == list(wealthy._rows)


def test_employers_have_them_too(after_a_year: PensionModel) -> None:
    employers = after_a_year.employers
    by_ownership = employers.groupby("ownership")
    assert list(by_ownership) == [0, 1, 2, 3]
    assert sum(len(x) for x in by_ownership.values()) == len(employers)
    staff = sum(x.agg("staff", np.sum) for x in by_ownership.values())
    assert staff == pytest.approx(after_a_year.sums["staff"].sum())


def test_a_wrong_column_is_named_with_the_nearest(after_a_year: PensionModel) -> None:
    with pytest.raises(UserError, match="pension"):
        after_a_year.workers.get("pensoin")
    with pytest.raises(AttributeError, match="no column 'wealth'"):
        _ = next(iter(after_a_year.workers)).wealth


def test_columns_cannot_be_written_through_a_selection(after_a_year: PensionModel) -> None:
    values = after_a_year.workers.get("account")
    with pytest.raises(ValueError, match="read-only"):
        values[0] = 1e9


def test_a_finished_model_is_given_back() -> None:
    m = model(end=2011, scale=40000)
    m.run()
    gone = weakref.ref(m)
    del m
    gc.collect()
    assert gone() is None


def test_agents_of_a_second_model_are_numbered_afresh() -> None:
    first, second = (model(end=2010, scale=40000) for _ in range(2))
    assert [a.unique_id for a in first.agents] == [a.unique_id for a in second.agents]
    assert len({a.unique_id for a in first.agents}) == len(first.agents)
