"""Reading one YAML file safely: no code, no duplicate keys, mistakes said with file and line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import ConstructorError, DuplicateKeyError, SafeConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from abm.errors import UserError


class _Constructor(SafeConstructor):
    """The safe constructor, except that an impossible date says on which line it stands."""

    def construct_yaml_timestamp(self, node: Any, values: Any = None) -> Any:
        try:
            return super().construct_yaml_timestamp(node, values)
        except ValueError:
            said = f"bad date '{node.value}'; write YYYY-MM-DD"
            raise ConstructorError(None, None, said, node.start_mark) from None


_Constructor.add_constructor("tag:yaml.org,2002:timestamp", _Constructor.construct_yaml_timestamp)


def read(path: Path) -> dict[str, Any]:
    """The mapping a YAML file holds. Raises UserError: unreadable, broken, a key twice, not a mapping."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UserError(f"cannot read {path}: {reason}") from None
    content = parse(text, str(path))
    if not isinstance(content, dict):
        raise UserError(f"{path} must be a YAML mapping (key: value)")
    return content


def parse(text: str, where: str) -> Any:
    """The value of a YAML text; ``where`` is what errors call it."""
    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor = _Constructor
    try:
        return yaml.load(text)
    except DuplicateKeyError as error:
        key = str(error.problem).split('"')[1]
        raise UserError(f"duplicate key '{key}' in {where}, line {_line(error)}") from None
    except MarkedYAMLError as error:
        raise UserError(f"broken YAML in {where}, line {_line(error)}: {error.problem}") from None
    except YAMLError as error:
        raise UserError(f"broken YAML in {where}: {str(error).splitlines()[0]}") from None


def _line(error: MarkedYAMLError) -> int:
    return error.problem_mark.line + 1 if error.problem_mark else 1
