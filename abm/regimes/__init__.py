"""Pooling regimes: money rules, one file a rule.

A rule says who receives each yuan collected, who pays each yuan due and who fills the gap; it knows nothing
of anybody's incentives. To add one, write a file like its neighbours and name it below.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from abm.errors import UserError, unknown
from abm.regimes import (
    central_adjustment,
    municipal,
    national_2022,
    no_upper_tier,
    provincial_adjustment,
    provincial_unified,
    subsidy,
)
from abm.regimes.accounts import Accounts, Array, Funds, Membership
from abm.regimes.memory import Memory
from abm.regimes.rule import LowerRule, ParameterSource, UpperRule
from abm.regimes.settlement import FLOWS, Realised, Settlement, check, realise, subsidies, transfers
from abm.regimes.stack import Stack
from abm.regimes.subsidy import key as subsidy_key

LOWER = {
    "municipal": municipal.rule,
    "provincial_adjustment": provincial_adjustment.rule,
    "provincial_unified": provincial_unified.rule,
}
UPPER = {
    "none": no_upper_tier.rule,
    "central_adjustment": central_adjustment.rule,
    "national_2022": national_2022.rule,
}

__all__ = [
    "FLOWS",
    "LOWER",
    "UPPER",
    "Accounts",
    "Funds",
    "Membership",
    "Memory",
    "Realised",
    "Settlement",
    "Stack",
    "build",
    "check",
    "realise",
    "subsidies",
    "subsidy_key",
    "transfers",
    "validate",
]


def build(
    lower: str | LowerRule,
    upper: str | UpperRule,
    parameters: ParameterSource,
    year: int,
    province_of: npt.NDArray[np.integer[Any]],
    *,
    key: Array,
    upper_share: float = 1.0,
    sight: Array | float = 0.0,
) -> Stack:
    """The stack of money rules in force in a year.

    ``lower`` and ``upper`` are names in ``LOWER`` and ``UPPER`` or rules themselves; ``province_of`` (n,) is
    each locality's province; ``key`` (n,) each locality's share of the lump subsidy, fixed at base values
    (``subsidy_key``); ``upper_share`` the part of the year in which the upper rule is in force; ``sight``
    (n,) the error in the managerial share of gaps as seen from above. Where each province is one locality the
    lower tier is a single pool whatever its name. Raises UserError for a name
    that does not exist.
    """
    membership = Membership(province_of)
    below = _named(lower, LOWER, "lower regime")(parameters, year) if isinstance(lower, str) else lower
    above = _named(upper, UPPER, "upper regime")(parameters, year) if isinstance(upper, str) else upper
    if membership.one_tier and isinstance(lower, str):
        below = municipal.rule(parameters, year)
    return Stack(
        below,
        above,
        membership,
        subsidy.national_total(parameters, year) * key,
        parameters.value("regimes.subsidy_central_share", year),
        parameters.value("regimes.bailout_probability", year),
        parameters.value("regimes.provincial_treasury_share", year),
        upper_share,
        parameters.value("regimes.plan_pull", year),
        sight,
    )


def validate(stacks: Iterable[tuple[str, str]], province_of: npt.NDArray[np.integer[Any]]) -> None:
    """Raise UserError if regimes (lower, upper) are unknown or cannot be told apart at this resolution.

    Call it with the regimes that are to be compared. Where each province is one locality, regimes that
    differ in the lower tier alone are the same regime.
    """
    seen: dict[str, str] = {}
    for lower, upper in stacks:
        _named(lower, LOWER, "lower regime")
        _named(upper, UPPER, "upper regime")
        if seen.setdefault(upper, lower) != lower and Membership(province_of).one_tier:
            raise UserError(
                f"regimes '{seen[upper]}' and '{lower}' under '{upper}' coincide where each province is one "
                "locality; compare them with --resolution prefecture"
            )


def _named(name: str, rules: dict[str, Any], kind: str) -> Any:
    if name not in rules:
        raise unknown(kind, name, rules)
    return rules[name]
