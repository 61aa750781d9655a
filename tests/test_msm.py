"""The method of simulated moments against a linear problem, whose estimate, errors and sensitivity are
known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from calibration import msm

RNG = np.random.default_rng(7)
SLOPES = RNG.normal(size=(12, 3))
CENTRE = np.array([0.5, 0.4, 0.6])
NOISE = RNG.normal(size=(2, 12)) * 0.01
TARGET = SLOPES @ CENTRE + RNG.normal(size=12) * 0.05
ERROR = RNG.uniform(0.05, 0.2, size=12)
WEIGHTS = msm.first_weights(ERROR)


def linear(positions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Two seeds, moments linear in the position: common draws shift both by constants."""
    return np.stack([positions @ SLOPES.T + noise for noise in NOISE], axis=1)


PROBLEM = msm.Problem(TARGET, linear)


def analytic() -> NDArray[np.float64]:
    normal = SLOPES.T @ WEIGHTS @ SLOPES
    return np.linalg.solve(normal, SLOPES.T @ WEIGHTS @ (TARGET - NOISE.mean(axis=0)))


def test_the_estimate_is_that_of_weighted_least_squares() -> None:
    found = msm.minimise(PROBLEM, WEIGHTS, [np.full(3, 0.2), np.full(3, 0.9)], iterations=30)
    np.testing.assert_allclose(found.position, analytic(), atol=2e-5)
    np.testing.assert_allclose(found.jacobian, SLOPES, atol=1e-8)


def test_a_bound_that_binds_is_kept() -> None:
    far = msm.Problem(SLOPES @ np.array([1.4, 0.4, 0.6]), linear)
    found = msm.minimise(far, WEIGHTS, [np.full(3, 0.5)], iterations=30)
    assert found.position[0] == pytest.approx(1.0, abs=1e-3)
    assert (found.position <= 1.0).all()


def test_the_sandwich_with_optimal_weights_is_the_textbook_one() -> None:
    variance = np.diag(ERROR**2)
    expected = (1 + 1 / 5) * np.linalg.inv(SLOPES.T @ np.linalg.inv(variance) @ SLOPES)
    np.testing.assert_allclose(msm.covariance(SLOPES, WEIGHTS, variance, seeds=5), expected, rtol=1e-9)


def test_the_sandwich_with_other_weights_is_the_spread_of_estimates() -> None:
    """Monte Carlo: moments drawn anew, estimated with the identity; S = 1 doubles the variance."""
    draws = np.random.default_rng(3).normal(size=(2, 20_000, 12)) * ERROR
    pinv = np.linalg.pinv(SLOPES)
    estimates = (draws[0] - draws[1]) @ pinv.T  # data less simulation, both with the same variance
    expected = msm.covariance(SLOPES, np.eye(12), np.diag(ERROR**2), seeds=1)
    np.testing.assert_allclose(np.cov(estimates.T), expected, rtol=0.06, atol=1e-4)


def test_sensitivity_is_how_the_estimate_moves_with_a_moment() -> None:
    lead = msm.sensitivity(SLOPES, WEIGHTS)
    np.testing.assert_allclose(lead @ SLOPES, np.eye(3), atol=1e-9)
    moved = TARGET.copy()
    moved[4] += 0.03
    before = msm.minimise(PROBLEM, WEIGHTS, [CENTRE], iterations=30).position
    after = msm.minimise(msm.Problem(moved, linear), WEIGHTS, [CENTRE], iterations=30).position
    np.testing.assert_allclose(after - before, lead[:, 4] * 0.03, atol=5e-5)


def test_second_step_weighs_by_misfit_where_it_is_greater_than_the_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(msm, "MANY", 2)
    misfit, groups = np.array([0.3, -0.3, 0.01, 0.01, 0.5]), np.array([0, 0, 1, 1, 2])
    error, simulated = np.full(5, 0.1), np.array([[0.0, 0, 0, 0.2, 0], [0, 0, 0, 0.0, 0]])
    weights = msm.second_weights(error, misfit, groups, simulated, np.arange(5))
    np.testing.assert_allclose(1 / np.diag(weights), [0.09, 0.09, 0.01, 0.01 + 0.02 / 2, 0.01])


def test_what_hangs_together_counts_once() -> None:
    rng = np.random.default_rng(1)
    places = np.repeat(np.arange(200), 5)
    alike, apart = np.repeat(rng.normal(size=200), 5), rng.normal(size=1000)
    assert msm.design_effect(alike, places) == pytest.approx(5.0)
    assert msm.design_effect(apart, places) == pytest.approx(1.0, abs=0.15)
    assert msm.design_effect(apart, np.arange(1000)) == 1.0


def test_clusters_leave_no_covariance_between_them() -> None:
    variance = msm.clustered(np.array([1.0, 2.0, 3.0]), np.array([0, 0, 1]))
    np.testing.assert_allclose(variance, 2 * np.array([[1, 2, 0], [2, 4, 0], [0, 0, 9]]))


def test_a_coordinate_at_its_bound_has_no_error_and_the_others_are_given_it() -> None:
    free = msm.inside(np.array([0.995, 0.4, 0.6]))
    assert free.tolist() == [False, True, True]
    variance = np.diag(ERROR**2)
    found = msm.deviations(SLOPES, WEIGHTS, variance, None, free)
    kept = SLOPES[:, 1:]
    assert np.isnan(found[0])
    np.testing.assert_allclose(found[1:] ** 2, np.diag(np.linalg.inv(kept.T @ WEIGHTS @ kept)), rtol=1e-9)
    every = msm.deviations(SLOPES, WEIGHTS, variance, None, np.ones(3, dtype=bool))
    assert (found[1:] < every[1:]).all()


def test_copies_of_a_moment_count_once_in_dependence() -> None:
    """Every moment four times over: independent counting sees four times the information there is."""
    copies = np.repeat(np.arange(12), 4)
    slopes, weights = SLOPES[copies], WEIGHTS[np.ix_(copies, copies)] * (copies[:, None] == copies[None, :])
    weights = np.diag(np.diag(weights))
    together = np.where(copies[:, None] == copies[None, :], 1.0, 0.0) * (ERROR**2)[copies][:, None]
    free = np.ones(3, dtype=bool)
    robust = msm.deviations(slopes, weights, together, None, free)
    assert msm.dependence(robust, slopes, weights, free) == pytest.approx(4.0)
    once = msm.unidentified(SLOPES, WEIGHTS)
    np.testing.assert_allclose(msm.unidentified(slopes, weights / 4.0), once, rtol=1e-9)


def test_slopes_from_elsewhere_steer_a_search_to_the_same_minimum() -> None:
    asked = []

    def slopes(position: NDArray[np.float64]) -> NDArray[np.float64]:
        asked.append(position)
        return SLOPES[None] * 1.2

    found = msm.minimise(
        msm.Problem(TARGET, linear, slopes), WEIGHTS, [np.full(3, 0.2)], iterations=40
    ).position
    np.testing.assert_allclose(found, analytic(), atol=1e-3)
    assert asked


def rough(world: int, size: float) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    """The linear moments with noise that is another at every position, as discrete choices make it."""

    def simulate(positions: NDArray[np.float64]) -> NDArray[np.float64]:
        noise = [
            np.random.default_rng([world, *(position * 1e6).astype(int)]).normal(size=(2, 12))
            for position in positions
        ]
        return linear(positions) + size * np.array(noise)

    return simulate


def test_curvature_does_not_enter_slopes_and_every_slope_rests_on_all_trials() -> None:
    def curved(positions: NDArray[np.float64]) -> NDArray[np.float64]:
        off = positions - CENTRE
        return linear(positions) + 3.0 * np.sum(off[:, :, None] * off[:, None, :], axis=(1, 2))[:, None, None]

    np.testing.assert_allclose(msm.jacobian(msm.Problem(TARGET, curved), CENTRE), SLOPES, atol=1e-8)
    one_by_one = 0.02 / (np.sqrt(2) * msm.STEP) / np.sqrt(2)  # two trials a slope, two seeds
    found = [msm.jacobian(msm.Problem(TARGET, rough(world, 0.02)), CENTRE) for world in range(20)]
    assert np.std(found - SLOPES) < one_by_one / 2.5


def test_noise_in_slopes_is_no_information() -> None:
    """The mean over many noisy slopes of two seeds is that without noise; squares have the noise on top."""
    truth, noise = SLOPES.T @ WEIGHTS @ SLOPES, np.random.default_rng(5).normal(size=(2000, 2, 12, 3)) / 3
    crossed = np.mean([msm.information(SLOPES + own, WEIGHTS) for own in noise], axis=0)
    squared = np.mean([msm.information((SLOPES + own).mean(axis=0), WEIGHTS) for own in noise], axis=0)
    np.testing.assert_allclose(crossed, truth, rtol=0.02, atol=0.02 * np.abs(truth).max())
    np.testing.assert_allclose(np.diag(squared - crossed), np.trace(WEIGHTS) / 18, rtol=0.05)
    np.testing.assert_allclose(msm.information(SLOPES[None], WEIGHTS), truth)


def test_a_direction_without_information_keeps_its_prior_and_spoils_no_other() -> None:
    blind, variance, free = SLOPES.copy(), np.diag(ERROR**2), np.ones(3, dtype=bool)
    blind[:, 2] = blind[:, 1] + 1e-4 * blind[:, 2]  # the last two cannot be told apart
    wide = msm.deviations(blind, WEIGHTS, variance, None, free)
    kept = msm.deviations(blind, WEIGHTS, variance, None, free, msm.PRIOR)
    assert (wide[1:] > 100).all()
    assert (kept[1:] < msm.PRIOR).all()
    assert (kept[1:] > 0.6 * msm.PRIOR).all()
    assert kept[0] < 0.2 * msm.PRIOR
    none = msm.deviations(np.zeros((12, 3)), WEIGHTS, variance, None, free, msm.PRIOR)
    np.testing.assert_allclose(none, msm.PRIOR)


def test_rounds_find_the_minimum_where_roughness_stops_a_search() -> None:
    """Errors of the estimate are centred on zero and smaller than those of the search's end."""
    start, errors, ends = np.full(3, 0.1), [], []
    for world in range(20):
        problem = msm.Problem(TARGET, rough(world, 0.15))
        root = np.linalg.cholesky(WEIGHTS).T
        end = msm._search(problem, root, start, 10, msm.STEP)
        errors.append(msm.settled(problem, WEIGHTS, end).position - analytic())
        ends.append(end.position - analytic())
    mean, error = np.mean(errors, axis=0), np.std(errors, axis=0, ddof=1) / np.sqrt(20)
    assert (np.abs(mean) < 3 * error).all()
    assert np.sqrt(np.mean(np.square(errors))) < 0.5 * np.sqrt(np.mean(np.square(ends)))


def test_a_round_that_fails_goes_back() -> None:
    def broken(positions: NDArray[np.float64]) -> NDArray[np.float64]:
        values = linear(positions)
        values[positions[:, 1] > 0.45] = np.nan
        return values

    found = msm.minimise(msm.Problem(TARGET + 0.2, broken), WEIGHTS, [np.full(3, 0.2)])
    assert np.isfinite(found.objective)
    assert found.position[1] <= 0.45


def test_a_failed_trial_is_far_off_and_flat() -> None:
    def broken(positions: NDArray[np.float64]) -> NDArray[np.float64]:
        values = linear(positions)
        values[positions[:, 0] > 0.55] = np.nan
        return values

    problem = msm.Problem(TARGET, broken)
    assert (msm.residuals(broken(np.array([[0.9, 0.5, 0.5]]))[0], TARGET, np.eye(12)) == msm.FAILED).all()
    slopes = msm.jacobian(problem, np.array([0.53, 0.5, 0.5]))
    assert (slopes[:, 0] == 0).all()
    np.testing.assert_allclose(slopes[:, 1:], SLOPES[:, 1:], atol=1e-8)


def test_what_the_data_say_nothing_of_keeps_its_prior() -> None:
    blind = np.column_stack([SLOPES[:, :2], np.zeros(12)])
    left = msm.unidentified(blind, WEIGHTS)
    assert left[2] == pytest.approx(1.0)
    assert (left[:2] < 0.5).all()
