"""The tables of a run: checked against the schema, written whole or not at all, read back."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import platform
import resource
import shutil
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Self

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from abm.columns import SCHEMA, Table
from abm.errors import UserError
from abm.scenario import Scenario

STAGE = ".partial"
STATES = "state_*.zip"
"""Saved states of a run (abm.state); they may stand in the folder before its tables do."""
DERIVED = ("fit.md", "fit.csv", "figures")
"""What other modules put beside the tables; stale once the tables are replaced."""

_ARROW = {"integer": pa.int64(), "number": pa.float64(), "text": pa.string(), "flag": pa.bool_()}
_PACKAGES = ("tongchou", "mesa", "numpy", "numba", "pandas", "pyarrow")


class Results:
    """One run: a data frame for each table of the schema, and the manifest.

    Columns, units and definitions are those of ``abm.columns.SCHEMA``; ``manifest`` says what was run.
    Raises ValueError for frames that do not fit the schema: that is a fault of the model, not of its user.
    """

    def __init__(self, frames: Mapping[str, pd.DataFrame], manifest: Mapping[str, Any]) -> None:
        if set(frames) != set(SCHEMA):
            raise ValueError(f"tables {sorted(set(frames) ^ set(SCHEMA))} are missing or not in the schema")
        self.frames = {name: _checked(name, frames[name], table) for name, table in SCHEMA.items()}
        self.manifest = dict(manifest)

    def __repr__(self) -> str:
        name, years = self.manifest.get("scenario", {}).get("name", "a run"), self.national["year"]
        return f"<Results of {name}, {years.min()}–{years.max()}: {', '.join(self.frames)}>"

    @property
    def national(self) -> pd.DataFrame:
        """The nation, one row a year."""
        return self.frames["national"]

    @property
    def provinces(self) -> pd.DataFrame:
        """The provinces, one row a year and province."""
        return self.frames["provinces"]

    @property
    def localities(self) -> pd.DataFrame:
        """The localities, one row a year and locality; the provinces again at province resolution."""
        return self.frames["localities"]

    @property
    def groups(self) -> pd.DataFrame:
        """People by year, province, sex, birth cohort, migrant and status."""
        return self.frames["groups"]

    @property
    def employers(self) -> pd.DataFrame:
        """Employers by year, province, ownership and declaration mode."""
        return self.frames["employers"]

    @property
    def selection(self) -> pd.DataFrame:
        """Who joins and stays voluntarily, and who leaves without a pension, by year and province."""
        return self.frames["selection"]

    @property
    def ledger(self) -> pd.DataFrame:
        """Every payment, summed by year, payer, payee and kind."""
        return self.frames["ledger"]

    def write(self, folder: str | Path, force: bool = False) -> Path:
        """Write tables, schema and manifest into a new or empty folder; with ``force`` over an earlier run.

        Everything is written and synchronised beside its place first and renamed then, the manifest last:
        a folder with a manifest is a whole run. Files that are not a run's stay untouched. Raises UserError
        as ``check_folder`` does.
        """
        folder = check_folder(folder, force)
        stage = folder / STAGE
        shutil.rmtree(stage, ignore_errors=True)
        stage.mkdir()
        for name, frame in self.frames.items():
            pq.write_table(arrow_table(frame, SCHEMA[name]), stage / f"{name}.parquet", compression="zstd")
        _write_json(stage / "schema.json", schema())
        _write_json(stage / "manifest.json", self.manifest)
        for file in stage.iterdir():
            synchronise(file)
        _clear(folder)
        for file in sorted(stage.iterdir(), key=lambda file: file.name == "manifest.json"):
            file.replace(folder / file.name)
        stage.rmdir()
        synchronise(folder)
        return folder

    @classmethod
    def read(cls, folder: str | Path) -> Self:
        """The results in a folder. Raises UserError: no folder, no whole run, columns of another version."""
        folder = Path(folder)
        if not (folder / "manifest.json").is_file():
            raise UserError(f"'{folder}' holds no complete run (manifest.json is missing)")
        try:
            manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
            frames = {name: pq.read_table(folder / f"{name}.parquet").to_pandas() for name in SCHEMA}
            return cls(frames, manifest)
        except (OSError, ValueError, pa.ArrowInvalid) as error:
            reason = str(error).splitlines()[0]
            raise UserError(f"'{folder}' is not a run of this version: {reason}") from None


def schema() -> dict[str, dict[str, dict[str, str]]]:
    """Unit, definition and source of every column by table: the content of ``schema.json``."""
    return {
        name: {
            column: {"unit": c.unit, "definition": c.definition, "source": c.source}
            for column, c in table.items()
        }
        for name, table in SCHEMA.items()
    }


def check_folder(folder: str | Path, force: bool = False) -> Path:
    """The folder, made and found writable, before a run spends time on what goes there.

    Saved states may be in it. Raises UserError: it is a file, cannot be written to, or is not empty and
    ``force`` is not given.
    """
    folder = Path(folder)
    if folder.exists() and not folder.is_dir():
        raise UserError(f"output folder '{folder}' is a file")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
        occupied = any(entry.name != STAGE and not entry.match(STATES) for entry in folder.iterdir())
    except OSError as error:
        raise UserError(f"cannot write to output folder '{folder}': {error.strerror}") from None
    if occupied and not force:
        raise UserError(f"output folder '{folder}' is not empty; choose another one or give --force")
    return folder


def manifest(scenario: Scenario, wall_seconds: float, agent_years: int) -> dict[str, Any]:
    """What was run, by which code and data, on what, and what it took; the content of ``manifest.json``.

    ``wall_seconds`` is the duration of the run, ``agent_years`` the sum over years of the persons simulated.
    """
    from abm import data

    return {
        "scenario": scenario.resolved(),
        "from": scenario.start,
        "to": scenario.end,
        "scale": scenario.scale,
        "seed": scenario.seed,
        "resolution": scenario.resolution,
        "versions": {
            "python": platform.python_version(),
            **{package: importlib.metadata.version(package) for package in _PACKAGES},
        },
        "code": code_hash(),
        "data_hash": data.data_hash(),
        "wall_seconds": round(wall_seconds, 3),
        "peak_memory_bytes": _peak_memory(),
        "agent_years": agent_years,
    }


@cache
def code_hash() -> str:
    """SHA-256 over the rules and records of the model (Python and YAML files of the package), 64 digits.

    Taken once a process: files that are edited while a run goes on are not what it runs on.
    """
    package = Path(__file__).parent
    digest = hashlib.sha256()
    for file in sorted([*package.rglob("*.py"), *package.rglob("*.yaml")]):
        digest.update(file.relative_to(package).as_posix().encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _peak_memory() -> int:
    """Largest resident memory of this process so far, in bytes (the kernel counts kilobytes, macOS bytes)."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _checked(name: str, frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    missing = [column for column in table if column not in frame]
    extra = [column for column in frame if column not in table]
    if missing or extra:
        raise ValueError(f"table {name}: columns missing {missing}, not in the schema {extra}")
    frame = frame[list(table)].reset_index(drop=True)
    for column, (kind, *_) in table.items():
        if kind in {"integer", "flag"} and frame[column].isna().any():
            raise ValueError(f"table {name}: {column} has gaps")
        if kind == "integer" and not pd.api.types.is_integer_dtype(frame[column]):
            raise ValueError(f"table {name}: {column} is {frame[column].dtype}, not whole numbers")
    if name == "ledger" and (frame["amount"] < 0).any():
        raise ValueError("table ledger: a negative amount")
    return frame


def arrow_schema(table: Table) -> pa.Schema:
    """The columns of a table as Arrow types, each with its unit."""
    return pa.schema(
        pa.field(name, _ARROW[column.kind], metadata={"unit": column.unit}) for name, column in table.items()
    )


def arrow_table(frame: pd.DataFrame, table: Table) -> pa.Table:
    """The frame as Arrow columns of the schema's types, without pandas' metadata: same frame, same bytes."""
    fields = arrow_schema(table)
    arrays = [pa.array(frame[field.name], type=field.type, from_pandas=True) for field in fields]
    return pa.Table.from_arrays(arrays, schema=fields)


def _clear(folder: Path) -> None:
    """Remove an earlier run, its manifest first, and what was derived from it."""
    (folder / "manifest.json").unlink(missing_ok=True)
    for name in DERIVED:
        entry = folder / name
        if entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink(missing_ok=True)


def _write_json(file: Path, content: object) -> None:
    file.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def synchronise(path: Path) -> None:
    """Have the system write a file or folder to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
