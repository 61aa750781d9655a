"""Pasts for the initial agents: months paid and deemed, indices, accounts, and pensions in payment."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from abm.parameters import Parameters
from abm.population.base import Base
from abm.population.persons import MOST_MONTHS_HERE, Flag, Status

Table = dict[str, np.ndarray]
Luck = Callable[..., np.ndarray]
"""Uniform draws by row: of a stream's name (and an alternative's number)."""


def write(
    parameters: Parameters,
    base: Base,
    p: int,
    columns: dict[str, np.ndarray],
    table: dict[str, np.ndarray],
    firms: dict[str, np.ndarray],
    luck: Luck,
) -> None:
    """Fill the past of the insured agents of province ``p`` in ``table``; ``columns`` hold ages, weights."""
    _working_lives(parameters, base, p, columns, table, firms, luck)
    _pensions(parameters, base, p, columns, table, luck)


def _working_lives(
    parameters: Parameters, base: Base, p: int, columns: Table, table: Table, firms: Table, luck: Luck
) -> None:
    """Months, indices and accounts consistent with age and with the year the scheme began.

    A person began to work at about ``work_start_age`` and has paid (or is deemed to have paid) for a share
    of the years since. The part before ``deemed_until`` is deemed and has no account; migrants have none.
    The account is the present balance of ``account_share`` of past bases, which grew with wages.
    """
    year = base.year

    def value(name: str) -> float:
        return parameters.value(f"population.{name}", year)

    inside = ((table["flags"] & Flag.INSIDE) > 0) & (table["status"] != Status.RETIRED)
    inside |= table["status"] == Status.PUBLIC
    u = luck("synthesis tenure")
    share = np.where(columns["migrant"], value("tenure_share_migrant"), value("tenure_share_local"))
    since = np.maximum(columns["age"] - value("work_start_age") - 4.0 * (u - 0.5), 0.5)
    years = np.minimum(np.maximum(since * np.minimum(share * (0.5 + u), 1.0), 0.5), 45.0)
    deemed_until = parameters.value("benefits.deemed_until", year)
    deemed = np.where(columns["migrant"], 0.0, np.maximum(deemed_until - (year + 1 - years), 0.0))
    deemed = np.where(columns["status"] == Status.PUBLIC, years, deemed)
    paid = np.where(
        columns["status"] == Status.PUBLIC, 0.0, np.minimum(years - deemed, year + 1 - deemed_until)
    )
    premium = np.where(table["employer"] >= 0, firms["premium"][table["employer"]], 0.8)
    index = np.clip(np.exp(table["log_skill"].astype(np.float64)) * premium, 0.6, 3.0)
    rate = parameters.value("contributions.account_share", year)
    past = (1.0 + value("past_account_interest")) / (1.0 + value("past_wage_growth"))
    account = rate * index * base.wage[p] * (1.0 - past**paid) / (1.0 - past)
    table["paid_months"][:] = np.where(inside, np.rint(12.0 * paid), 0)
    table["deemed_months"][:] = np.where(inside, np.rint(12.0 * deemed), 0)
    table["months_here"][:] = np.minimum(table["paid_months"], MOST_MONTHS_HERE)
    table["index_sum"][:] = np.where(inside, index * paid, 0.0)
    table["account"][:] = np.where(inside, account, 0.0)
    table["qualified"][:] = np.where(table["months_here"] >= 120, table["relation"].astype(np.int64), -1)


def _pensions(parameters: Parameters, base: Base, p: int, columns: Table, table: Table, luck: Luck) -> None:
    """Pensions in payment of province ``p``: their total is the published spending per mean pensioner.

    The public group's are a multiple of the average wage; the others share what is left of spending, with a
    lognormal dispersion.
    """
    year = base.year
    spread = parameters.value("population.pension_dispersion", year)
    at_start = parameters.value("population.public_pension_at_start", year)
    later = parameters.value("benefits.public_replacement", year) * parameters.value(
        "labour.public_wage_premium", year
    )
    u = luck("synthesis pension")
    factor = np.exp(spread * np.sqrt(12.0) * (u - 0.5))  # uniform on the log: no tails to distort a province
    retired = table["status"] == Status.RETIRED
    public = (table["flags"] & Flag.PUBLIC) > 0
    inside = (table["flags"] & Flag.INSIDE) > 0
    pension = np.zeros(len(factor))
    weight = columns["weight"]
    rows = retired & public
    pension[rows] = np.where(inside, at_start, later)[rows] * base.wage[p] * factor[rows]
    per_head = base.expenditure[p] / base.mean_retirees[p]
    paid = retired & inside
    left = per_head * weight[paid].sum() - (pension * weight)[paid & public].sum()
    rows = paid & ~public
    total = (factor * weight)[rows].sum()
    pension[rows] = factor[rows] * max(left, 0.2 * per_head * weight[rows].sum()) / total
    table["pension"][:] = pension
    legacy = retired & ~public
    table["index_sum"][legacy] = _legacy_share(parameters, base, columns["age"], table)[legacy]


def _legacy_share(parameters: Parameters, base: Base, age: np.ndarray, table: Table) -> np.ndarray:
    """Part of a pension in payment that deemed years earned, (rows,), by age: who retired early has most.

    A pensioner of the start retired at 60 (men) or 52 (women) after working from ``work_start_age``; with a
    mean index of one the formula gives 1 % of the average wage a year, the transitional rate more a deemed
    year, and about 0.7 % a paid year from the account (8 % of the base over 139 months).
    """
    year = base.year
    retired_at = np.where((table["flags"] & Flag.FEMALE) > 0, 52.0, 60.0)
    last = year - np.maximum(age - retired_at, 0.0)
    tenure = retired_at - parameters.value("population.work_start_age", year)
    deemed = np.clip(parameters.value("benefits.deemed_until", year) - (last - tenure), 0.0, tenure)
    base_rate = parameters.value("benefits.base_rate", year)
    extra = parameters.value("benefits.transitional_rate", year)
    account = 0.007 * (tenure - deemed)
    return (base_rate + extra) * deemed / (base_rate * tenure + extra * deemed + account)
