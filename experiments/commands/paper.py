"""``tongchou paper``: a whole study, from runs to figures, tables and an index."""

from __future__ import annotations

from pathlib import Path

import click

from experiments.commands.options import drawn, posterior_options
from experiments.commands.progress import counter


@click.command("paper")
@click.argument("study", default="study")
@posterior_options
@click.option("--lang", "language", default="en", metavar="en|zh", help="English (default) or Chinese.")
@click.option("--jobs", type=int, metavar="N", help="Worker processes (default: all cores).")
@click.option("--out", type=click.Path(path_type=Path), default=Path("results/paper"), metavar="DIR",
              help="Folder of the paper (default: results/paper).")  # fmt: skip
def command(
    study: str, posterior: int | None, posterior_file: Path, language: str, jobs: int | None, out: Path
) -> None:
    """Run a STUDY (a YAML file; default: the shipped one), draw the gallery, write tables and an index.

    Repeated, it runs only what is missing.
    """
    from experiments import text
    from experiments.figures.style import fonts
    from experiments.paper import Study, write

    fonts(language)
    draws = drawn(posterior, posterior_file)
    index = write(
        Study.read(study),
        out,
        draws,
        posterior_file if draws else None,
        language,
        counter(),
        lambda sentence: click.echo(sentence, err=True),
        jobs,
    )
    click.echo(f"index: {text.shown(index)}")
