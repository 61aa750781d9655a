"""Plain text for the terminal: aligned tables, and what a run says when it is over."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from abm.data import Table as Described
    from abm.results import Results
    from abm.scenario import Scenario

SUMMARY = (
    ("contributions", "contribution_revenue", 1e9, "bn yuan"),
    ("benefits", "benefit_expenditure", 1e9, "bn yuan"),
    ("fiscal subsidy", "fiscal_subsidy", 1e9, "bn yuan"),
    ("reserve at year end", "reserve", 1e9, "bn yuan"),
    ("insured employees", "insured_employees", 1e6, "m persons"),
    ("retirees", "retirees", 1e6, "m persons"),
    ("payable months", "payable_months", 1, "months"),
    ("effective rate", "effective_rate", 0.01, "% of wages"),
    ("coverage of employees", "coverage", 0.01, "% of employees"),
)
"""Rows of the summary: label, column of ``national``, divisor, unit."""


def table(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Rows under a header; columns of numbers are aligned to the right, the last column is left ragged."""
    cells = [[_cell(value) for value in row] for row in rows]
    numeric = [
        bool(cells) and all(_is_number(row[i]) or row[i] == "–" for row in cells) for i in range(len(header))
    ]
    widths = [max(len(row[i]) for row in [list(header), *cells]) for i in range(len(header))]

    def line(row: Sequence[str]) -> str:
        parts = zip(row, widths, numeric, strict=True)
        return "  ".join(f"{text:>{n}}" if right else f"{text:<{n}}" for text, n, right in parts).rstrip()

    return "\n".join([line(list(header)), line(["-" * n for n in widths]), *(line(row) for row in cells)])


def frame_table(frame: pd.DataFrame) -> str:
    """A data frame as an aligned table."""
    return table([str(name) for name in frame.columns], frame.itertuples(index=False))


def summary(results: Results) -> str:
    """The nation in the first and the last year of a run."""
    nation = results.national.sort_values("year")
    first, last = nation.iloc[0], nation.iloc[-1]
    rows = [
        (label, f"{first[column] / divisor:,.1f}", f"{last[column] / divisor:,.1f}", unit)
        for label, column, divisor, unit in SUMMARY
    ]
    return table(["China", str(first["year"]), str(last["year"]), "unit"], rows)


def scenario_text(scenario: Scenario) -> str:
    """A scenario's settings, its timeline and the parameters it sets, in words a reader can check."""
    resolved = scenario.resolved()
    settings = ("from", "to", "scale", "seed", "resolution")
    lines = [
        f"{scenario.name}: {scenario.title}",
        "  ".join(f"{name} {resolved[name]}" for name in settings),
        "",
        table(
            ["from", "announced", "provinces", "lower", "upper", "modules"],
            [
                (
                    event.start,
                    event.announced,
                    ", ".join(event.provinces) or "all",
                    event.regime.lower,
                    event.regime.upper,
                    ", ".join(f"{name} {'on' if on else 'off'}" for name, on in event.modules.items())
                    or None,
                )
                for event in scenario.timeline
            ],
        ),
    ]
    if scenario.set:
        lines += ["", table(["parameter", "value"], resolved["set"].items())]
    return "\n".join(lines)


def years(known: Sequence[int]) -> str | None:
    """Years from first to last, ``2010–2018``; None for none."""
    return f"{known[0]}–{known[-1]}" if known else None


def data_text(described: Described, sources: Mapping[str, str]) -> str:
    """A table of published statistics: what it holds, its variables, its traps, the text of its sources."""
    lines = [f"{described.name}: {described.title}", described.description, ""]
    lines += [f"{described.rows} rows, years {years(described.years) or '–'}", ""]
    variables = [(name, v.unit, v.definition) for name, v in described.variables.items()]
    lines.append(table(["variable", "unit", "definition"], variables))
    if described.traps:
        lines += ["", "Traps:", *(f"  - {trap}" for trap in described.traps)]
    lines += ["", "Sources:", *(f"  {name}: {sources[name]}" for name in described.sources)]
    return "\n".join(lines)


def effects(found: pd.DataFrame) -> str:
    """Effects on the nation in the last year, and what common draws saved."""
    from experiments.comparison import HEADLINES

    year = found["year"].max()
    nation = found[(found["level"] == "nation") & (found["year"] == year)].set_index("indicator")
    rows = []
    for scenario, part in nation.groupby("scenario", sort=False):
        for label, column, divisor, unit in SUMMARY:
            if column in HEADLINES:
                effect = part.loc[column]
                numbers = effect[["baseline_mean", "difference", "low", "high"]] / divisor
                factor = effect["variance_reduction"]
                saved = f"{factor:.0f}" if math.isfinite(factor) else "–"
                rows.append((scenario, label, *(f"{x:,.4g}" for x in numbers), unit, saved))
    baseline, pairs = nation["baseline"].iloc[0], nation["pairs"].min()
    head = ["scenario", f"nation in {year}", baseline, "effect", "low", "high", "unit", "draws ×"]
    return (
        table(head, rows) + f"\n\n95 % intervals of {pairs} pairs; 'draws ×': how many times more runs "
        "independent seeds would need for the same error"
    )


def decomposition(found: pd.DataFrame) -> str:
    """The channels' shares of the effect on the nation in the last year, by indicator."""
    from experiments.figures.labels import change_unit

    last = found[found["year"] == found["year"].max()]
    lines = []
    for indicator, part in last.groupby("indicator", sort=False):
        divisor, unit = change_unit(str(indicator), "en")
        numbers = part[["channel", "effect", "low", "high"]].itertuples(index=False)
        rows = [(channel, *(f"{x / divisor:,.4g}" for x in values)) for channel, *values in numbers]
        head = f"{indicator} of {part['year'].iloc[0]}, {unit}, {part['replicates'].iloc[0]} replicates"
        lines += [head, table(["channel", "effect", "low", "high"], rows), ""]
    return "\n".join(lines).rstrip()


def sensitivities(found: pd.DataFrame) -> str:
    """The ranking of parameters for each scenario and indicator, the strongest first."""
    from experiments.indices import MEASURES

    ranking, inner = next(names[:2] for names in MEASURES.values() if names[0] in set(found["measure"]))
    lines = []
    for (scenario, indicator), part in found.groupby(["scenario", "indicator"], sort=False):
        first, second = (part[part["measure"] == name].set_index("parameter") for name in (ranking, inner))
        interval = ["low", "high"] if second["low"].notna().any() else []
        within = second[["value", *interval]].add_prefix("inner ")
        joined = first[["value", "low", "high", "replicate_error"]].join(within)
        ranked = joined.sort_values("value", ascending=False, kind="stable")
        rows = [(name, *(f"{x:.3g}" for x in numbers)) for name, *numbers in ranked.itertuples()]
        lines += [f"{indicator} of {part['year'].iloc[0]}, {scenario}"]
        lines += [table(["parameter", ranking, "low", "high", "replicates ±", inner, *interval], rows)]
        noise = part["noise_share"].iloc[0]
        said = "unknown with one replicate" if math.isnan(noise) else f"{noise:.1%}"
        groups, out = part["groups"].iloc[0], part["left_out"].iloc[0]
        lines += [f"replicate noise: {said} of the variance; groups {groups}, left out {out}", ""]
    return "\n".join(lines).rstrip()


def too_few(found: pd.DataFrame) -> str:
    """What to say of a sample too small for its indices, with intervals wider than 0 to 1; or nothing."""
    from experiments.indices import too_wide

    wide = too_wide(found)
    if wide.empty:
        return ""
    worst = wide.iloc[int((wide["high"] - wide["low"]).argmax())]
    which = f"{worst['measure']} of {worst['parameter']} for {worst['indicator']}"
    return (
        f"{worst['groups']} base points are too few: {len(wide)} of {len(found)} intervals are wider than "
        f"the range of an index, 0 to 1 ({which}: {worst['low']:.3g} to {worst['high']:.3g}); "
        "raise 'samples' of the design"
    )


def failures(runs: pd.DataFrame) -> str:
    """What failed among runs of a store: how many, and the last line of the first traceback; or nothing."""
    failed = runs[runs["status"] == "failed"]
    if failed.empty:
        return ""
    first = str(failed["error"].iloc[0]).strip().splitlines()[-1]
    count = f"{len(failed)} of {len(runs)} runs failed"
    return f"{count} ({first}); the store holds the tracebacks, and the same command tries them again"


def damage(shards: Sequence[Path]) -> str:
    """What to say about shards that could not be read in full; or nothing."""
    if not shards:
        return ""
    names = ", ".join(shown(path) for path in shards)
    return f"damaged and set aside: {names}; the same command makes the runs lost with it again"


def shown(path: Path) -> str:
    """A path as short as it can be said from the current folder."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _cell(value: Any) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "–"
    if isinstance(value, float):
        return f"{value:,.6g}"
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_cell(entry)}" for key, entry in value.items())
    return str(value)


def _is_number(text: str) -> bool:
    return text.replace(",", "").lstrip("-+").replace(".", "", 1).isdigit()
