"""The oracle beside the engine over the years of a scenario."""

from __future__ import annotations

from collections import Counter

from abm.model import PensionModel
from abm.scenario import Scenario
from oracle.compare import differences, follow
from oracle.model import Oracle
from oracle.start import levers_of, oracle_from

SMALL = {"population.minimum_agents": 20}
"""Some 6000 persons at 1:200000, so that a year of plain Python takes a quarter of a second."""


def pair(spec: str = "history", **options: object) -> tuple[PensionModel, Oracle]:
    """A model in its base year and the oracle in the same state, base year lived and settled."""
    changed = {**SMALL, **options.pop("set", {})}
    options = {"scale": 200000, "seed": 1, **options}
    engine = PensionModel(Scenario.named(spec, set=changed, **options))
    oracle = oracle_from(engine)
    oracle.live()
    oracle.settle()
    return engine, oracle


def next_year(engine: PensionModel, oracle: Oracle) -> list[str]:
    """A year of both under the engine's levers; what differs."""
    engine.step()
    oracle.step_to(engine.year, levers_of(engine))
    return differences(oracle, engine)


def agree(spec: str = "history", **options: object) -> Counter[str]:
    """Both models agree in every year of a scenario; the money that each flow moved in all, in fen."""
    engine, oracle = pair(spec, **options)
    assert differences(oracle, engine) == []
    moved: Counter[str] = Counter()
    while engine.year < engine.scenario.end:
        follow(oracle, engine)
        assert (engine.year + 1, next_year(engine, oracle)) == (engine.year, [])
        moved.update({name: sum(amounts) for name, amounts in oracle.realised.items()})
    return moved
