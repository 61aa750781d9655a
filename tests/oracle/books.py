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
    pooled: bool
    one_tier: bool
    upper_share: float
    errors: list[float]
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
        self.flows[name] = amounts
        move(self, name, amounts)

    def pass_on(self, name: str, amounts: list[float]) -> None:
        """Book a payment into or out of the funds that a pool's province gets or gives at once."""
        self.book(name, amounts)
        if self.pooled:
            channel = "full_allocation" if FLOWS[name][0] == "fund" else "full_remittance"
            move(self, channel, amounts)
            self.flows[channel] = [a + b for a, b in zip(self.flows[channel], amounts, strict=True)]

    def through_centre(self, remitted: list[float], received: list[float]) -> None:
        """What localities remit to the centre and get from it, by way of their provinces."""
        if not self.pooled:
            self.book("passed_to_province", remitted)
        self.book("remitted_to_centre", self.by_province(remitted))
        self.book("received_from_centre", self.by_province(received))
        if not self.pooled:
            self.book("passed_to_locality", received)

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
