"""``tongchou validate``: the model against every target, in one report."""

from __future__ import annotations

from pathlib import Path

import click

from experiments.commands.options import count


@click.command("validate")
@click.argument("scenario", default="history")
@count("--scale", 20_000, "Persons an agent stands for.")
@count("--seeds", 4, "Seeds 1 … N of every band.")
@count("--jobs", 2, "Runs at a time.")
@click.option(
    "--replications/--no-replications",
    default=True,
    show_default=True,
    help="Repeat published estimates on simulated panels.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("results/validation"),
    show_default=True,
    metavar="DIR",
    help="Folder of the report.",
)
def command(scenario: str, scale: int, seeds: int, jobs: int, replications: bool, out: Path) -> None:
    """Hold SCENARIO against every target, pattern and rival: validation.html and validation.pdf.

    With estimated values: tongchou validate history+results/calibration/estimated.yaml
    """
    from experiments.commands.options import needs

    needs("validate", "jinja2", *(["pyfixest"] if replications else []))

    from abm.results import check_folder
    from calibration import chapters, contested, validation
    from experiments import text

    check_folder(out, force=True)

    def say(line: str) -> None:
        click.echo(line, err=True)

    worlds = validation.simulate(scenario, scale, range(1, seeds + 1), jobs, say)
    table = None
    if replications:
        from calibration import replications as published

        table = published.table(scenario, scale, seeds, jobs, say)
        table.to_csv(out / "replications.csv", index=False, lineterminator="\n")
    disputed = contested.table(scenario, scale, range(1, seeds + 1), jobs, say)
    disputed.to_csv(out / "contested.csv", index=False, lineterminator="\n", float_format="%.10g")
    report = chapters.compose(worlds, scenario, scale, seeds, disputed, table)
    paths = [*report.write(out), *chapters.write_tables(worlds, out)]
    click.echo("\n".join(text.shown(path) for path in paths))
