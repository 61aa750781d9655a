"""How far a run is: lines on stderr."""

from __future__ import annotations

import time
from collections.abc import Callable

import click


def progress(first: int, last: int) -> Callable[[int], None]:
    """A callback that says on stderr which year is done and about how long the rest will take."""
    begun = time.monotonic()

    def done(year: int) -> None:
        spent = time.monotonic() - begun
        left = spent / (year - first + 1) * (last - year)
        click.echo(
            f"{year}  {spent:6.1f} s" + (f"  about {left:.0f} s left" if year < last else ""), err=True
        )

    return done


def counter() -> Callable[[int, int, int], None]:
    """A callback that says on stderr how many runs are done, at most every two seconds."""
    begun = said = time.monotonic()

    def done(count: int, total: int, failed: int) -> None:
        nonlocal begun, said
        now = time.monotonic()
        if count == 0:  # the first of these runs: the counter may have served others before
            begun = said = now
        if total == 0 or (count < total and (count == 0 or now - said < 2.0)):
            return
        said = now
        left = (now - begun) / count * (total - count)
        parts = [f"{count} of {total} runs", f"{now - begun:.0f} s"]
        parts += [f"about {left:.0f} s left"] if count < total else []
        parts += [f"{failed} failed"] if failed else []
        click.echo("  ".join(parts), err=True)

    return done
