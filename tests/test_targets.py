"""Targets: each bad one is refused with a sentence, and the same function measures data and simulation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from published_run import published_run

from abm.errors import UserError
from abm.space import NATION
from calibration import moments, targets
from calibration.measures import VARIABLES, measure, of_publications, of_run

WHERE = "target 'x' (f.yaml)"

GOOD: dict[str, Any] = {
    "definition": "Revenue",
    "level": "macro",
    "variable": "revenue",
    "unit": "yuan",
    "places": "nation",
    "years": {"fit": "2011-2016"},
    "compare": "log",
    "value": "published",
    "source": "yearbook",
    "error": 0.02,
    "error_note": "assumed",
}
EFFECT: dict[str, Any] = {
    "definition": "National pooling",
    "level": "causal",
    "replication": "national_pooling_2022",
    "coefficient": "deficit",
    "unit": "pp of the collection rate",
    "sign": -1,
    "value": -10.3,
    "error": 3.0,
    "source": "a paper",
}


def test_the_shipped_targets_are_sound_and_their_units_are_those_of_their_variables() -> None:
    shipped = targets.load()
    assert len(targets.moments()) >= 20
    for target in targets.moments():
        assert target.unit == VARIABLES[target.variable].unit
        assert target.source
        assert target.error_note
        assert len(targets.published(target)) > 0
    assert {target.level for target in shipped.values()} >= {"macro", "province", "micro", "projection"}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"variable": "revenu"}, f"unknown variable 'revenu' in {WHERE}; did you mean 'revenue'?"),
        ({"unit": "persons"}, f"{WHERE}: unit 'persons' is wrong; 'revenue' is measured in 'yuan'"),
        ({"source": ""}, f"{WHERE} has no source; every published number needs one"),
        ({"error": None}, f"{WHERE} has no error; give the standard error of its value, greater than zero"),
        ({"error": 0.0}, f"{WHERE} has no error; give the standard error of its value, greater than zero"),
        ({"years": {"fit": [2017]}}, f"{WHERE}: 2017 cannot be in 'fit'; allowed: 2010 to 2016"),
        ({"years": {"validate": [2016]}}, f"{WHERE}: 2016 cannot be in 'validate'; allowed: 2017 to 2018"),
        ({"years": {}}, f"{WHERE} names no year; give years under fit, validate, kept_back"),
        ({"value": {2011: 1.0}}, f"{WHERE} has no value for 2012"),
        ({"value": "pension_nation.x"},
         f"unknown table 'pension_nation' in {WHERE}; did you mean 'pension_national'?"),
        ({"variable": "coverage", "unit": "share"},
         f"{WHERE}: nothing published gives 'coverage'; write its value by year"),
        ({"colour": 1}, f"unknown key 'colour' in {WHERE}"),
        ({"source": "  "}, f"{WHERE} has no source; every published number needs one"),
        ({"error_note": ""}, f"{WHERE} has no error_note; say where its error comes from"),
        ({"bar": 0.0}, f"{WHERE}: bar 0 lets nothing pass; allowed: greater than zero"),
        ({"level": "reaction"}, f"{WHERE}: level: Input should be 'macro', 'province'"),
        ({"years": {"fit": [2011, 2011]}}, f"{WHERE} names 2011 twice; a year belongs to one split"),
        ({"years": {"fit": [2016], "kept_back": [2016]}}, f"{WHERE} names 2016 twice"),
        ({"value": dict.fromkeys(range(2011, 2017), 1.0), "places": "provinces"},
         f"{WHERE}: values by year are the nation's; provinces need 'published'"),
        ({"value": dict.fromkeys(range(2011, 2017), -1.0)},
         f"{WHERE} has a value that is not above zero and no log; compare: level"),
        ({"value": "wages.avg_wage_nonprivate"}, f"{WHERE}: 'wages.avg_wage_nonprivate' is in"),
        ({"compare": "ratio"}, f"{WHERE}: compare: Input should be 'log' or 'level'"),
    ],
)  # fmt: skip
def test_a_bad_moment_is_refused_with_one_sentence(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UserError) as caught:
        targets.parse("x", {**GOOD, **change}, "f.yaml")
    assert str(caught.value).startswith(sentence)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"source": ""}, f"{WHERE} has no source; every published number needs one"),
        ({"error": None}, f"{WHERE} has no error; give error, or low and high"),
        ({"unit": "yuan"}, f"unknown unit 'yuan' in {WHERE}"),
        ({"error": -3.0}, f"{WHERE}: error -3 is no standard error; allowed: greater than zero"),
        ({"value": None, "sign": 0}, f"{WHERE} has neither a value nor a sign; give one of them"),
        ({"low": 0.0, "high": 1.0}, f"{WHERE}: value -10.3 lies outside its band of low and high"),
        (
            {"replication": "national_poling_2022"},
            f"unknown replication 'national_poling_2022' in {WHERE}; did you mean 'national_pooling_2022'?",
        ),
        ({"sign": 1}, f"{WHERE}: record: value -10.3 has another sign than sign +1"),
    ],
)
def test_a_bad_effect_is_refused_with_one_sentence(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UserError) as caught:
        targets.parse("x", {**EFFECT, **change}, "f.yaml")
    assert str(caught.value).startswith(sentence)


def test_good_records_pass() -> None:
    moment = targets.parse("x", GOOD, "f.yaml")
    assert isinstance(moment, targets.Moment)
    assert moment.years["fit"] == (2011, 2012, 2013, 2014, 2015, 2016)
    assert moment.tolerance == pytest.approx(0.04)
    assert isinstance(targets.parse("x", EFFECT, "f.yaml"), targets.Effect)


def test_a_name_twice_is_refused(tmp_path: Path) -> None:
    line = "x: " + json.dumps({**GOOD, "years": {"fit": [2011]}})
    (tmp_path / "a.yaml").write_text(line)
    (tmp_path / "b.yaml").write_text(line)
    with pytest.raises(UserError, match=r"target 'x' in b.yaml is already in a.yaml"):
        targets.load(tmp_path)


def test_a_run_that_repeats_the_statistics_has_every_published_moment() -> None:
    """The same function on both sides: a run made of the statistics is off by nothing."""
    published = [t for t in targets.moments() if t.value == "published" and t.level != "projection"]
    table = moments.layout(
        [t for t in published if t.variable not in {"contribution_revenue", "enterprise_subsidy"}]
    )
    off = table.of(of_run(published_run())) - table.value
    assert len(off) > 700
    np.testing.assert_allclose(off, 0.0, atol=1e-6)


def test_the_subsidy_to_enterprise_funds_is_the_whole_without_the_public_groups_gap() -> None:
    run = published_run(years=[2014, 2015])
    gap = pd.DataFrame(
        {"year": [2014, 2014], "payer": "budget:Beijing", "payee": "fund:Beijing",
         "kind": ["public_gap_subsidy", "local_gap_subsidy"], "amount": [1e9, 1e8]}
    )  # fmt: skip
    frames = {**run.frames, "ledger": pd.concat([run.ledger, gap], ignore_index=True)}
    found = measure("enterprise_subsidy", of_run(type(run)(frames, {})))
    whole = run.national.set_index("year")["fiscal_subsidy"]
    assert found["China", 2014] == pytest.approx(whole[2014] - 1e9)
    assert found["China", 2015] == pytest.approx(whole[2015])
    assert found.drop("China", level="province").isna().all()


def test_a_run_ten_per_cent_too_high_is_off_by_its_log() -> None:
    target = next(t for t in targets.moments() if t.name == "revenue_provinces")
    table = moments.layout([target])
    np.testing.assert_allclose(
        table.of(of_run(published_run(factor=1.1))) - table.value, np.log(1.1), atol=1e-9
    )


def test_known_breaks_are_left_out_and_splits_follow_the_years() -> None:
    table = moments.layout([t for t in targets.moments() if t.name == "insured_provinces"])
    cells = set(table.index.droplevel("target"))
    assert ("Zhejiang", 2014) not in cells
    assert ("Guangdong", 2017) not in cells
    assert ("Guangdong", 2015) in cells
    years = table.index.get_level_values("year")
    assert (table.split[years <= 2016] == "fit").all()
    assert (table.split[years >= 2017] == "validate").all()
    assert len(table.select("fit").value) + len(table.select("validate").value) == len(table.value)


def test_ranks_run_from_the_poorest_fund_to_the_richest() -> None:
    ranks = measure("payable_months_rank", of_publications([2016])).xs(2016, level="year")
    assert NATION not in ranks.dropna().index
    assert ranks.idxmin() == "Heilongjiang"
    assert ranks.max() == pytest.approx(1.0)


def test_a_variable_the_tables_do_not_hold_is_empty() -> None:
    values = measure("private_coverage", of_publications([2016]))
    assert values.reindex(pd.MultiIndex.from_tuples([(NATION, 2016)])).isna().all()
