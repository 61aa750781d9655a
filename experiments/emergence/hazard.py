"""Moral hazard and the race to the bottom: what governments do, against the same people otherwise governed.

Both compare runs with the same seed, place by place. Places are grouped by their own balance in the baseline:
in *deficit* where contributions and interest do not pay for the pensions of the year.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from abm.errors import UserError
from experiments.paired import effects

INDICATORS = (
    "audit_effort", "registration_effort", "effective_rate", "collection_rate", "rate_paid", "coverage",
    "declared_share",
)  # fmt: skip
"""What an index is computed of; see ``measured`` for what is in no table of results."""
DEFICIT, SURPLUS, ALL = "deficit", "surplus", "all"


def measured(places: pd.DataFrame) -> pd.DataFrame:
    """The table with ``collection_rate``, contributions over what is due, and ``rate_paid``.

    That is contributions over payers at the average wage. The effective rate has all who count as insured
    below the line, with the records that movers leave behind in another pool; where pools become one these
    vanish and the effective rate rises without a yuan more.
    """
    collected = places["contribution_revenue"]
    return places.assign(
        collection_rate=collected / places["due"],
        rate_paid=collected / (places["payers"] * places["average_wage"]),
    )


def groups_of(places: pd.DataFrame, year: int, place: str = "province") -> pd.Series:
    """``deficit`` or ``surplus`` by place: its own balance of the year in these runs, mean over runs."""
    rows = places[places["year"] == year]
    balance = rows["contribution_revenue"] + rows["interest"] - rows["benefit_expenditure"]
    mean = balance.groupby(rows[place]).mean()
    return pd.Series(np.where(mean < 0.0, DEFICIT, SURPLUS), index=mean.index, name="group")


def moral_hazard(
    places: pd.DataFrame,
    scenario: str,
    year: int,
    baseline: str = "municipal",
    indicators: Sequence[str] = INDICATORS,
    place: str = "province",
) -> pd.DataFrame:
    """Effect of a regime on effort and rates: a row a group of places (all, deficit, surplus) and indicator.

    ``places`` has the runs of both scenarios: scenario, seed, year, the place and the indicators. A group's
    value is the plain mean of its places. Columns: group, places, indicator, and those of
    :func:`experiments.paired.effects` (baseline_mean, mean, difference, standard_error, low, high, pairs),
    and ``index``: difference/baseline_mean. The row ``deficit − surplus`` is the difference of differences.
    """
    chosen = measured(places[places["year"] == year])
    a, b = chosen[chosen["scenario"] == baseline], chosen[chosen["scenario"] == scenario]
    return compared(a, b, groups_of(a, year, place), indicators, place)


def race(
    places: pd.DataFrame,
    year: int,
    rule: str = "government.choice_rule",
    indicators: Sequence[str] = INDICATORS,
    place: str = "province",
) -> pd.DataFrame:
    """Rivals (choice rule 0) against one planner (3) in runs that differ in nothing else.

    Columns as in ``moral_hazard``. The index is negative where competition makes rivals collect less than the
    planner would.
    """
    chosen = measured(places[places["year"] == year])
    rivals, planner = chosen[chosen[rule] == 0], chosen[chosen[rule] == 3]
    return compared(planner, rivals, groups_of(planner, year, place), indicators, place)


def compared(
    a: pd.DataFrame, b: pd.DataFrame, groups: pd.Series, indicators: Sequence[str], place: str
) -> pd.DataFrame:
    """Paired differences from ``a`` to ``b`` by group and indicator; both have a row a seed and place."""
    rows = []
    for indicator in indicators:
        wide_a, wide_b = (x.pivot(index="seed", columns=place, values=indicator) for x in (a, b))
        seeds = wide_a.index.intersection(wide_b.index)
        if len(seeds) < 2:
            raise UserError(f"{len(seeds)} seeds have runs on both sides, and errors need two")
        wide_a, wide_b = wide_a.loc[seeds], wide_b.loc[seeds]
        means = {}
        for group in (ALL, DEFICIT, SURPLUS):
            mine = list(groups.index if group == ALL else groups.index[groups == group])
            if mine:
                means[group] = (wide_a[mine].mean(axis=1), wide_b[mine].mean(axis=1), len(mine))
        if len(means) == 3:
            (da, db, n), (sa, sb, m) = means[DEFICIT], means[SURPLUS]
            means[f"{DEFICIT} − {SURPLUS}"] = (da - sa, db - sb, n + m)
        for group, (before, after, count) in means.items():
            found = effects(before.to_numpy()[:, None], after.to_numpy()[:, None])
            found.insert(0, "indicator", indicator)
            found.insert(0, "places", count)
            found.insert(0, "group", group)
            rows.append(found)
    made = pd.concat(rows, ignore_index=True)
    return made.assign(index=made["difference"] / made["baseline_mean"])
