"""Local governments: bounds, candidates and choice of their levers (specification, 8.1)."""

from __future__ import annotations

import math
from dataclasses import astuple, replace
from typing import TYPE_CHECKING

from abm.draws import normal
from oracle import unification, what_if

if TYPE_CHECKING:
    from oracle.model import Levers, Oracle

NAMES = (
    *("audit", "registration", "leniency", "floor", "rate"),
    *("supplement", "exemption", "entry", "deemed"),
)
STEPS = (-5.0, -1.0, 0.0, 1.0, 5.0)
NOW = STEPS.index(0.0)
NOBODY = 17.0
"""The age of entry that admits nobody."""

Bounds = list[tuple[float, float]]
"""Lowest and highest value of each lever, in the order of names."""


def room(model: Oracle) -> float:
    """What modules leave for local items (5.1)."""
    items = unification.part(model, model.year, "unified_items")
    return unification.eased(model, 1.0, 1.0 - items, ("unified_items",))


def bounds(model: Oracle, c: int) -> Bounds:
    """What the law leaves a place."""
    rules, p, left = model.rules, model.province_of[c], room(model)

    def value(name: str) -> float:
        return model.parameters.value(f"government.{name}", model.year)

    def pushes(base: float) -> tuple[float, float]:
        return -value("local_reach") * base, 1.0 / rules.fine_multiple - base

    devolved = value("floor_devolved")
    lowest = min(value("floor_lowest"), model.floor_at_start[p])
    floor = (1.0 - devolved) * rules.national_floor + devolved * lowest
    rate = rules.employer_rate_by_province[p]
    free = model.parameters.by_province("government.rate_devolved", model.year)[p] > 0.0
    admits = NOBODY if rules.open_to_migrants >= 1.0 else value("entry_age_most")
    standard = model.parameters.value("benefits.transitional_rate", model.year)
    deemed = [standard + (value(f"deemed_{end}") - standard) * left for end in ("least", "most")]
    return [
        pushes(rules.audit_base),
        pushes(rules.registration_base),
        (value("leniency_start") / 4.0, value("leniency_most")),
        (floor, rules.national_floor),
        (min(value("rate_lowest"), rate) if free else rate, rate),
        (0.0, value("supplement_most") * left),
        (0.0, value("exemption_most")),
        (NOBODY, admits),
        (deemed[0], deemed[1]),
    ]


def within(levers: Levers, allowed: Bounds) -> Levers:
    """Levers cut to bounds."""
    values = zip(astuple(levers), allowed, strict=True)
    return type(levers)(*(min(max(x, low), high) for x, (low, high) in values))


def candidates(model: Oracle, today: Levers, allowed: Bounds, lever: int) -> list[Levers]:
    """Five values of one lever, the others as today."""
    low, high = allowed[lever]
    step = model.parameters.value("government.step", model.year) * (high - low)
    now = getattr(today, NAMES[lever])
    return [replace(today, **{NAMES[lever]: min(max(now + k * step, low), high)}) for k in STEPS]


class Government:
    """The governments of a year: what they try, what it is worth, what they choose."""

    def __init__(self, model: Oracle) -> None:
        self.model = model
        places = range(len(model.province_of))
        self.bounds = [bounds(model, c) for c in places]
        self.today = [within(model.levers[c], self.bounds[c]) for c in places]
        exempts, admits = (
            any(allowed[NAMES.index(name)][1] > none for allowed in self.bounds)
            for name, none in (("exemption", 0.0), ("entry", NOBODY))
        )
        self.asked = what_if.asked(model, self.today, exempts, admits)
        self.start = what_if.start(model, self.today)
        self.parts = what_if.expected_parts(model, self.asked.answers.horizon)
        self._worth: dict[tuple[int, tuple[float, ...]], float] = {}
        self.as_it_is = what_if.look_ahead(model, self.start.accounts, self.parts)

    def worth(self, c: int, levers: Levers) -> float:
        """The payoff of a place under levers, all others keeping theirs."""
        if (c, astuple(levers)) not in self._worth:
            self._worth[c, astuple(levers)] = self._worked_out(c, levers)
        return self._worth[c, astuple(levers)]

    def _worked_out(self, c: int, levers: Levers) -> float:
        model, begun = self.model, self.start
        new = what_if.change(model, self.asked, begun, c, levers)
        path = self.as_it_is
        if levers != self.today[c]:
            path = what_if.look_ahead(model, what_if.counterfactual(begun, c, new), self.parts)
        gains = what_if.worth(model, what_if.ahead(model, path, c))
        return what_if.payoff(model, begun, c, levers, new, gains)

    def payoffs(self, c: int, lever: int) -> list[float]:
        """The payoffs of the five candidates of a lever."""
        tried = candidates(self.model, self.today[c], self.bounds[c], lever)
        return [self.worth(c, levers) for levers in tried]

    def all_chosen(self) -> list[Levers]:
        """The new levers of all places, which move at once."""
        return [self.chosen(c) for c in range(len(self.model.province_of))]

    def chosen(self, c: int) -> Levers:
        """The new levers of a place: a smoothed best response, lever by lever."""
        model, today = self.model, self.today[c]

        def value(name: str) -> float:
            return model.parameters.value(f"government.{name}", model.year)

        unit = self.start.bill[c] / self.start.accounts[c].population
        key = model.keys["perception"]
        new = replace(today)
        for lever, name in enumerate(NAMES):
            values = [getattr(x, name) for x in candidates(model, today, self.bounds[c], lever)]
            seen = []
            for k, true in enumerate(self.payoffs(c, lever)):
                error = normal(key, model.codes[c] + 1_000_000 * (5 * lever + k))
                seen.append(true + value("perception_error") * unit * error)
            best = smoothed(values, seen, value("temperature") * unit)
            inertia = value("inertia")
            setattr(new, name, inertia * getattr(today, name) + (1.0 - inertia) * best)
        return within(new, self.bounds[c])


def smoothed(values: list[float], seen: list[float], temperature: float) -> float:
    """The mean of the candidates by their odds; candidates cut to the same bound count once."""
    best = max(seen)
    total = mean = 0.0
    for k, (x, worth) in enumerate(zip(values, seen, strict=True)):
        if x in values[:k]:
            continue
        odds = math.exp((worth - best) / temperature)
        total += odds
        mean += odds * x
    return mean / total
