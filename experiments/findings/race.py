"""The race to the bottom: municipal pools by how mobile governments hold employers, beside one planner."""

from __future__ import annotations

import pandas as pd

from experiments.emergence import race
from experiments.emergence.hazard import measured
from experiments.findings.runs import COLUMNS, Runs
from experiments.paired import effects

PANELS = {
    "audit_effort": "Audit effort",
    "registration_effort": "Registration effort",
    "effective_rate": "Effective rate",
}
YEAR = 2016
FLIGHT, RULE = "government.capital_flight", "government.choice_rule"
WHO = {0: "rivals", 3: "one planner"}


def table(runs: Runs) -> pd.DataFrame:
    """Levels by elasticity of capital (row) and who chooses, and the race: rivals less planner."""
    places = runs.provinces("mobility", YEAR)
    now = measured(places[places["year"] == YEAR])
    made = []
    for flight, at in now.groupby(FLIGHT):
        for indicator, panel in PANELS.items():
            for rule, words in WHO.items():
                by_seed = at[at[RULE] == rule].groupby("seed")[indicator].mean().to_numpy()[:, None]
                found = effects(by_seed * 0.0, by_seed).rename(columns={"difference": "value"})
                made.append(found.assign(panel=panel, row=f"{flight:g}", series=words)[COLUMNS])
        gap = race(places[places[FLIGHT] == flight], YEAR, indicators=list(PANELS))
        gap = gap[gap["group"] == "all"]
        gap = gap.assign(
            panel=gap["indicator"].map(PANELS), row=f"{flight:g}", series="rivals − planner",
            value=gap["difference"],
        )  # fmt: skip
        made.append(gap[COLUMNS])
    return pd.concat(made, ignore_index=True)
