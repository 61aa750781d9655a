"""Reactions of governments: planted slopes are found again; errors of targets; contested ranges."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from published_run import published_run

from abm.space import PROVINCE_NAMES
from calibration import contested, reactions, targets
from calibration.measures import measure, of_publications, of_run
from experiments.published import gdp_per_head

YEARS = range(2010, 2019)


def _planted(on_reserve: float, on_output: float, drift: float = 0.0) -> pd.DataFrame:
    """Places whose log rate is linear in opening reserve and output, with effects of province and year."""
    rng = np.random.default_rng(4)
    index = pd.MultiIndex.from_product([PROVINCE_NAMES, YEARS], names=["province", "year"])
    held = pd.Series(rng.uniform(0.2, 3.0, len(index)), index=index)
    output = pd.concat({year: np.log(gdp_per_head(year)) for year in YEARS}).swaplevel().reindex(index)
    opening = held.groupby(level="province").shift(1)
    place = pd.Series(rng.normal(size=31), index=list(PROVINCE_NAMES)).reindex(index.get_level_values(0))
    rate = on_reserve * opening + on_output * output + drift * place.to_numpy()
    return pd.DataFrame(
        {"reserve": held, "spending": 1.0, "revenue": np.exp(rate), "insured_employees": 1.0,
         "average_wage": 1.0}
    )  # fmt: skip


def test_planted_slopes_over_provinces_are_found() -> None:
    found = reactions.across(reactions.panel(_planted(-0.2, 0.7)), 2015)
    assert found["reserve"].value == pytest.approx(-0.2)
    assert found["output"].value == pytest.approx(0.7)


def test_the_slope_within_provinces_is_free_of_their_effects() -> None:
    panel = reactions.panel(_planted(-0.2, 0.0, drift=1.0))
    assert reactions.within(panel, 2016).value == pytest.approx(-0.2)
    assert abs(reactions.across(panel, 2015)["reserve"].value + 0.2) > 0.01


def test_provinces_with_breaks_and_years_before_2011_are_left_out() -> None:
    panel = reactions.panel(of_publications(YEARS).places)
    assert not {"Shanghai", "Zhejiang", "Guangdong", "China"} & set(panel.index.get_level_values("province"))
    assert panel.index.get_level_values("year").min() == reactions.FIRST
    assert len(panel) == 28 * 8


def test_the_errors_of_the_targets_are_those_of_the_published_regressions() -> None:
    panel = reactions.panel(of_publications(YEARS).places)
    known = {t.name: t for t in targets.moments() if t.level == "government"}
    errors = {
        f"rate_on_{name}": np.mean([reactions.across(panel, year)[name].error for year in (2012, 2014, 2016)])
        for name in ("reserve", "output")
    }
    errors["rate_within"] = reactions.within(panel, 2016).error
    assert set(errors) == set(known)
    for name, error in errors.items():
        assert known[name].error == pytest.approx(error, rel=0.05)


def test_a_run_and_the_statistics_are_measured_alike() -> None:
    for name in ("rate_on_reserve", "rate_on_output", "rate_within"):
        ours, published = (measure(name, t) for t in (of_run(published_run()), of_publications(YEARS)))
        pd.testing.assert_series_equal(ours, published, rtol=1e-5, check_index_type=False)


def test_a_world_without_published_years_has_no_slopes() -> None:
    frame = of_publications(YEARS).places.iloc[:0]
    assert reactions.panel(frame).empty


def _rows() -> pd.DataFrame:
    rows = []
    for number, setting in enumerate(contested.SETTINGS):
        for seed in (1, 2):
            rows += [
                {"what": setting.what, "value": setting.value, "seed": seed, "outcome": name, "unit": unit,
                 "result": number + 0.1 * seed}
                for name, unit in contested.OUTCOMES.items()
            ]  # fmt: skip
    return pd.DataFrame(rows)


def test_ranges_show_means_and_what_chance_does() -> None:
    table = contested.ranges(_rows())
    assert len(table) == len(contested.SETTINGS) + 1
    assert table["rate 2018"].iloc[0] == pytest.approx(0.15)
    assert table["rate 2018"].iloc[-1] == pytest.approx(0.1)
    moved = contested.moved(_rows()).set_index(["what", "outcome"])
    row = moved.loc[("weight of growth", "rate 2018")]
    assert (row["scenario"], row["least"], row["greatest"]) == pytest.approx((0.15, 0.15, 3.15))


@pytest.mark.slow
def test_the_sign_of_collection_by_the_tax_authority_moves_what_is_collected() -> None:
    less, more = (
        contested.outcomes("history", 100_000, 1, setting)
        for setting in contested.SETTINGS
        if setting.value in {"-0.05", "+0.05"}
    )
    assert set(less) == set(contested.OUTCOMES)
    assert less["rate 2018"] < more["rate 2018"]
    assert less["contributions 2022"] < more["contributions 2022"]
