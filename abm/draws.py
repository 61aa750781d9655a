"""Keyed random draws: a number is a function of (seed, stream, year, id, alternative), never of call order.

A stream is a named purpose ("death", "migration"); its number is a hash of its name, so that adding a stream
moves no other. ``Streams.key(seed, stream, year)`` is computed once a year; the pass then pays one
SplitMix64 finaliser (Steele, Lea and Flood 2014) a draw. Fixed traits of a person use year 0.
"""

from __future__ import annotations

import hashlib
import math

import numpy as np

from abm.compile import decision

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_M1 = np.uint64(0xBF58476D1CE4E5B9)
_M2 = np.uint64(0x94D049BB133111EB)
_S11, _S27, _S30, _S31 = np.uint64(11), np.uint64(27), np.uint64(30), np.uint64(31)
_TO_UNIT = 1.0 / 9007199254740992.0  # 2**-53
_AT_ONCE = 1 << 16
"""Ids at a time, so that what is needed on the way stays small."""

PURPOSES: dict[str, str] = {
    "death": "whether a person dies",
    "birth month": "month of birth, which dates retirement",
    "patience": "discount rate of a person",
    "awareness": "share of the promised pension that a person believes in",
    "cadre": "whether a woman holds a cadre post",
    "skill": "log skill at the start or at 16; later its yearly shock",
    "considers moving": "whether a person considers moving",
    "destination": "taste for every province, in migration",
    "prefecture": "taste for every locality of the chosen province",
    "job": "whether a person without work finds some",
    "employer": "which employer hires",
    "separation": "whether work is lost",
    "covered": "taste of the pair of person and employer for cover",
    "coverage review": "whether cover is set anew",
    "participation": "taste for paying voluntarily, and where",
    "reviews participation": "whether paying is weighed again",
    "asks transfer": "whether money follows a relation that moves",
    "early retirement": "whether early retirement is asked for and granted",
    "below minimum": "taste for going on, lump sum or resident scheme",
    "public entry": "order in which the public group enters",
    "records": "whether a new pension rests on forged months",
    "buying in": "whether who is past the age meets an open window",
    "merged scheme": "whether a scheme that merged had the person",
    "employer mobile": "whether an employer can move at all",
    "employer reconsiders": "whether a mobile employer reconsiders its place",
    "employer destination": "taste for every province, and the locality in it",
    "audit": "whether hidden wages are found",
    "inspection": "whether staff left out are found",
    "concealment cost": "an employer's cost of hiding wages",
    "coverage cost": "an employer's cost of leaving staff out",
    "perception": "error with which a government perceives a lever's worth",
    "managerial gap": "error with which a gap's causes are seen from above",
    "coming of age": "remainder of the weight of a cohort of 16",
    "synthesis order": "who is picked at the start, and the order of employers",
    "synthesis origin": "hukou at the start",
    "synthesis tenure": "months paid at the start",
    "synthesis pension": "pension in payment at the start",
}
"""Every stream and what its draws decide."""

STREAMS: tuple[str, ...] = tuple(PURPOSES)


def stream_number(name: str) -> int:
    """The 64-bit number of a stream: the first eight bytes of BLAKE2b of its name."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")


def _check_streams() -> dict[str, int]:
    numbers = {name: stream_number(name) for name in STREAMS}
    if len(set(numbers.values())) != len(STREAMS) or len(set(STREAMS)) != len(STREAMS):
        raise AssertionError("two streams share a name or a number")
    return numbers


_NUMBERS = _check_streams()


@decision
def mix(z: np.uint64) -> np.uint64:
    """SplitMix64's finaliser: a bijection of 64-bit numbers that behaves like a random function."""
    z = (z ^ (z >> _S30)) * _M1
    z = (z ^ (z >> _S27)) * _M2
    return z ^ (z >> _S31)


@decision
def uniform(key: np.uint64, identity: int) -> float:
    """A uniform number in the open interval (0, 1) for an agent's id under a stream's key of the year."""
    h = mix(key + np.uint64(identity) * GOLDEN)
    return (np.float64(np.int64(h >> _S11)) + 0.5) * _TO_UNIT


@decision
def uniform_of(key: np.uint64, identity: int, alternative: int) -> float:
    """A uniform number in (0, 1) for one alternative of an agent's choice."""
    h = mix(mix(key + np.uint64(identity) * GOLDEN) + np.uint64(alternative) * GOLDEN)
    return (np.float64(np.int64(h >> _S11)) + 0.5) * _TO_UNIT


@decision
def gumbel_quantile(p: float) -> float:
    """The standard Gumbel quantile."""
    return -math.log(-math.log(p))


@decision
def gumbel_may_exceed(p: float, x: float) -> bool:
    """Whether the Gumbel quantile of ``p`` can exceed ``x``: False only where it does not, at no logarithm.

    It exceeds ``x`` if -ln p < exp(-x). As -ln p > 1 - p, that takes (1 - p) exp(x) < 1; for positive x the
    first terms of the exponential's series are less than it. In a logit over many alternatives of which one
    is much the best, this settles nearly all others.
    """
    return x <= 0.0 or (1.0 - p) * (1.0 + x * (1.0 + x * (0.5 + x * (1.0 / 6.0 + x / 24.0)))) < 1.0


@decision
def gumbel(key: np.uint64, identity: int, alternative: int) -> float:
    """A standard Gumbel number keyed by the alternative: the taste shock of a logit choice."""
    return gumbel_quantile(uniform_of(key, identity, alternative))


@decision
def normal_quantile(p: float) -> float:
    """The standard normal quantile, Acklam's rational approximation (relative error below 1.2e-9)."""
    q = p - 0.5
    if abs(q) <= 0.47575:
        r = q * q
        top = (
            (
                ((-3.969683028665376e01 * r + 2.209460984245205e02) * r - 2.759285104469687e02) * r
                + 1.383577518672690e02
            )
            * r
            - 3.066479806614716e01
        ) * r + 2.506628277459239e00
        low = (
            (
                ((-5.447609879822406e01 * r + 1.615858368580409e02) * r - 1.556989798598866e02) * r
                + 6.680131188771972e01
            )
            * r
            - 1.328068155288572e01
        ) * r + 1.0
        return top * q / low
    r = math.sqrt(-2.0 * math.log(min(p, 1.0 - p)))
    top = (
        (
            ((-7.784894002430293e-03 * r - 3.223964580411365e-01) * r - 2.400758277161838e00) * r
            - 2.549732539343734e00
        )
        * r
        + 4.374664141464968e00
    ) * r + 2.938163982698783e00
    low = (
        ((7.784695709041462e-03 * r + 3.224671290700398e-01) * r + 2.445134137142996e00) * r
        + 3.754408661907416e00
    ) * r + 1.0
    return top / low if p < 0.5 else -top / low


@decision
def normal(key: np.uint64, identity: int) -> float:
    """A standard normal number by inversion of one keyed uniform."""
    return normal_quantile(uniform(key, identity))


def key(seed: int, stream: str, year: int = 0) -> np.uint64:
    """The 64-bit key of a stream in a year under a seed; year 0 is for traits that never change."""
    if stream not in _NUMBERS:
        raise KeyError(f"stream '{stream}' is not registered in abm.draws.STREAMS")
    mask = (1 << 64) - 1
    state = seed & mask
    for word in (_NUMBERS[stream], year & mask):
        state = _mix_int((state + int(GOLDEN)) & mask) ^ word
        state = _mix_int(state)
    return np.uint64(state)


def _mix_int(z: int) -> int:
    mask = (1 << 64) - 1
    z = ((z ^ (z >> 30)) * int(_M1)) & mask
    z = ((z ^ (z >> 27)) * int(_M2)) & mask
    return z ^ (z >> 31)


def uniforms(stream_key: np.uint64, ids: np.ndarray) -> np.ndarray:
    """Uniform numbers for an array of ids, the same bits as :func:`uniform` gives one by one."""
    result = np.empty(len(ids))
    for start in range(0, len(ids), _AT_ONCE):
        span = slice(start, start + _AT_ONCE)
        z = stream_key + ids[span].astype(np.uint64) * GOLDEN
        z = (z ^ (z >> _S30)) * _M1
        z = (z ^ (z >> _S27)) * _M2
        z ^= z >> _S31
        result[span] = ((z >> _S11).astype(np.float64) + 0.5) * _TO_UNIT
    return result


def uniforms_of(stream_key: np.uint64, ids: np.ndarray, alternatives: np.ndarray) -> np.ndarray:
    """Uniform numbers for pairs of an id and an alternative, the bits of :func:`uniform_of`."""
    return _uniforms_of(np.uint64(stream_key), ids, alternatives)


@decision
def _uniforms_of(stream_key: np.uint64, ids: np.ndarray, alternatives: np.ndarray) -> np.ndarray:
    result = np.empty(len(ids), np.float64)
    for i in range(len(ids)):
        result[i] = uniform_of(stream_key, ids[i], alternatives[i])
    return result


def normals(stream_key: np.uint64, ids: np.ndarray) -> np.ndarray:
    """Standard normal numbers for an array of ids, the same bits as :func:`normal` gives one by one."""
    return _normals(np.uint64(stream_key), ids)


@decision
def _normals(stream_key: np.uint64, ids: np.ndarray) -> np.ndarray:
    result = np.empty(len(ids), np.float64)
    for i in range(len(ids)):
        result[i] = normal(stream_key, ids[i])
    return result
