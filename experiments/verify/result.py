"""What a case finds: a simulated quantity beside its closed form."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

SMOOTH = 0.001
"""Tolerance where the case is smooth."""
ROUGH = 0.01
"""Tolerance where draws, corners or a square root make the simulation less sharp."""


class Result(NamedTuple):
    """One quantity of one case."""

    case: str
    quantity: str
    simulated: float
    closed_form: float
    tolerance: float = SMOOTH

    @property
    def relative_error(self) -> float:
        """|simulated − closed form| over the closed form; absolute where the closed form is zero."""
        error = abs(self.simulated - self.closed_form)
        return error / abs(self.closed_form) if self.closed_form else error

    @property
    def passed(self) -> bool:
        """Whether the error is within the tolerance."""
        return self.relative_error <= self.tolerance

    def as_json(self) -> dict[str, Any]:
        """The keys of the command's JSON; what is no number is null."""
        numbers = {
            "simulated": float(self.simulated),
            "closed_form": float(self.closed_form),
            "relative_error": float(self.relative_error),
        }
        shown = {name: x if math.isfinite(x) else None for name, x in numbers.items()}
        return {"case": self.case, "quantity": self.quantity, **shown, "passed": bool(self.passed)}
