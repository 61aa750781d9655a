"""A run that repeats the statistics times a known factor: what figures and fit tables are tested on."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from abm.columns import SCHEMA
from abm.results import Results
from abm.space import NATION, PROVINCES
from experiments.published import INDICATORS, implied_transfers, nation, published_provinces, series

REVENUE_PARTS = {"contribution_revenue": 0.8, "fiscal_subsidy": 0.15, "interest": 0.05}


def published_run(
    years: Iterable[int] = range(2010, 2019), factor: float = 1.0, noise: float = 0.0, transfers: bool = True
) -> Results:
    """Results with the five indicators ``factor`` times the statistics, and log ``noise`` by province."""
    years = list(years)
    provinces = pd.concat([_provinces(year, factor, noise, transfers) for year in years], ignore_index=True)
    national = pd.concat([_nation(year, factor) for year in years], ignore_index=True)
    ledger = _ledger(provinces)
    localities = provinces.assign(
        locality=provinces["province"].map({p.name: p.code for p in PROVINCES}),
        locality_zh=provinces["province"].map({p.name: p.name_zh for p in PROVINCES}),
    )
    frames = {"national": national, "provinces": provinces, "localities": localities, "ledger": ledger}
    frames |= {name: pd.DataFrame({c: pd.Series(dtype=_dtype(k.kind)) for c, k in SCHEMA[name].items()})
               for name in ("groups", "employers", "selection")}  # fmt: skip
    return Results(frames, {"scenario": {"name": "published"}})


def _provinces(year: int, factor: float, noise: float, transfers: bool) -> pd.DataFrame:
    table = published_provinces(year)
    draws = np.random.default_rng(year)
    for indicator in INDICATORS:
        table[indicator.name] *= factor * np.exp(noise * draws.standard_normal(len(table)))
    frame = _fund(table, "provinces", year)
    net = implied_transfers().to_numpy() if transfers and year == 2018 else np.zeros(len(table))
    swing = 1e9 if transfers and year == 2018 else 0.0  # portability money in both directions
    frame["transfers_in"] = np.maximum(net, 0) + swing
    frame["transfers_out"] = np.maximum(-net, 0) + swing
    effort = np.linspace(0, 1, len(table))
    return frame.assign(
        audit_effort=0.2 + 0.3 * effort,
        declared_share=0.7 - 0.02 * (year - 2010) + 0.2 * effort,
        coverage=0.5 + 0.02 * (year - 2010) + 0.3 * effort,
    )


def _nation(year: int, factor: float) -> pd.DataFrame:
    table = pd.DataFrame({i.name: nation(i, [year]) * factor for i in INDICATORS})
    table.index = pd.Index([NATION])
    return _fund(table.assign(average_wage=np.nan), "national", year)


def _fund(table: pd.DataFrame, name: str, year: int) -> pd.DataFrame:
    columns = {
        c: np.zeros(len(table), dtype=_dtype(k.kind)) for c, k in SCHEMA[name].items() if k.kind != "text"
    }
    frame = pd.DataFrame(columns).assign(year=year, province=table.index)
    frame["population"] = (
        series("population_total", "resident_pop_yearend", [year]).T[year][table.index].to_numpy(int)
    )
    people = table[["insured_employees", "retirees"]].round().astype(np.int64)
    frame[["insured_employees", "retirees"]] = people.to_numpy()
    for column, share in REVENUE_PARTS.items():
        frame[column] = share * table["revenue"].to_numpy()
    frame["benefit_expenditure"], frame["reserve"] = table["spending"].to_numpy(), table["reserve"].to_numpy()
    frame["average_wage"] = table["average_wage"].to_numpy()
    frame["payable_months"] = 12 * frame["reserve"] / frame["benefit_expenditure"]
    frame["effective_rate"] = frame["contribution_revenue"] / (
        frame["insured_employees"] * frame["average_wage"]
    )
    return frame


def _ledger(provinces: pd.DataFrame) -> pd.DataFrame:
    """Everything crosses borders by way of the centre's fund."""
    accounts, centre = "fund:" + provinces["province"], f"fund:{NATION}"
    out = pd.DataFrame(
        {
            "payer": accounts,
            "payee": centre,
            "kind": "remitted_to_centre",
            "amount": provinces["transfers_out"],
        }
    )
    back = pd.DataFrame(
        {
            "payer": centre,
            "payee": accounts,
            "kind": "received_from_centre",
            "amount": provinces["transfers_in"],
        }
    )
    both = pd.concat(
        [out.assign(year=provinces["year"]), back.assign(year=provinces["year"])], ignore_index=True
    )
    return both[both["amount"] > 0].reset_index(drop=True)


def _dtype(kind: str) -> str:
    return {"integer": "int64", "number": "float64", "text": "object", "flag": "bool"}[kind]
