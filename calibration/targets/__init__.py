"""What the model is held against: moments and published effects as dated, sourced records in YAML.

A *moment* is a variable of ``calibration.measures`` in some places and years; its published value comes from
the statistics in the package (measured there by the same function), from one of their tables, or from the
record. An *effect* is a published estimate that ``calibration.replications`` repeats on simulated panels.
Years of the fit lie in 2010-2016, those of validation in 2017-2018; all else is kept back from fitting.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from abm import data, yaml_file
from abm.errors import UserError, unknown
from abm.space import NATION, PROVINCE_NAMES
from calibration.measures import VARIABLES, Tables, measure, of_publications
from experiments.fit import BREAKS

FOLDER = Path(__file__).parent
FIT, VALIDATE = (2010, 2016), (2017, 2018)
SPLITS = ("fit", "validate", "kept_back")
SCALES = {"log": "log difference", "level": "difference in the variable's unit"}

Split = Literal["fit", "validate", "kept_back"]
Label = Literal["input", "implied", "emergent"]


class Strict(BaseModel):
    """Unknown keys and values of another type are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Moment(Strict):
    """One variable in some places and years.

    ``error`` is the standard error of the published value on the scale of comparison (log or level), with
    ``error_note`` saying where it comes from. ``bar`` is the greatest difference that counts as agreement.
    """

    name: str
    file: str
    definition: str
    level: Literal["macro", "province", "prefecture", "micro", "government", "projection"]
    variable: str
    unit: str
    places: Literal["nation", "provinces"]
    years: dict[Split, tuple[int, ...]]
    compare: Literal["log", "level"]
    value: Literal["published"] | str | dict[int, float]
    source: str = ""
    error: float | None = None
    error_note: str = ""
    bar: float | None = None
    label: Label = "emergent"
    note: str = ""

    @property
    def tolerance(self) -> float:
        """The greatest difference that counts as agreement: the bar, else twice the error."""
        assert self.error is not None
        return self.bar if self.bar is not None else 2 * self.error


class Effect(Strict):
    """A published estimate: ``replication`` names the module, ``coefficient`` what it estimates.

    ``value`` is None where only the direction is known; then ``sign`` alone is compared.
    """

    name: str
    file: str
    definition: str
    level: Literal["causal"]
    replication: str
    coefficient: str
    unit: str
    sign: Annotated[int, Field(ge=-1, le=1)]
    value: float | None = None
    low: float | None = None
    high: float | None = None
    source: str = ""
    error: float | None = None
    error_note: str = ""
    label: Label = "emergent"
    note: str = ""

    @model_validator(mode="after")
    def _signed(self) -> Effect:
        if self.value is not None and self.value * self.sign < 0:
            raise ValueError(f"value {self.value:g} has another sign than sign {self.sign:+d}")
        return self


Target = Moment | Effect
EFFECT_UNITS = ("pp of the collection rate", "share", "slope", "sign", "elasticity")


@cache
def load(folder: Path = FOLDER) -> dict[str, Target]:
    """All targets by name, files in alphabetical order. Raises UserError saying what is wrong with one."""
    targets: dict[str, Target] = {}
    for file in sorted(folder.glob("*.yaml")):
        for name, fields in yaml_file.read(file).items():
            if name in targets:
                raise UserError(f"target '{name}' in {file.name} is already in {targets[name].file}")
            targets[name] = parse(name, fields, file.name)
    return targets


def moments(folder: Path = FOLDER) -> list[Moment]:
    """The targets that are measured on the tables of a run."""
    return [target for target in load(folder).values() if isinstance(target, Moment)]


def effects(folder: Path = FOLDER) -> list[Effect]:
    """The targets that are estimated on simulated panels."""
    return [target for target in load(folder).values() if isinstance(target, Effect)]


def parse(name: str, fields: object, file: str) -> Target:
    """A checked target. Raises UserError with one sentence: what, where, what is allowed."""
    where = f"target '{name}' ({file})"
    if not isinstance(fields, Mapping):
        raise UserError(f"{where} must be a mapping (key: value)")
    kind: type[Moment] | type[Effect] = Effect if fields.get("level") == "causal" else Moment
    for key in fields:
        if key not in kind.model_fields or key in {"name", "file"}:
            raise unknown("key", str(key), set(kind.model_fields) - {"name", "file"}, where)
    try:
        target = kind.model_validate(_tuples({**fields, "name": name, "file": file}))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"][:2])
        raise UserError(
            f"{where}: {place or 'record'}: {first['msg'].removeprefix('Value error, ')}"
        ) from None
    _check(target, where)
    return target


def _tuples(fields: dict[str, Any]) -> dict[str, Any]:
    """Lists of years as tuples, which frozen records hold; ``[2011, …, 2016]`` may be ``2011-2016``."""
    years = fields.get("years")
    if isinstance(years, Mapping):
        fields["years"] = {split: _years(listed) for split, listed in years.items()}
    return fields


def _years(listed: object) -> object:
    if isinstance(listed, str) and len(ends := listed.split("-")) == 2 and all(e.isdigit() for e in ends):
        return tuple(range(int(ends[0]), int(ends[1]) + 1))
    return tuple(listed) if isinstance(listed, list) else listed


def _check(target: Target, where: str) -> None:
    if not target.source.strip():
        raise UserError(f"{where} has no source; every published number needs one")
    if isinstance(target, Effect):
        _check_effect(target, where)
        return
    if target.variable not in VARIABLES:
        raise unknown("variable", target.variable, VARIABLES, where)
    unit = VARIABLES[target.variable].unit
    if target.unit != unit:
        raise UserError(
            f"{where}: unit '{target.unit}' is wrong; '{target.variable}' is measured in '{unit}'"
        )
    if target.error is None or target.error <= 0:
        raise UserError(f"{where} has no error; give the standard error of its value, greater than zero")
    if not target.error_note.strip():
        raise UserError(f"{where} has no error_note; say where its error comes from")
    if target.bar is not None and target.bar <= 0:
        raise UserError(f"{where}: bar {target.bar:g} lets nothing pass; allowed: greater than zero")
    _check_years(target, where)
    _check_value(target, where)


def _check_effect(target: Effect, where: str) -> None:
    if target.replication not in _replications():
        raise unknown("replication", target.replication, _replications(), where)
    if target.unit not in EFFECT_UNITS:
        raise unknown("unit", target.unit, EFFECT_UNITS, where)
    if target.value is not None and target.error is None and (target.low is None or target.high is None):
        raise UserError(
            f"{where} has no error; give error, or low and high, or leave out value and give the sign"
        )
    if target.error is not None and target.error <= 0:
        raise UserError(f"{where}: error {target.error:g} is no standard error; allowed: greater than zero")
    if target.value is None and target.sign == 0:
        raise UserError(f"{where} has neither a value nor a sign; give one of them")
    if target.value is not None and not (
        (target.low is None or target.low <= target.value)
        and (target.high is None or target.value <= target.high)
    ):
        raise UserError(f"{where}: value {target.value:g} lies outside its band of low and high")


def _replications() -> list[str]:
    """Names of the modules that repeat a published estimate."""
    files = (FOLDER.parent / "replications").glob("*.py")
    return sorted(file.stem for file in files if file.stem not in {"__init__", "panels"})


def _check_years(target: Moment, where: str) -> None:
    for split, (first, last) in {"fit": FIT, "validate": VALIDATE}.items():
        for year in target.years.get(split, ()):  # type: ignore[call-overload]
            if not first <= year <= last:
                raise UserError(f"{where}: {year} cannot be in '{split}'; allowed: {first} to {last}")
    years = [year for listed in target.years.values() for year in listed]
    if not years:
        raise UserError(f"{where} names no year; give years under {', '.join(SPLITS)}")
    for year in years:
        if years.count(year) > 1:
            raise UserError(f"{where} names {year} twice; a year belongs to one split")


def _check_value(target: Moment, where: str) -> None:
    years = [year for listed in target.years.values() for year in listed]
    if isinstance(target.value, dict):
        if target.places != "nation":
            raise UserError(f"{where}: values by year are the nation's; provinces need 'published'")
        missing = [year for year in years if year not in target.value]
    elif target.value == "published":
        if target.file and measure(target.variable, of_publications(range(2010, 2019))).isna().all():
            raise UserError(f"{where}: nothing published gives '{target.variable}'; write its value by year")
        missing = []
    else:
        values = _of_table(target.value, where, target.unit)
        missing = [year for year in years if (NATION, year) not in values.index]
    if missing:
        raise UserError(f"{where} has no value for {missing[0]}")
    if target.compare == "log" and target.value != "published" and (published(target) <= 0).any():
        raise UserError(f"{where} has a value that is not above zero and no log; compare: level")


def _of_table(path: str, where: str, unit: str) -> pd.Series:
    """``table.variable`` of the published statistics, held in ``unit``, as values by (province, year)."""
    table, _, variable = path.partition(".")
    if table not in data.names():
        raise unknown("table", table, data.names(), where)
    rows = data.load(table)
    if "variable" not in rows or variable not in set(rows["variable"]):
        raise unknown(
            "variable", variable, rows.get("variable", pd.Series(dtype=str)).unique(), f"{where}, {table}"
        )
    rows = rows[rows["variable"] == variable]
    if set(rows["unit"]) != {unit}:
        raise UserError(f"{where}: '{path}' is in '{rows['unit'].iloc[0]}', not in '{unit}'")
    return rows.set_index(["province", "year"])["value"]


def published(target: Moment) -> pd.Series:
    """The published values of a moment by (province, year), known breaks of the statistics left out."""
    years = sorted({year for listed in target.years.values() for year in listed})
    places = [NATION] if target.places == "nation" else list(PROVINCE_NAMES)
    if isinstance(target.value, dict):
        values = pd.concat({NATION: pd.Series(target.value, dtype=float)})
    elif target.value == "published":
        values = measure(target.variable, _publications())
    else:
        values = _of_table(target.value, target.name, target.unit)
    wanted = pd.MultiIndex.from_product([places, years], names=["province", "year"])
    known = values.reindex(wanted).dropna()
    return known[[not broken(place, year, target.variable) for place, year in known.index]]


@cache
def _publications() -> Tables:
    return of_publications(range(2010, 2019))


def broken(province: str, year: int, variable: str) -> bool:
    """Whether a published value of a province is known to be discontinuous (see ``experiments.fit``)."""
    return any(
        place == province and first <= year <= last and (not variables or variable in variables)
        for place, first, last, variables, _ in BREAKS
    )


def split_of(target: Moment, year: int) -> Split:
    """The split a year of a moment belongs to."""
    return next(split for split, listed in target.years.items() if year in listed)
