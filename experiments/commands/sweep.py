"""``tongchou sweep``: all runs of a design that are not in the store yet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from experiments.commands.options import drawn, pool_options, posterior_options, warn
from experiments.commands.progress import counter


@click.command("sweep")
@click.argument("design")
@posterior_options
@pool_options
def command(design: str, posterior: int | None, posterior_file: Path, store: str, **pool: Any) -> int:
    """Run a DESIGN, a YAML file or a shipped one. Repeated, it runs only what is missing or failed."""
    from experiments import sweep, text
    from experiments.store import Store

    kept = Store(store)
    done = sweep(design, kept, progress=counter(), draws=drawn(posterior, posterior_file), **pool)
    warn(text.damage(kept.damaged))
    runs = done.runs
    rows = [
        (name, len(part), int((part["status"] == "ok").sum()), int((part["status"] == "failed").sum()))
        for name, part in runs.groupby("scenario", sort=False)
    ]
    click.echo(text.table(["scenario", "runs", "ok", "failed"], rows))
    click.echo(f"\nstore: {text.shown(Path(store))}")
    return int(warn(text.failures(runs)))
