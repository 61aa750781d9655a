"""Phases: agencies draw up the accounts, funds settle through the tiers, every yuan is booked."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from abm import regimes
from abm.engine import whatif
from abm.phases.employ import return_slope
from abm.phases.live import LENIENCY
from abm.regimes import Accounts, Stack
from abm.regimes.booking import Part, post
from abm.space import PROVINCE_NAMES
from abm.timeline import RegimeStack, stack_on

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
    return np.sum([fen(model, measure) for *_, measure in SPLIT[flow]], axis=0) / 100.0


def accounts(model: PensionModel) -> Accounts:
    """The year's accounts of every locality, from the sums of the pass."""
    value, year, sums = model.parameters.value, model.year, model.sums
    places, province = model.places, model.places.province_of
    off_list = sums["early_pensions"] / 100.0 * YEARS_EARLY
    ported = sums.ported
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
    model.stack = build_stack(model, model.stack_in_force, year)
    reserve = model.stack.reserves_in_charge(drawn, model.funds)
    return drawn._replace(interest=np.rint(reserve * rate * 100.0) / 100.0)


def build_stack(model: PensionModel, in_force: RegimeStack, year: int) -> Stack:
    """The money rules of a year for the model's localities (exceptions of single provinces are left out)."""
    key = np.zeros(model.places.n) if model.subsidy_key is None else model.subsidy_key
    return regimes.build(
        in_force.lower, in_force.upper, model.parameters, year, model.places.province_of, key=key
    )


def expected_stacks(model: PensionModel, horizon: int, today: date) -> list[Stack]:
    """The regime expected in each year of the horizon: events announced by today at their effective dates."""
    known = tuple(e for e in model.scenario.timeline if (e.announced or e.start) <= today or e.start <= today)
    stacks = []
    for ahead in range(horizon):
        in_force = stack_on(known, date(model.year + ahead, 12, 1)) or model.stack_in_force
        stacks.append(build_stack(model, in_force, model.year + ahead))
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
    model.ledger.check(model.year, *model.chart.funds(model.funds))
    model.collected_before = model.accounts.contributions_enterprise


def book(model: PensionModel) -> None:
    """Post the year's flows: contributions and pensions by kind, portability by pair, the rest by name."""
    year, ledger, chart = model.year, model.ledger, model.chart
    parts: dict[str, list[Part]] = {
        flow: [Part(payer, payee, kind, fen(model, measure)) for payer, payee, kind, measure in details]
        for flow, details in SPLIT.items()
    }
    post(ledger, year, model.realised, chart, parts | {"portability_in": [], "portability_out": []})
    origin, target = np.nonzero(model.sums.ported)
    fund = chart.names("fund", "locality")
    ledger.post(year, fund[origin], fund[target], "portability", model.sums.ported[origin, target])
    budgets, employers = chart.names("budget", "locality"), chart.names("employers", "locality")
    ledger.post(year, employers, budgets, "fines", model.sums["fines"])


def open_ledger(model: PensionModel) -> None:
    """Enter the opening reserves into the ledger."""
    model.ledger.open(*model.chart.funds(model.funds))
