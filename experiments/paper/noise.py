"""How much of a number is noise, by source, and how many agents it takes to see it: two tables.

Everything is relative to the mean of the indicator in the last year, and for the reserve, which may be near
zero, to a year's spending.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from experiments.comparison import HEADLINES
from experiments.sources import SPREAD, by_source

if TYPE_CHECKING:
    from experiments.sources import Runs

_SCALED_BY = {"reserve": "benefit_expenditure"}


def sources(runs: Runs, indicators: Sequence[str] = HEADLINES) -> pd.DataFrame:
    """Noise of national indicators in the last year, half widths that hold 95 of 100 runs, as shares.

    Columns: line, indicator, mean (its own unit), monte_carlo, parameters, rule (the farthest mean over rules
    of choice), seeds, draws, rules; missing where no runs tell.
    """
    national = runs.tables["national"]
    last = national[national["year"] == national["year"].max()]
    parts = []
    for name in indicators:
        found = by_source(last, name).set_index("line")
        whole = by_source(last, _SCALED_BY.get(name, name)).set_index("line")["mean"].abs()
        farthest = np.maximum(found["rule_high"] - found["mean"], found["mean"] - found["rule_low"])
        shares = {
            "monte_carlo": SPREAD * found["monte_carlo"] / whole,
            "parameters": SPREAD * found["parameters"] / whole,
            "rule": farthest / whole,
        }
        rows = found[["mean", "seeds", "draws", "rules"]].assign(indicator=name, **shares)
        parts.append(rows.reset_index())
    columns = ["line", "indicator", "mean", "monte_carlo", "parameters", "rule", "seeds", "draws", "rules"]
    return pd.concat(parts, ignore_index=True)[columns]


def by_scale(national: pd.DataFrame, indicators: Sequence[str] = HEADLINES) -> pd.DataFrame:
    """Noise of one run and shift of the mean by scale, last year; rows need scale, seed and indicators.

    Columns: scale (persons an agent stands for), indicator, noise (half width that holds 95 of 100 runs),
    shift (mean less that of the finest scale), shares both, seeds.
    """
    last = national[national["year"] == national["year"].max()]
    finest = last[last["scale"] == last["scale"].min()]
    parts = []
    for scale, rows in last.groupby("scale"):
        for name in indicators:
            whole = abs(float(finest[_SCALED_BY.get(name, name)].mean()))
            shift = float(rows[name].mean() - finest[name].mean()) / whole
            noise = SPREAD * float(rows[name].std()) / whole
            parts.append((scale, name, noise, shift, len(rows)))
    return pd.DataFrame(parts, columns=["scale", "indicator", "noise", "shift", "seeds"])


def adequate(table: pd.DataFrame, precision: float) -> pd.Series:
    """The coarsest scale by indicator at which 95 of 100 runs are within ``precision`` of the mean.

    Noise falls with the root of the number of agents, so noise squared over scale is one number; it is
    averaged over the scales of ``by_scale``, for few seeds say little at each. Two significant digits; never
    coarser than what was run.
    """
    square = (table["noise"] ** 2 / table["scale"]).groupby(table["indicator"], sort=False).mean()
    coarsest = int(table["scale"].max())
    return (precision**2 / square).clip(upper=coarsest).map(_rounded_down)


def sentence(scales: pd.Series, precision: float) -> str:
    """What ``adequate`` says, in one sentence."""
    named = ", ".join(f"{name} 1:{scale:,}" for name, scale in scales.sort_values().items())
    return (
        f"smallest adequate scale for a run within ±{100 * precision:g} % of the mean at 95 %: "
        f"1:{scales.min():,} ({named})"
    )


def _rounded_down(scale: float) -> int:
    unit = 10 ** max(int(np.floor(np.log10(max(scale, 1.0)))) - 1, 0)
    return max(int(scale // unit * unit), 1)
