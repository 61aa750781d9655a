"""What-ifs of the governments: answers, accounts and ways to choose, each against what it should be."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from runs import model

from abm.agents import learning, provincial_government
from abm.agents.local_government import AUDIT, FLOOR, LEVERS, RATE, SUPPLEMENT
from abm.engine import answers, blocks, counterfactual, whatif
from abm.engine.counterfactual import NOW
from abm.model import PensionModel
from abm.phases import foresee, govern
from abm.regimes import Accounts

N = 31


@pytest.fixture(scope="module")
def second_year() -> PensionModel:
    m = model(end=2012)
    m.step()
    m.year += 1
    m.announce()
    return m


# --- movers


@pytest.mark.parametrize("change", [-0.02, -0.003, 0.0, 0.003, 0.02])
def test_movers_answer_as_the_logit_recomputed(change: float) -> None:
    rng = np.random.default_rng(1)
    persons, utility = rng.uniform(0.0, 1e5, 40), rng.normal(0.0, 2.0, (40, N))
    first, second = answers.movers(persons, utility)
    movers = answers.Movers(first, second, np.full(N, 1e6), 1.3, 0.2, 4)

    def come(u: np.ndarray) -> np.ndarray:
        share = np.exp(u) / np.exp(u).sum(axis=1, keepdims=True)
        return persons @ share

    before = come(utility)
    for k in (0, 7, 30):
        better = utility.copy()
        better[:, k] += 1.3 * change
        exact = 1.0 + 4.0 * (come(better)[k] - before[k]) / 1e6
        found = movers.drawn(np.array([change]), np.array([k]))[0]
        assert found - 1.0 == pytest.approx(exact - 1.0, rel=3e-4, abs=1e-15)


def test_a_higher_levy_drives_movers_away_and_they_arrive_elsewhere(second_year: PensionModel) -> None:
    """People move for lower wages where the levy is shifted; everybody stays where it is not."""
    m = second_year
    setting = foresee.setting(m, m.levers)
    setting = setting._replace(capital_flight=0.0)
    act = m.levers[[3]].copy()
    act[0, AUDIT] += 0.1
    actions, actors = np.concatenate([m.levers, act]), np.append(np.arange(N), 3)
    answer = counterfactual.respond(actions, actors, setting)
    assert (answer.people[:N] == 1.0).all()
    assert 1.0 - 1e-2 < answer.people[-1] < 1.0
    told = counterfactual.counterfactual(answer, np.arange(N + 1), actors, N + 1, setting)
    for name in ("enterprise_employees", "gdp", "population"):
        before, after = getattr(setting.accounts, name), getattr(told, name)[-1]
        assert after[3] < before[3]
        assert (np.delete(after, 3) > np.delete(before, 3)).all()
    assert told.population[-1].sum() == pytest.approx(setting.accounts.population.sum(), rel=1e-12)
    still = setting._replace(movers=setting.movers._replace(wage_shift=0.0))
    assert (counterfactual.respond(actions, actors, still).people == 1.0).all()


# --- rows and accounts


def test_candidates_that_change_nothing_share_the_row_of_today(second_year: PensionModel) -> None:
    m = second_year
    low, high = govern.bounds(m)
    levers = np.clip(m.levers, low, high)
    tries = counterfactual.candidates(levers, low, high, 0.02)
    row, actors, actions = counterfactual.rows_of(levers, tries)
    assert len(actors) < tries.size
    for lever in range(len(LEVERS)):
        for k in range(5):
            assert (actors[row[lever, k]] == np.arange(N)).all()
            expected = levers.copy()
            expected[:, lever] = tries[lever, k]
            assert (actions[row[lever, k]] == expected).all()
    assert (row[:, NOW] == np.arange(N)).all()
    assert len(np.unique(np.column_stack([actors, actions]), axis=0)) == len(actors)


def test_todays_levers_leave_every_account_as_it_is(second_year: PensionModel) -> None:
    m = second_year
    setting = foresee.setting(m, m.levers)
    answer = counterfactual.respond(m.levers, np.arange(N), setting)
    told = counterfactual.counterfactual(answer, np.arange(N), np.arange(N), N, setting)
    for name, before, after in zip(Accounts._fields, setting.accounts, told, strict=True):
        np.testing.assert_allclose(
            np.broadcast_to(after, (N, N)), np.tile(before, (N, 1)), rtol=1e-14, err_msg=name
        )


def test_neither_blocks_nor_threads_change_a_bit(
    second_year: PensionModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    m = second_year
    setting = foresee.setting(m, m.levers)
    stacks = [m.stack] * 3
    answer = counterfactual.respond(m.levers, np.arange(N), setting)
    everybody = counterfactual.Acts(np.arange(N), np.arange(N))
    plain = counterfactual.settled(
        answer, everybody, np.arange(N), setting, stacks, govern.aims(m), threads=1
    )
    monkeypatch.setattr(blocks, "CELLS_AT_ONCE", 5 * N)
    in_blocks = counterfactual.settled(
        answer, everybody, np.arange(N), setting, stacks, govern.aims(m), threads=2
    )
    for a, b in zip(plain, in_blocks, strict=True):
        assert (a == b).all()


def test_a_supplement_raises_spending_by_its_share_and_counts_as_off_the_list(
    second_year: PensionModel,
) -> None:
    m = second_year
    setting = foresee.setting(m, m.levers)
    act = m.levers[[0]].copy()
    act[0, SUPPLEMENT] = 1.1 * (1.0 + m.levers[0, SUPPLEMENT]) - 1.0
    actions, actors = np.concatenate([m.levers, act]), np.append(np.arange(N), 0)
    answer = counterfactual.respond(actions, actors, setting)
    told = counterfactual.counterfactual(answer, np.arange(N + 1), actors, N + 1, setting)
    spending = setting.accounts.benefits_enterprise[0]
    assert told.benefits_enterprise[-1, 0] == pytest.approx(1.1 * spending)
    assert told.off_list[-1, 0] - setting.accounts.off_list[0] == pytest.approx(0.1 * spending)


# --- growth and the core


def test_accounts_grow_by_their_own_factors(second_year: PensionModel) -> None:
    m = second_year
    growth = counterfactual.Growth(*(np.full(N, x) for x in (1.1, 1.2, 1.03, 1.05, 1.08)))
    ahead = growth.ahead(m.accounts)
    next(ahead)
    second = next(ahead)
    assert second.contributions_enterprise == pytest.approx(m.accounts.contributions_enterprise * 1.1**2)
    assert second.benefits_enterprise == pytest.approx(m.accounts.benefits_enterprise * 1.2**2)
    assert second.average_wage == pytest.approx(m.accounts.average_wage * (1.1 / 1.03) ** 2)
    assert (second.population == m.accounts.population).all()


@pytest.mark.parametrize("level", ["locality", "province"])
def test_the_fate_of_an_actor_is_its_own_settlement(second_year: PensionModel, level: str) -> None:
    """Where each province is one locality, the two levels are the same agent and see the same money."""
    m = second_year
    years = [m.accounts, m.accounts._replace(benefits_enterprise=1.2 * m.accounts.benefits_enterprise)]
    fate = whatif.settle_ahead(years, m.funds, [m.stack] * 2, np.array([4, 9]), level, memory=m.memory)
    funds, memory = m.funds, m.memory
    for s, accounts in enumerate(years):
        settled = m.stack.settle(accounts, funds, memory)
        change = settled.funds.local - settled.funds.advances - funds.local + funds.advances
        assert fate.own_money[s] == pytest.approx(change[[4, 9]])
        funds, memory = settled.funds, settled.memory
        assert fate.reserve[s + 1] == pytest.approx((funds.local + funds.provincial)[[4, 9]])
    assert fate.payable_months()[0] == pytest.approx(
        12.0 * m.funds.local[[4, 9]] / (m.accounts.benefits_enterprise + m.accounts.benefits_public)[[4, 9]]
    )


# --- ways to choose


def test_the_better_neighbour_is_the_best_of_the_nearest_or_nobody() -> None:
    success = np.array([1.0, 3.0, 2.0, 5.0])
    neighbours = np.array([[1, 2], [0, 2], [1, 3], [0, 1]])
    assert learning.better_neighbour(success, neighbours).tolist() == [1, 1, 3, 3]


def test_the_nearest_are_those_of_the_own_province_first(second_year: PensionModel) -> None:
    distance = second_year.places.distance
    near = learning.nearest(distance, np.arange(N), 3)
    for i in range(N):
        others = np.delete(np.arange(N), i)
        assert set(near[i]) == set(others[np.argsort(distance[i, others], kind="stable")[:3]])
    assert learning.nearest(distance, np.array([0, 0, 5, 0]), 2)[0].tolist() == [1, 3]


def test_attractions_fade_and_weigh_what_was_not_done_less() -> None:
    values = np.array([0.0, 2.0])
    first, experience = learning.attractions(None, 1.0, values, np.ones(2), 0.5, 0.25)
    assert first.tolist() == [0.0, 2.0]
    later, more = learning.attractions(
        first, experience, np.array([4.0, 0.0]), np.array([0.0, 1.0]), 0.5, 0.25
    )
    assert more == 1.5
    assert later == pytest.approx([(0.25 * 4.0) / 1.5, (0.5 * 2.0) / 1.5])


@pytest.mark.parametrize("rule", [learning.IMITATION, learning.ATTRACTION])
def test_each_rule_of_choice_gives_levers_within_bounds_and_of_its_own(rule: int) -> None:
    plain, other = model(end=2013), model(end=2013, set={"government.choice_rule": rule})
    for m in (plain, other):
        m.run()
        low, high = govern.bounds(m)
        assert (m.levers >= low).all()
        assert (m.levers <= high).all()
    assert (plain.levers[:, AUDIT] != other.levers[:, AUDIT]).any()
    weighed = other.deliberation
    assert weighed is not None
    if rule == learning.IMITATION:
        stay = other.parameters.value("government.inertia", 2013)
        aim = stay * weighed.before + (1.0 - stay) * weighed.before[weighed.example]
        low, high = govern.bounds(other)
        assert other.levers == pytest.approx(np.clip(aim, low, high))
        assert (weighed.example != np.arange(N)).any()
    else:
        assert weighed.experience > 1.0


def test_naive_governments_expect_the_rules_of_today_to_stay() -> None:
    """On 20 June 2018 the central adjustment of 1 July had been announced a week before."""
    upper = {}
    for follows in (1, 0):
        m = model(end=2010, set={"government.follows_announcements": follows})
        m.year = 2018
        ahead = foresee.expected_stacks(m, 4, date(2018, 6, 20))
        upper[follows] = {type(stack.last.upper).__name__ for stack in ahead}
    assert upper == {1: {"CentralAdjustment"}, 0: {"NoUpperTier"}}


def test_without_the_what_if_no_regime_has_any_effect_on_levers() -> None:
    """Incentives come from settling alone: levers held, collection is the same under every money rule."""
    held = pytest.MonkeyPatch()
    with held.context() as patch:
        patch.setattr(govern, "run", lambda model, inertia=None: None)
        a, b = (
            model(end=2012, set={"regime": r}).run().national
            for r in ("municipal", "municipal/national_2022")
        )
        columns = ["audit_effort", "registration_effort", "effective_rate", "declared_share", "coverage"]
        assert a[columns].equals(b[columns])
    a, b = (
        model(end=2012, set={"regime": r}).run().national for r in ("municipal", "municipal/national_2022")
    )
    assert not np.allclose(a[columns].iloc[-1], b[columns].iloc[-1], atol=1e-6)


def test_levers_that_are_not_local_have_no_room(second_year: PensionModel) -> None:
    low, high = govern.bounds(second_year)
    assert low[0, RATE] == high[0, RATE]
    assert low[0, FLOOR] < high[0, FLOOR]


# --- provincial governments


def test_bounds_narrow_what_the_law_leaves_and_never_widen_it() -> None:
    low, high = np.zeros((3, len(LEVERS))), np.ones((3, len(LEVERS)))
    bounds = np.array([[0.2, -5.0, 0.6, 0.5, 7.0, 0.9]] * 3)
    new_low, new_high = provincial_government.narrowed(low, high, bounds)
    assert new_low[0].tolist() == [0.2, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    assert new_high[0].tolist() == [1.0, 1.0, 0.6, 1.0, 1.0, 0.5, 1.0, 1.0, 0.9]
    free = provincial_government.open_bounds(low, high, np.array([0]))
    assert (provincial_government.narrowed(low, high, np.repeat(free, 3, axis=0))[1] == high).all()


def test_a_province_tries_no_bound_or_cuts_in_from_its_outermost_locality() -> None:
    low, high = np.zeros((3, len(LEVERS))), np.ones((3, len(LEVERS)))
    levers, province = np.zeros((3, len(LEVERS))), np.array([0, 0, 1])
    levers[:, AUDIT], levers[:, SUPPLEMENT] = [0.1, 0.3, 0.98], [0.0, 0.04, 0.02]
    free = provincial_government.open_bounds(low, high, np.array([0, 2]))
    tries = provincial_government.candidates(levers, low, high, province, free, 0.01)
    assert tries[0, :, 0] == pytest.approx([0.0, 0.1, 0.11, 0.13, 0.15])
    assert tries[0, :, 1] == pytest.approx([0.0, 0.98, 0.99, 1.0, 1.0])
    assert tries[3, :, 0] == pytest.approx([1.0, 0.04, 0.03, 0.01, 0.0])


@pytest.mark.slow
def test_provinces_demand_more_where_they_carry_what_their_localities_let_go() -> None:
    """Pooled there, effort fills the province's purse: quotas cut in there, not on municipal pools."""
    cut = {}
    for regime in ("municipal", "provincial_unified"):
        m = model(end=2012, resolution="prefecture", scale=40000, set={"regime": regime})
        m.run()
        low, _ = govern.bounds(m)
        cut[regime] = (m.levers[:, :2] < low[:, :2]).mean()
    assert cut["provincial_unified"] > cut["municipal"] + 0.03


def test_one_agent_where_a_province_is_one_locality(second_year: PensionModel) -> None:
    assert second_year.provincial_bounds is None
