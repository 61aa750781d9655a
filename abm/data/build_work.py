"""Output, wages, employment, employers and inequality."""

from __future__ import annotations

from pathlib import Path

from abm.data.tidy import Record, Sources, lookup, read, record, select, whole
from abm.space import NATION, PROVINCE_NAMES

PUBLIC = ("public_admin", "education", "health")
# ownership in the source; "privately" loses its ending here
OWNERSHIP = ("state", "collective", "privately", "hmt", "foreign", "other")
URBAN_UNITS = {
    "state_units": "state",
    "collective_units": "collective",
    "cooperative": "cooperative",
    "joint_owned": "joint_owned",
    "limited_liability": "limited_liability",
    "shareholding": "shareholding",
    "hmt_funded": "hmt",
    "foreign_funded": "foreign",
    "private_enterprises": "private",
    "self_employed_getihu": "self_employed",
}


def economy(folder: Path, sources: Sources) -> list[Record]:
    rows = read(folder, "economy.csv")
    gdp = whole(select(rows, {"gdp": "gdp"}, 1e8, "yuan", lambda r: r["year"] >= 2009))
    per_head = select(
        rows, {"gdp_per_capita": "gdp_per_capita"}, 1, "yuan per person", lambda r: r["province"] != NATION
    )
    people = lookup(read_population(folder), "resident_pop_yearend")
    by_place = lookup(gdp, "gdp")
    head_rule = sources.own("derived-gdp-per-head-here")
    sum_rule = sources.own("derived-sum-of-provinces")
    for name in PROVINCE_NAMES:
        mean = (people[name, 2008] + people[name, 2009]) / 2
        per_head.append(
            record((name, 2009), "gdp_per_capita", by_place[name, 2009] / mean, "yuan per person", head_rule)
        )
    for year in range(2009, 2025):
        total = sum(by_place[name, year] for name in PROVINCE_NAMES)
        mean = sum(people[name, y] for name in PROVINCE_NAMES for y in (year - 1, year)) / 2
        gdp.append(record((NATION, year), "gdp", total, "yuan", sum_rule))
        per_head.append(record((NATION, year), "gdp_per_capita", total / mean, "yuan per person", head_rule))
    for row in per_head:
        row["value"] = round(row["value"], 1)
    labour = read(folder, "labour.csv")

    def recent(row: Record) -> bool:
        return bool(row["year"] >= 2005)

    share = select(labour, {"labour_share_pwt": "labour_share"}, 1, "share", recent)
    share += select(
        labour, {"labour_compensation_share_gdp": "labour_compensation_share"}, 0.01, "share", recent
    )
    return gdp + per_head + share


def read_population(folder: Path) -> list[Record]:
    """Resident population at year-end by province, persons, all years of the source."""
    rows = read(folder, "population_annual.csv")
    return whole(select(rows, {"resident_pop_yearend": "resident_pop_yearend"}, 1e4, "persons"))


def wages(folder: Path, sources: Sources) -> list[Record]:
    names = ("avg_wage_nonprivate", "avg_wage_private")
    provinces = [
        row
        for row in select(read(folder, "province_pension.csv"), {v: v for v in names}, 1, "yuan per year")
        if row["year"] >= 2009
    ]
    national = {"wage_urban_nonprivate": "avg_wage_nonprivate", "wage_urban_private": "avg_wage_private"}
    nation = select(
        read(folder, "economy.csv"),
        national,
        1,
        "yuan per year",
        lambda r: r["province"] == NATION and r["year"] >= 2009,
    )
    middle = sources.own("derived-wage-2015")
    for variable in names:
        series = lookup(nation, variable)
        value = round((series[NATION, 2014] * series[NATION, 2016]) ** 0.5)
        nation.append(record((NATION, 2015), variable, value, "yuan per year", middle))
    back = sources.own("derived-wage-2009")
    known, series = lookup(provinces, names[0]), lookup(nation, names[0])
    growth = series[NATION, 2009] / series[NATION, 2010]
    missing = [name for name in PROVINCE_NAMES if (name, 2009) not in known]
    filled = [
        record((n, 2009), names[0], round(known[n, 2010] * growth), "yuan per year", back) for n in missing
    ]
    return whole(provinces + filled + nation)


def employment(folder: Path, sources: Sources) -> list[Record]:
    rows = read(folder, "labour.csv")
    industries = {
        "employed_long_form": "employed",
        "employed_long_form_agriculture": "employed_agriculture",
        "not_working_retired": "not_working_retired",
        "pop16plus_long_form": "sampled",
        "pop15plus_long_form": "sampled",
        **{f"employed_long_form_{p}": p for p in PUBLIC},
    }
    count = {
        v: lookup(select(rows, industries, keep=lambda r: r["province"] != NATION), v)
        for v in set(industries.values())
    }
    adults = _adults(folder)
    out = []
    for year in (2010, 2020):
        rule = sources.own(f"derived-long-form-{year}")
        for name in PROVINCE_NAMES:
            at = (name, year)
            factor = adults[at] / count["sampled"][at]
            employed, farm = (
                round(count["employed"][at] * factor),
                round(count["employed_agriculture"][at] * factor),
            )
            public = round(sum(count[p][at] for p in PUBLIC) * factor)
            values = {
                "employed": employed,
                "employed_agriculture": farm,
                "employed_nonagriculture": employed - farm,
                "employed_public": public,
                "employed_market": employed - farm - public,
            }
            if at in count["not_working_retired"]:
                values["not_working_retired"] = round(count["not_working_retired"][at] * factor)
            out += [record((name, year), v, x, "persons", rule) for v, x in values.items()]
            out.append(record((name, year), "long_form_factor", round(factor, 6), "ratio", rule))
    national = sources.own("derived-long-form-nation")
    for variable, year in dict.fromkeys((r["variable"], r["year"]) for r in out if r["unit"] == "persons"):
        total = sum(r["value"] for r in out if (r["variable"], r["year"]) == (variable, year))
        out.append(record((NATION, year), variable, total, "persons", national))
    return out + _formal_share(folder, sources) + _participation(rows)


def _adults(folder: Path) -> dict[tuple[str, int], float]:
    """Census population 16+ (2010) and 15+ (2020) by province."""
    variables = ("pop_total", "pop_0_14", "pop_male_age_15-19", "pop_female_age_15-19")
    rows = select(
        read(folder, "population_census.csv"),
        {v: v for v in variables},
        keep=lambda r: r["province"] != NATION,
    )
    total, young, boys, girls = (lookup(rows, v) for v in variables)
    return {at: total[at] - young[at] - (at[1] == 2010) * (boys[at] + girls[at]) / 5 for at in total}


def _formal_share(folder: Path, sources: Sources) -> list[Record]:
    rule = sources.own("derived-formal-share")
    rows = read(folder, "employers.csv")
    names = {"employees_legal_entities": "formal", "self_employed_household_persons": "own"}
    cells = select(rows, names, keep=lambda r: r["province"] == NATION)
    formal, own = lookup(cells, "formal"), lookup(cells, "own")
    shares = {year: formal[NATION, year] / (formal[NATION, year] + own[NATION, year]) for _, year in own}
    return [
        record((NATION, year), "formal_share_nonagriculture", round(x, 5), "share", rule)
        for year, x in shares.items()
    ]


def _participation(rows: list[Record]) -> list[Record]:
    names = {
        f"lfpr_{theirs}_{age}": f"participation_{ours}_{age}"
        for theirs, ours in (("males", "male"), ("females", "female"))
        for age in ("15plus", "15_64", "25_54", "65plus")
    }
    return select(rows, names, 0.01, "share", lambda r: r["year"] >= 2009)


def employers(folder: Path, sources: Sources) -> list[Record]:
    rows = read(folder, "employers.csv")
    people = (
        "employees_legal_entities",
        "female_employees_legal_entities",
        "self_employed_household_persons",
        *(f"employees_legal_entities_{p}" for p in PUBLIC),
    )
    units = ("legal_entities", "self_employed_households")
    out = whole(select(rows, {v: v for v in people}, 1e4, "persons"))
    out += whole(select(rows, {v: v for v in units}, 1e4, "units"))
    out += select(rows, {"employees_per_legal_entity": "employees_per_legal_entity"}, 1, "persons per unit")
    counts = {f"{o}_controlled_count": f"enterprises_{o.removesuffix('ly')}_controlled" for o in OWNERSHIP}
    out += whole(select(rows, counts, 1, "units"))
    shares = {
        "private_share_enterprises": "private_share_of_enterprises",
        "msme_share_employment": "small_firm_share_of_employment",
    }
    out += select(rows, shares, 0.01, "share")
    urban = {f"urban_employed_{theirs}": f"urban_employed_{ours}" for theirs, ours in URBAN_UNITS.items()}
    out += whole(select(read(folder, "labour.csv"), urban, 1e4, "persons", lambda r: r["year"] >= 2009))
    return out


def inequality(folder: Path, sources: Sources) -> list[Record]:
    rows = read(folder, "inequality.csv")
    out = select(rows, {"gini_income_nbs": "gini_income"})
    groups = ("poorest_20percent", "2nd_poorest_20percent", "middle_20percent", "2nd_richest_20percent",
              "richest_20percent", "richest_10percent")  # fmt: skip
    shares = {
        "gini_worldbank": "gini_world_bank",
        **{f"income_share_{g}": f"income_share_{g}" for g in groups},
    }
    return out + select(rows, shares, 0.01, "share")
