"""The oracle's governments beside the engine's: what they try, what it is worth, what they choose."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple

from abm.model import PensionModel
from oracle.beside import pair
from oracle.compare import differences, follow, numbers
from oracle.government import NAMES
from oracle.model import Oracle
from oracle.province import SET, Province
from oracle.start import levers_of, limits_of

SOME = (0, 1, 18)
"""Beijing, Tianjin (short of money) and Guangdong (whose rate is devolved). A what-if settles the accounts
of all places for every year ahead; those of all actors would take ten seconds a year."""


def decisions(
    oracle: Oracle, engine: PensionModel, actors: tuple[int, ...], provinces: tuple[int, ...] = ()
) -> Iterator[str]:
    """What differs of the governments' decisions of a year; people have not lived it yet in the oracle."""
    governments, theirs = oracle.govern(), engine.deliberation
    yield from numbers("today's levers", [astuple(x) for x in governments.today], theirs.before)
    for c in actors:
        for lever, name in enumerate(NAMES):
            tried = [getattr(levers, name) for levers in governments.tried(c, lever)]
            yield from numbers(f"candidates of {c} for {name}", tried, theirs.tries[lever, :, c])
            worth = governments.payoffs(c, lever)
            yield from numbers(f"payoffs of {c} for {name}", worth, theirs.payoffs[lever, :, c])
        yield from numbers(f"new levers of {c}", astuple(governments.chosen(c)), engine.levers[c])
    for p in provinces:
        mine, there = Province(governments, p).chosen(), limits_of(engine)[p]
        for name in SET:
            yield from numbers(f"bound of province {p} for {name}", mine[name], there[name])


def governments_agree(
    spec: str,
    years: int,
    actors: tuple[int, ...] = SOME,
    provinces: tuple[int, ...] = (),
    **options: object,
) -> None:
    """Governments decide alike in every year of a scenario; the years are then lived under the engine's."""
    engine, oracle = pair(spec, **options)
    for _ in range(years):
        follow(oracle, engine)
        engine.step()
        oracle.enter_year(engine.year)
        found = list(decisions(oracle, engine, actors, provinces))
        assert (engine.year, found) == (engine.year, [])
        oracle.limits = limits_of(engine)
        oracle.live_under(levers_of(engine))
        assert (engine.year, differences(oracle, engine)) == (engine.year, [])
