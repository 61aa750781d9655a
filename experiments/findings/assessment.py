"""Assessment: how much of the effort lost to pooling it brings back, and what it costs.

The cost is what funds hand back to assessed places (which budgets then lack nothing of) and the general
transfers that places lose, as shares of the contributions of the year, read off the ledger.
"""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from experiments.emergence import moral_hazard
from experiments.findings.runs import COLUMNS, Runs, rows
from experiments.paired import effects

PANELS = {
    "audit_effort": "Audit effort",
    "registration_effort": "Registration effort",
    "collection_rate": "Collected / due",
    "rate_paid": "Rate paid",
}
REGIMES = {
    "provincial_unified": "provincial, unified",
    "national_2022": "national, 2022",
    "national_pure": "national, pure",
}
YEAR = 2018
KINDS = {
    "handed back": ("surplus_kept", "surplus_kept_nationally", "remittance_refunded"),
    "transfers cut": ("transfer_cut",),
}


def table(runs: Runs) -> pd.DataFrame:
    """Differences to municipal pools without and with assessment, all provinces; then the cost of it."""
    made = runs.of("pooling", YEAR)
    pooling = made.provinces
    parts = []
    for name, words in REGIMES.items():
        for scenario, series in ((name, "alone"), (f"{name}+with_assessment", "assessed")):
            found = rows(moral_hazard(pooling, scenario, YEAR, indicators=list(PANELS)), PANELS, words)
            parts.append(found[found["series"] == "all"].assign(series=series))
    return pd.concat([*parts, cost(made.flows, made.national)], ignore_index=True)


def cost(flows: pd.DataFrame, national: pd.DataFrame) -> pd.DataFrame:
    """Money that assessment moves under each regime in the last year, over contributions, by seed."""
    made = []
    for name, words in REGIMES.items():
        own = f"{name}+with_assessment"
        for series, kinds in KINDS.items():
            both = (flows[flows["scenario"] == own], national[national["scenario"] == own])
            values = moved(*both, kinds).to_numpy()[:, None]
            found = effects(values * 0.0, values)
            found = found.rename(columns={"difference": "value"})
            made.append(found.assign(panel="Money moved / collected", row=words, series=series)[COLUMNS])
    return pd.concat(made, ignore_index=True)


def moved(flows: pd.DataFrame, national: pd.DataFrame, kinds: Collection[str]) -> pd.Series:
    """Payments of some kinds in the last year over contributions, by seed."""
    collected = national[national["year"] == YEAR].set_index("seed")["contribution_revenue"]
    paid = flows[(flows["year"] == YEAR) & flows["kind"].isin(kinds)].groupby("seed")["amount"].sum()
    return paid.reindex(collected.index, fill_value=0.0) / collected
