"""The gross flows of a year: who pays whom under which name, and the books a money rule writes in.

Every flow has one payer and one payee, declared once in ``FLOWS``. A party is ``kind``, ``kind:province`` or
``kind:centre``; without a suffix it is the locality's own. Flows are >= 0 and in float64 yuan.
"""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from abm.regimes.accounts import Accounts, Array, Funds, Membership
from abm.regimes.memory import Memory, plan


class Flow(NamedTuple):
    """A named flow: its parties, what it is, and the flow whose national total it pays out, if any."""

    payer: str
    payee: str
    title: str
    pays_out: str | None = None

    @property
    def level(self) -> str:
        """``province`` if the amounts are by province, ``(..., P)``; ``locality`` if ``(..., n)``."""
        return "province" if all(":" in party for party in (self.payer, self.payee)) else "locality"


FLOWS: dict[str, Flow] = {
    "contributions_enterprise": Flow("employers", "fund", "contributions, enterprise scheme"),
    "contributions_public": Flow("employers", "fund", "contributions, public sector"),
    "benefits_enterprise": Flow("fund", "pensioners", "pensions, enterprise scheme"),
    "benefits_public": Flow("fund", "pensioners", "pensions, public sector"),
    "interest": Flow("interest", "fund", "interest on reserves"),
    # Transferred relations are cleared through the centre, as the national platform does.
    "portability_out": Flow("fund", "fund:centre", "money sent on with workers who left"),
    "portability_in": Flow("fund:centre", "fund", "money received with workers who came", "portability_out"),
    "public_gap_subsidy": Flow("budget", "fund", "gap of the public-sector group"),
    "central_lump_subsidy": Flow("budget:centre", "fund", "ex-ante subsidy, central part"),
    "local_lump_subsidy": Flow("budget", "fund", "ex-ante subsidy, local part"),
    "adjustment_remittance": Flow("fund", "fund:province", "remitted to the provincial adjustment fund"),
    "adjustment_payment": Flow("fund:province", "fund", "paid by the provincial adjustment fund"),
    "stock_remittance": Flow("fund", "fund:province", "reserve handed to the province"),
    "full_remittance": Flow("fund", "fund:province", "all revenue remitted to the province"),
    "full_allocation": Flow("fund:province", "fund", "all spending allocated by the province"),
    "passed_to_province": Flow("fund", "fund:province", "locality's share of the remittance to the centre"),
    "national_remittance": Flow("fund", "fund:centre", "all revenue remitted to the national fund"),
    "national_allocation": Flow("fund:centre", "fund", "all spending allocated by the national fund"),
    "stock_to_centre": Flow("fund", "fund:centre", "reserve handed to the national fund"),
    "provincial_stock_to_centre": Flow("fund:province", "fund:centre", "province's reserve handed over"),
    "legacy_payment": Flow("budget", "fund", "empty accounts made good by the local treasury"),
    "account_contributions": Flow("fund", "workers", "contributions to accounts outside the scheme"),
    "national_basic_pension": Flow("fund", "pensioners", "national basic pension"),
    "remitted_to_centre": Flow("fund:province", "fund:centre", "remitted to the centre"),
    "received_from_centre": Flow("fund:centre", "fund:province", "paid by the centre", "remitted_to_centre"),
    "passed_to_locality": Flow("fund:province", "fund", "locality's share of the centre's payment"),
    "local_deficit_share": Flow("budget", "fund", "local treasury's share of the current deficit"),
    "local_gap_subsidy": Flow("budget", "fund", "gap met by the local treasury"),
    "provincial_gap_subsidy": Flow("budget:province", "fund", "gap met by the provincial treasury"),
    "central_gap_subsidy": Flow("budget:centre", "fund", "gap met by the centre"),
    "emergency_transfer": Flow("budget:centre", "fund", "emergency transfer below the warning line"),
    "rise_withheld": Flow("pensioners", "fund", "rise of high pensions withheld for a year"),
    "rise_paid_later": Flow("fund", "pensioners", "rise of high pensions paid later"),
    "surplus_kept": Flow("fund:province", "fund", "surplus kept after good years"),
    "surplus_kept_nationally": Flow("fund:centre", "fund", "surplus kept after good years"),
    "remittance_refunded": Flow("budget:centre", "fund", "remittance refunded after good years"),
    "transfer_cut": Flow("budget", "budget:centre", "general transfer cut after a failed assessment"),
    # Arrears have no lender of their own in the accounts: the local treasury advances them off budget.
    "advance": Flow("budget", "fund", "advance, a recorded liability of the fund"),
    "advance_repaid": Flow("fund", "budget", "advance repaid"),
}


PARTIES = {name: (flow.payer, flow.payee, flow.level == "province") for name, flow in FLOWS.items()}
"""Payer and payee of each flow, which are never the same, and whether its amounts are by province."""

LOAN_FLOWS = ("advance", "advance_repaid")
"""Lending: these change a recorded liability and are no subsidy."""


class Settlement(NamedTuple):
    """A settled year. Gross flows by name, closing funds, and what the local governments look at; yuan.

    ``own_money`` (..., n) is what the local government's own purse gains over the year: the change of the
    reserve it owns, less what its treasury paid, less new advances it owes. ``gap`` (..., n) is the certified
    gap, the current deficit after the ex-ante subsidy and before any tier; ``managerial_gap`` is that part
    of it which collections short of plan and off-list spending explain. ``memory`` is what the rules carry
    into the next year.
    """

    flows: dict[str, Array]
    funds: Funds
    own_money: Array
    gap: Array
    managerial_gap: Array
    memory: Memory


def benefits(flows: dict[str, Array]) -> Array:
    """What funds paid to pensioners, less what these were not paid, (..., n)."""
    to = [x for name, x in flows.items() if FLOWS[name].payee == "pensioners"]
    back = [x for name, x in flows.items() if FLOWS[name].payer == "pensioners"]
    return np.sum(to, axis=0) - np.sum([np.zeros_like(to[0]), *back], axis=0)


def contributions(flows: dict[str, Array]) -> Array:
    """What funds collected and kept in the scheme, (..., n)."""
    collected = flows["contributions_enterprise"] + flows["contributions_public"]
    return collected - flows.get("account_contributions", np.zeros_like(collected))


def subsidies(flows: dict[str, Array]) -> tuple[Array, Array]:
    """What the centre's, and what local and provincial treasuries paid into each fund: two arrays (..., n).

    Takes the flows of a settlement (yuan) or of a realised year (fen). Advances are lending, no subsidy.
    """

    def paid(*payers: str) -> Array:
        names = [k for k in flows if FLOWS[k].payer in payers and k not in LOAN_FLOWS]
        names = [k for k in names if FLOWS[k].payee.startswith("fund")]
        return np.sum([flows[name] for name in names], axis=0)

    return paid("budget:centre"), paid("budget", "budget:province")


def transfers(flows: dict[str, Array], membership: Membership, level: str) -> tuple[Array, Array]:
    """Money between funds in and out over the border of each row: two arrays, (..., n) or (..., P).

    ``level`` is ``locality`` or ``province``. The accounts hold gross portability amounts, so at the level of
    the province those between two of its own localities are counted on both sides.
    """
    inside = {"fund"} if level == "locality" else {"fund", "fund:province"}
    size = membership.localities if level == "locality" else membership.provinces
    came, went = np.zeros(size), np.zeros(size)
    for name, amount in flows.items():
        flow = FLOWS[name]
        between_funds = flow.payer.startswith("fund") and flow.payee.startswith("fund")
        if not between_funds or (flow.payer in inside) == (flow.payee in inside):
            continue
        by_row = membership.total(amount) if level == "province" and flow.level == "locality" else amount
        if flow.payee in inside:
            came = came + by_row
        else:
            went = went + by_row
    return came, went


class Reserves:
    """The reserves of the three tiers, moved by flows: local (..., n), provincial (..., P), central (...)."""

    def __init__(self, opening: Funds, membership: Membership) -> None:
        self.opening = opening
        self.membership = membership
        self.local, self.provincial, self.central, self.advances = opening

    def move(self, name: str, amount: Array) -> None:
        """Take ``amount`` from the flow's payer and give it to its payee, where these are funds."""
        payer, payee, by_province = PARTIES[name]
        if payer == "fund":
            self.local = self.local - amount
        elif payee == "fund":
            self.local = self.local + amount
        if "fund:province" in (payer, payee):
            total = amount if by_province else self.membership.total(amount)
            self.provincial = self.provincial + (total if payee == "fund:province" else -total)
        if "fund:centre" in (payer, payee):
            nation = amount.sum(axis=-1)
            self.central = self.central + (nation if payee == "fund:centre" else -nation)


class Books(Reserves):
    """The books of a year or of a part of it: rules post flows, the reserves follow."""

    def __init__(
        self,
        accounts: Accounts,
        opening: Funds,
        membership: Membership,
        memory: Memory,
        plan_pull: float,
        sight: Array | float,
        pooled: npt.NDArray[np.bool_],
        national: bool,
        part: float,
    ) -> None:
        super().__init__(opening, membership)
        self.accounts = accounts
        self.memory = memory  # of last year; a rule that remembers replaces its own entries
        self.opening_memory = memory
        self._plan_pull = plan_pull
        self.sight = sight  # error in the managerial share of a gap as seen from above
        self.pooled = pooled  # (n,) where the province holds the reserve and pays the pensions
        self.national = national  # the centre does
        self.part = part  # of the year that these books are for
        self.flows: dict[str, Array] = {}

    @cached_property
    def plan(self) -> Array:
        """Collections in the budget, (..., n)."""
        return plan(self.accounts, self.opening_memory, self._plan_pull)

    def post(self, name: str, amount: Array) -> None:
        """Post ``amount`` >= 0, (..., n) or (..., P) by the flow's level; posts of one name add up."""
        self.flows[name] = self.flows[name] + amount if name in self.flows else amount
        self.move(name, amount)

    def pay_in(self, name: str, amount: Array) -> None:
        """Post a payment to the locality's fund, which a pooled fund passes on to the pool."""
        self.post(name, amount)
        if self.national:
            self.post("national_remittance", amount)
        elif self.pooled.any():
            self.post("full_remittance", amount * self.pooled)

    def pay_out(self, name: str, amount: Array) -> None:
        """Post a payment of the locality's fund, for which a pool provides the money."""
        if self.national:
            self.post("national_allocation", amount)
        elif self.pooled.any():
            self.post("full_allocation", amount * self.pooled)
        self.post(name, amount)

    def exchange_with_centre(
        self, remitted: Array, received: Array, of_province: Array | float = 0.0
    ) -> None:
        """Remit to and receive from the centre, by locality (..., n), through the province's fund.

        Where localities hold their own reserves each of them carries its part; where the province pools,
        the localities see nothing of it. ``of_province`` (..., P) is remitted by the province besides.
        """
        if not self.pooled.all():
            self.post("passed_to_province", remitted * ~self.pooled)
        self.post("remitted_to_centre", self.membership.total(remitted) + of_province)
        self.post("received_from_centre", self.membership.total(received))
        if not self.pooled.all():
            self.post("passed_to_locality", received * ~self.pooled)

    def treasury_left(self) -> Array:
        """What the local treasury can still pay this year, (..., n)."""
        spent = sum((self.flows[name] for name in CHARGES if name in self.flows), start=np.zeros(1))
        return np.maximum(self.accounts.treasury_capacity - spent, 0.0)


CHARGES = ("legacy_payment", "local_deficit_share", "local_gap_subsidy", "transfer_cut")
"""Payments of the local treasury that its capacity bounds."""


class ConservationError(RuntimeError):
    """A money rule made or lost money, or paid from an empty pool: our fault, never the user's."""


def check(settlement: Settlement, opening: Funds, membership: Membership, tolerance: float = 1e-9) -> None:
    """Raise ConservationError unless the settlement conserves money.

    Every flow is finite and >= 0; opening + flows = closing for every fund; no reserve is overdrawn; what
    the centre pays out of a pool equals what came in. ``tolerance`` is relative to the largest flow.
    """
    flows = settlement.flows
    scale = max((float(np.abs(x).max(initial=0.0)) for x in flows.values()), default=0.0)
    scale = max(scale, float(opening.local.max(initial=0.0)), float(opening.provincial.max(initial=0.0)))
    slack = tolerance * (scale + 1.0) * membership.localities
    for name, x in flows.items():
        if not np.isfinite(x).all() or x.min(initial=0.0) < -slack:
            raise ConservationError(f"flow '{name}' is negative or not a number: least {np.min(x)} yuan")
        source = FLOWS[name].pays_out
        if source is not None:
            _close(f"pay-out '{name}' of '{source}'", x.sum(-1), flows[source].sum(-1), slack)
    closing = settlement.funds
    expected = Reserves(opening, membership)
    for name, x in flows.items():
        expected.move(name, x)
    debt = opening.advances + flows["advance"] - flows["advance_repaid"]
    for label, got, want in (
        ("local funds", closing.local, expected.local),
        ("provincial funds", closing.provincial, expected.provincial),
        ("the central fund", closing.central, expected.central),
        ("advances", closing.advances, debt),
    ):
        _close(f"closing of {label}", got, want, slack)
        if np.min(got) < -slack:
            raise ConservationError(f"{label} overdrawn by {-np.min(got)} yuan")


def _close(what: str, got: Array, want: Array, slack: float) -> None:
    worst = float(np.abs(got - want).max(initial=0.0))
    if not worst <= slack:
        raise ConservationError(f"{what} is off by {worst} yuan")


class Realised(NamedTuple):
    """A settled year in whole fen: flows by name, int64 (n,) or (P,), and the closing funds in yuan."""

    flows: dict[str, npt.NDArray[np.int64]]
    funds: Funds


def realise(settlement: Settlement, opening: Funds, membership: Membership) -> Realised:
    """Round every flow once to the fen and carry the rounded flows into the funds.

    A flow's national total is rounded and its parts follow by largest remainder, ties in the order of the
    codes. A pay-out has the total of what it pays out, so transfers between governments sum to zero exactly;
    any other residue stays in its pool. The settlement must have no what-if axes.
    """
    rounded: dict[str, npt.NDArray[np.int64]] = {}
    for name, amount in settlement.flows.items():
        source = FLOWS[name].pays_out
        total = None if source is None else int(rounded[source].sum())
        rounded[name] = largest_remainder(amount * 100.0, total)
    fen = Funds(*(np.rint(np.asarray(x) * 100.0) for x in opening))
    books = Reserves(fen, membership)
    for name, x in rounded.items():
        books.move(name, x.astype(np.float64))
    debt = fen.advances + rounded["advance"] - rounded["advance_repaid"]
    return Realised(
        rounded, Funds(*(x / 100.0 for x in (books.local, books.provincial, books.central, debt)))
    )


def largest_remainder(amounts: Array, total: int | None = None) -> npt.NDArray[np.int64]:
    """Whole numbers near ``amounts`` >= 0, (n,), that sum to ``total`` (by default the rounded sum).

    Raises ConservationError if no rounding of the amounts sums to ``total``.
    """
    whole = np.floor(amounts)
    parts = amounts - whole
    result = whole.astype(np.int64)
    units = int(np.rint(parts.sum())) if total is None else total - int(result.sum())
    if not 0 <= units <= len(result):
        raise ConservationError(f"amounts that sum to {amounts.sum()} cannot be rounded to {total}")
    result[np.argsort(-parts, kind="stable")[:units]] += 1
    return result
