"""What a money rule is: from localities to the province (lower) or from provinces to the centre (upper)."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from abm.regimes.accounts import Array
from abm.regimes.settlement import Books


class ParameterSource(Protocol):
    """Where a rule reads its numbers: ``abm.parameters.Parameters``."""

    def value(self, path: str, year: int) -> float:
        """The value of a record in a year, pro rata to the months in force."""
        ...

    def table(self, path: str, year: int) -> dict[int | str, float]:
        """The table of a record in a year."""
        ...


class Declaration(NamedTuple):
    """What a rule says of itself beyond the flows of a year.

    ``stock``: reserves built up before the rule began are kept, drawn above some months, or centralised;
    ``legacy``: who pays pensions earned without contributions; ``gap``: the tier that carries a gap.
    """

    stock: str
    legacy: str
    gap: str


class LowerRule(Protocol):
    """A rule from localities to their province."""

    @property
    def pooled(self) -> bool:
        """Whether the province holds the reserve."""
        ...

    @property
    def declaration(self) -> Declaration:
        """Stock, legacy and gap."""
        ...

    def pool(self, books: Books) -> None:
        """Post the year's flows between localities and province."""
        ...

    def missing(self, books: Books) -> tuple[Array, Array]:
        """After the upper tier: what reserves cannot pay, and the part charged to the locality, (..., n)."""
        ...


class UpperRule(Protocol):
    """A rule from provinces to the centre."""

    @property
    def declaration(self) -> Declaration:
        """Stock, legacy and gap."""
        ...

    def pool(self, books: Books) -> None:
        """Post the year's flows between provinces and centre."""
        ...
