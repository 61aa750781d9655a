"""Reading the YAML files of records; each file is parsed once per process and version."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from abm.errors import UserError
from abm.parameters.parse import parse
from abm.parameters.record import Record
from abm.yaml_file import parse as parse_yaml

FOLDER = Path(__file__).parent


def read(folder: Path = FOLDER) -> dict[str, Record]:
    """All records of the YAML files in ``folder`` by path, in the order of file name and record.

    Raises UserError (one sentence with file and path or line) for the first record that is wrong.
    """
    records: dict[str, Record] = {}
    for file in sorted(folder.glob("*.yaml")):
        for record in _records(file, file.stat().st_mtime_ns):
            records[record.path] = record
    return records


@lru_cache(maxsize=64)
def _records(file: Path, _version: int) -> tuple[Record, ...]:
    """The records of one file; the version (time of change) keeps an edited file from being served stale."""
    content = parse_yaml(file.read_text(encoding="utf-8"), file.name)
    if not isinstance(content, dict):
        raise UserError(f"{file.name} must map names to records")
    return tuple(parse(file.name, str(name), raw) for name, raw in content.items())
