"""Phases: agencies draw up the accounts, funds settle through the tiers, every yuan is booked."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from abm import regimes
from abm.engine import whatif
from abm.phases.employ import return_slope
from abm.phases.live import LENIENCY
from abm.regimes import FLOWS, Accounts, Funds, Stack
from abm.space import NATION, PROVINCE_NAMES
from abm.timeline import stack_on

if TYPE_CHECKING:
    from abm.model import PensionModel

YEARS_EARLY = 3.0
"""Years a pension approved early is drawn before the statutory age, on average (assumed)."""

SPLIT = {
    "contributions_enterprise": (
        ("employers", "fund", "employers' contributions", "employer_dues"),
        ("workers", "fund", "workers' contributions", "worker_dues"),
        ("workers", "fund", "flexible workers' contributions", "flexible_dues"),
        ("employers", "fund", "back payments", "back_payments"),
    ),
    "contributions_public": (
        ("employers", "fund", "public employers' contributions", "public_employer_dues"),
        ("workers", "fund", "public staff's contributions", "public_worker_dues"),
    ),
    "benefits_enterprise": (
        ("fund", "pensioners", "pensions", "ordinary_pensions"),
        ("fund", "pensioners", "legacy pensions", "legacy_pensions"),
        ("fund", "pensioners", "refunds", "refunds"),
    ),
    "benefits_public": (("fund", "pensioners", "public-sector pensions", "public_pensions"),),
}
"""How the accounts' flows are booked: payer, payee, kind, and the measure of the pass that holds the fen."""


def fen(model: PensionModel, measure: str) -> np.ndarray:
    """A money measure of the pass, (n,) fen; ordinary pensions are pensions less their legacy part."""
    if measure == "ordinary_pensions":
        return model.sums["pensions"] - model.sums["legacy_pensions"]
    return model.sums[measure]


def yuan(model: PensionModel, flow: str) -> np.ndarray:
    """The parts of an account's flow added up, (n,) yuan."""
    return sum(fen(model, measure) for *_, measure in SPLIT[flow]) / 100.0


def accounts(model: PensionModel) -> Accounts:
    """The year's accounts of every locality, from the sums of the pass."""
    value, year, sums = model.parameters.value, model.year, model.sums
    places, province = model.places, model.places.province_of
    off_list = sums["early_pensions"] / 100.0 * YEARS_EARLY
    ported = sums.ported.copy()
    if not places.by_province:  # within a pooled province no money moves; the pass sent none
        np.fill_diagonal(ported, 0)
    output = model.output()[province] * places.work_share
    collected = yuan(model, "contributions_enterprise")
    plan = collected
    if model.collected_before is not None:
        growth = model.wages / model.wages_before
        plan = model.collected_before * growth[province]
    share = value("returns.entrusted_share", year)
    rate = (1.0 - share) * value("returns.local_deposits", year) + share * value("returns.entrusted", year)
    drawn = Accounts(
        contributions_enterprise=collected,
        contributions_public=yuan(model, "contributions_public"),
        benefits_enterprise=yuan(model, "benefits_enterprise"),
        benefits_public=yuan(model, "benefits_public"),
        off_list=np.minimum(off_list, yuan(model, "benefits_enterprise")),
        interest=np.zeros(places.n),
        portability_in=ported.sum(axis=0) / 100.0,
        portability_out=ported.sum(axis=1) / 100.0,
        insured_employees=(sums["insured"] - sums["insured_public"]).astype(np.float64),
        enterprise_employees=sums["staff"].astype(np.float64),
        enterprise_retirees=(sums["retirees"] - sums["retirees_public"]).astype(np.float64),
        average_wage=value("regimes.private_wage_ratio", year) * model.wages_before[province],
        gdp=output,
        population=np.maximum(model.residents(), 1.0),
        treasury_capacity=value("regimes.treasury_share", year) * output,
        planned_contributions=plan,
    )
    if model.subsidy_key is None:
        model.subsidy_key = regimes.subsidy_key(drawn)
    model.stack = build_stack(model, *stack_rules(model.stack_in_force), year)
    reserve = model.stack.reserves_in_charge(drawn, model.funds)
    return drawn._replace(interest=np.rint(reserve * rate * 100.0) / 100.0)


def stack_rules(stack) -> tuple[str, str]:  # noqa: ANN001
    """Lower and upper rule of a stack in force (exceptions of single provinces are not settled apart)."""
    return stack.lower, stack.upper


def build_stack(model: PensionModel, lower: str, upper: str, year: int) -> Stack:
    """The money rules of a year for the model's localities."""
    return regimes.build(
        lower, upper, model.parameters, year, model.places.province_of, key=model.subsidy_key
    )


def expected_stacks(model: PensionModel, horizon: int, today: date) -> list[Stack]:
    """The regime expected in each year of the horizon: events announced by today at their effective dates."""
    known = tuple(
        e for e in model.scenario.timeline if (e.announced or e.start) <= today or e.start <= today
    )
    stacks = []
    for ahead in range(horizon):
        stack = stack_on(known, date(model.year + ahead, 12, 1))
        stacks.append(build_stack(model, *stack_rules(stack), model.year + ahead))
    return stacks


def setting(model: PensionModel) -> whatif.Setting:
    """What the what-if of this year starts from: last year's accounts and today's funds."""
    a, sums, places = model.accounts, model.sums, model.places
    pooled = [model.stack_in_force.lower_of(name) == "provincial_unified" for name in PROVINCE_NAMES]
    own = np.array([1.0 if places.by_province else 0.0 if p else 1.0 for p in pooled])[places.province_of]
    owned = own * model.funds.local
    if places.by_province:
        owned = model.funds.local + model.funds.provincial
    staff = (sums["employer_dues"] + sums["worker_dues"] + sums["back_payments"]) / 100.0
    rate = model.parameters.by_province("contributions.employer_rate", model.year)[places.province_of]
    lenient = model.levers[:, LENIENCY]
    early = a.off_list if model.transitions else 0.01 * a.benefits_enterprise * (lenient > 0)
    return whatif.Setting(
        accounts=a,
        funds=model.funds,
        wages=np.maximum(sums["wages"] / 100.0, 1.0),
        staff_dues=staff,
        early_cost=np.maximum(early, 0.0),
        reserve_owned=owned,
        return_slope=return_slope(model),
        capital_flight=model.parameters.value("government.capital_flight", model.year),
        national_floor=model.parameters.value("contributions.base_floor", model.year),
        national_rate=rate,
    )


def run(model: PensionModel) -> None:
    """Settle the year, round every flow to the fen, book it, and check that the books balance."""
    opening = model.funds
    model.funds_opening = opening
    model.settlement = model.stack.settle(model.accounts, opening)
    regimes.check(model.settlement, opening, model.membership)
    realised = regimes.realise(model.settlement, opening, model.membership)
    model.realised, model.funds = realised, realised.funds
    book(model)
    accounts_held, closing = held(model)
    model.ledger.check(model.year, accounts_held, closing)
    model.collected_before = model.accounts.contributions_enterprise


def names(model: PensionModel, party: str) -> np.ndarray | str:
    """Ledger accounts of a party of a flow: by locality, by province, or the centre's."""
    kind, _, level = party.partition(":")
    if level == "centre":
        return f"{kind}:{NATION}"
    if level == "province":
        return np.array([f"{kind}:{name}" for name in PROVINCE_NAMES], dtype=object)
    codes = zip(model.places.province_of, model.places.codes, strict=True)
    return np.array([f"{kind}:{PROVINCE_NAMES[p]}/{code}" for p, code in codes], dtype=object)


def book(model: PensionModel) -> None:
    """Post the year's flows: contributions and pensions by kind, portability by pair, the rest by name."""
    year, post = model.year, model.ledger.post
    for payer, payee, kind, measure in (part for parts in SPLIT.values() for part in parts):
        post(year, names(model, payer), names(model, payee), kind, fen(model, measure))
    post(year, names(model, "employers"), names(model, "budget"), "fines", model.sums["fines"])
    ported = model.sums.ported
    origin, target = np.nonzero(ported)
    fund = names(model, "fund")
    if len(origin):
        post(year, fund[origin], fund[target], "portability", ported[origin, target])
    for name, amount in model.realised.flows.items():
        if name in SPLIT or name.startswith("portability"):
            continue
        flow = FLOWS[name]
        payer, payee = flow.payer, flow.payee
        if flow.level == "locality" and "province" in payer + payee:
            payer, payee = (names_of_province(model, x) for x in (payer, payee))
            post(year, payer, payee, name, amount)
        else:
            post(year, names(model, payer), names(model, payee), name, amount)


def names_of_province(model: PensionModel, party: str) -> np.ndarray | str:
    """Ledger accounts of a party, one per locality, those of provinces repeated for their localities."""
    accounts_named = names(model, party)
    return accounts_named[model.places.province_of] if party.endswith(":province") else accounts_named


def held(model: PensionModel) -> tuple[np.ndarray, np.ndarray]:
    """Fund accounts and what they hold, fen: localities, provinces, the centre."""
    funds: Funds = model.funds
    labels = np.concatenate([names(model, "fund"), names(model, "fund:province"), [f"fund:{NATION}"]])
    amounts = np.concatenate([funds.local, funds.provincial, np.atleast_1d(funds.central)])
    return labels, np.rint(amounts * 100.0).astype(np.int64)


def open_ledger(model: PensionModel) -> None:
    """Enter the opening reserves into the ledger."""
    labels, amounts = held(model)
    model.ledger.open(labels, amounts)
