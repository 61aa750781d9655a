"""The statutory rate and evasion of the base (+)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from abm.space import PROVINCE_NAMES
from calibration.replications.panels import Finding, regression, stacked, twin_effect, with_twin

if TYPE_CHECKING:
    from abm.results import Results

SPECIFICATION = (
    "Provinces 2011-2016; every second one cuts the employer rate from 20 to 16 % in 2013. Hidden share of "
    "the base "
    "(1 - declared share) on the statutory rate, effects of province in its world and of year, clustered "
    "by province. The "
    "paper: a panel of firms around 2008."
)
WHY = "Implied by convex concealment costs; its size is what the cost distribution makes of it."
REFORM = 2013
CUT = tuple(PROVINCE_NAMES[::2])


def worlds(scenario: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """A cut in half of the provinces, and none; rates of 20 % everywhere before."""
    rate = "contributions.employer_rate"
    cut = {f"{rate}.{name}": {"2006-01-01": 0.20, "2013-01-01": 0.16} for name in CUT}
    return {
        "cut": (scenario, {"end": 2016, "set": {rate: 0.20, **cut}}),
        "none": (scenario, {"end": 2016, "set": {rate: 0.20}}),
    }


def panel(runs: Mapping[str, Results]) -> pd.DataFrame:
    """Provinces, years and worlds: hidden share and statutory rate."""
    frame = stacked(runs, 2011, 2016)
    frame = frame.assign(evasion=1 - frame["declared_share"], cut=frame["province"].isin(CUT).astype(float))
    return frame[["world", "cell", "unit", "year", "evasion", "statutory_rate", "cut"]]


def estimate(frame: pd.DataFrame) -> dict[str, Finding]:
    """Coefficient ``evasion``: change of the hidden share by unit of the rate."""
    found = regression("evasion ~ statutory_rate | cell + year", frame, "unit", {"statutory_rate": "evasion"})
    of_cut = frame[frame["cut"] == 1]
    base = twin_effect(of_cut, "statutory_rate", "cut", "none", REFORM).mean()
    moved = twin_effect(of_cut, "evasion", "cut", "none", REFORM).mean()
    return with_twin(found, {"evasion": float(moved / base) if base else float("nan")})
