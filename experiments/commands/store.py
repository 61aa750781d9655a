"""``tongchou store``: what is in a store, and taking in another one."""

from __future__ import annotations

import click

from experiments.commands.options import warn
from experiments.commands.verbs import Verbs


@click.group("store", cls=Verbs)
def command() -> None:
    """Show a store of runs, or merge two."""


@command.command("show")
@click.argument("folder", default="results/store")
def show_store(folder: str) -> None:
    """Runs of a store by scenario, years, scale and status."""
    from experiments import text
    from experiments.store import Store

    store = Store.existing(folder)
    by = ["scenario", "from", "to", "scale", "resolution", "code", "status"]
    runs = store.runs()
    counts = runs.assign(code=runs["code"].str[:12]).groupby(by).size().reset_index(name="runs")
    click.echo(text.frame_table(counts))
    warn(text.damage(store.damaged))


@command.command("merge")
@click.argument("target")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
def merge_stores(target: str, sources: tuple[str, ...]) -> None:
    """Take the runs of SOURCE stores into TARGET; the sources stay as they are."""
    from experiments import text
    from experiments.store import Store

    store = Store(target)
    for source in sources:
        click.echo(f"{source}: {store.merge(source)} new runs")
    warn(text.damage(store.damaged))
