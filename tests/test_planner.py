"""A planner for all governments: what it counts that they do not, and what follows from it."""

from __future__ import annotations

from datetime import date
from itertools import repeat

import numpy as np
import pytest
from runs import model, results

from abm.agents.local_government import AUDIT
from abm.engine import counterfactual, planner, whatif
from abm.engine.counterfactual import NOW, Setting
from abm.model import PensionModel
from abm.phases import foresee, govern

N = 31


@pytest.fixture(scope="module")
def municipal() -> PensionModel:
    """A model of municipal pools, mobile workers and capital, just before its governments choose."""
    m = model("history+municipal", end=2013, set={"government.capital_flight": 1.0})
    while m.year < 2012:
        m.step()
    m.year += 1
    m.announce()
    return m


def gains(m: PensionModel, exit_elasticity: float, **changed: object) -> tuple[np.ndarray, Setting]:
    low, high = govern.bounds(m)
    levers = np.clip(m.levers, low, high)
    tries = counterfactual.candidates(levers, low, high, 0.02)
    setting, aims = foresee.setting(m, levers)._replace(**changed), govern.aims(m)
    stacks = foresee.expected_stacks(m, aims.horizon, date(m.year, 1, 1))
    return planner.gain_of_others(levers, tries, setting, stacks, aims, exit_elasticity), setting


def test_places_without_staff_do_not_matter(municipal: PensionModel) -> None:
    """At a coarse scale a small prefecture may have no agent in formal work."""
    found, setting = gains(municipal, 0.0)
    staff = setting.accounts.enterprise_employees.copy()
    staff[25] = 0.0
    empty, _ = gains(municipal, 0.0, accounts=setting.accounts._replace(enterprise_employees=staff))
    assert np.isfinite(empty).all()
    others = np.arange(N) != 25
    np.testing.assert_allclose(empty[AUDIT][:, others], found[AUDIT][:, others], rtol=0.2)


def immobile(m: PensionModel) -> dict[str, object]:
    movers = foresee.setting(m, m.levers).movers
    return {"movers": movers._replace(wage_shift=0.0)}


def test_others_gain_what_leaves_the_actor(municipal: PensionModel) -> None:
    """More effort sends capital and people to the others; today's levers send nothing."""
    found, _ = gains(municipal, 0.0)
    assert (found[:, NOW] == 0.0).all()
    assert (found[AUDIT, 4] > 0.0).all()
    assert (found[AUDIT, 0] <= 0.0).all()


def test_without_mobility_nobody_else_is_concerned(municipal: PensionModel) -> None:
    found, setting = gains(municipal, 0.0, capital_flight=0.0, **immobile(municipal))
    assert np.abs(found).max() <= 1e-9 * setting.wages.sum()


def test_what_gives_up_altogether_is_nobody_elses_gain(municipal: PensionModel) -> None:
    """Reserves never run out here: where one does, others pay, and half the loss is not half the gain."""
    funds = municipal.funds._replace(local=municipal.funds.local + 1e14)
    given = {**immobile(municipal), "funds": funds}
    stays, setting = gains(municipal, 0.0, **given)
    half, _ = gains(municipal, 0.5, **given)
    lost, _ = gains(municipal, 1.0, **given)
    beyond, _ = gains(municipal, 7.0, **given)
    scale = 1e-9 * setting.wages.sum()
    assert np.abs(lost).max() <= scale
    np.testing.assert_allclose(half, stays / 2.0, rtol=1e-3, atol=scale)
    np.testing.assert_array_equal(lost, beyond)


def test_everybody_is_seen_as_each_sees_itself(municipal: PensionModel) -> None:
    m = municipal
    setting, aims = foresee.setting(m, m.levers), govern.aims(m)
    stacks = foresee.expected_stacks(m, aims.horizon, date(m.year, 1, 1))
    n = m.places.n
    row = setting.accounts._replace(contributions_enterprise=setting.accounts.contributions_enterprise * 0.9)
    each = row._replace(population=np.tile(row.population, (n, 1)))
    one = row._replace(population=row.population[None, :])
    each, one = (
        x._replace(**{f: np.broadcast_to(getattr(x, f), x.population.shape) for f in x._fields})
        for x in (each, one)
    )
    alone = whatif.settle_ahead(repeat(each), m.funds, stacks, np.arange(n))
    together = whatif.settle_ahead(repeat(one), m.funds, stacks, None)
    for a, b in zip(alone, together, strict=True):
        np.testing.assert_array_equal(a, b.reshape(a.shape))


def test_a_planner_does_not_race_to_the_bottom() -> None:
    """Mobile employers make rivals collect less; a planner for all knows that they only move next door."""
    mobile = {"government.capital_flight": 1.0}

    def effort(rule: int, **more: float) -> float:
        chosen = {"government.choice_rule": {"2011-01-01": rule}, **mobile}
        chosen |= {f"government.{k}": v for k, v in more.items()}
        last = results("history+municipal", end=2014, set=chosen).national.iloc[-1]
        return float(last["audit_effort"])

    rivals, one = effort(0), effort(3, exit_elasticity=0.0)
    assert one > rivals + 0.005
    assert rivals - 1e-3 < effort(3, exit_elasticity=1.0) < one


def test_the_planners_choice_can_be_explained() -> None:
    from abm import Scenario, explain

    chosen = {"government.choice_rule": {"2011-01-01": 3}}
    text = explain.government(Scenario.named("history", end=2012, scale=20000, set=chosen), "Jilin", 2012)
    assert "gain of others" in text


def test_payoffs_of_others_under_todays_levers_are_their_own(municipal: PensionModel) -> None:
    """The planner's account of an idle place equals that of the place itself."""
    m = municipal
    low, high = govern.bounds(m)
    levers = np.clip(m.levers, low, high)
    setting, aims = foresee.setting(m, levers), govern.aims(m)
    stacks = foresee.expected_stacks(m, aims.horizon, date(m.year, 1, 1))
    tries = counterfactual.candidates(levers, low, high, 0.02)
    own, _ = counterfactual.evaluate(levers, tries, setting, stacks, aims)
    answer = counterfactual.respond(levers, np.arange(m.places.n), setting)
    first = counterfactual.Answer(*(x[:1] for x in answer))
    told = counterfactual.counterfactual(first, np.array([0]), np.array([0]), 1, setting)
    every = planner._payoffs(told, levers, answer.exempted, setting, stacks, aims)[0]
    np.testing.assert_allclose(every / setting.accounts.population, own[0, NOW], rtol=1e-9)
