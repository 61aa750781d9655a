"""Can it be identified? Profiles of the objective, and recovery of known parameters from simulated data."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from calibration import free, msm
from calibration.trials import Trials

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calibration.estimate import Outcome, Plan

Array = NDArray[np.floating]

POINTS = (0.05, 0.275, 0.5, 0.725, 0.95)
NOTE_PROFILES = (
    "`profiles.csv` holds the objective along each parameter, the others adjusted by the linear model. A "
    "flat "
    "profile says what the list says; a point below the estimate says that the search stopped early."
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
    """Estimates and standard errors of known values, (replications, n), by value of the parameter."""

    names: list[str]
    truth: Array
    estimates: Array
    errors: Array

    def table(self) -> pd.DataFrame:
        """One row a parameter: truth, mean and deviation of estimates, mean standard error, coverage of 95
        %."""
        inside = np.abs(self.estimates - self.truth) <= 1.96 * self.errors
        return pd.DataFrame({
            "parameter": self.names,
            "truth": self.truth,
            "mean": self.estimates.mean(axis=0),
            "deviation": self.estimates.std(axis=0, ddof=1),
            "mean_se": self.errors.mean(axis=0),
            "coverage": inside.mean(axis=0),
            "replications": len(self.estimates),
        })  # fmt: skip


RECOVERED: Mapping[str, float] = {
    "employer.registration_base@2011-07-01": 0.15,
    "worker.early_indifferent": 0.6,
    "worker.inclination": 0.1,
}
"""Three parameters of the three behaviours and the values they are given; not those of the model."""


def recover(
    plan: Plan, truth: Mapping[str, float] = RECOVERED, replications: int = 20, iterations: int = 5
) -> Recovery:
    """Simulate data at known values, estimate them again, ``replications`` times.

    Each replication's data are one run under a seed of its own (1001, 1002, …); the estimation uses the
    plan's seeds and starts at the model's values. Moments vary between worlds as between as many further
    seeds (2001, …), but at least ten: weights from fewer would be luck.
    """
    from calibration.estimate import fit_window

    space = free.load(plan.free).subset(list(truth))
    table = fit_window(plan, space)
    setting = space.settings(np.array([p.unit(truth[p.name]) for p in space.parameters]))

    def worlds(first: int, count: int) -> Array:
        seeds = range(first, first + count)
        return Trials(plan.world(), table, seeds, plan.store, plan.jobs)([setting])[0]

    data, others = worlds(1001, replications), worlds(2001, max(replications, 10))
    variance = np.cov(others.T)
    spread = np.sqrt(np.diag(variance))
    weights = msm.first_weights(np.maximum(spread, 1e-3 * np.abs(others.mean(axis=0)) + 1e-9))
    trials = Trials(plan.world(), table, plan.seeds, plan.store, plan.jobs)

    found, errors = [], []
    for published in data:
        task = msm.Problem(published, lambda ps: trials([space.settings(p) for p in ps]))
        estimate = msm.minimise(task, weights, [space.default], iterations)
        errors_by_position = np.sqrt(
            np.diag(msm.covariance(estimate.jacobian, weights, variance, len(plan.seeds)))
        )
        found.append(list(space.values(estimate.position).values()))
        errors.append(errors_by_position * space.slopes(estimate.position))
    known = np.array([truth[name] for name in space.names])
    return Recovery(space.names, known, np.array(found), np.array(errors))
