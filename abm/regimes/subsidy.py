"""Fiscal subsidies under every regime: an ex-ante lump sum, and the treasury's duty to its own staff.

The national lump sum follows the published totals of 2014-2017 and a set growth rate before
and after them. It is shared by a key fixed at base values, so that no government can earn more of it:
retirees * (retirees / insured employees) * min(1, mean GDP per head / own). The centre pays at least nine
tenths (Zhu and Shi 2022). The part that follows the gap, the softness of the budget, is paid when the gap is
filled.
Public-sector pensions not covered by public-sector contributions are met by the treasury that employed them.
"""

from __future__ import annotations

import numpy as np

from abm.regimes.accounts import Accounts, Array, ratio
from abm.regimes.rule import ParameterSource
from abm.regimes.settlement import Books


def key(accounts: Accounts) -> Array:
    """Each locality's share of the national lump sum, (n,), sum 1, from accounts of the base year."""
    mean = accounts.gdp.sum() / accounts.population.sum()
    burden = ratio(accounts.enterprise_retirees, accounts.insured_employees)
    need = np.minimum(1.0, ratio(mean * accounts.population, accounts.gdp))
    weight = accounts.enterprise_retirees * burden * need
    return weight / weight.sum()


def national_total(parameters: ParameterSource, year: int) -> float:
    """The national lump sum of a year, yuan: published where it is, else compounded from the nearest year."""
    published = {int(y): v for y, v in parameters.table("regimes.subsidy_published", year).items()}
    nearest = min(max(year, min(published)), max(published))
    total = published[nearest]
    for y in range(nearest + 1, year + 1):
        total *= 1.0 + parameters.value("regimes.subsidy_growth", y)
    for y in range(year + 1, nearest + 1):
        total /= 1.0 + parameters.value("regimes.subsidy_growth", y)
    return total


def pay(books: Books, lump: Array, central_share: float) -> None:
    """Post the public-sector gap and the lump sum ``lump`` (n,), yuan."""
    accounts = books.accounts
    books.post(
        "public_gap_subsidy", np.maximum(accounts.benefits_public - accounts.contributions_public, 0.0)
    )
    books.post("central_lump_subsidy", central_share * lump)
    books.post("local_lump_subsidy", (1.0 - central_share) * lump)
