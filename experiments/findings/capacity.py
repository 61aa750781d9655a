"""Who collects less hard: places with ample reserves and few pensioners, or places in want?

*Like Guangdong* are the six provinces with the lowest ratio of pensioners to insured in the base year, *like
Heilongjiang* the six with the highest. What the ratio says of effort depends on who pays a gap: shown at
budgets half bailed out and at hard ones, and with empty funds dear.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from experiments.findings.runs import COLUMNS, Runs
from experiments.paired import effects

PANELS = {
    "audit_effort": "Audit effort",
    "registration_effort": "Registration effort",
    "effective_rate": "Effective rate",
}
EACH, YEAR = 6, 2016
YOUNG, OLD = "like Guangdong", "like Heilongjiang"
BAILOUT, EMPTY = "regimes.bailout_probability", "government.money_value_empty"
POINTS = {(0.5, 2): "half bailed out", (0.0, 2): "hard budgets", (0.0, 4): "hard; empty funds dear"}


def table(runs: Runs) -> pd.DataFrame:
    """Levels under municipal pools of both kinds of provinces, and their paired difference."""
    places = runs.provinces("deficits", YEAR)
    places = places[places["scenario"] == "municipal"]
    start = places[places["year"] == places["year"].min()].groupby("province")[
        ["retirees", "insured_employees"]
    ]
    order = (start.sum()["retirees"] / start.sum()["insured_employees"]).sort_values().index
    kind = dict.fromkeys(order[:EACH], YOUNG) | dict.fromkeys(order[-EACH:], OLD)
    now = places[(places["year"] == YEAR) & places["province"].isin(kind)]
    now = now.assign(kind=now["province"].map(kind))
    made = []
    for point, words in POINTS.items():
        at = now[(now[BAILOUT] == point[0]) & (now[EMPTY] == point[1])]
        for indicator, panel in PANELS.items():
            mean = at.pivot_table(index="seed", columns="kind", values=indicator)
            young, old = (mean[name].to_numpy()[:, None] for name in (YOUNG, OLD))
            nothing = np.zeros_like(young)
            for series, a, b in (
                (YOUNG, nothing, young),
                (OLD, nothing, old),
                (f"{YOUNG} − {OLD}", old, young),
            ):
                found = effects(a, b).rename(columns={"difference": "value"})
                made.append(found.assign(panel=panel, row=words, series=series)[COLUMNS])
    return pd.concat(made, ignore_index=True)
