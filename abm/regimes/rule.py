"""What a money rule is: from localities to the province (lower) or from provinces to the centre (upper)."""

from __future__ import annotations

from typing import ClassVar, NamedTuple, Protocol

from abm.regimes.accounts import Accounts, Array
from abm.regimes.memory import Memory
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


def others_in_total(rule: object) -> bool:
    """Whether a rule or module says that it sees other provinces in total only.

    Then what a province's localities get and pay is the same if the rest of the nation is one place with the
    totals of its localities, and its own localities may be settled without the others' (what-ifs do). A class
    says so for itself, by an attribute ``others_in_total``: one that changes another rule does not inherit
    it, and about one that says nothing nothing is assumed.
    """
    return "others_in_total" in vars(type(rule)) and bool(getattr(rule, "others_in_total", False))


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


class UpperRule:
    """A rule from provinces to the centre; a base with what most rules have in common.

    A rule under which the centre holds the fund itself is ``pooled``: then the lower rule is not asked, and
    the upper one has the method ``missing`` of a lower rule.
    """

    pooled: ClassVar[bool] = False

    @property
    def declaration(self) -> Declaration:
        """Stock, legacy and gap."""
        return Declaration(stock="kept", legacy="lower tier", gap="lower tier")

    @property
    def backstop(self) -> float | None:
        """Part of a gap left by those below that the centre pays; None: what the budget's softness says."""
        return None

    def pool(self, books: Books) -> None:
        """Post the year's flows between provinces and centre."""
        raise NotImplementedError

    def benefits(self, accounts: Accounts) -> dict[str, Array]:
        """What the enterprise scheme pays to or for its members, by flow, (..., n) yuan."""
        return {"benefits_enterprise": accounts.benefits_enterprise}

    def remember(self, memory: Memory, accounts: Accounts, gap: Array) -> Memory:
        """The memory after a year with these accounts and certified gaps (..., n)."""
        return memory


class Module(Protocol):
    """A rule that works under any regime, switched on and off by the timeline."""

    def before_gaps(self, books: Books) -> None:
        """Act on the year after the tiers have moved their money."""
        ...

    def after_gaps(self, books: Books, charged: Array) -> None:
        """Act on the year after gaps are filled; ``charged`` (..., n) is what localities were asked for."""
        ...
