"""``tongchou findings``: what the model claims, from the runs that bear it out."""

from __future__ import annotations

from pathlib import Path

import click

from experiments.commands.options import check_table, table_option, write_table
from experiments.commands.progress import counter


@click.command("findings")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--store", metavar="DIR", default="results/store", help="Where runs are kept.")
@click.option("--jobs", type=int, metavar="N", help="Runs at a time (default: all cores).")
@table_option
@click.option("--figures", type=click.Path(path_type=Path), metavar="DIR", help="Draw the figures there.")
def command(
    names: tuple[str, ...], store: str, jobs: int | None, file: Path | None, figures: Path | None
) -> None:
    """Sizes and errors of the claims of docs/findings.md; runs that are missing are made first."""
    import pandas as pd

    from experiments import text
    from experiments.figures import FIGURES
    from experiments.figures.style import save
    from experiments.findings import CLAIMS, finding
    from experiments.store import Store

    check_table(file)
    kept = Store(store)
    tables = {}
    for name in names or CLAIMS:
        found = finding(name, kept, counter(), jobs)
        tables[name] = found
        click.echo(f"{name}: {CLAIMS[name].title}\n")
        shown = [
            (r.panel, r.row, r.series, f"{r.value:+.4f}", f"{r.standard_error:.4f}")
            for r in found.itertuples()
        ]
        click.echo(text.table(("measure", "case", "group", "value", "s.e."), shown) + "\n")
        if figures is not None:
            figures.mkdir(parents=True, exist_ok=True)
            for path in save(FIGURES[name].draw(found), figures / f"finding_{name}"):
                click.echo(text.shown(path))
    write_table(pd.concat(tables, names=["claim"]).reset_index("claim"), file)
