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
