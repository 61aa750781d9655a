"""Which pooling rules are in force when: dated events, and the stack of tiers they add up to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from itertools import groupby
from typing import Annotated, Any, NamedTuple, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, model_validator

from abm.errors import UserError, unknown
from abm.space import PROVINCE_NAMES

NONE = "none"
"""The upper rule that moves nothing between provinces and centre."""
MODULES = {
    "waiver_2020": "employers' contributions waived or halved in the epidemic, February to December 2020",
    "assessment": "local governments are assessed: good years keep surplus, failure cuts transfers",
    "budget_hardness": "the centre pays less of a gap that nobody below can pay",
    "early_warning": "below six payable months an emergency transfer, and rises of high pensions wait",
    "tax_collection": "the tax authority collects what the agency bills",
    "tax_assessment": "the tax authority also assesses the base, from its own records of pay",
    "vertical_management": "the agency answers to the centre, which pays it; localities can hold it up less",
    "platform": "one information platform: known rules, checked approvals, transfers without delay",
    "unified_contributions": "one contribution base, rate and floor for the nation",
    "unified_benefits": "one calculation base of new pensions for the nation",
    "unified_items": "no place adds to the nation's rise of pensions",
    "one_average_wage": "new pensions rest on the average wage that contribution bases rest on",
    "transition": "what is unified comes in steps over years: keep the low, limit the high",
    "parity": "places raise pensions in payment towards those of better-off neighbours",
}
"""Switches that work under any regime, each with what it does while it is on."""


def calendar_date(value: Any) -> date:
    """A date as YAML or JSON gives it; UserError for anything else."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise UserError(f"'{value}' is not a date; write YYYY-MM-DD") from None


CalendarDate = Annotated[date, BeforeValidator(calendar_date)]


class Frozen(BaseModel):
    """A record that refuses unknown keys and changes after it is made."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Regime(Frozen):
    """What an event changes in the stack of tiers; None leaves that tier's rule as it is."""

    lower: str | None = None
    upper: str | None = None

    @model_validator(mode="after")
    def _known(self) -> Self:
        from abm.regimes import LOWER, UPPER

        if self.lower is not None and self.lower not in LOWER:
            raise unknown("lower rule", self.lower, LOWER)
        if self.upper is not None and self.upper not in UPPER:
            raise unknown("upper rule", self.upper, UPPER)
        return self

    @classmethod
    def parse(cls, text: str) -> Regime:
        """The complete stack written as ``lower/upper``, as a lower rule, or as an upper rule alone.

        A lower rule has nothing above it; an upper rule stands on ``provincial_unified``.
        """
        from abm.regimes import LOWER, UPPER

        lower, slash, upper = text.partition("/")
        if slash:
            return cls(lower=lower, upper=upper)
        if text in LOWER:
            return cls(lower=text, upper=NONE)
        if text in UPPER:
            return cls(lower="provincial_unified", upper=text)
        raise unknown("regime", text, (*LOWER, *UPPER))


class Event(Frozen):
    """A dated change of rules: effective ``start`` (``from`` in files), known since ``announced``.

    An event is announced when it takes effect unless it says otherwise. With ``provinces`` (English names)
    only the lower rule of those provinces changes.
    """

    start: CalendarDate = Field(alias="from")
    announced: CalendarDate | None = None
    provinces: tuple[str, ...] = ()
    regime: Regime = Regime()
    modules: dict[str, StrictBool] = {}

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for province in self.provinces:
            if province not in PROVINCE_NAMES:
                raise unknown("province", province, PROVINCE_NAMES)
        for module in self.modules:
            if module not in MODULES:
                raise unknown("module", module, MODULES)
        if self.provinces and (self.regime.upper or self.modules):
            raise UserError(
                f"the event of {self.start} names provinces, so it may change their lower rule only"
            )
        if self.announced is not None and self.announced > self.start:
            raise UserError(f"the event of {self.start} is announced later, on {self.announced}")
        return self

    @property
    def key(self) -> tuple[date, tuple[str, ...]]:
        """What events are merged by: date and provinces. Sorts general events before provinces' own."""
        return self.start, tuple(sorted(self.provinces))

    def under(self, later: Event) -> Event:
        """This event with the entries of another one of the same key on top."""
        regime = {**self.regime.model_dump(), **later.regime.model_dump(exclude_none=True)}
        return later.model_copy(
            update={
                "announced": later.announced or self.announced,
                "regime": Regime(**regime),
                "modules": {**self.modules, **later.modules},
            }
        )


Timeline = tuple[Event, ...]


def merged(*timelines: Iterable[Event]) -> Timeline:
    """The events of all timelines in order of date; of two with the same key the later one's entries win."""
    events: dict[tuple[date, tuple[str, ...]], Event] = {}
    for timeline in timelines:
        for event in timeline:
            events[event.key] = events[event.key].under(event) if event.key in events else event
    return tuple(events[key] for key in sorted(events))


def regimes_given(value: Any, start: date) -> dict[date, Regime]:
    """Complete stacks by date from what ``set: {regime: …}`` may hold: one for all time, or by date."""
    entries = value if isinstance(value, dict) else {start: value}
    return {calendar_date(day): Regime.parse(str(text)) for day, text in entries.items()}


def under_regimes(timeline: Timeline, stacks: dict[date, Regime]) -> Timeline:
    """The timeline with the stacks instead of all its regimes from the first date on; modules stay."""
    first = min(stacks)
    kept = (
        event if event.start < first else event.model_copy(update={"regime": Regime(), "provinces": ()})
        for event in timeline
        if event.modules or event.start < first
    )
    return merged(kept, [Event(start=day, regime=regime) for day, regime in stacks.items()])


class RegimeStack(NamedTuple):
    """The rules in force at a date, as ``abm.regimes`` names them, and provinces with another lower rule."""

    lower: str
    upper: str
    exceptions: tuple[tuple[str, str], ...] = ()

    def lower_of(self, province: str) -> str:
        """The lower rule of a province (English name)."""
        return dict(self.exceptions).get(province, self.lower)


def stack_on(timeline: Timeline, day: date) -> RegimeStack | None:
    """The stack in force on a day; None while the timeline has not yet named a lower rule.

    An event for all provinces also ends what earlier events said of single ones.
    """
    lower: str | None = None
    upper = NONE
    exceptions: dict[str, str] = {}
    for event in timeline:
        if event.start > day:
            break
        if event.regime.lower and event.provinces:
            exceptions.update(dict.fromkeys(event.provinces, event.regime.lower))
        elif event.regime.lower:
            lower, exceptions = event.regime.lower, {}
        upper = event.regime.upper or upper
    if lower is None:
        return None
    others = tuple(sorted((province, rule) for province, rule in exceptions.items() if rule != lower))
    return RegimeStack(lower, upper, others)


class Segment(NamedTuple):
    """A part of a year under the same rules: its share of the year, the stack, the modules that are on."""

    share: float
    stack: RegimeStack | None
    modules: frozenset[str]


def segments(timeline: Timeline, year: int) -> list[Segment]:
    """The segments of a year in order of time; their shares sum to one.

    A month belongs to the rules in force on its first day: a switch on 1 July gives twice one half, one on
    31 December counts from the next year.
    """
    months = [date(year, month, 1) for month in range(1, 13)]
    rules = ((stack_on(timeline, day), modules_on(timeline, day)) for day in months)
    return [Segment(len(list(same)) / 12, *state) for state, same in groupby(rules)]


def stacks_of(timeline: Timeline, year: int) -> list[tuple[float, RegimeStack | None]]:
    """The stacks of a year in order of time, each with its share of the year (as ``segments``)."""
    months = [stack_on(timeline, date(year, month, 1)) for month in range(1, 13)]
    return [(len(list(same)) / 12, stack) for stack, same in groupby(months)]


def modules_on(timeline: Timeline, day: date) -> frozenset[str]:
    """The modules that are switched on on a day."""
    on: dict[str, bool] = {}
    for event in timeline:
        if event.start <= day:
            on |= event.modules
    return frozenset(module for module, switched in on.items() if switched)


def modules_of(timeline: Timeline, year: int) -> dict[str, float]:
    """Share of a year's months on whose first day each module is switched on."""
    on = [modules_on(timeline, date(year, month, 1)) for month in range(1, 13)]
    return {module: sum(module in now for now in on) / 12 for module in MODULES}
