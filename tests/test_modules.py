"""Each module changes the rules it is about and no other, for the part of the year in which it is on."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from runs import model, results

from abm import modules
from abm.agents.local_government import LEVERS
from abm.engine.firms import MARKET
from abm.engine.tables import PLACE
from abm.model import PensionModel
from abm.parameters import Parameters
from abm.phases import announce, employ, foresee, govern, live, settle
from abm.population import places
from abm.population.persons import Flag, Status, birth_year_of
from abm.scenario import Scenario
from abm.scheme import benefits, transition
from abm.timeline import MODULES, Event

P = Parameters.load()


def switched(*events: tuple[str, dict[str, bool]]) -> Parameters:
    """The parameters under a timeline of switches."""
    return modules.in_force(P, tuple(Event(start=day, modules=on) for day, on in events))


# --- while a module is off


def test_without_a_switch_every_record_is_the_very_same() -> None:
    plain = switched()
    own = {change.record for changes in modules.CHANGES.values() for change in changes if change.off == 0.0}
    for path in P.paths():
        if path in own:
            assert plain.value(path, 2020) == 0.0
        else:
            assert plain.record(path) is P.record(path)


def test_a_module_off_again_leaves_nothing_behind() -> None:
    name = "vertical_management"
    undone = switched(("2014-01-01", {name: True}), ("2016-01-01", {name: False}))
    for change in modules.CHANGES[name]:
        for year in (2013, 2016, 2020):
            assert undone.value(change.record, year) == P.value(change.record, year)
        assert undone.value(change.record, 2015) != P.value(change.record, 2015)


# --- while it is on


def test_half_a_year_counts_half() -> None:
    base = P.value("employer.audit_base", 2014)
    added = P.value("modules.tax_assessment_audit", 2014)
    half = switched(("2014-07-01", {"tax_assessment": True}))
    assert half.value("employer.audit_base", 2014) == pytest.approx(base + added / 2, rel=1e-12)
    assert half.value("employer.audit_base", 2015) == pytest.approx(base + added, rel=1e-12)


def test_a_switch_within_a_month_counts_from_the_next_as_in_the_timeline() -> None:
    late, first = (switched((day, {"parity": True})) for day in ("2014-07-02", "2014-08-01"))
    at_the_end = switched(("2014-12-02", {"parity": True}))
    whole = P.value("modules.parity_pressure", 2014)
    assert late.value("modules.parity_pressure", 2014) == first.value("modules.parity_pressure", 2014)
    assert late.value("modules.parity_pressure", 2014) == pytest.approx(whole * 5 / 12, rel=1e-12)
    assert at_the_end.value("modules.parity_pressure", 2014) == 0.0
    assert at_the_end.value("modules.parity_pressure", 2015) == whole


def test_the_waiver_counts_for_the_months_in_which_it_is_on() -> None:
    """2020: 0.75 from February to June, 0.5 from July to December."""
    on = ("2020-02-01", {"waiver_2020": True})
    whole, ended = switched(on), switched(on, ("2020-07-01", {"waiver_2020": False}))
    assert whole.value("contributions.waiver_2020", 2020) == P.value("contributions.waiver_2020", 2020)
    assert ended.value("contributions.waiver_2020", 2020) == pytest.approx(0.75 * 5 / 12, rel=1e-12)
    assert switched().value("contributions.waiver_2020", 2020) == 0.0


def test_who_collects_and_who_manages_add_up_in_any_order() -> None:
    names = ["vertical_management", "tax_assessment", "tax_collection"]
    both = switched(("2014-01-01", dict.fromkeys(names, True)))
    reverse = switched(*(("2014-01-01", {name: True}) for name in reversed(names)))
    parts = ("vertical_audit", "tax_assessment_audit", "tax_collection_audit")
    expected = P.value("employer.audit_base", 2015) + sum(P.value(f"modules.{x}", 2015) for x in parts)
    for changed in (both, reverse):
        assert changed.value("employer.audit_base", 2015) == pytest.approx(expected, rel=1e-12)


def test_values_stay_within_the_range_of_their_record() -> None:
    low = Parameters.load({"modules.tax_collection_audit": -0.1, "employer.audit_base": 0.05})
    timeline = (Event(start="2014-01-01", modules={"tax_collection": True, "platform": True}),)
    assert modules.in_force(low, timeline).value("employer.audit_base", 2015) == 0.0
    assert modules.in_force(P, timeline).value("worker.awareness_high", 2015) == 1.0


def test_one_rate_for_the_nation_ends_the_provinces_own() -> None:
    changed = switched(("2014-01-01", {"unified_contributions": True}))
    rate = "contributions.employer_rate"
    assert changed.value(rate, 2013, "Guangdong") == P.value(rate, 2013, "Guangdong") < P.value(rate, 2013)
    assert (changed.by_province(rate, 2015) == P.value(rate, 2015)).all()
    assert (changed.by_province("government.rate_devolved", 2015) == 0.0).all()


# --- what a module acts on, and nothing else

AUDITS = {
    "market.audit", "market.registration", "bounds.audit", "bounds.registration", "firms.audit_base",
    "firms.registration_base",
}  # fmt: skip
ACTS: dict[str, set[str]] = {
    "tax_collection": AUDITS,
    "tax_assessment": AUDITS,
    "vertical_management": AUDITS | {"aims.audit_cost", "aims.registration_cost"},
    "platform": {
        "rules.awareness_low",
        "rules.transfer_delay",
        "rules.months_lost",
        "place.leniency",
        "seen.gaps",
    },
    "unified_contributions": {"place.base_wage", "bounds.rate", "bounds.floor"},
    "unified_benefits": {"place.benefit_wage"},
    "unified_items": {"place.rise_supplement", "bounds.supplement", "bounds.deemed"},
    "parity": {"place.rise_supplement"},
    "one_average_wage": {"place.benefit_wage"},
    "transition": set(),
}
"""The rules of the year that differ with the module alone."""
WHEN = {"one_average_wage": 2020}
"""The two average wages are one until 2019."""


@pytest.fixture(scope="module")
def settled() -> PensionModel:
    """A model at the end of 2013."""
    made = model(end=2021)
    while made.year < 2013:
        made.step()
    return made


@pytest.fixture
def announced(settled: PensionModel) -> Iterator[Callable[..., dict[str, Any]]]:
    """Announces a year to the model under modules, gives its rules, and takes everything back."""
    before = dict(vars(settled))

    def rules(*names: str, year: int = 2014, since: str = "", **values: float) -> dict[str, Any]:
        vars(settled).clear()
        vars(settled).update(before)
        event = Event(start=since or f"{year}-01-01", modules=dict.fromkeys(names, True))
        own = settled.scenario
        scenario = Scenario(**{**dict(own), "timeline": (*own.timeline, event), "set": values})
        settled.scenario, settled.year = scenario, year
        settled.jobs = copy.deepcopy(settled.jobs)  # the year's hazards are drawn up anew in place
        settled.parameters = modules.in_force(Parameters.load(values), scenario.timeline)
        settled.announce()
        return in_short(settled)

    yield rules
    vars(settled).clear()
    vars(settled).update(before)


def in_short(m: PensionModel) -> dict[str, Any]:
    """Everything that people, employers, governments and money rules read of the year's rules."""
    low, high = govern.bounds(m)
    short = {f"rules.{k}": v for k, v in m.rules._asdict().items()}
    short |= {f"place.{k}": v for k, v in zip(PLACE, live.place_table(m).T, strict=True)}
    short |= {f"market.{k}": v for k, v in zip(MARKET, employ.market_table(m).T, strict=True)}
    short |= {f"bounds.{k}": (low[:, i], high[:, i]) for i, k in enumerate(LEVERS)}
    short |= {f"aims.{k}": v for k, v in govern.aims(m)._asdict().items()}
    short |= {f"firms.{k}": v for k, v in foresee.employers_in_short(m)._asdict().items()}
    return short | {"seen.gaps": settle.sight(m)}


@pytest.mark.parametrize("name", ACTS)
def test_a_module_changes_what_it_is_about_and_nothing_else(name: str, announced) -> None:
    year = WHEN.get(name, 2014)
    plain, changed = announced(year=year), announced(name, year=year)
    assert {key for key in plain if not np.array_equal(plain[key], changed[key])} == ACTS[name]


def test_every_module_is_either_tested_here_or_a_money_rule() -> None:
    from abm import regimes

    money = {*getattr(regimes, "MODULES", {}), "budget_hardness"}
    assert {*MODULES} - money == {*ACTS, "waiver_2020"}


def test_a_locality_holds_up_less_of_a_stronger_agency_at_less_cost(announced) -> None:
    plain, managed = announced(), announced("vertical_management")
    for margin in ("audit", "registration"):
        base = P.value(f"employer.{margin}_base", 2014)
        stronger = base + P.value(f"modules.vertical_{margin}", 2014)
        free = 1.0 - P.value("modules.vertical_reach", 2014)
        assert plain[f"bounds.{margin}"][0] == pytest.approx(-base)
        assert managed[f"bounds.{margin}"][0] == pytest.approx(-free * stronger)
        cost, own = (x[f"aims.{margin}_cost"] for x in (plain, managed))
        assert own == pytest.approx((1.0 - P.value("modules.vertical_cost", 2014)) * cost)


def test_bases_are_unified_at_the_mean_of_the_nation(announced, settled: PensionModel) -> None:
    both = {"unified_contributions", "unified_benefits"}
    plain, unified = announced(), announced(*both)
    mean = announce.national_mean(settled)
    for key in ("place.base_wage", "place.benefit_wage"):
        assert unified[key] == pytest.approx(mean, rel=1e-12)
        assert plain[key].min() < mean < plain[key].max()
    partly = announced(*both, **{"modules.unified_benefit_base": 0.25})
    assert partly["place.benefit_wage"] == pytest.approx(0.75 * plain["place.benefit_wage"] + 0.25 * mean)
    half = announced(*both, since="2014-07-01")
    for key in ("place.base_wage", "place.benefit_wage"):
        assert half[key] == pytest.approx((plain[key] + mean) / 2, rel=1e-12)


def test_the_first_year_of_a_transition_limits_the_high_and_keeps_the_low(announced, settled) -> None:
    before = settled.benefit_wages
    plain, unified = announced(), announced("unified_benefits", "unified_contributions", "unified_items")
    eased = announced("unified_benefits", "unified_contributions", "unified_items", "transition")
    own, goal, got = (x["place.benefit_wage"] for x in (plain, unified, eased))
    gains = goal > own
    assert 0 < gains.sum() < len(gains)
    assert got[gains] == pytest.approx((own + (goal - own) / 5)[gains])
    assert (got[~gains] == np.maximum(goal, np.minimum(own, before))[~gains]).all()
    for key in ("place.base_wage", "place.rise_supplement"):
        assert eased[key] == pytest.approx(plain[key] + (unified[key] - plain[key]) / 5)


def test_one_average_wage_lowers_the_base_by_the_ratio_of_the_two(announced) -> None:
    plain, one = announced(year=2020), announced("one_average_wage", year=2020)
    ratio = P.value("regimes.private_wage_ratio", 2020)
    assert one["place.benefit_wage"] == pytest.approx(ratio * plain["place.benefit_wage"])
    eased = announced("one_average_wage", "transition", year=2020)
    assert (eased["place.benefit_wage"] >= one["place.benefit_wage"]).all()


bases = st.floats(1e3, 1e6)


@settings(deadline=None)
@given(own=bases, unified=bases, before=bases, done=st.floats(0.0, 0.99), months=st.integers(1, 500))
def test_a_pension_is_kept_and_limited_like_its_base(own, unified, before, done, months) -> None:
    """Keep the low and limit the high are said of pensions: the rule on the base gives the same."""

    def pension(W: float) -> float:
        new = benefits.new_pension.py_func
        return new(W / 12, months, 60, 0.8 * months / 12, 5e4, 139, 0.01, 0.013).whole

    base = float(transition.keep_low_limit_high(own, unified, before, done))
    if unified > own:
        expected = pension(own) + done * (pension(unified) - pension(own))
    else:
        expected = max(pension(unified), min(pension(own), pension(before)))
    assert pension(base) == pytest.approx(expected, rel=1e-9)


@settings(deadline=None)
@given(own=bases, unified=bases, before=bases, done=st.floats(0.0, 1.0))
def test_a_transition_stays_between_the_own_and_the_unified_base(own, unified, before, done) -> None:
    got = float(transition.keep_low_limit_high(own, unified, before, done))
    low, high = sorted((own, unified))
    assert low - 1e-6 <= got <= high + 1e-6


def test_parity_looks_at_better_off_neighbours_only() -> None:
    """Pensions 100, 80, 60: the second is 25 % behind the first; the third 20 on average of 20 and 40."""
    weights = np.array([[0.0, 1.0, 1.0], [1.0, 0.0, 1.0], [1.0, 3.0, 0.0]])
    lag = announce.lag(np.array([100.0, 80.0, 60.0]), weights)
    assert lag == pytest.approx([0.0, 20 / 80, (40 + 3 * 20) / 4 / 60])
    assert announce.lag(np.array([100.0, 0.0]), np.ones((2, 2))) == pytest.approx([0.0, 0.0])


def test_parity_within_a_province_by_prefecture() -> None:
    some = places.load("prefecture")
    heads = np.arange(some.n, dtype=np.int64)
    counted = {"retirees": 3 * heads, "retirees_public": heads}
    weights = announce.neighbours(SimpleNamespace(places=some, sums=counted))
    province = some.province_of
    same = (province[:, None] == province[None, :]) & ~np.eye(some.n, dtype=bool)
    assert (weights == np.where(same, 2.0 * heads, 0.0)).all()


@pytest.mark.parametrize("delay", [0.0, 1.4, 3.0])
def test_months_lapse_for_who_moves_a_relation_between_provinces(delay: float) -> None:
    lapse = {"portability.transfer_delay": {"2010-01-01": 0.0, "2011-01-01": delay}}
    m = model(end=2011, set={**lapse, "portability.months_lost": 0.0})
    persons, province = m.population.persons, m.places.province_of
    rows = len(persons["id"])
    before = {name: column.copy() for name, column in persons.items()}
    m.step()
    after = {name: column[:rows] for name, column in persons.items()}
    flags = before["flags"] & after["flags"]
    age = 2011 - birth_year_of(before["id"])
    moved = (
        ((flags & Flag.INSIDE) > 0) & ((after["flags"] & Flag.PAYS) > 0) & ((flags & Flag.PUBLIC) == 0)
        & (after["status"] != Status.RETIRED) & (age < 48)
        & (province[before["relation"]] != province[after["relation"]])
    )  # fmt: skip
    months = after["paid_months"][moved].astype(int) - before["paid_months"][moved]
    assert len(months) > 20
    assert set(months.tolist()) == {12 - int(delay), 12 - int(np.ceil(delay))}
    assert months.mean() == pytest.approx(12 - delay, abs=0.2)


# --- paired runs

TOWARDS: dict[str, dict[str, int]] = {
    "with_tax_assessment": {"audit_effort": 1, "registration_effort": 1, "contribution_revenue": 1},
    "with_weaker_tax_assessment": {"audit_effort": -1, "registration_effort": -1, "contribution_revenue": -1},
    "with_vertical_management": {"audit_effort": 1, "registration_effort": 1, "contribution_revenue": 1},
    "with_platform": {"early_retirement_share": -1, "declared_share": 1, "participation": 1},
    "with_unified_bases": {"average_pension": -1, "statutory_rate": 1},
    "with_parity": {"average_pension": 1, "reserve": -1},
}


@pytest.mark.slow
@pytest.mark.parametrize("name", TOWARDS)
def test_the_same_people_under_a_module(name: str) -> None:
    plain, changed = (
        results(spec, end=2015).national.set_index("year") for spec in ("history", f"history+{name}")
    )
    assert plain.loc[:2013].equals(changed.loc[:2013])
    for column, sign in TOWARDS[name].items():
        assert sign * (changed[column] - plain[column])[2015] > 0.0, column


@pytest.mark.slow
def test_parity_brings_pensions_closer_and_a_transition_pays_more_than_a_leap() -> None:
    def spread(spec: str) -> float:
        last = results(spec, end=2016).provinces.query("year == 2016").average_pension
        return last.std() / last.mean()

    assert spread("history+with_parity") < spread("history") - 0.002
    leap, steps = (results(name, end=2016).national for name in ("with_unified_bases", "with_transition"))
    assert steps.average_pension.iloc[-1] > leap.average_pension.iloc[-1]


# --- dead records

OWN = [path for path in P.paths() if path.startswith("modules.")]


@pytest.mark.slow
@pytest.mark.parametrize("path", OWN)
def test_every_record_of_a_module_moves_some_output_while_it_is_on(path: str) -> None:
    names = [name for name in ACTS if name not in WHEN]
    low, high = P.record(path).range
    value = P.value(path, 2012)
    other = value + 0.5 * ((low if value - low > high - value else high) - value)
    if path == "modules.parity_pressure":  # unified items end every supplement
        names.remove("unified_items")
    own = Scenario.named("history", scale=40000, end=2013)
    if path == "modules.platform_sight":  # a province that is short shares its gap out by cause
        short = {"contributions.employer_rate": {"2010-01-01": 0.2, "2018-01-01": 0.02}}
        own = own.changed(start=2017, end=2018, resolution="prefecture", set=short)
        own = own.changed(set={"regime": "provincial_unified"})
    if path == "modules.platform_records":  # there is nothing to find by default
        own = own.changed(set={"benefits.forged_share": {"2010-01-01": 0.0, "2011-01-01": 0.1}})
    timeline = (*own.timeline, Event(start=f"{own.start + 1}-01-01", modules=dict.fromkeys(names, True)))
    a, b = (
        PensionModel(
            Scenario(**{**dict(own), "timeline": timeline, "set": {**own.set, **changed}}), threads=2
        ).run()
        for changed in ({}, {path: other})
    )
    assert any(not frame.equals(b.frames[name]) for name, frame in a.frames.items())
