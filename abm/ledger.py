"""Double-entry ledger: every yuan has a payer and a payee, and every account adds up to the fen.

Accounts are named ``kind:Province`` or ``kind:Province/code`` (kind: fund, budget, employers, workers,
pensioners, interest; ``China`` is the centre). Balances are int64 fen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Fen = npt.NDArray[np.int64]
Names = str | Sequence[str] | npt.NDArray[Any]


class LedgerError(RuntimeError):
    """The books do not balance: a fault of the model, never of the user."""


def _none() -> Fen:
    return np.zeros(0, dtype=np.int64)


@dataclass
class Ledger:
    """Postings and the balances they leave; an account exists from its first mention on."""

    _index: dict[str, int] = field(default_factory=dict)
    _kinds: dict[str, int] = field(default_factory=dict)
    _opening: Fen = field(default_factory=_none)
    _balance: Fen = field(default_factory=_none)
    _rows: list[Fen] = field(default_factory=list)
    """Blocks (5, k) of postings: year, payer, payee, kind, amount; joined when a year's books are checked."""

    def open(self, accounts: Names, amount_fen: npt.ArrayLike) -> None:
        """Give accounts an opening balance, fen; it adds to what they hold."""
        codes = self._codes(accounts)
        amount = np.broadcast_to(_whole(amount_fen, "opening balance"), codes.shape)
        np.add.at(self._opening, codes, amount)
        np.add.at(self._balance, codes, amount)

    def post(self, year: int, payer: Names, payee: Names, kind: str, amount_fen: npt.ArrayLike) -> None:
        """Post payments of one kind: names and int64 fen amounts >= 0 that broadcast against each other.

        Payments of zero, and of an account to itself, leave no row. Raises LedgerError on amounts that are
        negative or not whole fen.
        """
        amount = _whole(amount_fen, f"{kind} in {year}")
        payers, payees, amount = np.broadcast_arrays(self._codes(payer), self._codes(payee), amount)
        if amount.min(initial=0) < 0:
            worst = int(amount.argmin())
            name = list(self._index)[payers[worst]]
            raise LedgerError(f"{kind} in {year}: {name} pays a negative amount, {amount[worst]} fen")
        kept = (amount > 0) & (payers != payees)
        payers, payees, amount = payers[kept], payees[kept], amount[kept]
        np.subtract.at(self._balance, payers, amount)
        np.add.at(self._balance, payees, amount)
        code = self._kinds.setdefault(kind, len(self._kinds))
        self._rows.append(
            np.stack([np.full_like(amount, year), payers, payees, np.full_like(amount, code), amount])
        )

    def balance(self, accounts: Names) -> Fen:
        """What the accounts hold, fen, in the order asked."""
        codes = self._codes(accounts)
        return self._balance[codes]

    def check(self, year: int, accounts: Names, closing_fen: npt.ArrayLike) -> None:
        """Raise LedgerError unless opening + flows = closing for the accounts, and nothing was made or lost.

        ``closing_fen`` is what the model believes each account holds at the end of ``year``. The balances
        are added up anew from the postings, so that a posting that bypassed the books shows as well.
        """
        names = np.atleast_1d(np.asarray(accounts, dtype=object))
        codes = self._codes(names)
        expected = self._opening.copy()
        _, payers, payees, _, amount = self._postings()
        np.subtract.at(expected, payers, amount)
        np.add.at(expected, payees, amount)
        closing = np.broadcast_to(_whole(closing_fen, f"closing balance of {year}"), codes.shape)
        for held in (closing, self._balance[codes]):
            off = held - expected[codes]
            if off.any():
                worst = int(np.abs(off).argmax())
                raise LedgerError(f"{names[worst]} in {year} is off by {off[worst]} fen")
        if expected.sum() != self._opening.sum():
            raise LedgerError(f"the ledger in {year} made {expected.sum() - self._opening.sum()} fen")

    def frame(self) -> pd.DataFrame:
        """All payments: year, payer, payee, kind, amount (yuan, whole fen); one row each, sorted."""
        columns = ["year", "payer", "payee", "kind"]
        names, kinds = np.array(list(self._index), dtype=object), np.array(list(self._kinds), dtype=object)
        year, payer, payee, kind, amount = self._postings()
        rows = pd.DataFrame({"year": year, "payer": payer, "payee": payee, "kind": kind, "amount": amount})
        rows = rows.groupby(columns, sort=False)["amount"].sum().reset_index()
        for column, labels in (("payer", names), ("payee", names), ("kind", kinds)):
            rows[column] = labels[rows[column]] if len(rows) else rows[column].astype(object)
        rows["amount"] = rows["amount"] / 100.0
        return rows.sort_values(columns, ignore_index=True)

    def _postings(self) -> Fen:
        """All postings in one block, (5, k)."""
        self._rows = [np.concatenate([np.zeros((5, 0), np.int64), *self._rows], axis=1)]
        return self._rows[0]

    def _codes(self, names: Names) -> Fen:
        labels, uniques = pd.factorize(np.atleast_1d(np.asarray(names, dtype=object)))
        codes = np.array([self._index.setdefault(name, len(self._index)) for name in uniques], dtype=np.int64)
        new = len(self._index) - len(self._balance)
        if new:
            self._opening = np.pad(self._opening, (0, new))
            self._balance = np.pad(self._balance, (0, new))
        return codes[labels]


def _whole(amount: npt.ArrayLike, what: str) -> Fen:
    values = np.atleast_1d(np.asarray(amount))
    if not np.issubdtype(values.dtype, np.integer):
        raise LedgerError(f"{what}: amounts are whole fen (int64), not {values.dtype}")
    return values.astype(np.int64)
