"""Pooling regimes: money rules, one file a rule.

A rule says who receives each yuan collected, who pays each yuan due and who fills the gap; it knows nothing
of anybody's incentives. To add one, write a file like its neighbours and name it below.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from abm.errors import UserError, unknown
from abm.regimes import (
    assessment,
    central_adjustment,
    central_differential,
    early_warning,
    municipal,
    national_2022,
    national_basic_pension,
    national_unified,
    no_upper_tier,
    provincial_adjustment,
    provincial_unified,
    subsidy,
)
from abm.regimes.accounts import Accounts, Array, Funds, Membership
from abm.regimes.by_province import ByProvince
from abm.regimes.memory import Memory
from abm.regimes.rule import LowerRule, Module, ParameterSource, UpperRule
from abm.regimes.schedule import Schedule
from abm.regimes.settlement import FLOWS, Realised, Settlement, check, realise, subsidies, transfers
from abm.regimes.stack import Stack
from abm.regimes.subsidy import key as subsidy_key

LOWER: dict[str, Callable[[ParameterSource, int], LowerRule]] = {
    "municipal": municipal.rule,
    "provincial_adjustment": provincial_adjustment.rule,
    "provincial_unified": provincial_unified.rule,
}
UPPER: dict[str, Callable[[ParameterSource, int], UpperRule]] = {
    "none": no_upper_tier.rule,
    "central_adjustment": central_adjustment.rule,
    "central_differential": central_differential.rule,
    "national_2022": national_2022.rule,
    "national_unified": national_unified.rule,
    "national_basic_pension": national_basic_pension.rule,
}
MODULES: dict[str, Callable[[ParameterSource, int], Module]] = {
    "early_warning": early_warning.module,
    "assessment": assessment.module,
}
"""Modules with money rules of their own, in the order in which they act."""
HARD_BUDGET = "budget_hardness"
"""The module that replaces the softness of the budget by a harder one."""

__all__ = [
    "FLOWS",
    "LOWER",
    "MODULES",
    "UPPER",
    "Accounts",
    "ByProvince",
    "Funds",
    "Membership",
    "Memory",
    "Realised",
    "Schedule",
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
    exceptions: Mapping[int, str] = MappingProxyType({}),
    modules: Collection[str] = (),
    sight: Array | float = 0.0,
) -> Stack:
    """The stack of money rules in force at a time of a year.

    ``lower`` and ``upper`` are names in ``LOWER`` and ``UPPER`` or rules themselves; ``province_of`` (n,) is
    each locality's province; ``key`` (n,) each locality's share of the lump subsidy, fixed at base values
    (``subsidy_key``); ``exceptions`` lower rules of single provinces by number; ``modules`` the names of
    those that are on (one without a money rule is passed over); ``sight`` (n,) the error in the managerial
    share of gaps as seen from above. Where each province is one locality the lower tier is a single pool
    whatever its name. Raises UserError for a name that does not exist.
    """
    membership = Membership(province_of)

    def lower_rule(name: str | LowerRule) -> LowerRule:
        rule = _named(name, LOWER, "lower regime")(parameters, year) if isinstance(name, str) else name
        return municipal.rule(parameters, year) if membership.one_tier and isinstance(name, str) else rule

    below = lower_rule(lower)
    if exceptions and not membership.one_tier:
        below = ByProvince(below, tuple((p, lower_rule(name)) for p, name in sorted(exceptions.items())))
    above = _named(upper, UPPER, "upper regime")(parameters, year) if isinstance(upper, str) else upper
    softness = "hard_bailout_probability" if HARD_BUDGET in modules else "bailout_probability"
    return Stack(
        below,
        above,
        membership,
        subsidy.national_total(parameters, year) * key,
        parameters.value("regimes.subsidy_central_share", year),
        parameters.value(f"regimes.{softness}", year),
        parameters.value("regimes.provincial_treasury_share", year),
        parameters.value("regimes.plan_pull", year),
        sight,
        tuple(module(parameters, year) for name, module in MODULES.items() if name in modules),
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
