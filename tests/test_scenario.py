"""Scenarios: stacking, dates, `set`, and one sentence for every mistake."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from abm.errors import UserError
from abm.scenario import Scenario, diff
from abm.scenarios import shipped
from abm.timeline import Event, Regime, RegimeStack, merged, stack_on, stacks_of

ADJUSTMENT, UNIFIED = "provincial_adjustment", "provincial_unified"


def write(folder: Path, text: str, name: str = "mine.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


# what a scenario says


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_scenario_runs_to_the_last_year_and_says_what_it_is(name: str) -> None:
    scenario = Scenario.named(name, end=2060)
    assert scenario.title
    assert all(scenario.regime_at(year) for year in range(2010, 2061))


def test_the_history_follows_the_dates_of_the_law() -> None:
    history = Scenario.named("history")
    assert history.regime_at(2017) == [(1.0, RegimeStack(ADJUSTMENT, "none"))]
    assert history.regime_at(2018) == [
        (0.5, RegimeStack(ADJUSTMENT, "none")),
        (0.5, RegimeStack(ADJUSTMENT, "central_adjustment")),
    ]
    assert history.regime_at(2021) == [(1.0, RegimeStack(UNIFIED, "central_adjustment"))]
    assert history.regime_at(2022) == [(1.0, RegimeStack(UNIFIED, "national_2022"))]


def test_jilin_unifies_half_a_year_before_the_others() -> None:
    (first, before), (second, after) = Scenario.named("history+jilin").regime_at(2020)
    assert (first, second) == (0.5, 0.5)
    assert before.lower_of("Jilin") == ADJUSTMENT
    assert after.lower_of("Jilin") == UNIFIED
    assert after.lower_of("Liaoning") == ADJUSTMENT


def test_the_waiver_holds_for_eleven_months_of_2020() -> None:
    history = Scenario.named("history")
    shares = {year: history.modules_at(year)["waiver_2020"] for year in (2019, 2020, 2021)}
    assert shares == {2019: 0, 2020: pytest.approx(11 / 12), 2021: 0}


@given(month=st.integers(1, 12), day=st.integers(1, 28))
def test_shares_of_a_year_sum_to_one_and_a_month_belongs_to_its_first_day(month: int, day: int) -> None:
    switch = date(2015, month, day)
    timeline = merged(
        [Event(start=date(2010, 1, 1), regime=Regime(lower="municipal"))],
        [Event(start=switch, regime=Regime(upper="national_2022"))],
    )
    shares = stacks_of(timeline, 2015)
    after = sum(share for share, stack in shares if stack is not None and stack.upper == "national_2022")
    assert sum(share for share, _ in shares) == pytest.approx(1)
    assert after == pytest.approx((12 - month + (day == 1)) / 12)


def test_an_event_for_all_provinces_ends_what_was_said_of_single_ones() -> None:
    timeline = merged(
        [
            Event(start=date(2010, 1, 1), regime=Regime(lower="municipal")),
            Event(start=date(2012, 1, 1), provinces=("Hebei",), regime=Regime(lower=UNIFIED)),
            Event(start=date(2014, 1, 1), regime=Regime(lower=ADJUSTMENT)),
        ]
    )
    assert stack_on(timeline, date(2013, 1, 1)) == RegimeStack("municipal", "none", (("Hebei", UNIFIED),))
    assert stack_on(timeline, date(2014, 1, 1)) == RegimeStack(ADJUSTMENT, "none")
    assert stack_on(timeline, date(2009, 12, 31)) is None


# stacking


def test_a_difference_brings_its_base_and_equals_the_stack() -> None:
    assert Scenario.named("soft_budget").key() == Scenario.named("history+soft_budget").key()
    assert Scenario.named("soft_budget").name == "soft_budget"
    assert Scenario.named("history+soft_budget").name == "history+soft_budget"


def test_the_later_term_wins() -> None:
    path = "regimes.bailout_probability"
    assert Scenario.named("history+soft_budget+hard_budget").set[path] == 0.0
    assert Scenario.named("history+hard_budget+soft_budget").set[path] == 0.9
    assert Scenario.named("history+hard_budget+soft_budget", set={path: 0.4}).set[path] == 0.4


def test_events_of_one_date_are_merged_entry_by_entry(tmp_path: Path) -> None:
    mine = write(tmp_path, "base: history\ntimeline: [{from: 2010-01-01, regime: {upper: national_2022}}]")
    assert Scenario.named(f"history+{mine}").regime_at(2011) == [
        (1.0, RegimeStack(ADJUSTMENT, "national_2022"))
    ]


def test_regime_replaces_every_pooling_rule_but_no_module() -> None:
    scenario = Scenario.named("history", set={"regime": "municipal"})
    assert all(
        scenario.regime_at(year) == [(1.0, RegimeStack("municipal", "none"))] for year in (2010, 2020, 2050)
    )
    assert scenario.modules_at(2020) == Scenario.named("history").modules_at(2020)
    assert scenario.set == {}


@pytest.mark.parametrize(
    ("text", "stack"),
    [
        ("provincial_unified", (UNIFIED, "none")),
        ("national_2022", (UNIFIED, "national_2022")),
        ("municipal/central_adjustment", ("municipal", "central_adjustment")),
    ],
)
def test_a_regime_is_a_lower_rule_an_upper_rule_or_both(text: str, stack: tuple[str, str]) -> None:
    assert Scenario.named("history", set={"regime": text}).regime_at(2030) == [(1.0, RegimeStack(*stack))]


def test_a_later_difference_builds_on_a_replaced_timeline() -> None:
    scenario = Scenario.named("history+municipal+early_national_2022")
    assert scenario.regime_at(2017) == [(1.0, RegimeStack("municipal", "none"))]
    assert scenario.regime_at(2019) == [(1.0, RegimeStack("municipal", "national_2022"))]


def test_a_file_works_by_path_wherever_a_name_does(tmp_path: Path) -> None:
    write(tmp_path, "base: history\nto: 2030\nset: {contributions.worker_rate: 0.07}", "first.yaml")
    second = write(tmp_path, "name: two\nbase: first.yaml\nto: 2040", "second.yaml")
    scenario = Scenario.from_file(second)
    assert (scenario.name, scenario.end, scenario.set) == ("two", 2040, {"contributions.worker_rate": 0.07})
    assert Scenario.named(str(second)) == scenario


def test_changed_keeps_what_it_does_not_name() -> None:
    scenario = Scenario.named("history+soft_budget").changed(
        end=2012, set={"contributions.worker_rate": 0.07}
    )
    assert scenario.name == "history+soft_budget"
    assert scenario.end == 2012
    assert set(scenario.set) == {"regimes.bailout_probability", "contributions.worker_rate"}
    assert scenario.timeline == Scenario.named("history").timeline


# content


def test_resolved_is_json_and_makes_the_same_scenario_again(tmp_path: Path) -> None:
    dated = {"contributions.employer_rate": {date(2010, 1, 1): 0.2, date(2015, 1, 1): 0.18}}
    scenario = Scenario.named("history+municipal", end=2030, set=dated)
    text = json.dumps(scenario.resolved())
    assert Scenario.from_file(write(tmp_path, text)).resolved() == json.loads(text)  # JSON is YAML


def test_equal_content_has_an_equal_key_and_any_change_another() -> None:
    base = Scenario.named("history")
    assert hash(base) == hash(Scenario.named("history"))
    others = [
        Scenario.named("history", seed=2),
        Scenario.named("history", end=2017),
        Scenario.named("history+no_waiver"),
        Scenario.named("history", set={"contributions.worker_rate": 0.07}),
    ]
    assert len({s.key() for s in [base, *others]}) == 5


def test_diff_shows_old_and_new_and_nothing_else() -> None:
    history = Scenario.named("history")
    assert diff(history, Scenario.named("history")) == []
    early = Scenario.named("history+early_national_2022", end=2020, set={"contributions.worker_rate": 0.07})
    assert diff(history, early) == [
        ("to", 2018, 2020),
        ("timeline.2018-07-01.upper", "central_adjustment", "national_2022"),
        ("contributions.worker_rate", 0.08, 0.07),
    ]


# mistakes

OPTIONS = [
    ({"start": 2009}, "from 2009 has no published base data; allowed: 2010…2018"),
    ({"start": 2019}, "from 2019 has no published base data; allowed: 2010…2018"),
    ({"end": 2061}, "to 2061 is not allowed; allowed: 2010 (from) to 2060"),
    ({"start": 2014, "end": 2013}, "to 2013 is not allowed; allowed: 2014 (from) to 2060"),
    ({"scale": 0}, "scale 0 is not allowed; allowed: a whole number of at least 1"),
    ({"scale": 2.5}, "scale 2.5 is not allowed: input should be a valid integer"),
    ({"seed": -1}, "seed -1 is not allowed; allowed: a whole number from 0 to 2^63 - 1"),
    ({"resolution": "provinces"}, "unknown resolution 'provinces'; did you mean 'province'?"),
    ({"horizon": 3}, "unknown option 'horizon'; allowed: end, resolution, scale, seed, set, start"),
    ({"set": {"regime": "muncipal"}}, "unknown regime 'muncipal'; did you mean 'municipal'?"),
    (
        {"set": {"regime": "municipal/national"}},
        "unknown upper rule 'national'; did you mean 'national_2022'?",
    ),
    (
        {"set": {"contributions.worker_rat": 0.1}},
        "unknown parameter 'contributions.worker_rat'; did you mean 'contributions.worker_rate'?",
    ),
]


@pytest.mark.parametrize(("options", "sentence"), OPTIONS)
def test_a_wrong_option_is_named(options: dict[str, object], sentence: str) -> None:
    with pytest.raises(UserError) as caught:
        Scenario.named("history", **options)
    assert str(caught.value) == sentence


SPECS = [
    ("histroy", "unknown scenario 'histroy'; did you mean 'history'?"),
    ("history+municpal", "unknown scenario 'municpal'; did you mean 'municipal'?"),
    ("nowhere.yaml", "scenario file 'nowhere.yaml' does not exist"),
]


@pytest.mark.parametrize(("spec", "sentence"), SPECS)
def test_a_wrong_name_is_named(spec: str, sentence: str) -> None:
    with pytest.raises(UserError) as caught:
        Scenario.named(spec)
    assert str(caught.value) == sentence


BROKEN = {
    "broken": ("base: history\ntimeline: [", "broken YAML in mine.yaml, line 2: "),
    "twice": ("base: history\nto: 2015\nto: 2016\n", "duplicate key 'to' in mine.yaml, line 3"),
    "list": ("- history", "mine.yaml must be a YAML mapping (key: value)"),
    "key": ("base: history\ntimelin: []", "mine.yaml: unknown key 'timelin'; did you mean 'timeline'?"),
    "event key": (
        "timeline: [{from: 2018-07-01, regimes: {}}]",
        "mine.yaml: unknown key 'regimes' in timeline.0; did you mean 'regime'?",
    ),
    "regime key": (
        "timeline: [{from: 2018-07-01, regime: {uper: none}}]",
        "mine.yaml: unknown key 'uper' in timeline.0.regime; did you mean 'upper'?",
    ),
    "rule": (
        "timeline: [{from: 2018-07-01, regime: {lower: municipl}}]",
        "mine.yaml: unknown lower rule 'municipl'; did you mean 'municipal'?",
    ),
    "province": (
        "timeline: [{from: 2018-07-01, provinces: [Jiling], regime: {lower: municipal}}]",
        "mine.yaml: unknown province 'Jiling'; did you mean 'Jilin'?",
    ),
    "module": (
        "timeline: [{from: 2018-07-01, modules: {waiver: true}}]",
        "mine.yaml: unknown module 'waiver'; did you mean 'waiver_2020'?",
    ),
    "date": (
        "timeline: [{from: 2018-02-30}]",
        "broken YAML in mine.yaml, line 1: bad date '2018-02-30'; write YYYY-MM-DD",
    ),
    "year for date": ("timeline: [{from: 2018}]", "mine.yaml: '2018' is not a date; write YYYY-MM-DD"),
    "no date": ("timeline: [{regime: {lower: municipal}}]", "mine.yaml: key 'timeline.0.from' is missing"),
    "announced": (
        "timeline: [{from: 2018-07-01, announced: 2019-01-01}]",
        "mine.yaml: the event of 2018-07-01 is announced later, on 2019-01-01",
    ),
    "upper of a province": (
        "timeline: [{from: 2018-07-01, provinces: [Jilin], regime: {upper: national_2022}}]",
        "mine.yaml: the event of 2018-07-01 names provinces, so it may change their lower rule only",
    ),
    "type": (
        "base: history\nscale: many",
        "mine.yaml: scale 'many' is not allowed: input should be a valid integer",
    ),
    "value": (
        "base: history\nset: {contributions.worker_rate: high}",
        "mine.yaml: contributions.worker_rate (contributions.yaml) cannot be set to 'high'; "
        "allowed: a number or {date: number}",
    ),
    "range": (
        "base: history\nset: {contributions.worker_rate: 8}",
        "mine.yaml: contributions.worker_rate (contributions.yaml) ",
    ),
    "base": ("base: histroy", "unknown scenario 'histroy'; did you mean 'history'?"),
    "own base": ("base: mine.yaml", "scenario 'mine.yaml' is its own base (mine.yaml -> mine.yaml)"),
    "nothing in force": (
        "name: empty",
        "scenario 'empty' names no lower rule in force at the beginning of 2010; "
        "give it a base such as history",
    ),
    "name": ("name: ../up\nbase: history", "mine.yaml: name '../up' is not allowed: "),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_file_is_one_sentence_with_file_and_word(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, sentence = BROKEN[case]
    write(tmp_path, text)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError) as caught:
        Scenario.from_file("mine.yaml")
    message = str(caught.value)
    assert message == sentence or (sentence.endswith(" ") and message.startswith(sentence))
    assert "\n" not in message


def test_a_difference_of_something_else_is_refused(tmp_path: Path) -> None:
    alone = write(tmp_path, "timeline: [{from: 2010-01-01, regime: {lower: municipal}}]")
    with pytest.raises(UserError, match="scenario 'soft_budget' changes 'history', which is not part of"):
        Scenario.named(f"{alone}+soft_budget")
