"""A shard: the SQLite file to which one worker appends its finished runs, a transaction a run.

A transaction that was cut off by a kill or a full disk is rolled back by whoever opens the file next. Before
a shard is folded into the Parquet files it is *closed* in a transaction of its own; a worker that still
lives then finds it closed and begins the next one, so nothing is written to a file about to be removed.
"""

from __future__ import annotations

import hashlib
import json
import os
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path

import pyarrow as pa

from abm.errors import UserError
from experiments.store.run import TABLES, Run, decoded

PATIENCE = 120.0
"""Seconds to wait for another process that holds a shard."""

_CREATE = (
    "CREATE TABLE IF NOT EXISTS runs "
    "(key TEXT PRIMARY KEY, ok INTEGER NOT NULL, facts TEXT NOT NULL, checksum BLOB NOT NULL, "
    + ", ".join(f"{name} BLOB" for name in TABLES)
    + ")"
)
_FORGET_FAILURE = "DELETE FROM runs WHERE key = ? AND NOT ok"
_INSERT = f"INSERT OR IGNORE INTO runs VALUES ({', '.join('?' * (4 + len(TABLES)))})"
_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def append(folder: Path, run: Run) -> None:
    """Write a finished run to this process's shard in ``folder``; on return it survives a kill.

    Raises UserError if the system refuses, as with a full disk; the shard is then as it was.
    """
    stem = f"{socket.gethostname()}-{os.getpid()}"
    facts = json.dumps(run.facts)
    blobs = [run.tables.get(name) for name in TABLES]
    row = (run.key, run.ok, facts, _checksum(facts, blobs), *blobs)
    for number in count():
        path = folder / f"{stem}-{number}.sqlite"
        try:
            if _append(path, row):
                return
        except sqlite3.Error as error:
            if not is_damage(error):
                raise UserError(f"cannot write to the store: {path}: {error}") from None


def _append(path: Path, row: tuple[object, ...]) -> bool:
    with closing(_open(path)) as base:
        base.execute("BEGIN IMMEDIATE")
        if _tables(base) >= {"closed"}:
            return False
        base.execute(_CREATE)
        base.execute(_FORGET_FAILURE, row[:1])
        base.execute(_INSERT, row)
        base.execute("COMMIT")
    return True


def close(path: Path) -> None:
    """Let nothing more be appended to a shard. Raises sqlite3.Error."""
    with closing(_open(path)) as base:
        base.execute("BEGIN EXCLUSIVE")
        base.execute("CREATE TABLE IF NOT EXISTS closed (yes)")
        base.execute("COMMIT")


class Shard:
    """A shard to read from."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.damaged = False

    def facts(self) -> Iterator[dict[str, object]]:
        """The row of every run that is whole; ``damaged`` says afterwards whether others were not."""
        try:
            with closing(_open(self.path)) as base:
                if "runs" not in _tables(base):
                    return
                for _, _, facts, checksum, *blobs in base.execute("SELECT * FROM runs ORDER BY key"):
                    if checksum == _checksum(facts, blobs):
                        yield json.loads(facts)
                    else:
                        self.damaged = True
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            self.damaged = True

    def table(self, name: str, key: str) -> pa.Table:
        """A table of a run."""
        with closing(_open(self.path)) as base:
            (content,) = base.execute(f"SELECT {name} FROM runs WHERE key = ?", (key,)).fetchone()
        return decoded(content)


def is_damage(error: sqlite3.Error) -> bool:
    """Whether a file is no sound SQLite file, rather than locked, full or forbidden."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGE


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)


def _tables(base: sqlite3.Connection) -> set[str]:
    return {name for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def _checksum(facts: str, blobs: list[bytes | None]) -> bytes:
    digest = hashlib.blake2b(facts.encode(), digest_size=16)
    for blob in blobs:
        digest.update(b"-" if blob is None else b"+" + blob)
    return digest.digest()
