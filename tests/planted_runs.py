"""Stored runs with planted effects, made of formulas: what the gallery's figures are tested on."""

from __future__ import annotations

import numpy as np
import pandas as pd

from abm.columns import SCHEMA
from abm.results import Results
from abm.space import NATION, PROVINCE_NAMES
from experiments.sources import Runs
from experiments.store import TABLES

N = len(PROVINCE_NAMES)
YEARS = np.arange(2010, 2019)
REFORM = 2014
EFFECT = 2.5
"""Percentage points by which the reform changes the collection rate of receivers from its first year on."""
RECEIVERS = np.arange(N) < 12


def planted_runs(seeds: int = 3, draws: int = 3, rules: tuple[int, ...] = (1,)) -> Runs:
    """Baseline and reform, each by seed, draw of parameters and rule of choice."""
    rows, national, provinces, cohorts, flows = [], [], [], [], []
    for line in ("baseline", "reform"):
        kinds = [(seed, np.nan, np.nan) for seed in range(1, seeds + 1)]
        kinds += [(1 + draw, float(draw), np.nan) for draw in range(draws)]
        kinds += [(seed, np.nan, float(rule)) for rule in rules for seed in range(1, seeds + 1)]
        for seed, draw, rule in kinds:
            head = {
                "key": f"{line}-{seed}-{draw}-{rule}",
                "line": line,
                "seed": seed,
                "draw": draw,
                "rule": rule,
            }
            rows.append(head | {"from": 2010, "to": 2018, "scale": 20000, "resolution": "province"})
            table = provinces_of(line == "reform", seed, 0.0 if np.isnan(draw) else draw)
            provinces.append(table.assign(**head))
            nation = table.groupby("year", as_index=False).sum(numeric_only=True).assign(province=NATION)
            national.append(nation.assign(**head))
            cohorts.append(cohorts_of(line == "reform", seed).assign(**head))
            flows.append(planted_flows().assign(**head))
    tables = {"national": national, "provinces": provinces, "cohorts": cohorts, "flows": flows}
    lines = pd.CategoricalDtype(["baseline", "reform"])
    frames = {
        name: pd.concat(parts, ignore_index=True).astype({"line": lines}) for name, parts in tables.items()
    }
    return Runs(pd.DataFrame(rows).astype({"line": lines}), frames)


def provinces_of(reform: bool, seed: int, draw: float = 0.0) -> pd.DataFrame:
    """One run's provinces: two-way effects, a little noise that both worlds share, the planted effect."""
    random = np.random.default_rng(seed)
    own, common = random.normal(0, 5, N), np.linspace(0, 4, len(YEARS))
    noise = random.normal(0, 0.5, (len(YEARS), N))
    after = (YEARS >= REFORM)[:, None] & RECEIVERS & reform
    rate = 70 + own + common[:, None] + noise + EFFECT * after
    size = np.linspace(1.0, 5.0, N) * 1e10
    paid = np.where(RECEIVERS, 0.0, 1e9) * (YEARS >= REFORM)[:, None] * reform
    got = np.where(RECEIVERS, paid.sum(axis=1, keepdims=True) / RECEIVERS.sum(), 0.0)
    reserve = 1e11 * (1 + 0.2 * draw) * np.ones((len(YEARS), N)) * np.linspace(1.0, 0.2, len(YEARS))[:, None]
    reserve -= np.where(RECEIVERS, 5e10, 0.0) * (not reform) + 1e9 * seed
    frame = pd.DataFrame(
        {
            name: np.zeros(len(YEARS) * N)
            for name, column in TABLES["provinces"].items()
            if column.kind != "text"
        }
    )
    return frame.assign(
        year=np.repeat(YEARS, N),
        province=np.tile(PROVINCE_NAMES, len(YEARS)),
        due=np.tile(size, len(YEARS)),
        contribution_revenue=(rate / 100 * size).ravel(),
        transfers_in=got.ravel(),
        transfers_out=paid.ravel(),
        reserve=reserve.ravel(),
        audit_effort=(0.3 + 0.01 * random.normal(size=(len(YEARS), N))).ravel(),
        registration_effort=0.2,
        payers=1e6,
        retirees=(5e5 * np.exp(random.normal(0, 0.05, (len(YEARS), N)))).ravel(),
        benefit_expenditure=np.tile(np.linspace(1, 2, N) * 1e10, len(YEARS)),
        insured_employees=1e6,
        average_wage=(np.linspace(5, 9, N) * 1e4 * np.exp(random.normal(0, 0.05, (len(YEARS), N)))).ravel(),
    )


def cohorts_of(reform: bool, seed: int) -> pd.DataFrame:
    """One run's cohorts; the reform gives a hundred yuan a year to migrants and takes twenty from others."""
    rows = [
        (year, cohort, migrant, 1000, 100 * seed, (100.0 if migrant else -20.0) * 1000 * reform)
        for year in YEARS
        for cohort in range(1940, 2000, 5)
        for migrant in (False, True)
    ]
    columns = ["year", "birth_cohort", "migrant", "persons", "contributions", "pensions"]
    return pd.DataFrame(rows, columns=columns).assign(payers=0, lapsed=0)


def planted_run() -> Results:
    """A run in which two provinces pay into the centre's fund, two draw from it, and one pays another."""
    table = provinces_of(False, 1).assign(year=lambda t: t["year"].astype(int))
    moved = table["province"].isin(["Beijing", "Guangdong", "Liaoning", "Jilin"])
    table.loc[moved, "transfers_in"] = 1.0
    ledger = planted_flows()
    groups = [
        (year, province, "male", 1940 if status == "retired" else 1980, False, status, 10, 10, 0,
         float(place + 1), float(10 * (place + 1) * (2 if year == 2018 else 1) ** place))
        for year in (2010, 2018)
        for place, province in enumerate(("Beijing", "Hebei"))
        for status in ("retired", "formal")
    ]  # fmt: skip
    frames = {name: pd.DataFrame({c: [] for c in SCHEMA[name]}) for name in ("employers", "selection")}
    frames |= {"provinces": table, "national": table[table["province"] == "Beijing"].assign(province=NATION)}
    frames |= {"localities": table.assign(locality="", locality_zh=""), "ledger": ledger}
    frames |= {"groups": pd.DataFrame(groups, columns=list(SCHEMA["groups"]))}
    for name in ("employers", "selection"):
        kinds = {
            c: {"integer": "int64", "number": "float64"}.get(k.kind, "object")
            for c, k in SCHEMA[name].items()
        }
        frames[name] = frames[name].astype(kinds)
    for name in ("provinces", "national", "localities"):
        integers = [c for c, k in SCHEMA[name].items() if k.kind == "integer"]
        frames[name] = frames[name].astype(dict.fromkeys(integers, "int64"))
    return Results(frames, {"scenario": {"name": "planted"}})


def planted_flows() -> pd.DataFrame:
    """What funds pay each other in 2018, in the columns of a ledger."""
    flows = [
        ("fund:Guangdong", "fund:China", 60e9), ("fund:Beijing", "fund:China", 40e9),
        ("fund:China", "fund:Guangdong", 10e9), ("fund:China", "fund:Liaoning", 45e9),
        ("fund:China", "fund:Jilin", 45e9), ("fund:Beijing", "fund:Hebei", 2e9),
    ]  # fmt: skip
    return pd.DataFrame(flows, columns=["payer", "payee", "amount"]).assign(year=2018, kind="a payment")
