"""What the validation report says, section by section."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from abm.results import code_hash
from calibration import contested, drawings, targets, validation
from calibration.pages import SEEN
from calibration.report import Report, Section, verdict
from calibration.validation import Worlds

LEVELS = ("macro", "province", "micro", "government")
"""Levels of the targets that a history is held against."""

INPUTS = (
    "No series is aligned to a published one after the base year: there is no alignment factor in the "
    "model, so "
    "there are no results without it to show. What is put in from outside every year is: residents, births "
    "and "
    "death rates, wages, output, jobs of the census years, the dated entry of public-sector staff and the "
    "national "
    "lump-sum subsidy. The base year itself is solved to match the published revenue of every province "
    "(three "
    "constants a province; docs/specification.md, 4.6)."
)
KEPT = (
    "Fund flows after 2018 are kept back and were not looked up. Surveys of 2019 and 2021 and the published "
    "estimates are never fitted."
)


def compose(
    worlds: Worlds,
    scenario: str,
    scale: int,
    seeds: int,
    disputed: pd.DataFrame | None,
    replications: pd.DataFrame | None,
) -> Report:
    """The report of some worlds; failing targets stand beside the others.

    ``disputed`` are the rows of ``contested.table``, ``replications`` those of ``replications.table``.
    """
    runs = worlds.tables
    cells = validation.moments_table(runs, LEVELS)
    others = validation.moments_table(worlds.projections, ["projection"])
    preface = (
        f"Scenario {scenario}, one agent for {scale} persons, seeds 1 to {seeds}, model code "
        f"{code_hash()[:12]}. "
        "Bands are the least and the greatest value over seeds; verdicts hold the mean against the "
        "tolerance that "
        "was listed with the target before fitting.",
        SEEN,
        KEPT,
        INPUTS,
        "Labels: input (put in), implied (follows from a functional form), emergent. Only emergent patterns "
        "count as findings.",
        _count(cells, validation.patterns_table(worlds.history)),
    )
    sections = [
        _national(worlds, cells),
        _provincial(worlds, cells),
        _rivals(worlds),
        _micro(cells),
        _governments(cells, disputed),
        _patterns(worlds),
        _projections(worlds, others),
    ]
    if replications is not None:
        sections.append(_published_estimates(replications))
    return Report("Tongchou: validation", preface, sections)


def write_tables(worlds: Worlds, folder: Path) -> list[Path]:
    """The numbers behind the report as CSV; returns paths."""
    frames = {
        "cells": validation.moments_table(worlds.tables, LEVELS),
        "patterns": validation.patterns_table(worlds.history),
        "skill": validation.skill(worlds),
        "projections": validation.moments_table(worlds.projections, ["projection"]),
    }
    paths = []
    for name, frame in frames.items():
        paths.append(folder / f"{name}.csv")
        frame.to_csv(paths[-1], index=False, lineterminator="\n", float_format="%.10g")
    return paths


def _count(cells: pd.DataFrame, patterns: pd.DataFrame) -> str:
    alone = cells[cells["level"] != "province"]
    by_split = alone.groupby("split")["passed"].agg(["sum", "size"])
    parts = [
        f"{str(split).replace('_', ' ')}: {row['sum']} of {row['size']}" for split, row in by_split.iterrows()
    ]
    return (
        f"Cells other than the provinces' that pass: {', '.join(parts)}. Patterns that pass: "
        f"{int(patterns['passed'].sum())} of {len(patterns)}."
    )


def _national(worlds: Worlds, cells: pd.DataFrame) -> Section:
    bars = verdict(validation.national_bars(cells))
    rest = cells[(cells["level"] == "macro") & ~cells["target"].isin(bars["target"])]
    return Section(
        "The nation",
        ("The grey years were not fitted. Bars: 3 % a year to 2013, 5 % after.",),
        [("people and money by year", bars), ("other national targets", _plain(rest))],
        [drawings.national(worlds.tables)],
    )


def _provincial(worlds: Worlds, cells: pd.DataFrame) -> Section:
    return Section(
        "The provinces",
        (
            "Median absolute log difference of the provinces without known breaks; the bar is 15 %. "
            "Payable months: "
            f"median difference of ranks, and rank correlation with a bar of {validation.RANK_BAR}.",
        ),
        [
            ("by series and year", verdict(validation.provincial(cells))),
            ("rank correlation of payable months", verdict(validation.rank_correlations(worlds.tables))),
        ],
        [drawings.provinces(cells)],
    )


def _rivals(worlds: Worlds) -> Section:
    text = (
        "Root mean square log error over provinces in 2017 and 2018. The log trend knows 2016 and starts "
        "there; the "
        "model starts in 2010. Skill is one less the ratio of errors: positive, the model is better.",
    )
    return Section("2017 and 2018 beside two rivals", text, [("skill", validation.skill(worlds))])


def _micro(cells: pd.DataFrame) -> Section:
    rows = cells[cells["level"] == "micro"]
    return Section(
        "Micro patterns",
        ("Each study has its own denominator; the tolerances are wide and ours.",),
        [("surveys and ratios", _plain(rows))],
        [drawings.differences(rows)] if len(rows) else [],
    )


def _governments(cells: pd.DataFrame, disputed: pd.DataFrame | None) -> Section:
    text = (
        "How the effective rate answers to the opening reserve and to output per head, measured alike on "
        "statistics and runs. The rate counts subsidies, and the rates of 2010 are solved: the slopes "
        "over provinces test a drift. The published slope within provinces is small against its error: it "
        "bounds the reaction.",
        "Contested: the weight of growth and what collection by the tax authority does are ranges, not "
        "estimates. What moves by less than the seeds differ is chance. Pooling is the effect of 2022 on the "
        "collection rate between twin worlds.",
    )
    tables = [("reaction of the effective rate", _plain(cells[cells["level"] == "government"]))]
    if disputed is not None:
        tables += [
            ("least and greatest over the contested ranges", contested.moved(disputed)),
            ("contested settings, mean over seeds", contested.ranges(disputed)),
        ]
    return Section("Governments", text if disputed is not None else text[:1], tables)


def _patterns(worlds: Worlds) -> Section:
    table = verdict(validation.patterns_table(worlds.history))
    return Section(
        "Patterns across provinces", ("Listed in experiments/patterns.py.",), [("patterns", table)]
    )


def _projections(worlds: Worlds, others: pd.DataFrame) -> Section:
    names = {t.name: t.variable for t in targets.moments()}
    points = others.assign(variable=others["target"].map(names))
    return Section(
        "Projections to 2050 under the rules of 2019",
        (
            "Beside the projection of CASS (2019) and the population of the United Nations. CASS projects "
            "the "
            "enterprise scheme with its own wages and returns; the model counts all members with assumed "
            "growth. No "
            "verdict here is a finding: two projections differ, and the table says by how much.",
        ),
        [
            ("peak and end of the reserve", validation.cass_path(worlds.projections)),
            ("levels", _plain(others)),
        ],
        [drawings.projections(worlds.projections, points[points["target"].str.startswith("cass")])],
    )


def _published_estimates(table: pd.DataFrame) -> Section:
    text = (
        "Published regressions repeated on simulated panels with the paper's specification as far as it is "
        "known "
        "(calibration/replications). Contested effects are reported, not fitted.",
    )
    return Section("Published estimates", text, [("paper, published, simulated", table)])


def _plain(rows: pd.DataFrame) -> pd.DataFrame:
    columns = [
        "definition", "year", "split", "label", "published", "simulated", "low", "high", "difference",
        "tolerance", "passed",
    ]  # fmt: skip
    return verdict(rows[columns])
