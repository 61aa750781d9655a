"""Phase: employers choose location, declared share and coverage; inspections are drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from abm import draws
from abm.agents import employer
from abm.agents.local_government import AUDIT, EXEMPTION, RATE, REGISTRATION
from abm.engine.firms import FirmKeys, FirmRules, firms_year
from abm.space import PROVINCES

if TYPE_CHECKING:
    from abm.model import PensionModel

N = len(PROVINCES)


def run(model: PensionModel) -> None:
    """Grow jobs and capital with the economy, then let every employer decide."""
    firms, places, year = model.population.employers, model.places, model.year
    province = places.province_of
    if model.transitions:
        growth = model.economy.at("formal_jobs", year) / model.economy.at("formal_jobs", year - 1)
        rise = growth * model.economy.at("wage", year) / model.economy.at("wage", year - 1)
        at = province[firms["locality"]]
        firms["jobs"] = firms["jobs"] * growth[at]
        firms["capital"] = firms["capital"] * rise[at]
        model.unmoved_capital = model.unmoved_capital * rise
    seed = model.scenario.seed
    keys = FirmKeys(
        draws.key(seed, "audit", year),
        draws.key(seed, "inspection", year),
        draws.key(seed, "employer reconsiders", year),
        draws.key(seed, "employer destination", year),
    )
    firms_year(
        firm_rules(model), keys, firms["id"], firms["home"], firms["locality"], firms["ownership"],
        firms["mobile"], firms["arrived"], firms["log_cost"], firms["log_coverage_cost"], firms["coverage"],
        firms["hidden"], firms["exempt"], firms["wages"], firms["base_found"], firms["staff_found"],
        market_table(model), returns_on_capital(model), *offers(model), province, places.first,
    )  # fmt: skip
    count_jobs(model)


def count_jobs(model: PensionModel) -> None:
    """Write down the jobs wanted in every locality: those of the employers there, the others by path."""
    firms, places = model.population.employers, model.places
    model.jobs.wanted["formal"] = np.bincount(firms["locality"], firms["jobs"], minlength=places.n)
    for kind in ("flexible", "public"):
        total = model.economy.at(f"{kind}_jobs", model.year)[places.province_of]
        model.jobs.wanted[kind] = total * places.work_share


def multiples(model: PensionModel, cost: str) -> tuple[float, float, float, float]:
    """A cost, ``cost`` or ``coverage_cost``, over that of private employers, by ownership."""
    value, year = model.parameters.value, model.year
    state, foreign, company = (
        value(f"employer.{kind}_{cost}", year) for kind in ("state", "foreign", "company")
    )
    return 1.0, state, foreign, company


def firm_rules(model: PensionModel) -> FirmRules:
    """The behavioural parameters of employers in force."""

    def value(name: str) -> float:
        return model.parameters.value(f"employer.{name}", model.year)

    return FirmRules(
        fine=value("fine_multiple"),
        dispersion=value("cost_dispersion"),
        cost_multiples=multiples(model, "cost"),
        coverage_cost_multiples=multiples(model, "coverage_cost"),
        peer_weight=value("peer_weight"),
        size_weight=value("size_weight"),
        reconsiders=value("reconsiders"),
        sensitivity=value("location_sensitivity"),
        relocation_cost=value("relocation_cost"),
        home_bias=value("home_bias"),
        exempt_years=round(model.parameters.value("government.exemption_years", model.year)),
        discount=value("discount"),
        year=model.year,
        transitions=model.transitions,
    )


def detection(model: PensionModel) -> tuple[np.ndarray, np.ndarray]:
    """Chances that hidden wages and staff left out are found, (n,): agency base plus local push."""
    value, year = model.parameters.value, model.year
    audit = value("employer.audit_base", year) + model.levers[:, AUDIT]
    inspection = value("employer.registration_base", year) + model.levers[:, REGISTRATION]
    return np.clip(audit, 0.0, 1.0), np.clip(inspection, 0.0, 1.0)


def market_table(model: PensionModel) -> np.ndarray:
    """What employers see of each locality, (n, fields) as ``firms.MARKET``."""
    market = model.market
    audit, inspection = detection(model)
    own_rate = model.levers[:, RATE] * (1.0 - model.rules.waived)
    rate = own_rate + model.rules.worker_rate
    province = model.places.province_of
    exemption = model.levers[:, EXEMPTION]
    columns = (
        rate, audit, inspection, market["value"], model.concealment_cost[province],
        model.coverage_cost[province], market["compliant"], market["mean_bill"],
        own_rate, exemption, exemption * full_exemption(model)[province],
    )  # fmt: skip
    return np.stack(columns, axis=1)


def returns_on_capital(model: PensionModel) -> np.ndarray:
    """Net return on capital by province, (31,): r = (Y − w(1 + t)L)/K with w = (1 − α)(Y/L)/(1 + θt)."""
    value, year = model.parameters.value, model.year
    share, shift = value("employer.capital_share", year), value("employer.wage_shift", year)
    bill, levy = np.maximum(model.market["bill"], 1.0), model.market["levy"]
    output = bill * (1.0 + shift * levy) / (1.0 - share)
    capital = np.maximum(model.market["capital"], 1.0)
    return employer.return_on_capital.py_func(output, bill, levy, 1.0, capital)


def full_exemption(model: PensionModel) -> np.ndarray:
    """What being let off all of its dues would add to an employer's rate of return, by province, (31,)."""
    market = model.market
    return market["levy"] * np.maximum(market["bill"], 1.0) / np.maximum(market["capital"], 1.0)


def offers(model: PensionModel) -> tuple[np.ndarray, np.ndarray]:
    """What exemptions add to the return of who moves in, (31,), and how strongly localities draw, (n,).

    A mobile employer weighs all localities by one logit in which those of a province differ by the work
    there and by their exemption, worth the years it lasts: a province counts with the mean of its
    localities in that sense, and its localities draw in proportion. The second is their running sum.
    """
    rules, places = firm_rules(model), model.places
    worth = employer.worth_of_years.py_func(rules.exempt_years, rules.discount)
    saving = model.levers[:, EXEMPTION] * full_exemption(model)[places.province_of]
    pull = rules.sensitivity * worth * saving
    drawn = np.bincount(places.province_of, places.work_share * np.expm1(pull), minlength=N)
    gain = np.log1p(drawn) / rules.sensitivity if rules.sensitivity > 0.0 else np.zeros(N)
    return gain, running_sum(model, places.work_share * np.exp(pull))


def return_slope(model: PensionModel) -> np.ndarray:
    """Relative change of the return per unit of levy on wages, (n,)."""
    value, year = model.parameters.value, model.year
    share, shift = value("employer.capital_share", year), value("employer.wage_shift", year)
    levy = model.market["levy"]
    slope = (shift / (1.0 - share) - 1.0) / ((1.0 + shift * levy) / (1.0 - share) - (1.0 + levy))
    return slope[model.places.province_of]


def running_sum(model: PensionModel, weight: np.ndarray) -> np.ndarray:
    """Running sum of a weight (n,) over the localities of each province, (n,)."""
    places = model.places
    out = np.zeros(places.n)
    for p in range(N):
        span = slice(places.first[p], places.first[p + 1])
        out[span] = np.cumsum(weight[span])
    return out


def observe_market(model: PensionModel) -> None:
    """Take in what the year showed of each locality's employers: peers, bills, values, levies."""
    firms, places, sums = model.population.employers, model.places, model.sums
    n, province = places.n, places.province_of
    at = firms["locality"]
    full_below = model.parameters.value("employer.full_below", model.year)
    staff = np.bincount(at, firms["staff"], minlength=n)
    full = np.bincount(at, firms["staff"] * (firms["hidden"] <= full_below), minlength=n)
    count = np.bincount(at, minlength=n)
    bill = np.bincount(at, firms["wages"], minlength=n)
    market = model.market
    market["compliant"] = full / np.maximum(staff, 1.0)
    market["mean_bill"] = bill / np.maximum(count, 1)
    weight = sums["to_insure"]
    market["value"] = np.where(weight > 0, sums["value_of_base"] / np.maximum(weight, 1) / 10000.0, 0.05)
    market["bill"] = np.bincount(province, sums["wages"] / 100.0, minlength=N)
    dues = np.bincount(province, (sums["employer_dues"] + sums["back_payments"]) / 100.0, minlength=N)
    market["levy"] = dues / np.maximum(market["bill"], 1.0)
    market["capital"] = np.bincount(province[at], firms["capital"], minlength=N)
    wages = np.where(sums["staff"] > 0, sums["wages"] / 100.0 / np.maximum(sums["staff"], 1), 0.0)
    market["mean_wage"] = wages / model.base_wages[province]
