"""What governments expect: regimes, growth, and who answers what they do. Phase between last year and this.

What-ifs start from last year's accounts and look as many years ahead as a government does.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from abm.agents import employer
from abm.agents.local_government import DEEMED, EXEMPTION, FLOOR, NOBODY
from abm.engine import answers, moves, tables
from abm.engine.counterfactual import Growth, Setting
from abm.engine.incoming import Incoming
from abm.engine.outsiders import Entry, Offered, Outsiders, outsiders
from abm.phases import live, settle
from abm.phases.employ import firm_rules, full_exemption, multiples, return_slope, returns_on_capital
from abm.population.persons import FIRST_COHORT, Status
from abm.regimes import Schedule
from abm.scheme.benefits import account_divisor
from abm.space import PROVINCES

if TYPE_CHECKING:
    from abm.model import PensionModel

N = len(PROVINCES)
FLEXIBLE_PENSION_AGE = 57.0
"""Statutory age of the flexible workers that stand for all in a what-if: between men's and women's."""


def expected_stacks(model: PensionModel, horizon: int, today: date) -> list[Schedule]:
    """The regime expected in each year of the horizon.

    Governments that follow announcements count every event announced by today at its effective date; naive
    ones expect what is in force today to stay.
    """
    follow = model.parameters.value("government.follows_announcements", model.year) > 0.0
    known = tuple(
        e for e in model.scenario.timeline if ((e.announced or e.start) if follow else e.start) <= today
    )
    return [settle.build_schedule(model, known, model.year + s, ahead=True) for s in range(horizon)]


def levels(model: PensionModel) -> Growth:
    """The year's provincial totals that growth is read off, as a Growth of levels (31,)."""
    a, province = model.accounts, model.places.province_of

    def total(x: np.ndarray) -> np.ndarray:
        return np.bincount(province, x, minlength=N)

    return Growth(
        bill=total(model.sums["wages"] / 100.0),
        pensions=total(a.benefits_enterprise),
        members=total(a.insured_employees),
        retirees=total(a.enterprise_retirees),
        output=total(a.gdp),
    )


def growth_at_start(model: PensionModel) -> Growth:
    """Growth up to the start year by province, (31,): published wages, jobs, pensioners and output."""
    economy, year, base = model.economy, model.year, model.base

    def rise(name: str) -> np.ndarray:
        return economy.at(name, year) / economy.at(name, year - 1)

    retirees = base.retirees / (2.0 * base.mean_retirees - base.retirees)
    return Growth(
        bill=rise("wage") * rise("formal_jobs"),
        pensions=retirees * (1.0 + model.rules.adjustment.rate),
        members=rise("formal_jobs"),
        retirees=retirees,
        output=rise("gdp"),
    )


def observe(model: PensionModel) -> None:
    """Take in the year's growth of the provinces' accounts, which the next years are expected to repeat."""
    now = levels(model)
    if model.levels is not None:
        before = (np.maximum(x, 1.0) for x in model.levels)
        model.growth = Growth(*(x / y for x, y in zip(now, before, strict=True)))
    model.levels = now


def expected_growth(model: PensionModel) -> Growth:
    """Last year's growth of the province, (n,), within what governments believe can last."""
    most = model.parameters.value("government.growth_believed", model.year)
    province = model.places.province_of
    return Growth(*(np.clip(x, 1.0 / (1.0 + most), 1.0 + most)[province] for x in model.growth))


def setting(model: PensionModel, levers: np.ndarray) -> Setting:
    """What this year's what-if starts from: last year's accounts at the rates of ``levers`` (n, levers)."""
    value, year = model.parameters.value, model.year
    a, sums, province = model.accounts, model.sums, model.places.province_of
    staff = (sums["employer_dues"] + sums["worker_dues"] + sums["back_payments"]) / 100.0
    if model.rate_last_year is not None:
        changed = staff * settle.combined_rate(model, levers) / model.rate_last_year
        collected = a.contributions_enterprise - staff + changed
        a = a._replace(contributions_enterprise=collected, collectable=settle.collectable(model))
        staff = changed
    early = settle.early_spending(model)
    at_start = value("government.early_share_at_start", year) * a.benefits_enterprise
    flexible = flexible_in_short(model)
    return Setting(
        accounts=a,
        funds=model.funds,
        memory=settle.memory(model),
        growth=expected_growth(model),
        interest=settle.interest_rate(model),
        wages=np.maximum(sums["wages"] / 100.0, 1.0),
        staff_dues=staff,
        early_cost=np.where(early > 0.0, early, at_start),
        deemed_cost=settle.deemed_spending(model) * levers[:, DEEMED] / model.place[:, tables.P_DEEMED_RATE],
        standard_k=settle.standard_k(model),
        firms=employers_in_short(model),
        flexible=flexible,
        movers=movers_in_short(model, flexible),
        incoming=incoming_in_short(model, levers),
        outsiders=outsiders_in_short(model, levers),
        province_of=province,
        work_share=model.places.work_share,
        levy=model.market["levy"][province],
        return_slope=return_slope(model),
        capital_flight=value("government.capital_flight", year),
        national_floor=value("contributions.base_floor", year),
        national_rate=model.parameters.by_province("contributions.employer_rate", year)[province],
    )


def flexible_in_short(model: PensionModel) -> answers.Flexible:
    """The flexible workers that answer a lever: those of the mean locality but for floor and inclination."""
    rules = model.rules
    base_wage = model.base_wages[model.places.province_of].mean()
    mean_wage = model.wages[model.places.province_of].mean()
    ratio = model.parameters.value("labour.flexible_income_ratio", model.year)
    return answers.Flexible(
        rules=rules,
        inclination=live.inclination(model),
        moves=expected_moves(model, answers.AGES, True),
        scheme=rules.scheme._replace(resident_pension=rules.scheme.resident_pension / base_wage),
        income=ratio * mean_wage / base_wage,
        dispersion=rules.skill_spread,
        pension_age=FLEXIBLE_PENSION_AGE,
        divisor=account_divisor.py_func(FLEXIBLE_PENSION_AGE, model.divisors),
    )


def expected_moves(model: PensionModel, ages: np.ndarray, locals_too: bool) -> np.ndarray:
    """Moves into other pools that the residents of a place expect, by age, (n, ages).

    Means over hukou provinces by last year's adults (without ``locals_too``, over the other provinces) and
    over both sexes.
    """
    borders, law, province = live.pool_borders(model), model.rules.portability, model.places.province_of
    weight = model.sums.stock.astype(np.float64)  # [hukou, residence]
    if not locals_too:
        weight = weight * (1.0 - np.eye(N))
    weight = (weight / np.maximum(weight.sum(axis=0), 1.0))[:, province]
    young, old = (weight * borders.young).sum(axis=0), (weight * borders.old).sum(axis=0)
    n, many = len(province), len(ages)
    ages, young, old = np.tile(ages, n), np.repeat(young, many), np.repeat(old, many)
    to_go = np.maximum(FLEXIBLE_PENSION_AGE - ages, 0.0)
    men, women = (
        moves.moves_of_many(
            ages.astype(np.int64), to_go, np.full(n * many, keep), young, old, borders.weighed
        )
        for keep in (law.keep_age_men, law.keep_age_women)
    )
    return (0.5 * (men + women)).reshape(n, many)


def movers_in_short(model: PensionModel, flexible: answers.Flexible) -> answers.Movers:
    """Those who will consider moving in a year, and how strongly each province draws them."""
    value, year, sums = model.parameters.value, model.year, model.sums
    _, _, staying, pull, *_ = live.geography(model)
    considering = sums.stock * model.mobility * value("worker.mobility", year)  # [hukou, residence]
    utility = staying[None, :, :] + pull[:, None, :]
    first, second = answers.movers(considering.ravel(), utility.reshape(-1, N))
    adults = np.bincount(model.places.province_of, sums["adults"], minlength=N)
    members = sums["insured"].sum() / max(float(sums["adults"].sum() - sums["retirees"].sum()), 1.0)
    return answers.Movers(
        first=first,
        second=second,
        adults=np.maximum(adults, 1.0),
        wage_weight=value("worker.wage_weight", year) + members * answers.pension_stake(flexible),
        wage_shift=value("employer.wage_shift", year),
        years=round(value("government.horizon", year)),
    )


def incoming_in_short(model: PensionModel, levers: np.ndarray) -> Incoming:
    """The mobile employers that reconsider their place in a year, as last year left them."""
    firms, places, rules = model.population.employers, model.places, firm_rules(model)
    here = places.province_of[firms["locality"]]
    reconsider = np.bincount(
        here * N + firms["home"], firms["jobs"] * firms["mobile"] * rules.reconsiders, minlength=N * N
    )
    stays = np.eye(N)
    utility = rules.sensitivity * returns_on_capital(model) - rules.relocation_cost * (1.0 - stays)[:, None]
    worth = employer.worth_of_years.py_func(rules.exempt_years, rules.discount)
    jobs = np.bincount(firms["locality"], firms["jobs"], minlength=places.n)
    return Incoming(
        jobs=reconsider.reshape(N, N),
        utility=utility + rules.home_bias * stays,
        pull=rules.sensitivity * worth * full_exemption(model)[places.province_of],
        share=places.work_share,
        province_of=places.province_of,
        today=levers[:, EXEMPTION],
        jobs_now=np.maximum(jobs, 1.0),
        lasts=rules.exempt_years,
        years=round(model.parameters.value("government.horizon", model.year)),
    )


def outsiders_in_short(model: PensionModel, levers: np.ndarray) -> Outsiders:
    """The flexible workers with hukou in another province, and what they would do where they are admitted.

    Nobody is asked while no place may admit by itself. Elsewhere is the mean of all places.
    """
    value, year, places, rules = model.parameters.value, model.year, model.places, model.rules
    first = FIRST_COHORT + tables.COHORT_YEARS * np.arange(tables.COHORTS)
    youngest = (year - first - tables.COHORT_YEARS + 1).astype(np.float64)
    middle = youngest + 0.5 * tables.COHORT_YEARS
    asked = (middle > NOBODY + 1.0) & (middle < FLEXIBLE_PENSION_AGE)
    most = value("government.entry_age_most", year)
    if not model.transitions or most <= NOBODY or rules.open_to_migrants >= 1.0:
        return Outsiders(np.empty(0), 1.0, np.empty((places.n, 0, len(Entry._fields))))
    groups = model.sums.groups.reshape(N, 2, tables.COHORTS, 2, -1, len(tables.GROUP))
    migrants = groups[:, :, asked, 1, Status.FLEXIBLE, 0].astype(np.float64).transpose(0, 2, 1)
    province = places.province_of
    persons = migrants[province] * places.migrant_share[:, None, None] * (1.0 - rules.open_to_migrants)
    ratio = value("labour.flexible_income_ratio", year)
    here = Offered(
        model.base_wages[province], model.benefit_wages[province], levers[:, FLOOR], live.inclination(model),
        ratio * model.wages[province], expected_moves(model, middle[asked], False),
    )  # fmt: skip
    home = (float(here.wage.mean()), float(here.floor.mean()), float(here.inclination.mean()))
    return outsiders(
        persons, youngest[asked], float(tables.COHORT_YEARS), here, home, rules,
        value("contributions.base_ceiling", year), FLEXIBLE_PENSION_AGE,
        account_divisor.py_func(FLEXIBLE_PENSION_AGE, model.divisors),
        round(value("government.horizon", year)),
    )  # fmt: skip


def employers_in_short(model: PensionModel) -> answers.Firms:
    """The distribution of employers that answers a lever, from this year's market."""
    value, year = model.parameters.value, model.year
    province, market = model.places.province_of, model.market
    state, foreign = value("labour.state_share", year), value("labour.foreign_share", year)
    company = value("labour.limited_companies_share", year) * (1.0 - state - foreign)
    influence = 1.0 + value("employer.peer_weight", year) * market["compliant"]
    return answers.Firms(
        cost=model.concealment_cost[province] * influence,
        coverage_cost=model.coverage_cost[province],
        value=market["value"],
        mean_wage=np.maximum(market["mean_wage"], 0.05),
        shares=np.array([1.0 - state - foreign - company, state, foreign, company]),
        premiums=np.array([value("labour.private_wage_ratio", year), 1.0, 1.0, 1.0]),
        dispersion=value("employer.cost_dispersion", year),
        cost_multiples=multiples(model, "cost"),
        coverage_cost_multiples=multiples(model, "coverage_cost"),
        wage_dispersion=value("population.within_province_dispersion", year),
        fine=value("employer.fine_multiple", year),
        ceiling=value("contributions.base_ceiling", year),
        worker_rate=value("contributions.worker_rate", year),
        audit_base=value("employer.audit_base", year),
        review=value("employer.coverage_review", year),
        waived=model.rules.waived,
        registration_base=value("employer.registration_base", year),
    )
