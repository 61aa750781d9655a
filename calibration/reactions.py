"""How governments' collection answers to reserves and output: slopes across provinces, of data and of a run.

The effective rate is what the statistics give: revenue of the fund, subsidies and interest included, over
insured employees times the average wage. Reserves are those at the opening of the year, in years of the
spending of the year before (twelve payable months each). Provinces with a known break of their statistics
(``experiments.fit.BREAKS``) are left out on both sides. Output per head is the published one on both sides.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from abm.space import NATION
from experiments.fit import BREAKS
from experiments.published import gdp_per_head, revenue_rate

Array = NDArray[np.floating]
FIRST = 2011
"""The first year with an opening reserve after the base year began to be simulated."""
UNSOUND = frozenset(place for place, *_ in BREAKS)


class Slope(NamedTuple):
    """A coefficient and its standard error, robust to clusters."""

    value: float
    error: float


def panel(places: pd.DataFrame) -> pd.DataFrame:
    """Log effective rate, opening reserve (years of spending) and log output per head by (province, year).

    ``places`` has the index (province, year) and yuan and persons in the columns of published series.
    """
    table = places.drop([NATION, *UNSOUND], level="province", errors="ignore").sort_index()
    held = (table["reserve"] / table["spending"]).groupby(level="province").shift(1)
    if table.empty:
        return pd.DataFrame({"rate": table["revenue"], "reserve": held, "output": held})
    output = pd.concat({year: gdp_per_head(year) for year in table.index.unique(level="year")})
    output = np.log(output.rename_axis(["year", "province"]).swaplevel())
    frame = pd.DataFrame({"rate": np.log(revenue_rate(table)), "reserve": held})
    return frame.assign(output=output.reindex(frame.index)).dropna()


def across(frame: pd.DataFrame, year: int) -> dict[str, Slope]:
    """Slopes of the log rate on ``reserve`` and ``output`` together, over the provinces in one year."""
    rows = frame.xs(year, level="year")
    regressors = np.column_stack([rows["reserve"], rows["output"], np.ones(len(rows))])
    reserve, output, _ = _least_squares(rows["rate"].to_numpy(), regressors, np.arange(len(rows)))
    return {"reserve": reserve, "output": output}


def within(frame: pd.DataFrame, last: int) -> Slope:
    """Slope of the log rate on the reserve from 2011 to ``last``, effects of province and year taken out.

    Provinces with every year only, so that both effects are plain means; errors by province.
    """
    years = range(FIRST, last + 1)
    wide = [frame[name].unstack("year").reindex(columns=years) for name in ("rate", "reserve")]
    whole = wide[0].notna().all(axis=1) & wide[1].notna().all(axis=1)
    rate, reserve = (_centred(table[whole].to_numpy()) for table in wide)
    provinces = np.repeat(np.arange(len(rate)), len(years))
    return _least_squares(rate.ravel(), reserve.reshape(-1, 1), provinces)[0]


def _centred(table: Array) -> Array:
    """A table without the means of its rows and columns."""
    return table - table.mean(axis=1, keepdims=True) - table.mean(axis=0) + table.mean()


def _least_squares(outcome: Array, regressors: Array, clusters: NDArray[np.int64]) -> list[Slope]:
    """Coefficients with errors free within a cluster (Liang and Zeger 1986), times c/(c − 1)."""
    inverse = np.linalg.inv(regressors.T @ regressors)
    slopes = inverse @ regressors.T @ outcome
    scores = regressors * (outcome - regressors @ slopes)[:, None]
    sums = np.array([scores[clusters == c].sum(axis=0) for c in np.unique(clusters)])
    spread = inverse @ sums.T @ sums @ inverse * len(sums) / (len(sums) - 1)
    return [Slope(float(b), float(e)) for b, e in zip(slopes, np.sqrt(np.diag(spread)), strict=True)]
