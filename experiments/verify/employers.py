"""The model's own employers, asked about many places at once: what they hide and whether they move."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from abm.agents import employer

Array = np.ndarray
UNIT_WAGE = 1.0
HALVINGS = 45


def plain(decision: Any) -> Any:
    """A decision in plain Python."""
    return getattr(decision, "py_func", decision)


def hidden_share(rate: float, detection: Array, fine: float, cost: float) -> Array:
    """Share of the wage that is hidden, by detection (any shape), where workers gain nothing by a base."""
    hides = plain(employer.hidden_share)
    met, where = np.unique(detection, return_inverse=True)
    return np.array([hides(rate, float(p), fine, 0.0, cost) for p in met])[where].reshape(detection.shape)


def return_on_capital(marginal: Array, levy: Array) -> Array:
    """What a unit of capital earns that one worker at unit wage works, under a levy on the wage.

    ``marginal`` is its product net of the wage.
    """
    return np.asarray(plain(employer.return_on_capital)(marginal + UNIT_WAGE, UNIT_WAGE, levy, 1.0, 1.0))


def prefers_away(here: Array, away: Array, moving_cost: Array) -> Array:
    """Whether an employer is better off where the levy is ``away`` than at home."""
    value = np.vectorize(plain(employer.location_value), otypes=[float])
    earns_here, earns_away = (return_on_capital(np.zeros(1), levy) for levy in (here, away))
    there = value(earns_away, 1.0, moving_cost, 0.0, False, False, 0.0)
    return np.asarray(there > value(earns_here, 1.0, moving_cost, 0.0, True, False, 0.0))


def last_quantile(holds: Callable[[Array], Array], shape: tuple[int, ...]) -> Array:
    """The quantile u in [0, 1] up to which ``holds(u)`` is true, by bisection; all of one ``shape``."""
    low, high = np.zeros(shape), np.ones(shape)
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        yes = holds(middle)
        low, high = np.where(yes, middle, low), np.where(yes, high, middle)
    return 0.5 * (low + high)
