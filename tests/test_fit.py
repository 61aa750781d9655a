"""The fit table: its arithmetic on a run that is off by a known share, its verdicts, the patterns."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from published_run import REVENUE_PARTS, published_run

from abm.errors import UserError
from abm.results import Results
from experiments import fit
from experiments.patterns import patterns

INDICATORS = ["insured_employees", "retirees", "revenue", "spending", "reserve"]


@pytest.fixture(scope="module")
def off_by_ten() -> Results:
    return published_run(factor=1.1)


def test_a_run_ten_per_cent_too_high_is_ten_per_cent_off_everywhere(off_by_ten: Results) -> None:
    table = fit.table(off_by_ten)
    positive = table[table["published"] > 0]
    np.testing.assert_allclose(positive["relative_error"], 0.1, atol=1e-5)  # whole persons
    # An overdrawn fund that is a tenth deeper in debt lies below the published balance.
    overdrawn = table[table["published"] < 0]
    assert set(overdrawn["province"]) == {"Heilongjiang"}
    np.testing.assert_allclose(overdrawn["relative_error"], -0.1)


def test_the_table_covers_every_indicator_and_year_of_nation_and_provinces(off_by_ten: Results) -> None:
    table = fit.table(off_by_ten)
    national = table[table["scope"] == "national"]
    assert len(national) == len(INDICATORS) * 9
    assert list(national["indicator"].unique()) == INDICATORS
    counts = table[table["scope"] == "province"].groupby(["indicator", "year"]).size()
    assert counts.loc["insured_employees"].tolist() == [31] * 9
    assert counts.min() >= 28  # some balances of 2010 and one revenue of 2011 were never published


def test_revenue_counts_subsidies_and_interest() -> None:
    results = published_run(years=[2015])
    frames = results.frames | {"national": results.national.assign(interest=0.0)}
    table = fit.table(Results(frames, {})).set_index(["scope", "indicator"])
    error = table.loc[("national", "revenue"), "relative_error"]
    assert error == pytest.approx(-REVENUE_PARTS["interest"])


def test_provinces_are_summed_up_by_median_share_and_worst() -> None:
    results = published_run(years=[2012])
    provinces = results.provinces.copy()
    spending = provinces["benefit_expenditure"].copy()
    spending.iloc[:5] *= 1.2
    spending.iloc[10] *= 0.5
    frames = results.frames | {"provinces": provinces.assign(benefit_expenditure=spending)}
    row = fit.by_year(fit.table(Results(frames, {}))).set_index("indicator").loc["spending"]
    assert row["median"] == pytest.approx(0)
    assert row["within"] == pytest.approx(25 / 31)
    assert (row["province"], row["relative_error"]) == ("Zhejiang", pytest.approx(-0.5))
    assert "merged" in row["known_break"]


@pytest.mark.parametrize(
    ("factor", "year", "passes"),
    [
        (1.029, 2013, True),
        (1.031, 2013, False),
        (0.969, 2013, False),
        (1.049, 2014, True),
        (1.051, 2014, False),
    ],
)
def test_the_national_bar_is_three_then_five_per_cent(
    factor: float, year: int, passes: bool, tmp_path: Path
) -> None:
    fit.write(published_run(years=[year], factor=factor), tmp_path)
    row = next(
        line for line in (tmp_path / "fit.md").read_text().splitlines() if line.startswith(f"| {year}")
    )
    assert row.endswith("| PASS |") is passes
    assert ("FAIL" in row) is not passes


@pytest.mark.parametrize(("factor", "passes"), [(1.14, True), (1.16, False)])
def test_the_provincial_bar_is_a_median_of_fifteen_per_cent(
    factor: float, passes: bool, tmp_path: Path
) -> None:
    fit.write(published_run(years=[2012], factor=factor), tmp_path)
    lines = (tmp_path / "fit.md").read_text().splitlines()
    rows = [
        line
        for line in lines
        if line.startswith(tuple(f"| {i.replace('_', ' ')} | 2012" for i in INDICATORS))
    ]
    assert len(rows) == len(INDICATORS)
    assert all(row.endswith("| PASS |" if passes else "| **FAIL** |") for row in rows)


def test_known_breaks_are_marked() -> None:
    assert "merged" in fit.known_break("Shanghai", 2011, "reserve")
    assert fit.known_break("Shanghai", 2012, "reserve") == ""
    assert "merged" in fit.known_break("Zhejiang", 2016, "retirees")
    assert "insured count" in fit.known_break("Guangdong", 2017, "insured_employees")
    assert "insured count" not in fit.known_break("Guangdong", 2017, "retirees")
    assert fit.known_break("Hunan", 2014, "retirees") == "public-sector staff enter in steps"


def test_the_files_are_the_same_twice_and_the_table_reads_back(off_by_ten: Results, tmp_path: Path) -> None:
    first = {path.name: path.read_bytes() for path in fit.write(off_by_ten, tmp_path / "a")}
    second = {path.name: path.read_bytes() for path in fit.write(off_by_ten, tmp_path / "b")}
    assert first == second
    assert set(first) == {"fit.md", "fit.csv"}
    written = pd.read_csv(tmp_path / "a" / "fit.csv", keep_default_na=False)
    pd.testing.assert_frame_equal(written, fit.table(off_by_ten), check_dtype=False)


def test_statistics_pass_their_own_patterns() -> None:
    table = patterns(published_run()).set_index(["pattern", "year"])
    assert table["passed"].all()
    # the published values, known beforehand
    for name, year, value in (
        ("correlation of revenue rate and GDP per head", 2012, -0.65),
        ("correlation of revenue rate and GDP per head", 2018, -0.62),
        ("correlation of revenue rate and dependency", 2012, 0.75),
        ("correlation of revenue rate and dependency", 2018, 0.73),
        ("share of reserves in seven provinces", 2017, 0.655),
        ("retirees per employee, Guangdong", 2016, 0.108),
        ("retirees per employee, Heilongjiang", 2016, 0.745),
    ):
        assert table.loc[(name, year), "published"] == pytest.approx(value, abs=0.005)


def test_transfers_that_follow_nothing_fail_their_pattern() -> None:
    results = published_run(years=[2018])
    provinces = results.provinces.assign(transfers_in=np.arange(31.0), transfers_out=0.0)
    table = patterns(Results(results.frames | {"provinces": provinces}, {})).set_index("pattern")
    row = table.loc["correlation of net and implied transfers without Jiangsu"]
    assert row["simulated"] < 0.95
    assert not row["passed"]


def test_a_run_after_the_statistics_has_no_fit() -> None:
    results = published_run(years=[2018])
    frames = {name: frame.assign(year=2030) for name, frame in results.frames.items()}
    with pytest.raises(UserError, match="needs a year from 2010 to 2018"):
        fit.table(Results(frames, {}))
