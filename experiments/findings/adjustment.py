"""The adjustment fund of 2018 at the margin, and what it does to effort by substitution, relief, expectation.

At the margin governments are asked in the first year of the rule; the error of a mean over provinces is that
of the mean, for there is no luck in it. Over the years runs of one seed are compared: the rule expected but
no money moved, money moved, and the rule announced before.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from abm.scenario import Scenario
from experiments.emergence import charges, groups_of, transfer_effects, transfer_runs
from experiments.emergence.hazard import DEFICIT, SURPLUS
from experiments.findings.runs import COLUMNS, Runs

FOLDER = Path(__file__).parents[1] / "emergence" / "scenarios"
OPTIONS = {"scale": 20000, "end": 2018}
YEAR, REPLICATES = 2018, 3
LEVERS = {"audit": "base (audit)", "registration": "heads (registration)"}
MEASURES = {
    "charge": "Charge on a yuan collected",
    "substitution": "Its worth: substitution",
    "relief": "Its worth: relief or loss",
}
EFFORTS = {"audit_effort": LEVERS["audit"], "registration_effort": LEVERS["registration"]}


def table(runs: Runs) -> pd.DataFrame:
    """Charge, substitution and relief at the margin; then effects on effort by their three parts."""
    parts = transfer_runs(
        "municipal",
        str(FOLDER / "adjustment_2014.yaml"),
        str(FOLDER / "adjustment_2014_announced.yaml"),
        REPLICATES, runs.store, runs.progress, runs.jobs, **OPTIONS,
    )  # fmt: skip
    groups = groups_of(parts[parts["part"] == "baseline"], 2011)
    found = transfer_effects(parts, YEAR, list(EFFORTS))
    found = found[found["group"].isin([DEFICIT, SURPLUS])]
    effort = found.assign(
        panel="Effort by 2018: " + found["effect"],
        row=found["indicator"].map(EFFORTS),
        series=found["group"],
        value=found["difference"],
    )
    return pd.concat([at_the_margin(groups), effort[COLUMNS]], ignore_index=True)


def at_the_margin(groups: pd.Series) -> pd.DataFrame:
    """Means over the provinces of a group, in the first year of the rule, 2011."""
    from abm.model import PensionModel

    models = []
    for name in ("municipal", "central_adjustment"):
        model = PensionModel(Scenario.named(name, **OPTIONS))
        model.step()
        models.append(model)
    found = charges(*models)
    found["group"] = found["province"].map(groups)
    made = []
    for measure, panel in MEASURES.items():
        for lever, words in LEVERS.items():
            for group in (DEFICIT, SURPLUS):
                values = found.loc[(found["lever"] == lever) & (found["group"] == group), measure].to_numpy()
                error, mean = float(values.std(ddof=1) / np.sqrt(len(values))), float(values.mean())
                made.append((panel, words, group, mean, error, mean - 1.96 * error, mean + 1.96 * error))
    return pd.DataFrame(made, columns=COLUMNS)
