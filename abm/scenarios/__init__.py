"""Scenario files: the shipped ones beside this module, the user's own by path; reading and stacking them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, Self, TypeVar

from pydantic import BaseModel, Field, StrictInt, ValidationError, model_validator

from abm import yaml_file
from abm.errors import UserError, nearest, unknown
from abm.timeline import Event, Frozen, Regime, regimes_given

FOLDER = Path(__file__).parent
M = TypeVar("M", bound=BaseModel)


class Difference(Frozen):
    """One scenario file: what it changes on top of its ``base``; whatever it does not name stays."""

    name: str = Field(pattern=r"^\w[\w.+-]*$")
    title: str = ""
    base: str | None = None
    start: StrictInt | None = Field(default=None, alias="from")
    end: StrictInt | None = Field(default=None, alias="to")
    scale: StrictInt | None = None
    seed: StrictInt | None = None
    resolution: str | None = None
    timeline: tuple[Event, ...] = ()
    set: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _known(self) -> Self:
        if "regime" in self.set:
            regimes_given(self.set["regime"], date.min)
        check_parameters({path: value for path, value in self.set.items() if path != "regime"})
        return self


def check_parameters(changes: dict[str, Any]) -> None:
    """Raise UserError if a path is no parameter's or a value is not admissible for it."""
    if changes:
        from abm.parameters import Parameters  # the records are read only where there is a path to check

        Parameters.load(overrides=changes)


def shipped() -> tuple[str, ...]:
    """Names of the scenarios that come with the package, in alphabetical order."""
    return tuple(sorted(file.stem for file in FOLDER.glob("*.yaml")))


def read(term: str, beside: Path | None = None) -> Difference:
    """The difference of a shipped scenario or of a YAML file, whose path may be relative to ``beside``.

    Raises UserError: no such scenario or file, broken YAML, unknown key, province or rule, wrong type.
    """
    if not _is_path(term):
        if term not in shipped():
            raise unknown("scenario", term, shipped())
        path = FOLDER / f"{term}.yaml"
    else:
        path = Path(term)
        if beside is not None and not path.exists():
            path = beside / path
        if not path.is_file():
            raise UserError(f"scenario file '{term}' does not exist")
    content = yaml_file.read(path)
    if _is_path(term):
        content.setdefault("name", path.stem)
    return validated(Difference, content, str(path) if _is_path(term) else path.name)


def with_base(term: str, beside: Path | None = None, seen: tuple[str, ...] = ()) -> list[Difference]:
    """A term's difference after those of its base, the base's base, and so on."""
    if term in seen:
        raise UserError(f"scenario '{term}' is its own base ({' -> '.join((*seen, term))})")
    own = read(term, beside)
    if own.base is None:
        return [own]
    folder = Path(term).parent if _is_path(term) else None
    return [*with_base(own.base, folder, (*seen, term)), own]


def stack_of(spec: str) -> tuple[str, list[Difference]]:
    """The name of a stack such as ``history+soft_budget`` and its differences in the order they apply.

    The first term brings its bases along; a later one changes what is there, so its own base must be
    among the scenarios already stacked.
    """
    terms = [spec] if Path(spec).is_file() else spec.split("+")
    stack = with_base(terms[0])
    names = [stack[-1].name]
    for term in terms[1:]:
        own = read(term)
        if own.base is not None and own.base not in {d.name for d in stack}:
            raise UserError(f"scenario '{term}' changes '{own.base}', which is not part of '{spec}'")
        stack.append(own)
        names.append(own.name)
    return "+".join(names), stack


def _is_path(term: str) -> bool:
    return term.endswith((".yaml", ".yml")) or "/" in term


def validated(model: type[M], content: dict[str, Any], where: str) -> M:
    """``content`` as a record of ``model``; if it is none, a UserError of one sentence after ``where``."""
    place = f"{where}: " if where else ""
    try:
        return model.model_validate(content)
    except UserError as error:
        raise UserError(f"{place}{error}") from None
    except ValidationError as error:
        raise UserError(place + _sentence(model, error)) from None


def _sentence(model: type[BaseModel], error: ValidationError) -> str:
    """The first complaint of pydantic in our words."""
    first = error.errors()[0]
    *parents, last = first["loc"]
    path = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        level = next((str(part) for part in reversed(parents) if isinstance(part, str)), "")
        levels: dict[str, type[BaseModel]] = {"timeline": Event, "regime": Regime}
        keys = _keys(levels.get(level, model))
        inside = f" in {'.'.join(str(p) for p in parents)}" if parents else ""
        return f"unknown key '{last}'{inside}{nearest(str(last), keys)}"
    if first["type"] == "missing":
        return f"key '{path}' is missing"
    given = first["input"]
    return f"{path} {given!r} is not allowed: {first['msg'][0].lower()}{first['msg'][1:]}"


def _keys(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]
