"""What is simulated: start, horizon, scale, seed, the timeline of pooling regimes, changed parameters.

A scenario is a base with a stack of differences: ``history+soft_budget`` is the history with the changes
of ``soft_budget.yaml`` on top, and the later term wins. A term is the name of a shipped scenario
(``abm/scenarios``) or the path of a user's own YAML file:

    name: late_adjustment
    title: The central adjustment fund starts two years later
    base: history
    timeline:
      - {from: 2018-07-01, regime: {upper: none}}
      - {from: 2020-07-01, announced: 2019-01-01, regime: {upper: central_adjustment}}
    set: {contributions.employer_rate: {2018-07-01: 0.19}}

``set`` changes parameters by path. Its special path ``regime`` replaces every regime of the timeline by one
stack: ``municipal``, ``provincial_unified/national_2022``, or an upper rule alone, which then stands on
``provincial_unified``; modules such as ``waiver_2020`` keep their dates. By date
(``regime: {2011-01-01: municipal}``) it leaves the regimes before the first date as they are: the start year
then is the same under every regime, and so are the constants solved in it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any, Self

from pydantic import Field, model_validator

from abm import scenarios
from abm.errors import UserError, unknown
from abm.scenarios import Difference, check_parameters, validated
from abm.timeline import (
    Frozen,
    RegimeStack,
    Timeline,
    merged,
    modules_of,
    regimes_given,
    stacks_of,
    under_regimes,
)

FIRST_START, LAST_START, LAST_YEAR = 2010, 2018, 2060
RESOLUTIONS = ("province", "prefecture")
SETTINGS = ("start", "end", "scale", "seed", "resolution")


class Scenario(Frozen):
    """A complete scenario, checked when it is made; equal and hashed by content.

    ``start`` (2010…2018) and ``end`` (to 2060) are years, an agent stands for ``scale`` persons, ``set`` maps
    parameter paths to a number or to ``{date: number}``. Raises UserError for what cannot be simulated.
    """

    name: str
    title: str = ""
    start: int = 2010
    end: int = 2018
    scale: int = 2000
    seed: int = 1
    resolution: str = "province"
    timeline: Timeline
    set: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _runnable(self) -> Self:
        if not FIRST_START <= self.start <= LAST_START:
            raise UserError(
                f"from {self.start} has no published base data; allowed: {FIRST_START}…{LAST_START}"
            )
        if not self.start <= self.end <= LAST_YEAR:
            raise UserError(f"to {self.end} is not allowed; allowed: {self.start} (from) to {LAST_YEAR}")
        if self.scale < 1:
            raise UserError(f"scale {self.scale} is not allowed; allowed: a whole number of at least 1")
        if not 0 <= self.seed < 2**63:
            raise UserError(f"seed {self.seed} is not allowed; allowed: a whole number from 0 to 2^63 - 1")
        if self.resolution not in RESOLUTIONS:
            raise unknown("resolution", self.resolution, RESOLUTIONS)
        self.regime_at(self.start)
        check_parameters(self.set)
        return self

    @classmethod
    def named(cls, spec: str, **options: Any) -> Scenario:
        """The scenario of a stack such as ``history``, ``history+soft_budget`` or ``history+my.yaml``.

        Options: start, end, scale, seed, resolution, and ``set={path: value}``. Raises UserError naming the
        word that is wrong.
        """
        name, stack = scenarios.stack_of(spec)
        return _stacked(name, stack, options)

    @classmethod
    def from_file(cls, path: str | Path, **options: Any) -> Scenario:
        """The scenario of one YAML file on top of its base; options as for ``named``."""
        path = Path(path)
        stack = scenarios.with_base(str(path if path.suffix in {".yaml", ".yml"} else path.absolute()))
        return _stacked(stack[-1].name, stack, options)

    @classmethod
    def from_resolved(cls, resolved: dict[str, Any]) -> Scenario:
        """The scenario whose ``resolved()`` this is, as a manifest or a saved state holds it."""
        record = {**resolved, "start": resolved["from"], "end": resolved["to"]}
        return validated(cls, {name: record[name] for name in cls.model_fields}, "")

    def changed(self, **options: Any) -> Scenario:
        """This scenario with other settings or further entries of ``set``; options as for ``named``."""
        settings = {name: getattr(self, name) for name in SETTINGS}
        own = Difference(name=self.name, title=self.title, timeline=self.timeline, set=self.set, **settings)
        return _stacked(self.name, [own], options)

    def regime_at(self, year: int) -> list[tuple[float, RegimeStack]]:
        """The stacks of a year in order of time, each with its share of the year; the shares sum to one.

        A month belongs to the stack in force on its first day. Raises UserError for a year that begins before
        the timeline names a lower rule.
        """
        stacks = [(share, stack) for share, stack in stacks_of(self.timeline, year) if stack is not None]
        if sum(share for share, _ in stacks) < 1 - 1e-9:
            raise UserError(
                f"scenario '{self.name}' names no lower rule in force at the beginning of {year}; "
                "give it a base such as history"
            )
        return stacks

    def modules_at(self, year: int) -> dict[str, float]:
        """Share of the year's months in which each module of ``abm.timeline.MODULES`` is on."""
        return modules_of(self.timeline, year)

    def resolved(self) -> dict[str, Any]:
        """Everything that defines the scenario as JSON-able values, keys as in a scenario file."""
        return {
            "name": self.name,
            "title": self.title,
            "from": self.start,
            "to": self.end,
            "scale": self.scale,
            "seed": self.seed,
            "resolution": self.resolution,
            "timeline": [
                event.model_dump(mode="json", by_alias=True, exclude_defaults=True) for event in self.timeline
            ],
            "set": {path: _jsonable(self.set[path]) for path in sorted(self.set)},
        }

    def __hash__(self) -> int:
        return hash(self.key())

    def key(self) -> str:
        """SHA-256 over what the scenario does (everything but name and title), 64 hexadecimal digits."""
        content = {key: value for key, value in self.resolved().items() if key not in {"name", "title"}}
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _jsonable(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _jsonable(value[key]) for key in sorted(value)}
    return float(value)


def _stacked(name: str, stack: Iterable[Difference], options: dict[str, Any]) -> Scenario:
    """Fold differences, first to last, then the caller's options, into one scenario."""
    given = {key: value for key, value in options.items() if value is not None}
    for option in given:
        if option not in (*SETTINGS, "set"):
            raise unknown("option", option, (*SETTINGS, "set"))
    files = {"start": "from", "end": "to"}
    last = validated(Difference, {"name": name, **{files.get(k, k): v for k, v in given.items()}}, "")
    timeline: Timeline = ()
    record: dict[str, Any] = {"name": name}
    overrides: dict[str, Any] = {}
    titles = []
    for difference in [*stack, last]:
        timeline = merged(timeline, difference.timeline)
        changes = dict(difference.set)
        if "regime" in changes:
            timeline = under_regimes(timeline, regimes_given(changes.pop("regime"), date(FIRST_START, 1, 1)))
        overrides |= changes
        record |= {key: value for key in SETTINGS if (value := getattr(difference, key)) is not None}
        titles += [difference.title] if difference.title else []
    record |= {"timeline": timeline, "set": overrides, "title": titles[-1] if titles else ""}
    return validated(Scenario, record, "")


def diff(a: Scenario, b: Scenario) -> list[tuple[str, Any, Any]]:
    """What differs between two scenarios: (path, value in a, value in b), None where one says nothing.

    Settings come first, then the timeline (``timeline.2018-07-01.upper``), then the parameters; a parameter
    that one of them does not set shows the dated values of its record.
    """
    rows = []
    for old, new in (
        (_settings(a), _settings(b)),
        (_rules(a), _rules(b)),
        (_parameters(a, b), _parameters(b, a)),
    ):
        paths = [*old, *(path for path in sorted(new) if path not in old)]
        rows += [(path, old.get(path), new.get(path)) for path in paths if old.get(path) != new.get(path)]
    return rows


def _settings(scenario: Scenario) -> dict[str, Any]:
    resolved = scenario.resolved()
    return {key: resolved[key] for key in ("from", "to", "scale", "seed", "resolution")}


def _rules(scenario: Scenario) -> dict[str, Any]:
    rules: dict[str, Any] = {}
    for event in scenario.timeline:
        place = ".".join(["timeline", str(event.start), *event.provinces])
        entries = event.regime.model_dump(exclude_none=True) | event.modules
        rules |= {f"{place}.{name}": value for name, value in entries.items()}
        if event.announced is not None:
            rules[f"{place}.announced"] = str(event.announced)
    return rules


def _parameters(scenario: Scenario, other: Scenario) -> dict[str, Any]:
    """The dated values, in this scenario, of the parameters that it or the other one sets."""
    paths = sorted({*scenario.set, *other.set})
    if not paths:
        return {}
    from abm.parameters import Parameters

    in_force = Parameters.load(overrides=scenario.set).resolved()
    values: dict[str, Any] = {}
    for path in paths:
        record = path if path in in_force else path.rpartition(".")[0]
        part = path.removeprefix(record).removeprefix(".")
        values[path] = _part(in_force[record], part)
    return values


def _part(record: dict[str, Any], part: str) -> Any:
    """The dated values of a resolved record, or of its one province or table entry ``part``."""
    dated = record["by_province"].get(part, record["values"])
    entries = {
        day: value[part] if isinstance(value, dict) and part else value for day, value in dated.items()
    }
    return next(iter(entries.values())) if len(entries) == 1 else entries
