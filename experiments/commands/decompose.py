"""``tongchou decompose``: through which channels a policy works."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from experiments.commands.options import (
    check_table,
    pool_options,
    scenario_options,
    table_option,
    warn,
    write_table,
)
from experiments.commands.progress import counter


@click.command("decompose")
@click.argument("baseline")
@click.argument("scenario")
@click.option(
    "--channel", "channels", multiple=True, metavar="NAME", help="Split over these only; repeatable."
)
@click.option("--replicates", type=int, default=4, metavar="N", help="Seeds (default 4).")
@click.option(
    "--indicator", "indicators", multiple=True, metavar="NAME", help="A column of national; repeatable."
)
@scenario_options
@pool_options
@table_option
@click.option("--figures", type=click.Path(path_type=Path), metavar="DIR", help="Draw the waterfall there.")
def command(
    baseline: str,
    scenario: str,
    channels: tuple[str, ...],
    replicates: int,
    indicators: tuple[str, ...],
    store: str,
    file: Path | None,
    figures: Path | None,
    **options: Any,
) -> None:
    """Split the effect of SCENARIO against BASELINE over the channels through which it works."""
    from experiments import decompose, text
    from experiments.channels import CHANNELS
    from experiments.comparison import HEADLINES
    from experiments.store import Store

    check_table(file)
    kept = Store(store)
    found = decompose(
        baseline,
        scenario,
        channels or CHANNELS,
        replicates,
        indicators or HEADLINES,
        kept,
        progress=counter(),
        **options,
    )
    warn(text.damage(kept.damaged))
    click.echo(text.decomposition(found))
    write_table(found, file)
    if figures is not None:
        from experiments.figures import decomposition as drawn
        from experiments.figures.style import save

        figures.mkdir(parents=True, exist_ok=True)
        for path in save(drawn.waterfall(found), figures / "waterfall"):
            click.echo(text.shown(path))
