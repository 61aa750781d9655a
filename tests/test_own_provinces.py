"""What-ifs on the localities of the actors' provinces alone: the same money as with everybody's."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

import numpy as np
import pytest
import runs
from small_economies import stack

from abm.engine import counterfactual
from abm.model import PensionModel
from abm.phases import foresee, govern
from abm.regimes import LOWER, UPPER, ByProvince, Membership, Stack
from abm.regimes.central_adjustment import CentralAdjustment, Dynamic
from abm.regimes.municipal import Municipal
from abm.regimes.own_provinces import OwnProvinces

SINGLE = 9
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
    own = OwnProvinces(m.membership, np.array([SINGLE, 2]))
    mine = np.isin(m.places.province_of, [SINGLE, 2])
    count = int(mine.sum())
    assert own.membership.localities == count + 29
    assert not own.membership.one_tier  # although Shanghai is one place
    a, seen = m.accounts, own.accounts(m.accounts)
    for name, before, after in zip(a._fields, a, seen, strict=True):
        assert (after[:count] == before[mine]).all(), name
    assert seen.gdp.sum() == pytest.approx(a.gdp.sum(), rel=1e-14)
    total = own.membership.total(seen.gdp)
    assert total[own.province] == pytest.approx(m.membership.total(a.gdp), rel=1e-14)
    funds = own.funds(m.funds)
    assert (funds.provincial[own.province] == m.funds.provincial).all()


def test_exceptions_follow_their_province() -> None:
    rule = ByProvince(Municipal(), ((2, LOWER["municipal"]), (0, Municipal())))  # type: ignore[arg-type]
    own = OwnProvinces(Membership(np.array([0, 1, 1, 2])), np.array([2]))
    assert [p for p, _ in rule.seen_from(own).others] == [0, 1]


def _stack(m: PensionModel, lower: str, upper: str) -> Stack:
    from abm import regimes

    return regimes.build(lower, upper, m.parameters, 2019, m.places.province_of, key=np.zeros(m.places.n))
