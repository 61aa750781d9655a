"""Provincial pooling: coverage rises (extensive margin), the rate that firms pay falls (intensive margin)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from calibration.replications.panels import Finding, regression, stacked, twin_effect, with_twin

if TYPE_CHECKING:
    from abm.results import Results

SPECIFICATION = (
    "Prefectures 2010-2016 in two worlds, pooled by the province from 2013 or not at all: outcome on "
    "treated x "
    "post, effects of prefecture and year, errors clustered by prefecture. The papers use staggered "
    "provinces "
    "and firms; in the model every province unifies on one day."
)
WHY = (
    "Headcount is seen exactly and base is not, and movers value joining; without an assessment of "
    "headcounts "
    "nothing makes a locality register more because it pools."
)
REFORM = 2013
UNIFIED = Path(__file__).parents[1] / "scenarios" / "unified_2013.yaml"
OUTCOMES = {"coverage": "coverage", "rate_paid": "declared_share"}


def worlds(scenario: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """Prefectures with provincial adjustment funds throughout, and with unified provinces from 2013."""
    options = {"end": 2016, "resolution": "prefecture"}
    return {"none": (scenario, options), "reform": (f"{scenario}+{UNIFIED}", options)}


def panel(runs: Mapping[str, Results]) -> pd.DataFrame:
    """Prefectures, years and worlds: coverage and the declared share of wages."""
    return stacked(runs, 2010, 2016)[["world", "cell", "unit", "year", *OUTCOMES.values()]]


def estimate(frame: pd.DataFrame) -> dict[str, Finding]:
    """Coefficients ``coverage`` and ``rate_paid`` (shares)."""
    treated = (frame["world"] == "reform") & (frame["year"] >= REFORM)
    frame = frame.assign(treated=treated.astype(float))
    found: dict[str, Finding] = {}
    twins: dict[str, float] = {}
    for name, outcome in OUTCOMES.items():
        found |= regression(f"{outcome} ~ treated | cell + year", frame, "unit", {"treated": name})
        twins[name] = float(twin_effect(frame, outcome, "reform", "none", REFORM).mean())
    return with_twin(found, twins)
