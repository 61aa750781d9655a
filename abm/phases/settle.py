"""Phases: agencies draw up the accounts, funds settle through the tiers, every yuan is booked."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from abm import draws, regimes
from abm.agents.local_government import DEEMED, RATE, SUPPLEMENT
from abm.phases.promises import account_share, accrued_share, elders, promised_accounts
from abm.regimes import Accounts, Memory, Schedule
from abm.regimes.booking import Part, post
from abm.space import PROVINCE_NAMES
from abm.timeline import Timeline, segments

if TYPE_CHECKING:
    from abm.model import PensionModel

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


def combined_rate(model: PensionModel, levers: np.ndarray) -> np.ndarray:
    """Employers' rate under levers (n, 5), less waivers, plus workers' rate, (n,)."""
    return levers[:, RATE] * (1.0 - model.rules.waived) + model.rules.worker_rate


def collectable(model: PensionModel) -> np.ndarray:
    """What the staff's wage bill would bring at the lawful rates of the year, less waivers, (n,) yuan."""
    rate = model.parameters.by_province("contributions.employer_rate", model.year)[model.places.province_of]
    lawful = rate * (1.0 - model.rules.waived) + model.rules.worker_rate
    return lawful * model.sums["wages"] / 100.0


def memory(model: PensionModel) -> Memory:
    """What the rules carry over from last year; in the base year nothing but the year itself."""
    return Memory.opening(model.accounts) if model.memory is None else model.memory


def sight(model: PensionModel) -> np.ndarray:
    """Error of this year in the managerial share of each gap as seen from above, (n,): a keyed draw."""
    value, year = model.parameters.value, model.year
    place = np.array([int(code) for code in model.places.codes], dtype=np.uint64)
    noise = draws.normals(draws.key(model.scenario.seed, "managerial gap", year), place)
    return value("regimes.gap_error", year) * (1.0 - value("regimes.platform_quality", year)) * noise


def accounts(model: PensionModel) -> Accounts:
    """The year's accounts of every locality, from the sums of the pass."""
    value, year, sums = model.parameters.value, model.year, model.sums
    places, province = model.places, model.places.province_of
    supplement = model.levers[:, SUPPLEMENT]
    off_list = early_spending(model) + sums["pensions"] / 100.0 * supplement / (1.0 + supplement)
    off_list = off_list + deemed_spending(model) * above(model.levers[:, DEEMED], standard_k(model))
    ported = sums.ported
    output = model.output()[province] * places.work_share
    drawn = Accounts(
        contributions_enterprise=yuan(model, "contributions_enterprise"),
        contributions_public=yuan(model, "contributions_public"),
        benefits_enterprise=yuan(model, "benefits_enterprise"),
        benefits_public=yuan(model, "benefits_public"),
        off_list=np.minimum(off_list, yuan(model, "benefits_enterprise")),
        interest=np.zeros(places.n),
        portability_in=ported.sum(axis=0) / 100.0,
        portability_out=ported.sum(axis=1) / 100.0,
        insured_employees=(sums["insured"] - sums["insured_public"]) + model.duplicates,
        enterprise_employees=sums["staff"].astype(np.float64),
        enterprise_retirees=(sums["retirees"] - sums["retirees_public"]).astype(np.float64),
        average_wage=value("regimes.private_wage_ratio", year) * model.wages_before[province],
        gdp=output,
        population=np.maximum(model.residents(), 1.0),
        treasury_capacity=value("regimes.treasury_share", year) * output,
        collectable=collectable(model),
        account_share=account_share(model),
        empty_accounts=promised_accounts(model),
        elders=elders(model),
        accrued_share=accrued_share(model)[province],
    )
    if model.subsidy_key is None:
        model.subsidy_key = model.subsidy_formula = regimes.subsidy_key(drawn)
        model.schedule = build_schedule(model, model.scenario.timeline, year)
    reserve = model.stack.reserves_in_charge(drawn, model.funds)
    return drawn._replace(interest=np.rint(reserve * interest_rate(model) * 100.0) / 100.0)


def early_spending(model: PensionModel) -> np.ndarray:
    """Pensions that the year's early retirees draw before the statutory age, all years of it, (n,) yuan."""
    return model.sums["early_pensions"] / 100.0 * model.parameters.value("government.years_early", model.year)


def deemed_spending(model: PensionModel) -> np.ndarray:
    """Transitional parts of the year's new pensions, (n,) yuan, in as many years as a government looks at.

    Of the cohorts of a horizon of H years, one new each year, (H + 1)/2 draw on average.
    """
    years = 0.5 * (model.parameters.value("government.horizon", model.year) + 1.0)
    return years * model.sums["deemed_pensions"] / 100.0


def standard_k(model: PensionModel) -> float:
    """The transitional pension of a deemed year on the national list, share a year."""
    return model.parameters.value("benefits.transitional_rate", model.year)


def above(k: np.ndarray, standard: float) -> np.ndarray:
    """Part of transitional pensions under ``k`` (...) that exceeds the ``standard``."""
    return np.maximum(k - standard, 0.0) / k


def interest_rate(model: PensionModel) -> float:
    """Yearly rate that reserves earn."""
    value, year = model.parameters.value, model.year
    share = value("returns.entrusted_share", year)
    return (1.0 - share) * value("returns.local_deposits", year) + share * value("returns.entrusted", year)


def build_schedule(model: PensionModel, timeline: Timeline, year: int, *, ahead: bool = False) -> Schedule:
    """The money rules of a year under a timeline, for the model's localities, in order of time.

    Segments that differ in modules without money alone are one part. A government that looks ``ahead``
    expects no error in how gaps are seen, and the rules of today where the timeline has none.
    """
    key = np.zeros(model.places.n) if model.subsidy_key is None else model.subsidy_key
    money = {*regimes.MODULES, regimes.HARD_BUDGET}
    states = [
        (segment.share, segment.stack or model.stack_in_force, segment.modules & money)
        for segment in segments(timeline, year)
    ]
    parts = []
    for (in_force, modules), same in groupby(states, key=lambda state: state[1:]):
        stack = regimes.build(
            in_force.lower,
            in_force.upper,
            model.parameters,
            year,
            model.places.province_of,
            key=key,
            exceptions={PROVINCE_NAMES.index(name): rule for name, rule in in_force.exceptions},
            modules=modules,
            sight=0.0 if ahead else sight(model),
        )
        parts.append((sum(share for share, *_ in same), replace(stack, tells_nature=not ahead)))
    return Schedule(tuple(parts))


def run(model: PensionModel) -> None:
    """Settle the year, round every flow to the fen, book it, and check that the books balance."""
    opening = model.funds
    model.funds_opening = opening
    model.settlement = model.schedule.settle(model.accounts, opening, memory(model))
    model.memory = model.settlement.memory
    regimes.check(model.settlement, opening, model.membership)
    realised = regimes.realise(model.settlement, opening, model.membership)
    model.realised, model.funds = realised, realised.funds
    book(model)
    model.ledger.check(model.year, *model.chart.funds(model.funds))
    model.rate_last_year = combined_rate(model, model.levers)


def book(model: PensionModel) -> None:
    """Post the year's flows: contributions and pensions by kind, portability by pair, the rest by name."""
    year, ledger, chart = model.year, model.ledger, model.chart
    parts: dict[str, list[Part]] = {
        flow: [Part(payer, payee, kind, fen(model, measure)) for payer, payee, kind, measure in details]
        for flow, details in SPLIT.items()
    }
    # A rule may pay other pensions than those the pass added up; they are booked under their own name.
    as_added = {
        flow: kinds
        for flow, kinds in parts.items()
        if np.array_equal(sum(part.fen for part in kinds), model.realised.flows[flow])
    }
    post(ledger, year, model.realised, chart, as_added | {"portability_in": [], "portability_out": []})
    origin, target = np.nonzero(model.sums.ported)
    fund = chart.names("fund", "locality")
    ledger.post(year, fund[origin], fund[target], "portability", model.sums.ported[origin, target])
    budgets, employers = chart.names("budget", "locality"), chart.names("employers", "locality")
    ledger.post(year, employers, budgets, "fines", model.sums["fines"])


def open_ledger(model: PensionModel) -> None:
    """Enter the opening reserves into the ledger."""
    model.ledger.open(*model.chart.funds(model.funds))
