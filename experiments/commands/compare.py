"""``tongchou compare``: what scenarios change against a baseline, with errors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from experiments.commands.options import pool_options, scenario_options, warn
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
@scenario_options
@pool_options
@click.option(
    "--table", "file", type=click.Path(path_type=Path), metavar="FILE", help="All effects: .csv, .parquet."
)
def command(
    scenarios: tuple[str, ...],
    replicates: int | None,
    precision: float | None,
    store: str,
    file: Path | None,
    **options: Any,
) -> None:
    """Effects of each SCENARIO against BASELINE, paired by seed, for nation, provinces and cohorts."""
    from abm.errors import UserError
    from experiments import compare, text
    from experiments.store import Store

    if file is not None and file.suffix not in {".csv", ".parquet"}:
        raise UserError(f"--table '{file}' must end in .csv or .parquet")
    kept = Store(store)
    effects = compare(
        *scenarios,
        replicates=replicates,
        precision=precision,
        store=kept,
        progress=counter(),
        say=lambda sentence: click.echo(sentence, err=True),
        **options,
    )
    warn(text.damage(kept.damaged))
    click.echo(text.effects(effects))
    if file is not None:
        effects.to_csv(file, index=False) if file.suffix == ".csv" else effects.to_parquet(file, index=False)
        click.echo(f"\ntable: {text.shown(file)}")
