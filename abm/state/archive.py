"""A tree of plain values as one file: an uncompressed zip of .npy arrays and a JSON header, no pickle.

Values may be numbers, text, None, arrays, data frames, lists, tuples and dicts of values, and the model's own
NamedTuples and dataclasses, which are stored field by field. Arrays are members of the zip named after their
place in the tree, so that ``numpy.load(file)["population.persons.id"]`` shows one. Members carry a checksum.
"""

from __future__ import annotations

import dataclasses
import json
import os
import re
import tempfile
import zipfile
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

HEADER = "header.json"
PLAIN = (bool, int, float, str, type(None))


class ArchiveError(ValueError):
    """The file is no archive, or not a whole one."""


def write(path: Path, header: dict[str, Any], content: dict[str, Any]) -> None:
    """Write ``header`` (JSON-able) and ``content`` beside ``path``, synchronise, and rename."""
    arrays = _Arrays()
    tree = {name: _encoded(value, name, arrays) for name, value in content.items()}
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
                archive.writestr(zipfile.ZipInfo(HEADER), json.dumps({**header, "content": tree}))
                for member, array in arrays.named.items():
                    with archive.open(zipfile.ZipInfo(f"{member}.npy"), "w", force_zip64=True) as stream:
                        np.lib.format.write_array(stream, array, allow_pickle=False)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def header(path: Path) -> dict[str, Any]:
    """The header of a file. Raises ArchiveError; OSError if it cannot be opened."""
    try:
        with zipfile.ZipFile(path) as archive:
            found = json.loads(archive.read(HEADER))
    except (zipfile.BadZipFile, KeyError, EOFError, ValueError) as error:
        raise ArchiveError(str(error)) from None
    if not isinstance(found, dict):
        raise ArchiveError("the header is no mapping")
    return found


def content(path: Path) -> dict[str, Any]:
    """The tree of a file, as it was written. Raises ArchiveError; OSError if it cannot be opened."""
    try:
        with zipfile.ZipFile(path) as archive:
            arrays: dict[str, np.ndarray] = {}
            tree = json.loads(archive.read(HEADER))["content"]
            return {name: _decoded(node, archive, arrays) for name, node in tree.items()}
    except (zipfile.BadZipFile, KeyError, EOFError, ValueError, TypeError, AttributeError) as error:
        raise ArchiveError(str(error)) from None


class _Arrays:
    """The arrays of a tree, each once, by a name made from its place."""

    def __init__(self) -> None:
        self.named: dict[str, np.ndarray] = {}
        self._names: dict[int, str] = {}

    def add(self, place: str, array: np.ndarray) -> str:
        """The name of an array."""
        if id(array) not in self._names:
            name = re.sub(r"[^\w.]", "_", place, flags=re.ASCII)[:200]
            while name in self.named:
                name += f"_{len(self.named)}"
            self.named[name], self._names[id(array)] = array, name
        return self._names[id(array)]


def _encoded(value: Any, place: str, arrays: _Arrays) -> Any:
    """The JSON node of a value; arrays are put aside, each once, and named."""
    if isinstance(value, np.generic):
        return {"scalar": value.dtype.str, "value": value.item()}
    if isinstance(value, PLAIN):
        return value
    if isinstance(value, np.ndarray) and value.dtype != object:
        return {"array": arrays.add(place, value)}
    if isinstance(value, pd.DataFrame):
        columns = {str(name): _column(value[name], f"{place}.{name}", arrays) for name in value}
        return {"frame": columns, "rows": len(value)}
    if isinstance(value, list) and value and all(isinstance(entry, pd.DataFrame) for entry in value):
        whole: pd.DataFrame = pd.concat(value, ignore_index=True)
        return {"frames": _encoded(whole, place, arrays), "rows": [len(entry) for entry in value]}
    fields = _fields(value)
    if fields is not None:
        kind = type(value)
        nodes = {n: _encoded(getattr(value, n), f"{place}.{n.strip('_')}", arrays) for n in fields}
        return {"type": f"{kind.__module__}:{kind.__qualname__}", "fields": nodes}
    if isinstance(value, list | tuple):
        entries = [_encoded(entry, f"{place}.{i}", arrays) for i, entry in enumerate(value)]
        return {type(value).__name__: entries}
    if isinstance(value, dict):
        return {
            "dict": [
                [_encoded(key, place, arrays), _encoded(entry, f"{place}.{key}", arrays)]
                for key, entry in value.items()
            ]
        }
    raise TypeError(f"{place} is a {type(value).__name__}, which a saved state cannot hold")


def _column(series: pd.Series, place: str, arrays: _Arrays) -> Any:
    """A column of a frame: numbers as they are, text as codes into the list of its words."""
    if isinstance(series.dtype, np.dtype) and series.dtype != object:
        return {"array": arrays.add(place, series.to_numpy())}
    codes, words = pd.factorize(series)
    return {
        "array": arrays.add(place, codes),
        "words": [str(word) for word in words],
        "dtype": str(series.dtype),
    }


def _fields(value: Any) -> tuple[str, ...] | None:
    """The names of the fields of one of the model's records; None for anything else."""
    if not type(value).__module__.startswith("abm."):
        return None
    if isinstance(value, tuple):
        return getattr(value, "_fields", None)
    if dataclasses.is_dataclass(value):
        return tuple(field.name for field in dataclasses.fields(value) if field.init)
    return None


def _decoded(node: Any, archive: zipfile.ZipFile, arrays: dict[str, np.ndarray]) -> Any:
    if isinstance(node, PLAIN):
        return node
    if "scalar" in node:
        return np.dtype(node["scalar"]).type(node["value"])
    if "words" in node:
        words = np.array(node["words"], dtype=object)
        return pd.Series(words[_array(node["array"], archive, arrays)], dtype=node["dtype"])
    if "array" in node:
        return _array(node["array"], archive, arrays)
    if "frame" in node:
        columns = {name: _decoded(column, archive, arrays) for name, column in node["frame"].items()}
        return pd.DataFrame(columns, index=range(node["rows"]))
    if "frames" in node:
        whole = _decoded(node["frames"], archive, arrays)
        ends = np.cumsum(node["rows"]).tolist()
        return [
            whole.iloc[end - rows : end].reset_index(drop=True)
            for end, rows in zip(ends, node["rows"], strict=True)
        ]
    if "type" in node:
        module, _, name = node["type"].partition(":")
        kind = getattr(import_module(module), name) if module.startswith("abm.") else None
        if not (isinstance(kind, type) and (dataclasses.is_dataclass(kind) or hasattr(kind, "_fields"))):
            raise ArchiveError(f"it holds a {node['type']}, which is no record of the model")
        return kind(**{n: _decoded(field, archive, arrays) for n, field in node["fields"].items()})
    if "dict" in node:
        return {
            _decoded(key, archive, arrays): _decoded(entry, archive, arrays) for key, entry in node["dict"]
        }
    ((kind, entries),) = node.items()
    decoded = [_decoded(entry, archive, arrays) for entry in entries]
    return tuple(decoded) if kind == "tuple" else decoded


def _array(name: str, archive: zipfile.ZipFile, arrays: dict[str, np.ndarray]) -> np.ndarray:
    if name not in arrays:
        with archive.open(f"{name}.npy") as stream:
            arrays[name] = np.lib.format.read_array(stream, allow_pickle=False)
    return arrays[name]
