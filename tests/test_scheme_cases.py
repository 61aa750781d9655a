"""Worked cases of the scheme: a file of tests/cases states rules, their inputs and the sum done by hand."""

from __future__ import annotations

import csv
import inspect
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from abm.parameters import Parameters
from abm.scheme import benefits, contributions, portability, retirement

CASES = Path(__file__).parent / "cases"
FILES = ("contributions", "benefits", "adjustment", "retirement", "portability", "transition")
CENT = 0.005001  # half a cent, and room for the last bit
P = Parameters.load()
LAWS = {
    "benefits": benefits.adjustment_law,
    "retirement": retirement.retirement_law,
    "portability": portability.portability_law,
}


def worked_cases():
    for name in FILES:
        for case in YAML(typ="safe").load((CASES / f"{name}.yaml").read_text(encoding="utf-8")):
            yield pytest.param(case, id=f"{name}: {case['name']}")


def work_out(stated):
    """The result of a case: its rule on its inputs, the parameters it names and the law of its year."""
    if "sum" in stated:
        return sum(work_out(part) for part in stated["sum"])
    module, name = stated["rule"].split(".")
    rule = getattr(import_module(f"abm.scheme.{module}"), name)
    rule = getattr(rule, "py_func", rule)
    inputs = dict(stated.get("inputs", {}))
    inputs |= {key: P.value(path, *when) for key, (path, *when) in stated.get("parameters", {}).items()}
    year = stated.get("year")
    for missing in set(inspect.signature(rule).parameters) - set(inputs):
        if missing == "law":
            inputs[missing] = LAWS[module](P, year)
        elif missing == "divisors":
            inputs[missing] = benefits.account_divisors(P, year)
        else:
            inputs[missing] = {"parameters": P, "year": year}[missing]
    return rule(**inputs)


@pytest.mark.parametrize("case", list(worked_cases()))
def test_worked_case(case):
    result, expected = work_out(case), case["expected"]
    assert case["law"]
    assert case["note"]
    if isinstance(expected, dict):
        result, expected = result._asdict(), dict(expected)
    assert result == pytest.approx(expected, rel=0, abs=case.get("tolerance", CENT))


GROUPS = {"men": (0, 0), "women_cadre": (1, 1), "women_worker": (1, 0)}


def month(text):
    """A month such as 1965-01 as the number of months since the year 0."""
    return 12 * int(text[:4]) + int(text[5:]) - 1


def test_schedule_of_the_reform_for_every_month_of_birth():
    law, births = retirement.retirement_law(P, 2025), 0
    with (CASES / "retirement_age_schedule.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            for birth in range(month(row["first_birth"]), month(row["last_birth"]) + 1):
                born = (birth // 12, birth % 12 + 1)
                age = retirement.statutory_age_months.py_func(*GROUPS[row["group"]], *born, law)
                assert age == int(row["age_months"]), (row, born)
                births += 1
    assert births == 480


def test_reform_is_undone_by_its_targets():
    undone = {"retirement.target_men": 720, "retirement.target_women_cadre": 660}
    law = retirement.retirement_law(Parameters.load({**undone, "retirement.target_women_worker": 600}), 2040)
    for (sex, cadre), age in zip(GROUPS.values(), (720, 660, 600), strict=True):
        assert retirement.statutory_age_months.py_func(sex, cadre, 1985, 6, law) == age


amounts = st.floats(1.0, 1e6)


@given(wage=amounts, average=amounts)
def test_base_is_the_wage_or_one_of_its_bounds(wage, average):
    base = contributions.contribution_base.py_func(wage, average, 0.6, 3.0)
    assert 0.6 * average <= base <= 3.0 * average
    assert base in (wage, 0.6 * average, 3.0 * average)


@given(
    pensions=st.lists(st.tuples(st.floats(100, 20000), st.integers(50, 100)), min_size=1, max_size=30),
    flat=st.floats(0, 0.6),
    tilt=st.floats(0, 0.4),
)
def test_rises_sum_to_the_announced_rate(pensions, flat, tilt):
    law = benefits.AdjustmentLaw(rate=0.05, flat_share=flat, tilt_share=tilt, tilt_age=70)
    average = sum(pension for pension, _ in pensions) / len(pensions)
    old = sum(age >= 70 for _, age in pensions) / len(pensions)
    rises = [
        benefits.annual_adjustment.py_func(pension, average, age, old, 0.0, law) for pension, age in pensions
    ]
    assert min(rises) >= -1e-9
    assert sum(rises) / len(rises) == pytest.approx(0.05 * average, rel=1e-9)


@given(earlier=st.floats(35, 75), later=st.floats(35, 75))
def test_a_later_retirement_never_lengthens_the_pay_out(earlier, later):
    divisors = benefits.account_divisors(P, 2015)
    low, high = sorted((earlier, later))
    assert benefits.account_divisor.py_func(low, divisors) >= benefits.account_divisor.py_func(high, divisors)


def test_divisors_by_month_are_those_of_the_rule():
    divisors = benefits.account_divisors(P, 2015)
    by_month = benefits.divisors_by_month(divisors)
    assert len(by_month) == benefits.LAST_MONTH + 1
    for months in (0, 480, 601, 660, 727, 840, 1200):
        rule = benefits.account_divisor.py_func(months / 12.0, divisors)
        assert by_month[min(months, benefits.LAST_MONTH)] == rule


@given(sex=st.integers(0, 1), cadre=st.integers(0, 1), birth=st.integers(12 * 1950, 12 * 2010))
def test_the_age_never_falls_nor_jumps_from_one_month_of_birth_to_the_next(sex, cadre, birth):
    law = retirement.retirement_law(P, 2030)
    age, following = (
        retirement.statutory_age_months.py_func(sex, cadre, born // 12, born % 12 + 1, law)
        for born in (birth, birth + 1)
    )
    assert age <= following <= age + 1


def test_compiled_rules_agree_with_plain_ones():
    law, divisors = retirement.retirement_law(P, 2030), benefits.account_divisors(P, 2030)
    movers, rise = portability.portability_law(P, 2015), benefits.adjustment_law(P, 2018)
    calls = [
        (contributions.employee_dues, (60000.0, 0.16, 0.08, 0.08, 0.25)),
        (benefits.account_divisor, (57.3, divisors)),
        (benefits.annual_adjustment, (3000.0, 2800.0, 72.0, 0.3, 0.01, rise)),
        (retirement.earliest_age_months, (1, 0, 1982, 7, law)),
        (portability.paying_place, (1, 2, 130.0, -1, movers)),
    ]
    for rule, inputs in calls:
        assert rule(*inputs) == rule.py_func(*inputs), rule
