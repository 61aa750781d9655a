"""Published statistics: sums, sources, the years kept back, and a rebuild that reproduces every file."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from abm import data
from abm.errors import UserError
from abm.space import PROVINCE_NAMES

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / ".." / "shared" / "data"
SCHEME_YEARS = range(2008, 2019)
TIDY = [name for name in data.names() if "variable" in data.load(name)]


@pytest.mark.parametrize("name", data.names())
def test_every_row_has_a_known_source_and_quality(name: str) -> None:
    frame = data.load(name)
    assert set(frame["source"]) <= set(data.sources())
    assert set(frame["quality"]) <= {"exact", "rounded", "partial", "candidate", "derived"}


def test_every_source_is_used() -> None:
    assert set(data.sources()) == {s for table in data.tables().values() for s in table.sources}


def test_derived_long_texts_state_a_rule() -> None:
    """A source named derived-… explains itself."""
    texts = data.sources()
    assert all(texts[i].startswith("derived: ") for i in texts if i.startswith("derived-"))


@pytest.mark.parametrize("name", data.names())
def test_every_variable_is_described(name: str) -> None:
    frame, table = data.load(name), data.tables()[name]
    if "variable" in frame:
        assert set(table.variables) == set(frame["variable"])
        assert frame.groupby("variable")["unit"].nunique().max() == 1
    assert table.title
    assert table.rows == len(frame)


@pytest.mark.parametrize("name", TIDY)
def test_values_are_numbers(name: str) -> None:
    assert np.isfinite(data.load(name)["value"]).all()


def test_nothing_of_the_employee_scheme_after_2018() -> None:
    assert data.load("pension_province")["year"].max() == 2018
    assert data.load("public_sector")["year"].max() == 2018
    nation = data.load("pension_national")
    flows = nation["variable"].str.startswith(("insured_", "fund_", "contribution_", "provinces_"))
    assert nation[flows]["year"].max() == 2018
    later = data.load("central_adjustment").query("year > 2018 and variable == 'net_transfer_implied'")
    assert later.empty


@pytest.mark.parametrize(
    ("variable", "years"),
    [
        ("insured_employees", SCHEME_YEARS),
        ("insured_retirees", SCHEME_YEARS),
        ("fund_expenditure", range(2010, 2019)),
        ("fund_revenue", range(2011, 2019)),
        ("fund_balance", range(2010, 2019)),
    ],
)
def test_provinces_sum_to_slightly_less_than_the_nation(variable: str, years: range) -> None:
    provinces = data.panel("pension_province", variable, years).sum(axis=0)
    nation = data.national("pension_national", variable, years)
    assert (provinces <= nation * 1.0001).all()
    assert (provinces >= nation * 0.994).all()


def test_totals_of_the_scheme_are_employees_and_retirees() -> None:
    parts = [
        data.national("pension_national", f"insured_{v}", SCHEME_YEARS)
        for v in ("employees", "retirees", "total")
    ]
    np.testing.assert_allclose(parts[0] + parts[1], parts[2], rtol=1e-4)


@pytest.mark.parametrize("year", [2010, 2020])
def test_census_cells_sum_to_the_nation(year: int) -> None:
    frame = data.load("population").query("year == @year")
    nation = frame.query("province == 'China'").set_index(["sex", "age_from"])["value"]
    provinces = frame.query("province != 'China'").groupby(["sex", "age_from"])["value"].sum()
    assert len(nation) == 38
    assert (provinces == nation).all()


@pytest.mark.parametrize("year", [2010, 2020])
def test_localities_sum_to_the_census_of_their_province(year: int) -> None:
    rows = data.load("prefectures").query("year == @year")
    census = data.load("population").query("year == @year")
    for (sex, age_from, age_to), cells in census.groupby(["sex", "age_from", "age_to"]):
        age = f"{age_from}_{age_to}" if age_to > age_from else str(age_from)
        column = f"{sex}_85plus" if age_from == 85 else f"{sex}_{age}"
        published = cells.set_index("province")["value"].reindex(list(PROVINCE_NAMES))
        assert (rows.groupby("province")[column].sum().reindex(list(PROVINCE_NAMES)) == published).all(), (
            column
        )
    ages = rows.filter(regex="^(male|female)_").sum(axis=1)
    assert (ages == rows["population"]).all()
    assert (rows["urban"] + rows["rural"] == rows["population"]).all()


def test_both_censuses_list_the_same_localities() -> None:
    rows = data.load("prefectures")
    first, second = (set(rows.query("year == @y")["code"]) for y in (2010, 2020))
    assert first == second
    assert len(first) == 360
    assert rows[["lat", "lon"]].notna().all().all()


@pytest.mark.parametrize("kind", ["employees", "retirees"])
def test_public_sector_sums_to_the_difference_of_the_published_series(kind: str) -> None:
    years = range(2010, 2019)
    provinces = data.panel("public_sector", f"public_{kind}", years)
    published = data.national("pension_national", f"insured_{kind}", years)
    enterprise = data.national("pension_national", f"insured_enterprise_{kind}", years)
    assert (provinces.sum(axis=0) == published - enterprise).all()
    assert (provinces.sum(axis=0) == data.national("public_sector", f"public_{kind}", years)).all()
    assert (np.diff(provinces[:, 4:], axis=1) >= 0).all()
    assert (provinces < data.panel("pension_province", f"insured_{kind}", years)).all()


def test_public_sector_enters_where_headcounts_jump() -> None:
    """Yunnan's headcount jumps by 42 % in 2016 and Gansu's by 43 % in 2017; Shanghai has no jump."""
    steps = np.diff(data.panel("public_sector", "public_employees", range(2014, 2019)), axis=1)
    year = dict(zip(PROVINCE_NAMES, 2015 + steps.argmax(axis=1), strict=True))
    assert (year["Yunnan"], year["Gansu"], year["Guangxi"], year["Hunan"]) == (2016, 2017, 2016, 2018)


def test_mergers_are_what_goes_beyond_ordinary_growth() -> None:
    """Shanghai by hand from its published headcounts; Zhejiang's steps add up to its whole excess of 2016."""
    rows = data.load("merged_schemes")
    staff = rows[rows.variable == "merged_employees"]
    assert [(staff.province.item(), staff.year.item())] == [("Shanghai", 2011)]
    p = PROVINCE_NAMES.index("Shanghai")
    e = data.panel("pension_province", "insured_employees", range(2009, 2013))[p]
    usual = 0.5 * (e[1] / e[0] + e[3] / e[2])
    assert staff.value.item() == round(e[2] - usual * e[1])
    p = PROVINCE_NAMES.index("Zhejiang")
    retired = rows[rows.variable == "merged_retirees"]
    assert set(retired.province) == {"Zhejiang"}
    assert (retired.value > 0).all()
    r = data.panel("pension_province", "insured_retirees", range(2008, 2017))[p]
    public = data.panel("public_sector", "public_retirees", [2011, 2016])[p]
    usual = 0.5 * (r[1] / r[0] + r[2] / r[1])
    excess = (r[-1] - public[1]) - (r[3] - public[0]) * usual**5
    assert retired.value.sum() == pytest.approx(excess, abs=3)


def test_published_values_survive_the_change_of_units() -> None:
    assert data.national("pension_national", "fund_balance", [2018])[0] == 5_090_130_000_000
    assert data.national("fiscal_subsidy", "subsidy_employee_scheme", range(2014, 2018)).tolist() == [
        326_900_000_000,
        389_300_000_000,
        429_100_000_000,
        495_500_000_000,
    ]
    assert data.panel("wages", "avg_wage_nonprivate", range(2009, 2025)).shape == (31, 16)
    assert not np.isnan(data.panel("wages", "avg_wage_nonprivate", range(2009, 2025))).any()


def test_flows_are_square_and_the_stock_keeps_its_totals() -> None:
    stock = data.matrix("hukou_stock", year=2010)
    assert stock.shape == (31, 31)
    assert (np.diag(stock) == 0).all()
    inflow = (
        data.load("prefectures").query("year == 2010").groupby("province")["migrants_other_province"].sum()
    )
    np.testing.assert_allclose(stock.sum(axis=1), inflow.reindex(list(PROVINCE_NAMES)), atol=20)
    distance = data.matrix("distances")
    np.testing.assert_array_equal(distance, distance.T)


def test_death_rates_rise_from_age_forty_on() -> None:
    rows = data.load("mortality").query("age_from >= 40").sort_values("age_from")
    for _, cells in rows.groupby(["sex", "year"]):
        assert (np.diff(cells["value"]) > 0).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: data.load("pension_provinc"), "did you mean 'pension_province'"),
        (lambda: data.panel("wages", "avg_wage_nonprivat", [2010]), "did you mean 'avg_wage_nonprivate'"),
        (lambda: data.panel("pension_province", "fund_revenue", [2019]), "in 2019; available years: 2008"),
        (lambda: data.panel("population", "population", [2010]), "give sex, age_from, age_to"),
        (lambda: data.panel("distances", "distance", [2010]), "no province and year"),
        (lambda: data.panel("prefectures", "population", [2010]), "wide"),
        (lambda: data.matrix("migration"), "needs one period; allowed: 2005-2010"),
        (lambda: data.matrix("wages"), "no destination"),
    ],
)
def test_mistakes_are_explained(call: Callable[[], object], message: str) -> None:
    with pytest.raises(UserError, match=message):
        call()


def test_a_loaded_table_is_the_callers_own() -> None:
    mine = data.load("wages")
    mine["value"] = 0.0
    mine.to_numpy()[:] = 0
    assert data.load("wages")["value"].min() > 0


@pytest.mark.skipif(not SOURCE.is_dir(), reason="the published statistics are not beside the repository")
def test_rebuild_reproduces_every_file(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "abm.data.build", str(SOURCE), str(tmp_path)], check=True, cwd=ROOT)
    built = {path.name: path.read_bytes() for path in tmp_path.glob("*.csv")}
    shipped = {path.name: path.read_bytes() for path in (ROOT / "abm" / "data").glob("*.csv")}
    assert built.keys() == shipped.keys()
    assert [name for name in built if built[name] != shipped[name]] == []
