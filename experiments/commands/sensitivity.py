"""``tongchou sensitivity``: which parameters of a design matter for which indicator."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from experiments.commands.options import check_table, pool_options, table_option, warn, write_table
from experiments.commands.progress import counter


@click.command("sensitivity")
@click.argument("design")
@click.option("--year", type=int, metavar="YEAR", help="Year of the indicators (default: the last).")
@click.option(
    "--indicator", "indicators", multiple=True, metavar="NAME", help="A column of national; may be repeated."
)
@pool_options
@table_option
@click.option(
    "--figures", type=click.Path(path_type=Path), metavar="DIR", help="Draw tornado and heat map there."
)
def command(
    design: str,
    year: int | None,
    indicators: tuple[str, ...],
    store: str,
    file: Path | None,
    figures: Path | None,
    **pool: Any,
) -> None:
    """Rank the parameters of a Morris or Sobol DESIGN; runs that are missing in the store are made first."""
    from experiments import sensitivity, text
    from experiments.comparison import HEADLINES
    from experiments.store import Store

    check_table(file)
    kept = Store(store)
    found = sensitivity(design, indicators or HEADLINES, year, kept, progress=counter(), **pool)
    warn(text.damage(kept.damaged))
    click.echo(text.sensitivities(found))
    warn(text.too_few(found))
    write_table(found, file)
    if figures is not None:
        from experiments.figures import sensitivity as drawn
        from experiments.figures.style import save

        figures.mkdir(parents=True, exist_ok=True)
        for name, draw in (("tornado", drawn.tornado), ("heat_map", drawn.heat_map)):
            for path in save(draw(found), figures / name):
                click.echo(text.shown(path))
