"""Moral hazard against retained risk: effort by regime, by the part of its balance a province bears."""

from __future__ import annotations

import pandas as pd

from experiments.emergence import moral_hazard, retained
from experiments.findings.hazard import PANELS as MEASURES
from experiments.findings.hazard import REGIMES
from experiments.findings.runs import COLUMNS, Runs, rows
from experiments.paired import effects

BASELINE = "municipal"
RISK = "Retained risk"
PANELS = {name: words for name, words in MEASURES.items() if name != "collection_rate"}


def table(runs: Runs) -> pd.DataFrame:
    """Retained risk by regime, then differences of effort and rate to municipal pools in the last year."""
    made = runs.of("pooling")
    places = made.provinces
    year = int(places["year"].max())
    risk = retained(places, made.flows)
    parts = []
    for name, words in {BASELINE: BASELINE, **REGIMES}.items():
        share = risk.loc[risk["scenario"] == name, "retained"].to_numpy()[:, None]
        found = effects(0.0 * share, share).rename(columns={"difference": "value"})
        parts.append(found.assign(panel=RISK, row=words, series="all")[COLUMNS])
    for name, words in REGIMES.items():
        parts.append(rows(moral_hazard(places, name, year, BASELINE, list(PANELS)), PANELS, words))
    return pd.concat(parts, ignore_index=True)
