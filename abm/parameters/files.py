"""Reading the YAML files of records; each file is parsed once per process and version."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import ConstructorError, DuplicateKeyError, SafeConstructor
from ruamel.yaml.error import MarkedYAMLError

from abm.errors import UserError
from abm.parameters.parse import parse
from abm.parameters.record import Record

FOLDER = Path(__file__).parent


class _Constructor(SafeConstructor):
    """The safe constructor, except that an impossible date says on which line it stands."""

    def construct_yaml_timestamp(self, node: Any, values: Any = None) -> Any:
        try:
            return super().construct_yaml_timestamp(node, values)
        except ValueError:
            raise ConstructorError(
                None, None, f"bad date '{node.value}'; write YYYY-MM-DD", node.start_mark
            ) from None


_Constructor.add_constructor("tag:yaml.org,2002:timestamp", _Constructor.construct_yaml_timestamp)


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
    content = _load(file)
    if not isinstance(content, dict):
        raise UserError(f"{file.name} must map names to records")
    return tuple(parse(file.name, str(name), raw) for name, raw in content.items())


def _load(file: Path) -> object:
    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor = _Constructor
    try:
        return yaml.load(file.read_text(encoding="utf-8"))
    except DuplicateKeyError as error:
        key = str(error.problem).split('"')[1]
        raise UserError(f"duplicate key '{key}' in {file.name}, line {_line(error)}") from None
    except MarkedYAMLError as error:
        raise UserError(f"{file.name}, line {_line(error)}: {error.problem}") from None


def _line(error: MarkedYAMLError) -> int:
    return error.problem_mark.line + 1 if error.problem_mark else 1
