"""How unequal: Lorenz curve and Gini coefficient of an amount over groups of persons."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def lorenz(persons: ArrayLike, amounts: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Cumulative shares of persons and of the amount, both from 0 to 1, the poorest groups first.

    ``persons`` and ``amounts`` (not negative) are those of groups; groups without persons are left out.
    Within a group everyone counts as having the mean, so inequality within groups does not show.
    """
    n, total = np.asarray(persons, float), np.asarray(amounts, float)
    n, total = n[n > 0], total[n > 0]
    order = np.argsort(total / n, kind="stable")
    x, y = np.cumsum(n[order]), np.cumsum(total[order])
    return np.concatenate([[0.0], x / x[-1]]), np.concatenate([[0.0], y / y[-1]])


def gini(persons: ArrayLike, amounts: ArrayLike) -> float:
    """One less twice the area under the Lorenz curve: 0 if all have the same, towards 1 if one has all."""
    x, y = lorenz(persons, amounts)
    return float(1.0 - np.sum(np.diff(x) * (y[1:] + y[:-1])))
