"""National basic pension: the same flat pension for all residents above pension age, earned rights besides.

The flat pension is m times the national mean wage, for members and others alike. It is paid by one national
fund from employers' contributions, the public sector's contributions and the treasury; contributions to
individual accounts leave the scheme. Rights earned before the rule began are paid cohort by cohort until they
are extinct, as far as the flat pension does not cover them already: on average of a locality's pensioners,
since accounts know no persons. Pensions of the public sector are paid as before.
Stock, legacy, gap: as in national unified pooling; by default centralised, centre, centre.
Source: He Wenjiong, On the optimal allocation of social security resources in China, section 3(2); m is
assumed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from abm.regimes.accounts import Accounts, Array, ratio
from abm.regimes.national_unified import NationalUnified, pure
from abm.regimes.rule import ParameterSource


@dataclass(frozen=True)
class NationalBasicPension(NationalUnified):
    """The rule: a national fund, and the flat pension as a share of the national mean wage."""

    flat_share: float = 0.0

    def benefits(self, accounts: Accounts) -> dict[str, Array]:
        """What the enterprise scheme pays to or for its members, by flow, (..., n) yuan."""
        a = accounts
        heads = a.insured_employees.sum(axis=-1, keepdims=True)
        wage = ratio((a.average_wage * a.insured_employees).sum(axis=-1, keepdims=True), heads)
        flat = self.flat_share * wage
        accrued = a.accrued_share * a.benefits_enterprise - flat * a.enterprise_retirees
        return {
            "benefits_enterprise": np.maximum(accrued, 0.0),
            "national_basic_pension": flat * a.elders,
            "account_contributions": a.account_share * a.contributions_enterprise,
        }


def rule(parameters: ParameterSource, year: int) -> NationalBasicPension:
    """The rule as it stands in a year."""
    share = parameters.value("regimes.basic_pension_share", year)
    return NationalBasicPension(**vars(pure()), flat_share=share)
