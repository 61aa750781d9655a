"""What a local government's choice started from, and the terms of the payoff it compared."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import numpy as np

from abm.agents.local_government import LEVERS, Aims, effort_cost, log_share, value_of_money
from abm.errors import UserError, unknown
from abm.explain.text import DisagreementError
from abm.model import PensionModel
from abm.phases import foresee, govern
from abm.phases.govern import Deliberation
from abm.population import places as place_module
from abm.regimes import LOWER, UPPER, ByProvince, Stack
from abm.space import PROVINCES

SHAPE = (len(LEVERS), 5)
"""Levers and candidates of each."""


class Weighing(NamedTuple):
    """State just before the governments chose; arrays (n,) or (n, levers) by lever."""

    aims: Aims
    low: np.ndarray
    high: np.ndarray
    bill: np.ndarray  # today's wage bill, yuan
    population: np.ndarray
    months: np.ndarray  # payable months of the reserve it owns
    value_of_money: np.ndarray  # in the first year
    growth: np.ndarray  # of the wage bill, expected
    temperature: np.ndarray  # yuan per resident
    misperceived: np.ndarray  # (levers, 5, n) yuan per resident, lever × candidate × locality
    inertia: float
    regimes: list[tuple[int, str]]  # expected, by year

    @classmethod
    def of(cls, model: PensionModel) -> Weighing:
        """What the phase that is about to begin will read."""
        value, year = model.parameters.value, model.year
        low, high = govern.bounds(model)
        setting = foresee.setting(model, np.clip(model.levers, low, high))
        aims = govern.aims(model)
        spending = setting.accounts.benefits_enterprise + setting.accounts.benefits_public
        owned = setting.funds.local
        if model.places.by_province:
            owned = owned + setting.funds.provincial
        months = 12.0 * owned / np.maximum(spending * setting.growth.pensions, 1.0)
        population = setting.accounts.population
        bill = setting.wages / population
        stacks = foresee.expected_stacks(model, aims.horizon, date(year, 1, 1))
        return cls(
            aims,
            low,
            high,
            setting.wages,
            population,
            months,
            value_of_money(months, aims),
            setting.growth.bill,
            value("government.temperature", year) * bill,
            value("government.perception_error", year) * bill * govern.errors(model, SHAPE + bill.shape),
            value("government.inertia", year),
            [(year + ahead, "/".join(names_in(stack.last))) for ahead, stack in enumerate(stacks)],
        )

    def outcome(self, weighed: Deliberation, lever: int, index: int) -> dict[str, np.ndarray]:
        """What each of the five candidates of a lever brings the place, yuan a year, by name (5,).

        Own money is before the treasury's payments, the reserve that owned at the end of the horizon.
        """
        names = {
            "own money": "own_money",
            "reserve": "reserve",
            "treasury": "treasury",
            "dues": "dues",
            "wages": "wages",
            "pensions": "benefits",
            "output": "output",
        }
        shape = weighed.tries.shape
        return {
            title: np.broadcast_to(getattr(weighed.outcome, field), shape)[lever, :, index]
            for title, field in names.items()
        }

    def terms(self, weighed: Deliberation, lever: int, index: int) -> dict[str, np.ndarray]:
        """Terms of the payoff of the five candidates of a lever, yuan per resident, by name (5,).

        Raises DisagreementError if they do not add up to the payoff the model compared.
        """
        aims, x = self.aims, self.outcome(weighed, lever, index)
        worth, reserve_worth, repaid = (
            x[lever, :, index]
            for x in (weighed.outcome.worth, weighed.outcome.reserve_worth, weighed.outcome.repaid)
        )
        levers = np.repeat(weighed.before[index][None, :], len(x["wages"]), axis=0)
        levers[:, lever] = weighed.tries[lever, :, index]
        audit, registration, leniency = (
            levers[:, LEVERS.index(n)] for n in ("audit", "registration", "leniency")
        )
        effort = (
            effort_cost(audit, aims.audit_cost, aims.effort_elasticity)
            + effort_cost(registration, aims.registration_cost, aims.effort_elasticity)
            + aims.leniency_cost * leniency
        )
        bill = self.bill[index]
        amounts = {
            "residents' income": x["wages"] - (1.0 - aims.accrual_share) * x["dues"],
            "own money": worth,
            "reserve": reserve_worth,
            "treasury": -(1.0 + aims.shadow_cost) * x["treasury"],
            "pensions": aims.benefit_weight * bill * log_share(x["pensions"], bill),
            "output": aims.growth_weight * bill * log_share(x["output"], bill),
            "repayment": -aims.floor_repayment * repaid,
            "effort": -effort * bill,
        }
        terms = {name: amount / self.population[index] for name, amount in amounts.items()}
        found = weighed.payoffs[lever, :, index]
        if not np.allclose(sum(terms.values()), found, rtol=1e-9):
            raise DisagreementError(
                f"payoff of {LEVERS[lever]}: {sum(terms.values())} explained, {found} weighed"
            )
        return terms


def names_in(stack: Stack) -> tuple[str, str]:
    """Names of the lower and upper rule that a stack settles by; each rule has a file of its own.

    Where provinces differ it is the lower rule of most.
    """
    lower_rule = stack.lower.main if isinstance(stack.lower, ByProvince) else stack.lower
    files = [type(rule).__module__ for rule in (lower_rule, stack.upper)]
    lower = next(name for name, rule in LOWER.items() if rule.__module__ == files[0])
    upper = next(name for name, rule in UPPER.items() if rule.__module__ == files[1])
    return lower, upper


def resolve(name: str, resolution: str) -> int:
    """The locality of a six-digit code, an English province name or a Chinese name.

    Raises UserError for a name nobody has (with the nearest) and for a province of several governments.
    """
    places = place_module.load(resolution)
    wanted = name.strip()
    known = {code: i for i, code in enumerate(places.codes)} | {zh: i for i, zh in enumerate(places.names_zh)}
    for p, province in enumerate(PROVINCES):
        own = range(int(places.first[p]), int(places.first[p + 1]))
        for alias in (province.name, province.name_zh, province.code):
            if len(own) == 1:
                known.setdefault(alias, own[0])
            elif alias.lower() == wanted.lower() and alias not in known:
                some = ", ".join(f"{places.codes[i]} {places.names_zh[i]}" for i in own[:3])
                raise UserError(
                    f"{province.name} has {len(own)} local governments at prefecture resolution; name one by "
                    f"code or Chinese name, such as {some}"
                )
    index = {alias.lower(): i for alias, i in known.items()}.get(wanted.lower())
    if index is None:
        raise unknown("government", name, known)
    return index
