"""Small tools of the build: read a table, change units, keep source and quality, write a compact CSV.

A record is one published number: where (``province`` or other keys), ``year``, ``variable``, ``value``,
``unit``, ``quality`` and the full text of its ``source``. The register of sources turns that text into an id.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from abm.space import NATION, PROVINCE_NAMES

Record = dict[str, Any]
PLACES = frozenset((*PROVINCE_NAMES, NATION))
RULES = Path(__file__).with_name("rules.yaml")
MEASURE = ("variable", "value", "unit", "quality", "source")

# Where a source text contains the pattern it gets this id; the first match counts.
SOURCE_IDS = (
    (r"Yearbook 2005, table 23-40", "yearbook-2005-23-40"),
    (r"Yearbook 2006, table 23-39", "yearbook-2006-23-39"),
    (r"Yearbook 2009, table 22-42", "yearbook-2009-22-42"),
    (r"Yearbook 2011, table 21-40", "yearbook-2011-21-40"),
    (r"Yearbook 2009 table 4-20", "yearbook-2009-4-20"),
    (r"Yearbook 2012 table 4-16", "yearbook-2012-4-16"),
    (r"Yearbook 2022", "yearbook-2022"),
    (r"Yearbook provincial series \(urban", "yearbook-urban-share"),
    (r"economic census bas", "nbs-gdp-2024-basis"),
    (r"E0103 gross regional product", "nbs-gdp"),
    (r"E0103 resident population", "nbs-population"),
    (r"gdp / mean of year-end", "derived-gdp-per-head"),
    (r"indicator ([A-Z_]+)", "nbs"),
    (r"job_peo_endow", "nbs-employees-to-2016"),
    (r"ret_peo_endow", "nbs-retirees-to-2016"),
    (r"城镇基本养老保险", "nbs-pension-to-2014"),
    (r"城镇单位就业人员平均工资", "nbs-wages-nonprivate-to-2014"),
    (r"按行业分城镇私营", "nbs-wages-private-to-2014"),
    (r"NBS data.stats.gov.cn", "nbs-annual"),
    (r"NBS national", "nbs-annual"),
    (r"Population Census 2010 county data.*cell corrupt", "census-2010-residual"),
    (r"Population Census 2010 county data", "census-2010"),
    (r"Population Census 2020 county data", "census-2020"),
    (r"Census 2010 long-form table 7-8", "census-2010-7-8"),
    (r"Census 2020 long-form table 7-7", "census-2020-7-7"),
    (r"2015 national 1% population survey", "survey-2015"),
    (r"geographic coordinates", "great-circle"),
    (r"wpp2024.*misc1dt", "wpp2024-estimates"),
    (r"wpp2024.*miscproj1dt", "wpp2024-projections"),
    (r"wpp2024.*mx5dt", "wpp2024-mx"),
    (r"wpp2024.*tfr", "wpp2024-tfr"),
    (r"wpp2024.*popproj1dt", "wpp2024-population"),
    (r"WPP 2024 mid-year", "wpp2024-mid-year"),
    (r"SSP population projection", "ssp2-provinces"),
    (r"Penn World Table", "pwt-10"),
    (r"ILO modelled.*--((?:fe)?males_aged_\w+?)_labour", "ilo"),
    (r"ILO/Gapminder", "ilo-self-employment"),
    (r"[Ee]conomic [Cc]ensus", "economic-census"),
    (r"World Bank/Gapminder.* (?:inequality_)?(\w+)$", "world-bank"),
    (r"NBS (?:Statistical|Seventh)", "nbs-communique"),
    (r"provincial (?:statistical )?bulletin", "provincial-bulletins"),
    (r"provincial natural growth", "nbs-natural-growth"),
    (r"derived: (20\d\d) census inflow", "derived-hukou-stock"),
    (r"balance change minus", "derived-net-transfer"),
    (r"cohort-component", "derived-wpp2024-ages"),
    (r"China Daily", "china-daily"),
    (r"income-approach GDP", "gdp-by-income"),
    (r"[Ll]ife expectancy|census 2020$|Health Commission", "life-expectancy"),
    (r"average wages of employed persons in urban units (20\d\d)", "nbs-wage-bulletin"),
    (r"^NBS \(", "nbs-gini"),
    (r"企业社保白皮书", "white-paper"),
    (r"MOHRSS", "mohrss"),
    (r"Ministry of Finance|MoF", "mof"),
)


class Sources:
    """The register of sources: one short id for each text, in order of first use."""

    def __init__(self) -> None:
        self._ids: dict[str, str] = {}
        self._own: dict[str, str] = YAML(typ="safe", pure=True).load(RULES.read_text(encoding="utf-8"))

    def own(self, source_id: str) -> str:
        """The text of a source or rule of ``rules.yaml``, as it stands in the records."""
        text = self._own[source_id]
        self._ids[text] = source_id
        return text

    def id_of(self, text: str) -> str:
        """The id of a source text; a new text gets one from SOURCE_IDS, numbered if the pattern recurs."""
        text = clean_source(text)
        if text not in self._ids:
            stem = next(
                (self._stem(name, m) for pattern, name in SOURCE_IDS if (m := re.search(pattern, text))),
                "web",
            )
            taken = set(self._ids.values())
            self._ids[text] = next(
                i for i in (stem, *(f"{stem}-{n}" for n in range(2, 999))) if i not in taken
            )
        return self._ids[text]

    @staticmethod
    def _stem(name: str, match: re.Match[str]) -> str:
        return f"{name}-{match.group(1).lower().replace('_', '-')}" if match.groups() else name

    def write(self, folder: Path) -> None:
        rows = [{"id": i, "text": t} for t, i in sorted(self._ids.items(), key=lambda pair: pair[1])]
        write_csv(folder / "sources.csv", ("id", "text"), rows)


def clean_source(text: str) -> str:
    """A source text without notes on how the page was kept or which working file it was copied to."""
    text = re.sub(r"province_pension_best\.csv( variable \w+)?", "the provincial series", text)
    text = re.sub(r"(positive = received)\..*", r"\1; holds one-off corrections (Jiangsu 2018: +443)", text)
    text = re.sub(r"[ ,;]*(?:figures on )?stored pages?(?=[,;)]|$)", "", text)
    text = (
        re.sub(r"(^|\()stored pages? ?", r"\1", text)
        .replace("()", "")
        .replace("(, ", "(")
        .replace("(; ", "(")
    )
    return re.sub(r"\s+", " ", text).strip(" ;,")


def read(folder: Path, name: str) -> list[Record]:
    """All rows of a source table with ``province`` for the province and ``China`` for the nation."""
    with (folder / name).open(encoding="utf-8", newline="") as file:
        rows: list[Record] = list(csv.DictReader(file))
    for row in rows:
        for old in [key for key in row if key.endswith("_en")]:
            place = row.pop(old)
            row[old.removesuffix("_en")] = NATION if place == "National Total" else place
    return rows


def select(
    rows: Iterable[Record],
    names: Mapping[str, str],
    factor: float = 1.0,
    unit: str | None = None,
    keep: Callable[[Record], bool] = lambda row: True,
) -> list[Record]:
    """Records of the variables in ``names`` (source name -> own name), times ``factor``, in ``unit``.

    Only provinces and the nation are taken; ``year`` becomes an integer; values are rounded to twelve
    significant digits so that no binary noise is written.
    """
    out = []
    for row in rows:
        if row["variable"] not in names or row["province"] not in PLACES:
            continue
        record = {
            "province": row["province"],
            "year": int(row["year"][:4]),
            "variable": names[row["variable"]],
            "value": float(f"{float(row['value']) * factor:.12g}"),
            "unit": unit or row["unit"],
            "quality": row["quality"],
            "source": row["source"],
        }
        if keep(record):
            out.append(record)
    return out


def whole(records: list[Record]) -> list[Record]:
    """The records with values rounded to whole units (persons, yuan)."""
    for record in records:
        record["value"] = round(record["value"])
    return records


def record(
    where: tuple[str, int], variable: str, value: float, unit: str, source: str, *, quality: str = "derived"
) -> Record:
    """A record made by the build; ``where`` is province and year."""
    return {
        "province": where[0],
        "year": where[1],
        "variable": variable,
        "value": value,
        "unit": unit,
        "quality": quality,
        "source": source,
    }


def lookup(records: Iterable[Record], variable: str) -> dict[tuple[str, int], float]:
    """The values of one variable by (province, year)."""
    return {(r["province"], r["year"]): r["value"] for r in records if r["variable"] == variable}


def largest_remainder(total: int, weights: Sequence[float]) -> list[int]:
    """Splits a whole total in proportion to the weights; the parts add up exactly, ties go to the first."""
    size = sum(weights)
    exact = [total * w / size for w in weights]
    parts = [int(x // 1) for x in exact]
    order = sorted(range(len(weights)), key=lambda i: (parts[i] - exact[i], i))
    for i in order[: total - sum(parts)]:
        parts[i] += 1
    return parts


def number(value: Any) -> str:
    """The shortest text of a number (ten significant digits at most); other values as text."""
    if not isinstance(value, float | int):
        return "" if value is None else str(value)
    rounded = float(f"{value:.10g}") if value != round(value) else value
    return str(int(rounded)) if rounded == int(rounded) else repr(rounded)


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Record]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([number(row.get(column)) for column in columns] for row in rows)
    path.write_text(text.getvalue(), encoding="utf-8")


def write_table(
    path: Path, records: list[Record], sources: Sources, keys: Sequence[str] = ("province", "year")
) -> None:
    """Writes a tidy table sorted by variable and its keys, provinces in code order and the nation first."""
    order = {name: i for i, name in enumerate((NATION, *PROVINCE_NAMES))}
    variables = list(dict.fromkeys(r["variable"] for r in records))

    def place(row: Record) -> tuple[Any, ...]:
        return (variables.index(row["variable"]), *(order.get(row[key], row[key]) for key in keys))

    rows = sorted(records, key=place)
    if len({place(row) for row in rows}) != len(rows):
        raise ValueError(f"{path.name}: two values for one cell")
    for row in rows:
        row["source"] = sources.id_of(row["source"])
    write_csv(path, (*keys, *MEASURE), rows)
