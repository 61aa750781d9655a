"""What replications share: findings, panels of several worlds, fixed-effects regressions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from experiments.regression import feols

if TYPE_CHECKING:
    from abm.results import Results


class Finding(NamedTuple):
    """An estimate, its standard error, and the effect between twin worlds where there is one."""

    value: float
    error: float
    twin: float = float("nan")


def places(results: Results, first: int, last: int) -> pd.DataFrame:
    """The localities of a run in some years with ``unit``, the collection rate (pp) and the push of its
    agencies."""
    frame = results.localities
    frame = frame[frame["year"].between(first, last)].copy()
    frame["unit"] = frame["locality"]
    frame["collection"] = 100 * frame["contribution_revenue"] / frame["due"]
    frame["effort"] = frame["audit_effort"] + frame["registration_effort"]
    frame["balance"] = (
        frame["contribution_revenue"]
        + frame["fiscal_subsidy"]
        + frame["interest"]
        - frame["benefit_expenditure"]
    )
    return frame.reset_index(drop=True)


def stacked(runs: Mapping[str, Results], first: int, last: int) -> pd.DataFrame:
    """Several worlds in one panel: ``world`` and ``cell`` (unit in its world) beside the columns of
    `places`."""
    parts = [places(results, first, last).assign(world=world) for world, results in runs.items()]
    frame = pd.concat(parts, ignore_index=True)
    return frame.assign(cell=frame["world"] + " " + frame["unit"])


def in_deficit(frame: pd.DataFrame, first: int, last: int) -> pd.Series:
    """Whether a unit's balance before transfers was negative over some years, by unit."""
    balance = frame[frame["year"].between(first, last)].groupby("unit")["balance"].sum()
    return balance < 0


def regression(
    formula: str, frame: pd.DataFrame, cluster: str, names: Mapping[str, str]
) -> dict[str, Finding]:
    """A fixed-effects regression in the notation of pyfixest (``y ~ x | unit + year``), clustered errors.

    ``names`` maps terms to the coefficients wanted. A term that does not vary has the value zero and no
    error.
    """
    outcome = formula.split("~", maxsplit=1)[0].strip()
    if float(frame[outcome].var()) < 1e-24:  # nothing moves: the effect is zero
        return {name: Finding(0.0, 0.0) for name in names.values()}
    fitted = feols(formula, frame.dropna(), cluster)
    coefficients, errors = fitted.coef(), fitted.se()
    return {
        name: Finding(float(coefficients[term]), float(errors[term]))
        if term in coefficients
        else Finding(0.0, float("nan"))
        for term, name in names.items()
    }


def with_twin(findings: Mapping[str, Finding], twins: Mapping[str, float]) -> dict[str, Finding]:
    """The findings with the effects between twin worlds."""
    return {name: finding._replace(twin=twins.get(name, np.nan)) for name, finding in findings.items()}


def twin_effect(frame: pd.DataFrame, outcome: str, treated: str, control: str, after: int) -> pd.Series:
    """Mean difference of an outcome between two worlds from a year on, by unit."""
    late = frame[frame["year"] >= after]
    mean = late.groupby(["world", "unit"])[outcome].mean().unstack("world")
    return mean[treated] - mean[control]
