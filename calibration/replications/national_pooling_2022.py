"""National pooling of 2022 and the collection rate of provinces in surplus and in deficit (-1.5 and -10.3
pp)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from calibration.replications.panels import Finding, in_deficit, regression, stacked, twin_effect, with_twin

if TYPE_CHECKING:
    from abm.results import Results

SPECIFICATION = (
    "Collection rate (collected / due, pp) of provinces 2015-2024 without the waiver year 2020, on "
    "post-2022 x "
    "surplus and x deficit, province effects, common trend, errors clustered by province. The paper's "
    "sample years "
    "and controls were not seen."
)
WHY = (
    "Only elasticity x change of the log of what a yuan is worth is identified; deficit places must have "
    "borne the "
    "margin before 2022, which subsidies that fill gaps undo. Every province is treated at once, so the "
    "trend is "
    "the comparison; the twin column has the same draws without the reform."
)
REFORM = 2022
WITHOUT = Path(__file__).parents[1] / "scenarios" / "no_national_2022.yaml"


def worlds(scenario: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """The history with and without the reform."""
    return {"reform": (scenario, {"end": 2024}), "none": (f"{scenario}+{WITHOUT}", {"end": 2024})}


def panel(runs: Mapping[str, Results]) -> pd.DataFrame:
    """Provinces, years and worlds, with ``deficit`` as it was from 2017 to 2021 (without 2020)."""
    frame = stacked(runs, 2015, 2024)
    frame = frame[frame["year"] != 2020]
    before = in_deficit(frame[frame["world"] == "reform"], 2017, 2021)
    return frame.assign(deficit=frame["unit"].map(before).astype(float))[
        ["world", "unit", "year", "collection", "deficit"]
    ]


def estimate(frame: pd.DataFrame) -> dict[str, Finding]:
    """Coefficients ``surplus`` and ``deficit`` in percentage points."""
    factual = frame[frame["world"] == "reform"].assign(
        post=lambda t: (t["year"] >= REFORM).astype(float), trend=lambda t: t["year"] - REFORM
    )
    factual["on_surplus"] = factual["post"] * (1 - factual["deficit"])
    factual["on_deficit"] = factual["post"] * factual["deficit"]
    found = regression(
        "collection ~ on_surplus + on_deficit + trend | unit",
        factual,
        "unit",
        {"on_surplus": "surplus", "on_deficit": "deficit"},
    )
    return with_twin(found, twins(frame) if frame["world"].nunique() > 1 else {})


def twins(frame: pd.DataFrame) -> dict[str, float]:
    """Mean effect on provinces in ``surplus`` and in ``deficit`` between the twin worlds, in points."""
    effect = twin_effect(frame, "collection", "reform", "none", REFORM)
    group = frame.groupby("unit")["deficit"].first()
    return {"surplus": float(effect[group == 0].mean()), "deficit": float(effect[group == 1].mean())}
