"""Keyed draws: the distributions they claim, and independence of order, size and type."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from abm import draws

MANY = 200_000
IDS = np.arange(MANY, dtype=np.uint32)
EULER = 0.5772156649015329


def chi_square(values: np.ndarray, cells: int = 100) -> float:
    """Standardised chi-square of uniformity: about a standard normal number when the values are uniform."""
    counts, _ = np.histogram(values, bins=cells, range=(0.0, 1.0))
    expected = len(values) / cells
    statistic = ((counts - expected) ** 2 / expected).sum()
    return float((statistic - (cells - 1)) / math.sqrt(2.0 * (cells - 1)))


@pytest.mark.parametrize("stream", ["death", "job", "destination"])
def test_uniforms_are_uniform_over_ids(stream: str) -> None:
    u = draws.uniforms(draws.key(1, stream, 2010), IDS)
    assert ((u > 0.0) & (u < 1.0)).all()
    assert abs(chi_square(u)) < 4.0


def test_uniforms_are_uniform_over_years_and_seeds() -> None:
    over_years = np.array([draws.uniform(draws.key(1, "death", year), 7) for year in range(10_000)])
    over_seeds = np.array([draws.uniform(draws.key(seed, "death", 2010), 7) for seed in range(10_000)])
    assert abs(chi_square(over_years, 50)) < 4.0
    assert abs(chi_square(over_seeds, 50)) < 4.0


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ((1, "death", 2010), (1, "death", 2011)),
        ((1, "death", 2010), (1, "job", 2010)),
        ((1, "death", 2010), (2, "death", 2010)),
    ],
    ids=["years", "streams", "seeds"],
)
def test_draws_of_different_keys_are_uncorrelated(a: tuple, b: tuple) -> None:
    u, v = draws.uniforms(draws.key(*a), IDS), draws.uniforms(draws.key(*b), IDS)
    assert abs(np.corrcoef(u, v)[0, 1]) < 4.0 / math.sqrt(MANY)
    assert abs(chi_square((u + v) % 1.0)) < 4.0


def test_neighbouring_ids_are_uncorrelated() -> None:
    u = draws.uniforms(draws.key(1, "death", 2010), IDS)
    assert abs(np.corrcoef(u[1:], u[:-1])[0, 1]) < 4.0 / math.sqrt(MANY)


def test_alternatives_are_uniform_and_uncorrelated() -> None:
    key = draws.key(1, "destination", 2010)
    u = np.array([[draws.uniform_of(key, i, k) for k in range(4)] for i in range(20_000)])
    assert abs(chi_square(u.ravel())) < 4.0
    off_diagonal = np.corrcoef(u.T)[~np.eye(4, dtype=bool)]
    assert np.abs(off_diagonal).max() < 4.0 / math.sqrt(20_000)


def test_normals_have_the_moments_of_the_standard_normal() -> None:
    z = draws.normals(draws.key(1, "skill", 2010), IDS)
    for power, mean, variance in ((1, 0.0, 1.0), (2, 1.0, 2.0), (3, 0.0, 15.0), (4, 3.0, 96.0)):
        assert abs((z**power).mean() - mean) < 4.0 * math.sqrt(variance / MANY)


@pytest.mark.parametrize(
    ("p", "quantile"),
    [(0.5, 0.0), (0.975, 1.959963984540054), (0.001, -3.090232306167813), (1e-9, -5.997807014993)],
)
def test_normal_quantile_meets_the_tables(p: float, quantile: float) -> None:
    assert draws.normal_quantile(p) == pytest.approx(quantile, rel=2e-9, abs=1e-12)


def test_gumbels_have_mean_and_variance_of_the_standard_gumbel() -> None:
    key = draws.key(1, "destination", 2010)
    g = np.array([draws.gumbel(key, i, 3) for i in range(MANY)])
    variance = math.pi**2 / 6.0
    assert abs(g.mean() - EULER) < 4.0 * math.sqrt(variance / MANY)
    fourth = 5.4 * variance**2  # kurtosis of the Gumbel distribution, 12/5 above the normal's
    assert abs(g.var() - variance) < 4.0 * math.sqrt((fourth - variance**2) / MANY)


@given(p=st.floats(1e-16, 1.0 - 1e-16), x=st.floats(-5.0, 40.0))
def test_the_bound_of_a_gumbel_never_denies_what_exceeds(p: float, x: float) -> None:
    for bar in (x, draws.gumbel_quantile(p) - 1e-9):
        assert draws.gumbel_may_exceed(p, bar) or draws.gumbel_quantile(p) <= bar


def test_the_bound_of_a_gumbel_is_close() -> None:
    u = draws.uniforms(draws.key(1, "destination", 2010), IDS[:20_000])
    passed = np.mean([draws.gumbel_may_exceed(p, 5.0) for p in u])
    assert np.mean(-np.log(-np.log(u)) > 5.0) < passed < 0.02


@given(st.permutations(range(50)))
def test_a_draw_does_not_depend_on_the_order_or_number_of_others(order: list[int]) -> None:
    key = draws.key(3, "death", 2015)
    ids = np.array(order, dtype=np.uint32)
    assert (draws.uniforms(key, ids) == draws.uniforms(key, IDS[:50])[ids]).all()
    assert (draws.normals(key, ids) == draws.normals(key, IDS[:50])[ids]).all()


@given(
    st.integers(0, 2**63 - 1), st.sampled_from(draws.STREAMS), st.integers(0, 2100), st.integers(0, 2**32 - 1)
)
def test_scalar_vector_and_plain_python_give_the_same_bits(
    seed: int, stream: str, year: int, who: int
) -> None:
    key = draws.key(seed, stream, year)
    ids = np.array([who], dtype=np.uint32)
    with np.errstate(over="ignore"):
        plain = draws.uniform.py_func(key, ids[0])
    assert draws.uniform(key, ids[0]) == draws.uniforms(key, ids)[0] == plain
    assert draws.normal(key, ids[0]) == draws.normals(key, ids)[0]


def test_streams_are_unique_by_name_and_number() -> None:
    assert len({draws.stream_number(name) for name in draws.STREAMS}) == len(set(draws.STREAMS))
    assert len(set(draws.STREAMS)) == len(draws.STREAMS)


def test_a_stream_is_what_its_name_says_whatever_else_is_registered(monkeypatch: pytest.MonkeyPatch) -> None:
    before = draws.key(1, "death", 2010)
    monkeypatch.setattr(draws, "STREAMS", ("another one", *draws.STREAMS))
    monkeypatch.setattr(draws, "_NUMBERS", draws._check_streams())
    assert draws.key(1, "death", 2010) == before
    assert draws.key(1, "another one", 2010) != before


def test_a_stream_registered_twice_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draws, "STREAMS", (*draws.STREAMS, "death"))
    with pytest.raises(AssertionError, match="share a name"):
        draws._check_streams()


def test_an_unregistered_stream_is_an_error() -> None:
    with pytest.raises(KeyError, match="lottery"):
        draws.key(1, "lottery", 2010)
