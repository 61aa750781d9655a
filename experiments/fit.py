"""Does a run look like the statistics? Errors of nation and provinces by year, and patterns: verdicts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from abm.space import NATION, PROVINCE_NAMES
from experiments.patterns import patterns
from experiments.published import INDICATORS, last_year, nation, provinces, simulated, years_of

if TYPE_CHECKING:
    from abm.results import Results

PROVINCE_BAR = 0.15
"""Greatest admissible median of the provinces' absolute relative errors."""

PUBLIC_SECTOR, PUBLIC_SECTOR_FROM = "public-sector staff enter in steps", 2014
BREAKS: tuple[tuple[str, int, int, tuple[str, ...], str], ...] = (
    ("Shanghai", 2011, 2011, (), "another scheme merged in"),
    ("Zhejiang", 2012, 2016, (), "another scheme merged in"),
    ("Guangdong", 2016, 2018, ("insured_employees",), "undocumented fall of the insured count"),
)
"""Known breaks: province, first and last year, indicators (none named: all of them), what happened."""


def national_bar(year: int) -> float:
    """Greatest admissible relative error of a national series: smaller before the public sector enters."""
    return 0.03 if year <= 2013 else 0.05


def table(results: Results) -> pd.DataFrame:
    """Simulated against published: indicators, years of the run (2010–2018), places with a published value.

    Columns: scope (national | province), province, indicator, year, simulated, published (persons or yuan),
    relative_error (simulated less published, over the absolute published value), known_break (text, empty
    where none is known). Raises UserError for a run without such a year.
    """
    years = years_of(results)
    last_year(results, "the fit table")
    parts = []
    for indicator in INDICATORS:
        for scope, frame, published in (
            ("national", results.national, nation(indicator, years).to_frame(NATION)),
            ("province", results.provinces, provinces(indicator, years)),
        ):
            values = simulated(frame.set_index(["province", "year"]), indicator)
            known = published.stack().rename_axis(["year", "province"]).swaplevel().dropna()
            part = pd.DataFrame({"simulated": values.reindex(known.index), "published": known})
            parts.append(part.reset_index().assign(scope=scope, indicator=indicator.name))
    tidy = pd.concat(parts, ignore_index=True)
    tidy["relative_error"] = (tidy["simulated"] - tidy["published"]) / tidy["published"].abs()
    keys = zip(tidy["province"], tidy["year"], tidy["indicator"], strict=True)
    tidy["known_break"] = [known_break(*key) for key in keys]
    order = [
        "scope",
        "province",
        "indicator",
        "year",
        "simulated",
        "published",
        "relative_error",
        "known_break",
    ]
    return tidy[order]


def known_break(province: str, year: int, indicator: str) -> str:
    """What is known to be wrong or discontinuous with a published number; empty where nothing is."""
    notes = [
        note
        for place, first, last, indicators, note in BREAKS
        if place == province and first <= year <= last and (not indicators or indicator in indicators)
    ]
    return "; ".join([*notes, PUBLIC_SECTOR] if year >= PUBLIC_SECTOR_FROM else notes)


def by_year(tidy: pd.DataFrame) -> pd.DataFrame:
    """Provinces' absolute errors by indicator and year: median, share within 15 %, and the worst province."""
    rows = tidy[tidy["scope"] == "province"].assign(size=lambda t: t["relative_error"].abs())
    keys = ["indicator", "year"]
    grouped = rows.groupby(keys, sort=False)["size"]
    errors = pd.DataFrame({"median": grouped.median(), "within": grouped.agg(_share_within)})
    worst = rows.loc[grouped.idxmax(), [*keys, "province", "relative_error", "known_break"]]
    return errors.reset_index().merge(worst, on=keys)


def _share_within(errors: pd.Series) -> float:
    return float((errors <= PROVINCE_BAR).mean())


def write(results: Results, folder: Path) -> list[Path]:
    """Write ``fit.md`` (to be read) and ``fit.csv`` (all numbers of `table`) into a folder; returns paths."""
    folder.mkdir(parents=True, exist_ok=True)
    tidy = table(results)
    pages = ["# Fit to published statistics", _national(tidy), _provincial(tidy), _patterns(results)]
    paths = [folder / "fit.md", folder / "fit.csv"]
    paths[0].write_text("\n\n".join(pages) + "\n", encoding="utf-8")
    tidy.to_csv(paths[1], index=False, lineterminator="\n")
    return paths


def _national(tidy: pd.DataFrame) -> str:
    rows = tidy[tidy["scope"] == "national"]
    errors = rows.pivot(index="year", columns="indicator", values="relative_error").reset_index()
    names = [i.name for i in INDICATORS]
    lines = []
    for row in errors.to_dict("records"):
        bar = national_bar(row["year"])
        cells = [_cell(row[name], bar) for name in names]
        verdict = _verdict(all(abs(row[name]) <= bar for name in names))
        lines.append([_year(row["year"]), f"{bar:.0%}", *cells, verdict])
    note = (
        "Relative error, simulated less published. Revenue includes fiscal subsidies and interest, "
        f"as in the yearbook. ‡ {PUBLIC_SECTOR}."
    )
    head = ["year", "bar", *(name.replace("_", " ") for name in names), "verdict"]
    return f"## Nation\n\n{note}\n\n{_markdown(head, lines)}"


def _provincial(tidy: pd.DataFrame) -> str:
    lines = []
    for row in by_year(tidy).to_dict("records"):
        name, error = row["indicator"].replace("_", " "), _percent(row["relative_error"])
        note = row["known_break"].removesuffix(PUBLIC_SECTOR).rstrip("; ")
        shares = [f"{row['median']:.1%}", f"{row['within']:.0%}"]
        verdict = _verdict(row["median"] <= PROVINCE_BAR)
        lines.append([name, _year(row["year"]), *shares, f"{row['province']} {error}", note, verdict])
    text = (
        f"Absolute relative errors of the {len(PROVINCE_NAMES)} provinces; "
        f"the bar is a median of {PROVINCE_BAR:.0%}. ‡ {PUBLIC_SECTOR}."
    )
    head = [
        "indicator",
        "year",
        "median",
        f"within {PROVINCE_BAR:.0%}",
        "worst",
        "known break there",
        "verdict",
    ]
    return f"## Provinces\n\n{text}\n\n{_markdown(head, lines)}"


def _patterns(results: Results) -> str:
    lines = []
    for row in patterns(results).to_dict("records"):
        values = [_number(row["simulated"]), _number(row["published"])]
        lines.append([row["pattern"], str(row["year"]), *values, row["bar"], _verdict(row["passed"])])
    if not lines:
        return "## Patterns\n\nNone falls into the years of this run."
    head = ["pattern", "year", "simulated", "published", "bar", "verdict"]
    return f"## Patterns\n\n{_markdown(head, lines)}"


def _cell(error: float, bar: float) -> str:
    return _percent(error) if abs(error) <= bar else f"**FAIL {_percent(error)}**"


def _year(year: int) -> str:
    return f"{year} ‡" if year >= PUBLIC_SECTOR_FROM else str(year)


def _number(value: float) -> str:
    return f"{value:.3g}".replace("-", "−")


def _percent(share: float) -> str:
    return f"{share:+.1%}".replace("-", "−")


def _verdict(passed: bool) -> str:
    return "PASS" if passed else "**FAIL**"


def _markdown(head: list[str], lines: list[list[str]]) -> str:
    rows = [head, ["---"] * len(head), *lines]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)
