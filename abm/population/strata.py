"""Weight strata: one byte says how many whole persons an agent stands for.

A stratum is (province, group, one person more or not). Groups are the insured employees, the scheme's
pensioners and everybody else of the province at the start, because each of these published totals must be
met to the person. Entrants belong to the third group of their hukou province.
"""

from __future__ import annotations

import numpy as np

EMPLOYEES, RETIREES, OTHERS = 0, 1, 2
GROUPS = 3


def stratum(province: np.ndarray | int, group: int, more: np.ndarray) -> np.ndarray:
    """The stratum of agents: uint8, shape of ``more``."""
    return (np.asarray(province) * (2 * GROUPS) + 2 * group + more).astype(np.uint8)


def table(base: np.ndarray) -> np.ndarray:
    """Weights by stratum, (256,) int64, from the lower weights (31, 3)."""
    weights = np.zeros(256, np.int64)
    flat = base.reshape(-1)
    weights[0 : 2 * len(flat) : 2] = flat
    weights[1 : 2 * len(flat) : 2] = flat + 1
    return weights
