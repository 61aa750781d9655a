"""Behaviour that must emerge from what-if settlements, and no parameter or lever without an effect."""

from __future__ import annotations

import ast
import tokenize
from pathlib import Path
from typing import Any

import pytest
from runs import model, results

import abm
from abm.agents.local_government import LEVERS
from abm.parameters import Parameters
from abm.phases import govern
from abm.results import Results

END = 2013
PACKAGE = Path(abm.__file__).parent


def effort(results: Results) -> tuple[float, float]:
    """Enforcement of the base and of coverage in the last year, means over staff."""
    last = results.national.iloc[-1]
    return last.audit_effort, last.registration_effort


# --- incentives


def test_a_softer_budget_does_not_raise_effort() -> None:
    hard, middle, soft = (
        effort(results(end=END, set={"regimes.bailout_probability": x})) for x in (0.0, 0.5, 1.0)
    )
    chance = 1e-4  # staff who move between provinces change the mean
    for k in range(2):
        assert hard[k] >= middle[k] - chance >= soft[k] - 2.0 * chance


def test_a_softer_budget_lowers_effort_where_the_fund_is_short() -> None:
    """Where no reserve covers the gap the bailout bites: what is collected only relieves the centre."""
    spare = {"regimes.treasury_share": 0.0, "returns.local_deposits": 0.0}
    hard, soft = (
        results("history+municipal", end=2018, set={**spare, "regimes.bailout_probability": x})
        for x in (0.0, 1.0)
    )
    short = hard.provinces.query("year == 2018 and reserve < 0").province
    assert len(short) > 0, "no province runs out of money in this history"
    a, b = (x.provinces.query("year == 2018").set_index("province").audit_effort[short] for x in (hard, soft))
    assert a.mean() > b.mean()


@pytest.mark.parametrize(
    "changes",
    [
        {"government.money_value_full": 0.1, "government.money_value_empty": 1.0},
        {"government.confiscation_hazard": 0.5},
    ],
    ids=["money is worth little", "the reserve will be taken"],
)
def test_worthless_money_is_collected_with_less_effort(changes: dict[str, float]) -> None:
    plain, idle = effort(results(end=END)), effort(results(end=END, set=changes))
    assert idle[0] < plain[0] - 0.005
    assert idle[1] < plain[1] - 0.005


def test_a_rule_that_pools_money_changes_what_governments_do() -> None:
    """Nobody tells them what they keep: they find the remittance out by settling, once it is announced."""
    alone = results("history+no_central_adjustment", end=2020)
    pooled = results(end=2020, set={"regimes.adjustment_ratio": 0.1})
    columns = ["audit_effort", "registration_effort"]
    for year, differs in ((2017, False), (2020, True)):
        a, b = (x.provinces.query(f"year == {year}")[columns].to_numpy() for x in (alone, pooled))
        assert ((a != b).any(axis=0) == differs).all()


@pytest.mark.parametrize("lever", ["audit", "registration"])
def test_dearer_effort_is_less_effort(lever: str) -> None:
    cost = Parameters.load().value(f"government.{lever}_cost", END)
    base = Parameters.load().value(f"employer.{lever}_base", END)
    cheap, dear = (
        results(end=END, set={f"government.{lever}_cost": cost * factor}).national.iloc[-1][f"{lever}_effort"]
        for factor in (0.2, 2.0)
    )
    assert abs(dear - base) < abs(cheap - base) - 0.001


def test_higher_fines_and_better_audits_raise_the_declared_share() -> None:
    plain = results(end=END).national.iloc[-1]
    for change in ({"employer.fine_multiple": {"2010-01-01": 1.5, "2012-01-01": 3.0}},
                   {"employer.audit_base": {"2010-01-01": 0.1, "2012-01-01": 0.4}}):  # fmt: skip
        strict = results(end=END, set=change).national.iloc[-1]
        assert strict.declared_share > plain.declared_share + 0.002


def test_no_name_speaks_of_a_retained_share() -> None:
    """How much of a yuan a place keeps is found out by settling, never a parameter."""
    names: list[str] = list(Parameters.load().paths())
    for file in PACKAGE.rglob("*.py"):
        with tokenize.open(file) as source:
            tree = ast.parse(source.read())
        for node in ast.walk(tree):
            names += [getattr(node, field) for field in ("id", "attr", "arg", "name") if hasattr(node, field)]
    names = [name for name in names if isinstance(name, str)]
    assert len(names) > 5000
    assert [name for name in names if "retain" in name.lower()] == []


# --- levers


@pytest.mark.parametrize("lever", LEVERS)
def test_every_lever_moves_some_output(lever: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(govern, "run", lambda model, inertia=None: None)
    moves = {
        "employer.reconsiders": {"2010-01-01": 0.1, "2011-01-01": 1.0},
        "employer.relocation_cost": {"2010-01-01": 6.0, "2011-01-01": 3.0},
    }  # some employers come from elsewhere
    plain, pushed = (model(end=2011, set=moves) for _ in range(2))
    change = {
        "audit": 0.2,
        "registration": 0.2,
        "leniency": 0.2,
        "floor": -0.1,
        "rate": -0.05,
        "supplement": 0.05,
        "exemption": 0.5,
        "entry": 40.0,
        "deemed": 0.002,
    }[lever]
    pushed.levers[:, LEVERS.index(lever)] += change
    plain.step()
    pushed.step()
    a, b = (m.results().national.iloc[-1] for m in (plain, pushed))
    direction = {
        "audit": ("declared_share", 1),
        "registration": ("coverage", 1),
        "leniency": ("early_retirement_share", 1),
        "floor": ("contribution_revenue", -1),
        "rate": ("contribution_revenue", -1),
        "supplement": ("benefit_expenditure", 1),
        "exemption": ("contribution_revenue", -1),
        "entry": ("participation", 1),
        "deemed": ("benefit_expenditure", 1),
    }
    column, sign = direction[lever]
    assert sign * (b[column] - a[column]) > 0


# --- dead parameters

BEHAVIOURAL = ("worker", "employer", "government", "labour", "population")
PLAIN: dict[str, Any] = {"scale": 40000, "end": 2012}
EXEMPTING: dict[str, Any] = {
    "scale": 40000,
    "end": 2014,
    "set": {
        "government.exemption_most": 0.3,
        "government.step": 0.2,
        "employer.reconsiders": 1.0,
        "employer.relocation_cost": 3.0,
    },
}
"""Nobody is exempted by default, and few employers move."""
SHOWS_ELSEWHERE: dict[str, dict[str, Any]] = {
    "employer.location_sensitivity": {"scale": 10000, "end": 2014},  # few employers weigh a move in a year
    "population.public_full_entry": {"scale": 40000, "end": 2020},  # enters after the last published year
    "worker.prefecture_moving_cost": {"scale": 40000, "end": 2011, "resolution": "prefecture"},
    "government.exemption_most": EXEMPTING,
    "government.exemption_years": EXEMPTING,
    "employer.discount": EXEMPTING,
    "government.follows_announcements": {"spec": "gradual_two_step", "scale": 40000, "end": 2020},
    "government.neighbours": {"scale": 40000, "end": 2014, "set": {"government.choice_rule": 1}},
    "government.attraction_decay": {**PLAIN, "set": {"government.choice_rule": 2}},
    "government.forgone_weight": {**PLAIN, "set": {"government.choice_rule": 2}},
    "government.exit_elasticity": {**PLAIN, "set": {"government.choice_rule": 3}},
    "government.entry_age_most": {"scale": 40000, "end": 2012, "set": {"government.step": 0.2}},
}
"""Records that three years of provinces cannot show, and the run that shows them."""

RECORDS = [
    record
    for record in map(Parameters.load().record, Parameters.load().paths())
    if record.path.split(".")[0] in BEHAVIOURAL and record.status in {"assumed", "estimate"}
]


def perturbed(record) -> list[dict[str, float]]:
    """Other values within the record's range: of a number one; of a table each entry in turn."""
    low, high = record.range

    def other(value: float) -> float:
        if record.unit.startswith("switch"):
            return 1.0 - value
        end = high if high - value >= value - low else low
        moved = value + 0.5 * (end - value)
        whole = isinstance(low, int) and isinstance(high, int) and record.unit in {"years", "year", "persons"}
        return float(round(moved)) if whole else moved

    value = record.values[0].value
    if isinstance(value, dict):
        return [{f"{record.path}.{key}": other(entry)} for key, entry in value.items()]
    return [{record.path: other(value)}]


@pytest.fixture(scope="module")
def plain_run() -> Results:
    return results(**PLAIN)


def differs(a: Results, b: Results) -> bool:
    return any(not frame.equals(b.frames[name]) for name, frame in a.frames.items())


@pytest.mark.slow
@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.path)
def test_every_behavioural_record_moves_some_output(record, plain_run: Results) -> None:
    where = SHOWS_ELSEWHERE.get(record.path, PLAIN)
    plain = plain_run if where is PLAIN else results(**where)
    moves = any(
        differs(plain, results(**{**where, "set": {**where.get("set", {}), **change}}))
        for change in perturbed(record)
    )
    assert moves, f"{record.path} moves nothing"


def test_the_exceptions_are_records() -> None:
    assert {*SHOWS_ELSEWHERE} <= {record.path for record in RECORDS}


def test_without_a_change_nothing_moves(plain_run: Results) -> None:
    assert not differs(plain_run, results(**PLAIN))
