"""A stylised economy of regions that share a fixed capital: technology, where capital goes, the accounts.

Every employer works one unit of capital with one worker at unit wage. Capital goes where employers earn most
until they earn the same everywhere. Money is in yuan, capital in units.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from abm.regimes import Accounts
from experiments.verify.employers import UNIT_WAGE, return_on_capital

Array = np.ndarray


class Technology(Protocol):
    """Output of a region from its capital, net of the wages of those who work it."""

    def output(self, capital: Array) -> Array:
        """f(k)."""
        ...

    def marginal(self, capital: Array) -> Array:
        """f'(k)."""
        ...

    def capital_at(self, marginal: Array) -> Array:
        """The capital k >= 0 at which f'(k) is ``marginal``, zero where it never is so high."""
        ...


@dataclass(frozen=True)
class Quadratic:
    """f(k) = A k − b k²/2."""

    A: float
    b: float

    def output(self, capital: Array) -> Array:
        """f(k)."""
        return self.A * capital - 0.5 * self.b * capital**2

    def marginal(self, capital: Array) -> Array:
        """f'(k)."""
        return self.A - self.b * capital

    def capital_at(self, marginal: Array) -> Array:
        """The inverse of the marginal product."""
        return np.maximum((self.A - marginal) / self.b, 0.0)


def arbitrage(technology: Technology, levy: Array, per_region: float) -> tuple[Array, Array]:
    """Capital (..., n) of each region and the common return (..., 1), under levies (..., n).

    Total capital is n times ``per_region``. The return is found by regula falsi (Illinois), exact in one step
    where demand is linear.
    """
    needed = -return_on_capital(np.zeros(1), levy)  # marginal product at which an employer just earns nothing
    total = levy.shape[-1] * per_region

    def excess(common: Array) -> Array:
        return np.asarray(technology.capital_at(common + needed).sum(axis=-1, keepdims=True) - total)

    middle = technology.marginal(np.full((*levy.shape[:-1], 1), float(per_region)))
    low, high = (middle - pick(axis=-1, keepdims=True) for pick in (needed.max, needed.min))
    at_low, at_high = excess(low), excess(high)
    common, at = low, at_low
    for _ in range(200):
        spread = at_low - at_high
        common = low + (high - low) * np.divide(at_low, spread, out=np.zeros_like(spread), where=spread > 0)
        at = excess(common)
        if np.abs(at).max(initial=0.0) <= 1e-12 * total:
            break
        above = at > 0.0  # too much is demanded: the return has to rise
        low, high = np.where(above, common, low), np.where(above, high, common)
        at_low, at_high = np.where(above, at, 0.5 * at_low), np.where(above, 0.5 * at_high, at)
    return technology.capital_at(common + needed), common


def accounts(collected: Any, base: Any = 1.0, spending: Any = 0.0, output: Any = 1.0) -> Accounts:
    """Accounts (..., n) before any government pays: dues on a wage bill ``base``, pensions ``spending``.

    Every place has one resident, one pensioner and as many employees, all insured, as its wage bill; what a
    case does not speak of is zero.
    """
    given = (np.atleast_1d(np.asarray(x, np.float64)) for x in (collected, base, spending, output))
    dues, bill, pensions, product = np.broadcast_arrays(*given)
    nothing, one = np.zeros(dues.shape[-1]), np.ones(dues.shape[-1])
    return Accounts(**dict.fromkeys(Accounts._fields, nothing))._replace(
        contributions_enterprise=dues,
        benefits_enterprise=pensions,
        insured_employees=bill / UNIT_WAGE,
        enterprise_employees=bill / UNIT_WAGE,
        enterprise_retirees=one,
        average_wage=UNIT_WAGE * one,
        gdp=product,
        population=one,
        collectable=bill,
        account_share=nothing,
        empty_accounts=nothing,
        elders=nothing,
        accrued_share=one,
    )
