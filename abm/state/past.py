"""What of a scenario the years up to a given one can have seen: two scenarios that agree in it share them."""

from __future__ import annotations

from datetime import date
from typing import Any

from abm.errors import UserError
from abm.parameters import Parameters, Record
from abm.scenario import Scenario
from abm.space import PROVINCE_NAMES
from abm.timeline import Event

SETTINGS = ("from", "scale", "seed", "resolution")

READ_AHEAD = ("regimes.",)
"""Files of parameters that what-ifs read in the years of the horizon: governments know the money rules' dated
numbers in advance."""


def past(scenario: Scenario, year: int) -> dict[str, Any]:
    """What the years up to ``year`` of a run can have seen of its scenario, by path; JSON-able.

    Settings; events in force by the end of ``year`` or announced by its 1 January, when governments decide;
    and every parameter that differs from its record, year by year.
    """
    resolved = scenario.resolved()
    seen = {name: resolved[name] for name in SETTINGS}
    for event in scenario.timeline:
        if event.start <= date(year, 12, 31) or (event.announced or event.start) <= date(year, 1, 1):
            seen |= _event(event)
    return seen | _parameters(scenario, year)


def require_same(saved: Scenario, wanted: Scenario, year: int, where: str) -> None:
    """Raise UserError, naming what differs, unless ``wanted`` agrees with ``saved`` up to ``year``."""
    old, new = past(saved, year), past(wanted, year)
    for path in [*old, *(path for path in new if path not in old)]:
        if old.get(path) != new.get(path):
            raise UserError(
                f"scenario '{wanted.name}' cannot continue {where}: {path} is {_shown(old, path)} there and "
                f"{_shown(new, path)} here; allowed: a scenario that differs after {year} only"
            )
    if wanted.end < year:
        raise UserError(f"scenario '{wanted.name}' ends in {wanted.end}, before {where} of {year} begins")


def _shown(seen: dict[str, Any], path: str) -> str:
    value = seen.get(path, "not set")
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _event(event: Event) -> dict[str, Any]:
    place = ".".join(["timeline", str(event.start), *event.provinces])
    content = event.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    entries = {f"{place}.announced": str(event.announced or event.start)}
    for name, value in content.items():
        if isinstance(value, dict):
            entries |= {f"{place}.{name}.{key}": entry for key, entry in value.items()}
        elif name not in {"from", "announced", "provinces"}:
            entries[f"{place}.{name}"] = value
    return entries


def _parameters(scenario: Scenario, year: int) -> dict[str, Any]:
    """The values, year by year, of the parameters the scenario sets, where they differ from the records'."""
    if not scenario.set:
        return {}
    usual, own = Parameters.load(), Parameters.load(overrides=scenario.set)
    known = set(usual.paths())
    seen: dict[str, Any] = {}
    for path in sorted({p if p in known else p.rpartition(".")[0] for p in scenario.set}):
        last = year
        if path.startswith(READ_AHEAD):
            last += (
                max(round(own.value("government.horizon", y)) for y in range(scenario.start, year + 1)) - 1
            )
        local = bool(usual.record(path).by_province or own.record(path).by_province)
        for y in range(scenario.start, last + 1):
            before, now = _values(usual.record(path), y, local), _values(own.record(path), y, local)
            seen |= {f"{path}{part} in {y}": value for part, value in now.items() if value != before[part]}
    return seen


def _values(record: Record, year: int, local: bool) -> dict[str, float]:
    """The numbers of a record in a year: by entry of its table, by province where it is ``local``, or one."""
    if record.kind == "table":
        return {f".{key}": value for key, value in record.table(year).items()}
    if local:
        return {f".{name}": record.value(year, name) for name in PROVINCE_NAMES}
    return {"": record.value(year)}
