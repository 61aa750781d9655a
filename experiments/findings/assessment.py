"""Assessment: how much of the effort lost to pooling it brings back, and what it costs.

The cost is what funds hand back to assessed places (which budgets then lack nothing of) and the general
transfers that places lose, as shares of the contributions of the year, read off the ledger.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from abm.model import PensionModel
from abm.scenario import Scenario
from experiments.emergence import moral_hazard
from experiments.findings.runs import COLUMNS, Runs, rows
from experiments.paired import effects

if TYPE_CHECKING:
    from abm.results import Results

PANELS = {
    "audit_effort": "Audit effort",
    "registration_effort": "Registration effort",
    "collection_rate": "Collected / due",
    "effective_rate": "Effective rate",
}
REGIMES = {
    "provincial_unified": "provincial, unified",
    "national_2022": "national, 2022",
    "national_pure": "national, pure",
}
YEAR, SEEDS = 2018, (1, 2, 3)
KINDS = {
    "handed back": ("surplus_kept", "surplus_kept_nationally", "remittance_refunded"),
    "transfers cut": ("transfer_cut",),
}


def table(runs: Runs) -> pd.DataFrame:
    """Differences to municipal pools without and with assessment, all provinces; then the cost of it."""
    pooling = runs.provinces("pooling")
    parts = []
    for name, words in REGIMES.items():
        for scenario, series in ((name, "alone"), (f"{name}+with_assessment", "assessed")):
            found = rows(moral_hazard(pooling, scenario, YEAR, indicators=list(PANELS)), PANELS, words)
            parts.append(found[found["series"] == "all"].assign(series=series))
    return pd.concat([*parts, cost()], ignore_index=True)


def cost() -> pd.DataFrame:
    """Money that assessment moves under each regime in the last year, over contributions, by seed."""
    made = []
    for name, words in REGIMES.items():
        scenarios = [
            Scenario.named(
                f"{name}+with_assessment", seed=seed, scale=20000, end=YEAR, resolution="prefecture"
            )
            for seed in SEEDS
        ]
        results = [PensionModel(scenario).run() for scenario in scenarios]
        for series, kinds in KINDS.items():
            values = np.array([[moved(result, kinds)] for result in results])
            found = effects(values * 0.0, values)
            found = found.rename(columns={"difference": "value"})
            made.append(found.assign(panel="Money moved / collected", row=words, series=series)[COLUMNS])
    return pd.concat(made, ignore_index=True)


def moved(result: Results, kinds: Collection[str]) -> float:
    """Payments of some kinds in the last year over contributions."""
    ledger = result.ledger[(result.ledger["year"] == YEAR) & result.ledger["kind"].isin(kinds)]
    national = result.national[result.national["year"] == YEAR]
    return float(ledger["amount"].sum()) / float(national["contribution_revenue"].sum())
