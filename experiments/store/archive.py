"""The Parquet files of a store, sorted by key: reading a run's rows, and writing all of them anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from abm.errors import UserError
from experiments.store.run import TABLES, keyed

RUNS_PER_GROUP = 64
"""Runs in a row group: what is held in memory at a time."""


class Source(Protocol):
    """Where runs come from: the archive or a shard."""

    def facts(self) -> Iterator[dict[str, Any]]:
        """The row of every run."""
        ...

    def table(self, name: str, key: str) -> pa.Table:
        """A table of a run that did not fail."""
        ...


class Archive:
    """The Parquet files in a folder; with none, an archive without runs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._files: dict[str, pq.ParquetFile] = {}
        self._groups: dict[str, tuple[int, pa.Table]] = {}

    def facts(self) -> Iterator[dict[str, Any]]:
        """The row of every run, by key."""
        path = self.folder / "runs.parquet"
        if path.exists():
            yield from sound(path, lambda: pq.read_table(path, schema=keyed("runs"))).to_pylist()

    def table(self, name: str, key: str) -> pa.Table:
        """A table of a run; quick when runs are asked for in the order of their keys."""
        number, group = self._groups.get(name, (-1, None))
        while group is None or key > group["key"][-1].as_py():
            number += 1
            group = self._group(name, number)
            self._groups[name] = number, group
        return group.filter(pc.equal(group["key"], key)).drop_columns("key")

    def _group(self, name: str, number: int) -> pa.Table:
        path = self.folder / f"{name}.parquet"
        if name not in self._files:
            self._files[name] = sound(path, lambda: pq.ParquetFile(path))
        return sound(path, lambda: self._files[name].read_row_group(number))


def write(folder: Path, chosen: Mapping[str, tuple[Source, dict[str, Any]]]) -> list[Path]:
    """Write the files of a store with these runs into ``folder``; their order, ``runs`` last, is returned."""
    keys = sorted(chosen)
    good = [key for key in keys if chosen[key][1]["status"] == "ok"]
    paths = []
    for name in TABLES:
        paths.append(folder / f"{name}.parquet")
        with pq.ParquetWriter(paths[-1], keyed(name), compression="zstd") as writer:
            for first in range(0, len(good), RUNS_PER_GROUP):
                group = [
                    _with_key(chosen[key][0].table(name, key), key, keyed(name))
                    for key in good[first : first + RUNS_PER_GROUP]
                ]
                writer.write_table(pa.concat_tables(group))
    paths.append(folder / "runs.parquet")
    rows = pa.Table.from_pylist([chosen[key][1] for key in keys], schema=keyed("runs"))
    pq.write_table(rows, paths[-1], compression="zstd")
    return paths


def _with_key(table: pa.Table, key: str, schema: pa.Schema) -> pa.Table:
    column = pa.array([key] * len(table), pa.string())
    return table.add_column(0, "key", column).cast(schema)


def sound(path: Path, read: Callable[[], Any]) -> Any:
    """What ``read`` reads from a Parquet file; UserError if the file is damaged."""
    try:
        return read()
    except (pa.ArrowInvalid, pa.ArrowKeyError, OSError, IndexError) as error:
        reason = str(error).splitlines()[0]
        raise UserError(f"{path} is damaged ({reason}); move the store away, or copy the file anew") from None
