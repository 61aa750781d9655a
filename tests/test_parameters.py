"""The records: dated values by months in force, overrides, and one broken file for every mistake."""

from __future__ import annotations

import json
import math
import pickle
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from abm.errors import UserError
from abm.parameters import Parameters, describe
from abm.parameters.dated import weights
from abm.space import PROVINCE_NAMES

P = Parameters.load()

GOOD = """
rate:
  title: A rate
  unit: share
  status: law
  source: a law
  range: [0, 1]
  values: {2010-01-01: 0.2}
"""


def load(folder, text, overrides=None):
    (folder / "some.yaml").write_text(text, encoding="utf-8")
    return Parameters.load(overrides, folder=folder)


def test_a_change_within_the_year_weighs_by_months():
    assert P.value("contributions.employer_rate", 2018) == pytest.approx(0.20)
    assert P.value("contributions.employer_rate", 2019) == pytest.approx((4 * 0.20 + 8 * 0.16) / 12)
    assert P.value("contributions.employer_rate", 2020) == pytest.approx(0.16)


def test_a_change_within_the_month_weighs_by_days(tmp_path):
    changed = load(tmp_path, GOOD.replace("0.2}", "0.2, 2019-06-16: 0.8}"))
    assert changed.value("some.rate", 2019) == pytest.approx((5.5 * 0.2 + 6.5 * 0.8) / 12)


def test_the_first_value_holds_before_its_date_and_the_last_for_ever():
    assert P.value("contributions.worker_rate", 1990) == P.value("contributions.worker_rate", 2060) == 0.08


@given(days=st.lists(st.integers(0, 4000), min_size=1, max_size=8, unique=True), year=st.integers(2005, 2025))
def test_the_weights_of_a_year_sum_to_one(days, year):
    starts = sorted(date(2010, 1, 1) + timedelta(day) for day in days)
    shares = weights(starts, year)
    assert math.fsum(shares) == pytest.approx(1.0)
    assert all(-1e-12 <= share <= 1 for share in shares)


def test_provinces_differ_where_the_record_says_so():
    rates = P.by_province("contributions.employer_rate", 2018)
    assert rates.shape == (31,)
    assert rates[PROVINCE_NAMES.index("Guangdong")] == P.value(
        "contributions.employer_rate", 2018, "Guangdong"
    )
    assert rates[PROVINCE_NAMES.index("Guangdong")] == 0.14
    assert rates[PROVINCE_NAMES.index("Liaoning")] == 0.20
    assert np.all(P.by_province("contributions.worker_rate", 2018) == 0.08)


def test_tables_weigh_by_months_too(tmp_path):
    table = GOOD.replace("status", "kind: table\n  status")
    table = table.replace(
        "{2010-01-01: 0.2}", "{2010-01-01: {60: 0.2, old: 0.4}, 2012-07-01: {60: 0.4, old: 0.4}}"
    )
    assert load(tmp_path, table).table("some.rate", 2012) == pytest.approx({60: 0.3, "old": 0.4})


def test_an_override_replaces_every_province():
    changed = Parameters.load({"contributions.employer_rate": 0.18})
    assert np.all(changed.by_province("contributions.employer_rate", 2005) == 0.18)
    assert changed.record("contributions.employer_rate").overridden
    assert P.value("contributions.employer_rate", 2010) == 0.20


@pytest.mark.parametrize("day", [date(2020, 7, 1), "2020-07-01"])
def test_an_override_may_be_dated(day):
    changed = Parameters.load({"contributions.worker_rate": {"2006-01-01": 0.08, day: 0.10}})
    assert changed.value("contributions.worker_rate", 2020) == pytest.approx(0.09)


def test_an_override_may_name_a_province_or_an_entry():
    changed = Parameters.load(
        {
            "contributions.employer_rate.Guangdong": 0.16,
            "contributions.employer_rate": 0.19,
            "benefits.account_divisors.60": 150,
        }
    )
    assert changed.value("contributions.employer_rate", 2012, "Guangdong") == 0.16
    assert changed.value("contributions.employer_rate", 2012, "Zhejiang") == 0.19
    assert changed.table("benefits.account_divisors", 2012)[60] == 150


def test_equal_content_is_equal():
    same, other = Parameters.load(), Parameters.load({"contributions.worker_rate": 0.07})
    assert same == P
    assert hash(same) == hash(P)
    assert other != P
    assert pickle.loads(pickle.dumps(P)) == P


def test_what_is_resolved_survives_json():
    resolved = json.loads(json.dumps(P.resolved()))
    assert resolved["contributions.employer_rate"]["values"] == {"2006-01-01": 0.20, "2019-05-01": 0.16}
    assert set(resolved) == set(P.paths())


def test_reading_again_notices_an_edited_file(tmp_path):
    assert load(tmp_path, GOOD).value("some.rate", 2012) == 0.2
    assert load(tmp_path, GOOD.replace("0.2}", "0.30}")).value("some.rate", 2012) == 0.3


def test_a_description_shows_the_history():
    text = describe(P.record("contributions.employer_rate"))
    assert text.splitlines()[0] == "contributions.employer_rate"
    for part in (
        "share of the base",
        "0 to 0.3",
        "2019-05-01        0.16",
        "Guangdong",
        "State Council 1997/26",
    ):
        assert part in text


BROKEN = {
    "unknown key": (
        GOOD + "  titel: x\n",
        "unknown key 'titel' in some.rate (some.yaml); did you mean 'title'?",
    ),
    "missing key": (GOOD.replace("  unit: share\n", ""), "missing key 'unit' in some.rate (some.yaml)"),
    "unknown status": (
        GOOD.replace("status: law", "status: lax"),
        "unknown status 'lax' in some.rate (some.yaml); did you mean 'law'?",
    ),
    "unknown unit": (
        GOOD.replace("unit: share", "unit: yuan a mouth"),
        "unknown unit 'yuan a mouth' in some.rate (some.yaml); did you mean 'yuan a month'?",
    ),
    "unknown kind": (
        GOOD + "  kind: tabel\n",
        "unknown kind 'tabel' in some.rate (some.yaml); did you mean 'table'?",
    ),
    "unknown province": (
        GOOD + "  by_province: {Guandong: {2010-01-01: 0.1}}\n",
        "unknown province 'Guandong' in some.rate (some.yaml); did you mean 'Guangdong'?",
    ),
    "provinces that are no mapping": (
        GOOD + "  by_province: [Guangdong]\n",
        "some.rate (some.yaml): by_province must be {province: {date: number}}",
    ),
    "no source": (
        GOOD.replace("  source: a law\n", ""),
        "some.rate (some.yaml) from 2010-01-01: status 'law' needs a source; without one it is 'assumed'",
    ),
    "out of range": (
        GOOD.replace("0.2}", "0.2, 2015-01-01: 1.2}"),
        "some.rate (some.yaml) from 2015-01-01: 1.2 is out of range; allowed: 0 to 1",
    ),
    "out of range in a province": (
        GOOD + "  by_province: {Tibet: {2011-01-01: -1}}\n",
        "some.rate (some.yaml) Tibet from 2011-01-01: -1 is out of range; allowed: 0 to 1",
    ),
    "empty range": (
        GOOD.replace("[0, 1]", "[1, 0]"),
        "some.rate (some.yaml): range [1, 0] is empty; write [lowest, highest]",
    ),
    "duplicate record": (GOOD + GOOD, "duplicate key 'rate' in some.yaml, line 10"),
    "duplicate date": (
        GOOD.replace("0.2}", "0.2, 2010-01-01: 0.3}"),
        "duplicate key '2010-01-01' in some.yaml, line 8",
    ),
    "impossible date": (
        GOOD.replace("2010-01-01", "2010-02-30"),
        "broken YAML in some.yaml, line 8: bad date '2010-02-30'; write YYYY-MM-DD",
    ),
    "a year is no date": (
        GOOD.replace("2010-01-01", "2010"),
        "some.rate (some.yaml): bad date '2010'; write YYYY-MM-DD",
    ),
    "no dates": (
        GOOD.replace("{2010-01-01: 0.2}", "0.2"),
        "some.rate (some.yaml): values must be {date: number}, such as {2006-01-01: 0.2}",
    ),
    "not a number": (
        GOOD.replace("0.2}", "a fifth}"),
        "some.rate (some.yaml) from 2010-01-01: value 'a fifth' is not a number",
    ),
    "not finite": (
        GOOD.replace("0.2}", ".nan}"),
        "some.rate (some.yaml) from 2010-01-01: value nan is not a number",
    ),
    "unknown key of a value": (
        GOOD.replace("0.2}", "{value: 0.2, sauce: a law}}"),
        "unknown key 'sauce' in some.rate (some.yaml) from 2010-01-01; did you mean 'source'?",
    ),
    "a table in a value": (
        GOOD.replace("0.2}", "{60: 0.2}}"),
        "some.rate (some.yaml) from 2010-01-01: each dated value must be a number (kind: value)",
    ),
    "a value in a table": (
        GOOD + "  kind: table\n",
        "some.rate (some.yaml) from 2010-01-01: each dated value must be {key: number} (kind: table)",
    ),
    "tables that differ in keys": (
        GOOD.replace("0.2}", "{60: 0.2}, 2011-01-01: {61: 0.2}}") + "  kind: table\n",
        "some.rate (some.yaml) from 2011-01-01: the tables of all dates must have the same keys",
    ),
    "a table by province": (
        GOOD.replace("0.2}", "{60: 0.2}}") + "  kind: table\n  by_province: {Tibet: {2010-01-01: {60: 1}}}\n",
        "some.rate (some.yaml): a table cannot have by_province",
    ),
    "no record": (
        "rate: 0.2\n",
        "some.rate (some.yaml) must be a mapping with keys title, unit, status, range, values, kind, source,"
        " note, by_province",
    ),
    "no mapping": ("- rate\n", "some.yaml must map names to records"),
    "no YAML": (
        "rate: {\n",
        "broken YAML in some.yaml, line 2: expected the node content, but found '<stream end>'",
    ),
}


@pytest.mark.parametrize("mistake", BROKEN)
def test_a_broken_file_is_refused_in_one_sentence(tmp_path, mistake):
    text, sentence = BROKEN[mistake]
    with pytest.raises(UserError) as error:
        load(tmp_path, text)
    assert str(error.value) == sentence


WORKER = "contributions.worker_rate"
IN_WORKER = "contributions.worker_rate (contributions.yaml)"
WRONG_OVERRIDES = [
    (
        "contributions.employer_rat",
        0.1,
        "unknown parameter 'contributions.employer_rat'; did you mean 'contrib",
    ),
    ("nothing", 0.1, "unknown parameter 'nothing'; "),
    (
        "contributions.employer_rate.Guandong",
        0.1,
        "unknown province 'Guandong' in contributions.employer_rate (contributions.yaml); did you mean 'G",
    ),
    (WORKER, 0.5, f"{IN_WORKER} from 2006-01-01: 0.5 is out of range; allowed: 0 to 0.15"),
    (WORKER, "low", f"{IN_WORKER} cannot be set to 'low'; allowed: a number or {{date: number}}"),
    (WORKER, True, f"{IN_WORKER} cannot be set to True; allowed: a number or {{date: number}}"),
    (WORKER, {}, f"{IN_WORKER} cannot be set to {{}}; allowed: a number or {{date: number}}"),
    (WORKER, {"soon": 0.1}, f"{IN_WORKER}: bad date 'soon'; write YYYY-MM-DD"),
    (
        "benefits.account_divisors",
        100,
        "benefits.account_divisors (benefits.yaml) is a table; set one entry, such as benefits.account_div",
    ),
    (
        "benefits.account_divisors.71",
        50,
        "unknown entry '71' in benefits.account_divisors (benefits.yaml); allowed: 40, 45, 50, ",
    ),
]


@pytest.mark.parametrize(("path", "value", "sentence"), WRONG_OVERRIDES)
def test_a_wrong_override_is_refused_in_one_sentence(path, value, sentence):
    with pytest.raises(UserError) as error:
        Parameters.load({path: value})
    assert str(error.value).startswith(sentence)
    assert "\n" not in str(error.value)


def test_wrong_questions_name_the_record():
    for question, sentence in [
        (lambda: P.value("contributions.worker_rat", 2010), "unknown parameter 'contributions.worker_rat'"),
        (
            lambda: P.value("contributions.worker_rate", 2010, "Tibe"),
            "unknown province 'Tibe' in contributions.",
        ),
        (
            lambda: P.value("benefits.account_divisors", 2010),
            "benefits.account_divisors (benefits.yaml) is a table",
        ),
        (lambda: P.table("benefits.base_rate", 2010), "benefits.base_rate (benefits.yaml) is one value"),
    ]:
        with pytest.raises(UserError) as error:
            question()
        assert str(error.value).startswith(sentence)
