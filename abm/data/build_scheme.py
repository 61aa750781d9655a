"""The employee scheme as published: people, money, subsidies, transfers, compliance. Nothing after 2018."""

from __future__ import annotations

from pathlib import Path

from abm.data.tidy import Record, Sources, lookup, read, record, select, whole
from abm.space import NATION, PROVINCE_NAMES

FIRST, LAST = 2008, 2018  # flows and headcounts after 2018 test the calibrated model and stay out

PEOPLE = ("insured_employees", "insured_retirees")
MONEY = {
    "fund_revenue": "fund_revenue",
    "fund_expenditure": "fund_expenditure",
    "fund_balance_yearend": "fund_balance",
}

# Published shares entered by hand: source id in rules.yaml, quality, (variable, year, share)
FACTS = (
    (
        "li-lyu-2022",
        "exact",
        (("private_firm_coverage", 2002, 0.1636), ("private_firm_coverage", 2016, 0.5546)),
    ),
    ("li-lyu-2022-paid-due", "derived", (("paid_over_due", 2016, 13_800 / 20_600),)),
    ("giles-2021", "rounded", (("migrants_insured", 2015, 0.31),)),
    ("china-daily-2013-11-28", "derived", (("insured_who_stopped_paying", 2013, 38 / 300),)),
    ("cass-2019", "derived", (("payers_over_insured", 2019, 0.377 / 0.47),)),
    (
        "jin-fan-2018",
        "exact",
        (
            ("effective_employer_rate_all_firms", 2010, 0.0667),
            ("effective_employer_rate_insured_firms", 2010, 0.1047),
        ),
    ),
)


def _in_years(row: Record) -> bool:
    return FIRST <= int(row["year"]) <= LAST


def pension_province(folder: Path, sources: Sources) -> list[Record]:
    rows = read(folder, "province_pension.csv")
    people = whole(select(rows, {v: v for v in PEOPLE}, 1e4, "persons", _in_years))
    money = whole(select(rows, MONEY, 1e8, "yuan", _in_years))
    return people + money + _close_2010_and_2011(money, sources)


def _close_2010_and_2011(money: list[Record], sources: Sources) -> list[Record]:
    """The three balances of 2010 and the revenue of 2011 that are missing, from the accounting identity."""
    revenue, spending, balance = (
        lookup(money, v) for v in ("fund_revenue", "fund_expenditure", "fund_balance")
    )
    identity = sources.own("derived-balance-identity")
    out = []
    for name in PROVINCE_NAMES:
        if (name, 2011) not in revenue:
            value = balance[name, 2011] - balance[name, 2010] + spending[name, 2011]
            out.append(record((name, 2011), "fund_revenue", value, "yuan", identity))
        if (name, 2010) not in balance:
            value = balance[name, 2011] - revenue[name, 2011] + spending[name, 2011]
            out.append(record((name, 2010), "fund_balance", value, "yuan", identity))
    return out


def pension_national(folder: Path, sources: Sources) -> list[Record]:
    rows = read(folder, "national_pension.csv")
    heads = ("insured_total", *PEOPLE, "insured_enterprise_employees", "insured_enterprise_retirees")
    people = whole(select(rows, {v: v for v in heads}, 1e4, "persons", _in_years))
    money = {**MONEY, "contribution_revenue": "contribution_revenue"}
    funds = whole(select(rows, money, 1e8, "yuan", _in_years))
    resident = whole(select(rows, {"resident_scheme_insured": "resident_scheme_insured"}, 1e4, "persons"))
    flows = tuple(f"resident_scheme_{v}" for v in ("revenue", "expenditure", "balance"))
    resident += whole(select(rows, {v: v for v in flows}, 1e8, "yuan"))
    averages = tuple(f"avg_monthly_pension_{v}" for v in ("enterprise", "resident"))
    pensions = select(rows, {v: v for v in averages}, 1, "yuan per month")
    shares = (
        "pension_uprating_rate",
        "pension_to_prior_wage_ratio",
        "effective_contribution_rate_to_wage_bill",
    )
    rates = select(rows, {v: v for v in shares}, 0.01, "share")
    counts = ("provinces_in_current_deficit", "provinces_with_expenditure_above_revenue")
    deficits = select(rows, {v: v for v in counts}, 1, "provinces")
    for row in rates:
        if row["source"].startswith("same China Daily article"):
            row["source"] = "Zheng Bingwen, China Daily 2015-03-12" + row["source"].removeprefix(
                "same China Daily article"
            )
    return (
        people + _close_headcounts(folder, people, sources) + funds + resident + pensions + rates + deficits
    )


def _close_headcounts(folder: Path, people: list[Record], sources: Sources) -> list[Record]:
    """National employees and retirees of 2015 and 2016, and enterprise retirees of 2015."""
    total = lookup(people, "insured_total")
    provinces = pension_province(folder, Sources())
    by_kind = {v: lookup(provinces, v) for v in PEOPLE}
    scaled = sources.own("derived-national-headcount")
    out = []
    for year in (2015, 2016):
        sums = {v: sum(by_kind[v][name, year] for name in PROVINCE_NAMES) for v in PEOPLE}
        employees = round(sums["insured_employees"] * total[NATION, year] / sum(sums.values()))
        out.append(record((NATION, year), "insured_employees", employees, "persons", scaled))
        out.append(
            record((NATION, year), "insured_retirees", total[NATION, year] - employees, "persons", scaled)
        )
    enterprise = lookup(people, "insured_enterprise_retirees")
    middle = round((enterprise[NATION, 2014] + enterprise[NATION, 2016]) / 2)
    text = sources.own("derived-enterprise-retirees")
    out.append(record((NATION, 2015), "insured_enterprise_retirees", middle, "persons", text))
    return out


def fiscal_subsidy(folder: Path, sources: Sources) -> list[Record]:
    text = sources.own("mohrss-mof-subsidies")
    tables = {
        "subsidy_employee_scheme": (3269, 3893, 4291, 4955),
        "subsidy_resident_scheme": (1524, 2022, 2092, 2320),
    }
    return [
        record((NATION, 2014 + i), variable, value * 100_000_000, "yuan", text, quality="rounded")
        for variable, values in tables.items()
        for i, value in enumerate(values)
    ]


def central_adjustment(folder: Path, sources: Sources) -> list[Record]:
    rows = [row for row in read(folder, "central_adjustment.csv") if row["unit"] != "text"]
    flat = next(row for row in rows if row["variable"] == "count_net_contributors_beneficiaries_flat")
    above = next(row for row in rows if row["variable"] == "cumulative_cross_province_transfer_2018_2021")
    above["value"] = above["value"].lstrip(">")
    ratio = select(rows, {"central_adjustment_ratio": "adjustment_ratio"}, 0.01, "share")
    money = {
        "central_adjustment_fund_size": "fund_size",
        "central_adjustment_fund_size_budget": "fund_size_budget",
        "net_contribution_total_7_provinces": "net_contribution_of_payers_budget",
        "cumulative_cross_province_transfer_2018_2021": "moved_2018_2021_at_least",
        "national_pooling_collected_budget": "national_pooling_collected_budget",
        "national_pooling_allocated_budget": "national_pooling_allocated_budget",
        "national_pooling_transfer_actual": "national_pooling_moved",
        "net_transfer_implied_by_balances": "net_transfer_implied",
    }
    funds = whole(select(rows, money, 1e8, "yuan"))
    payers = select(rows, {"count_paying_provinces": "national_pooling_paying_provinces"}, 1, "provinces")
    guangdong = next(row for row in rows if row["variable"] == "national_pooling_collected_budget")["source"]
    funds.append(
        record(
            ("Guangdong", 2022),
            "national_pooling_collected_budget",
            88_511_000_000,
            "yuan",
            guangdong,
            quality="exact",
        )
    )
    kinds = ("paying", "receiving", "flat")
    counts = [
        record((NATION, 2020), f"adjustment_{kind}_units", int(n), "units", flat["source"], quality="exact")
        for kind, n in zip(kinds, flat["value"].split("/"), strict=True)
    ]
    return ratio + funds + payers + counts


def compliance(folder: Path, sources: Sources) -> list[Record]:
    rows = read(folder, "statutory_and_compliance.csv")
    shares = {
        "share_firms_fully_compliant_contribution_base": "firms_fully_compliant_base",
        "share_firms_paying_on_minimum_base": "firms_paying_on_minimum_base",
    }
    out = select(rows, shares, 0.01, "share")
    ratios = select(rows, {"contributors_per_pensioner": "contributors_per_pensioner"}, 1, "ratio")
    for source_id, quality, values in FACTS:
        source = sources.own(source_id)
        out += [record((NATION, y), v, value, "share", source, quality=quality) for v, y, value in values]
    return out + ratios
