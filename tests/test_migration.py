"""The weights of migration against the censuses' five-year tables."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from runs import history, model

from abm import data
from abm.parameters import Parameters
from abm.phases import live
from abm.population import census
from calibration import migration
from calibration.migration import AWAY, N, Weights


@pytest.fixture(scope="module")
def setting() -> migration.Setting:
    return migration.Setting.of(model(end=2010))


def in_force() -> Weights:
    value = Parameters.load().value
    beta = value("worker.wage_weight", 2010)
    distance = beta * value("worker.distance_to_wage", 2010)
    return Weights(distance, value("worker.hukou_weight", 2010), value("worker.network_weight", 2010))


def test_five_years_are_five_steps_of_one() -> None:
    """Two provinces, one hukou, everybody weighs moving with chance c and then moves with chance p."""
    c, p = 0.3, 0.4
    persons, chances = np.zeros((N, N)), np.tile(np.eye(N), (N, 1, 1))
    persons[0, 0] = 1000.0
    chances[:2, :2, :2] = [[1.0 - p, p], [p, 1.0 - p]]
    zero = np.zeros((N, N))
    setting = migration.Setting(((c, persons),), live.Offer(np.zeros(N), zero, zero), 1.0)
    away = 0.5 * (1.0 - (1.0 - 2.0 * c * p) ** 5)  # of a chain that is symmetric
    moves, growth = migration.five_years(setting, chances)
    assert moves[0, 1] == pytest.approx(1000.0 * away)
    assert growth == pytest.approx(1000.0 * away)  # all had the hukou of the first
    returning = dataclasses.replace(setting, groups=((c, np.roll(persons, 1, axis=0)),))
    moves, growth = migration.five_years(returning, chances)  # all have the hukou of the second
    assert moves[0, 1] == pytest.approx(1000.0 * away)
    assert growth == pytest.approx(-1000.0 * away)
    assert migration.yearly(setting, chances).sum() == pytest.approx(1000.0 * c * p)


def test_movers_choose_as_the_model_has_them_choose(monkeypatch: pytest.MonkeyPatch) -> None:
    """The logit over the model's own utilities, whatever its rule makes of them."""
    started = model(end=2010, set={"worker.hukou_weight": 2.0, "worker.distance_to_wage": 0.7})
    setting = migration.Setting.of(started)
    value = started.parameters.value
    distance = value("worker.wage_weight", 2010) * 0.7
    weights = Weights(distance, 2.0, value("worker.network_weight", 2010))
    right = live.weighed
    for rule in (right, lambda seen, given: (2.0 * right(seen, given)[0], right(seen, given)[1])):
        monkeypatch.setattr(live, "weighed", rule)
        _, _, staying, pull, *_ = live.geography(started)
        odds = np.exp(staying[None] + pull[:, None, :])
        expected = odds / odds.sum(axis=2, keepdims=True)
        found = migration.chosen(setting, weights, started.attraction, started.moving_cost)
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-15)


def test_known_weights_are_found_again(setting: migration.Setting) -> None:
    """The estimator gets flows made by weights it does not know."""
    truth = Weights(0.5, 3.5, 0.7)
    attraction = np.linspace(-1.0, 1.0, N)
    made = migration.five_years(setting, migration.chosen(setting, truth, attraction, 4.0))
    found = migration.estimate(setting, made)
    assert np.allclose(found.weights, truth, rtol=0.05)
    assert found.deviance < 1e-3


def test_weights_without_a_solution_are_no_estimate(setting: migration.Setting) -> None:
    """So many cannot come to live away from home with so few moves."""
    few = migration.Counts(migration.published().moves / 100.0, 1e8)
    with pytest.raises(ArithmeticError, match="no solution within 300 rounds"):
        migration.solved(setting, 0.3, 0.7, few)


def test_records_are_what_the_tables_say(setting: migration.Setting) -> None:
    found = migration.estimate(setting, migration.published())
    assert np.allclose(found.weights, in_force(), rtol=0.02)
    count = Parameters.load().value("worker.moves_per_count", 2010)
    assert found.moves_per_count == pytest.approx(count, abs=0.01)


def flows_in_force(setting: migration.Setting) -> np.ndarray:
    weights = in_force()
    return migration.solved(setting, weights.distance, weights.network, migration.published())[1]


def test_tables_alone_can_be_met_by_the_models_moves(setting: migration.Setting) -> None:
    """Only net gains and the sum of all moves are solved for; who comes and who goes is not.

    With the weights at which the tables' cells are met best; people who live outside their hukou province
    would then grow by twice as many as between the censuses.
    """
    counted = migration.published().moves
    start = migration.Solution(np.zeros(N), 3.0, 4.69)
    solution, flows = migration.solved(setting, 0.224, 0.814, migration.Counts(counted, None), start)
    weights = Weights(0.224, 4.69, 0.814)
    chances = migration.chosen(setting, weights, solution.attraction, solution.cost)
    grown = migration.five_years(setting, chances).growth
    assert grown > 2.0 * migration.published().growth
    for side in (0, 1):
        assert np.abs(np.log(flows.sum(side) / counted.sum(side))).max() < 0.75
        assert np.median(np.abs(np.log(flows.sum(side) / counted.sum(side)))) < 0.15
    assert np.corrcoef(np.log(flows + 1.0)[AWAY > 0], np.log(counted + 1.0)[AWAY > 0])[0, 1] > 0.9


def test_distance_and_wages_weigh_as_in_a_gravity_regression(setting: migration.Setting) -> None:
    """Without compatriots and home, flows of the model fall with distance as those of the tables do."""
    adults = sum(persons for _, persons in setting.groups).sum(axis=0)
    origin, there = np.nonzero(AWAY)
    income, distance = setting.income * setting.seen.income, setting.seen.distance
    wages, distance = income[there] - income[origin], distance - np.diag(distance)[:, None]
    columns = (distance[origin, there], wages, np.log(adults[origin]), np.log(adults[there]))
    seen = np.column_stack([*columns, np.ones(len(origin))])

    def slope(flows: np.ndarray) -> float:
        return float(np.linalg.lstsq(seen, np.log(flows[origin, there] + 1.0), rcond=None)[0][0])

    counted, flows = migration.published().moves, flows_in_force(setting)
    assert slope(counted) < -0.8
    assert slope(flows) == pytest.approx(slope(counted), abs=0.1)


def test_flows_stay_near_the_tables_with_the_growth_of_the_stock_held(setting: migration.Setting) -> None:
    counted, flows = migration.published().moves, flows_in_force(setting)
    assert migration.deviance(counted, flows) < 0.26  # 0.15 if it is not held
    assert np.corrcoef(np.log(flows + 1.0)[AWAY > 0], np.log(counted + 1.0)[AWAY > 0])[0, 1] > 0.87


def test_residents_and_people_outside_their_hukou_province_follow_the_censuses() -> None:
    """Eight years on: net gains and weights come from 2010 to 2020 as a whole, the years are the model's."""
    results = history()
    published = data.panel("population_total", "resident_pop_yearend", [2018])[:, 0]
    simulated = results.provinces[results.provinces.year == 2018]["population"].to_numpy()
    off = np.abs(simulated / published - 1.0)
    assert np.median(off) < 0.02
    assert off.max() < 0.12  # Shanghai and Beijing, where there are too many
    groups = results.groups
    away = groups[groups.migrant].groupby("year")["persons"].sum()
    before, after = (data.matrix("hukou_stock", year=year).sum() for year in (2010, 2020))
    assert away[2018] == pytest.approx(before + 0.8 * (after - before), rel=0.05)


def test_net_migration_is_what_the_national_cohorts_do_not_explain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two provinces' cohorts die alike, and a hundred people of forty go from the first to the second."""
    early = np.full((N, 2, census.LAST_AGE + 1), 1000.0)
    late = np.full_like(early, 700.0)
    late[0, 1, 40] -= 100.0
    late[1, 1, 40] += 100.0
    monkeypatch.setattr(census, "residents", lambda year, decline: {2010: early, 2020: late}[year])
    net = census.net_migration(0.1)
    assert net[:2] == pytest.approx([-10.0, 10.0])  # a year
    assert np.abs(net[2:]).max() < 1e-9
