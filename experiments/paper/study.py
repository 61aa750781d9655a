"""A study file: scenarios, the noise that is to be told apart, and what is ranked and decomposed.

scenarios: [baseline.yaml, reform.yaml]     # the baseline first; files beside the study, or known names
run: history                                # the run of which single-run figures are drawn
to: 2025
scale: 20000
seed: 1
replicates: 4                               # seeds: Monte Carlo noise
parameters: {worker.habit: }                # with `draws`: parameter noise, unless a posterior is given
draws: 4
rules: [1, 2]                               # other values of government.choice_rule: noise of the rule
scales: [80000, 40000, 20000]               # where the smallest adequate scale is looked for
precision: 0.01
sensitivity: {samples: 4, scale: 40000}     # Morris trajectories over the same parameters
decomposition: {scenario: reform, channels: [migration], replicates: 2, scale: 40000}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from pydantic import Field, StrictFloat, StrictInt, model_validator

from abm import yaml_file
from abm.errors import UserError, unknown
from abm.scenario import Scenario
from abm.scenarios import validated
from abm.timeline import Frozen
from experiments import sampling
from experiments.channels import CHANNELS
from experiments.design import Design
from experiments.runner import Task, tasks_of
from experiments.sources import NOISY_RULES, RULE

FOLDER = Path(__file__).parent


class Ranking(Frozen):
    """The Morris design of a study: trajectories, and the scale at which they are run."""

    samples: StrictInt = 4
    scale: StrictInt


class Split(Frozen):
    """What is decomposed against the baseline, over which channels."""

    scenario: str
    channels: tuple[str, ...] = CHANNELS
    replicates: StrictInt = 2
    scale: StrictInt


class Study(Frozen):
    """A checked study. Raises UserError, in one sentence, for whatever could not be run."""

    name: str
    title: str
    scenarios: tuple[str, ...] = Field(min_length=2)
    run: str = "history"
    start: StrictInt | None = Field(default=None, alias="from")
    end: StrictInt | None = Field(default=None, alias="to")
    scale: StrictInt
    seed: StrictInt = 1
    replicates: StrictInt = Field(ge=2)
    parameters: dict[str, Any] = Field(default_factory=dict)
    draws: StrictInt = Field(default=0, ge=0)
    rules: tuple[StrictInt, ...] = ()
    scales: tuple[StrictInt, ...] = ()
    precision: StrictFloat = Field(default=0.01, gt=0, lt=1)
    sensitivity: Ranking | None = None
    decomposition: Split | None = None

    @classmethod
    def read(cls, name: str | Path) -> Study:
        """The study of a file, or the shipped one called ``study``."""
        path = Path(name)
        if path.suffix not in {".yaml", ".yml"}:
            if str(name) != "study":
                raise unknown("study", str(name), ("study",))
            path = FOLDER / "study.yaml"
        content = yaml_file.read(path)
        content.setdefault("name", path.stem)
        beside = [path.parent / str(spec) for spec in content.get("scenarios") or ()]
        content["scenarios"] = [str(p) if p.is_file() else p.name for p in beside]
        return validated(cls, content, path.name)

    @model_validator(mode="after")
    def _runnable(self) -> Self:
        names = [scenario.name for scenario in self.worlds()]
        if len(set(names)) < len(names):
            raise UserError("a scenario is named twice")
        if self.draws and not self.parameters:
            raise UserError("draws need parameters, and the study names none")
        if self.decomposition and self.decomposition.scenario not in names[1:]:
            raise unknown("scenario", self.decomposition.scenario, names[1:])
        if self.parameters:
            self.ranking()
        self.variants()
        self.single()
        return self

    def worlds(self, **options: Any) -> list[Scenario]:
        """The scenarios, the baseline first."""
        given = {"start": self.start, "end": self.end, "scale": self.scale, "seed": self.seed, **options}
        return [Scenario.named(spec, **given) for spec in self.scenarios]

    def single(self) -> Scenario:
        """The scenario of which single-run figures are drawn."""
        return Scenario.named(self.run, start=self.start, end=self.end, scale=self.scale, seed=self.seed)

    def ranking(self) -> Design:
        """The Morris design over the study's parameters in the baseline."""
        chosen = self.sensitivity or Ranking(scale=self.scale)
        return Design.parse(
            {
                "name": self.name,
                "scenarios": [self.scenarios[0]],
                "parameters": self.parameters,
                "method": "morris",
                "samples": chosen.samples,
                "from": self.start,
                "to": self.end,
                "scale": chosen.scale,
                "seed": self.seed,
            },
            self.name,
        )

    def points(self) -> list[dict[str, Any]]:
        """Draws of the parameters by Latin hypercube."""
        return sampling.points("lhs", self.draws, self.ranking().spans, self.seed) if self.draws else []

    def variants(self) -> list[dict[str, Any]]:
        """What a run is given beside its scenario: nothing, or another rule of choice."""
        for rule in self.rules:
            if rule not in NOISY_RULES:
                raise UserError(f"rules: {rule} is not allowed; allowed: {', '.join(map(str, NOISY_RULES))}")
        return [{RULE: rule} for rule in self.rules]

    def tasks(self, draws: Sequence[Mapping[str, Any]] = ()) -> Iterator[Task]:
        """Every run behind the bands: seeds, then draws of parameters, then rules of choice."""
        drawn = list(draws) or self.points()
        for world in self.worlds():
            yield from tasks_of(world, self.seed, self.replicates)
            if drawn:
                yield from tasks_of(world, self.seed, len(drawn), draws=drawn)
            for variant in self.variants():
                yield from tasks_of(world.changed(set=variant), self.seed, self.replicates, variant)
