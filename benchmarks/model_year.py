"""The model's own year: the pass over workers with every decision, and the whole year, at any size."""

from __future__ import annotations

import os
import time

import numpy as np

from abm.population.persons import Status, serial_of
from benchmarks import OFF

PASS = "people live, move, work, pay and retire"
GRAIN = 1150
"""Persons an agent stands for in the model that is copied: about a million rows."""


class Model:
    """A model of about ``n`` workers past its base year, whose years can be timed.

    Larger populations are copies of one of a million: every row several times under ids of its own, each
    standing for fewer persons. So the mix of people is the same at every size and only their number grows.
    """

    def __init__(self, n: int, resolution: str = "province") -> None:
        os.environ.setdefault(*OFF)
        from abm import PensionModel, Scenario

        copies = max(round(n / 1e6), 1)
        scale = GRAIN if n >= 1e6 else round(GRAIN * 1e6 / n)
        scenario = Scenario.named("history", scale=scale, resolution=resolution, end=2060)
        self.model = PensionModel(scenario)
        if copies > 1:
            self._copy(copies)
        self._year()  # the first year after the base year compiles nothing, but grows the table

    @property
    def workers(self) -> int:
        """Persons alive."""
        return int(np.count_nonzero(self.model.population.persons["status"] != Status.FREE))

    def time(self, threads: int) -> tuple[float, float]:
        """Nanoseconds a worker of the pass and of the whole year, in the next year on so many threads."""
        self.model.threads = threads
        workers = self.workers
        before = self.model.phase_seconds.get(PASS, 0.0)
        whole = self._year()
        return (self.model.phase_seconds[PASS] - before) / workers * 1e9, whole / workers * 1e9

    def _year(self) -> float:
        began = time.perf_counter()
        self.model.step()
        return time.perf_counter() - began

    def _copy(self, copies: int) -> None:
        population = self.model.population
        for name, column in population.persons.items():
            population.persons[name] = np.repeat(column, copies)
        ids = population.persons["id"]
        which = np.tile(np.arange(copies, dtype=np.uint32), len(ids) // copies)
        ids += serial_of(ids).astype(np.uint32) * np.uint32(copies - 1) + which
        population.weights = population.weights // copies
        population.serials = {cell: used * copies for cell, used in population.serials.items()}
