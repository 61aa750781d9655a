"""Local governments: bounds, candidates and choice of their levers (specification, 8.1)."""

from __future__ import annotations

from dataclasses import astuple, replace
from typing import TYPE_CHECKING

from abm.draws import normal
from oracle import ahead, unification, what_if, worth
from oracle.choosing import ATTRACTION, IMITATION, PLANNER, attraction, example, odds
from oracle.leaving import PROVINCES
from oracle.province import Limits, Province, narrowed

if TYPE_CHECKING:
    from oracle.accounts import Account
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

    def __init__(self, model: Oracle, last: Government | None = None) -> None:
        self.model, self.last = model, last
        places = range(len(model.province_of))
        self.law = [dict(zip(NAMES, bounds(model, c), strict=True)) for c in places]
        self.bounds = [
            list(narrowed(self.law[c], model.limits.get(model.province_of[c], {})).values()) for c in places
        ]
        self.today = [within(model.levers[c], self.bounds[c]) for c in places]
        exempts, admits = (
            any(allowed[NAMES.index(name)][1] > none for allowed in self.bounds)
            for name, none in (("exemption", 0.0), ("entry", NOBODY))
        )
        self.asked = what_if.asked(model, self.today, exempts, admits)
        self.start = what_if.start(model, self.today)
        self.parts = ahead.expected_parts(model, self.asked.answers.horizon)
        self.as_it_is = ahead.look_ahead(model, self.start.accounts, self.parts)
        self.rule = round(self.value("choice_rule"))
        self.attractions: dict[tuple[int, int], list[float]] = {}
        self.odds: dict[tuple[int, int], list[float]] = {}
        self.experience = 1.0
        if self.rule == ATTRACTION and self.learned:
            self.experience += self.value("attraction_decay") * self.learned.experience
        self._worth: dict[tuple[int, tuple[float, ...]], tuple[float, float]] = {}

    @property
    def learned(self) -> Government | None:
        """Last year's governments if they chose by attraction."""
        return self.last if self.last is not None and self.last.rule == ATTRACTION else None

    def value(self, name: str) -> float:
        return self.model.parameters.value(f"government.{name}", self.model.year)

    def unit(self, c: int) -> float:
        """The wage bill per resident."""
        return self.start.bill[c] / self.start.accounts[c].population

    def worth(self, c: int, levers: Levers) -> tuple[float, float]:
        """The payoff of a place under levers, all others keeping theirs, and what a planner adds to it."""
        if (c, astuple(levers)) not in self._worth:
            self._worth[c, astuple(levers)] = self._worked_out(c, levers)
        return self._worth[c, astuple(levers)]

    def _worked_out(self, c: int, levers: Levers) -> tuple[float, float]:
        model, begun = self.model, self.start
        new = what_if.change(model, self.asked, begun, c, levers)
        if levers == self.today[c]:
            return worth.payoff(model, begun, {c: levers}, {c: new}, self.gains(self.as_it_is, c)), 0.0
        planner = self.rule == PLANNER
        accounts = what_if.counterfactual(begun, {c: new}, self.lost if planner else 0.0)
        path = ahead.look_ahead(model, accounts, self.parts)
        own = worth.payoff(model, begun, {c: levers}, {c: new}, self.gains(path, c))
        return own, self.others_gain(c, accounts, path) if planner else 0.0

    def others_gain(self, c: int, accounts: list[Account], path: ahead.Path) -> float:
        """What all other places gain, over the residents of the actor."""
        people = self.start.people
        total = 0.0
        for d, account in enumerate(accounts):
            if d != c:
                today = self.of_another(self.start.accounts[d], self.as_it_is, d)
                total += (self.of_another(account, path, d) - today) * people[d]
        return total / people[c]

    @property
    def lost(self) -> float:
        """The part of the capital driven away that arrives nowhere, as a planner expects it."""
        return min(self.value("exit_elasticity") / self.value("capital_flight"), 1.0)

    def gains(self, path: ahead.Path, c: int) -> worth.Worth:
        return worth.worth(self.model, ahead.seen_by_locality(self.model, path, c))

    def of_another(self, account: Account, path: ahead.Path, d: int) -> float:
        """The payoff of a place that keeps its levers, on the account that it comes to."""
        begun, levers = self.start, self.today[d]
        unmoved = what_if.change(self.model, self.asked, begun, d, levers)
        size = account.output / begun.accounts[d].output
        new = replace(unmoved, collected=account.contributions, size=size, exempted=unmoved.exempted * size)
        return worth.payoff(self.model, begun, {d: levers}, {d: new}, self.gains(path, d))

    def tried(self, c: int, lever: int) -> list[Levers]:
        """The five candidates of a lever."""
        return candidates(self.model, self.today[c], self.bounds[c], lever)

    def payoffs(self, c: int, lever: int) -> list[float]:
        """The payoffs of the five candidates of a lever."""
        return [self.worth(c, levers)[0] for levers in self.tried(c, lever)]

    def seen(self, c: int, lever: int) -> list[float]:
        """What the candidates are worth as the government, or a planner, sees it."""
        return [
            sum(self.worth(c, levers)) + self.error(c, lever, k)
            for k, levers in enumerate(self.tried(c, lever))
        ]

    def error(self, c: int, lever: int, candidate: int) -> float:
        """The error with which a government sees what a candidate is worth."""
        draw = self.model.codes[c] + 1_000_000 * (len(STEPS) * lever + candidate)
        size = self.value("perception_error") * self.unit(c)
        return size * normal(self.model.keys["perception"], draw)

    def success(self, c: int) -> float:
        """The payoff of today's levers as it is seen, per yuan of wages."""
        return (self.worth(c, self.today[c])[0] + self.error(c, 0, NOW)) / self.unit(c)

    def all_chosen(self) -> list[Levers]:
        """The new levers of all places, which move at once."""
        return [self.chosen(c) for c in range(len(self.model.province_of))]

    def limits(self) -> dict[int, Limits]:
        """The bounds of the next year, none where province and locality are one agent, or under a planner."""
        if len(self.today) == len(PROVINCES) or self.rule == PLANNER:
            return {}
        return {p: Province(self, p).chosen() for p in PROVINCES}

    def chosen(self, c: int) -> Levers:
        """The new levers of a place, on the way from today's to what it would rather have."""
        if self.rule == IMITATION:
            success = [self.success(d) for d in range(len(self.today))]
            wanted = self.today[example(self.model, c, round(self.value("neighbours")), success)]
        else:
            wanted = self.best(c)
        inertia = self.value("inertia")
        pairs = zip(astuple(self.today[c]), astuple(wanted), strict=True)
        return within(type(wanted)(*(inertia * a + (1.0 - inertia) * b for a, b in pairs)), self.bounds[c])

    def best(self, c: int) -> Levers:
        """The mean of the candidates by their odds, lever by lever."""
        wanted = replace(self.today[c])
        for lever, name in enumerate(NAMES):
            values = [getattr(levers, name) for levers in self.tried(c, lever)]
            seen = self.seen(c, lever)
            if self.rule == ATTRACTION:
                seen = [self.unit(c) * a for a in self.attraction(c, lever, seen)]
            chances = odds(values, seen, self.value("temperature") * self.unit(c))
            self.odds[c, lever] = chances
            setattr(wanted, name, sum(u * x for u, x in zip(chances, values, strict=True)))
        return wanted

    def attraction(self, c: int, lever: int, seen: list[float]) -> list[float]:
        """The attractions of the candidates, from last year's and what is seen now."""
        new = [(worth - seen[NOW]) / self.unit(c) for worth in seen]
        if self.learned:
            before, chances = self.learned.attractions[c, lever], self.learned.odds[c, lever]
            decay, forgone = self.value("attraction_decay"), self.value("forgone_weight")
            new = attraction(new, before, chances, self.learned.experience, decay, forgone)
        self.attractions[c, lever] = new
        return new
