"""Economies of a few localities for examples worked out by hand."""

from __future__ import annotations

import numpy as np

from abm.regimes.accounts import Accounts, Funds, Membership
from abm.regimes.stack import Stack


def accounts(n: int, **given_fields: object) -> Accounts:
    """Accounts of ``n`` localities, zero but for what is given (and output and people, which are one)."""
    fields = dict.fromkeys(Accounts._fields, np.zeros(n)) | {"gdp": np.ones(n), "population": np.ones(n)}
    fields |= {name: np.asarray(x, dtype=np.float64) for name, x in given_fields.items()}
    return Accounts(**fields)


def stack(lower: object, upper: object, province_of: list[int], **numbers: float) -> Stack:
    """A stack without subsidies and without anybody above the local treasury."""
    base = {"central_share": 0.9, "bailout": 0.0, "provincial_treasury": 0.0} | numbers
    return Stack(lower, upper, Membership(np.array(province_of)), np.zeros(len(province_of)), **base)  # type: ignore[arg-type]


def reserves(n: int, provinces: int, amount: float = 0.0) -> Funds:
    return Funds.opening(np.full(n, amount), provinces)
