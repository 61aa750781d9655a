"""Every regime, module and scenario of the package beside the second model.

The lists are the package's own: a new rule, module or scenario fails here until the second model has it.
"""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from abm.regimes import LOWER, UPPER
from abm.regimes import MODULES as WITH_RULES
from abm.scenario import Scenario
from abm.scenarios import shipped
from abm.timeline import MODULES
from oracle.beside import agree

YEARS_ON = 4
"""Years that a scenario is followed after its last change."""
MONEY = {
    "none": (),
    "municipal": (),
    "provincial_adjustment": ("adjustment_remittance", "adjustment_payment"),
    "provincial_unified": ("stock_remittance", "full_remittance"),
    "central_adjustment": ("remitted_to_centre",),
    "central_differential": ("remitted_to_centre",),
    "national_2022": ("remitted_to_centre", "local_deficit_share"),
    "national_unified": ("national_remittance", "stock_to_centre", "legacy_payment"),
    "national_basic_pension": ("national_remittance", "national_basic_pension", "account_contributions"),
    "early_warning": ("emergency_transfer", "rise_withheld", "rise_paid_later"),
    "assessment": ("transfer_cut",),
}
"""Flows that must move where a rule is in force, so that its test compares something."""
EARNED = ("surplus_kept", "surplus_kept_nationally", "remittance_refunded")
"""One of these moves after three good years, where anything is remitted and the fund that pays has money."""
STRICT = {
    "government.horizon": 1,
    "regimes.assessment_good": 0.5,
    "regimes.assessment_fail": 0.97,
    "regimes.warning_months": 12.0,
}
"""Lines of modules that many places cross within a few years; what-ifs no longer than need be."""


def written(folder: Path, events: list[str]) -> str:
    """A scenario file of the history with other events (lines of YAML)."""
    file = folder / "case.yaml"
    lines = "".join(f"  - {{{event}}}\n" for event in events)
    file.write_text(f"name: case\nbase: history\ntimeline:\n{lines}", encoding="utf-8")
    return str(file)


def last_change(spec: str) -> int:
    """The last year in which a scenario departs from the history."""
    own, history = Scenario.named(spec).timeline, Scenario.named("history").timeline
    changed = [event for event in own if event not in history] + [e for e in history if e not in own]
    return max((event.start.year for event in changed), default=2011)


@pytest.mark.slow
@pytest.mark.parametrize("spec", shipped())
def test_every_scenario(spec: str) -> None:
    """All that ``tongchou scenarios`` lists, some years beyond its last change."""
    agree(spec, end=last_change(spec) + YEARS_ON, resolution="province")


@pytest.mark.slow
@pytest.mark.parametrize("upper", list(UPPER))
def test_every_upper_rule_with_every_module(upper: str, tmp_path: Path) -> None:
    """A rule from the middle of a year on, all modules with money over it and off again within a year."""
    on = ", ".join(f"{module}: true" for module in (*WITH_RULES, "budget_hardness"))
    events = [
        f"from: 2011-07-01, regime: {{lower: municipal, upper: {upper}}}",
        f"from: 2012-04-01, modules: {{{on}}}",
        f"from: 2016-07-01, modules: {{{on.replace('true', 'false')}}}",
    ]
    moved = agree(written(tmp_path, events), end=2017, set=STRICT)
    seen = set(MONEY[upper]) | set(MONEY["assessment"])
    seen |= set() if "national_remittance" in seen else set(MONEY["early_warning"])
    assert [name for name in seen if not moved[name]] == []
    assert any(moved[name] for name in EARNED) or upper in {"none", "national_basic_pension"}


@pytest.mark.slow
@pytest.mark.parametrize(("lower", "upper"), list(product(LOWER, UPPER)))
def test_every_stack_by_prefecture(lower: str, upper: str, tmp_path: Path) -> None:
    """Each lower rule under each upper one, with localities of their own."""
    on = ", ".join(f"{module}: true" for module in (*WITH_RULES, "budget_hardness"))
    events = [
        f"from: 2011-01-01, regime: {{lower: {lower}, upper: {upper}}}",
        f"from: 2011-07-01, modules: {{{on}}}",
    ]
    moved = agree(written(tmp_path, events), end=2013, resolution="prefecture", set=STRICT)
    below = () if "national_remittance" in MONEY[upper] else MONEY[lower]
    assert [name for name in (*MONEY[upper], *below) if not moved[name]] == []


@pytest.mark.slow
@pytest.mark.parametrize("module", list(MODULES))
def test_every_module(module: str, tmp_path: Path) -> None:
    """Each module alone, on and off in the middle of a year."""
    events = [
        f"from: 2012-07-01, modules: {{{module}: true}}",
        f"from: 2014-04-01, modules: {{{module}: false}}",
    ]
    moved = agree(written(tmp_path, events), end=2015, set=STRICT)
    assert [name for name in MONEY.get(module, ()) if not moved[name]] == []
