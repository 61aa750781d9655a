"""Double and forged records: heads counted twice, months never paid, and the platform that finds them."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from runs import model

from abm import modules
from abm.model import PensionModel
from abm.parameters import Parameters
from abm.timeline import Event

ODD = {
    "portability.duplicates_kept": {"2010-01-01": 0.0, "2011-01-01": 0.5},
    "portability.duplicates_cleared": 0.2,
    "benefits.forged_share": {"2010-01-01": 0.0, "2011-01-01": 0.1},
}


@cache
def years(odd: bool) -> tuple[PensionModel, list[np.ndarray]]:
    """A model at the end of 2012 whose governments hold their levers, and who was left behind by year."""
    m = model("history+held_levers", end=2012, set=ODD if odd else {})
    left = []
    for _ in range(2):
        m.step()
        left.append(m.sums["left_behind"].copy())
    return m, left


def test_whoever_moves_without_asking_is_counted_in_both_places() -> None:
    m, left = years(True)
    assert min(x.sum() for x in left) > 0
    assert m.duplicates == pytest.approx(0.8 * 0.5 * left[0] + 0.5 * left[1])
    members = m.sums["insured"] - m.sums["insured_public"]
    assert m.accounts.insured_employees == pytest.approx(members + m.duplicates)
    head = m.results().national.iloc[-1]
    assert head.adjustment_headcount == pytest.approx(
        0.5 * (members.sum() + m.duplicates.sum() + m.sums["staff"].sum())
    )
    registered = m.sums["insured"] + np.rint(m.duplicates)
    assert head.insured_employees == registered.sum(), "registers hold them twice"


def test_at_rest_records_left_behind_stay_until_found_and_nothing_is_forged() -> None:
    m, left = years(False)
    assert min(x.sum() for x in left) > 0
    assert m.duplicates == pytest.approx(0.9 * left[0] + left[1])
    assert m.sums["forged_records"].sum() == 0


def test_forged_months_raise_new_pensions_and_the_spending_on_them() -> None:
    (odd, _), (plain, _) = years(True), years(False)
    forged, sums = odd.sums["forged_records"].sum(), odd.sums
    formula = (sums["new_retirees"] - sums["bought_in"]).sum()  # who buys in has no record to forge
    assert forged / formula == pytest.approx(0.1, abs=0.03)
    assert (odd.sums["new_retirees"] == plain.sums["new_retirees"]).all()
    assert odd.sums["pensions"].sum() > plain.sums["pensions"].sum()
    a, b = odd.population.persons, plain.population.persons
    assert (a["paid_months"] == b["paid_months"]).all(), "the record of what was paid is another"
    more = a["pension"] - b["pension"]
    assert more.min() > -1.0
    assert (more > 100.0).any()


def test_the_platform_finds_most_of_both() -> None:
    plain = Parameters.load({"portability.duplicates_kept": 0.5, "benefits.forged_share": 0.1})
    found = modules.in_force(plain, (Event(start="2014-01-01", modules={"platform": True}),))
    assert found.value("portability.duplicates_kept", 2013) == 0.5
    assert found.value("portability.duplicates_kept", 2014) == pytest.approx(0.05)
    assert found.value("portability.duplicates_cleared", 2014) == pytest.approx(0.1 + 0.9 * 0.9)
    assert found.value("benefits.forged_share", 2014) == pytest.approx(0.01)


@pytest.mark.parametrize(
    ("path", "value"),
    [("portability.duplicates_cleared", 0.9), ("benefits.forged_months", 120.0)],
)
def test_their_records_move_an_output(path: str, value: float) -> None:
    plain, _ = years(True)
    m = model("history+held_levers", end=2012, set={**ODD, path: value})
    m.run()
    column = "adjustment_headcount" if "duplicates" in path else "benefit_expenditure"
    assert m.results().national[column].iloc[-1] != plain.results().national[column].iloc[-1]
