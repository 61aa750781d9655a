"""The points of a design: full grid, Latin hypercube, Sobol (Saltelli) or Morris, as dicts by path.

Samples are drawn in the unit cube, one coordinate a parameter, and mapped to the parameter's range or list
of values. The Sobol design has, for each of ``samples`` base points, the D + 2 points that Saltelli's
estimators of first-order and total indices need; Morris has D + 1 points a trajectory on four levels.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from experiments.design import Variation

METHODS = ("grid", "lhs", "sobol", "morris")
LEVELS = 4
"""Levels of the Morris grid."""

Point = dict[str, Any]


def count(method: str, samples: int, parameters: Mapping[str, Variation]) -> int:
    """Number of points, without drawing any."""
    dimensions = len(parameters)
    if method == "grid":
        return math.prod(len(levels(v, samples)) if v.values else samples for v in parameters.values())
    return samples * {"lhs": 1, "sobol": dimensions + 2, "morris": dimensions + 1}[method]


def points(method: str, samples: int, parameters: Mapping[str, Variation], seed: int) -> list[Point]:
    """The points, always the same for the same design; values have at most twelve significant digits."""
    if method == "grid":
        axes = [levels(variation, samples) for variation in parameters.values()]
        return [dict(zip(parameters, values, strict=True)) for values in itertools.product(*axes)]
    cube = unit_cube(method, samples, len(parameters), seed)
    return [
        {path: _mapped(v, u) for (path, v), u in zip(parameters.items(), row, strict=True)}
        for row in cube.tolist()
    ]


def unit_cube(method: str, samples: int, dimensions: int, seed: int) -> NDArray[np.float64]:
    """The points of a sampled design in the unit cube, shape (points, dimensions)."""
    if method == "lhs":
        from scipy.stats import qmc

        return qmc.LatinHypercube(dimensions, rng=seed).random(samples)
    if method == "sobol":
        from SALib.sample import sobol

        return np.asarray(sobol.sample(problem(dimensions), samples, calc_second_order=False, seed=seed))
    from SALib.sample import morris

    return np.asarray(morris.sample(problem(dimensions), samples, num_levels=LEVELS, seed=seed))


def problem(dimensions: int) -> dict[str, Any]:
    """The unit cube as SALib describes it."""
    names = [f"x{i}" for i in range(dimensions)]
    return {"num_vars": dimensions, "names": names, "bounds": [[0.0, 1.0]] * dimensions}


def levels(variation: Variation, samples: int) -> Sequence[Any]:
    """The values of a parameter in a grid: those listed, or ``samples`` evenly spaced from end to end."""
    if variation.values:
        return variation.values
    return [_mapped(variation, u) for u in np.linspace(0.0, 1.0, samples).tolist()]


def _mapped(variation: Variation, u: float) -> Any:
    """The value at a coordinate of the unit interval."""
    if variation.values:
        return variation.values[min(int(u * len(variation.values)), len(variation.values) - 1)]
    assert variation.range is not None
    low, high = variation.range
    return min(max(float(f"{low + u * (high - low):.12g}"), low), high)
