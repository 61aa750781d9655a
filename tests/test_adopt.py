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


RAGGED = """\
# A comment of the author's.
one:
  title: Weight of something
  note: A plain note that its author
    broke by hand, and
    again.
  values:
    2010-01-01:
      {value: 0.3,
       status: assumed}
    2014-01-01:   # from here on
      value: 0.4
      status: assumed

    # Between two records.
two:
  note: >-
    Folded by
    hand.
  values: { 2010-01-01: 0.5,  2012-01-01: 0.6 }   # spaced so
  table:
    {40: 233, 45: 216,
     50: 195}
"""


def test_lines_that_an_author_broke_stay_broken(tmp_path):
    (tmp_path / "x.yaml").write_text(RAGGED)
    rows = [("x.one@2010-01-01", 0.1, 0.2, False, True), ("x.one", 0.7, 0.1, False, True)]
    rows += [("x.two@2010-01-01", 0.9, 0.2, False, True)]
    frame = pd.DataFrame(rows, columns=["parameter", "estimate", "se_robust", "at_bound", "identified"])
    frame.to_csv(tmp_path / "parameters.csv", index=False)
    adopt(tmp_path / "parameters.csv", "abc1234", (2011, 2016), tmp_path)
    entry = (
        "{{value: {}, status: estimate, standard_error: {}, "
        "source: 'method of simulated moments, 2011-2016, commit abc1234'}}"
    )
    expected = RAGGED.replace("{value: 0.3,\n       status: assumed}", entry.format(0.1, 0.2))
    expected = expected.replace("value: 0.4\n      status: assumed", entry.format(0.7, 0.1))
    expected = expected.replace("0.5", entry.format(0.9, 0.2))
    assert (tmp_path / "x.yaml").read_text() == expected


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("worker.habits", "unknown parameter 'habits' in worker.yaml; did you mean 'habit'?"),
        ("workers.habit", "unknown parameter file 'workers' in .*; did you mean 'worker'?"),
        ("worker.habit@2012-01-01", "habit has no value from 2012-01-01 on; allowed: 2010-01-01"),
    ],
)
def test_a_record_or_date_that_does_not_exist_is_refused_and_nothing_written(records, name, said):
    rows = [*ROWS, (name, 0.3, 0.1, False, True)]
    frame = pd.DataFrame(rows, columns=["parameter", "estimate", "se_robust", "at_bound", "identified"])
    frame.to_csv(records.parent / "parameters.csv", index=False)
    with pytest.raises(UserError, match=said):
        adopt(records.parent / "parameters.csv", "abc1234", (2011, 2016), records)
    for file in FOLDER.glob("*.yaml"):
        assert (records / file.name).read_bytes() == file.read_bytes()


def test_a_table_of_something_else_is_refused(tmp_path):
    (tmp_path / "parameters.csv").write_text("a,b\n1,2\n")
    with pytest.raises(UserError, match="no table of estimates"):
        adopt(tmp_path / "parameters.csv", "abc1234", (2011, 2016))
    with pytest.raises(UserError, match="calibrate estimate"):
        adopt(tmp_path / "none.csv", "abc1234", (2011, 2016))
