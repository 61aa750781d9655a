"""Reaction to neighbours, estimated on a simulated panel as the literature does.

The neighbours' mean (weights inverse to distance, rows summing to one) of the same variable is regressed on
with effects of place and year; since neighbours react as well, their wage and dependency are its instruments
(two-stage least squares; Kelejian and Prucha 1998). Errors are clustered by place.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from abm import data
from abm.space import PROVINCE_NAMES

Array = NDArray[np.float64]
CONTROLS = ("log_wage", "dependency")


class Slope(NamedTuple):
    """A slope with its clustered standard error and the F statistic of the instruments (weak below ten)."""

    value: float
    standard_error: float
    first_stage: float


def weights(provinces: Sequence[str]) -> Array:
    """Inverse distances between capitals, rows summing to one, for English names of provinces."""
    rows = [PROVINCE_NAMES.index(name) for name in provinces]
    distance = data.matrix("distances")[np.ix_(rows, rows)]
    near = np.where(distance > 0, 1.0 / np.where(distance > 0, distance, 1.0), 0.0)
    return near / near.sum(axis=1, keepdims=True)


def panel(provinces: pd.DataFrame, variable: str) -> pd.DataFrame:
    """Province, year, ``y`` and the controls of one run, with ``near_`` columns of the neighbours' means."""
    frame = pd.DataFrame(
        {
            "place": provinces["province"],
            "year": provinces["year"],
            "y": provinces[variable],
            "log_wage": np.log(provinces["average_wage"]),
            "dependency": provinces["retirees"] / provinces["insured_employees"],
        }
    )
    columns = ["y", *CONTROLS]
    parts = []
    for _, rows in frame.groupby("year"):
        near = weights(list(rows["place"])) @ rows[columns].to_numpy()
        parts.append(rows.assign(**{f"near_{name}": near[:, i] for i, name in enumerate(columns)}))
    return pd.concat(parts, ignore_index=True)


def reaction_slope(provinces: pd.DataFrame, variable: str = "effective_rate") -> Slope:
    """Slope of a province's ``variable`` on its neighbours' in the panel of one run."""
    frame = panel(provinces, variable)
    near = [f"near_{name}" for name in CONTROLS]
    x = {name: _within(frame, name) for name in ("y", "near_y", *CONTROLS, *near)}
    controls, outside = (np.column_stack([x[name] for name in names]) for names in (CONTROLS, near))
    return two_stages(x["y"], x["near_y"], controls, outside, pd.factorize(frame["place"])[0])


def two_stages(
    y: Array, near: Array, controls: Array, instruments: Array, cluster: NDArray[np.integer]
) -> Slope:
    """Two-stage least squares of ``y`` (m,) on ``near`` (m,) with ``controls`` (m, k), errors by cluster."""
    z = np.column_stack([instruments, controls])
    fitted = z @ np.linalg.lstsq(z, near, rcond=None)[0]
    alone = controls @ np.linalg.lstsq(controls, near, rcond=None)[0]
    explained, left = ((fitted - alone) ** 2).sum(), ((near - fitted) ** 2).sum()
    groups = int(cluster.max()) + 1
    free = len(y) - z.shape[1] - groups
    strength = explained / instruments.shape[1] / (left / free) if left > 1e-12 * explained else np.inf
    x, hat = np.column_stack([near, controls]), np.column_stack([fitted, controls])
    bread = np.linalg.inv(hat.T @ x)
    coefficients = bread @ hat.T @ y
    scores = hat * (y - x @ coefficients)[:, None]
    sums = np.array([scores[cluster == g].sum(axis=0) for g in range(groups)])
    variance = groups / (groups - 1) * bread @ (sums.T @ sums) @ bread.T
    return Slope(float(coefficients[0]), float(np.sqrt(variance[0, 0])), float(strength))


def _within(frame: pd.DataFrame, name: str) -> Array:
    """A column less its means by place and by year (a balanced panel)."""
    x = frame[name]
    by_place, by_year = (
        x.groupby(frame["place"]).transform("mean"),
        x.groupby(frame["year"]).transform("mean"),
    )
    return (x - by_place - by_year + x.mean()).to_numpy()
