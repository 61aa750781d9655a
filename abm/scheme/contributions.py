"""Contributions: the base on which they are owed, who owes what, and what reaches the individual account.

State Council 2005/38; rates and bounds: ``abm/parameters/contributions.yaml``.
"""

from __future__ import annotations

from typing import NamedTuple

from abm.compile import decision


class Dues(NamedTuple):
    """What is owed for a year on one base, yuan a year; ``account`` is the part credited to the worker."""

    employer: float
    worker: float
    account: float


@decision
def reference_wage(nonprivate: float, full_calibre: float, weight: float) -> float:
    """The average wage that floor and ceiling follow, in the unit of the two wages.

    ``weight`` is 0 while the non-private average counts and 1 once the average over non-private and private
    units does (General Office of the State Council 2019/13).
    """
    return nonprivate + weight * (full_calibre - nonprivate)


@decision
def contribution_base(wage: float, average_wage: float, floor: float, ceiling: float) -> float:
    """The declared wage within the bounds of the law, yuan a year.

    ``floor`` and ``ceiling`` are multiples of ``average_wage``, last year's mean wage in yuan a year.
    """
    return min(max(wage, floor * average_wage), ceiling * average_wage)


@decision
def contribution_index(base: float, average_wage: float) -> float:
    """A year's base relative to the average wage: the index whose mean over all years enters the pension."""
    return base / average_wage


@decision
def employee_dues(
    base: float, employer_rate: float, worker_rate: float, account_share: float, waived: float
) -> Dues:
    """Dues of an employee and the employer on a base of yuan a year.

    ``waived`` is the share of the employer's part that is not owed (2020). The account is credited with its
    share of the base whatever the employer pays.
    """
    return Dues(base * employer_rate * (1.0 - waived), base * worker_rate, base * account_share)


@decision
def flexible_dues(base: float, flexible_rate: float, account_share: float) -> Dues:
    """Dues of a flexible worker, who pays the whole rate alone, on a base of yuan a year."""
    return Dues(0.0, base * flexible_rate, base * account_share)
