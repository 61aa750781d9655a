"""How scalar decisions are compiled, and where the compiled code is kept.

Numba's cache notices an edit of the file that holds a kernel but not of the files that kernel imports, so
the cache folder carries a hash of every source file of the package: an edited decision can never be served
stale. This module must be imported before any kernel; where nothing is writable a temporary folder serves.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).parent


def source_hash() -> str:
    """SHA-256 over the package's Python files (path and content), as 64 hexadecimal digits."""
    digest = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*.py")):
        digest.update(path.relative_to(PACKAGE).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def user_cache() -> Path:
    """The folder of the user's cache for what can be computed again; it need not exist or be writable."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tongchou"


def _cache_folder() -> Path:
    folder = user_cache() / source_hash()[:16]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        return Path(tempfile.mkdtemp(prefix="tongchou-"))


os.environ.setdefault("NUMBA_CACHE_DIR", str(_cache_folder()))

import numba  # noqa: E402  (the cache folder has to be set before numba is imported)

decision: Any = numba.njit(cache=True, nogil=True, error_model="numpy")
"""Compile a pure function (a scalar decision, or a pass over rows); ``f.py_func`` is the plain one.

Compiled code releases the interpreter lock, so that blocks of rows run on as many threads as there are.
"""

inlined: Any = numba.njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
"""As ``decision``, compiled into every caller: what several such calls share is then worked out once."""
