"""The central adjustment of 2018 from published statistics: the missing private wages, and who pays whom.

Few provinces publish wages of private units, so last year's mean wage of all enterprises is taken as
w = q * wage of non-private units, and q is fitted to the published size of the fund, which paid for half a
year: q = size / (0.9 * 3 % / 2 * sum of wage * heads).
"""

from __future__ import annotations

import numpy as np

from abm import data
from abm.regimes.accounts import Array

RATIO_2018 = 0.03 * 6 / 12
WAGE_SHARE = 0.9


def heads() -> Array:
    """Half the insured and half the employees of enterprises at the end of 2018, persons (31,).

    Insured: less the staff of government and public institutions. Employees of enterprises: those of all
    legal entities (economic census), less the national share of public administration, education and health.
    """
    employees = data.panel("employers", "employees_legal_entities", [2018])[:, 0]
    outside = sum(
        data.national("employers", f"employees_legal_entities_{industry}", [2018])[0]
        for industry in ("public_admin", "education", "health")
    )
    nation = data.national("employers", "employees_legal_entities", [2018])[0]
    insured = data.panel("pension_province", "insured_employees", [2018])[:, 0]
    public = data.panel("public_sector", "public_employees", [2018])[:, 0]
    return 0.5 * (insured - public) + 0.5 * employees * (1.0 - outside / nation)


def retirees() -> Array:
    """Approved retirees of the enterprise scheme at the end of 2018, persons (31,)."""
    everyone = data.panel("pension_province", "insured_retirees", [2018])[:, 0]
    return everyone - data.panel("public_sector", "public_retirees", [2018])[:, 0]


def private_wage_ratio() -> float:
    """The ratio q at which the formula gives the published size of the fund in 2018."""
    size = data.national("central_adjustment", "fund_size", [2018])[0]
    wages = data.panel("wages", "avg_wage_nonprivate", [2017])[:, 0]
    return float(size / (WAGE_SHARE * RATIO_2018 * np.sum(wages * heads())))
