"""A year's settlement (specification, 11.2 to 11.6): every flow is booked and moves reserves at once."""

from __future__ import annotations

from dataclasses import dataclass, field

from abm.parameters import Parameters
from oracle.accounts import Account, Funds, Memory

FLOWS = {
    "contributions_enterprise": ("employers", "fund"),
    "contributions_public": ("employers", "fund"),
    "interest": ("bank", "fund"),
    "portability_out": ("fund", "centre"),
    "portability_in": ("centre", "fund"),
    "benefits_enterprise": ("fund", "pensioners"),
    "benefits_public": ("fund", "pensioners"),
    "public_gap_subsidy": ("budget", "fund"),
    "central_lump_subsidy": ("budget", "fund"),
    "local_lump_subsidy": ("budget", "fund"),
    "adjustment_remittance": ("fund", "province"),
    "adjustment_payment": ("province", "fund"),
    "stock_remittance": ("fund", "province"),
    "full_remittance": ("fund", "province"),
    "full_allocation": ("province", "fund"),
    "passed_to_province": ("fund", "province"),
    "national_remittance": ("fund", "centre"),
    "national_allocation": ("centre", "fund"),
    "stock_to_centre": ("fund", "centre"),
    "provincial_stock_to_centre": ("province", "centre"),
    "legacy_payment": ("budget", "fund"),
    "account_contributions": ("fund", "workers"),
    "national_basic_pension": ("fund", "pensioners"),
    "passed_to_locality": ("province", "fund"),
    "remitted_to_centre": ("province", "centre"),
    "received_from_centre": ("centre", "province"),
    "local_deficit_share": ("budget", "fund"),
    "local_gap_subsidy": ("budget", "fund"),
    "provincial_gap_subsidy": ("budget", "fund"),
    "central_gap_subsidy": ("budget", "fund"),
    "emergency_transfer": ("budget", "fund"),
    "rise_withheld": ("pensioners", "fund"),
    "rise_paid_later": ("fund", "pensioners"),
    "surplus_kept": ("province", "fund"),
    "surplus_kept_nationally": ("centre", "fund"),
    "remittance_refunded": ("budget", "fund"),
    "transfer_cut": ("budget", "budget"),
    "advance": ("budget", "fund"),
    "advance_repaid": ("fund", "budget"),
}
"""Payer and payee; "fund" is the locality's, "province" and "centre" are those funds."""
OF_PROVINCES = {"remitted_to_centre", "received_from_centre", "provincial_stock_to_centre"}
PAYS_OUT = {"portability_in": "portability_out", "received_from_centre": "remitted_to_centre"}


@dataclass
class Books:
    """The reserves of a year as they move, and its flows."""

    parameters: Parameters
    year: int
    province_of: list[int]
    accounts: list[Account]
    opening: Funds
    lump: list[float]
    lower: list[str]
    pooled: list[bool]
    national: bool
    one_tier: bool
    share: float
    memory: Memory
    errors: list[float]
    capacity: list[float]
    softness: float
    flows: dict[str, list[float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.local, self.provincial = list(self.opening.local), list(self.opening.provincial)
        self.central = self.opening.central
        self.advances = list(self.opening.advances)

    def value(self, path: str) -> float:
        return self.parameters.value(path, self.year)

    def by_province(self, amounts: list[float]) -> list[float]:
        sums = [0.0] * 31
        for c, amount in enumerate(amounts):
            sums[self.province_of[c]] += amount
        return sums

    def book(self, name: str, amounts: list[float]) -> None:
        """Book a flow, one amount a locality or province, and move the reserves."""
        before = self.flows.get(name, [0.0] * len(amounts))
        self.flows[name] = [a + b for a, b in zip(before, amounts, strict=True)]
        move(self, name, amounts)

    def under(self, rule: str) -> list[bool]:
        """Which localities are under a lower rule."""
        return [self.lower[p] == rule for p in self.province_of]

    def flow(self, name: str) -> list[float]:
        """What has been booked of a flow by locality, zeros if nothing."""
        return self.flows.get(name, [0.0] * len(self.accounts))

    def paid_to_members(self, c: int) -> float:
        """Payments of a locality to and for its members; a rise withheld counts as paid in its year."""
        paid = ("benefits_enterprise", "benefits_public", "national_basic_pension", "account_contributions")
        return sum(self.flow(name)[c] for name in paid)

    def subsidies(self, c: int) -> float:
        """What a locality gets before any tier, of whoever pays it."""
        names = ("public_gap_subsidy", "central_lump_subsidy", "local_lump_subsidy")
        return sum(self.flow(name)[c] for name in names)

    def current_balance(self, c: int) -> float:
        """A locality's current balance before any tier (11.6)."""
        account = self.accounts[c]
        revenue = account.contributions + account.contributions_public + account.interest
        ported = account.portability_in - account.portability_out
        return revenue + self.subsidies(c) + ported - self.paid_to_members(c)

    def gap(self, c: int) -> float:
        """The certified gap, before any tier."""
        return max(-self.current_balance(c), 0.0)

    def managerial(self, c: int) -> float:
        """The part of the gap that the place answers for."""
        return min(self.gap(c), self.accounts[c].slack)

    def seen(self, c: int) -> float:
        """The managerial share of the gap as the tiers above see it."""
        gap = self.gap(c)
        true = self.managerial(c) / gap if gap > 0.0 else 0.0
        return min(max(true + self.errors[c], 0.0), 1.0)

    def output_per_head(self) -> list[float]:
        """Output per head of each province over the nation's."""
        output = self.by_province([a.output for a in self.accounts])
        people = self.by_province([a.population for a in self.accounts])
        mean = sum(output) / sum(people)
        return [o / n / mean for o, n in zip(output, people, strict=True)]

    def charge(self, amounts: list[float]) -> list[float]:
        """What local treasuries can pay of what they are charged; lessens what they can pay later."""
        paid = [min(amount, max(left, 0.0)) for amount, left in zip(amounts, self.capacity, strict=True)]
        self.capacity = [left - x for left, x in zip(self.capacity, paid, strict=True)]
        return paid

    def pass_on(self, name: str, amounts: list[float]) -> None:
        """Book a payment into or out of the funds that a pool's province gets or gives at once."""
        self.book(name, amounts)
        pool = "national" if self.national else "full"
        channel = f"{pool}_allocation" if FLOWS[name][0] == "fund" else f"{pool}_remittance"
        self.book(channel, [a if pooled else 0.0 for a, pooled in zip(amounts, self.pooled, strict=True)])

    def through_centre(self, remitted: list[float], received: list[float]) -> None:
        """What localities remit to the centre and get from it, by way of their provinces."""

        def own(amounts: list[float]) -> list[float]:
            return [0.0 if pooled else a for a, pooled in zip(amounts, self.pooled, strict=True)]

        self.book("passed_to_province", own(remitted))
        self.book("remitted_to_centre", self.by_province(remitted))
        self.book("received_from_centre", self.by_province(received))
        self.book("passed_to_locality", own(received))

    def close(self) -> Funds:
        """The funds as they stand."""
        return Funds(self.local, self.provincial, self.central, self.advances)


def move(funds: Books | Funds, name: str, amounts: list, books: Books | None = None) -> None:
    """Move reserves by a flow."""
    terms = books if books is not None else funds
    assert isinstance(terms, Books)
    payer, payee = FLOWS[name]
    for i, amount in enumerate(amounts):
        p = i if name in OF_PROVINCES else terms.province_of[i]
        for party, sign in ((payer, -1), (payee, 1)):
            if party == "fund":
                funds.local[i] += sign * amount
            elif party == "province":
                funds.provincial[p] += sign * amount
            elif party == "centre":
                funds.central += sign * amount
        if name == "advance":
            funds.advances[i] += amount
        elif name == "advance_repaid":
            funds.advances[i] -= amount
