"""The second model beside the first: every person, employer, account and yuan of every year."""

from __future__ import annotations

import pytest

from oracle.beside import SMALL, agree, next_year, pair


def test_history_person_by_person() -> None:
    """From 2010 to 2026: public entry, the adjustment fund, the waiver, national pooling, the later age."""
    agree(end=2026)


def test_prefectures_person_by_person() -> None:
    """Two tiers below the centre, places within provinces."""
    agree(end=2012, resolution="prefecture", start=2010)


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        ("contributions.worker_rate", 0.079, "worker_dues"),
        ("worker.burden_aversion", 1.25, "payers"),
        ("worker.buy_in_window", 0.2, "bought_in"),
        ("portability.transfer_rate", 0.121, "ported"),
        ("retirement.special_trades_advance", 120, "early_retirees"),
        ("labour.turnover_vacancies", 0.11, "employer"),
        ("adjustment.tilt_age", 71, "retirees_old"),
        ("regimes.treasury_share", 0.011, "capacity"),
        ("returns.local_deposits", 0.021, "interest"),
    ],
)
def test_another_number_in_one_of_them_is_seen(path: str, value: float, where: str) -> None:
    """A parameter that only the oracle holds otherwise shows within two years, and where it acts."""
    engine, oracle = pair()
    oracle.parameters = oracle.parameters.load({**SMALL, path: value})
    found = next_year(engine, oracle) + next_year(engine, oracle)
    assert any(where in line for line in found)


def test_another_rule_in_one_of_them_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pension by the month too much is seen."""
    from oracle import scheme

    right = scheme.monthly_pension

    def wrong(*given: float) -> tuple[float, float, float]:
        base, transitional, funded = right(*given)
        return base, transitional, funded + 0.01

    engine, oracle = pair()
    monkeypatch.setattr(scheme, "monthly_pension", wrong)
    assert any(line.startswith("pension of person") for line in next_year(engine, oracle))


@pytest.mark.slow
@pytest.mark.parametrize("seed", [2, 3])
def test_history_at_a_finer_scale(seed: int) -> None:
    """Ten times the persons, other draws, to the reform's last years."""
    agree(end=2040, scale=40000, seed=seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_prefectures_to_national_pooling(seed: int) -> None:
    """The pools of provinces with what the tiers above see of gaps, and national pooling over them."""
    agree(end=2024, resolution="prefecture", scale=100000, seed=seed)


@pytest.mark.slow
def test_modules_by_prefecture() -> None:
    """Neighbours within a province, and steps toward one average."""
    agree("with_transition+with_parity", end=2019, resolution="prefecture")


@pytest.mark.slow
def test_one_province_ahead() -> None:
    """Two lower rules side by side, switched within a year."""
    agree("jilin", end=2022, resolution="prefecture")


@pytest.mark.slow
def test_a_late_start() -> None:
    """A base year in which parts of the public group are inside already."""
    agree(start=2016, end=2024)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("stock", "end"),
    [
        ({}, 2024),
        ({"regimes.unified_stock_months": 3.0}, 2022),
    ],
)
def test_assumed_numbers_that_are_zero_at_rest(stock: dict[str, float], end: int) -> None:
    """Rules that the history's values switch off."""
    changed = {
        **stock,
        "regimes.unified_common_share": 0.4,
        "regimes.provincial_adjustment_share": 0.2,
        "worker.inclination": 0.3,
        "worker.open_to_migrants": 0.5,
        "worker.prefecture_moving_cost": 0.5,
        "portability.duplicates_kept": 0.5,
        "benefits.forged_share": 0.1,
        "worker.mobility": {"2010-01-01": 1.0, "2014-01-01": 0.5},
    }
    agree(end=end, resolution="prefecture", set=changed)


@pytest.mark.parametrize("resolution", ["province", pytest.param("prefecture", marks=pytest.mark.slow)])
def test_exemptions_and_local_admission(resolution: str) -> None:
    """Employers move and are exempted for two years; outsiders are admitted by the place, then by law."""
    changed = {
        "government.exemption_most": {"2010-01-01": 0.0, "2011-01-01": 0.9, "2015-01-01": 0.2},
        "government.exemption_years": 2,
        "government.entry_age_most": {"2010-01-01": 17.0, "2011-01-01": 50.0},
        "government.step": {"2010-01-01": 0.02, "2011-01-01": 0.2},
        "employer.reconsiders": {"2010-01-01": 0.1, "2011-01-01": 0.6},
        "employer.relocation_cost": {"2010-01-01": 6.0, "2011-01-01": 3.0},
        "worker.open_to_migrants": {"2010-01-01": 0.0, "2014-01-01": 0.5, "2016-01-01": 1.0},
    }
    agree(end=2016 if resolution == "province" else 2014, resolution=resolution, set=changed)
