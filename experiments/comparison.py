"""Comparing scenarios: paired differences over replicates with common draws, for nation, provinces, cohorts.

Replicate r of every scenario has the same seed, so that a person, an employer or a government draws the same
numbers under each; what remains is what the policy does, and how it plays out with different luck.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from abm.errors import UserError, unknown
from abm.scenario import Scenario
from abm.timeline import NONE
from experiments.backends import Pool
from experiments.design import check_disk
from experiments.paired import effects, pairs_needed
from experiments.runner import Progress, execute, tasks_of
from experiments.store import TABLES, Store
from experiments.sweeps import STORE, Sweep

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

HEADLINES = (
    "contribution_revenue",
    "benefit_expenditure",
    "reserve",
    "insured_employees",
    "effective_rate",
    "coverage",
)
"""Indicators of the nation in the last year that are shown, and that ``precision`` refers to."""
PILOT = 4
"""Pairs from which the number needed for a precision is estimated."""
MOST_PAIRS = 10_000
LEVELS = {"nation": "national", "province": "provinces", "cohort": "cohorts"}
"""The table of the store behind each level of a comparison."""


def compare(
    *scenarios: str | Scenario,
    replicates: int | None = None,
    precision: float | None = None,
    indicators: Sequence[str] = HEADLINES,
    store: str | Path | Store = STORE,
    progress: Progress | None = None,
    say: Callable[[str], None] | None = None,
    jobs: int | None = None,
    backend: str = "loky",
    address: str | None = None,
    draws: Sequence[Mapping[str, Any]] = (),
    **options: Any,
) -> pd.DataFrame:
    """Effects of each scenario against the first: a row a level, place or cohort, year and indicator.

    ``replicates`` pairs are run (default 8), or as many as ``precision`` needs: after a pilot of four pairs
    the number is such that, for each of ``indicators``, every scenario's national effect in the last year is
    with 95 % confidence within ``precision`` × the baseline's mean of what is found (for the reserve: × its
    benefit expenditure). The t intervals that are returned use the deviation of all pairs, and may come out
    wider where the pilot's was small. ``say`` is told the number before the rest is run, and after it which
    interval is the widest if one is wider than that. ``jobs``, ``backend`` and
    ``address`` are those of :class:`experiments.backends.Pool`, ``options`` those of ``Scenario.named``
    (start, end, scale, seed, resolution, set). With ``draws`` of parameters (:mod:`experiments.posterior`)
    both runs of pair r have draw r, and as many pairs are run as there are draws unless ``replicates`` is
    given. A pair of which a run failed is left out. Columns: scenario,
    baseline, level, place (province, ``China`` or the first year of a birth cohort), year, indicator, and
    those of :func:`experiments.paired.effects`. Raises UserError: scenarios that coincide, fewer than two
    pairs left, a precision out of reach.
    """
    chosen = checked(scenarios, options)
    for name in indicators:
        if name not in TABLES["national"] or name in ("year", "province"):
            raise unknown("indicator", name, list(TABLES["national"])[2:])
    kept = store if isinstance(store, Store) else Store(store)
    workers = Pool(jobs, backend, address)
    workers.check()
    if draws and precision is None:
        replicates = replicates or len(draws)
    pairs = _first_pairs(replicates, precision)

    def run(count: int) -> Sweep:
        tasks = [task for s in chosen for task in tasks_of(s, s.seed, count, draws=draws)]
        present = kept.finished()
        missing = sum(task.key not in present for task in tasks)
        check_disk(kept.folder, missing, chosen[0].end - chosen[0].start + 1)
        execute(tasks, kept, workers, progress)
        return Sweep(tasks, kept)

    made = run(pairs)
    if precision is not None:
        needed = needed_pairs(made, indicators, precision)
        if say is not None:
            say(_plan(needed, pairs, precision, len(chosen)))
        most = max(needed.values())
        if most > MOST_PAIRS:
            raise UserError(
                f"precision {precision:g} needs about {most:,} pairs; allowed: at most {MOST_PAIRS:,}; "
                "ask for less precision or run at a finer --scale"
            )
        made = run(most) if most > pairs else made
    found = table(made)
    if precision is not None and say is not None:
        wide = _wider(found, indicators, precision)
        if wide:
            say(wide)
    return found


def table(made: Sweep) -> pd.DataFrame:
    """The effects of every scenario of these runs against the first one, at all levels."""
    parts = []
    for level, name in LEVELS.items():
        frame = made.table(name)
        place = {"nation": "province", "province": "province", "cohort": "birth_cohort"}[level]
        if level == "cohort":
            frame = (
                frame.drop(columns="migrant").groupby(_ids(frame, place), as_index=False, sort=False).sum()
            )
        baseline, *others = made.runs["scenario"].unique()
        wide = {scenario: _cells(part, place) for scenario, part in frame.groupby("scenario", sort=False)}
        for scenario in others:
            parts.append(_effects(baseline, scenario, wide, level, place))
    return pd.concat(parts, ignore_index=True)


def needed_pairs(made: Sweep, indicators: Sequence[str], precision: float) -> dict[str, int]:
    """Pairs that each national indicator of the last year needs, by the pilot in these runs."""
    national = made.national
    last = national[national["year"] == national["year"].max()]
    by_scenario = {name: part.set_index("replicate") for name, part in last.groupby("scenario", sort=False)}
    baseline, *others = (by_scenario[name] for name in made.runs["scenario"].unique() if name in by_scenario)
    needed = dict.fromkeys(indicators, 2)
    for other, name in itertools.product(others, indicators):
        both = baseline.index.intersection(other.index)
        _enough(len(both))
        change = other.loc[both, name] - baseline.loc[both, name]
        scale = "benefit_expenditure" if name == "reserve" else name
        width = precision * abs(float(baseline.loc[both, scale].mean()))
        if width > 0:
            needed[name] = max(needed[name], pairs_needed(float(change.std(ddof=1)), width, len(both)))
    return needed


def _ids(frame: pd.DataFrame, place: str) -> list[str]:
    return ["key", "scenario", "point", "replicate", "seed", "year", place]


def _cells(frame: pd.DataFrame, place: str) -> pd.DataFrame:
    """Replicates as rows; year, place and indicator as columns; zero persons where a cohort has no row."""
    values = frame.drop(columns=["key", "scenario", "point", "seed"]).set_index(["replicate", "year", place])
    wide = pd.DataFrame(values.unstack(["year", place]))
    return wide.fillna(0.0) if place == "birth_cohort" else wide


def _effects(
    baseline: str, scenario: str, wide: dict[Any, pd.DataFrame], level: str, place: str
) -> pd.DataFrame:
    none = pd.DataFrame()
    a, b = wide.get(baseline, none), wide.get(scenario, none)
    both = a.index.intersection(b.index)
    _enough(len(both), f"'{scenario}' and '{baseline}'")
    columns = a.columns.union(b.columns, sort=False)
    a, b = (x.reindex(index=both, columns=columns, fill_value=0.0).astype(float) for x in (a, b))
    keys = columns.to_frame(index=False)
    keys.columns = pd.Index(["indicator", "year", "place"])
    numbers = effects(a.to_numpy(), b.to_numpy())
    head = pd.DataFrame({"scenario": scenario, "baseline": baseline, "level": level}, index=keys.index)
    places = keys["place"].astype(str)
    return head.assign(place=places, year=keys["year"], indicator=keys["indicator"]).join(numbers)


def _enough(pairs: int, what: str = "the scenarios") -> None:
    if pairs < 2:
        raise UserError(
            f"{pairs} pairs of {what} did not fail, and errors need two; the store holds the tracebacks"
        )


def _first_pairs(replicates: int | None, precision: float | None) -> int:
    if precision is not None and not 0 < precision < 1:
        raise UserError(f"precision {precision:g} is not allowed; allowed: above 0, below 1")
    if replicates is not None and not 2 <= replicates <= MOST_PAIRS:
        raise UserError(f"replicates {replicates} is not allowed; allowed: 2 to {MOST_PAIRS:,}")
    if replicates is not None and precision is not None:
        raise UserError("give either replicates or a precision, not both")
    return replicates or (PILOT if precision is not None else 8)


def checked(specs: Sequence[str | Scenario], options: dict[str, Any]) -> list[Scenario]:
    """The scenarios; UserError if there are fewer than two, or two that are the same at this resolution."""
    if len(specs) < 2:
        raise UserError("a comparison needs two scenarios or more, the baseline first")
    chosen = [
        s.changed(**options) if isinstance(s, Scenario) else Scenario.named(s, **options) for s in specs
    ]
    names = [s.name for s in chosen]
    if len(set(names)) < len(names):
        raise UserError(f"scenario '{next(n for n in names if names.count(n) > 1)}' is named twice")
    for a, b in itertools.combinations(chosen, 2):
        if a.key() == b.key():
            raise UserError(f"'{a.name}' and '{b.name}' are the same scenario")
        for setting in ("start", "end", "scale", "seed", "resolution"):
            if getattr(a, setting) != getattr(b, setting):
                raise UserError(f"'{a.name}' and '{b.name}' differ in {setting}; they must not")
        if _above_the_province(a) == _above_the_province(b):
            _refuse_coinciding(a, b)
    return chosen


def _above_the_province(scenario: Scenario) -> Any:
    """What defines the scenario up to its last year, lower rules left out."""
    resolved = scenario.resolved()
    upper, changes = NONE, []
    for event in scenario.timeline:
        known = event.announced or event.start
        before, upper = upper, event.regime.upper or upper
        if known.year <= scenario.end and (upper != before or event.modules):
            changes.append((event.start, known, upper, event.modules))
    return {key: resolved[key] for key in ("from", "to", "resolution", "set")}, changes


def _refuse_coinciding(a: Scenario, b: Scenario) -> None:
    """Raise UserError if two scenarios that differ in lower rules alone cannot be told apart."""
    from abm import regimes
    from abm.population import places

    province_of = places.load(a.resolution).province_of
    for year in range(a.start, a.end + 1):
        stacks = [(s.lower, s.upper) for scenario in (a, b) for _, s in scenario.regime_at(year)]
        regimes.validate(dict.fromkeys(stacks), province_of)


def _wider(found: pd.DataFrame, indicators: Sequence[str], precision: float) -> str:
    """What to say of the widest national interval of the last year if it is wider than asked."""
    rows = found[(found["level"] == "nation") & (found["year"] == found["year"].max())]
    means = rows.set_index(["scenario", "indicator"])["baseline_mean"].abs()
    rows = rows[rows["indicator"].isin(indicators)]
    scale = [
        means[scenario, "benefit_expenditure" if name == "reserve" else name]
        for scenario, name in zip(rows["scenario"], rows["indicator"], strict=True)
    ]
    reach = ((rows["high"] - rows["low"]) / 2 / scale).fillna(0.0)
    if not reach.max() > precision:
        return ""
    worst = rows.loc[reach.idxmax()]
    return (
        f"the pairs vary more than the pilot's: {worst['indicator']} of '{worst['scenario']}' has "
        f"±{reach.max():.3g}; ±{precision:.3g} around the effect still holds at 95 % (Stein's rule)"
    )


def _plan(needed: dict[str, int], pilot: int, precision: float, scenarios: int) -> str:
    most = max(needed, key=lambda name: needed[name])
    by_name = ", ".join(f"{name} {count}" for name, count in needed.items())
    runs = max(needed[most] - pilot, 0) * scenarios
    return (
        f"±{precision:.3g} of the baseline at 95 % needs {needed[most]} pairs ({by_name}; "
        f"pilot of {pilot}): {runs} more runs"
    )
