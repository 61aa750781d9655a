"""The yardstick: fourteen rules of a pension worker's year, the same in every engine.

A person is 24 bytes (``STATE``). In year y, person i, with u(k) = ``draws.uniform_of(key of y, i, k)``:

1. Age rises by one.
2. With u(0) below the mortality of sex and age the person dies; in the row begins somebody of 20 in the home
   city, of the same sex and kind, with 0.6 of its average wage and nothing else.
3. A pension in payment rises by 4 % and is paid by the city.
4. A wage grows by exp(0.05 + 0.10 z), z normal from u(1).
5. The base is the wage, at least 0.6 and at most 3 times the city's average wage A.
6. Flexible workers pay if u(2) < 1/(1 + exp(-(0.4 + 0.8 ln(wage/A) - 0.02 (age - 40)))); others always pay.
7. The account earns 3 %.
8. Who pays: base x (the city's rate + 0.08) flows to the city,
9. the index sum rises by base/A, years by one, and
10. the account by 0.08 base.
11. Men of 60 and women of 55 retire on A (1 + index sum/years)/2 x years x 0.01 (if any) + 12 account/months
    (by age).
12. Others with u(3) < 0.05 compare six cities: their own, home, and four drawn with u(8) ... u(11); a city's
    odds are exp(ln(A there/A here) + 0.3 ln(1 + people of the home province there) - distance), without the
    distance at home. u(5) picks one; the wage moves in proportion to A.
13. Every city counts workers and pensioners, and
14. its people by home province.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from abm import draws

PROVINCES, CITIES = 31, 310
STATE = {
    "age": "u1", "flag": "u1", "city": "u2", "home": "u2", "years": "u2",
    "wage": "f4", "index": "f4", "account": "f4", "pension": "f4",
}  # fmt: skip
FEMALE, FLEXIBLE, RETIRED = 1, 2, 4


class World(NamedTuple):
    """What persons read: tables by sex and age, city, province; all float64."""

    mortality: np.ndarray  # (2, 128)
    wage: np.ndarray  # (CITIES,)
    rate: np.ndarray  # (CITIES,)
    distance: np.ndarray  # (PROVINCES, PROVINCES), zero at home
    months: np.ndarray  # (128,)
    network: np.ndarray  # (PROVINCES, CITIES): 0.3 ln(1 + people), by home province


class Sums(NamedTuple):
    """What cities count."""

    contributions: np.ndarray  # (CITIES,) float64
    pensions: np.ndarray  # (CITIES,) float64
    workers: np.ndarray  # (CITIES,) int64
    retirees: np.ndarray  # (CITIES,) int64
    people: np.ndarray  # (PROVINCES, CITIES) int64, by home province

    @classmethod
    def zero(cls) -> Sums:
        """Nothing counted yet."""
        return cls(
            np.zeros(CITIES), np.zeros(CITIES), np.zeros(CITIES, np.int64), np.zeros(CITIES, np.int64),
            np.zeros((PROVINCES, CITIES), np.int64),
        )  # fmt: skip

    def plus(self, other: Sums) -> Sums:
        """Both together."""
        return Sums(*(a + b for a, b in zip(self, other, strict=True)))


def population(n: int) -> dict[str, np.ndarray]:
    """n persons, by column."""
    h = hashes(draws.key(1, "skill"), np.arange(n))

    def u(alternative: int) -> np.ndarray:
        return uniforms_of(h, alternative)

    age = (20 + 65 * u(0)).astype(np.uint8)
    female, flexible = u(1) < 0.5, u(2) < 0.25
    home = (CITIES * u(3)).astype(np.uint16)
    city = np.where(u(4) < 0.2, (CITIES * u(5)).astype(np.uint16), home)
    retired = age >= np.where(female, 55, 60)
    average = world(n).wage[city]
    worked = np.minimum(age - 20.0, 35.0)
    values = {
        "age": age,
        "flag": FEMALE * female + FLEXIBLE * flexible + RETIRED * retired,
        "city": city,
        "home": home,
        "years": worked,
        "wage": np.where(retired, 0.0, average * (0.5 + u(6))),
        "index": worked * (0.6 + u(6)),
        "account": worked * 0.05 * average,
        "pension": np.where(retired, 0.45 * average, 0.0),
    }
    return {name: values[name].astype(dtype) for name, dtype in STATE.items()}


def world(n: int) -> World:
    """The tables for n persons."""
    cities, age = np.arange(CITIES), np.arange(128)
    u = draws.uniforms(draws.key(1, "job"), np.arange(2 * CITIES))
    death = np.minimum(1.0, 2e-5 * np.exp(0.095 * age))
    mortality = np.stack([death, 0.6 * death])
    mortality[:, 110:] = 1.0
    place = u[: 2 * PROVINCES].reshape(2, PROVINCES)
    distance = 0.5 + 2.0 * np.hypot(*(x[:, None] - x for x in place)) + 0.8 * (1.0 - np.eye(PROVINCES))
    months = np.interp(age, [0, 50, 55, 60, 65, 128], [195, 195, 170, 139, 101, 101])
    own = 1.0 + 9.0 * (cities // 10 == np.arange(PROVINCES)[:, None])
    return World(
        mortality, 3.6e4 * np.exp(0.7 * (u[:CITIES] - 0.5)), 0.14 + 0.06 * u[CITIES:], distance, months,
        0.3 * np.log1p(own * n / (PROVINCES * CITIES)),
    )  # fmt: skip


def key(year: int) -> np.uint64:
    """The key of a year's draws."""
    return draws.key(1, "death", year)


def hashes(stream_key: np.uint64, ids: np.ndarray) -> np.ndarray:
    """The hash of every id under a key, from which its draws are made."""
    return _mix(stream_key + ids.astype(np.uint64) * draws.GOLDEN)


def uniforms_of(h: np.ndarray, alternative: int) -> np.ndarray:
    """The draws of an alternative from hashed ids: the bits of ``draws.uniform_of``."""
    z = _mix(h + np.array(alternative, np.uint64) * draws.GOLDEN)
    return ((z >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53


def _mix(z: np.ndarray) -> np.ndarray:
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))
