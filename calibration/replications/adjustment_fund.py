"""The central adjustment fund of 2018 and collection effort in surplus and in deficit places."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from calibration.replications.panels import Finding, in_deficit, regression, stacked, twin_effect, with_twin

if TYPE_CHECKING:
    from abm.results import Results

SPECIFICATION = (
    "Provinces 2012-2021 with and without the fund: effort (audit and registration probability) on fund x "
    "surplus "
    "and x deficit, effects of province in its world and of year, errors clustered by province. The paper "
    "has "
    "provinces 2012-2022 and a continuous exposure; only its directions were seen."
)
WHY = (
    "The 2018 formula taxes insured heads and never the base, so substitution touches registration alone; "
    "a taxed "
    "place that values reserves concavely may collect harder (income effect)."
)
REFORM = 2018


def worlds(scenario: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """The history with and without the adjustment fund."""
    return {"reform": (scenario, {"end": 2021}), "none": (f"{scenario}+no_central_adjustment", {"end": 2021})}


def panel(runs: Mapping[str, Results]) -> pd.DataFrame:
    """Provinces, years and worlds, with ``deficit`` as it was from 2014 to 2017."""
    frame = stacked(runs, 2012, 2021)
    before = in_deficit(frame[frame["world"] == "none"], 2014, 2017)
    return frame.assign(deficit=frame["unit"].map(before).astype(float))[
        ["world", "cell", "unit", "year", "effort", "deficit"]
    ]


def estimate(frame: pd.DataFrame) -> dict[str, Finding]:
    """Coefficients ``surplus`` and ``deficit`` (probability a year)."""
    on = ((frame["world"] == "reform") & (frame["year"] >= REFORM)).astype(float)
    frame = frame.assign(on_surplus=on * (1 - frame["deficit"]), on_deficit=on * frame["deficit"])
    found = regression(
        "effort ~ on_surplus + on_deficit | cell + year",
        frame,
        "unit",
        {"on_surplus": "surplus", "on_deficit": "deficit"},
    )
    effect = twin_effect(frame, "effort", "reform", "none", REFORM)
    group = frame.groupby("unit")["deficit"].first()
    return with_twin(found, {"surplus": effect[group == 0].mean(), "deficit": effect[group == 1].mean()})
