"""How the staff of government and public institutions joined the published series, by province (derived).

Nationally the group is the published total less the enterprise scheme. A province's entry year shows as a
jump of its headcount: that jump is taken in full, what is left of the national step goes to the public
employment not yet insured. The exact rule is ``derived-public-sector`` in ``rules.yaml``.
"""

from __future__ import annotations

import math
from pathlib import Path
from statistics import median

from abm.data.build_scheme import pension_national, pension_province
from abm.data.build_work import employment
from abm.data.tidy import Record, Sources, largest_remainder, lookup, record
from abm.space import NATION, PROVINCE_NAMES

YEARS = range(2010, 2019)
QUIET = range(2013, 2019)
OTHER_MERGERS = {("Zhejiang", 2015), ("Zhejiang", 2016)}
TOLERANCE = 0.01  # growth above the province's median that still counts as ordinary


def public_sector(folder: Path, sources: Sources) -> list[Record]:
    rule = sources.own("derived-public-sector")
    scratch = Sources()
    nation, provinces = pension_national(folder, scratch), pension_province(folder, scratch)
    public = lookup(employment(folder, scratch), "employed_public")
    national = {
        kind: {
            year: lookup(nation, f"insured_{kind}")[NATION, year]
            - lookup(nation, f"insured_enterprise_{kind}")[NATION, year]
            for year in YEARS
        }
        for kind in ("employees", "retirees")
    }
    ratio = {"employees": 1.0, "retirees": national["retirees"][2018] / national["employees"][2018]}
    out = []
    for kind, totals in national.items():
        heads = lookup(provinces, f"insured_{kind}")
        size = {y: [ratio[kind] * _between(public, name, y) for name in PROVINCE_NAMES] for y in YEARS}
        levels = _levels(totals, heads, size)
        for year, values in levels.items():
            cells = ((NATION, sum(values)), *zip(PROVINCE_NAMES, values, strict=True))
            out += [record((name, year), f"public_{kind}", value, "persons", rule) for name, value in cells]
    return out


def _between(public: dict[tuple[str, int], float], name: str, year: int) -> float:
    return public[name, 2010] + (year - 2010) / 10 * (public[name, 2020] - public[name, 2010])


def _levels(
    totals: dict[int, float], heads: dict[tuple[str, int], float], size: dict[int, list[float]]
) -> dict[int, list[int]]:
    """Persons by year and province, adding up to the national totals; never falling after 2014."""
    levels = {year: largest_remainder(round(totals[year]), size[2010]) for year in YEARS if year <= 2014}
    growth = [{y: math.log(heads[name, y] / heads[name, y - 1]) for y in QUIET} for name in PROVINCE_NAMES]
    usual = [median(g.values()) + TOLERANCE for g in growth]
    for year in range(2015, 2019):
        before = levels[year - 1]
        step = round(totals[year]) - sum(before)
        room = [max(0.0, s - b) for s, b in zip(size[year], before, strict=True)]
        visible = [
            0.0
            if (name, year) in OTHER_MERGERS
            else min(room[i], heads[name, year - 1] * max(0.0, growth[i][year] - usual[i]))
            for i, name in enumerate(PROVINCE_NAMES)
        ]
        shown = min(1.0, step / sum(visible))
        left = [r - shown * v for r, v in zip(room, visible, strict=True)]
        rest = step - shown * sum(visible)
        exact = [shown * v + rest * free / sum(left) for v, free in zip(visible, left, strict=True)]
        levels[year] = [b + e for b, e in zip(before, largest_remainder(step, exact), strict=True)]
    return levels
