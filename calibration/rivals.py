"""Two naive rivals for 2017 and 2018, and the skill of the model against them.

The log trend extends each province's published series from its least-squares line over 2012 to 2016. The
frozen
model (``scenarios/frozen.yaml``) has the same people, wages, jobs and rules, and behaviour as in 2010. Skill
is one
less the ratio of root mean square log errors: positive where the model is better, zero where it is no better.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from calibration.measures import Tables, measure, of_publications
from calibration.targets import VALIDATE, broken

TREND = range(2012, 2017)
JUDGED = range(VALIDATE[0], VALIDATE[1] + 1)
SERIES = ("insured_employees", "retirees", "revenue", "spending")


def log_trend(published: pd.Series, years: Iterable[int] = JUDGED) -> pd.Series:
    """Each place's published series (province, year) carried on along its log line of `TREND`; NaN with
    gaps."""
    years = list(years)
    rows: dict[tuple[object, int], float] = {}
    for place, series in published.groupby(level="province"):
        known = series.droplevel("province").reindex(TREND)
        if known.notna().all() and (known > 0).all():
            slope, level = np.polyfit(list(TREND), np.log(known), 1)
            rows |= {(place, year): float(np.exp(level + slope * year)) for year in years}
    index = pd.MultiIndex.from_tuples(rows, names=["province", "year"])
    return pd.Series(list(rows.values()), index=index)


def log_errors(forecast: pd.Series, published: pd.Series, variable: str) -> pd.Series:
    """Log errors by province and year of validation, known breaks and the nation left out."""
    cells = [
        (place, year)
        for place, year in published.index
        if year in JUDGED and place != "China" and not broken(place, year, variable)
    ]
    pair = pd.DataFrame({"forecast": forecast, "published": published}).reindex(cells).dropna()
    pair = pair[(pair > 0).all(axis=1)]
    return pd.Series(np.log(pair["forecast"] / pair["published"]), index=pair.index)


def skill(model: Iterable[Tables], frozen: Iterable[Tables]) -> pd.DataFrame:
    """Per series: root mean square log error of the model and of each rival, and the skill against each.

    Runs under several seeds are averaged before they are compared; cells are those all three have.
    """
    known = of_publications(range(2010, VALIDATE[1] + 1))
    model, frozen = list(model), list(frozen)
    rows = []
    for variable in SERIES:
        published = measure(variable, known)
        forecasts = {
            "model": _mean(variable, model),
            "log trend": log_trend(published),
            "frozen behaviour": _mean(variable, frozen),
        }
        errors = pd.DataFrame({n: log_errors(f, published, variable) for n, f in forecasts.items()}).dropna()
        size = np.sqrt((errors**2).mean())
        rows.append({
            "series": variable,
            "cells": len(errors),
            "model": size["model"],
            "log trend": size["log trend"],
            "frozen behaviour": size["frozen behaviour"],
            "skill against log trend": 1 - size["model"] / size["log trend"],
            "skill against frozen behaviour": 1 - size["model"] / size["frozen behaviour"],
        })  # fmt: skip
    return pd.DataFrame(rows)


def _mean(variable: str, runs: list[Tables]) -> pd.Series:
    return (
        pd.concat([measure(variable, tables) for tables in runs]).groupby(level=["province", "year"]).mean()
    )
