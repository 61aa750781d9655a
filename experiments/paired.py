"""Statistics of paired runs: differences under common draws, their errors, how many pairs are needed."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from numpy.typing import NDArray

CONFIDENCE = 0.95


def pairs_needed(deviation: float, width: float, pilot: int, confidence: float = CONFIDENCE) -> int:
    """Pairs after which the interval is at most ``width`` to each side, from a pilot of ``pilot`` pairs.

    Stein's two-stage rule (Stein 1945, Annals of Mathematical Statistics 16): with the t quantile of the
    pilot's degrees of freedom the interval covers with the stated confidence whatever the true variance is.
    At least ``pilot``; ``width`` is positive.
    """
    return max(pilot, math.ceil((quantile(pilot - 1, confidence) * deviation / width) ** 2))


def quantile(degrees: int, confidence: float = CONFIDENCE) -> float:
    """Two-sided quantile of Student's t."""
    from scipy.stats import t

    return float(t.ppf(0.5 + confidence / 2, degrees))


def effects(
    baseline: NDArray[np.float64], other: NDArray[np.float64], confidence: float = CONFIDENCE
) -> pd.DataFrame:
    """What changes from ``baseline`` to ``other``, each (pairs, cells); a row for each cell.

    Columns: means of both, difference, standard_error, low, high (t interval), pairs, and
    variance_reduction: how many times more runs independent seeds would need for the same standard error,
    (Var a + Var b) / Var(b − a); infinite where all pairs differ alike, missing where nothing varies.
    """
    pairs = len(baseline)
    change = other - baseline
    deviation = change.std(axis=0, ddof=1)
    apart = baseline.var(axis=0, ddof=1) + other.var(axis=0, ddof=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = apart / deviation**2
    error = deviation / math.sqrt(pairs)
    mean, width = change.mean(axis=0), quantile(pairs - 1, confidence) * error
    return pd.DataFrame(
        {
            "baseline_mean": baseline.mean(axis=0),
            "mean": other.mean(axis=0),
            "difference": mean,
            "standard_error": error,
            "low": mean - width,
            "high": mean + width,
            "pairs": pairs,
            "variance_reduction": factor,
        }
    )
