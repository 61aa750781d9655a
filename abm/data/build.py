"""Builds the tables of this folder: ``python -m abm.data.build SOURCE_FOLDER [OUT]``.

SOURCE_FOLDER holds the published statistics. Each table is one CSV; ``sources.csv`` holds the text of every
source id. Titles, definitions and traps stand in ``tables.yaml``, rules of derived figures in ``rules.yaml``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from abm.data import build_people, build_scheme, build_work
from abm.data.build_localities import prefectures
from abm.data.build_merged import merged_schemes
from abm.data.build_public import public_sector
from abm.data.tidy import Record, Sources, write_csv, write_table

Builder = Callable[[Path, Sources], list[Record]]
TABLES: dict[str, Builder] = {
    "pension_province": build_scheme.pension_province,
    "pension_national": build_scheme.pension_national,
    "fiscal_subsidy": build_scheme.fiscal_subsidy,
    "central_adjustment": build_scheme.central_adjustment,
    "compliance": build_scheme.compliance,
    "public_sector": public_sector,
    "merged_schemes": merged_schemes,
    "economy": build_work.economy,
    "wages": build_work.wages,
    "employment": build_work.employment,
    "employers": build_work.employers,
    "inequality": build_work.inequality,
    "population_total": build_people.population_total,
    "births": build_people.births,
    "vital_rates": build_people.vital_rates,
    "projections": build_people.projections,
}
BY_AGE = ("province", "year", "sex", "age_from", "age_to")
OTHER_KEYS: dict[str, tuple[Builder, tuple[str, ...]]] = {
    "population": (build_people.population, BY_AGE),
    "mortality": (build_people.mortality, BY_AGE),
    "migration": (build_people.migration, ("dest", "origin", "period")),
    "hukou_stock": (build_people.hukou_stock, ("dest", "origin", "year")),
    "distances": (build_people.distances, ("dest", "origin")),
}


def build(folder: Path, out: Path) -> None:
    """Writes every table and ``sources.csv`` of ``folder`` into ``out``."""
    sources = Sources()
    for name, builder in TABLES.items():
        write_table(out / f"{name}.csv", builder(folder, sources), sources)
    for name, (builder, keys) in OTHER_KEYS.items():
        write_table(out / f"{name}.csv", builder(folder, sources), sources, keys)
    columns, rows = prefectures(folder, sources)
    write_csv(out / "prefectures.csv", columns, rows)
    sources.write(out)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3) or not Path(sys.argv[1]).is_dir():
        sys.exit(
            "usage: python -m abm.data.build SOURCE_FOLDER [OUT]: SOURCE_FOLDER must be an existing folder"
        )
    build(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) == 3 else Path(__file__).parent)
