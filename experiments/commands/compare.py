"""``tongchou compare``: what scenarios change against a baseline, with errors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from experiments.commands.options import (
    check_table,
    drawn,
    pool_options,
    posterior_options,
    scenario_options,
    table_option,
    warn,
    write_table,
)
from experiments.commands.progress import counter


@click.command("compare")
@click.argument("scenarios", nargs=-1, required=True, metavar="BASELINE SCENARIO...")
@click.option("--replicates", type=int, metavar="N", help="Pairs of runs (default 8).")
@click.option(
    "--precision",
    type=float,
    metavar="SHARE",
    help="Instead: as many pairs as give ±SHARE of the baseline at 95 %, from a pilot of 4.",
)
@posterior_options
@scenario_options
@pool_options
@table_option
def command(
    scenarios: tuple[str, ...],
    replicates: int | None,
    precision: float | None,
    posterior: int | None,
    posterior_file: Path,
    store: str,
    file: Path | None,
    **options: Any,
) -> None:
    """Effects of each SCENARIO against BASELINE, paired by seed, for nation, provinces and cohorts."""
    from experiments import compare, text
    from experiments.store import Store

    check_table(file)
    kept = Store(store)
    effects = compare(
        *scenarios,
        replicates=replicates,
        precision=precision,
        draws=drawn(posterior, posterior_file),
        store=kept,
        progress=counter(),
        say=lambda sentence: click.echo(sentence, err=True),
        **options,
    )
    warn(text.damage(kept.damaged))
    click.echo(text.effects(effects))
    write_table(effects, file)
