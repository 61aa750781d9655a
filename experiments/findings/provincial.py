"""Provincial pooling: does coverage rise while the declared base falls, and what must be at stake?"""

from __future__ import annotations

import pandas as pd

from experiments.emergence import moral_hazard
from experiments.findings.runs import Runs, rows

PANELS = {
    "coverage": "Coverage of staff",
    "declared_share": "Declared share of wages",
    "registration_effort": "Registration effort",
    "audit_effort": "Audit effort",
}
YEAR = 2016
WEIGHT = "regimes.assessment_weights.coverage"
GROWTH = "regimes.assessment_coverage_growth"
CUT = "regimes.assessment_cut_share"
LOST = "portability.months_lost"
REGIMES = {"provincial_unified": "unified", "provincial_unified+with_assessment": "assessed"}


def table(runs: Runs) -> pd.DataFrame:
    """Differences to municipal pools, all provinces: by assessment, and by what moves lose."""
    pooling, assessed = (runs.provinces(name, YEAR) for name in ("pooling", "assessed_coverage"))
    plain = moral_hazard(pooling, "provincial_unified+with_assessment", YEAR, indicators=list(PANELS))
    municipal = pooling[pooling["scenario"] == "municipal"]
    unified = moral_hazard(pooling, "provincial_unified", YEAR, indicators=list(PANELS))
    parts = [rows(unified, PANELS, "unified"), rows(plain, PANELS, "assessed: default")]
    for (weight, growth, cut), at in assessed.groupby([WEIGHT, GROWTH, CUT]):
        both = pd.concat([municipal, at])
        found = moral_hazard(both, "provincial_unified+with_assessment", YEAR, indicators=list(PANELS))
        words = f"weight {weight:g}, growth {growth:g}, cut {cut:g}"
        parts.append(rows(found, PANELS, words))
    for lost, at in runs.provinces("larger_pool", YEAR).groupby(LOST):
        for name, words in REGIMES.items():
            found = moral_hazard(at, name, YEAR, indicators=list(PANELS))
            parts.append(rows(found, PANELS, f"{words}; {lost:g} of months lost"))
    made = pd.concat(parts, ignore_index=True)
    return made[made["series"] == "all"].reset_index(drop=True)
