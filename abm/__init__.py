"""Tongchou: how China's employee pension is pooled, and what that does to those who pay, insure and govern.

>>> from abm import PensionModel, Scenario
>>> results = PensionModel(Scenario.named("history")).run()

The public names are loaded when they are first used, so that ``import abm`` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from abm.model import PensionModel
    from abm.results import Results
    from abm.scenario import Scenario

__all__ = ["PensionModel", "Results", "Scenario"]

_HOMES = {"PensionModel": "abm.model", "Results": "abm.results", "Scenario": "abm.scenario"}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return version("tongchou")
    if name not in _HOMES:
        raise AttributeError(f"module 'abm' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
