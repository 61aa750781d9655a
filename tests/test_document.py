"""The generated pages: complete, up to date, and true about what a run reads."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from abm.errors import UserError
from abm.model import PensionModel
from abm.population import employers
from calibration import document, inventory

ROOT = Path(__file__).parents[1]
pytest.importorskip("jinja2")


@pytest.mark.slow
def test_the_committed_pages_are_what_the_code_says() -> None:
    """In a process of its own: what a run reads can be watched only the first time."""
    done = subprocess.run(
        [sys.executable, "-m", "calibration.document", "--check"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("template", sorted(document.PAGES))
def test_the_committed_pages_have_every_line_of_prose(template: str) -> None:
    """The quick half of the test above: a changed template shows at once."""
    page = (ROOT / "docs" / template).read_text(encoding="utf-8")
    prose = document.PAGES[template].read_text(encoding="utf-8")
    missing = [line for line in prose.splitlines() if "{{" not in line and line not in page]
    assert not missing, f"run '{document.STEP}'"


@pytest.mark.parametrize(
    ("rows", "page"),
    [
        (inventory.parameters, "odd.md"), (inventory.outputs, "odd.md"), (inventory.streams, "odd.md"),
        (inventory.phases, "odd.md"), (inventory.scenario_list, "odd.md"), (inventory.levers, "odd.md"),
        (inventory.person_columns, "odd.md"), (inventory.employer_columns, "odd.md"),
        (inventory.regime_rules, "odd.md"), (inventory.target_list, "rat-rs.md"),
        (inventory.effect_list, "rat-rs.md"), (inventory.record_sources, "rat-rs.md"),
    ],
)  # fmt: skip
def test_every_table_on_the_committed_pages_is_up_to_date(
    rows: Callable[[], inventory.Rows], page: str
) -> None:
    committed = (ROOT / "docs" / page).read_text(encoding="utf-8")
    assert document.markdown(rows()) in committed, f"run '{document.STEP}'"


def test_a_section_that_is_missing_twice_or_moved_is_refused() -> None:
    lines = list(document.SECTIONS)
    document.check_sections("\n".join(lines))
    for wrong in (lines[:-1], lines[:3] + lines[4:], [*lines, lines[-1]], [lines[1], lines[0], *lines[2:]]):
        with pytest.raises(UserError, match="of ODD"):
            document.check_sections("\n".join(wrong))


def test_a_cell_cannot_break_its_table() -> None:
    assert document.markdown([("a", "b"), ("x | y", "two\nlines")]).splitlines() == [
        "| a | b |", "| --- | --- |", "| x \\| y | two lines |",
    ]  # fmt: skip


def test_the_employers_table_is_as_declared(model_at_start: Callable[..., PensionModel]) -> None:
    firms = model_at_start(scale=200_000).population.employers
    assert list(firms) == [column.name for column in employers.COLUMNS]
    for column in employers.COLUMNS:
        assert firms[column.name].dtype == np.dtype(column.dtype), column.name


def test_a_run_reads_no_fund_flows_or_headcounts_after_the_base_year() -> None:
    page = (ROOT / "docs" / "rat-rs.md").read_text(encoding="utf-8")
    rows = [line.split(" | ") for line in page.splitlines() if line.startswith("| `")]
    read = {row[0].strip("| `"): row[2] for row in rows if len(row) == 6}
    assert "fund_revenue" in read["pension_province"]
    assert not any(str(year) in read["pension_province"] for year in range(2011, 2031))
    assert read["pension_national"] == read["compliance"] == read["fiscal_subsidy"] == "–"


def test_uses_follow_the_splits_of_the_targets() -> None:
    uses = {row[0]: row for row in inventory.data_uses({("wages", "x"): {2009, 2010, 2012}})[1:]}
    assert uses["`wages`"][2] == "`x` 2009–2010, 2012"
    assert "`revenue_provinces` 2011–2016" in uses["`pension_province`"][3]
    assert "`revenue_provinces` 2017–2018" in uses["`pension_province`"][4]
    assert "full_declarers_2016" in uses["`compliance`"][4]
