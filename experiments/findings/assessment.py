"""Assessment: how much of the effort lost to pooling it brings back, and what it costs.

The cost is what funds hand back to assessed places (which budgets then lack nothing of) and the general
transfers that places lose, as shares of the contributions of the year, read off the ledger.
"""

from __future__ import annotations

import pandas as pd

from abm.model import PensionModel
from abm.scenario import Scenario
from experiments.emergence import moral_hazard
from experiments.findings.runs import COLUMNS, Runs, rows
from experiments.paired import effects

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
    "surplus kept after good years": "handed back",
    "general transfer cut after a failed assessment": "transfers cut",
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
        for kind, series in KINDS.items():
            shares = []
            for result in results:
                ledger = result.ledger[result.ledger["year"] == YEAR]
                collected = result.national.set_index("year").loc[YEAR, "contribution_revenue"]
                shares.append(ledger.loc[ledger["kind"] == kind, "amount"].sum() / collected)
            values = pd.Series(shares).to_numpy()[:, None]
            found = effects(values * 0.0, values)
            found = found.rename(columns={"difference": "value"})
            made.append(found.assign(panel="Money moved / collected", row=words, series=series)[COLUMNS])
    return pd.concat(made, ignore_index=True)
