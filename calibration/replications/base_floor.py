"""The base floor moves evasion more than the rate does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from calibration.replications.panels import Finding, regression, stacked

if TYPE_CHECKING:
    from abm.results import Results

SPECIFICATION = (
    "Provinces 2011-2016 in three worlds: unchanged, floor lower by a tenth, employer rate lower by a "
    "tenth, both from "
    "2013. Dues evaded (1 - collected / due) on log floor and log rate, effects of province in its world "
    "and of "
    "year, clustered by province. The paper: cities and years, min base and rate; signs and their order."
)
WHY = (
    "A higher floor raises the cost of low-paid staff at once and makes leaving them out worth more, while "
    "those at the "
    "floor cannot hide more; which wins is emergent. Governments may lower their own floor below the "
    "national one."
)


def worlds(scenario: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """The unchanged world, a lower floor, a lower rate; rates of 20 % everywhere before."""
    rate, floor = "contributions.employer_rate", "contributions.base_floor"
    same: dict[str, Any] = {rate: 0.20}
    changes: dict[str, dict[str, Any]] = {
        "none": {},
        "floor": {floor: {"1998-01-01": 0.60, "2013-01-01": 0.54}},
        "rate": {rate: {"2006-01-01": 0.20, "2013-01-01": 0.18}},
    }
    return {world: (scenario, {"end": 2016, "set": same | change}) for world, change in changes.items()}


def panel(runs: Mapping[str, Results]) -> pd.DataFrame:
    """Provinces, years and worlds: share of dues evaded, log floor and log rate."""
    frame = stacked(runs, 2011, 2016)
    late = frame["year"] >= 2013
    frame["evaded"] = 1 - frame["collection"] / 100
    frame["log_floor"] = np.log(np.where(late & (frame["world"] == "floor"), 0.54, 0.60))
    frame["log_rate"] = np.log(np.where(late & (frame["world"] == "rate"), 0.18, 0.20))
    return frame[["world", "cell", "unit", "year", "evaded", "log_floor", "log_rate"]]


def estimate(frame: pd.DataFrame) -> dict[str, Finding]:
    """Coefficients ``floor``, ``rate`` and ``floor_less_rate`` (change of the share evaded by log point)."""
    # With sum = log floor + log rate, the coefficient of log floor beside it is floor less rate.
    frame = frame.assign(both=frame["log_floor"] + frame["log_rate"])
    found = regression(
        "evaded ~ log_floor + log_rate | cell + year",
        frame,
        "unit",
        {"log_floor": "floor", "log_rate": "rate"},
    )
    less = regression(
        "evaded ~ log_floor + both | cell + year", frame, "unit", {"log_floor": "floor_less_rate"}
    )
    return found | less
