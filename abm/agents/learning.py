"""Other ways a government may choose than the smoothed best response: imitation and learning from experience.

Both read the same candidates and what-if payoffs; they differ in what is made of them.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = np.ndarray

BEST_RESPONSE, IMITATION, ATTRACTION, PLANNER = range(4)
"""Values of the record ``government.choice_rule``; a planner chooses for all (``engine.planner``)."""


def nearest(distance: Array, province_of: npt.NDArray[np.integer], count: int) -> npt.NDArray[np.int64]:
    """The ``count`` nearest other places of each, (n, count): the own province's first, then by distance.

    ``distance`` (31, 31) kilometres between provinces, ``province_of`` (n,). Ties go to the earlier code.
    """
    far = distance[province_of][:, province_of].copy()
    far[province_of[:, None] == province_of[None, :]] = 0.0
    np.fill_diagonal(far, np.inf)
    return np.argsort(far, axis=1, kind="stable")[:, :count]


def better_neighbour(success: Array, neighbours: npt.NDArray[np.integer]) -> npt.NDArray[np.int64]:
    """The place each one would rather be, (n,): its most successful neighbour, or itself if none is better.

    ``success`` (n,) is comparable across places: the payoff per yuan of wages.
    """
    best = neighbours[np.arange(len(success)), np.argmax(success[neighbours], axis=1)]
    return np.where(success[best] > success, best, np.arange(len(success)))


def attractions(
    before: Array | None, experience: float, values: Array, used: Array, decay: float, forgone: float
) -> tuple[Array, float]:
    """Attractions of candidates and the weight of experience after a year (Camerer and Ho 1999).

    ``before`` (..., k) are last year's (None: nothing yet), ``values`` (..., k) this year's what-if payoffs,
    ``used`` (..., k) the chances with which each was chosen last year. With experience N' = φN + 1 (the
    cumulation of attractions as an average), φ ``decay`` and δ ``forgone``:
    A' = (φ N A + (δ + (1 − δ) used) · value)/N'. ``forgone`` one weighs what was not done as if it had been.
    """
    if before is None:
        return values, 1.0
    grown = decay * experience + 1.0
    weight = forgone + (1.0 - forgone) * used
    return (decay * experience * before + weight * values) / grown, grown
