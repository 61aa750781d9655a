"""The lever on deemed years: what it costs, what it brings, and the race to the top in a common pool."""

from __future__ import annotations

import numpy as np
import pytest
from runs import model

from abm.agents.local_government import DEEMED
from abm.engine import counterfactual
from abm.model import PensionModel
from abm.phases import foresee, govern, settle
from abm.scheme import benefits

N = 31


@pytest.fixture(scope="module")
def third_year() -> PensionModel:
    m = model(end=2013)
    m.step()
    m.step()
    m.year += 1
    m.announce()
    return m


def test_k_multiplies_the_transitional_part_alone() -> None:
    def pension(k: float) -> benefits.NewPension:
        return benefits.new_pension.py_func(4000.0, 120.0, 180.0, 10.0, 50_000.0, 139.0, 0.01, k)

    low, high = pension(0.010), pension(0.014)
    assert high.transitional == pytest.approx(1.4 * low.transitional)
    assert low.transitional == pytest.approx(4000.0 * 1.0 * 15.0 * 0.010)
    assert high.whole - low.whole == pytest.approx(high.transitional - low.transitional)
    assert high.legacy - low.legacy == pytest.approx(high.transitional - low.transitional)


def test_the_start_has_the_standard_and_the_next_year_has_the_band() -> None:
    m = model(end=2011)
    low, high = govern.bounds(m)
    assert (low[:, DEEMED] == high[:, DEEMED]).all()
    assert (m.levers[:, DEEMED] == settle.standard_k(m)).all()
    m.step()
    low, high = govern.bounds(m)
    assert (low[:, DEEMED] == 0.010).all()
    assert high[:, DEEMED] == pytest.approx(0.014)


def test_unified_items_leave_the_standard(monkeypatch: pytest.MonkeyPatch) -> None:
    m = model(end=2011)
    m.step()
    for room, low, high in ((0.0, 0.012, 0.012), (0.5, 0.011, 0.013)):
        monkeypatch.setattr(govern, "room_for_local_items", lambda m, room=room: room)
        bounds = govern.law(m)
        assert bounds[0][:, DEEMED] == pytest.approx(low)
        assert bounds[1][:, DEEMED] == pytest.approx(high)


def test_a_higher_k_costs_the_cohorts_of_the_horizon(third_year: PensionModel) -> None:
    """By hand: new transitional parts of last year, for the two and a half cohorts of four years."""
    m = third_year
    setting = foresee.setting(m, m.levers)
    act, place = m.levers[[4]].copy(), 4
    before = m.levers[place, DEEMED]
    act[0, DEEMED] = 0.014
    actions, actors = np.concatenate([m.levers, act]), np.append(np.arange(N), place)
    answer = counterfactual.respond(actions, actors, setting)
    granted = m.sums["deemed_pensions"][place] / 100.0
    assert granted > 0.0
    assert answer.extra[-1] == pytest.approx(2.5 * granted * (0.014 / before - 1.0))
    assert (answer.extra[:N] == 0.0).all()
    above = (0.014 - 0.012) - max(before - 0.012, 0.0)
    assert answer.off_list[-1] == pytest.approx(2.5 * granted * above / before)
    told = counterfactual.counterfactual(answer, np.arange(N + 1), actors, N + 1, setting)
    more = told.benefits_enterprise[-1] - setting.accounts.benefits_enterprise
    assert more[place] == pytest.approx(answer.extra[-1])
    assert (np.delete(more, place) == 0.0).all()
    act[0, DEEMED] = 0.010
    lower = counterfactual.respond(np.concatenate([m.levers, act]), actors, setting)
    assert lower.extra[-1] < 0.0
    assert lower.off_list[-1] <= 0.0


def test_what_exceeds_the_standard_is_off_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(govern, "run", lambda model, inertia=None: None)
    seen = {}
    for k in (0.011, 0.012, 0.014):
        m = model(end=2011)
        m.levers[:, DEEMED] = k
        m.step()
        seen[k] = m
    for k, m in seen.items():
        granted = m.sums["deemed_pensions"] / 100.0
        unlisted = m.accounts.off_list - settle.early_spending(m)
        assert unlisted == pytest.approx(2.5 * granted * max(k - 0.012, 0.0) / k, rel=1e-6, abs=1.0)
    paid = {k: m.sums["deemed_pensions"].sum() for k, m in seen.items()}
    assert paid[0.014] == pytest.approx(0.014 / 0.012 * paid[0.012], rel=1e-6)
    assert seen[0.014].accounts.benefits_enterprise.sum() > seen[0.012].accounts.benefits_enterprise.sum()


def test_a_common_pool_races_up() -> None:
    """Case J in the model: who shares the bill with all grants more; nobody told it so."""
    top = {}
    for spec in ("municipal", "national_pure"):
        m = model(spec, end=2015)
        m.run()
        top[spec] = m.levers[:, DEEMED].mean()
    assert top["national_pure"] > top["municipal"] + 0.0002
