"""The localities: one row per unit and census, on the borders of 2020, the same units in both censuses."""

from __future__ import annotations

from pathlib import Path

from abm.data.tidy import Record, Sources, largest_remainder, lookup, read, select

# Chaohu was dissolved in 2011: Juchao and Lujiang went to Hefei, Wuwei to Wuhu, Hanshan and He to Ma'anshan.
CHAOHU = "341400"
CHAOHU_PARTS = {"340100": 780_711 + 973_850, "340200": 1_180_069, "340500": 376_436 + 562_036}
# Units of one census only, and the unit they are counted with: Laiwu with Jinan, Sansha with Sanya, the Corps
# cities founded after 2010 with the prefecture that surrounds them.
MERGED = {
    "371200": "370100",
    "460300": "460200",
    "659005": "654300",
    "659006": "652800",
    "659007": "652700",
    "659008": "654000",
    "659009": "653200",
    "659010": "654200",
}
SANYA = "460200"
FIXED = ("code", "name_zh", "province", "lat", "lon", "year")
RENAMED = {
    "pop_total": "population",
    "pop_urban": "urban",
    "pop_rural": "rural",
    "retired_not_working_longform": "retired_longform",
}
PROVINCE_TOTALS = {
    # column here -> (file, variable) of the province's own total
    "urban": ("population_census.csv", "pop_urban"),
    "rural": ("population_census.csv", "pop_rural"),
    "migrants_same_county": ("migration_totals.csv", "hukou_elsewhere_same_county"),
    "migrants_other_county": ("migration_totals.csv", "hukou_elsewhere_same_province"),
    "migrants_other_province": ("migration_totals.csv", "hukou_in_other_province"),
    "employed_longform": ("labour.csv", "employed_long_form"),
    "employed_agriculture_longform": ("labour.csv", "employed_long_form_agriculture"),
    "employed_manufacturing_longform": ("labour.csv", "employed_long_form_manufacturing"),
    "retired_longform": ("labour.csv", "not_working_retired"),
}


def prefectures(folder: Path, sources: Sources) -> tuple[tuple[str, ...], list[Record]]:
    """Columns and rows of the table: identity, counts of the census, quality and source."""
    rows, counts = _rows(folder)
    place = {row["code"]: row for row in rows if row["year"] == 2020}
    out: list[Record] = []
    for year in (2010, 2020):
        units = {row["code"]: row for row in rows if row["year"] == year}
        for row in units.values():
            row["quality"], row["source"] = "exact", sources.own(f"census-{year}-localities")
        if CHAOHU in units:
            _split_chaohu(units, counts, sources.own("derived-chaohu"))
        for part, whole in MERGED.items():
            if part in units:
                _add(units[whole], units.pop(part), counts, sources.own("derived-merged"))
        if year == 2010:
            _add(units[SANYA], _islands(folder, units, counts), counts, sources.own("derived-xisha"))
        for code, row in units.items():
            out.append({**row, **{key: place[code][key] for key in ("name_zh", "lat", "lon")}})
    out.sort(key=lambda row: (row["year"], row["code"]))
    for row in out:
        row["source"] = sources.id_of(row["source"])
    return (*FIXED, "population", *counts, "mean_schooling_years", "quality", "source"), out


def _rows(folder: Path) -> tuple[list[Record], list[str]]:
    rows = read(folder, "prefecture_census.csv")
    skip = {
        "province",
        "prefecture_zh",
        "code",
        "code_2020",
        "lat",
        "lon",
        "year",
        "mean_schooling_years",
        "pop_total",
    }
    counts = [key for key in rows[0] if key not in skip]
    out = []
    for row in rows:
        values: Record = {RENAMED.get(c, c): int(float(row[c])) if row[c] else None for c in counts}
        if values["rural"] is None:  # a city without rural population (Shenzhen 2010)
            values["rural"] = int(row["pop_total"]) - values["urban"]
        out.append(
            {
                "code": row["code_2020"],
                "name_zh": row["prefecture_zh"],
                "province": row["province"],
                "lat": float(row["lat"]) if row["lat"] else None,
                "lon": float(row["lon"]) if row["lon"] else None,
                "year": int(row["year"]),
                "population": int(row["pop_total"]),
                "mean_schooling_years": float(row["mean_schooling_years"]),
                **values,
            }
        )
    return out, [RENAMED.get(c, c) for c in counts]


def _add(row: Record, part: Record, counts: list[str], source: str) -> None:
    """Adds a part to a unit: counts add up, schooling is the mean weighted with population."""
    people = row["population"] + part["population"]
    schooling = part.get("mean_schooling_years", row["mean_schooling_years"])
    weighted = row["mean_schooling_years"] * row["population"] + schooling * part["population"]
    row["mean_schooling_years"] = round(weighted / people, 2)
    for key in ("population", *counts):
        if part.get(key) is not None:
            row[key] += part[key]
    row["quality"], row["source"] = "derived", source


def _split_chaohu(units: dict[str, Record], counts: list[str], source: str) -> None:
    chaohu = units.pop(CHAOHU)
    shares = list(CHAOHU_PARTS.values())
    split = {key: largest_remainder(chaohu[key], shares) for key in counts}
    ages = [key for key in counts if key.startswith(("male_", "female_"))]
    for i, code in enumerate(CHAOHU_PARTS):
        part: Record = {key: values[i] for key, values in split.items()}
        part["population"] = sum(part[key] for key in ages)
        part["rural"] = part["population"] - part["urban"]
        part["mean_schooling_years"] = chaohu["mean_schooling_years"]
        _add(units[code], part, counts, source)


def _islands(folder: Path, units: dict[str, Record], counts: list[str]) -> Record:
    """What the rows of Hainan's units lack of the province's own row (2010)."""
    totals = dict(PROVINCE_TOTALS)
    for key in counts:
        if key.startswith(("male_", "female_")):
            sex, _, age = key.partition("_")
            label = age.replace("85plus", "85+").replace("_", "-")
            totals[key] = ("population_census.csv", f"pop_{sex}_age_{label}")
    totals["population"] = ("population_census.csv", "pop_total")
    files = {name: read(folder, name) for name in {file for file, _ in totals.values()}}
    part: Record = {}
    for key, (file, variable) in totals.items():
        published = lookup(select(files[file], {variable: variable}), variable)["Hainan", 2010]
        part[key] = round(published) - sum(u[key] for u in units.values() if u["province"] == "Hainan")
    return part
