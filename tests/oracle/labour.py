"""The labour market's hazards from stocks of people (specification, section 12)."""

from __future__ import annotations

from dataclasses import dataclass

CAP = 0.6


@dataclass
class Stock:
    """People in one kind of work in a locality, as the passes counted them."""

    first_loss: float
    now: float
    before: float | None = None
    meant: float = 0.0
    losses: float = 0.0

    def need(self, wanted: float) -> float:
        """How many more are wanted this year, with the losses expected; remembers both."""
        if self.before is None:
            self.losses = self.first_loss * self.now
        else:
            half = 0.5 * self.before
            self.losses = 0.5 * (self.losses + min(max(self.before + self.meant - self.now, -half), half))
        self.meant = wanted - self.now + self.losses
        return self.meant

    def count(self, now: float) -> None:
        """Take the stock a pass has counted."""
        self.before, self.now = self.now, now


def hazard(value: float) -> float:
    """A yearly chance between none and the cap."""
    return min(max(value, 0.0), CAP)


def per_head(need: float, people: float) -> float:
    """A need over the people who could meet it, at least one."""
    return need / max(people, 1.0)


def ratio(part: float, whole: float) -> float:
    """A quotient, nothing where there is nobody."""
    return part / whole if whole > 0.0 else 0.0
