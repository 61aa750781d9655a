"""The pages ``docs/odd.md`` and ``docs/rat-rs.md``: prose from one template each, tables from the code.

``python -m calibration.document`` writes them; with ``--check`` it says which are out of date and exits with
status 1. ODD+D is the protocol of Müller and others (2013), Environmental Modelling and Software 48;
RAT-RS that of Achter and others (2022), International Journal of Social Research Methodology 25(4).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from abm.errors import UserError
from calibration import inventory
from calibration.inventory import Rows

HERE = Path(__file__).parent
PAGES: dict[str, Path] = {"odd.md": HERE / "odd.md.j2", "rat-rs.md": HERE / "rat-rs.md.j2"}
FOLDER = HERE.parent / "docs"

SECTIONS: tuple[str, ...] = (
    "## I Overview",
    "### I.i Purpose",
    "### I.ii Entities, state variables and scales",
    "### I.iii Process overview and scheduling",
    "## II Design concepts",
    "### II.i Theoretical and empirical background",
    "### II.ii Individual decision-making",
    "### II.iii Learning",
    "### II.iv Individual sensing",
    "### II.v Individual prediction",
    "### II.vi Interaction",
    "### II.vii Collectives",
    "### II.viii Heterogeneity",
    "### II.ix Stochasticity",
    "### II.x Observation",
    "## III Details",
    "### III.i Implementation details",
    "### III.ii Initialisation",
    "### III.iii Input data",
    "### III.iv Submodels",
)
"""The headings of ODD+D in the order of the protocol."""

STEP = "python -m calibration.document"


def pages() -> dict[str, str]:
    """The text of every page by file name, as the code is now."""
    from jinja2 import Environment, StrictUndefined

    read = inventory.inputs()
    tables: dict[str, Callable[[], Rows]] = {
        name: getattr(inventory, name)
        for name in (
            "person_columns", "employer_columns", "levers", "phases", "streams", "parameters", "statuses",
            "regime_rules", "module_changes", "scenario_list", "outputs", "target_list", "effect_list",
            "record_sources", "data_sources",
        )
    }  # fmt: skip
    tables["data_uses"] = lambda: inventory.data_uses(read)

    def shown(name: str) -> str:
        return markdown(tables[name]())

    environment = Environment(undefined=StrictUndefined, keep_trailing_newline=True)
    texts = {}
    for name, template in PAGES.items():
        texts[name] = environment.from_string(template.read_text(encoding="utf-8")).render(
            table=shown, counted=_counted(), command=STEP
        )
    check_sections(texts["odd.md"])
    return texts


def _counted() -> dict[str, int]:
    """Numbers that the prose names."""
    from calibration import free, targets

    return {
        "free": len(free.load()),
        "targets": len(targets.moments()),
        "effects": len(targets.effects()),
        "records": len(inventory.parameters()) - 1,
        "scenarios": len(inventory.scenario_list()) - 1,
    }


def check_sections(text: str) -> None:
    """Raise UserError unless the page has every heading of ODD+D once, in the order of the protocol."""
    found = [line for line in text.splitlines() if line in SECTIONS]
    for wanted, heading in zip(SECTIONS, [*found, *[""] * len(SECTIONS)], strict=False):
        if heading != wanted:
            raise UserError(
                f"section '{wanted}' of ODD+D is missing or out of order in {PAGES['odd.md'].name}"
            )
    if len(found) > len(SECTIONS):
        raise UserError(f"a section of ODD+D stands twice in {PAGES['odd.md'].name}")


def markdown(rows: Rows) -> str:
    """Rows under a header as a Markdown table."""
    head, *body = rows
    lines = [head, tuple("---" for _ in head), *body]
    return "\n".join("| " + " | ".join(_cell(text) for text in line) + " |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def stale(folder: Path = FOLDER) -> list[str]:
    """Names of the pages in a folder that differ from what the code says."""
    return [
        name
        for name, text in pages().items()
        if not (folder / name).is_file() or (folder / name).read_text(encoding="utf-8") != text
    ]


def main(arguments: Sequence[str]) -> int:
    """Write the pages, or with ``--check`` only compare; exit status."""
    os.environ["TONGCHOU_CACHE"] = "off"  # a base year that is remembered reads no data
    if list(arguments) == ["--check"]:
        old = stale()
        if old:
            print(f"out of date: {', '.join(old)}; write them with '{STEP}'", file=sys.stderr)
        return 1 if old else 0
    if arguments:
        print(f"unknown option '{arguments[0]}'; allowed: --check", file=sys.stderr)
        return 2
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
        print(FOLDER / name)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
