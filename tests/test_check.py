"""The base data are the published ones, and the check says so when they are not."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from abm.engine import tables
from abm.errors import UserError
from abm.model import PensionModel
from abm.population.check import COLUMNS
from abm.space import NATION
from experiments.cli import main


@pytest.fixture(scope="module")
def checked(model_at_start: Callable[..., PensionModel]) -> pd.DataFrame:
    return model_at_start().check()


def failed(model: PensionModel) -> set[str]:
    frame = model.check()
    return set(frame.check[~frame.ok])


def test_every_check_holds_at_the_start(checked: pd.DataFrame) -> None:
    assert tuple(checked.columns) == COLUMNS
    assert checked.ok.all(), checked[~checked.ok].to_string()
    assert (checked.ok == (checked.difference.abs() <= checked.tolerance)).all()


@pytest.mark.parametrize("check", ["insured employees, persons", "pensioners, persons"])
def test_headcounts_are_the_published_ones_to_the_person(checked: pd.DataFrame, check: str) -> None:
    rows = checked[checked.check == check]
    assert set(rows.scope.str.split(":").str[0]) == {NATION, "worst of 31"}
    assert (rows.difference.abs() <= 0.5).all()


@pytest.mark.slow
def test_a_prefecture_model_starts_from_the_same_totals(model_at_start: Callable[..., PensionModel]) -> None:
    assert not failed(model_at_start(resolution="prefecture"))


@pytest.mark.parametrize(
    ("measure", "check"),
    [("insured", "insured employees, persons"), ("retirees", "pensioners, persons")],
)
def test_one_person_more_in_one_province_is_seen(
    model_at_start: Callable[..., PensionModel], measure: str, check: str
) -> None:
    model = model_at_start()
    assert model.sums is not None
    model.sums.places[tables.MEASURE.index(measure), 7] += 1
    assert failed(model) == {check}


def test_wrong_money_is_seen(model_at_start: Callable[..., PensionModel]) -> None:
    model = model_at_start()
    model.wages = model.wages * 1.001
    spent = model.accounts.benefits_enterprise.copy()
    spent[3] *= 1.01
    model.accounts = model.accounts._replace(benefits_enterprise=spent)
    assert failed(model) == {"average wage, yuan a year (nation: sum)", "fund spending, yuan"}


def test_impossible_histories_are_seen(model_at_start: Callable[..., PensionModel]) -> None:
    model = model_at_start()
    persons = model.population.persons
    insured = np.flatnonzero((persons["paid_months"] > 0) & (persons["account"] > 0))
    persons["paid_months"][insured[0]] = 60000
    persons["account"][insured[1]] = 1e8
    assert failed(model) == {
        "insured with more months than since 16, persons",
        "insured whose account exceeds three wages' credits a year paid, persons",
    }


def test_only_a_fresh_model_can_be_checked(model_at_start: Callable[..., PensionModel]) -> None:
    model = model_at_start()
    model.step()
    with pytest.raises(UserError, match="check a fresh model"):
        model.check()


def test_check_from_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "history", "--check", "--scale", "20000"]) == 0
    assert "insured employees, persons" in capsys.readouterr().out
