"""Benefits beyond the list: what lenient approval of early retirement costs, over the funds (0.45 %)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from calibration.replications.panels import Finding, stacked

if TYPE_CHECKING:
    from abm.results import Results

SPECIFICATION = (
    "Spending of 2022-2024 with lenient approval less spending of the same persons without it, over "
    "contributions "
    "and spending; error from provinces as units. The audit counted items off the list in 25 provinces."
)
WHY = (
    "The model's only benefit off the list is early retirement, and the twin counts the stock of early "
    "retirees, "
    "the audit 22 provinces' small policies: the same order of size is all that can be asked."
)


def worlds(scenario: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """The history, and one in which nobody approves early retirement."""
    strict = {"government.leniency_start": 0.0, "government.leniency_most": 0.0}
    return {"lenient": (scenario, {"end": 2024}), "strict": (scenario, {"end": 2024, "set": strict})}


def panel(runs: Mapping[str, Results]) -> pd.DataFrame:
    """Provinces, years and worlds: spending and funds (contributions and spending), yuan."""
    frame = stacked(runs, 2022, 2024)
    frame["funds"] = frame["contribution_revenue"] + frame["benefit_expenditure"]
    return frame[["world", "unit", "year", "benefit_expenditure", "funds"]]


def estimate(frame: pd.DataFrame) -> dict[str, Finding]:
    """Coefficient ``share``: a ratio of sums, its error by the delta method over provinces."""
    sums = frame.groupby(["world", "unit"])[["benefit_expenditure", "funds"]].sum().unstack("world")
    extra = sums[("benefit_expenditure", "lenient")] - sums[("benefit_expenditure", "strict")]
    funds = sums[("funds", "lenient")]
    share = float(extra.sum() / funds.sum())
    off = extra - share * funds
    error = float(np.sqrt((off**2).sum() * len(off) / (len(off) - 1)) / funds.sum())
    return {"share": Finding(share, error, share)}
