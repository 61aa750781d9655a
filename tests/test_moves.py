"""What moves between pools leave of a right: what happens in the pass, and what workers expect of it."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from runs import model

from abm.agents import worker
from abm.engine import moves
from abm.engine.tables import P_POOL
from abm.model import PensionModel
from abm.phases import live
from abm.population.persons import Flag, Status, birth_year_of

N = 31
SMALL = {"resolution": "prefecture", "scale": 40000, "end": 2011}
LOSING = {
    "portability.transfer_asked": {"2010-01-01": 0.15, "2011-01-01": 0.0},
    "portability.months_lost": {"2010-01-01": 0.1, "2011-01-01": 1.0},
}
"""From 2011 on nobody asks and everything is lost."""


@cache
def ended(spec: str, losing: bool = False) -> tuple[PensionModel, dict[str, np.ndarray]]:
    """A model at the end of 2011, and its persons a year before."""
    m = model(spec, **SMALL, set=LOSING if losing else {})
    before = {name: column.copy() for name, column in m.population.persons.items()}
    m.step()
    return m, before


def moved_relations(m: PensionModel, before: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Members for whom another place than before was paid, neither retired nor past temporary accounts."""
    rows = len(before["id"])
    after = {name: column[:rows] for name, column in m.population.persons.items()}
    flags, age = before["flags"] & after["flags"], 2011 - birth_year_of(before["id"])
    chosen = (
        (before["id"] == after["id"]) & ((flags & Flag.INSIDE) > 0) & ((after["flags"] & Flag.PAYS) > 0)
        & ((flags & Flag.PUBLIC) == 0) & (after["status"] != Status.RETIRED) & (age < 39)
        & (before["relation"] != after["relation"]) & (before["paid_months"] > 12)
    )  # fmt: skip
    province, at = m.places.province_of, np.flatnonzero(chosen)
    same = province[before["relation"][at]] == province[after["relation"][at]]
    return {"same": same, "before": before["paid_months"][at], "after": after["paid_months"][at]}


# --- the pass


def test_months_are_lost_where_a_move_crosses_a_border_of_pools() -> None:
    """Under municipal pools every change of place costs the past, in a pooled province only leaving it."""
    one_by_one = moved_relations(*ended("municipal", losing=True))
    assert one_by_one["same"].sum() > 10 < (~one_by_one["same"]).sum()
    assert (one_by_one["after"] <= 12).all()
    pooled = moved_relations(*ended("provincial_unified", losing=True))
    kept = pooled["same"]
    assert kept.sum() > 10 < (~kept).sum()
    assert (pooled["after"][kept] == pooled["before"][kept] + 12).all()
    assert (pooled["after"][~kept] <= 12).all()
    nation = moved_relations(*ended("national_pure", losing=True))
    assert (nation["after"] == nation["before"] + 12).all()


def test_no_money_moves_within_a_pool() -> None:
    m, _ = ended("provincial_unified")
    a, b = np.nonzero(m.sums.ported)
    province = m.places.province_of
    assert (province[a] != province[b]).any()
    assert not (province[a] == province[b]).any()
    assert ended("national_pure")[0].sums.ported.sum() == 0


def test_the_pools_are_those_of_the_money_rule() -> None:
    province = ended("municipal")[0].places.province_of
    pools = {
        name: ended(name)[0].place[:, P_POOL] for name in ("municipal", "provincial_unified", "national_pure")
    }
    assert len(np.unique(pools["municipal"])) == len(province)
    assert (np.unique(pools["provincial_unified"], return_inverse=True)[1] == province).all()
    assert len(np.unique(pools["national_pure"])) == 1


# --- what is expected


def test_expected_moves_add_up_the_chances_of_the_years_to_come() -> None:
    weighed = np.cumsum(np.arange(128) / 1000.0)
    got = moves.expected_moves.py_func(38, 4.2, 40.0, 0.5, 0.1, weighed)
    assert got == pytest.approx(0.5 * 0.039 + 0.1 * (0.040 + 0.041 + 0.042 + 0.043))
    assert moves.expected_moves.py_func(45, 2.0, 40.0, 0.5, 0.1, weighed) == pytest.approx(0.1 * 0.093)
    assert moves.expected_moves.py_func(20, 1.0, 40.0, 0.5, 0.1, weighed) == pytest.approx(0.5 * 0.021)
    assert moves.expected_moves.py_func(20, 0.0, 40.0, 0.5, 0.1, weighed) == 0.0


def test_borders_by_hand() -> None:
    """Two provinces, the first with two localities: logit over provinces, then over localities."""
    staying, pull = np.array([[0.0, -1.0], [-1.0, 0.5]]), np.array([[1.0, 0.0], [0.0, 1.0]])
    province, share = np.array([0, 0, 1]), np.array([0.75, 0.25, 1.0])
    considers = np.full(128, 0.1)
    away = np.exp(-1.0) / (np.exp(-1.0) + np.exp(1.0))  # of a local of the first province
    leaves = 0.25 * np.exp(-2.0) / (0.75 + 0.25 * np.exp(-2.0))

    def crossing(*pool: int) -> moves.Borders:
        return moves.borders(
            moves.odds_of_provinces(staying, pull), province, share, 2.0, np.array(pool), considers
        )

    own = crossing(0, 1, 2)
    assert own.young[0, 0] == pytest.approx(away + (1.0 - away) * leaves)
    assert own.old[0, 0] == pytest.approx((1.0 - away) * leaves)
    home = np.exp(1.0 - 1.0) / (np.exp(0.0) + np.exp(0.0))  # of a migrant from the second province
    assert own.old[1, 0] == pytest.approx(home + (1.0 - home) * leaves)
    provincial = crossing(3, 3, 4)
    assert provincial.young[0, 0] == pytest.approx(away)
    assert provincial.old[0, 0] == 0.0
    assert (crossing(5, 5, 5).young == 0.0).all()
    assert own.weighed[9] == pytest.approx(1.0)


def test_people_move_as_often_as_they_expect() -> None:
    """Adults who cross a border in a year, against the chances of those who weigh a move."""
    m, before = ended("municipal")
    borders = live.pool_borders(m)
    mobile = ~np.isin(before["status"], (Status.PUBLIC, Status.RETIRED, Status.FREE))
    age = np.clip(2011 - birth_year_of(before["id"]), 0, 127)
    chance = live.age_tables(m)[1][age]
    province = m.places.province_of
    hukou = province[before["hukou"]]
    weight = m.population.weights[before["stratum"]] * mobile
    expected = (weight * chance * borders.young[hukou, before["locality"]]).sum()
    assert m.sums["moved_out"].sum() == pytest.approx(expected, rel=0.05)


def test_an_outlook_is_what_crossings_leave() -> None:
    got = worker.outlook.py_func(2.0, 0.2, 1.5)
    assert got.kept == pytest.approx(0.64)
    assert got.lapsed == pytest.approx(0.25)
    assert worker.outlook.py_func(0.0, 1.0, 12.0) == (1.0, 0.0)


def test_a_right_that_may_be_lost_is_worth_less() -> None:
    scheme = worker.Scheme(180.0, 0.05, 0.03, 0.03, 0.08, 20.0, 1200.0)
    base = [worker.value_of_base.py_func(10.0, 0.08, 0.5, kept, scheme, 139.0) for kept in (1.0, 0.5, 0.0)]
    assert base[1] == pytest.approx(0.5 * base[0])
    assert base[2] == 0.0

    def paying(months: float, to_go: float, kept: float, lapsed: float = 0.0) -> float:
        return worker.value_of_paying.py_func(
            months, to_go, 40_000.0, 0.6, 20_000.0, 0.2, worker.Tastes(0.08, 0.8),
            worker.Outlook(kept, lapsed), scheme, 139.0,
        )  # fmt: skip

    for months in (100.0, 200.0):
        assert paying(months, 12.0, 1.0) > paying(months, 12.0, 0.7) > paying(months, 12.0, 0.2)
    cost = 0.2 * 0.6 * 40_000.0
    assert paying(200.0, 12.0, 0.0) == pytest.approx(-cost)
    assert paying(60.0, 5.1, 1.0) > -cost
    assert paying(60.0, 5.1, 1.0, lapsed=0.2) == -cost, "the minimum is missed"


@pytest.mark.slow
@pytest.mark.parametrize("lost", [0.0, 0.8])
def test_staff_value_a_larger_pool_for_what_a_move_would_lose(lost: float) -> None:
    """Levers are held, so that base and coverage answer the value alone; nothing lost, nothing gained."""

    def market(spec: str) -> dict[str, Any]:
        m = model(spec + "+held_levers", **{**SMALL, "end": 2013}, set={"portability.months_lost": lost})
        m.run()
        return {"value": m.market["value"].mean(), **m.results().national.iloc[-1]}

    own, pooled = market("municipal"), market("provincial_unified")
    if lost == 0.0:
        assert pooled["value"] == pytest.approx(own["value"], rel=2e-3)
    else:
        assert pooled["value"] > 1.1 * own["value"]
        assert pooled["coverage"] > own["coverage"]
        assert pooled["declared_share"] > own["declared_share"]
