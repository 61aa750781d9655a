"""Transfers tied to performance and collection effort (+)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from calibration.replications.panels import Finding, regression, stacked, twin_effect, with_twin

if TYPE_CHECKING:
    from abm.results import Results

SPECIFICATION = (
    "Prefectures 2010-2016 under provincial pooling from 2013; the gap from collecting less than planned "
    "stays with "
    "the locality by four fifths (tied) or not at all (untied). Effort on tied x post, effects of "
    "prefecture in "
    "its world and of year, clustered by prefecture. The paper: provinces 2001-2019, performance-linked "
    "transfers."
)
WHY = (
    "In the model a transfer is tied through the managerial gap; a locality without a gap never meets the "
    "rule, "
    "and general transfers cut after an assessment are not part of it."
)
REFORM = 2013
UNIFIED = Path(__file__).parents[1] / "scenarios" / "unified_2013.yaml"


def worlds(scenario: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """Unified provinces that charge localities with the managerial gap, or do not."""
    stack, options = f"{scenario}+{UNIFIED}", {"end": 2016, "resolution": "prefecture"}
    share = "regimes.unified_managerial_share"
    return {
        "tied": (stack, options | {"set": {share: 0.8}}),
        "untied": (stack, options | {"set": {share: 0.0}}),
    }


def panel(runs: Mapping[str, Results]) -> pd.DataFrame:
    """Prefectures, years and worlds: effort."""
    return stacked(runs, 2010, 2016)[["world", "cell", "unit", "year", "effort"]]


def estimate(frame: pd.DataFrame) -> dict[str, Finding]:
    """Coefficient ``effort`` (probability a year)."""
    tied = ((frame["world"] == "tied") & (frame["year"] >= REFORM)).astype(float)
    found = regression("effort ~ tied | cell + year", frame.assign(tied=tied), "unit", {"tied": "effort"})
    return with_twin(found, {"effort": float(twin_effect(frame, "effort", "tied", "untied", REFORM).mean())})
