"""``tongchou run``: simulate a scenario."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from experiments.commands.options import scenario_options
from experiments.commands.progress import progress


@click.command("run")
@click.argument("scenario")
@scenario_options
@click.option("--threads", type=click.IntRange(min=1), metavar="N", help="Threads (default: all cores).")
@click.option("--figures", is_flag=True, help="Draw the figures and write the table of fit.")
@click.option("--check", is_flag=True, help="Only compare the base data with published totals.")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Default: results/SCENARIO.")
@click.option("--force", is_flag=True, help="Replace an earlier run in that folder.")
def command(
    scenario: str,
    threads: int | None,
    figures: bool,
    check: bool,
    out: Path | None,
    force: bool,
    **options: Any,
) -> int:
    """Simulate SCENARIO: a name, names joined by +, or YAML files (history, history+soft_budget, my.yaml)."""
    from abm.results import check_folder
    from abm.scenario import Scenario
    from experiments import text

    chosen = Scenario.named(scenario, **options)
    folder = out or Path("results") / chosen.name
    if check:
        return _check(chosen, threads)
    check_folder(folder, force)

    from abm.model import PensionModel

    results = PensionModel(chosen, threads=threads).run(progress=progress(chosen.start, chosen.end))
    results.write(folder, force=force)
    click.echo(text.summary(results))
    click.echo(f"\nresults: {text.shown(folder)}")
    if figures:
        from experiments import figures as drawings
        from experiments import fit

        fit.write(results, folder)
        drawings.draw_all(folder)
        click.echo(f"fit:     {text.shown(folder / 'fit.md')}\nfigures: {text.shown(folder / 'figures')}")
    return 0


def _check(scenario: Any, threads: int | None) -> int:
    """Print base data against published totals; 1 if a row of the table is not ok."""
    from abm.model import PensionModel
    from experiments import text

    frame = PensionModel(scenario, threads=threads).check()
    click.echo(text.frame_table(frame))
    failed = int((~frame["ok"].astype(bool)).sum())
    if failed:
        click.echo(f"tongchou: {failed} of {len(frame)} checks failed", err=True)
    return 1 if failed else 0
