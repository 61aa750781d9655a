"""Replications: each estimator finds an effect planted in an artificial panel; verdicts in words."""

from __future__ import annotations

import logging
from functools import cache

import numpy as np
import pandas as pd
import pytest

from abm.errors import UserError
from abm.space import PROVINCE_NAMES, PROVINCES
from calibration import replications
from calibration.replications.panels import Finding
from calibration.targets import effects

pytest.importorskip("pyfixest")
CODES = [p.code for p in PROVINCES]


def grid(worlds: list[str], years: range, units: list[str] = CODES) -> pd.DataFrame:
    """Worlds x units x years with noise, unit and year effects that are the same in all worlds."""
    rng = np.random.default_rng(5)
    frame = pd.DataFrame(
        [(w, u, y) for w in worlds for u in units for y in years], columns=["world", "unit", "year"]
    )
    own, common = (
        dict(zip(units, rng.normal(size=len(units)), strict=True)),
        {y: rng.normal() for y in years},
    )
    frame["base"] = frame["unit"].map(own) + frame["year"].map(common) + 0.01 * rng.normal(size=len(frame))
    return frame.assign(
        cell=frame["world"] + " " + frame["unit"],
        deficit=frame["unit"].isin(units[::3]).astype(float),
        on=lambda t: 0.0,
    )


def planted(name: str) -> tuple[pd.DataFrame, dict[str, float]]:  # noqa: PLR0911 - one case a paper
    """A panel for a replication and the effects put into it."""
    if name == "national_pooling_2022":
        frame = grid(["reform", "none"], range(2015, 2025))
        post = (frame["year"] >= 2022) & (frame["world"] == "reform")
        jump = np.where(frame["deficit"] == 1, -10.0, -2.0) * post
        year_effects = frame.groupby("year")["base"].transform("mean")
        frame["collection"] = frame["base"] - year_effects + 0.3 * (frame["year"] - 2022) + 60 + jump
        return frame, {"surplus": -2.0, "deficit": -10.0}
    if name == "provincial_pooling":
        frame = grid(["none", "reform"], range(2010, 2017))
        on = (frame["year"] >= 2013) & (frame["world"] == "reform")
        return frame.assign(coverage=frame["base"] + 0.2 * on, declared_share=frame["base"] - 0.4 * on), {
            "coverage": 0.2,
            "rate_paid": -0.4,
        }
    if name == "adjustment_fund":
        frame = grid(["reform", "none"], range(2012, 2022))
        on = (frame["year"] >= 2018) & (frame["world"] == "reform")
        effort = frame["base"] + on * np.where(frame["deficit"] == 1, -0.3, -0.1)
        return frame.assign(effort=effort), {"surplus": -0.1, "deficit": -0.3}
    if name == "performance_transfers":
        frame = grid(["tied", "untied"], range(2010, 2017))
        on = (frame["year"] >= 2013) & (frame["world"] == "tied")
        return frame.assign(effort=frame["base"] + 0.25 * on), {"effort": 0.25}
    if name == "statutory_rate":
        frame = grid(["cut", "none"], range(2011, 2017))
        cut = frame["unit"].isin(CODES[::2])
        rate = 0.28 - 0.04 * ((frame["world"] == "cut") & cut & (frame["year"] >= 2013))
        frame = frame.assign(statutory_rate=rate, evasion=frame["base"] + 3.0 * rate, cut=cut.astype(float))
        return frame, {"evasion": 3.0}
    if name == "base_floor":
        frame = grid(["none", "floor", "rate"], range(2011, 2017))
        late = frame["year"] >= 2013
        frame["log_floor"] = np.log(np.where(late & (frame["world"] == "floor"), 0.54, 0.60))
        frame["log_rate"] = np.log(np.where(late & (frame["world"] == "rate"), 0.18, 0.20))
        frame["evaded"] = frame["base"] + 0.9 * frame["log_floor"] + 0.4 * frame["log_rate"]
        return frame, {"floor": 0.9, "rate": 0.4, "floor_less_rate": 0.5}
    if name == "leakage":
        frame = grid(["lenient", "strict"], range(2022, 2025))
        frame["funds"] = 100 + frame["unit"].map(dict(zip(CODES, range(31), strict=True)))
        frame["benefit_expenditure"] = 50 + 0.01 * frame["funds"] * (frame["world"] == "lenient")
        return frame, {"share": 0.01}
    frame = grid(["history"], range(2011, 2019))
    rng = np.random.default_rng(9)
    frame["log_wage"], frame["dependency"] = rng.normal(size=(2, len(frame)))
    near = replications.module(name).weights(CODES)
    parts = []
    for _, rows in frame.groupby("year"):
        shock = rows["base"].to_numpy() + rows["log_wage"].to_numpy() - rows["dependency"].to_numpy()
        parts.append(rows.assign(rate=np.linalg.solve(np.eye(31) - 0.6 * near, shock)))
    return pd.concat(parts), {"slope": 0.6}


@cache
def estimated(name: str) -> dict[str, Finding]:
    """What a replication finds in its planted panel."""
    return dict(replications.module(name).estimate(planted(name)[0]))


@pytest.mark.parametrize("name", replications.NAMES)
def test_the_estimator_finds_a_planted_effect(name: str) -> None:
    found = estimated(name)
    for coefficient, value in planted(name)[1].items():
        finding = found[coefficient]
        assert finding.value == pytest.approx(value, abs=max(4 * finding.error, 0.02 * abs(value))), (
            coefficient
        )
        assert finding.error < 0.35 * abs(value)


@pytest.mark.parametrize("name", ["adjustment_fund", "performance_transfers", "provincial_pooling"])
def test_no_effect_is_found_where_none_is_planted(name: str) -> None:
    frame, effect = planted(name)
    for outcome in {"effort", "coverage", "declared_share"} & set(frame.columns):
        frame[outcome] = frame["base"]
    for finding in replications.module(name).estimate(frame).values():
        assert abs(finding.value) < 4 * finding.error
    assert effect


def test_an_outcome_that_never_moves_has_no_effect() -> None:
    frame, _ = planted("performance_transfers")
    found = replications.module("performance_transfers").estimate(frame.assign(effort=0.2))
    assert found["effort"].value == 0.0


def test_neighbours_are_weighted_by_inverse_distance() -> None:
    near = replications.module("neighbour_reaction").weights(CODES)
    np.testing.assert_allclose(near.sum(axis=1), 1.0)
    beijing = dict(zip(PROVINCE_NAMES, near[0], strict=True))
    assert beijing["Beijing"] == 0
    assert max(beijing, key=lambda name: beijing[name]) == "Tianjin"


def test_every_published_effect_belongs_to_a_replication_that_estimates_it() -> None:
    assert {effect.replication for effect in effects()} == set(replications.NAMES)
    for effect in effects():
        assert effect.coefficient in estimated(effect.replication)


@pytest.mark.parametrize(
    ("name", "value", "error", "words"),
    [
        ("national_pooling_deficit", -9.0, 1.0, "size agrees"),
        ("national_pooling_deficit", -0.5, 0.1, "sign agrees, size does not"),
        ("national_pooling_deficit", -0.5, 1.0, "sign, not significant"),
        ("national_pooling_deficit", 5.0, 1.0, "FAIL: other sign"),
        ("national_pooling_deficit", 0.0, 0.0, "zero"),
        ("national_pooling_deficit", float("nan"), 0.0, "not run"),
        ("performance_transfers", 0.1, 0.01, "sign agrees"),
        ("leakage", 0.007, 0.0005, "size agrees"),
        ("leakage", 0.05, 0.0005, "sign agrees, size does not"),
    ],
)
def test_verdicts(name: str, value: float, error: float, words: str) -> None:
    effect = next(e for e in effects() if e.name == name)
    assert replications.verdict(effect, value, error) == words


def test_what_cannot_be_run_stays_in_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str, *_: object) -> dict[str, Finding]:
        if name == "leakage":
            raise UserError("no such rule")
        coefficients = {e.coefficient for e in effects() if e.replication == name}
        return {coefficient: Finding(1.0, 0.1) for coefficient in coefficients}

    monkeypatch.setattr(replications, "estimate", refuse)
    table = replications.table("history", 20_000, 2).set_index("effect")
    assert len(table) == len(effects())
    row = table.loc["Benefits off the list over the funds audited"]
    assert (row["verdict"], row["why"]) == ("not run", "no such rule")


def test_an_unknown_replication_is_named() -> None:
    with pytest.raises(UserError, match="unknown replication 'leekage'; did you mean 'leakage'"):
        replications.module("leekage")


def test_the_ridge_says_which_pairs_give_the_published_effect(monkeypatch: pytest.MonkeyPatch) -> None:
    from calibration import ridge

    def estimate(*arguments: object) -> dict[str, Finding]:
        changes = arguments[-1]
        assert isinstance(changes, dict)
        fall = -20 * changes[ridge.ELASTICITY] * (1 - changes[ridge.BAILOUT])
        return {"deficit": Finding(0.0, 1.0, fall), "surplus": Finding(0.0, 1.0, 0.0)}

    monkeypatch.setattr(replications, "estimate", estimate)
    table = ridge.ridge("history", 20_000, bailouts=(0.0, 0.5, 0.9), elasticities=(0.5, 1.0))
    inside = {(r.bailout_probability, r.effort_elasticity) for r in table.itertuples() if r.in_band}
    assert inside == {(0.0, 0.5), (0.5, 0.5), (0.5, 1.0)}


def test_a_regression_leaves_the_logging_of_the_process_alone() -> None:
    before = (logging.getLogger().level, list(logging.getLogger().handlers))
    estimated("performance_transfers")
    assert (logging.getLogger().level, list(logging.getLogger().handlers)) == before
