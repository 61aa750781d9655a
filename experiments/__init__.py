"""Experiments with the model: sweeps, comparisons, figures, and the command line.

>>> from experiments import compare, sensitivity, sweep
>>> effects = compare("history", "history+soft_budget", replicates=8, scale=20000)
>>> runs = sweep("effort").national
>>> ranking = sensitivity("screening")

The public names are loaded when they are first used, so that ``import experiments`` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from experiments.comparison import compare
    from experiments.decomposition import decompose
    from experiments.indices import sensitivity
    from experiments.sweeps import sweep

__all__ = ["compare", "decompose", "sensitivity", "sweep"]

_HOMES = {
    "compare": "experiments.comparison",
    "decompose": "experiments.decomposition",
    "sensitivity": "experiments.indices",
    "sweep": "experiments.sweeps",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'experiments' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return list(__all__)
