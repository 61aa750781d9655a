"""A design file: which scenarios are run, at which points of the parameter space, with how many seeds.

    scenarios: [history, history+soft_budget]
    parameters:
      government.effort_elasticity: {range: [0.2, 1.0]}
      employer.peer_weight: {values: [0, 0.5, 1]}
      worker.habit:                     # the whole range of its record
    method: lhs                         # grid, lhs, sobol or morris
    samples: 100
    replicates: 4
    from: 2010
    to: 2018
    scale: 20000
    seed: 1

Replicate r has the seed ``seed + r`` at every point and in every scenario: draws are common. In a grid a
``range`` stands for ``samples`` evenly spaced values. With ``since: 2011`` what varies does so from that
year on and has the scenario's own value before, so that all points share the base year and the constants
solved in it. A design is checked in full before any run starts.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import Field, StrictFloat, StrictInt, StrictStr, model_validator

from abm import yaml_file
from abm.errors import UserError, unknown
from abm.scenario import FIRST_START, LAST_YEAR, Scenario
from abm.scenarios import check_parameters, validated
from abm.timeline import Frozen, Regime
from experiments import sampling
from experiments.runner import Task, tasks_of

if TYPE_CHECKING:
    from abm.parameters import Parameters

FOLDER = Path(__file__).parent / "designs"
MOST_RUNS = 200_000
FEWEST = {"grid": 2, "lhs": 1, "sobol": 4, "morris": 2}
"""Least ``samples`` by method; a grid needs two where a range has to be divided."""


class Variation(Frozen):
    """How a parameter varies: over listed values, or over a range (by default that of its record)."""

    values: tuple[StrictInt | StrictFloat | StrictStr, ...] | None = None
    range: tuple[StrictInt | StrictFloat, StrictInt | StrictFloat] | None = None


class Design(Frozen):
    """A checked design. Raises UserError, in one sentence, for whatever could not be run."""

    name: str = ""
    title: str = ""
    scenarios: tuple[str, ...] = Field(min_length=1)
    parameters: dict[str, Variation] = Field(default_factory=dict)
    method: str = "grid"
    samples: StrictInt | None = None
    replicates: StrictInt = 1
    start: StrictInt | None = Field(default=None, alias="from")
    end: StrictInt | None = Field(default=None, alias="to")
    scale: StrictInt | None = None
    seed: StrictInt = 1
    resolution: Literal["province", "prefecture"] | None = None
    since: StrictInt | None = None

    @classmethod
    def read(cls, name: str | Path) -> Design:
        """The design of a file, or the shipped one of that name."""
        path = Path(name)
        if path.suffix not in {".yaml", ".yml"}:
            if str(name) not in shipped():
                raise unknown("design", str(name), shipped())
            path = FOLDER / f"{name}.yaml"
        content = yaml_file.read(path)
        content.setdefault("name", path.stem)
        return cls.parse(content, path.name, path.parent)

    @classmethod
    def parse(cls, content: dict[str, Any], where: str = "design", folder: Path | None = None) -> Design:
        """The design of a mapping; scenario files are also looked for in ``folder``."""
        content = dict(content)
        variations = content.get("parameters") or {}
        if isinstance(variations, dict):
            content["parameters"] = {
                str(path): validated(Variation, _mapping(given, where, path), f"{where}: {path}")
                for path, given in variations.items()
            }
        if folder is not None and isinstance(content.get("scenarios"), list):
            content["scenarios"] = [_located(str(spec), folder) for spec in content["scenarios"]]
        return validated(cls, content, where)

    @model_validator(mode="after")
    def _runnable(self) -> Self:
        if self.method not in sampling.METHODS:
            raise unknown("method", self.method, sampling.METHODS)
        if self.method != "grid" and not self.parameters:
            raise UserError(f"method {self.method} needs parameters, and the design names none")
        if self.replicates < 1:
            raise UserError(f"replicates {self.replicates} is not allowed; allowed: at least 1")
        if not 0 <= self.seed < 2**32 - self.replicates:
            raise UserError(f"seed {self.seed} is not allowed; allowed: 0 to 2^32 less the replicates")
        if len(set(self.scenarios)) < len(self.scenarios):
            raise UserError("a scenario is named twice")
        for path, variation in self.parameters.items():
            _check_variation(path, variation, self.method)
        if self.since is not None and not (self.start or FIRST_START) < self.since <= (self.end or LAST_YEAR):
            raise UserError(f"since {self.since} is not allowed; allowed: after the first year, to the last")
        self._check_samples()
        if self.runs > MOST_RUNS:
            raise UserError(
                f"the design has {self.runs:,} runs ({self.points_count:,} points × {len(self.scenarios)} "
                f"scenarios × {self.replicates} replicates); allowed: at most {MOST_RUNS:,}"
            )
        for spec in self.scenarios:
            self._scenario(spec)
        return self

    def _check_samples(self) -> None:
        divided = [path for path, v in self.parameters.items() if not v.values]
        needs = self.method != "grid" or bool(divided)
        if not needs:
            return
        if self.samples is None:
            why = (
                f"to divide the range of {divided[0]}"
                if self.method == "grid"
                else f"by method {self.method}"
            )
            raise UserError(f"samples is needed {why}")
        least = FEWEST[self.method]
        if self.samples < least:
            raise UserError(f"samples {self.samples} is not allowed; allowed: at least {least}")
        if self.method == "sobol" and self.samples & (self.samples - 1):
            raise UserError(f"samples {self.samples} is not allowed; a Sobol design needs a power of two")

    @property
    def points_count(self) -> int:
        """Number of points in the parameter space."""
        return sampling.count(self.method, self.samples or 0, self.spans)

    @property
    def runs(self) -> int:
        """Number of runs: points × scenarios × replicates."""
        return self.points_count * len(self.scenarios) * self.replicates

    @property
    def spans(self) -> dict[str, Variation]:
        """The variations, with the range of the record where none is given."""
        given = self.parameters.items()
        return {path: v if v.values or v.range else record_range(path) for path, v in given}

    def tasks(self, draws: Sequence[Mapping[str, Any]] = ()) -> Iterator[Task]:
        """All runs: for each scenario, for each point, the replicates (``draws`` as in ``tasks_of``)."""
        points = sampling.points(self.method, self.samples or 0, self.spans, self.seed)
        for spec in self.scenarios:
            scenario = self._scenario(spec)
            for number, point in enumerate(points):
                at_point = scenario.changed(set=self._dated(point, scenario)) if point else scenario
                yield from tasks_of(at_point, self.seed, self.replicates, point, number, draws)

    def _dated(self, point: dict[str, Any], scenario: Scenario) -> dict[str, Any]:
        """The point's values from ``since`` on, the scenario's own of the base year before."""
        if self.since is None:
            return point
        from abm.parameters import Parameters

        own, start, since = Parameters.load(overrides=scenario.set), scenario.start, f"{self.since}-01-01"
        return {
            path: {since: value}
            if path == "regime"
            else {f"{start}-01-01": _value(own, path, start), since: value}
            for path, value in point.items()
        }

    def check_disk(self, folder: Path, missing: int) -> None:
        """Raise UserError if ``missing`` runs will not fit on the disk of ``folder``."""
        scenario = self._scenario(self.scenarios[0])
        check_disk(folder, missing, scenario.end - scenario.start + 1)

    def _scenario(self, spec: str) -> Scenario:
        return Scenario.named(
            spec,
            start=self.start,
            end=self.end,
            scale=self.scale,
            seed=self.seed,
            resolution=self.resolution,
        )


BYTES_A_YEAR = 20_000
"""Size of a run's tables for each year, bytes, rounded up: 32 rows of 40 numbers, cohorts, overhead."""


def check_disk(folder: Path, runs: int, years: int) -> None:
    """Raise UserError if so many runs do not fit on the disk: shards, old and new Parquet files at once."""
    while not folder.exists():
        folder = folder.parent
    needed = 3 * runs * years * BYTES_A_YEAR
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise UserError(
            f"{runs:,} runs of {years} years need about {needed / 1e9:.1f} GB of disk; {free / 1e9:.1f} GB "
            f"are free in '{folder}'"
        )


def shipped() -> tuple[str, ...]:
    """Names of the designs that come with the package."""
    return tuple(sorted(file.stem for file in FOLDER.glob("*.yaml")))


def record_range(path: str) -> Variation:
    """The range of a parameter's record as a variation."""
    from abm.parameters import Parameters

    known = Parameters.load()
    return Variation(range=known.record(path if path in known.paths() else path.rpartition(".")[0]).range)


def _value(known: Parameters, path: str, year: int) -> float:
    """The value of a record, of one province of it, or of one entry of a table."""
    if path in known.paths():
        return known.value(path, year)
    whole, _, part = path.rpartition(".")
    if known.record(whole).kind == "table":
        return float({str(key): value for key, value in known.table(whole, year).items()}[part])
    return known.value(whole, year, part)


def _check_variation(path: str, variation: Variation, method: str) -> None:
    if path == "regime":
        if not variation.values:
            raise UserError("regime has no range; give values")
        for name in variation.values:
            Regime.parse(str(name))
        return
    if variation.values is not None and variation.range is not None:
        raise UserError(f"{path} has both values and a range; give one of them")
    if variation.values == ():
        raise UserError(f"{path} has no values: the grid is empty")
    ends = variation.values or variation.range
    if ends is None:
        check_parameters({path: record_range(path).range[0]})  # type: ignore[index]
    elif variation.values and len(set(ends)) < len(ends):
        raise UserError(f"{path} lists a value twice")
    for end in ends or ():
        check_parameters({path: end})
    if variation.range and not variation.range[0] < variation.range[1]:
        low, high = variation.range
        raise UserError(f"{path}: range [{low:g}, {high:g}] is empty; write [lowest, highest]")
    if method == "morris" and variation.values:
        raise UserError(f"{path}: a Morris design moves along ranges; give a range instead of values")


def _mapping(given: object, where: str, path: str) -> dict[str, Any]:
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise UserError(f"{where}: {path} must be {{values: [...]}} or {{range: [lowest, highest]}}")
    return given


def _located(spec: str, folder: Path) -> str:
    """A scenario file that lies beside the design, by its path; any other spec as it is."""
    beside = folder / spec
    return str(beside) if spec.endswith((".yaml", ".yml")) and beside.is_file() else spec
