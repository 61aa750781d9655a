"""Jobs and those who fill them: hazards of being hired or laid off that make stocks follow jobs.

Nobody is matched one by one: from last year's stocks and losses each locality derives the yearly chance of
being hired, so that staff follow the jobs employers offer; flexible and public work follow their targets.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from abm.engine.passes import Sums

MOST = 0.6
"""Highest hazard of a change of work in a year, so that a shortage does not empty its pool at once."""


@dataclass
class Stock:
    """One kind of work by locality: people in it, and what it loses besides; all (n,) persons.

    ``losses`` is what goes each year of itself (deaths, retirement, moves, other work), less what comes of
    itself: the mean of the last estimate and of what last year showed, so that a stock does not swing.
    """

    loss_rate: float  # assumed share lost in the first year, before any is observed
    now: np.ndarray | None = None
    before: np.ndarray | None = None
    meant: np.ndarray | None = None  # change meant last year: hires, or people let go
    losses: np.ndarray | None = None

    def need(self, wanted: np.ndarray) -> np.ndarray:
        """Hires that bring the stock to ``wanted`` if losses repeat; negative: people to let go."""
        if self.now is None:
            return np.zeros_like(wanted)
        if self.losses is None:
            self.losses = self.loss_rate * self.now
        elif self.before is not None and self.meant is not None:
            shown = np.clip(self.before + self.meant - self.now, -0.5 * self.before, 0.5 * self.before)
            self.losses = 0.5 * (self.losses + shown)
        self.meant = wanted - self.now + self.losses
        return self.meant

    @property
    def people(self) -> np.ndarray:
        """The stock as last counted, (n,); nobody before a count."""
        return np.zeros(1) if self.now is None else self.now

    def observe(self, people: np.ndarray) -> None:
        """Take in this year's stock."""
        self.before, self.now = self.now, people.astype(np.float64)


@dataclass
class Jobs:
    """Formal, flexible and public work, and who could take it up (weighted persons by locality)."""

    leaving: float  # share of staff who leave in a year whatever happens to jobs
    giving_up: float
    formal: Stock
    flexible: Stock
    public: Stock
    seekers: np.ndarray | None = None
    idle: np.ndarray | None = None
    wanted: dict[str, np.ndarray] = field(default_factory=dict)

    def hazards(self) -> dict[str, np.ndarray | float]:
        """Hazards of this year for the place table."""
        if self.seekers is None or self.idle is None:
            return dict.fromkeys(("hiring", "leaving", "taking_up", "giving_up", "public_hiring"), 0.0)
        formal = self.formal.need(self.wanted["formal"])
        flexible = self.flexible.need(self.wanted["flexible"])
        public = self.public.need(self.wanted["public"])
        staff = np.maximum(self.formal.people, 1.0)
        own = np.maximum(self.flexible.people, 1.0)
        return {
            "hiring": np.clip(formal / np.maximum(self.seekers, 1.0), 0.0, MOST),
            "leaving": np.clip(self.leaving - np.minimum(formal, 0.0) / staff, 0.0, MOST),
            "taking_up": np.clip(flexible / np.maximum(self.idle, 1.0), 0.0, MOST),
            "giving_up": np.clip(self.giving_up - np.minimum(flexible, 0.0) / own, 0.0, MOST),
            "public_hiring": np.clip(public / np.maximum(self.seekers, 1.0), 0.0, MOST),
        }

    def observe(self, sums: Sums) -> None:
        """Take in the stocks the pass counted."""
        self.formal.observe(sums["staff"])
        self.flexible.observe(sums["flexible"])
        self.public.observe(sums["public_staff"])
        self.seekers = sums["job_seekers"] / 1000.0
        self.idle = sums["idle_seekers"] / 1000.0
