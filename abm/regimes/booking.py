"""From a settled year to the ledger: the chart of accounts, and the postings under it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from abm.ledger import Ledger
from abm.regimes.accounts import Funds, Membership
from abm.regimes.settlement import FLOWS, Realised
from abm.space import NATION

Names = npt.NDArray[Any]


class Chart:
    """Names of the parties' accounts.

    ``provinces`` are the P English names, ``codes`` the n six-digit codes of the localities. Where each
    province is one locality both tiers have the one account ``kind:Province``.
    """

    def __init__(self, membership: Membership, provinces: Sequence[str], codes: Sequence[str]) -> None:
        self._provinces = np.array(provinces, dtype=object)
        own = self._provinces[membership.province_of]
        self._localities = own if membership.one_tier else own + "/" + np.array(codes, dtype=object)
        self._membership = membership

    def names(self, party: str, level: str) -> Names:
        """Account names of a party of ``FLOWS``, one for each amount of a flow of that level."""
        kind, _, tier = party.partition(":")
        places = self._provinces if level == "province" else self._localities
        if tier == "centre":
            places = np.full(len(places), NATION, dtype=object)
        elif tier == "province" and level == "locality":
            places = np.array([place.partition("/")[0] for place in places], dtype=object)
        return kind + ":" + places

    def funds(self, funds: Funds) -> tuple[Names, npt.NDArray[np.int64]]:
        """Names and balances, fen, of every fund: localities, provinces, the centre."""
        local, provincial = (np.rint(x * 100.0).astype(np.int64) for x in (funds.local, funds.provincial))
        central = np.rint(np.atleast_1d(funds.central) * 100.0).astype(np.int64)
        centre = np.array([f"fund:{NATION}"], dtype=object)
        own = self.names("fund", "locality")
        if self._membership.one_tier:
            return np.concatenate((own, centre)), np.concatenate(
                (local + provincial[self._membership.province_of], central)
            )
        names = np.concatenate((own, self.names("fund:province", "province"), centre))
        return names, np.concatenate((local, provincial, central))


class Part(NamedTuple):
    """A payment between two parties (as in ``FLOWS``) of one kind, fen by locality."""

    payer: str
    payee: str
    kind: str
    fen: npt.NDArray[np.int64]


def post(
    ledger: Ledger,
    year: int,
    realised: Realised,
    chart: Chart,
    parts: Mapping[str, Sequence[Part]] = MappingProxyType({}),
) -> None:
    """Post a realised year. A flow named in ``parts`` is booked as those payments instead."""
    for name, amount in realised.flows.items():
        if name in parts:
            for part in parts[name]:
                names = chart.names(part.payer, "locality"), chart.names(part.payee, "locality")
                ledger.post(year, *names, part.kind, part.fen)
            continue
        flow = FLOWS[name]
        payer, payee = chart.names(flow.payer, flow.level), chart.names(flow.payee, flow.level)
        ledger.post(year, payer, payee, name, amount)
