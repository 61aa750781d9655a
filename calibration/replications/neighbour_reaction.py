"""Reaction of a province's effective rate to that of its neighbours (0.5 to 0.73)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from abm.space import PROVINCES
from calibration.replications.panels import Finding, places, regression
from experiments.emergence import reaction

if TYPE_CHECKING:
    from abm.results import Results

SPECIFICATION = (
    "Provinces 2011-2018: effective rate on the neighbours' mean, weights inverse to distance, with own "
    "wage and "
    "dependency, effects of province and year; the neighbours' wage and dependency are instruments; "
    "clustered by "
    "province. As Chen and Regis, whose tax is that on companies, 1998-2012."
)
WHY = (
    "Few employers can move, and what-ifs hold other governments' levers: a slope needs mobile capital. "
    "With thirty-one "
    "provinces, year effects and weak instruments the error is wide."
)
CONTROLS = ("log_wage", "dependency")


def worlds(scenario: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """The history."""
    return {"history": (scenario, {"end": 2018})}


def panel(runs: Mapping[str, Results]) -> pd.DataFrame:
    """Provinces and years: rate, controls."""
    frame = places(runs["history"], 2011, 2018)
    frame["rate"] = frame["effective_rate"]
    frame["log_wage"] = np.log(frame["average_wage"])
    frame["dependency"] = frame["retirees"] / frame["insured_employees"]
    return frame[["unit", "year", "rate", *CONTROLS]]


def weights(units: list[str]) -> NDArray[np.float64]:
    """Inverse distances between capitals, rows summing to one, in the order of the provinces' codes given."""
    names = {p.code: p.name for p in PROVINCES}
    return reaction.weights([names[unit] for unit in units])


def lagged(frame: pd.DataFrame) -> pd.DataFrame:
    """The panel with ``near_`` columns: weighted means of the neighbours in the same year."""
    columns = ["rate", *CONTROLS]
    parts = []
    for _, rows in frame.groupby("year"):
        near = weights(list(rows["unit"])) @ rows[columns].to_numpy()
        parts.append(rows.assign(**{f"near_{c}": near[:, i] for i, c in enumerate(columns)}))
    return pd.concat(parts, ignore_index=True)


def estimate(frame: pd.DataFrame) -> dict[str, Finding]:
    """Coefficient ``slope``."""
    formula = "rate ~ log_wage + dependency | unit + year | near_rate ~ near_log_wage + near_dependency"
    return regression(formula, lagged(frame), "unit", {"near_rate": "slope"})
