"""Institutions as Mesa agents: the central government, provincial governments and local governments.

They hold what others may ask about (levers, rules in force); their decisions are computed for all of them
at once in the model's phase. Mesa up to 3.4.1 counts agents in a class-level dictionary keyed by the model
and so keeps every model alive; the weak-key counter below does not.
"""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Iterator
from typing import TYPE_CHECKING

import mesa

from abm.agents.local_government import LEVERS

if TYPE_CHECKING:
    from abm.model import PensionModel


class _WeakCounters:
    """A stand-in for Mesa's class-level ``Agent._ids`` that lets finished models go."""

    def __init__(self) -> None:
        self._counters: weakref.WeakKeyDictionary[mesa.Model, Iterator[int]] = weakref.WeakKeyDictionary()

    def __getitem__(self, model: mesa.Model) -> Iterator[int]:
        return self._counters.setdefault(model, itertools.count(1))


class Institution(mesa.Agent):
    """An agent with a code (six digits), an English name and a Chinese one."""

    _ids = _WeakCounters()
    model: PensionModel

    def __init__(self, model: PensionModel, code: str, name: str, name_zh: str) -> None:
        super().__init__(model)
        self.code = code
        self.name = name
        self.name_zh = name_zh

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.code} {self.name}>"


class CentralGovernment(Institution):
    """Announces the year's rules; carries its part of subsidies and gaps."""

    @property
    def regime(self) -> str:
        """The stack in force this year, ``lower/upper``."""
        stack = self.model.stack_in_force
        return f"{stack.lower}/{stack.upper}"


class ProvincialGovernment(Institution):
    """The government of a province: holder of the pool wherever the province is the pool."""

    def __init__(self, model: PensionModel, code: str, name: str, name_zh: str, index: int) -> None:
        super().__init__(model, code, name, name_zh)
        self.index = index

    @property
    def reserve(self) -> float:
        """Reserve of the provincial fund, yuan."""
        return float(self.model.funds.provincial[self.index])


class LocalGovernment(Institution):
    """The government of a locality: collects, audits, approves; its levers are rows of ``model.levers``."""

    def __init__(
        self, model: PensionModel, code: str, name: str, name_zh: str, index: int, province: str
    ) -> None:
        super().__init__(model, code, name, name_zh)
        self.index = index
        self.province = province

    @property
    def levers(self) -> dict[str, float]:
        """This year's levers by name."""
        return dict(zip(LEVERS, self.model.levers[self.index].tolist(), strict=True))

    @property
    def reserve(self) -> float:
        """Reserve the locality holds less recorded advances, yuan."""
        return float(self.model.funds.local[self.index] - self.model.funds.advances[self.index])
