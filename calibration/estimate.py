"""The estimation: explore, search twice, report. One call, resumable, at most about an hour on two cores."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from abm.errors import UserError
from abm.scenario import Scenario
from calibration import free, moments, msm, targets
from calibration.trials import Trials

Array = NDArray[np.floating]
Say = Callable[[str], None]


class Plan(NamedTuple):
    """How an estimation is run; ``store`` keeps every evaluation and may be shared by several plans."""

    scale: int = 20_000
    seeds: tuple[int, ...] = (1, 2)
    explore: int = 32
    starts: int = 2
    iterations: int = 8
    jobs: int = 2
    scenario: str = "history"
    store: Path = Path("results/calibration/store")
    free: Path = free.FILE

    def world(self) -> Scenario:
        """The scenario that is estimated, from 2010 to the end of the fit window."""
        return Scenario.named(self.scenario, scale=self.scale, start=2010, end=targets.FIT[1])


class Outcome(NamedTuple):
    """An estimate with its problem: what reports, profiles and the posterior start from.

    ``stated`` and ``robust`` are standard errors by position (n,): from the errors of the targets with (1 +
    1/S), and from the misfit, clustered by province; NaN at a bound. ``dependence`` is how much less
    independent the moments are than counted (``msm.dependence``), ``left`` the share of the prior's deviation
    that is left when their information is divided by it (``msm.unidentified``).
    """

    space: free.Space
    table: moments.Table
    problem: msm.Problem
    first: msm.Estimate
    second: msm.Estimate
    weights: Array
    stated: Array
    robust: Array
    dependence: float
    left: Array
    default: Array


def problem(plan: Plan, space: free.Space, table: moments.Table, say: Say) -> tuple[msm.Problem, Trials]:
    """The published moments of the fit window and the model that simulates them."""
    trials = Trials(plan.world(), table, plan.seeds, plan.store, plan.jobs, say)
    return msm.Problem(table.value, lambda positions: trials([space.settings(p) for p in positions])), trials


def fit_window(plan: Plan, space: free.Space) -> moments.Table:
    """The cells of the fit window that a run at the model's own values has."""
    table = moments.layout(targets.moments()).select("fit")
    trials = Trials(plan.world(), table, plan.seeds, plan.store, plan.jobs)
    had = np.isfinite(trials([space.settings(space.default)])[0]).all(axis=0)
    if not had.any():
        raise UserError(
            "the model's own values give no moment of the fit window; does 'tongchou run history' work?"
        )
    return moments.Table(
        table.index[had], table.value[had], table.error[had], table.split[had], table.targets
    )


def run(plan: Plan, say: Say = lambda _: None) -> Outcome:
    """Explore, minimise with the stated errors, then with the second step's weights; see `msm`."""
    space = free.load(plan.free)
    table = fit_window(plan, space)
    task, trials = problem(plan, space, table, say)
    lacking = len(moments.layout(targets.moments()).select("fit").value) - len(table.value)
    say(
        f"{len(space)} free parameters, {len(table.value)} moments ({lacking} that a run does not have are "
        f"left out), {len(plan.seeds)} seeds at 1:{plan.scale}"
    )

    weights = msm.first_weights(table.error)
    starts = _starts(task, weights, space, plan)
    say(_spent("explored", trials))
    first = msm.search(task, weights, starts, plan.iterations)
    say(_spent(f"first step: objective {first.objective:.0f}", trials))

    weights = weights_of(table, first.simulated)
    second = msm.minimise(task, weights, [first.position, space.default], plan.iterations)
    say(_spent(f"second step: objective {second.objective:.0f}", trials))

    misfit = second.simulated.mean(axis=0) - table.value
    by_province = msm.clustered(misfit, _codes(table, "province"))
    slopes, inner = second.slopes, msm.inside(second.position)
    stated_variance = np.diag(table.error**2)
    stated = msm.deviations(slopes, weights, stated_variance, len(plan.seeds), inner, msm.PRIOR)
    robust = msm.deviations(slopes, weights, by_province, None, inner, msm.PRIOR)
    plain = msm.deviations(second.jacobian, weights, by_province, None, inner)
    dependence = msm.dependence(plain, second.jacobian, weights, inner)
    return Outcome(
        space, table, task, first, second, weights, stated, robust, dependence,
        msm.unidentified(slopes, weights / dependence), task.simulate(space.default[None])[0],
    )  # fmt: skip


def weights_of(table: moments.Table, simulated: Array) -> Array:
    """The second step's matrix after moments simulated by seed (S, m); see ``msm.second_weights``."""
    misfit = simulated.mean(axis=0) - table.value
    return msm.second_weights(
        table.error, misfit, _codes(table, "target"), simulated, _codes(table, "province")
    )


def _starts(task: msm.Problem, weights: Array, space: free.Space, plan: Plan) -> list[Array]:
    """The model's own values and the best points of a Sobol sequence over the cube."""
    from scipy.stats import qmc

    power = max(int(np.ceil(np.log2(max(plan.explore, 1)))), 0)
    points = qmc.Sobol(len(space), scramble=True, rng=np.random.default_rng(1)).random_base2(power).round(6)
    points = np.concatenate([space.default[None].round(6), points[: plan.explore]])
    root = np.sqrt(np.diag(weights))
    simulated = task.simulate(points)
    objectives = [np.sum(msm.residuals(s, task.target, np.diag(root)) ** 2) for s in simulated]
    best = np.argsort(objectives[1:], kind="stable")[: max(plan.starts - 1, 0)] + 1
    return [points[0], *points[best]]


def _codes(table: moments.Table, level: str) -> NDArray[np.int64]:
    return pd.factorize(table.index.get_level_values(level))[0].astype(np.int64)


def _spent(what: str, trials: Trials) -> str:
    return f"{what} ({trials.computed} evaluations, {trials.reused} from the store, {trials.failed} failed)"


IDENTIFIED = 0.5
"""A parameter counts as identified where less than this share of its prior deviation is left."""


def parameters(outcome: Outcome) -> pd.DataFrame:
    """One row a parameter: default, estimate, both standard errors (units of the parameter), bounds,
    verdict."""
    position = outcome.second.position
    slopes = outcome.space.slopes(position)
    rows = pd.DataFrame({
        "parameter": outcome.space.names,
        "default": [p.default for p in outcome.space.parameters],
        "estimate": list(outcome.space.values(position).values()),
        "first_step": list(outcome.space.values(outcome.first.position).values()),
        "se_stated": outcome.stated * slopes,
        "se_robust": outcome.robust * slopes,
        "low": [p.low for p in outcome.space.parameters],
        "high": [p.high for p in outcome.space.parameters],
        "at_bound": ~msm.inside(position),
        "prior_left": outcome.left,
    })  # fmt: skip
    return rows.assign(identified=(rows["prior_left"] < IDENTIFIED) & ~rows["at_bound"])


def fitted(outcome: Outcome) -> pd.DataFrame:
    """One row a moment of the fit window: published, error, simulated at the default and at the estimate."""
    frame = pd.DataFrame({
        "published": outcome.table.value,
        "error": outcome.table.error,
        "default": outcome.default.mean(axis=0),
        "estimate": outcome.second.simulated.mean(axis=0),
        "simulation_sd": np.sqrt(msm.simulation_variance(outcome.second.simulated)),
    }, index=outcome.table.index)  # fmt: skip
    return frame.reset_index()


def sensitivities(outcome: Outcome) -> pd.DataFrame:
    """Change of each estimate (its own unit) if all cells of a target were higher by one stated error."""
    lead = msm.sensitivity(outcome.second.slopes, outcome.weights) * outcome.table.error
    lead = lead * outcome.space.slopes(outcome.second.position)[:, None]
    frame = pd.DataFrame(lead.T, columns=outcome.space.names)
    return frame.groupby(outcome.table.index.get_level_values("target"), sort=False).sum()


def write(outcome: Outcome, plan: Plan, folder: Path) -> list[Path]:
    """Tables of the estimate, a page to read and a scenario difference ``estimated.yaml``; returns paths."""
    from calibration.pages import estimate_page, scenario_difference

    folder.mkdir(parents=True, exist_ok=True)
    frames = {
        "parameters": parameters(outcome),
        "moments": fitted(outcome),
        "sensitivity": sensitivities(outcome).reset_index(names="target"),
    }
    paths = []
    for name, frame in frames.items():
        paths.append(folder / f"{name}.csv")
        frame.to_csv(paths[-1], index=False, lineterminator="\n", float_format="%.10g")
    texts = {
        "estimate.md": estimate_page(outcome, plan),
        "estimated.yaml": scenario_difference(outcome, plan),
    }
    for name, text in texts.items():
        paths.append(folder / name)
        paths[-1].write_text(text, encoding="utf-8")
    return paths
