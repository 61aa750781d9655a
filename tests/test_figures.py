"""Figures: they show the run's numbers, come out as the same bytes twice, and refuse in one sentence."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from published_run import published_run

from abm.errors import UserError
from abm.results import Results
from abm.space import PROVINCE_NAMES
from experiments.figures import (
    FIGURES,
    draw_run,
    effective_rate,
    governments,
    history,
    names_for,
    style,
    tiles,
    transfers,
)
from experiments.figures import fit as fit_figure
from experiments.figures import map as map_figure
from experiments.published import implied_transfers


@pytest.fixture(scope="module")
def results() -> Results:
    return published_run(years=[2010, 2012, 2018], factor=1.1, noise=0.1)


ONE_RUN = [name for name in names_for("run") if name not in ("flows", "lorenz")]
"""Figures that a run of published totals has the tables for; the others are in test_gallery."""


@pytest.mark.parametrize("name", ONE_RUN)
def test_a_figure_is_the_same_bytes_twice(name: str, results: Results, tmp_path: Path) -> None:
    results.write(tmp_path / "run")
    first = {path: path.read_bytes() for path in draw_run(tmp_path / "run", [name])}
    assert [path.name for path in first] == [f"{name}.pdf", f"{name}.png"]
    assert all(path.parent == tmp_path / "run" / "figures" for path in first)
    assert {path: path.read_bytes() for path in draw_run(tmp_path / "run", [name])} == first


def test_fonts_are_embedded_as_outlines_that_can_be_edited(results: Results, tmp_path: Path) -> None:
    page = style.save(FIGURES["governments"].draw(results), tmp_path / "page")[0].read_bytes()
    assert b"/CIDFontType2" in page
    assert b"/Type3" not in page


def test_a_readers_settings_neither_change_a_figure_nor_are_changed(results: Results, tmp_path: Path) -> None:
    plain = style.save(FIGURES["governments"].draw(results), tmp_path / "plain")[1].read_bytes()
    with mpl.rc_context({"font.size": 20, "axes.facecolor": "red"}):
        before = dict(mpl.rcParams)
        odd = style.save(FIGURES["governments"].draw(results), tmp_path / "odd")[1].read_bytes()
        assert dict(mpl.rcParams) == before
    assert odd == plain


def test_no_type_is_smaller_than_seven_points(results: Results) -> None:
    for name in ONE_RUN:
        drawn = FIGURES[name].draw(results)
        sizes = [text.get_fontsize() for text in drawn.findobj(mpl.text.Text) if text.get_text()]
        assert min(sizes) >= 7, name


def test_figures_fit_a_journal_column(results: Results) -> None:
    widths = {FIGURES[name].draw(results).get_figwidth() for name in ONE_RUN}
    assert widths <= {style.SINGLE, style.DOUBLE}


def test_history_draws_the_nations_numbers(results: Results) -> None:
    table = history.numbers(results)
    national = results.national.set_index("year")
    revenue = table[table["panel"] == "revenue"].set_index("year")["simulated"]
    parts = national[["contribution_revenue", "fiscal_subsidy", "interest"]].sum(axis=1)
    pd.testing.assert_series_equal(revenue, parts, check_names=False)
    published, simulated = history.draw(results).axes[1].lines
    np.testing.assert_allclose(simulated.get_ydata(), national["retirees"] / 1e6)
    np.testing.assert_allclose(published.get_ydata(), national["retirees"] / 1.1e6, rtol=1e-6)


def test_the_map_shows_the_chosen_year(results: Results) -> None:
    table = map_figure.numbers(results, 2012)
    rows = results.provinces[results.provinces["year"] == 2012].set_index("province")
    pd.testing.assert_series_equal(table["months"], rows["payable_months"], check_names=False)
    pd.testing.assert_series_equal(
        table["burden"], rows["retirees"] / rows["insured_employees"], check_names=False
    )
    assert map_figure.numbers(results)["year"].unique().tolist() == [2018]
    with pytest.raises(UserError, match=r"no year 2019.*2010–2018"):
        map_figure.draw(results, year=2019)


def test_a_tile_has_the_colour_of_its_value(results: Results) -> None:
    axes = map_figure.draw(results).axes[0]
    burden = map_figure.numbers(results)["burden"]
    low, high = burden.quantile([0.05, 0.95])
    expected = mpl.colormaps["cividis"](np.clip((burden - low) / (high - low), 0, 1))
    by_place = {patch.get_xy(): patch.get_facecolor() for patch in axes.patches}
    for name, colour in zip(burden.index, expected, strict=True):
        np.testing.assert_allclose(by_place[tiles.positions()[name]], colour, atol=0.006)


def test_effective_rate_compares_first_and_last_year_and_states_correlations(results: Results) -> None:
    table = effective_rate.numbers(results)
    assert table["year"].unique().tolist() == [2010, 2018]
    rows = results.provinces[results.provinces["year"] == 2018].set_index("province")
    revenue = rows["contribution_revenue"] + rows["fiscal_subsidy"] + rows["interest"]
    rate = revenue / (rows["insured_employees"] * rows["average_wage"])
    last = table[table["year"] == 2018].set_index("province")
    np.testing.assert_allclose(last["simulated"], rate)
    written = {text.get_text() for text in effective_rate.draw(results).axes[1].texts}
    assert "published: r = −0.62" in written
    r = np.corrcoef(rate, last["gdp_per_head"])[0, 1]
    assert f"simulated: r = −{abs(r):.2f}" in written


def test_transfers_are_those_of_the_provinces_and_the_centre_balances_them(results: Results) -> None:
    table = transfers.numbers(results)
    assert table["net"].drop("China").is_monotonic_increasing
    rows = results.provinces[results.provinces["year"] == 2018].set_index("province")
    for name in PROVINCE_NAMES:
        assert table["net"][name] == rows["transfers_in"][name] - rows["transfers_out"][name]
        assert table["implied"][name] == pytest.approx(implied_transfers()[name])
    assert table["net"].sum() == pytest.approx(0, abs=1)


def test_transfers_take_the_latest_year_that_has_any() -> None:
    quiet_after = published_run(years=[2018]).frames
    later = quiet_after["provinces"].assign(year=2019, transfers_in=0.0, transfers_out=0.0)
    frames = quiet_after | {"provinces": pd.concat([quiet_after["provinces"], later])}
    assert transfers.numbers(Results(frames, {}))["year"].unique().tolist() == [2018]


def test_a_run_without_transfers_says_so() -> None:
    figure = transfers.draw(published_run(years=[2010, 2011], transfers=False))
    assert "No money crosses" in figure.axes[0].texts[0].get_text()


def test_governments_show_median_and_range_of_provinces(results: Results) -> None:
    table = governments.numbers(results).set_index(["panel", "year"])
    shares = results.provinces.loc[results.provinces["year"] == 2012, "declared_share"]
    low, median, high = shares.quantile([0.1, 0.5, 0.9])
    assert table.loc[("declared_share", 2012)].tolist() == [low, median, high]
    line = governments.draw(results).axes[1].lines[0]
    assert line.get_ydata()[1] == pytest.approx(100 * median)


def test_fit_draws_every_province_of_the_last_published_year(results: Results) -> None:
    points = fit_figure.draw(results).axes[0].lines[1]
    rows = results.provinces[results.provinces["year"] == 2018].set_index("province")
    expected = rows.loc[list(PROVINCE_NAMES), "insured_employees"] / 1e6
    assert sorted(points.get_ydata()) == pytest.approx(sorted(expected))


def test_one_year_is_enough_for_every_figure() -> None:
    single = published_run(years=[2010])
    for name in ONE_RUN:
        assert FIGURES[name].draw(single).axes


def test_every_province_has_one_tile_and_geography_is_kept() -> None:
    places = tiles.positions()
    assert set(places) == set(PROVINCE_NAMES)
    assert len(set(places.values())) == len(PROVINCE_NAMES)
    west = [name for name, (x, _) in places.items() if x == min(x for x, _ in places.values())]
    assert set(west) == {"Xinjiang", "Tibet"}
    assert min(places, key=lambda name: places[name][1]) == "Heilongjiang"
    assert max(places, key=lambda name: places[name][1]) == "Hainan"
    neighbours = [
        ("Guangdong", "Guangxi"), ("Sichuan", "Yunnan"), ("Jiangsu", "Shanghai"), ("Henan", "Hubei"),
        ("Heilongjiang", "Jilin"), ("Xinjiang", "Gansu"), ("Tibet", "Qinghai"), ("Beijing", "Hebei"),
    ]  # fmt: skip
    for a, b in neighbours:
        assert sum(abs(p - q) for p, q in zip(places[a], places[b], strict=True)) == 1, (a, b)


def test_user_mistakes_are_named(results: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match="unknown figure 'histroy'; did you mean 'history'"):
        draw_run(tmp_path, ["histroy"])
    with pytest.raises(UserError, match="no complete run"):
        draw_run(tmp_path, ["history"])
    with pytest.raises(UserError, match="unknown language 'fr'"):
        history.draw(results, "fr")
    monkeypatch.setattr(style, "CHINESE_FONTS", ("No Such Font",))
    with pytest.raises(UserError, match="figures in Chinese need a Chinese font, for example No Such Font"):
        history.draw(results, "zh")


def test_chinese_labels_where_a_font_is_installed(results: Results, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(style, "CHINESE_FONTS", ("DejaVu Sans Mono",))  # any installed font will do here
    figure = history.draw(results, "zh")
    assert figure.axes[0].get_title(loc="left") == "参保职工"
    assert figure.axes[0].title.get_fontfamily()[0] == "DejaVu Sans Mono"
