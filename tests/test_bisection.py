"""Bisection with fewer calls: every bit is that of halving step by step."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from runs import model

from abm.population import apportion, inversion
from abm.population.bisection import bisect

PROVINCES, STEPS = 12, 50
LOW, HIGH = np.full(PROVINCES, -6.0), np.full(PROVINCES, 6.0)
Rise = Callable[[np.ndarray, float], np.ndarray]

RISES: dict[str, Rise] = {
    "logit": lambda taste, x: 1.0 / (1.0 + np.exp(-(taste + x))),
    "clipped": lambda taste, x: np.clip(1.0 - np.exp(taste - x), 0.0, 1.0),
    "between bounds": lambda taste, x: np.clip(taste, x, 2.0),
    "step": lambda taste, x: (taste < x).astype(np.float64),
    "exponential": lambda taste, x: np.exp(x) * np.abs(taste),
}


def plain(excess: Callable[[np.ndarray], np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Halving step by step."""
    low, high = LOW, HIGH
    for _ in range(STEPS):
        middle = 0.5 * (low + high)
        above = excess(middle) > 0.0
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return low, high


@pytest.mark.parametrize("name", RISES)
def test_bounds_are_those_of_halving_step_by_step(name: str) -> None:
    rise, random = RISES[name], np.random.default_rng(7)
    for _ in range(20):
        count = random.integers(1, 400, PROVINCES)
        tastes = [random.normal(random.normal(), random.uniform(0.1, 4.0), n) for n in count]
        weights = [random.uniform(0.0, 5.0, n) for n in count]

        def total(x: np.ndarray, tastes=tastes, weights=weights) -> np.ndarray:
            people = zip(tastes, weights, x, strict=True)
            return np.array([float((weight * rise(taste, at)).sum()) for taste, weight, at in people])

        # Roots inside and beyond both ends, and values of the sum itself, which a plateau may take often.
        target = total(random.uniform(-7.0, 7.0, PROVINCES)) * random.choice([1.0, 0.9], PROVINCES)
        found = bisect(lambda x, _: total(x) - target, LOW, HIGH, STEPS, target)  # noqa: B023
        for got, want in zip(found, plain(lambda x: total(x) - target), strict=True):  # noqa: B023
            np.testing.assert_array_equal(got, want)


def test_a_smooth_function_is_asked_in_less_than_half_as_many_points_and_no_longer_than_needed() -> None:
    random, asked = np.random.default_rng(3), np.zeros(PROVINCES, int)
    taste = random.normal(0.0, 2.0, (PROVINCES, 2000))
    target = RISES["logit"](taste, 0.7).sum(axis=1) * np.linspace(0.5, 1.2, PROVINCES)

    def excess(x: np.ndarray, open_ones: np.ndarray) -> np.ndarray:
        asked[:] += open_ones
        values = RISES["logit"](taste, x[:, None]).sum(axis=1) - target
        return np.where(open_ones, values, np.nan)

    low, high = bisect(excess, LOW, HIGH, STEPS, target)
    assert asked.max() <= 24
    assert (high - low <= 2e-14).all()


def test_equal_draws_keep_their_order_in_the_faster_sort() -> None:
    draws = np.random.default_rng(5).integers(0, 50, 5000) / 50.0
    np.testing.assert_array_equal(apportion.ranked(draws), np.argsort(draws, kind="stable"))
    distinct = np.random.default_rng(6).permutation(5000) / 5000.0
    np.testing.assert_array_equal(apportion.ranked(distinct), np.argsort(distinct, kind="stable"))


@pytest.mark.parametrize("resolution", ["province", "prefecture"])
def test_staff_come_to_their_costs_province_by_province(
    resolution: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is added up from row to row of a province is all of its staff and nobody else's."""
    solve, seen = inversion.concealment, []

    def noted(*given: np.ndarray, **sample: np.ndarray) -> tuple[np.ndarray, ...]:
        seen.append(np.diff(sample["homes"][sample["employers"]].astype(int)))
        return solve(*given, **sample)

    monkeypatch.setattr(inversion, "concealment", noted)
    model(scale=60_000, end=2011, resolution=resolution)
    assert seen
    assert all((steps >= 0).all() and steps.sum() == 30 for steps in seen)
