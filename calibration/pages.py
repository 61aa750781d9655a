"""The estimate in words: a page in Markdown, and a scenario difference that holds the estimated values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from abm.results import code_hash
from calibration.identify import NOTE_PROFILES

if TYPE_CHECKING:
    import pandas as pd

    from calibration.estimate import Outcome, Plan

SEEN = (
    "The values a search starts from were set by hand with the statistics of 2010 to 2018 in view, so for "
    "them 2017 and 2018 count as seen. The estimate itself uses the fit window (2011 to 2016) alone."
)


def estimate_page(outcome: Outcome, plan: Plan) -> str:
    """What was estimated, how well it fits, and what the data do not say."""
    from calibration.estimate import IDENTIFIED, fitted, parameters

    table = parameters(outcome)
    blind = list(table.loc[~table["identified"], "parameter"])
    best = "the model's own values" if outcome.first.start == 0 else "a point of the exploration"
    lines = [
        "# Estimate",
        "",
        f"Method of simulated moments on {len(outcome.table.value)} moments of 2011 to 2016, scenario "
        f"`{plan.scenario}`, 1:{plan.scale}, seeds {', '.join(map(str, plan.seeds))}, "
        f"model code `{code_hash()[:12]}`. "
        f"The best search began at {best}.",
        "",
        SEEN,
        "",
        f"How the searches ended: first step, {outcome.first.message} second step, {outcome.second.message}",
        "",
        "Standard errors: *stated* from the errors of the targets with (1 + 1/S); *robust* from the misfit, "
        "clustered by province, which is wider where the model is wrong and the one to quote; both with the "
        "prior's deviation where the moments say nothing. Provinces "
        "count as independent, so that a misfit common to all of them is not in either. A parameter at a "
        "bound has none, and those of the others are given that bound. By the robust ones the moments hold "
        f"1/{outcome.dependence:.3g} of the information they would hold if they were independent; so much is "
        "counted below and in the posterior.",
        "",
        _markdown(table.drop(columns=["low", "high"])),
        "",
        "## What the data do not identify",
        "",
        (
            f"More than {IDENTIFIED:.0%} of the prior's deviation is left, or the estimate lies at a bound: "
            + ", ".join(f"`{name}`" for name in blind)
            + ". These stay assumed and are swept."
            if blind
            else "Every free parameter is identified in the sense above."
        ),
        "",
        NOTE_PROFILES,
        "",
        "## Fit by target",
        "",
        "Root mean square of (simulated − published) / stated error over the cells of the fit window.",
        "",
        _markdown(_by_target(fitted(outcome))),
    ]
    return "\n".join(lines) + "\n"


def _by_target(cells: pd.DataFrame) -> pd.DataFrame:
    for column in ("default", "estimate"):
        cells[f"{column} "] = ((cells[column] - cells["published"]) / cells["error"]) ** 2
    grouped = cells.groupby("target", sort=False)
    table = grouped[["default ", "estimate "]].mean() ** 0.5
    return table.assign(cells=grouped.size()).reset_index()


def scenario_difference(outcome: Outcome, plan: Plan) -> str:
    """A scenario file with all free parameters at their estimates, for ``tongchou run
    history+estimated.yaml``.

    Identified or not: leaving out some of a jointly estimated set would be another model.
    """
    settings = outcome.space.settings(outcome.second.position)
    lines = [
        "# Written by 'tongchou calibrate'. All free parameters, identified or not (see estimate.md).",
        "name: estimated",
        f"title: Behavioural parameters estimated on 2011 to 2016 (1:{plan.scale}, code {code_hash()[:12]})",
        f"base: {plan.scenario}",
        "set:",
    ]
    for path, value in settings.items():
        if isinstance(value, dict):
            inner = ", ".join(f"{day}: {number:.6g}" for day, number in sorted(value.items()))
            lines.append(f"  {path}: {{{inner}}}")
        else:
            lines.append(f"  {path}: {value:.6g}")
    return "\n".join(lines) + "\n"


def _markdown(frame: pd.DataFrame) -> str:
    rows = [[str(c).strip().replace("_", " ") for c in frame.columns], ["---"] * len(frame.columns)]
    rows += [[_cell(value) for value in row] for row in frame.itertuples(index=False)]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _cell(value: object) -> str:
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, float):
        return "–" if np.isnan(value) else f"{value:.4g}"
    return str(value)
