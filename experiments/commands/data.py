"""``tongchou data``: the published statistics in the package."""

from __future__ import annotations

import click

from abm.errors import unknown


@click.command("data")
@click.argument("name", required=False)
def command(name: str | None) -> None:
    """List the published statistics in the package, or describe one table with its sources."""
    from abm import data as published
    from experiments import text

    tables = published.tables()
    if name is None:
        rows = [(t.name, t.rows, text.years(t.years), t.title) for t in tables.values()]
        click.echo(text.table(["table", "rows", "years", "title"], rows))
        return
    if name not in tables:
        raise unknown("table", name, tables)
    click.echo(text.data_text(tables[name], published.sources()))
