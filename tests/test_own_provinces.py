"""What-ifs on the localities of the actors' provinces alone: the same money as with everybody's."""

from __future__ import annotations

from datetime import date
from itertools import islice
from typing import ClassVar

import numpy as np
import pytest
import runs
from small_economies import stack

from abm.agents.local_government import ENTRY
from abm.engine import blocks, counterfactual
from abm.engine.counterfactual import NOW
from abm.engine.outsiders import Entry, Outsiders
from abm.model import PensionModel
from abm.phases import foresee, govern
from abm.regimes import LOWER, UPPER, Accounts, ByProvince, Schedule, Stack
from abm.regimes.central_adjustment import CentralAdjustment, Dynamic
from abm.regimes.municipal import Municipal
from abm.regimes.no_upper_tier import NoUpperTier
from abm.regimes.own_provinces import OwnProvinces
from abm.regimes.provincial_unified import ProvincialUnified

SINGLE = 8
"""Number of Shanghai: a province of one locality."""


@pytest.fixture(scope="module")
def prefectures() -> PensionModel:
    """The history at prefecture resolution in its second year."""
    model = runs.model(resolution="prefecture", scale=50_000)
    model.step()
    return model


@pytest.mark.slow
@pytest.mark.parametrize("year", [2012, 2019, 2021])
def test_money_is_the_same_as_with_everybodys_localities(
    prefectures: PensionModel, monkeypatch: pytest.MonkeyPatch, year: int
) -> None:
    m = prefectures
    monkeypatch.setattr(m, "year", year)  # another year's rules: without, and with, an upper tier
    low, high = govern.bounds(m)
    levers = np.clip(m.levers, low, high)
    tries = counterfactual.candidates(levers, low, high, 0.02)
    setting, aims = foresee.setting(m, levers), govern.aims(m)
    stacks = foresee.expected_stacks(m, aims.horizon, date(year, 1, 1))
    assert all(s.others_in_total for s in stacks)
    seen, outcome = counterfactual.evaluate(levers, tries, setting, stacks, aims)
    bounds = govern.set_bounds(m, setting, stacks, aims, 0.5)
    monkeypatch.setattr(Stack, "others_in_total", False)
    whole, expected = counterfactual.evaluate(levers, tries, setting, stacks, aims)
    np.testing.assert_allclose(seen, whole, rtol=1e-12)
    for name, a, b in zip(outcome._fields, outcome, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-3, err_msg=name)
    expected_bounds = govern.set_bounds(m, setting, stacks, aims, 0.5)
    np.testing.assert_allclose(bounds, expected_bounds, rtol=0.0, atol=1e-12)


@pytest.mark.slow
def test_those_admitted_change_the_mean_wage_of_the_others_insured(
    prefectures: PensionModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The levy of the central adjustment rests on wages and heads of the whole nation."""
    m = prefectures
    monkeypatch.setattr(m, "year", 2019)
    low, high = govern.bounds(m)
    high[:, ENTRY] = 57.0
    levers = np.clip(m.levers, low, high)
    setting, aims = foresee.setting(m, levers), govern.aims(m)
    flows = np.zeros((m.places.n, 1, len(Entry._fields)))
    flows[:, 0, Entry._fields.index("insured_elsewhere")] = 0.02 * setting.accounts.insured_employees
    setting = setting._replace(outsiders=Outsiders(np.array([20.0]), 5.0, flows))
    tries = counterfactual.candidates(levers, low, high, 0.02)[[ENTRY]]
    tries = np.repeat(tries, ENTRY + 1, axis=0)  # the lever's place in the array is its number
    tries[:ENTRY] = levers.T[:ENTRY, None]
    stacks = foresee.expected_stacks(m, aims.horizon, date(2019, 1, 1))
    seen, _ = counterfactual.evaluate(levers, tries, setting, stacks, aims)
    monkeypatch.setattr(Stack, "others_in_total", False)
    whole, _ = counterfactual.evaluate(levers, tries, setting, stacks, aims)
    assert np.abs(whole[ENTRY] - whole[ENTRY, NOW]).max() > 0.0
    np.testing.assert_allclose(seen, whole, rtol=1e-12)


def test_a_rule_says_for_itself_that_it_sees_others_in_total() -> None:
    class Silent(CentralAdjustment):
        pass

    class Says(CentralAdjustment):
        others_in_total: ClassVar[bool] = True

    def sees(upper: CentralAdjustment) -> bool:
        return stack(Municipal(), upper, [0, 0, 1]).others_in_total

    assert sees(CentralAdjustment(0.03, 0.9))
    assert not sees(CentralAdjustment(0.03, 0.9, Dynamic(0.0, 0.1, 0.005)))
    assert not sees(Silent(0.03, 0.9))
    assert sees(Says(0.03, 0.9))


def test_which_regimes_see_others_in_total(prefectures: PensionModel) -> None:
    m = prefectures
    upper = {name for name in UPPER if _stack(m, "municipal", name).others_in_total}
    lower = {name for name in LOWER if _stack(m, name, "none").others_in_total}
    assert upper == {"none", "central_adjustment"}
    assert lower == set(LOWER)


def test_own_localities_keep_their_entries_and_others_their_totals(prefectures: PensionModel) -> None:
    m = prefectures
    rows = np.array([2, SINGLE, 2])
    own = OwnProvinces(m.membership, rows)
    a, seen = m.accounts, own.accounts(m.accounts)
    largest = int((m.places.province_of == 2).sum())
    assert own.membership.localities == largest + 1
    assert not own.membership.one_tier  # although Shanghai is one place
    heads = a.insured_employees + a.enterprise_employees
    seen_heads = seen.insured_employees + seen.enterprise_employees
    funds = own.funds(m.funds)
    for row, province in enumerate(rows):
        mine = m.places.province_of == province
        count = int(mine.sum())
        assert (own.place[mine] == np.arange(count)).all()
        for name, before, after in zip(a._fields, a, seen, strict=True):
            assert (after[row, :count] == before[mine]).all(), name
            assert (after[row, count:-1] == 0.0).all(), name  # empty places
        assert seen.gdp[row, -1] == pytest.approx(a.gdp[~mine].sum(), rel=1e-14)
        assert seen.average_wage[row] @ seen_heads[row] == pytest.approx(a.average_wage @ heads, rel=1e-14)
        assert funds.provincial[row, 0] == m.funds.provincial[province]
    assert funds.provincial.sum(axis=1) == pytest.approx(np.full(3, m.funds.provincial.sum()), rel=1e-14)


def test_the_rest_of_the_nation_grows_as_its_provinces_do_together(prefectures: PensionModel) -> None:
    m = prefectures
    setting, stacks = foresee.setting(m, m.levers), [m.schedule] * 3
    today = setting.accounts
    path = [today, *islice(setting.growth.ahead(today), 3)]
    rows = np.array([2, 5])
    years = Accounts(*np.array(path).swapaxes(0, 1))
    view = blocks.of_own_provinces(setting, years, stacks, rows)
    for told, whole in zip(view.ahead(view.setting.accounts), path[1:], strict=True):
        for name in ("contributions_enterprise", "insured_employees", "enterprise_retirees", "collectable"):
            ahead, seen = getattr(whole, name), getattr(told, name)
            for row, province in enumerate(rows):
                mine = m.places.province_of == province
                np.testing.assert_allclose(seen[row, : mine.sum()], ahead[mine], rtol=1e-14)
                assert seen[row, -1] == pytest.approx(ahead[~mine].sum(), rel=1e-14)


def test_only_provinces_under_the_same_rules_are_settled_together() -> None:
    exception = ByProvince(Municipal(), ((2, ProvincialUnified(0.0, 0.5, 0.5, 0.0)),))
    schedule = Schedule(((1.0, stack(exception, NoUpperTier(), [0, 0, 1, 2, 2])),))
    _, kinds = blocks.alike(schedule.membership.province_of, [schedule])
    assert kinds[0] == kinds[1] != kinds[2]
    pooled = [
        schedule.seen_from(OwnProvinces(schedule.membership, np.array([p]))).last.pooled.all() for p in (0, 2)
    ]
    assert pooled == [False, True]


def _stack(m: PensionModel, lower: str, upper: str) -> Stack:
    from abm import regimes

    return regimes.build(lower, upper, m.parameters, 2019, m.places.province_of, key=np.zeros(m.places.n))
