"""``tongchou figures``: draw the gallery from what is stored."""

from __future__ import annotations

import re
from pathlib import Path

import click

DEFAULT = Path("results/history")


@click.command("figures")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "--results",
    "folder",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help=f"Folder of a run (default: {DEFAULT}).",
)
@click.option("--store", metavar="DIR", help="Instead: a store of runs, for figures that compare scenarios.")
@click.option(
    "--scenario",
    "lines",
    multiple=True,
    metavar="NAME",
    help="Of a store: scenarios to show, the baseline first; may be repeated (default: all).",
)
@click.option(
    "--design",
    "designs",
    multiple=True,
    metavar="FILE",
    help="Of a store: a design of your own in place of the shipped one of its name; may be repeated.",
)
@click.option(
    "--table",
    "file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Instead: the table of a finding, a sensitivity or a decomposition, .csv or .parquet.",
)
@click.option("--lang", "language", default="en", metavar="en|zh", help="English (default) or Chinese.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Where figures go (default: figures/ in the run's folder, else beside the store or table).",
)
@click.option(
    "--list",
    "listed",
    is_flag=True,
    help="Only list the figures and what each is drawn from; of those named, the captions.",
)
def command(
    names: tuple[str, ...],
    folder: Path | None,
    store: str | None,
    lines: tuple[str, ...],
    designs: tuple[str, ...],
    file: Path | None,
    language: str,
    out: Path | None,
    listed: bool,
) -> None:
    """Draw figures for papers: all that the run, store or table allows, or those named."""
    from abm.errors import UserError
    from experiments import figures as gallery
    from experiments import text
    from experiments.figures.style import fonts

    if listed:
        _list(names)
        return
    if sum(given is not None for given in (folder, store, file)) > 1:
        raise UserError("figures are drawn from one of --results, --store and --table")
    if (lines or designs) and store is None:
        raise UserError("--scenario and --design choose among the runs of a --store")
    fonts(language)
    lacking: dict[str, str] = {}
    if store is not None:
        from experiments.design import Design
        from experiments.figures import stored
        from experiments.store import Store

        own = [Design.read(name) for name in designs]
        given = stored.Stored(Store.existing(store), lines, {design.name: design for design in own})
        paths, lacking = stored.draw(names, given, out or Path(store).parent / "figures", language)
    elif file is not None:
        paths = gallery.draw(names, gallery.read_table(file), out or file.parent / "figures", language)
    else:
        paths = gallery.draw_run(folder or DEFAULT, names, language, out)
    for path in paths:
        click.echo(text.shown(path))
    for name, why in lacking.items():
        click.echo(f"not drawn: {name}: {why}", err=True)


def _list(names: tuple[str, ...]) -> None:
    """A line a figure, or the captions of those named."""
    from abm.errors import unknown
    from experiments import text
    from experiments.figures import FIGURES
    from experiments.findings import CLAIMS

    for name in names:
        if name not in FIGURES:
            raise unknown("figure", name, FIGURES)
        click.echo(f"{name}: {FIGURES[name].caption}")
    if not names:
        first = {name: re.split(r"(?<=\?) |: ", figure.caption)[0] for name, figure in FIGURES.items()}
        first |= {name: claim.title for name, claim in CLAIMS.items() if name in FIGURES}
        rows = [(name, figure.needs, first[name]) for name, figure in FIGURES.items()]
        click.echo(text.table(("figure", "drawn from", "what it shows"), rows))
