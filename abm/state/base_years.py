"""Solved base years kept in the user's cache: most of what a short run does is done before its first step.

A base year is kept under a hash of all it depends on: code, data, what it has seen of the scenario, versions
of the numerical libraries and the processor. A run that takes it from there has the same bits as one that
solves it. Nothing here can fail a run: a file that cannot be read or written is as good as none. Set
``TONGCHOU_CACHE=off`` to do without.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numba
import numpy as np
from llvmlite import binding

from abm import state
from abm.compile import user_cache
from abm.errors import UserError
from abm.scenario import Scenario
from abm.state.past import past

if TYPE_CHECKING:
    from abm.model import PensionModel

SWITCH = "TONGCHOU_CACHE"
LARGEST = 300_000_000
"""Bytes of persons beyond which a base year is not kept."""
ROOM = 1_000_000_000
"""Bytes of the cache; what was longest unused is dropped first."""


def recall(scenario: Scenario) -> dict[str, Any] | None:
    """The state after the base year of a scenario, by attribute, if it has been kept."""
    file = _file(scenario)
    if file is None or not file.is_file():
        return None
    try:
        content = state.Saved(file).content()
        os.utime(file)
    except (UserError, OSError):
        return None
    return content


def keep(model: PensionModel) -> None:
    """Keep the state of a model whose base year has just been solved."""
    file = _file(model.scenario)
    if file is None or sum(column.nbytes for column in model.population.persons.values()) > LARGEST:
        return
    try:
        state.save(model, file)
        _make_room(file.parent)
    except (UserError, OSError):
        return


def _file(scenario: Scenario) -> Path | None:
    if os.environ.get(SWITCH, "").lower() == "off":
        return None
    seen = {
        **state.header(scenario, scenario.start),
        "scenario": past(scenario, scenario.start),
        "machine": [platform.machine(), binding.get_host_cpu_name(), np.__version__, numba.__version__],
    }
    key = hashlib.sha256(json.dumps(seen, sort_keys=True).encode()).hexdigest()
    return user_cache() / "base_years" / f"{key[:32]}.zip"


def _make_room(folder: Path) -> None:
    """Drop the base years that were longest unused until the others fit."""
    kept = 0
    for file in sorted(folder.glob("*.zip"), key=lambda file: file.stat().st_mtime, reverse=True):
        kept += file.stat().st_size
        if kept > ROOM:
            file.unlink(missing_ok=True)
