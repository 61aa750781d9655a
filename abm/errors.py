"""What a user did wrong, said in one sentence: what, where, what is allowed, the nearest valid name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class UserError(Exception):
    """A mistake of the user (input, option, file); the command line prints it on one line, exit code 2."""


def nearest(name: str, allowed: Iterable[str]) -> str:
    """A hint such as ``; did you mean 'history'?`` or, with no name near, the list of the allowed ones."""
    names = sorted(allowed)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    if close:
        return f"; did you mean '{close[0]}'?"
    shown = ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
    return f"; allowed: {shown}" if names else ""


def unknown(kind: str, name: str, allowed: Iterable[str], where: str = "") -> UserError:
    """The error for a name that does not exist: ``unknown scenario 'histroy' in x.yaml; did you mean …``."""
    place = f" in {where}" if where else ""
    return UserError(f"unknown {kind} '{name}'{place}{nearest(name, allowed)}")
