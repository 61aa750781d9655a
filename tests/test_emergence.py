"""Measures of emergence on tables made by hand, whose answers are known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from abm.errors import UserError
from abm.space import PROVINCE_NAMES
from experiments.emergence import effort_by_capacity, groups_of, moral_hazard, race, reaction_slope, risk
from experiments.emergence.hazard import measured
from experiments.emergence.reaction import two_stages, weights
from experiments.emergence.transfer import transfer_effects

PLACES = ("Jilin", "Hebei", "Guangdong", "Fujian")
POOR = ("Jilin", "Hebei")


def table(scenario: str, effort: dict[str, float], luck: tuple[float, ...] = (0.0, 0.01)) -> pd.DataFrame:
    """Two seeds, one year; the poor do not pay for their pensions; luck moves every place of a seed alike."""
    rows = [
        {
            "scenario": scenario,
            "seed": seed,
            "year": 2018,
            "province": place,
            "audit_effort": effort[place] + shift,
            "contribution_revenue": 100.0,
            "due": 200.0,
            "interest": 10.0,
            "benefit_expenditure": 150.0 if place in POOR else 50.0,
            "payers": 8.0,
            "average_wage": 25.0,
        }
        for seed, shift in enumerate(luck)
        for place in PLACES
    ]
    return pd.DataFrame(rows)


BEFORE = dict.fromkeys(PLACES, 0.2)
AFTER = {"Jilin": 0.1, "Hebei": 0.1, "Guangdong": 0.16, "Fujian": 0.14}


def test_places_are_grouped_by_their_own_balance() -> None:
    groups = groups_of(table("municipal", BEFORE), 2018)
    assert groups.to_dict() == {p: "deficit" if p in POOR else "surplus" for p in PLACES}


def test_moral_hazard_is_the_paired_difference_by_group() -> None:
    """Luck that both runs of a seed share does not blur the difference: its error is zero."""
    runs = pd.concat([table("municipal", BEFORE), table("national", AFTER)])
    found = moral_hazard(runs, "national", 2018, indicators=["audit_effort"]).set_index("group")
    expected = {"all": -0.075, "deficit": -0.1, "surplus": -0.05, "deficit − surplus": -0.05}
    assert found["difference"].to_dict() == pytest.approx(expected)
    assert found["standard_error"].max() < 1e-12
    assert found.loc["deficit", "index"] == pytest.approx(-0.1 / 0.205)
    assert found.loc["all", "places"] == 4
    assert (found["pairs"] == 2).all()


def test_the_rate_that_payers_pay_counts_payers_alone() -> None:
    """Records left behind lower the effective rate and not the rate paid."""
    places = table("municipal", BEFORE).assign(insured_employees=[8.0, 10.0, 12.0, 14.0] * 2)
    assert measured(places)["rate_paid"].eq(100.0 / (8.0 * 25.0)).all()


def test_a_seed_that_only_one_scenario_has_is_left_out() -> None:
    runs = pd.concat([table("municipal", BEFORE), table("national", AFTER, (0.0, 0.01, 9.0))])
    found = moral_hazard(runs, "national", 2018, indicators=["audit_effort"])
    assert found["difference"].iloc[0] == pytest.approx(-0.075)


def test_runs_without_a_seed_in_common_are_refused() -> None:
    runs = pd.concat(
        [table("municipal", BEFORE), table("national", AFTER).assign(seed=lambda t: t["seed"] + 5)]
    )
    with pytest.raises(UserError, match="0 seeds have runs on both sides"):
        moral_hazard(runs, "national", 2018, indicators=["audit_effort"])


def test_the_race_is_measured_from_the_planner() -> None:
    rivals, planner = (
        table("municipal", x).assign(**{"government.choice_rule": rule})
        for x, rule in ((AFTER, 0), (BEFORE, 3))
    )
    found = race(pd.concat([rivals, planner]), 2018, indicators=["audit_effort"]).set_index("group")
    assert found.loc["all", "difference"] == pytest.approx(-0.075)
    assert found.loc["all", "baseline_mean"] == pytest.approx(0.205)


def test_parts_of_a_transfer_rule_add_up() -> None:
    steps = {"baseline": 0.2, "unmoved": 0.17, "rule": 0.18, "announced": 0.15}
    runs = pd.concat([table("x", dict.fromkeys(PLACES, v)).assign(part=part) for part, v in steps.items()])
    found = transfer_effects(runs, 2018, ["audit_effort"]).query("group == 'all'").set_index("effect")
    parts = {"substitution": -0.03, "relief": 0.01, "expectation": -0.03, "total": -0.05}
    assert found["difference"].to_dict() == pytest.approx(parts)


def test_risk_is_counted_in_money_not_in_places() -> None:
    rows = pd.DataFrame(
        {
            "scenario": "a",
            "seed": [1, 1, 2, 2],
            "year": 2018,
            "managerial_gap": [1.0, 0.0, 3.0, 0.0],
            "general_gap": [1.0, 2.0, 1.0, 0.0],
            "fiscal_subsidy": [20.0, 0.0, 10.0, 10.0],
            "central_subsidy": [10.0, 0.0, 10.0, 0.0],
            "transfers_in": 0.0,
            "benefit_expenditure": [100.0, 100.0, 100.0, 100.0],
        }
    )
    found = risk(rows).set_index("measure")
    assert found["mean"].to_dict() == pytest.approx(
        {"managerial_share": 0.5, "treasury_share": 0.1, "central_share": 0.05, "pooled_share": 0.0}
    )
    assert found.loc["managerial_share", "standard_error"] == pytest.approx(0.25)
    assert (found["runs"] == 2).all()


def test_effort_by_capacity_is_the_slope_on_log_output_per_head() -> None:
    output = np.exp([1.0, 2.0, 3.0, 4.0])
    rows = pd.DataFrame(
        {
            "scenario": "a",
            "seed": np.repeat([1, 2], 4),
            "year": 2018,
            "province": PLACES * 2,
            "output": np.tile(output, 2),
            "population": 1.0,
            "audit_effort": np.tile([0.5, 0.4, 0.3, 0.2], 2),
        }
    )
    found = effort_by_capacity(rows, 2018).iloc[0]
    assert found["slope"] == pytest.approx(-0.1)
    assert found["correlation"] == pytest.approx(-1.0)
    assert found["standard_error"] == pytest.approx(0.0, abs=1e-12)


def planted(slope: float, noise: float, seed: int = 3) -> pd.DataFrame:
    """31 provinces whose rates react to their neighbours: y = slope·Wy + controls + noise."""
    rng = np.random.default_rng(seed)
    n = len(PROVINCE_NAMES)
    reply = np.linalg.inv(np.eye(n) - slope * weights(PROVINCE_NAMES))
    own, rows = rng.normal(size=n), []
    for year in range(2011, 2023):
        wage, dependency = rng.normal(size=n), rng.uniform(0.1, 0.8, n)
        y = reply @ (own + rng.normal() + 0.5 * wage - 2.0 * dependency + noise * rng.normal(size=n))
        rows.append(
            pd.DataFrame(
                {
                    "province": PROVINCE_NAMES,
                    "year": year,
                    "effective_rate": y,
                    "average_wage": np.exp(wage),
                    "retirees": dependency,
                    "insured_employees": 1.0,
                }
            )
        )
    return pd.concat(rows, ignore_index=True)


@pytest.mark.parametrize("slope", [0.0, 0.5, 0.73])
def test_a_planted_reaction_is_found(slope: float) -> None:
    found = reaction_slope(planted(slope, 0.1))
    assert found.value == pytest.approx(slope, abs=3.0 * found.standard_error)
    assert found.standard_error < 0.1
    assert found.first_stage > 10.0


def test_two_stages_with_the_regressor_itself_are_least_squares() -> None:
    rng = np.random.default_rng(1)
    x, control = rng.normal(size=200), rng.normal(size=(200, 1))
    y = 2.0 * x - control[:, 0] + rng.normal(size=200)
    found = two_stages(y, x, control, x[:, None], np.arange(200) // 5)
    exact = np.linalg.lstsq(np.column_stack([x, control]), y, rcond=None)[0]
    assert found.value == pytest.approx(exact[0])
