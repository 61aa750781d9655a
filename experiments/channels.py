"""Holding channels of a run at a baseline's path: what somebody does, although something has changed.

The baseline is run with the same seed and what was decided in it is noted year by year; the other run then
takes over the noted values of the channels that are held, and everything else goes on from there. Nothing is
added to the model: its year is a list of phases, and holding puts phases between them. A scenario held at
its own path runs exactly as if nothing were held.

| channel | what is taken over from the baseline |
|---|---|
| government effort | audit, registration, floor and devolved rate of local governments |
| leniency | approvals of early retirement by local governments |
| employer evasion | the hidden share and the coverage every employer chooses |
| employer mobility | every employer's place |
| migration | what places are worth to those who may move |
| transfers | the money rule by which the year is settled; governments still expect their own |

Births, deaths and ageing are inputs that no policy reaches; as a channel they would be zero.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from abm.errors import UserError
from abm.scenario import Scenario

if TYPE_CHECKING:
    from abm.model import PensionModel
    from abm.regimes import Stack

CHANNELS = (
    "government effort",
    "leniency",
    "employer evasion",
    "employer mobility",
    "migration",
    "transfers",
)


class Held(NamedTuple):
    """Channels that follow a baseline (with the seed of the run that they are held in)."""

    baseline: Scenario
    channels: tuple[str, ...]

    @property
    def text(self) -> str:
        """What tells the run apart from one in which nothing is held."""
        return json.dumps({"baseline": self.baseline.key(), "held": sorted(self.channels)})


class Year(NamedTuple):
    """What was decided in a year of the baseline, noted before people live it."""

    levers: np.ndarray  # (n, 5)
    hidden: np.ndarray  # (employers,)
    coverage: np.ndarray  # (employers,)
    locality: np.ndarray  # (employers,)
    worth: tuple[np.ndarray, ...]  # what geography() returns
    stack: Stack


def holding(scenario: Scenario, held: Held, threads: int) -> PensionModel:
    """The model of a scenario in its base year, with channels held at the baseline's path from then on."""
    from abm.model import PensionModel

    years = noted(held.baseline, threads)
    model = PensionModel(scenario, threads=threads)
    model.phases = [phase for named in model.phases for phase in _around(named, set(held.channels), years)]
    return model


def check_start(baseline: Scenario, scenario: Scenario) -> None:
    """Raise UserError if two scenarios differ in their base year, in which constants are solved."""
    from abm.model import PensionModel

    a, b = (PensionModel(s) for s in (baseline, scenario))
    for name in ("levers", "concealment_cost", "coverage_cost", "inclination", "attraction"):
        if not np.array_equal(getattr(a, name), getattr(b, name)):
            raise UserError(
                f"'{scenario.name}' and '{baseline.name}' differ in {scenario.start}, the base year, in "
                "which constants are solved; a decomposition needs a change that comes later"
            )


@lru_cache(maxsize=2)
def noted(scenario: Scenario, threads: int) -> dict[int, Year]:
    """The path of a baseline by year; kept, for all its variants are run one after another."""
    from abm.model import PensionModel
    from abm.phases import live

    years: dict[int, Year] = {}

    def note(model: PensionModel) -> None:
        firms = model.population.employers
        years[model.year] = Year(
            model.levers.copy(),
            firms["hidden"].copy(),
            firms["coverage"].copy(),
            firms["locality"].copy(),
            tuple(np.array(part) for part in live.geography(model)),
            model.stack,
        )

    model = PensionModel(scenario, threads=threads)
    at = [phase for _, phase in model.phases].index(PensionModel.live)
    model.phases.insert(at, ("what is decided is noted", note))
    while model.year < scenario.end:
        model.step()
    return years


def _around(
    named: tuple[str, Callable[[Any], None]], held: set[str], years: dict[int, Year]
) -> list[tuple[str, Callable[[Any], None]]]:
    """A phase of the year with those that hold channels before or after it."""
    from abm.agents.local_government import LENIENCY, LEVERS
    from abm.model import PensionModel
    from abm.phases import employ, live

    def hold_levers(model: PensionModel) -> None:
        for lever in range(len(LEVERS)):
            channel = "leniency" if lever == LENIENCY else "government effort"
            if channel in held:
                model.levers[:, lever] = years[model.year].levers[:, lever]

    def hold_employers(model: PensionModel) -> None:
        firms, then = model.population.employers, years[model.year]
        if "employer evasion" in held:
            firms["hidden"][:] = then.hidden
            firms["coverage"][:] = then.coverage
        if "employer mobility" in held:
            firms["locality"][:] = then.locality
            employ.count_jobs(model)

    def hold_transfers(model: PensionModel) -> None:
        if "transfers" in held:
            model.stack = years[model.year].stack

    def live_among_held_places(model: PensionModel) -> None:
        model.come_of_age(model.population)
        live.run(model, years[model.year].worth)
        employ.observe_market(model)

    name, phase = named
    if phase is PensionModel.govern:
        return [named, ("levers are held", hold_levers)]
    if phase is PensionModel.employ:
        return [named, ("employers are held", hold_employers)]
    if phase is PensionModel.live:
        lived = (name, live_among_held_places) if "migration" in held else named
        return [("the money rule is held", hold_transfers), lived]
    return [named]
