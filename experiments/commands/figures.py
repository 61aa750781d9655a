"""``tongchou figures``: draw the figures of a run."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("figures")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "--results",
    "folder",
    type=click.Path(path_type=Path),
    default=Path("results/history"),
    metavar="DIR",
    help="Folder of the run (default: results/history).",
)
def command(names: tuple[str, ...], folder: Path) -> None:
    """Draw the figures of a run again, all of them or those named."""
    from experiments import figures as drawings
    from experiments import text

    for path in drawings.draw(names or drawings.FIGURES, folder):
        click.echo(text.shown(path))
