"""Which parameters are estimated: names, bounds and scales, and the way from the unit cube to ``set``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from abm import yaml_file
from abm.errors import UserError, unknown
from abm.parameters import Parameters
from experiments.posterior import as_set, value_of

FILE = Path(__file__).parent / "free.yaml"
MOST = 25
Array = NDArray[np.floating]


class Entry(BaseModel):
    """One entry of the file; bounds are those of the parameter's record unless given."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: str
    scale: Literal["level", "log"] = "level"
    range: tuple[float, float] | None = None


class Parameter(NamedTuple):
    """A free parameter: name (a path, or path@date), bounds, scale, default and why it is free."""

    name: str
    low: float
    high: float
    scale: str
    default: float
    reason: str

    def at(self, unit: float) -> float:
        """The value at a position in [0, 1]; rounded so that equal positions give equal keys."""
        if self.scale == "log":
            value = self.low * (self.high / self.low) ** unit
        else:
            value = self.low + (self.high - self.low) * unit
        return float(min(max(float(f"{value:.10g}"), self.low), self.high))

    def unit(self, value: float) -> float:
        """The position of a value in [0, 1]."""
        if self.scale == "log":
            return float(np.log(value / self.low) / np.log(self.high / self.low))
        return float((value - self.low) / (self.high - self.low))

    def slope(self, unit: float) -> float:
        """Derivative of the value by the position."""
        if self.scale == "log":
            return float(self.at(unit) * np.log(self.high / self.low))
        return self.high - self.low


class Space:
    """The free parameters in their order; positions are arrays in the unit cube, shape (n,)."""

    def __init__(self, parameters: Sequence[Parameter]) -> None:
        self.parameters = tuple(parameters)

    def __len__(self) -> int:
        return len(self.parameters)

    @property
    def names(self) -> list[str]:
        """Names in order."""
        return [p.name for p in self.parameters]

    @property
    def default(self) -> Array:
        """The position of the model's own values, a little inside the cube."""
        return np.clip([p.unit(p.default) for p in self.parameters], 0.01, 0.99)

    def values(self, position: Array) -> dict[str, float]:
        """Name and value of every parameter at a position."""
        return {p.name: p.at(u) for p, u in zip(self.parameters, position, strict=True)}

    def settings(self, position: Array) -> dict[str, Any]:
        """The position as the ``set`` of a scenario."""
        return as_set(self.values(position))

    def slopes(self, position: Array) -> Array:
        """Derivatives of values by position, shape (n,)."""
        return np.array([p.slope(u) for p, u in zip(self.parameters, position, strict=True)])

    def subset(self, names: Sequence[str]) -> Space:
        """Some of the parameters, in the order of this space. Raises UserError for one that is not in it."""
        for name in names:
            if name not in self.names:
                raise unknown("free parameter", name, self.names, "the file of free parameters")
        return Space([p for p in self.parameters if p.name in names])


def load(file: Path = FILE) -> Space:
    """The parameters of a file. Raises UserError: unknown or fixed by law, no reason, bounds, too many."""
    entries = yaml_file.read(file)
    if len(entries) > MOST:
        raise UserError(f"{file.name} frees {len(entries)} parameters; allowed: {MOST}")
    records = Parameters.load()
    return Space([_parameter(name, fields, records, file.name) for name, fields in entries.items()])


def _parameter(name: str, fields: Mapping[str, Any], records: Parameters, file: str) -> Parameter:
    where = f"'{name}' in {file}"
    try:
        entry = Entry.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        raise UserError(f"{where}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    record = records.record(name.partition("@")[0])
    if record.status in {"law", "statistic"}:
        raise UserError(
            f"{where} is {record.status}, not behaviour; only assumed or estimated records are free"
        )
    low, high = entry.range or record.range
    if not record.range[0] <= low < high <= record.range[1]:
        raise UserError(f"{where}: range [{low:g}, {high:g}] leaves that of its record, {list(record.range)}")
    if entry.scale == "log" and low <= 0:
        raise UserError(f"{where}: a log scale needs a range above zero; give one")
    default = value_of(name, records)
    if not low <= default <= high:
        raise UserError(f"{where}: the model's value {default:g} lies outside the range [{low:g}, {high:g}]")
    return Parameter(name, low, high, entry.scale, default, entry.reason)
