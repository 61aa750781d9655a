"""Moral hazard: the same people under pooled funds against municipal ones, and where deficits let go more.

Budgets are *hard* where nobody above pays what a place lacks: the rest is an advance it owes.
"""

from __future__ import annotations

import pandas as pd

from experiments.emergence import moral_hazard
from experiments.findings.runs import Runs, rows

PANELS = {
    "audit_effort": "Audit effort",
    "registration_effort": "Registration effort",
    "collection_rate": "Collected / due",
    "rate_paid": "Rate paid",
}
REGIMES = {
    "provincial_adjustment": "provincial adjustment",
    "provincial_unified": "provincial, unified",
    "national_2022": "national, 2022",
    "national_unified": "national, shared gaps",
    "national_pure": "national, pure",
}
IMMOBILE = {
    "+immobile_workers": "national, pure; workers stay",
    "+immobile_employers": "national, pure; employers stay",
    "+immobile_workers+immobile_employers": "national, pure; nobody moves",
}
GROUPS = ("deficit", "surplus", "deficit − surplus")
YEAR, HARD_YEAR = 2018, 2016


def table(runs: Runs) -> pd.DataFrame:
    """Differences to municipal pools by regime; then at hard budgets, without mobility, with held levers."""
    pooling, immobile = (runs.provinces(name, YEAR) for name in ("pooling", "immobile"))
    hard = runs.provinces("deficits", HARD_YEAR)
    parts = [
        rows(moral_hazard(pooling, name, YEAR, indicators=list(PANELS)), PANELS, words)
        for name, words in REGIMES.items()
    ]
    bailout, empty = "regimes.bailout_probability", "government.money_value_empty"
    for value, words in ((2, "national, pure; hard budgets"), (4, "the same; empty funds dear")):
        at = hard[(hard[bailout] == 0) & (hard[empty] == value)]
        parts.append(
            rows(moral_hazard(at, "national_pure", HARD_YEAR, indicators=list(PANELS)), PANELS, words)
        )
    for term, words in IMMOBILE.items():
        found = moral_hazard(immobile, f"national_pure{term}", YEAR, f"municipal{term}", list(PANELS))
        parts.append(rows(found, PANELS, words))
    held = moral_hazard(pooling, "national_pure+held_levers", YEAR, "municipal+held_levers", list(PANELS))
    parts.append(rows(held, PANELS, "national, pure; levers held"))
    made = pd.concat(parts, ignore_index=True)
    return made[made["series"].isin(GROUPS)].reset_index(drop=True)
