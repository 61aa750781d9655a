"""The second model's own governments beside the engine's (specification, section 8)."""

from __future__ import annotations

from copy import copy
from dataclasses import replace

import pytest

from abm.model import PensionModel
from oracle import worth
from oracle.beside import SMALL, pair
from oracle.choosing import ATTRACTION, IMITATION, PLANNER
from oracle.compare import differences, follow
from oracle.deciding import SOME, decisions, governments_agree
from oracle.model import Oracle
from oracle.start import limits_of

EXEMPTIONS = {
    "government.exemption_most": {"2010-01-01": 0.0, "2011-01-01": 0.9},
    "government.exemption_years": 2,
    "government.step": {"2010-01-01": 0.02, "2011-01-01": 0.2},
    "employer.reconsiders": {"2010-01-01": 0.1, "2011-01-01": 0.6},
    "employer.relocation_cost": {"2010-01-01": 6.0, "2011-01-01": 3.0},
}
ADMISSION = {
    "government.entry_age_most": {"2010-01-01": 17.0, "2011-01-01": 60.0},
    "government.step": {"2010-01-01": 0.02, "2011-01-01": 0.2},
    "government.horizon": 8,
    "portability.payer_years": 5,
    "retirement.minimum_years": 10,
    "portability.transfer_delay": 12,
    "portability.transfer_asked": 0.5,
    "portability.months_lost": 0.7,
    "worker.open_to_migrants": {"2010-01-01": 0.0, "2012-01-01": 0.5},
}
"""Those who are admitted may draw a pension within the horizon, lose months and are half admitted by law."""


def test_two_years_of_the_history() -> None:
    """Bounds, candidates, payoffs and levers of three places."""
    governments_agree("history", years=2)


@pytest.mark.slow
@pytest.mark.parametrize(
    "regime",
    [
        *("municipal", "provincial_adjustment", "provincial_unified", "municipal/central_adjustment"),
        *("municipal/central_differential", "national_2022", "national_unified", "national_basic_pension"),
    ],
)
@pytest.mark.parametrize("assessed", [False, True])
def test_every_regime(regime: str, assessed: bool) -> None:
    """Three years of each, with and without assessment and early warning."""
    spec = "with_assessment+with_early_warning" if assessed else "history"
    governments_agree(spec, years=3, set={"regime": regime})


@pytest.mark.slow
@pytest.mark.parametrize("spec", ["national_pure", "national_pure+with_assessment"])
def test_one_national_fund(spec: str) -> None:
    governments_agree(spec, years=3)


@pytest.mark.slow
@pytest.mark.parametrize("changed", [EXEMPTIONS, ADMISSION, {**ADMISSION, **EXEMPTIONS}])
def test_who_comes(changed: dict[str, object]) -> None:
    """Employers come for exemptions, self-payers by admission."""
    governments_agree("history", years=2, set=changed)


@pytest.mark.slow
@pytest.mark.parametrize("rule", [IMITATION, ATTRACTION, PLANNER])
def test_other_ways_to_choose(rule: int) -> None:
    """A neighbour's levers, learning, and a planner for all of them, where employers come for exemptions."""
    changed = {"government.choice_rule": {"2010-01-01": 0, "2011-01-01": rule}}
    governments_agree("history", years=3, actors=SOME[:2], set={**EXEMPTIONS, **changed})


@pytest.mark.slow
def test_the_whole_history() -> None:
    """From the first choice over the adjustment fund, the waiver and its end to national pooling."""
    governments_agree("history", years=14, end=2024)


NARROWER = {
    "government.supplement_most": {"2010-01-01": 0.1, "2012-01-01": 0.03},
    "government.deemed_most": {"2010-01-01": 0.014, "2012-01-01": 0.0125},
}
"""A law that passes the bounds that provinces have set."""


@pytest.mark.slow
@pytest.mark.parametrize(
    "regime", ["municipal", "provincial_adjustment", "provincial_unified", "national_2022"]
)
def test_provinces_and_their_localities(regime: str) -> None:
    """Of 360 places and 31 provinces two each: Beijing, which is one locality, and a place in Hebei."""
    changed = {"regime": regime, **NARROWER}
    governments_agree(
        "history", years=2, actors=(0, 5), provinces=(0, 2), resolution="prefecture", set=changed
    )


@pytest.mark.slow
def test_neighbours_within_a_province() -> None:
    """Localities that imitate."""
    changed = {"government.choice_rule": IMITATION}
    governments_agree("history", years=1, actors=(5,), resolution="prefecture", set=changed)


@pytest.mark.slow
def test_a_planner_has_no_provinces_that_set_bounds() -> None:
    """Bounds are neither sought nor found."""
    changed = {"government.choice_rule": {"2010-01-01": 0, "2011-01-01": PLANNER}}
    engine, oracle = pair(resolution="prefecture", set=changed)
    engine.step()
    oracle.enter_year(engine.year)
    assert oracle.govern().limits() == limits_of(engine) == {}


@pytest.mark.slow
def test_years_under_their_own_levers() -> None:
    """Two years in which every lever of every place is the second model's own."""
    engine, oracle = pair()
    for _ in range(2):
        follow(oracle, engine)
        engine.step()
        oracle.step_to(engine.year)
        assert differences(oracle, engine) == []


@pytest.fixture(scope="module")
def second_year() -> tuple[PensionModel, Oracle]:
    """The engine after its second year, the oracle before it."""
    engine, oracle = pair()
    engine.step()
    return engine, oracle


def differing(engine: PensionModel, oracle: Oracle, changed: dict[str, float]) -> list[str]:
    """What differs of one government's decisions if the second model holds some parameters otherwise."""
    other = copy(oracle)
    if changed:
        other.parameters = other.parameters.load({**SMALL, **changed})
    other.enter_year(engine.year)
    return list(decisions(other, engine, SOME[:1]))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("government.accrual_share", 0.36),
        ("government.terminal_weight", 0.99),
        ("government.capital_flight", 0.21),
        ("government.effort_elasticity", 0.49),
        ("government.growth_believed", 0.15),
        ("government.perception_error", 0.00021),
        ("employer.peer_weight", 0.51),
        ("worker.distance_to_wage", 1.1),
        ("worker.pension_weight", 0.31),
    ],
)
def test_another_number_in_one_of_them_is_seen(
    second_year: tuple[PensionModel, Oracle], path: str, value: float
) -> None:
    """A parameter that only the second model's governments hold otherwise."""
    engine, oracle = second_year
    assert differing(engine, oracle, {path: value})


def test_a_reserve_that_counts_for_nothing_is_seen(
    second_year: tuple[PensionModel, Oracle], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the worth of the last reserve every payoff is another."""
    right = worth.worth
    monkeypatch.setattr(worth, "worth", lambda *given: replace(right(*given), reserve=0.0))
    found = differing(*second_year, {})
    assert any(line.startswith("payoffs of 0 for audit") for line in found)
