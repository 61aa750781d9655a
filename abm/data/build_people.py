"""Population, migration, mortality, births and projections."""

from __future__ import annotations

import re
from pathlib import Path

from abm.data.build_work import read_population
from abm.data.tidy import PLACES, Record, Sources, read, record, select, whole
from abm.space import NATION, PROVINCE_NAMES

AGE = re.compile(r"(?:pop|mx)_(male|female)_age_(\d+)(?:-(\d+))?(\+)?$")
OPEN_ENDED = 120  # last age written for the open-ended group


def population(folder: Path, sources: Sources) -> list[Record]:
    """Censuses 2010 and 2020: persons by sex and 19 age groups."""
    out = []
    for row in read(folder, "population_census.csv"):
        match = AGE.match(row["variable"])
        if match and row["province"] in PLACES:
            out.append(
                {
                    **row,
                    **_age(match),
                    "variable": "population",
                    "year": int(row["year"]),
                    "value": float(row["value"]),
                }
            )
    return out


def _age(match: re.Match[str]) -> Record:
    sex, first, last, open_ended = match.groups()
    return {"sex": sex, "age_from": int(first), "age_to": OPEN_ENDED if open_ended else int(last or first)}


def population_total(folder: Path, sources: Sources) -> list[Record]:
    rows = read(folder, "population_annual.csv")
    out = [r for r in read_population(folder) if r["year"] >= 2008]
    nation = {"pop_total_yearend": "resident_pop_yearend"}
    out += whole(select(rows, nation, 1e4, "persons", lambda r: r["year"] >= 2008))
    out += select(rows, {"urbanisation_rate": "urbanisation_rate"}, 0.01, "share")
    return out


def migration(folder: Path, sources: Sources) -> list[Record]:
    """Five-year migrants between provinces, scaled to persons."""
    periods = ("2005-2010", "2010-2015", "2015-2020")
    rows = read(folder, "od_five_year.csv")
    return [
        {**row, "variable": "migrants", "value": round(float(row["value"]))}
        for row in rows
        if row["variable"] == "migrants_5yr_scaled" and row["period"] in periods
    ]


def hukou_stock(folder: Path, sources: Sources) -> list[Record]:
    return [
        {
            **row,
            "year": int(row["period"].removeprefix("stock ")),
            "variable": "migrants",
            "value": round(float(row["value"])),
        }
        for row in read(folder, "od_hukou_estimated.csv")
    ]


def distances(folder: Path, sources: Sources) -> list[Record]:
    return [
        {**row, "variable": "distance", "value": float(row["value"])} for row in read(folder, "distances.csv")
    ]


def mortality(folder: Path, sources: Sources) -> list[Record]:
    """Central death rates of the UN medium variant; the year is the first of the five-year period."""
    out = []
    for row in read(folder, "mortality_fertility.csv"):
        match = AGE.match(row["variable"])
        if match and int(row["year"][:4]) >= 2005:
            age = _age(match)
            if age["age_to"] == age["age_from"] and age["age_from"] > 0:
                age["age_to"] = 4 if age["age_from"] == 1 else age["age_from"] + 4
            year, value = int(row["year"][:4]), float(row["value"])
            out.append({**row, **age, "variable": "death_rate", "year": year, "value": value})
    return out


def births(folder: Path, sources: Sources) -> list[Record]:
    totals = {"wpp2024_births": "births", "wpp2024_deaths": "deaths"}
    out = whole(select(read(folder, "wpp_projections.csv"), totals, 1e3, "persons"))
    rates = {"tfr": "tfr", "tfr_medium": "tfr", "tfr_low": "tfr_low", "tfr_high": "tfr_high"}
    return out + select(read(folder, "mortality_fertility.csv"), rates)


def vital_rates(folder: Path, sources: Sources) -> list[Record]:
    """Births, deaths and natural growth a person, and life expectancy, where a province published them."""
    kinds = ("birth_rate", "death_rate", "natural_growth_rate")
    names = {**{k: k for k in kinds}, **{f"{k}_census": f"{k}_census" for k in kinds}}
    out = select(read(folder, "vital_rates.csv"), names, 1e-3, "per person", lambda r: r["year"] >= 2009)
    life = ("life_expectancy", "life_expectancy_male", "life_expectancy_female")
    return out + select(
        read(folder, "mortality_fertility.csv"), {v: v for v in life}, keep=lambda r: r["year"] >= 2010
    )


def projections(folder: Path, sources: Sources) -> list[Record]:
    rows = read(folder, "wpp_projections.csv")
    out = whole(select(rows, {"ssp_population_SSP2": "population_ssp2"}, 1, "persons"))
    rule = sources.own("derived-ssp2-sum")
    for year in sorted({r["year"] for r in out}):
        total = sum(r["value"] for r in out if r["year"] == year)
        out.append(record((NATION, year), "population_ssp2", total, "persons", rule))
    names = {
        "wpp2024_pop_total_31dec": "population_wpp_yearend",
        "wpp2024_pop_total": "population_wpp_midyear",
    }
    out += whole(select(rows, names, 1e3, "persons"))
    ages = ("0_14", "15_59", "20_59", "60plus", "65plus", "80plus")
    groups = {f"wpp2024_{p}pop_{a}": f"population_wpp_{a}" for p in ("", "ccm_") for a in ages}
    out += whole(select(rows, groups, 1e3, "persons", lambda r: r["year"] >= 2010))
    assert {r["province"] for r in out} == {NATION, *PROVINCE_NAMES}
    return out
