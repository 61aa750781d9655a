"""Other schemes that merged into the employee scheme in one stroke, by province (derived).

Two mergers show in the published headcounts: Shanghai's insurance of migrant workers (July 2011) and
 Zhejiang's living security of farmers who lost their land (from 2012 on). What goes beyond ordinary growth
is taken for merged. The exact rules are ``derived-merged-staff`` and ``derived-merged-retirees``.
"""

from __future__ import annotations

from pathlib import Path
from statistics import mean, median

from abm.data.build_public import public_sector
from abm.data.build_scheme import pension_province
from abm.data.tidy import Record, Sources, lookup, record

STAFF = ("Shanghai", 2011)
RETIREES = ("Zhejiang", range(2012, 2017))
QUIET = range(2009, 2011)


def merged_schemes(folder: Path, sources: Sources) -> list[Record]:
    """Persons merged by province and year: employees of Shanghai, retirees of Zhejiang."""
    scratch = Sources()
    provinces = pension_province(folder, scratch)
    employees = lookup(provinces, "insured_employees")
    retirees = lookup(provinces, "insured_retirees")
    public = lookup(public_sector(folder, scratch), "public_retirees")
    name, year = STAFF
    usual = mean(employees[name, y] / employees[name, y - 1] for y in (year - 1, year + 1))
    persons = round(employees[name, year] - usual * employees[name, year - 1])
    rows = [record(STAFF, "merged_employees", persons, "persons", sources.own("derived-merged-staff"))]
    name, years = RETIREES
    rule = sources.own("derived-merged-retirees")
    usual = median(retirees[name, y] / retirees[name, y - 1] for y in QUIET)
    first = years[0] - 1
    ordinary = retirees[name, first] - public[name, first]
    merged = 0.0
    for y in years:
        ordinary *= usual
        so_far = retirees[name, y] - public[name, y] - ordinary
        rows.append(record((name, y), "merged_retirees", round(so_far - merged), "persons", rule))
        merged = so_far
    return rows
