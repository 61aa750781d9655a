"""How governments expect accounts to grow (specification, 8.1, looking ahead)."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

from oracle import paths

if TYPE_CHECKING:
    from oracle.accounts import Account
    from oracle.model import Oracle


@dataclass
class Totals:
    """Totals of provinces in a year, or their growth: wage bill, enterprise pensions and heads, output."""

    bill: list[float]
    pensions: list[float]
    members: list[float]
    retirees: list[float]
    output: list[float]


def totals(model: Oracle) -> Totals:
    """The provinces' totals of the year that has been lived."""
    sums = Totals(*([0.0] * 31 for _ in fields(Totals)))
    for c, account in enumerate(model.accounts):
        p = model.province_of[c]
        sums.bill[p] += model.counts.places["wages"][c] / 100.0
        sums.pensions[p] += account.benefits
        sums.members[p] += account.insured
        sums.retirees[p] += account.retirees
        sums.output[p] += account.output
    return sums


def believed(model: Oracle, growth: list[float]) -> list[float]:
    """Growth factors within what is believed."""
    most = 1.0 + model.parameters.value("government.growth_believed", model.year)
    return [min(max(factor, 1.0 / most), most) for factor in growth]


def at_start(model: Oracle) -> Totals:
    """The growth expected before two years of accounts are known."""
    p, year = model.parameters, model.scenario.start

    def grown(path: object) -> list[float]:
        return [b / a for a, b in zip(path(p, year - 1), path(p, year), strict=True)]

    wages, jobs, output = (grown(x) for x in (paths.wages, paths.market_employment, paths.output))
    retirees = [1.0 / (2.0 * mean - 1.0) for mean in model.mean_retirees]
    rise = 1.0 + p.value("adjustment.rate", year)
    return Totals(
        bill=[w * j for w, j in zip(wages, jobs, strict=True)],
        pensions=[x * rise for x in retirees],
        members=jobs,
        retirees=retirees,
        output=output,
    )


def expected(model: Oracle) -> Totals:
    """The growth that governments expect, each number within what is believed."""
    growth = model.growth
    return Totals(*(believed(model, getattr(growth, f.name)) for f in fields(Totals)))


def between(before: Totals, now: Totals) -> Totals:
    """The growth from one year's totals to the next."""
    names = [f.name for f in fields(Totals)]
    pairs = ((getattr(before, name), getattr(now, name)) for name in names)
    return Totals(*([b / max(a, 1.0) for a, b in zip(x, y, strict=True)] for x, y in pairs))


def grown(account: Account, growth: Totals, p: int, years: int) -> Account:
    """A locality's account so many years on."""
    bill, pensions, members, retirees, output = (getattr(growth, f.name)[p] ** years for f in fields(Totals))
    return replace(
        account,
        contributions=account.contributions * bill,
        contributions_public=account.contributions_public * bill,
        collectable=account.collectable * bill,
        benefits=account.benefits * pensions,
        benefits_public=account.benefits_public * pensions,
        off_list=account.off_list * pensions,
        insured=account.insured * members,
        employees=account.employees * members,
        retirees=account.retirees * retirees,
        average_wage=account.average_wage * bill / members,
        output=account.output * output,
        capacity=account.capacity * output,
    )
