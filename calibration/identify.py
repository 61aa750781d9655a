"""Can it be identified? Profiles of the objective, and recovery of known parameters from simulated data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from abm.errors import UserError
from calibration import free, moments, msm
from calibration.trials import Trials

if TYPE_CHECKING:
    from calibration.estimate import Outcome, Plan

Array = NDArray[np.floating]

POINTS = (0.05, 0.275, 0.5, 0.725, 0.95)
NOTE_PROFILES = (
    "`profiles.csv` holds the objective along each parameter, the others adjusted by the linear model. A "
    "flat profile says what the list says; a point below the estimate says that the search stopped early."
)


def profiles(outcome: Outcome, points: tuple[float, ...] = POINTS) -> pd.DataFrame:
    """The objective with one parameter fixed at points of its range, the others adjusted; one row a point.

    The others move by the minimiser of the linearised problem, inside the cube; the objective is then
    simulated.
    """
    best, slopes, weights = outcome.second, outcome.second.jacobian, outcome.weights
    rows, positions = [], []
    for k, name in enumerate(outcome.space.names):
        for point in points:
            position = _adjusted(best, slopes, weights, outcome.problem.target, k, point)
            rows.append(
                {"parameter": name, "value": outcome.space.parameters[k].at(point), "position": point}
            )
            positions.append(position.round(6))
    simulated = outcome.problem.simulate(np.array(positions))
    root = np.linalg.cholesky(weights).T
    objective = [np.sum(msm.residuals(s, outcome.problem.target, root) ** 2) for s in simulated]
    frame = pd.DataFrame(rows).assign(objective=objective, at_estimate=best.objective)
    return frame.assign(rise=frame["objective"] - frame["at_estimate"])


def _adjusted(
    best: msm.Estimate, slopes: Array, weights: Array, target: Array, fixed: int, point: float
) -> Array:
    """The position nearest to the minimum of the linearised objective with one coordinate given."""
    others = np.arange(len(best.position)) != fixed
    off = best.simulated.mean(axis=0) - target + slopes[:, fixed] * (point - best.position[fixed])
    lead = msm.sensitivity(slopes[:, others], weights)
    position = best.position.copy()
    position[fixed] = point
    position[others] = np.clip(best.position[others] - lead @ off, 0.0, 1.0)
    return position


class Recovery(NamedTuple):
    """Estimates and standard errors of known values, (replications, n), by value of the parameter.

    ``width`` is half of a 95 % interval in standard errors.
    """

    names: list[str]
    truth: Array
    estimates: Array
    errors: Array
    width: float = 1.96

    def table(self) -> pd.DataFrame:
        """One row a parameter: truth, mean of estimates, bias with its error, spread, intervals that hold.

        ``deviation`` is that of the estimates, ``mean_se`` the mean of their standard errors: the two should
        agree. ``coverage`` is the share of 95 % intervals that hold the truth and ``coverage_error`` the
        standard error that a true 95 % has with so many replications.
        """
        inside = np.abs(self.estimates - self.truth) <= self.width * self.errors
        count = len(self.estimates)
        deviation = self.estimates.std(axis=0, ddof=1)
        return pd.DataFrame({
            "parameter": self.names,
            "truth": self.truth,
            "mean": self.estimates.mean(axis=0),
            "bias": self.estimates.mean(axis=0) - self.truth,
            "bias_error": deviation / np.sqrt(count),
            "deviation": deviation,
            "mean_se": self.errors.mean(axis=0),
            "coverage": inside.mean(axis=0),
            "coverage_error": np.sqrt(0.95 * 0.05 / count),
            "replications": count,
        })  # fmt: skip


RECOVERED: Mapping[str, float] = {
    "employer.registration_base@2011-07-01": 0.15,
    "worker.buy_in_window@2011-01-01": 0.12,
    "adjustment.local_supplement@2005-01-01": 0.035,
}
"""One parameter each of employers, of the old and of governments that the data identify well, and its value;
not those of the model."""

DATA_SEED, VARIANCE_SEED, SEARCH_SEED = 1001, 2001, 3001
"""First seeds of the data, of the worlds that moments vary between, and of the replications' simulations."""

LEAST_WORLDS = 20
"""Worlds at least from which the variance of the moments is taken: that from fewer would be luck."""


def recover(
    plan: Plan,
    truth: Mapping[str, float] = RECOVERED,
    replications: int = 20,
    iterations: int = 6,
    by_variance: bool = False,
    say: Callable[[str], None] = lambda _: None,
) -> Recovery:
    """Simulate data at known values, estimate them again, ``replications`` times.

    Each replication has data of its own (one run) and simulations of its own (as many seeds as the plan has),
    so that its error is independent of the others', and starts at the model's values. Weights are those of
    the estimation's second step, with the misfit of the model's own values, or with ``by_variance`` the
    inverse variances of the moments between worlds, as if only luck kept the model from fitting. Only the
    slopes are shared: those of the nearest point of a lattice as wide as their differences, under the plan's
    seeds. They steer a search and scale its errors; what is minimised is simulated anew at every position.
    ``say`` is told of each replication that is done.
    """
    from scipy.stats import t

    from calibration.estimate import fit_window, weights_of

    space = free.load(plan.free).subset(list(truth))
    table = fit_window(plan, space)
    at_truth = np.array([p.unit(truth[p.name]) for p in space.parameters])
    seeds = len(plan.seeds)

    def simulate(first: int, count: int) -> msm.Simulate:
        return _simulator(plan, space, table, range(first, first + count))

    data = _finite(simulate(DATA_SEED, replications), at_truth)
    others = _finite(simulate(VARIANCE_SEED, max(replications, LEAST_WORLDS)), at_truth)
    variance = np.cov(others.T)
    own = _simulator(plan, space, table, plan.seeds)
    if by_variance:
        weights = msm.first_weights(
            np.maximum(np.sqrt(np.diag(variance)), 1e-3 * np.abs(others.mean(axis=0)) + 1e-9)
        )
    else:
        weights = weights_of(table, _finite(own, space.default))
    slopes = _on_lattice(msm.Problem(table.value, own))

    found, errors = [], []
    for number, published in enumerate(data):
        task = msm.Problem(published, simulate(SEARCH_SEED + number * seeds, seeds), slopes)
        estimate = msm.minimise(task, weights, [space.default], iterations)
        free_of_bounds = msm.inside(estimate.position)
        error = msm.deviations(estimate.slopes, weights, variance, seeds, free_of_bounds, msm.PRIOR)
        found.append(list(space.values(estimate.position).values()))
        errors.append(error * space.slopes(estimate.position))
        say(f"replication {number + 1} of {len(data)}")
    known = np.array([truth[name] for name in space.names])
    width = float(t.ppf(0.975, len(others) - 1))
    return Recovery(space.names, known, np.array(found), np.array(errors), width)


def _simulator(plan: Plan, space: free.Space, table: moments.Table, seeds: Sequence[int]) -> msm.Simulate:
    trials = Trials(plan.world(), table, seeds, plan.store, plan.jobs)
    return lambda positions: trials([space.settings(position) for position in positions])


def _finite(simulate: msm.Simulate, position: Array) -> Array:
    """Moments by seed (S, m) at a position where every run must go well."""
    values = simulate(position[None])[0]
    if not np.isfinite(values).all():
        raise UserError("a run at the known values fails or lacks a moment; recovery needs values that work")
    return values


def _on_lattice(problem: msm.Problem, width: float = msm.STEP) -> Callable[[Array], Array]:
    """The Jacobian of a problem at the nearest multiple of ``width``; each point is computed once."""
    known: dict[bytes, Array] = {}

    def slopes(position: Array) -> Array:
        point = np.clip(np.round(position / width) * width, 0.0, 1.0).round(6)
        key = point.tobytes()
        if key not in known:
            known[key] = msm.slopes_by_seed(problem, point)
        return known[key]

    return slopes
