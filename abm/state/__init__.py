"""The state of a run at a year's end: what it is, how it is saved, and how a run goes on from it.

A model's attributes are of two kinds, and each is named in one of the two lists below. ``STATE`` is carried
from year to year and is what a saved state holds; ``DERIVED`` follows from the scenario, the year and the
state, and is built again. An attribute in neither list makes saving fail: whoever adds one decides.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import mesa

from abm import data
from abm.errors import UserError
from abm.results import code_hash
from abm.scenario import Scenario
from abm.state import archive
from abm.state.past import require_same

if TYPE_CHECKING:
    from abm.model import PensionModel

STATE: tuple[str, ...] = (
    # the clock
    "year", "steps", "transitions",
    # people, employers and what the last pass over them added up
    "population", "start_stock", "_sums", "place",
    # jobs, wages, pensions and markets as last seen
    "jobs", "market", "wages_before", "wages", "base_wages", "benefit_wages", "pension_means",
    "rise_supplements", "levy_at_start", "unmoved_capital",
    # constants of the base year
    "attraction", "moving_cost", "concealment_cost", "coverage_cost", "inclination", "floor_at_start",
    "subsidy_formula", "subsidy_key", "subsidy_raised",
    # governments
    "levers", "deliberation", "growth", "levels", "mobility", "provincial_bounds",
    # money
    "accounts", "funds_opening", "funds", "settlement", "realised", "memory", "rate_last_year",
    "duplicates",
    # books and records of all years so far
    "ledger", "observer",
)  # fmt: skip
"""Attributes of the model that a saved state holds, in the order they are written.

A value may be anything :mod:`abm.state.archive` can hold: numbers, text, arrays, data frames, lists, dicts,
and the model's own NamedTuples and dataclasses.
"""

DERIVED: tuple[str, ...] = (
    # what the scenario says and the data it rests on
    "scenario", "parameters", "places", "base", "entrants", "economy", "membership", "chart", "public_entry",
    "merged_schemes",
    # what is in force this year
    "stack_in_force", "schedule", "rules", "divisors", "keys",
    # the institutions and the order of a year
    "central", "provincial", "local", "phases",
    # how the run is done
    "threads", "phase_seconds", "_began",
)  # fmt: skip
"""Attributes that are made again from the scenario, the year and the state."""

FORMAT = 1


def attributes(model: PensionModel) -> dict[str, Any]:
    """The state of a model by attribute. RuntimeError for an attribute that is in neither list."""
    unknown = set(vars(model)) - {*STATE, *DERIVED, *vars(mesa.Model())}
    if unknown:
        raise RuntimeError(f"say in abm.state whether {sorted(unknown)} is STATE or DERIVED")
    return {name: getattr(model, name) for name in STATE}


def save(model: PensionModel, path: str | Path) -> Path:
    """Write the state of a model at the end of its year to a file, whole or not at all; returns the path."""
    path = Path(path)
    content = attributes(model)
    if path.is_dir():
        raise UserError(f"state file '{path}' is a folder")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        archive.write(path, header(model.scenario, model.year), content)
    except OSError as error:
        raise UserError(f"cannot write state file '{path}': {error.strerror or error}") from None
    return path


def header(scenario: Scenario, year: int) -> dict[str, Any]:
    """What a file says of itself: format, code, data, scenario and year."""
    return {
        "format": FORMAT,
        "code": code_hash(),
        "data": data.data_hash(),
        "year": year,
        "scenario": scenario.resolved(),
    }


class Saved:
    """A saved state: its year and scenario, known at once, and its content, read when asked for.

    Raises UserError: no such file, not a whole state, or one of another version of model or data.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        found = self._read(archive.header)
        mine = {"format": FORMAT, "code": code_hash(), "data": data.data_hash()}
        for what, value in mine.items():
            if found.get(what) != value:
                raise UserError(
                    f"state file '{self.path}' was saved by another version of the model "
                    f"(its {what} differs); save it again with this one"
                )
        try:
            self.year = int(found["year"])
            self.scenario = Scenario.from_resolved(found["scenario"])
        except (KeyError, TypeError, UserError) as error:
            raise self._broken(error) from None

    def require(self, scenario: Scenario) -> None:
        """Raise UserError, naming what differs, unless a run under ``scenario`` would have come by here."""
        require_same(self.scenario, scenario, self.year, f"state file '{self.path}'")

    def content(self) -> dict[str, Any]:
        """The attributes of ``STATE``."""
        content = self._read(archive.content)
        if set(content) != set(STATE):
            raise self._broken(f"{sorted(set(content) ^ set(STATE))} is missing or unknown")
        return content

    def _read(self, read: Any) -> Any:
        try:
            return read(self.path)
        except FileNotFoundError:
            raise UserError(f"state file '{self.path}' does not exist") from None
        except archive.ArchiveError as error:
            raise self._broken(error) from None
        except OSError as error:
            raise UserError(f"cannot read state file '{self.path}': {error.strerror or error}") from None

    def _broken(self, reason: object) -> UserError:
        return UserError(f"'{self.path}' is not a whole saved state ({' '.join(str(reason).split())})")
