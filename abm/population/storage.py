"""Where the columns of the person table live: in memory, or in files where they do not fit into it.

A file of a column has no name: it is mapped into memory and gone when the column, or the program, is. What a
run computes does not depend on where its columns live.
"""

from __future__ import annotations

import mmap
import os
import shutil
import tempfile
from pathlib import Path

import numpy as np

from abm.errors import UserError

FOLDER = "TONGCHOU_STATE_DIR"
"""Environment variable that names the folder of the files, as ``--state-dir`` does."""

SPARE = 1.25
"""Address space to rows: a table grows into it without a copy. Memory is taken as it is written to."""
PEAK = 1.3
"""Memory of the peak, while the state is built, to that of the state; beside it ``PROGRAM`` bytes."""
FILES = 1.1
"""Room that the files take, the state's growth over the years included, to the state at the start."""
PROGRAM = 5e8
BESIDE = 0.35
"""The same where the state is in files: the columns of one province, and the staff of the base year."""


def allocate(rows: int, dtype: np.dtype, folder: Path | None = None) -> np.ndarray:
    """A column of zeros, (rows,), with room to grow: in memory, or in a nameless file in ``folder``."""
    length = int(SPARE * rows) + 1
    if folder is None:
        return np.zeros(length, dtype)[:rows]
    size = length * dtype.itemsize
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.truncate(size)
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, max(rows * dtype.itemsize, 1))
            mapped = mmap.mmap(file.fileno(), size)
    except OSError as error:
        raise UserError(f"cannot keep the state in '{folder}': {error.strerror or error}") from None
    return np.frombuffer(mapped, dtype)[:rows]


def widened(column: np.ndarray, rows: int) -> np.ndarray:
    """The column with ``rows`` rows, the new ones zero: in the room it has, else copied."""
    whole = column.base
    if isinstance(whole, np.ndarray) and len(whole) >= rows and _begins(column, whole):
        return whole[:rows]
    return np.concatenate([column, np.zeros(rows - len(column), column.dtype)])


def _begins(column: np.ndarray, whole: np.ndarray) -> bool:
    return (column.dtype, column.ctypes.data) == (whole.dtype, whole.ctypes.data)


def chosen_folder(given: str | Path | None) -> Path | None:
    """The folder for the files: the one given, else that of the environment, else None (in memory)."""
    named = given or os.environ.get(FOLDER)
    if not named:
        return None
    folder = Path(named)
    if not folder.is_dir():
        raise UserError(f"state folder '{folder}' does not exist; allowed: a folder on a disk with room")
    return folder


def require_room(rows: int, row_bytes: int, scale: int, folder: Path | None) -> None:
    """Raise UserError, before work starts, if a state of so many rows does not fit where it should live."""
    state, free = float(rows * row_bytes), free_memory()
    if folder is not None:
        disk = shutil.disk_usage(folder).free
        if FILES * state > disk:
            raise UserError(
                f"scale {scale} makes {rows:,} rows, {FILES * state / 1e9:.0f} GB of files, and "
                f"'{folder}' has {disk / 1e9:.0f} GB free; {_allowed(scale, FILES * state, disk)}"
            )
    part = PEAK if folder is None else BESIDE
    if free is None or part * state + PROGRAM <= free:
        return
    way_out = (
        f"give a folder for files (--state-dir or {FOLDER}), or a larger scale; " if folder is None else ""
    )
    raise UserError(
        f"scale {scale} makes {rows:,} rows and needs about {(part * state + PROGRAM) / 1e9:.1f} GB of "
        f"memory; {free / 1e9:.1f} GB are free; {way_out}{_allowed(scale, part * state, free - PROGRAM)}"
    )


def _allowed(scale: int, needed: float, room: float) -> str:
    if room <= 0.0:
        return "allowed here: no scale, until memory is free"
    return f"allowed here: {int(np.ceil(scale * needed / room))} or more"


def free_memory() -> float | None:
    """Bytes a program can take without swapping; None on a system that does not tell."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        return next(1024.0 * float(line.split()[1]) for line in lines if line.startswith("MemAvailable"))
    except (OSError, StopIteration):
        pass
    try:
        return float(os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    except (AttributeError, ValueError, OSError):
        return None
