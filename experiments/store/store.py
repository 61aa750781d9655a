"""A store of runs in a folder: what is finished, reading it, folding in shards, merging another store."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from abm.errors import UserError, unknown
from abm.results import synchronise
from experiments.store import archive, shard
from experiments.store.archive import Archive, Source
from experiments.store.run import RUNS, TABLES, Run, keyed

FORMAT = 1
STAGE = ".compacting"


class Store:
    """The store in a folder, made if it does not exist.

    Opening it folds in the shards that earlier workers left. Raises UserError: the folder cannot be written,
    is no store, or was written by a version with other tables. ``damaged`` lists shards that could not be
    read in full; they are set aside in ``damaged/``, and the runs lost with them are missing.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self.damaged: list[Path] = []
        try:
            self._prepare()
        except OSError as error:
            raise UserError(f"cannot write to store '{self.folder}': {error.strerror}") from None
        self.compact()

    @classmethod
    def existing(cls, folder: str | Path) -> Store:
        """The store in a folder; UserError if there is none."""
        if not (Path(folder) / "store.json").is_file():
            raise UserError(f"'{folder}' is no store (store.json is missing)")
        return cls(folder)

    @property
    def shards(self) -> Path:
        """Where workers append."""
        return self.folder / "shards"

    def append(self, run: Run) -> None:
        """Keep a finished run. Raises UserError if the system refuses; whatever was kept stays."""
        shard.append(self.shards, run)

    def finished(self) -> set[str]:
        """Keys of the runs that are there and did not fail."""
        return {facts["key"] for facts in Archive(self.folder).facts() if facts["status"] == "ok"}

    def runs(self, keys: Collection[str] | None = None) -> pd.DataFrame:
        """The rows of ``runs.parquet``, all or those with these keys."""
        return self.read("runs", keys)

    def read(self, name: str, keys: Collection[str] | None = None) -> pd.DataFrame:
        """A table of the store (runs, national, provinces, cohorts, flows), all
        runs or those with these keys."""
        if name not in ("runs", *TABLES):
            raise unknown("table", name, ("runs", *TABLES))
        path = self.folder / f"{name}.parquet"
        if not path.exists():
            return keyed(name).empty_table().to_pandas()
        wanted = None if keys is None else pc.field("key").isin(pa.array(list(keys), pa.string()))
        return archive.sound(path, lambda: pq.read_table(path, filters=wanted)).to_pandas()

    def compact(self) -> None:
        """Fold the shards into the Parquet files. Cut off anywhere, it loses no run."""
        with self._alone():
            closed = (self._closed(path) for path in sorted(self.shards.glob("*.sqlite")))
            shards = [source for source in closed if source is not None]
            if shards:
                self._fold([Archive(self.folder), *shards])
            for source in shards:
                if source.damaged:
                    self._set_aside(source.path)
                else:
                    source.path.unlink()

    def merge(self, other: str | Path) -> int:
        """Take in the runs of another store, which stays as it is; returns how many were new here.

        A run that is in both is kept once; one that failed here is replaced by one that did not.
        """
        if Path(other).resolve() == self.folder.resolve():
            raise UserError(f"store '{other}' cannot be merged with itself")
        source = Store.existing(other)
        self.damaged += source.damaged
        with self._alone():
            before = self.finished()
            self._fold([Archive(self.folder), Archive(source.folder)])
        return len(self.finished() - before)

    def _prepare(self) -> None:
        label = self.folder / "store.json"
        if label.exists():
            try:
                found = json.loads(label.read_text(encoding="utf-8"))
            except (ValueError, UnicodeDecodeError):
                found = None
            if found != _label():
                raise UserError(
                    f"store '{self.folder}' was written by another version of tongchou; "
                    "use another folder with --store, or the version that wrote it"
                )
        else:
            self.folder.mkdir(parents=True, exist_ok=True)
            if any(not entry.name.startswith(label.name) for entry in self.folder.iterdir()):
                raise UserError(
                    f"'{self.folder}' is not empty and no store; choose another folder with --store"
                )
            stage = self.folder / f"{label.name}.{os.getpid()}"
            stage.write_text(json.dumps(_label(), indent=1) + "\n", encoding="utf-8")
            stage.replace(label)
        self.shards.mkdir(exist_ok=True)
        with tempfile.TemporaryFile(dir=self.shards):
            pass

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """While no other process folds shards in this store."""
        with open(self.folder / "lock", "w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _closed(self, path: Path) -> shard.Shard | None:
        """The shard, closed to its writer; None if it is no SQLite file at all, which is set aside."""
        try:
            shard.close(path)
        except sqlite3.Error as error:
            if shard.is_damage(error):
                self._set_aside(path)
                return None
            raise UserError(f"cannot fold {path} into the store: {error}") from None
        return shard.Shard(path)

    def _set_aside(self, path: Path) -> None:
        aside = self.folder / "damaged"
        aside.mkdir(exist_ok=True)
        for part in sorted(self.shards.glob(f"{path.name}*")):  # its journal must not meet another file
            part.replace(aside / part.name)
        self.damaged.append(aside / path.name)

    def _fold(self, sources: list[Source]) -> None:
        """Write the Parquet files with the runs of all sources; of two of a key, that which did not fail."""
        chosen: dict[str, tuple[Source, dict[str, Any]]] = {}
        for source in sources:
            for facts in source.facts():
                key = facts["key"]
                if key not in chosen or chosen[key][1]["status"] == "failed":
                    chosen[key] = source, facts
        if all(source is sources[0] for source, _ in chosen.values()):
            return
        stage = self.folder / STAGE
        shutil.rmtree(stage, ignore_errors=True)
        try:
            stage.mkdir()
            written = archive.write(stage, chosen)
            for path in written:
                synchronise(path)
            for path in written:
                path.replace(self.folder / path.name)
            synchronise(self.folder)
        except OSError as error:
            full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
            reason = "no space is left" if full else error.strerror or str(error)
            raise UserError(
                f"cannot write to store '{self.folder}': {reason}; nothing is lost, repeat the command"
            ) from None
        finally:
            shutil.rmtree(stage, ignore_errors=True)


def _label() -> dict[str, Any]:
    """What a store must have been written with to be read by this version."""
    tables = {"runs": list(RUNS), **{name: list(table) for name, table in TABLES.items()}}
    return {"format": FORMAT, "tables": tables}
