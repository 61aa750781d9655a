"""Bailout probability and effort elasticity: a ridge, not a point.

A published fall of the collection rate fixes the elasticity times the change of the log of what a yuan
collected is worth; how soft the budget was before the reform decides that change. So the two are never free.
What is shown is the effect of national pooling on deficit provinces over a grid of both, between twin worlds.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from calibration import replications
from calibration.targets import effects

BAILOUT, ELASTICITY = "regimes.bailout_probability", "government.effort_elasticity"
BAILOUTS, ELASTICITIES = (0.0, 0.3, 0.6, 0.9), (0.1, 0.3, 0.6, 1.0)


def ridge(
    scenario: str,
    scale: int,
    seed: int = 1,
    jobs: int = 1,
    bailouts: Sequence[float] = BAILOUTS,
    elasticities: Sequence[float] = ELASTICITIES,
) -> pd.DataFrame:
    """One row a pair: both parameters, twin effect on surplus and deficit provinces (pp), in the published
    band or not."""
    effect = next(e for e in effects() if e.name == "national_pooling_deficit")
    assert effect.low is not None
    assert effect.high is not None
    rows = []
    for bailout in bailouts:
        for elasticity in elasticities:
            changes = {BAILOUT: bailout, ELASTICITY: elasticity}
            found = replications.estimate("national_pooling_2022", scenario, scale, seed, jobs, changes)
            deficit = found["deficit"].twin
            rows.append({
                "bailout_probability": bailout,
                "effort_elasticity": elasticity,
                "surplus": found["surplus"].twin,
                "deficit": deficit,
                "in_band": effect.low <= deficit <= effect.high,
            })  # fmt: skip
    return pd.DataFrame(rows)
