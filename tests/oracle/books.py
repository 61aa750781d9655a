"""A year's settlement (specification, 11.2 to 11.6): every flow is booked and moves reserves at once."""

from __future__ import annotations

from dataclasses import dataclass, field

from abm.parameters import Parameters
from oracle.accounts import Account, Funds

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
    "passed_to_locality": ("province", "fund"),
    "remitted_to_centre": ("province", "centre"),
    "received_from_centre": ("centre", "province"),
    "local_deficit_share": ("budget", "fund"),
    "local_gap_subsidy": ("budget", "fund"),
    "provincial_gap_subsidy": ("budget", "fund"),
    "central_gap_subsidy": ("budget", "fund"),
    "advance": ("budget", "fund"),
    "advance_repaid": ("fund", "budget"),
}
"""Payer and payee; "fund" is the locality's, "province" and "centre" are those funds."""
OF_PROVINCES = {"remitted_to_centre", "received_from_centre"}
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
    one_tier: bool
    share: float
    errors: list[float]
    capacity: list[float]
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

    def charge(self, amounts: list[float]) -> list[float]:
        """What local treasuries can pay of what they are charged; lessens what they can pay later."""
        paid = [min(amount, max(left, 0.0)) for amount, left in zip(amounts, self.capacity, strict=True)]
        self.capacity = [left - x for left, x in zip(self.capacity, paid, strict=True)]
        return paid

    def pass_on(self, name: str, amounts: list[float]) -> None:
        """Book a payment into or out of the funds that a pool's province gets or gives at once."""
        self.book(name, amounts)
        channel = "full_allocation" if FLOWS[name][0] == "fund" else "full_remittance"
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
