"""Estimates written into the records: their values, and nothing else of a file."""

from __future__ import annotations

import difflib
import shutil
from datetime import date

import pandas as pd
import pytest

from abm.errors import UserError
from abm.parameters import FOLDER, read
from calibration.adopt import adopt

ROWS = [
    ("employer.registration_base@2011-07-01", 0.17654, 0.0123, False, True),
    ("worker.habit", 0.31, 0.2, False, False),
    ("government.audit_cost", 50.0, None, True, False),
]


@pytest.fixture
def records(tmp_path):
    """A copy of the model's records, and a table of two estimates beside it."""
    folder = tmp_path / "parameters"
    folder.mkdir()
    for file in FOLDER.glob("*.yaml"):
        shutil.copy(file, folder)
    frame = pd.DataFrame(ROWS, columns=["parameter", "estimate", "se_robust", "at_bound", "identified"])
    frame.to_csv(tmp_path / "parameters.csv", index=False)
    return folder


def test_an_identified_parameter_becomes_an_estimate(records):
    adopt(records.parent / "parameters.csv", "abc1234", (2011, 2016), records)
    entry = next(v for v in read(records)["employer.registration_base"].values if v.start == date(2011, 7, 1))
    assert (entry.value, entry.status, entry.standard_error) == (0.1765, "estimate", 0.012)
    assert "abc1234" in (entry.source or "")


def test_what_is_not_identified_stays_assumed(records):
    adopt(records.parent / "parameters.csv", "abc1234", (2011, 2016), records)
    (entry,) = read(records)["worker.habit"].values
    assert (entry.value, entry.status, entry.standard_error) == (0.31, "assumed", None)


def test_all_other_lines_stay(records):
    changed = adopt(records.parent / "parameters.csv", "abc1234", (2011, 2016), records)
    assert {file.name for file in changed} == {"employer.yaml", "worker.yaml"}
    for file in changed:
        before = (FOLDER / file.name).read_text(encoding="utf-8").splitlines()
        after = file.read_text(encoding="utf-8").splitlines()
        differing = [line for line in difflib.ndiff(before, after) if line[0] in "+-"]
        assert [line[0] for line in differing] == ["-", "+"]
        assert "values:" in differing[0]


def test_a_table_of_something_else_is_refused(tmp_path):
    (tmp_path / "parameters.csv").write_text("a,b\n1,2\n")
    with pytest.raises(UserError, match="no table of estimates"):
        adopt(tmp_path / "parameters.csv", "abc1234", (2011, 2016))
    with pytest.raises(UserError, match="calibrate estimate"):
        adopt(tmp_path / "none.csv", "abc1234", (2011, 2016))
