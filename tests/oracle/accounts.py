"""The accounts of every locality, from what a pass added up (specification, 11.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from oracle import paths, promises

if TYPE_CHECKING:
    from oracle.model import Oracle


@dataclass
class Account:
    """A locality's year, yuan and persons; enterprise scheme where nothing is said."""

    contributions: float
    contributions_public: float
    benefits: float
    benefits_public: float
    off_list: float
    interest: float
    portability_in: float
    portability_out: float
    insured: float
    employees: float
    retirees: float
    average_wage: float
    output: float
    population: float
    capacity: float
    collectable: float
    account_share: float
    empty_accounts: float
    elders: float
    accrued_share: float
    plan: float

    @property
    def spending(self) -> float:
        return self.benefits + self.benefits_public

    @property
    def slack(self) -> float:
        """Collections short of plan, and off-list spending."""
        return max(self.plan - self.contributions, 0.0) + self.off_list


@dataclass
class Funds:
    """Reserves of localities, provinces and the centre, and the advances localities owe, yuan."""

    local: list[float]
    provincial: list[float]
    central: float
    advances: list[float]


@dataclass
class Memory:
    """What rules remember from year to year, by locality but for the two numbers of the nation."""

    contributions: list[float]
    collectable: list[float]
    covered: list[float]
    gap_rate: float
    ratio: float
    good_years: list[float]
    switched: list[bool]
    legacy_debt: list[float]
    legacy_payment: list[float]
    withheld: list[float]


def covered(account: Account) -> float:
    """Insured per employee."""
    return account.insured / account.employees if account.employees > 0.0 else 0.0


def memory_of(accounts: list[Account]) -> Memory:
    """The memory before the base year: of a year like it, nothing else remembered."""
    n = len(accounts)
    return Memory(
        [a.contributions for a in accounts],
        [a.collectable for a in accounts],
        [covered(a) for a in accounts],
        gap_rate=0.0,
        ratio=0.0,
        good_years=[0.0] * n,
        switched=[False] * n,
        legacy_debt=[0.0] * n,
        legacy_payment=[0.0] * n,
        withheld=[0.0] * n,
    )


def output_of(model: Oracle) -> list[float]:
    """Output by province: published, times what relocation changed (section 5)."""
    alpha, year = model.rules.capital_share, model.year
    path = paths.output(model.parameters, year)
    jobs, capital = [0.0] * 31, [0.0] * 31
    for e in model.employers:
        p = model.province_of[e.locality]
        jobs[p] += e.jobs
        capital[p] += e.capital
    return [
        path[p]
        * (capital[p] / model.unmoved_capital[p]) ** alpha
        * (jobs[p] / model.jobs_of("formal")[p]) ** (1.0 - alpha)
        for p in range(31)
    ]


def lawful_rates(model: Oracle) -> list[float]:
    """What covered employers and their staff owe of the base by law, by locality."""
    rules = model.rules
    return [
        rules.employer_rate_by_province[p] * (1.0 - rules.waived) + rules.worker_rate
        for p in model.province_of
    ]


def plans(
    dues_before: list[float], collectable_before: list[float], collectable: list[float], pull: float
) -> list[float]:
    """Contributions planned for the year: last year's, on what is collectable, pulled to the norm (11.6)."""
    norm = sum(dues_before) / sum(collectable_before)
    result = []
    for c, now in enumerate(collectable):
        before = collectable_before[c]
        own = dues_before[c] * now / before if before > 0.0 else 0.0
        result.append((1.0 - pull) * own + pull * norm * now)
    return result


def interest(model: Oracle, year: int, retirees: list[float], funds: Funds) -> list[float]:
    """A year's return on the reserves a locality is in charge of at its opening, yuan."""
    value = model.parameters.value
    e = value("returns.entrusted_share", year)
    rate = (1.0 - e) * value("returns.local_deposits", year) + e * value("returns.entrusted", year)
    people = [0.0] * 31
    for c, number in enumerate(retirees):
        people[model.province_of[c]] += number
    earned = []
    for c, number in enumerate(retirees):
        p = model.province_of[c]
        share = number / people[p] if people[p] > 0.0 else model.work_share[c]
        reserve = max(funds.local[c], 0.0) + share * max(funds.provincial[p], 0.0)
        reserve += number / max(sum(people), 1.0) * max(funds.central, 0.0)
        earned.append(reserve * rate)
    return earned


def credited_share(model: Oracle, c: int, dues: float) -> float:
    """The part of a locality's enterprise contributions that is credited to individual accounts."""
    seen, rules = model.counts.places, model.rules
    own = rules.account_share / rules.promise.flexible_rate
    credited = (seen["worker_dues"][c] + seen["flexible_dues"][c] * own) / 100.0
    return credited / dues if dues > 0.0 else 0.0


def accounts_of(model: Oracle) -> list[Account]:
    """The accounts of the year."""
    seen, n = model.counts.places, len(model.province_of)
    value, year = model.parameters.value, model.year
    output = output_of(model)
    dues = [
        (
            seen["employer_dues"][c]
            + seen["worker_dues"][c]
            + seen["flexible_dues"][c]
            + seen["back_payments"][c]
        )
        / 100.0
        for c in range(n)
    ]
    collectable = [
        seen["wages"][c] / 100.0 * rate for c, rate in zip(range(n), lawful_rates(model), strict=True)
    ]
    before, pull = model.memory, value("regimes.plan_pull", year)
    if before is None:
        plan = plans(dues, collectable, collectable, pull)
    else:
        plan = plans(before.contributions, before.collectable, collectable, pull)
    retirees = [float(seen["retirees"][c] - seen["retirees_public"][c]) for c in range(n)]
    earned = [round(100.0 * x) / 100.0 for x in interest(model, year, retirees, model.funds)]
    ported = model.counts.ported
    children = model.children()
    older, accrued = promises.elders(model), promises.accrued(model)
    promised = promises.empty_accounts(model)
    result = []
    for c in range(n):
        p = model.province_of[c]
        benefits = (seen["pensions"][c] + seen["refunds"][c]) / 100.0
        early = value("government.years_early", year) * seen["early_pensions"][c] / 100.0
        supplement = model.levers[c].supplement
        topped_up = seen["pensions"][c] / 100.0 * supplement / (1.0 + supplement)
        own = output[p] * model.work_share[c]
        k, standard = model.levers[c].deemed, value("benefits.transitional_rate", year)
        drawing = (value("government.horizon", year) + 1.0) / 2.0
        raised = drawing * seen["deemed_pensions"][c] / 100.0 * max(k - standard, 0.0) / k
        result.append(
            Account(
                contributions=dues[c],
                contributions_public=(seen["public_employer_dues"][c] + seen["public_worker_dues"][c])
                / 100.0,
                benefits=benefits,
                benefits_public=seen["public_pensions"][c] / 100.0,
                off_list=min(early + topped_up + raised, benefits),
                interest=earned[c],
                portability_in=sum(ported[a][c] for a in range(n) if a != c) / 100.0,
                portability_out=sum(ported[c][b] for b in range(n) if b != c) / 100.0,
                insured=seen["insured"][c] - seen["insured_public"][c] + model.double[c],
                employees=float(seen["staff"][c]),
                retirees=retirees[c],
                average_wage=value("regimes.private_wage_ratio", year) * model.wage_before[c],
                output=own,
                population=seen["adults"][c] + children[p] * model.population_share[c],
                capacity=value("regimes.treasury_share", year) * own,
                collectable=collectable[c],
                account_share=credited_share(model, c, dues[c]),
                empty_accounts=promised[c],
                elders=older[c],
                accrued_share=accrued[p],
                plan=plan[c],
            )
        )
    return result
