"""Sensitivity of indicators to parameters: Morris screening and Sobol indices of the runs of a design.

Runs come in groups: a Morris trajectory (D + 1 points) or a base point of Saltelli's design (D + 2). The
rule for failed runs: a group that holds one is left out whole, in all replicates; if more than a tenth of
the groups would go, nothing is said. Indices are those of the means over replicates, their intervals are
SALib's bootstrap over groups: normal, and left as they are where they leave the range of an index, for that
says how few the groups are (``too_wide``). Replicate noise is kept apart: ``replicate_error`` is the standard
error of the index over replicates, each analysed alone, and ``noise_share`` the part of the variance between
points that is chance left in the means (residual of points × replicates, draws being common).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from abm.errors import UserError, unknown
from experiments import sampling
from experiments.comparison import HEADLINES
from experiments.design import Design
from experiments.runner import Progress
from experiments.store import TABLES, Store
from experiments.sweeps import STORE, Sweep, sweep

Floats = NDArray[Any]

MEASURES = {"morris": ("mu_star", "mu", "sigma"), "sobol": ("ST", "S1")}
"""What is reported, the measure that ranks parameters first. Morris: mean size of the effect of a
parameter's whole range, its mean with sign, its spread; Sobol: total and first-order share of variance."""
MOST_LEFT_OUT = 0.1
FEWEST_GROUPS = 4
RESAMPLES = 500


def sensitivity(
    design: str | Path | dict[str, Any] | Design,
    indicators: Sequence[str] = HEADLINES,
    year: int | None = None,
    store: str | Path | Store = STORE,
    progress: Progress | None = None,
    jobs: int | None = None,
    backend: str = "loky",
    address: str | None = None,
) -> pd.DataFrame:
    """Run what is missing of a Morris or Sobol design and rank its parameters.

    National ``indicators`` of ``year`` (default: the last). Columns: scenario, indicator, year, parameter,
    measure, value, low, high (95 %), replicate_error, noise_share, groups, left_out. Raises UserError: a
    design by another method, unknown indicator or year, too many failed runs.
    """
    if isinstance(design, dict):
        design = Design.parse(design)
    elif not isinstance(design, Design):
        design = Design.read(design)
    if design.method not in MEASURES:
        raise UserError(
            f"sensitivity needs a design by method morris or sobol; '{design.name}' is {design.method}"
        )
    known = list(TABLES["national"])[2:]
    for name in indicators:
        if name not in known:
            raise unknown("indicator", name, known)
    made = sweep(design, store, progress, jobs, backend, address)
    return table(made, design, indicators, year)


def table(made: Sweep, design: Design, indicators: Sequence[str], year: int | None = None) -> pd.DataFrame:
    """The indices of the runs of a design."""
    national = made.national
    years = sorted(national["year"].unique())
    chosen = (years or [None])[-1] if year is None else year
    if year is not None and year not in years:
        raise UserError(f"year {year} is not in these runs; they cover {years[0]}–{years[-1]}")
    cube = sampling.unit_cube(design.method, design.samples or 0, len(design.parameters), design.seed)
    rows = []
    for scenario, runs in made.runs.groupby("scenario", sort=False):
        found = national[(national["scenario"] == scenario) & (national["year"] == chosen)]
        for name in indicators:
            values = found.set_index(["point", "replicate"])[name].astype(float)
            grid = runs.set_index(["point", "replicate"]).index
            outcome = values.reindex(grid).to_numpy().reshape(len(cube), design.replicates)
            part = indices(design.method, cube, outcome, list(design.parameters))
            rows.append(part.assign(scenario=scenario, indicator=name, year=chosen))
    first = ["scenario", "indicator", "year"]
    whole = pd.concat(rows, ignore_index=True)
    return whole[[*first, *(column for column in whole if column not in first)]]


def indices(method: str, cube: Floats, outcome: Floats, parameters: Sequence[str]) -> pd.DataFrame:
    """Indices of one outcome, (points, replicates) with NaN for failed runs, at points of the unit cube."""
    size = len(parameters) + (1 if method == "morris" else 2)
    grouped = outcome.reshape(-1, size, outcome.shape[1])
    whole = np.array([np.isfinite(group).all() for group in grouped])
    left_out = int((~whole).sum())
    if left_out > MOST_LEFT_OUT * len(whole) or whole.sum() < FEWEST_GROUPS:
        raise UserError(
            f"{left_out} of {len(whole)} groups of points hold a failed run; allowed: one in ten, and "
            f"{FEWEST_GROUPS} groups left; repeat the sweep or shrink the ranges"
        )
    points = cube.reshape(len(whole), size, -1)[whole].reshape(-1, len(parameters))
    values = grouped[whole].reshape(-1, outcome.shape[1])
    means = _analyse(method, points, values.mean(axis=1))
    each = [_analyse(method, points, column)[0] for column in values.T] if values.shape[1] > 1 else []
    spread = {
        name: np.std([one[name] for one in each], axis=0, ddof=1) / np.sqrt(len(each)) if each else np.nan
        for name in MEASURES[method]
    }
    estimates, widths = means
    parts = [
        pd.DataFrame(
            {
                "parameter": list(parameters),
                "measure": name,
                "value": estimates[name],
                "low": estimates[name] - widths[name],
                "high": estimates[name] + widths[name],
                "replicate_error": spread[name],
            }
        )
        for name in MEASURES[method]
    ]
    return pd.concat(parts, ignore_index=True).assign(
        noise_share=noise_share(values), groups=int(whole.sum()), left_out=left_out
    )


def too_wide(found: pd.DataFrame) -> pd.DataFrame:
    """The Sobol indices that say nothing: their interval is wider than all they could be, 0 to 1."""
    return found[found["measure"].isin(MEASURES["sobol"]) & (found["high"] - found["low"] > 1.0)]


def noise_share(values: Floats) -> float:
    """Part of the variance between the points' means that is replicate noise; missing with one replicate.

    Two-way layout without interaction: what a replicate adds to all points alike is no noise between them.
    """
    points, replicates = values.shape
    if replicates < 2:
        return float("nan")
    means = values.mean(axis=1, keepdims=True)
    rest = values - means - values.mean(axis=0, keepdims=True) + values.mean()
    noise = (rest**2).sum() / ((points - 1) * (replicates - 1)) / replicates
    between = float(means.var(ddof=1))
    return float(min(noise / between, 1.0)) if between > 0 else float("nan")


def _analyse(method: str, points: Floats, y: Floats) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Estimates and half widths of their intervals by measure; zeros where the outcome never varies."""
    dimensions = points.shape[1]
    nothing, unsaid = np.zeros(dimensions), np.full(dimensions, np.nan)
    if np.ptp(y) == 0:
        return dict.fromkeys(MEASURES[method], nothing), dict.fromkeys(MEASURES[method], nothing)
    problem = sampling.problem(dimensions)
    if method == "morris":
        from SALib.analyze import morris

        found = morris.analyze(
            problem, points, y, num_resamples=RESAMPLES, num_levels=sampling.LEVELS, seed=1
        )
        widths = {"mu_star": np.asarray(found["mu_star_conf"], float), "mu": unsaid, "sigma": unsaid}
    else:
        from SALib.analyze import sobol

        found = sobol.analyze(problem, y, calc_second_order=False, num_resamples=RESAMPLES, seed=1)
        widths = {name: np.asarray(found[f"{name}_conf"], float) for name in MEASURES[method]}
    return {name: np.asarray(found[name], float) for name in MEASURES[method]}, widths
