"""The claims of docs/findings.md: signs that hold robustly, and that they are nobody's input."""

from __future__ import annotations

import re
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from runs import model

from abm.errors import UserError
from abm.model import PensionModel
from abm.space import PROVINCE_NAMES
from experiments.design import Design
from experiments.emergence import charges, kept, retained
from experiments.figures import FIGURES
from experiments.findings import CLAIMS, finding
from experiments.findings.runs import COLUMNS, Runs

PAGE = Path(__file__).parents[1] / "docs" / "findings.md"
EFFORTS = ["audit_effort", "registration_effort"]


@cache
def first_year(spec: str, resolution: str = "province") -> PensionModel:
    """A model whose governments have just met a rule for the first time, in 2011."""
    m = model(spec, end=2012, resolution=resolution)
    m.step()
    return m


def run_to(spec: str, year: int, what_if: bool = True, end: int | None = None) -> PensionModel:
    m = model(spec, end=end or year)
    if not what_if:
        m.phases = [named for named in m.phases if named[1] is not PensionModel.govern]
    while m.year < year:
        m.step()
    return m


# --- what governments find out


def test_a_municipal_fund_keeps_what_it_collects_and_a_national_one_nothing() -> None:
    """Nobody tells them: the shares are what settling the accounts again has shown."""
    own, pooled = kept(first_year("municipal")), kept(first_year("national_pure"))
    assert own["share"].between(1.0, 1.05).all()  # a yuan earns interest over the horizon
    assert pooled["share"].abs().max() < 1e-6


def test_the_formula_of_2018_charges_heads_and_not_the_base() -> None:
    """Relief lowers the worth of a yuan where the fund is short; the base bears no charge."""
    found = charges(first_year("municipal"), first_year("central_adjustment"))
    heads, base = (found[found["lever"] == lever] for lever in ("registration", "audit"))
    assert heads["charge"].between(0.03, 0.16).all()
    assert (base["charge"] < 0.0).all()  # relieved: audits drive employers away, who count as heads
    # A tenth of a head's charge at most. Tibet has a few dozen people here, whose one head more moves shares.
    assert base["charge"].abs().median() < 0.007
    assert base["charge"].abs().max() < 0.02
    assert (heads["substitution"] < 0.0).all()
    accounts = first_year("municipal").accounts
    balance = accounts.contributions_enterprise - accounts.benefits_enterprise
    short = np.array(PROVINCE_NAMES)[np.argsort(balance / accounts.benefits_enterprise)[:6]]
    assert heads[heads["province"].isin(short)]["relief"].mean() < 0.0


def test_where_nobody_moves_the_formula_leaves_the_base_alone_to_the_last_digit() -> None:
    stay = {"government.capital_flight": 0.0, "worker.mobility": {"2010-01-01": 1.0, "2011-01-01": 0.0}}
    without, under = (model(rule, end=2012, set=stay) for rule in ("municipal", "central_adjustment"))
    without.step()
    under.step()
    found = charges(without, under)
    heads, base = (found[found["lever"] == lever] for lever in ("registration", "audit"))
    assert base["charge"].abs().max() < 1e-9
    assert heads["charge"].between(0.05, 0.16).all()


@pytest.mark.slow
def test_soft_budgets_leave_less_of_a_yuan_where_the_fund_is_short() -> None:
    found = kept(first_year("municipal", "prefecture"))
    lowest = found.groupby("place")["share"].min()
    assert (lowest < 0.9).sum() > 10
    assert lowest.median() == pytest.approx(1.02, abs=0.02)


# --- what they do, and that nothing is left without the what-if


@pytest.mark.slow
def test_effort_falls_under_one_national_fund_and_assessment_brings_part_of_it_back() -> None:
    effort = {
        spec: run_to(spec, 2014).results().national.iloc[-1][EFFORTS].astype(float)
        for spec in ("municipal", "national_pure", "national_pure+with_assessment")
    }
    own, pooled, assessed = effort.values()
    assert (pooled < own - 0.005).all()
    assert (assessed > pooled + 0.002).all()


@pytest.mark.slow
@pytest.mark.parametrize("deleted", ["the phase", "the choice"])
def test_without_the_what_if_no_regime_changes_effort(deleted: str) -> None:
    """Money still moves: no government knows the difference; workers do, who may cross borders of pools."""
    held = "" if deleted == "the phase" else "+held_levers"
    what_if = deleted != "the phase"
    a, b = (run_to(spec + held, 2011, what_if, end=2014) for spec in ("municipal", "national_pure"))
    np.testing.assert_array_equal(a.levers, b.levers)
    while a.year < 2014:
        a.step()
        b.step()
        np.testing.assert_array_equal(a.levers, b.levers)
    one, other = (m.results().provinces.query("year > 2010") for m in (a, b))
    for column in EFFORTS:
        # The same levers; a mean over people, of whom some live elsewhere, may differ in its last bit.
        np.testing.assert_allclose(one[column].to_numpy(), other[column].to_numpy(), rtol=1e-14)
    assert (b.market["value"] > a.market["value"]).all()
    assert other["declared_share"].mean() > one["declared_share"].mean()
    assert other["contribution_revenue"].sum() > one["contribution_revenue"].sum()
    assert (one["reserve"] != other["reserve"]).any()


# --- tables and figures


def planted(design: str, effect: float = -0.05) -> pd.DataFrame:
    """Runs of a design, twelve provinces, half in deficit; all scenarios but the first have an effect."""
    made = Design.read(design)
    points = [
        dict(zip(made.parameters, values, strict=True))
        for values in product(*(v.values or () for v in made.parameters.values()))
    ]
    years = (2010, 2011, 2016, made.end) if made.end != 2016 else (2010, 2011, 2016)
    rows = []
    for spec, point, seed, year in product(made.scenarios, points or [{}], (1, 2, 3), years):
        changed = spec != made.scenarios[0] or point.get("government.choice_rule") == 3
        for i, name in enumerate(PROVINCE_NAMES[:12]):
            level = 0.2 + 0.001 * i + 0.01 * seed + effect * changed
            shares = dict.fromkeys([*EFFORTS, "effective_rate", "coverage", "declared_share"], level)
            money = {"contribution_revenue": 1.0 + level, "due": 2.0, "interest": 0.0}
            money["benefit_expenditure"] = 2.0 if i % 2 else 1.0
            heads = {"retirees": i, "insured_employees": 10, "payers": 8, "average_wage": 1.0}
            row = {"scenario": spec, "seed": seed, "year": year, "province": name}
            rows.append(row | point | shares | money | heads)
    return pd.DataFrame(rows)


@pytest.mark.parametrize("name", ["hazard", "provincial", "race", "capacity"])
def test_a_claim_is_a_table_and_a_figure(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Runs, "provinces", lambda self, design, year: planted(design))
    found = CLAIMS[name].table(Runs())
    assert list(found.columns) == COLUMNS
    assert found[["value", "low", "high"]].notna().all(axis=None)
    drawn = FIGURES[name].draw(found)
    titles = [axes.get_title(loc="left") for axes in drawn.axes if axes.axison]
    assert titles == list(found["panel"].unique())


def test_a_planted_effect_is_what_the_table_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Runs, "provinces", lambda self, design, year: planted(design))
    hazard = CLAIMS["hazard"].table(Runs()).set_index(["panel", "row", "series"])["value"]
    assert hazard["Audit effort", "national, pure", "deficit"] == pytest.approx(-0.05)
    assert hazard["Audit effort", "national, pure; workers stay", "deficit"] == pytest.approx(-0.05)
    assert hazard["Audit effort", "national, pure", "deficit − surplus"] == pytest.approx(0.0, abs=1e-12)
    race = CLAIMS["race"].table(Runs()).set_index(["panel", "row", "series"])["value"]
    assert race["Audit effort", "0.5", "rivals − planner"] == pytest.approx(0.05)


def test_an_unknown_finding_is_named() -> None:
    with pytest.raises(UserError, match="hazard"):
        finding("hazzard")


def test_the_page_has_every_claim_with_its_command() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert re.findall(r"tongchou findings (\w+)", text) == list(CLAIMS)


def test_the_cost_of_assessment_is_read_off_flows_that_exist() -> None:
    from abm.regimes import FLOWS
    from experiments.findings.assessment import KINDS, moved

    named = [kind for kinds in KINDS.values() for kind in kinds]
    assert set(named) <= set(FLOWS)

    flows = pd.DataFrame(
        {"year": [2017, 2018, 2018, 2018], "kind": [*named[:2], named[1], "interest"], "amount": 3.0}
    ).assign(seed=1)
    national = pd.DataFrame({"year": [2017, 2018, 2018], "contribution_revenue": [1.0, 60.0, 5.0]})
    national = national.assign(seed=[1, 1, 2])
    assert moved(flows, national, named).to_dict() == {1: pytest.approx(0.1), 2: 0.0}


def test_retained_risk_is_one_where_nothing_is_shared_and_falls_by_what_others_pay() -> None:
    """Two provinces with balances 10 and −10 (and years that shift both), one with a subsidy of 8 from before
    the year; others pay a share of what it lacks. A stock handed over is no year's money.
    """
    places, flows = [], []
    for scenario, shared in (("alone", 0.0), ("half", 0.5), ("pooled", 1.0)):
        for year, shift in ((2010, 0.0), (2011, 0.0), (2012, 4.0)):
            head = {"scenario": scenario, "seed": 1, "year": year}
            for province, balance in (("Hebei", 10.0), ("Jilin", -10.0)):
                money = {"contribution_revenue": 50.0 + balance + shift, "interest": 0.0}
                places.append(head | {"province": province, "benefit_expenditure": 50.0} | money)
            for payer, payee in (("fund:Hebei", "fund:China"), ("fund:China", "fund:Jilin")):
                flows.append(head | {"kind": "pool", "payer": payer, "payee": payee, "amount": 6.0 * shared})
            flows.append(
                head | {"kind": "own", "payer": "budget:Jilin", "payee": "fund:Jilin", "amount": 5.0}
            )
            lump = {"kind": "central_lump_subsidy", "payer": "budget:China", "payee": "fund:Jilin"}
            flows.append(head | lump | {"amount": 8.0})
            stock = {"kind": "stock_to_centre", "payer": "fund:Hebei", "payee": "fund:centre"}
            flows.append(head | stock | {"amount": 100.0 * shared})
    found = retained(pd.DataFrame(places), pd.DataFrame(flows)).set_index("scenario")["retained"]
    assert found.to_dict() == pytest.approx({"alone": 1.0, "half": 0.5, "pooled": 0.0})
