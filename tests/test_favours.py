"""Two local levers: what newcomers among employers are let off, and which outsiders may join."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from runs import model

from abm.agents import employer, worker
from abm.agents.local_government import ENTRY, EXEMPTION, NOBODY, RATE
from abm.engine import counterfactual
from abm.engine.incoming import Incoming
from abm.engine.outsiders import Entry, Offered, Outsiders, expected
from abm.engine.rules import Rules, rules
from abm.model import PensionModel
from abm.parameters import Parameters
from abm.phases import employ, foresee, govern
from abm.population.persons import birth_year_of

N = 31
OPEN = {
    "government.exemption_most": {"2010-01-01": 0.0, "2011-01-01": 0.5},
    "government.entry_age_most": {"2010-01-01": 17.0, "2011-01-01": 60.0},
    "government.step": {"2010-01-01": 0.02, "2011-01-01": 0.1},
}
MOBILE = {
    "employer.reconsiders": {"2010-01-01": 0.1, "2011-01-01": 1.0},
    "employer.relocation_cost": {"2010-01-01": 6.0, "2011-01-01": 3.0},
}


def held(monkeypatch: pytest.MonkeyPatch, lever: int, level: float, **options: Any) -> PensionModel:
    """A model in its base year whose governments do nothing but hold one lever."""
    monkeypatch.setattr(govern, "run", lambda model, inertia=None: None)
    m = model(**options)
    m.levers[:, lever] = level
    return m


# --- employers


def test_an_exemption_lasts_its_years_from_the_year_of_arrival() -> None:
    left = employer.exempt_years_left.py_func
    assert [left(2012, year, 3) for year in range(2012, 2017)] == [3, 2, 1, 0, 0]
    assert left(0, 2012, 3) == 0


def test_years_are_worth_their_part_of_an_endless_stay() -> None:
    worth = employer.worth_of_years.py_func(3, 0.9)
    assert worth == pytest.approx(sum(0.9**s for s in range(3)) / sum(0.9**s for s in range(2000)))


def test_only_those_who_moved_in_lately_are_exempted(monkeypatch: pytest.MonkeyPatch) -> None:
    m = held(monkeypatch, EXEMPTION, 0.4, end=2014, set=MOBILE)
    firms, province = m.population.employers, m.places.province_of
    before = province[firms["locality"]]
    for _ in range(4):
        m.step()
        now = province[firms["locality"]]
        assert ((firms["arrived"] == m.year) == (now != before)).all()
        recent = (firms["arrived"] > 0) & (m.year - firms["arrived"] < 3)
        assert (firms["exempt"] == np.where(recent, 0.4, 0.0)).all()
        before = now
    assert recent.any()
    assert (firms["arrived"] == 2011).any()


def test_what_is_waived_is_missing_in_the_employers_dues(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where every employer is a newcomer, hides nothing and registers all, dues fall by the share waived."""
    dues = {}
    for share in (0.0, 0.25):
        m = held(monkeypatch, EXEMPTION, share, end=2011)
        m.transitions = True
        m.population.employers["arrived"][:] = 2011
        monkeypatch.setattr(
            employ, "market_table", lambda m, table=employ.market_table: declares_all(table(m))
        )
        m.step()
        monkeypatch.undo()
        dues[share] = m.sums["employer_dues"].sum() / m.sums["declared"].sum()
    assert dues[0.25] == pytest.approx(0.75 * dues[0.0], rel=2e-3)


def declares_all(market: np.ndarray) -> np.ndarray:
    from abm.engine import firms

    market[:, [firms.K_COST, firms.K_COVERAGE_COST]] = 1e9
    return market


def test_offers_draw_as_one_logit_over_all_localities() -> None:
    """Provinces by what their localities offer, then localities: the same chances as all at once."""
    m = model(end=2011, resolution="prefecture", scale=40000, set=MOBILE)
    rng = np.random.default_rng(2)
    m.levers[:, EXEMPTION] = rng.uniform(0.0, 1.0, m.places.n)
    gain, running = employ.offers(m)
    sensitivity, province, first = employ.firm_rules(m).sensitivity, m.places.province_of, m.places.first
    returns = employ.returns_on_capital(m)
    nested = np.exp(sensitivity * (returns + gain))
    nested /= nested.sum()
    own = np.diff(np.concatenate([[0.0], running]))
    own[first[:-1]] = running[first[:-1]]
    nested = nested[province] * own / np.bincount(province, own)[province]
    worth = employer.worth_of_years.py_func(3, 0.9)
    saving = m.levers[:, EXEMPTION] * employ.full_exemption(m)[province]
    flat = m.places.work_share * np.exp(sensitivity * (returns[province] + worth * saving))
    assert nested == pytest.approx(flat / flat.sum())
    m.levers[:, EXEMPTION] = 0.0
    assert (employ.offers(m)[0] == 0.0).all()


def test_exemptions_everywhere_bring_employers_where_they_are_offered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    came = {}
    for share in (0.0, 1.0):
        m = held(monkeypatch, EXEMPTION, 0.0, end=2013, set=MOBILE)
        m.levers[10:15, EXEMPTION] = share
        m.run()
        came[share] = np.isin(m.population.employers["locality"], np.arange(10, 15)).sum()
    assert came[1.0] > came[0.0]


def test_jobs_that_come_are_those_of_the_logit_with_one_place_changed() -> None:
    """Brute force: all places as alternatives of one logit, the actor's utility raised."""
    rng = np.random.default_rng(5)
    jobs, utility = rng.uniform(0.0, 1e4, (N, N)), rng.normal(0.0, 1.0, (N, N, N))
    province = np.sort(np.concatenate([np.arange(N), rng.integers(0, N, 40)]))
    n = len(province)
    share = rng.uniform(0.1, 1.0, n)
    share /= np.bincount(province, share)[province]
    pull, today = rng.uniform(0.0, 2.0, n), rng.uniform(0.0, 1.0, n)
    incoming = Incoming(jobs, utility, pull, share, province, today, np.full(n, 1e6), 3, 4)
    places, exemption = np.array([0, 17, 50, 50]), np.array([0.9, 0.0, 0.3, today[50]])
    found = incoming.come(exemption, places)
    for place, offered, come in zip(places, exemption, found, strict=True):
        levels = today.copy()
        levels[place] = offered
        weight = np.exp(utility[:, :, province]) * share * np.exp(pull * levels)
        chance = weight[:, :, place] / weight.sum(axis=2)
        away = np.arange(N)[:, None] != province[place]
        assert come == pytest.approx((jobs * chance * away).sum())
    more, part = incoming.growth(exemption, places)
    assert more[3] == 1.0
    assert more[0] > 1.0
    assert part[0] == pytest.approx(3 * found[0] / (1e6 * more[0]))


# --- outsiders


def test_a_place_takes_whom_the_law_sends_and_whom_it_admits() -> None:
    admitted = worker.is_admitted.py_func
    assert admitted(0.2, 0.3, 12 * 50, NOBODY)
    assert not admitted(0.4, 0.3, 12 * 18, NOBODY)
    assert admitted(0.4, 0.3, 12 * 30, 30.0)
    assert not admitted(0.4, 0.3, 12 * 30 + 1, 30.0)


def test_only_those_up_to_the_greatest_age_join(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything else alike, who newly pays where it lives, away from home, is of an admitted age."""
    joined = {}
    for age in (NOBODY, 35.0, 60.0):
        m = held(monkeypatch, ENTRY, age, end=2011)
        people = {name: column.copy() for name, column in m.population.persons.items()}
        alone = people["status"] == 2
        m.step()
        after, province = m.population.persons, m.places.province_of
        alone &= (after["status"][: len(alone)] == 2) & (after["id"][: len(alone)] == people["id"])
        here, there = after["relation"][: len(alone)], people["relation"]
        home = province[after["hukou"][: len(alone)]]
        new = alone & (here != there) & (province[here] != home)
        joined[age] = 2011 - birth_year_of(people["id"][new])
    assert len(joined[NOBODY]) == 0
    assert len(joined[35.0]) > 0
    assert joined[35.0].max() <= 35
    assert len(joined[60.0]) > len(joined[35.0])
    assert joined[60.0].max() > 35


def offered(**changes: float) -> tuple[Offered, Rules]:
    one = np.array([40000.0])
    known = Parameters.load(overrides=changes)
    still = np.zeros((1, 1))
    return Offered(one, one, np.array([0.6]), np.array([0.5]), 0.6 * one, still), rules(known, 2011, True)[0]


def bring(age: float, horizon: int = 4, home: float = -50.0, **changes: float) -> Entry:
    """What one person of an age, man and woman, brings by entry of ``Entry``, each (2,)."""
    here, law = offered(**changes)
    out = expected(
        here, (40000.0, 0.6, home), np.array([age]), law, 3.0, 57.0, 160.0, horizon,
        np.array([0.5]), np.array([0.0]),
    )  # fmt: skip
    return Entry(*out[0, 0].T)


def test_the_young_only_pay_and_bring_their_past() -> None:
    """By hand, with one type: half have never paid, half since 24; nobody would pay at home."""
    x, (_, law) = bring(32.0), offered()
    pays, base = [], []
    income = 24000.0 * np.exp(-0.5 * law.skill_spread**2)
    for years in (0.0, 8.0):
        tastes = worker.Tastes(
            0.5 * (law.discount_low + law.discount_high),
            0.5 * (law.awareness_low + law.awareness_high),
        )
        offer = worker.offer.py_func(
            12.0 * years, 25.0, income, 0.08 * years * income, 40000.0, 0.6, 3.0, law.flexible_rate,
            law.burden_aversion, tastes, worker.Outlook(1.0, 0.0), law.scheme, 160.0,
        )  # fmt: skip
        utility = (
            offer.value + 0.5 - law.burden_aversion * law.flexible_rate * offer.base / income
        ) / law.participation_scale
        pays.append(1.0 / (1.0 + np.exp(-utility)))
        base.append(offer.base)
    dues = 0.5 * sum(p * law.flexible_rate * b for p, b in zip(pays, base, strict=True))
    assert x.dues == pytest.approx([dues, dues])
    assert x.insured == pytest.approx([0.5 * sum(pays)] * 2)
    past = 8.0 * income
    moved = (0.08 + law.portability.transfer_rate) * past
    assert x.brought == pytest.approx([0.5 * pays[1] * law.transfer_asked * moved / 4] * 2)
    assert x.sent.tolist() == x.drawn.tolist() == [0.0, 0.0]
    assert x.dues_elsewhere == pytest.approx([0.0, 0.0], abs=1e-6)


def test_members_past_the_age_of_temporary_accounts_bring_nothing() -> None:
    """Their account and the portable part, together all that they pay, are sent on."""
    x = bring(45.0)
    for sex, kept in ((0, False), (1, True)):
        sent = x.sent[sex]
        assert (sent > 0.0) == kept
    assert x.brought[1] == 0.0
    assert x.insured[1] < x.insured[0]
    free = bring(51.0, **{"portability.keep_age_men": 70.0, "portability.keep_age_women": 70.0})
    kept = bring(51.0)
    members = (free.insured - kept.insured) / free.insured  # all pay on the same base
    assert kept.dues == pytest.approx(free.dues)
    assert kept.sent == pytest.approx(members * kept.dues)


def test_who_draws_within_the_horizon_is_paid_for_where_the_law_says() -> None:
    """Before the years that make a place the payer the account is sent home; after them it pays."""
    old = {"portability.keep_age_men": 70.0, "portability.keep_age_women": 70.0}
    home, here = bring(52.0, 8, **old), bring(52.0, 8, **old, **{"portability.payer_years": 2.0})
    assert (home.drawn == 0.0).all()
    assert (home.sent > home.dues).all(), "past rights for which no money came are sent on as well"
    assert (here.sent == 0.0).all()
    assert (here.drawn > 0.0).all()
    assert here.dues == pytest.approx(home.dues)


def test_what_one_place_gains_by_admitting_is_not_counted_twice() -> None:
    at_home = bring(30.0, home=0.5)
    alone = bring(30.0, home=-50.0)
    assert (at_home.dues < alone.dues).all()
    assert (at_home.dues_elsewhere > 0.0).all()
    assert (at_home.dues_elsewhere < at_home.dues).all(), "a second place to pay in makes more of them pay"


def test_the_admitted_are_counted_up_to_the_age() -> None:
    outsiders = Outsiders(np.array([40.0, 20.0]), 5.0, np.arange(28.0).reshape(2, 2, 7))
    got = outsiders.admitted(np.array([19.0, 22.0, 41.0, 90.0]), np.array([0, 0, 1, 1]))
    flows = outsiders.flows
    assert got[0].tolist() == [0.0] * 7
    assert got[1] == pytest.approx(0.4 * flows[0, 1])
    assert got[2] == pytest.approx(flows[1, 1] + 0.2 * flows[1, 0])
    assert got[3] == pytest.approx(flows[1].sum(axis=0))


# --- what-ifs


@pytest.fixture(scope="module")
def open_model() -> PensionModel:
    m = model(end=2012, set=OPEN)
    m.step()
    m.year += 1
    m.announce()
    return m


def asked(m: PensionModel, lever: int, level: float, actor: int = 18) -> Any:
    levers = m.levers.copy()
    setting = foresee.setting(m, levers)
    act = levers[[actor]].copy()
    act[0, lever] = level
    actions, actors = np.concatenate([levers, act]), np.append(np.arange(N), actor)
    answer = counterfactual.respond(actions, actors, setting)
    told = counterfactual.counterfactual(answer, np.arange(N + 1), actors, N + 1, setting)
    return setting, answer, told, actions, actors


def test_an_exemption_brings_jobs_from_elsewhere_and_costs_dues_on_them(open_model: PensionModel) -> None:
    setting, answer, told, _actions, _actors = asked(open_model, EXEMPTION, 0.5)
    grown = answer.arrived[-1]
    assert grown > 1.0
    assert (answer.arrived[:N] == 1.0).all()
    before = setting.accounts.enterprise_employees
    after = told.enterprise_employees[-1]
    assert after[18] == pytest.approx(before[18] * grown)
    assert (np.delete(after, 18) < np.delete(before, 18)).all()
    dues = setting.accounts.contributions_enterprise[18]
    staff = setting.staff_dues[18]
    assert answer.collected[-1] < dues + staff * (grown - 1.0), "newcomers pay less than the others"
    levers, tries = (
        open_model.levers,
        counterfactual.candidates(open_model.levers, *govern.bounds(open_model), 0.1),
    )
    stacks = foresee.expected_stacks(open_model, 4, date(2012, 1, 1))
    _, outcome = counterfactual.evaluate(levers, tries, setting, stacks, govern.aims(open_model))
    best = outcome.repaid[EXEMPTION, :, 18] - outcome.repaid[EXEMPTION, counterfactual.NOW, 18]
    assert best[-1] > 0.0 > best[0], "what is waived may have to be repaid"
    assert answer.exempted[-1] > answer.exempted[18]


def test_revenue_forgone_is_that_of_the_newcomers_alone(open_model: PensionModel) -> None:
    """A mass of newcomers that answers nothing pays the rate that is left on the same base."""
    m = open_model
    setting, _, _, actions, actors = asked(m, EXEMPTION, 0.5)
    firms = setting.firms._replace(cost=np.full(N, 1e9), coverage_cost=np.full(N, 1e9))
    deaf = setting._replace(firms=firms)
    more, part = setting.incoming.growth(actions[:, EXEMPTION], actors)
    jobs, lost, waived = counterfactual.newcomers(actions, actors, levy_of(actions, actors, deaf), deaf)
    rate, own = 0.5 * m.levers[18, RATE], m.levers[18, RATE] + firms.worker_rate
    assert jobs[-1] == more[-1]
    assert lost[-1] == pytest.approx(part[-1] * rate / own)
    assert waived[-1] / levy_of(actions, actors, deaf)[-1] == pytest.approx(part[-1] * rate / own)


def levy_of(actions: np.ndarray, actors: np.ndarray, setting: Any) -> np.ndarray:
    base, coverage = counterfactual.answers(actions, setting.firms.at(actors))
    return counterfactual.combined_rate(actions, setting.firms) * base * coverage


def test_admitting_brings_dues_and_members_and_moves_money_between_funds(open_model: PensionModel) -> None:
    setting, answer, told, *_ = asked(open_model, ENTRY, 45.0)
    a, entry = setting.accounts, Entry(*answer.entry[-1])
    assert (answer.entry[:N] == 0.0).all()
    assert told.contributions_enterprise[-1, 18] == pytest.approx(a.contributions_enterprise[18] + entry.dues)
    assert told.insured_employees[-1, 18] == pytest.approx(a.insured_employees[18] + entry.insured)
    lost = np.delete(a.contributions_enterprise - told.contributions_enterprise[-1], 18)
    assert lost.sum() == pytest.approx(entry.dues_elsewhere)
    assert entry.dues > entry.dues_elsewhere > 0.0
    for there, here, own in (
        (told.portability_in, a.portability_in, entry.brought),
        (told.portability_out, a.portability_out, entry.sent),
    ):
        assert (there[-1] - here)[18] == pytest.approx(own)
    change = [(x[-1] - y).sum() for x, y in ((told.portability_in, a.portability_in),
                                             (told.portability_out, a.portability_out))]  # fmt: skip
    assert change[0] == pytest.approx(change[1])


def test_without_room_nothing_is_asked_and_nothing_moves() -> None:
    m = model(end=2012)
    m.step()
    setting = foresee.setting(m, m.levers)
    assert setting.outsiders.flows.shape == (N, 0, 7)
    answer = counterfactual.respond(m.levers, np.arange(N), setting)
    assert (answer.arrived == 1.0).all()
    assert (answer.entry == 0.0).all()
    assert (answer.exempted == 0.0).all()


# --- limits


def test_levers_stay_within_what_the_year_allows() -> None:
    changes = {
        "government.exemption_most": {"2010-01-01": 0.0, "2011-01-01": 0.3, "2013-01-01": 0.0},
        "government.entry_age_most": {"2010-01-01": 17.0, "2011-01-01": 40.0},
        "worker.open_to_migrants": {"2010-01-01": 0.0, "2013-01-01": 1.0},
        "government.step": OPEN["government.step"],
    }
    m = model(end=2013, set=changes)
    assert (m.levers[:, EXEMPTION] == 0.0).all()
    assert (m.levers[:, ENTRY] == NOBODY).all()
    for year in (2011, 2012, 2013):
        m.step()
        exemption, entry = m.levers[:, EXEMPTION], m.levers[:, ENTRY]
        if year < 2013:
            assert exemption.min() >= 0.0
            assert 0.0 < exemption.max() <= 0.3
            assert entry.min() >= NOBODY
            assert NOBODY < entry.max() <= 40.0
        else:  # exemptions are forbidden, and the law opens places to all
            assert (exemption == 0.0).all()
            assert (entry == NOBODY).all()
            assert (m.population.employers["exempt"] == 0.0).all()


def test_a_likely_repayment_is_a_reason_not_to_exempt() -> None:
    def mean(chance: float) -> float:
        m = model(
            end=2014, set={**OPEN, "government.floor_repayment": {"2010-01-01": 0.15, "2011-01-01": chance}}
        )
        m.run()
        return float(m.levers[:, EXEMPTION].mean())

    assert mean(0.0) > mean(1.0)
