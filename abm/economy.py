"""The economy around the scheme: published wages, output and jobs by province, and projections beyond them.

These are inputs, the same under every policy. What policy changes is added to them in the model: employers
that relocate take jobs and capital along, and a changed levy is partly shifted to wages.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from abm import data
from abm.parameters import Parameters
from abm.population import base as base_module
from abm.population import census
from abm.population.base import Base

LAST_PUBLISHED = 2024
LAST_CENSUS = 2020


@dataclass(frozen=True)
class Economy:
    """Paths by year (rows, from ``first`` on) and province: shape (years, 31)."""

    first: int
    wage: np.ndarray  # average wage of urban non-private units, yuan a year
    gdp: np.ndarray  # yuan a year
    formal_jobs: np.ndarray  # persons
    flexible_jobs: np.ndarray
    public_jobs: np.ndarray
    children: np.ndarray  # residents under 16

    def at(self, name: str, year: int) -> np.ndarray:
        """One path in one year, (31,)."""
        return getattr(self, name)[year - self.first]


def load(parameters: Parameters, base: Base, entrants: np.ndarray, last: int) -> Economy:
    """Build the paths from the year before the start to ``last``; ``entrants`` (years, 31, 2) turn 16."""
    first = base.year - 1
    years = range(first, last + 1)
    published = [y for y in years if y <= LAST_PUBLISHED]

    def path(table: str, variable: str, growth: str) -> np.ndarray:
        known = data.panel(table, variable, published).T
        rows = list(known)
        for y in range(LAST_PUBLISHED + 1, last + 1):
            rows.append(rows[-1] * (1.0 + parameters.value(growth, y)))
        return np.array(rows)

    formal_rows, flexible_rows = [], []
    for y in years:
        factor = base_module.employment("employed_market", y) / base_module.employment(
            "employed_market", base.year
        )
        for later in range(LAST_CENSUS + 1, y + 1):
            factor = factor * (1.0 + parameters.value("projection.jobs_growth", later))
        formal_rows.append(base.formal_jobs * factor)
        flexible_rows.append(base.flexible_jobs * factor)
    public = base.public_employees + base.public_staff_outside
    ahead = last - base.year
    births = np.array([census.births(base.year + 1 + k) for k in range(ahead)])
    children = _children(base.children, entrants[:ahead].sum(axis=2), births)
    return Economy(
        first=first,
        wage=path("wages", "avg_wage_nonprivate", "projection.wage_growth"),
        gdp=path("economy", "gdp", "projection.output_growth"),
        formal_jobs=np.array(formal_rows),
        flexible_jobs=np.array(flexible_rows),
        public_jobs=np.broadcast_to(public, (len(years), len(public))),
        children=children,
    )


def _children(young: np.ndarray, entrants: np.ndarray, births: np.ndarray) -> np.ndarray:
    """Residents under 16 by year, (years, 31): those of the start ``young``, plus births, less entrants.

    ``entrants`` and ``births`` are (years, 31) of the years after the start. Deaths and moves of children are
    neglected. The first row stands for the year before the start as well.
    """
    flow = np.cumsum(births - entrants, axis=0)
    return np.vstack([young, young, young + flow])
