"""``tongchou run``: simulate a scenario."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from experiments.commands.options import scenario_options
from experiments.commands.progress import progress

if TYPE_CHECKING:
    from abm.scenario import Scenario


@click.command("run")
@click.argument("scenario")
@scenario_options
@click.option("--threads", type=click.IntRange(min=1), metavar="N", help="Threads (default: all cores).")
@click.option("--figures", is_flag=True, help="Draw the figures and write the table of fit.")
@click.option("--check", is_flag=True, help="Only compare the base data with published totals.")
@click.option(
    "--save-state",
    "save_years",
    type=int,
    multiple=True,
    metavar="YEAR",
    help="Keep the state at that year's end as DIR/state_YEAR.zip; may be repeated.",
)
@click.option(
    "--from-state",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Go on from a saved state, with its --from, --scale, --seed and --resolution.",
)
@click.option(
    "--state-dir",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Keep the columns of persons in files there, where memory does not hold them.",
)
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Default: results/SCENARIO.")
@click.option("--force", is_flag=True, help="Replace an earlier run in that folder.")
def command(
    scenario: str,
    threads: int | None,
    figures: bool,
    check: bool,
    save_years: tuple[int, ...],
    from_state: Path | None,
    state_dir: Path | None,
    out: Path | None,
    force: bool,
    **options: Any,
) -> int:
    """Simulate SCENARIO: a name, names joined by +, or YAML files (history, history+soft_budget, my.yaml)."""
    from abm.errors import UserError
    from abm.results import check_folder
    from abm.scenario import Scenario
    from experiments import text

    chosen = Scenario.named(scenario, **options)
    first = chosen.start
    if from_state and state_dir:
        raise UserError("--state-dir cannot be used with --from-state: a saved state is read into memory")
    if from_state:
        chosen, first = _continued(from_state, chosen)
    for year in save_years:
        if not first <= year <= chosen.end:
            raise UserError(f"--save-state {year} is not a year of the run; allowed: {first} to {chosen.end}")
    folder = out or Path("results") / chosen.name
    if check:
        return _check(chosen, threads)
    check_folder(folder, force)

    from abm.model import PensionModel

    if from_state:
        model = PensionModel.restore(from_state, chosen, threads=threads)
    else:
        model = PensionModel(chosen, threads=threads, state_dir=state_dir)
    say, states = progress(first, chosen.end), []

    def done(year: int) -> None:
        if year in save_years:
            states.append(model.save(folder / f"state_{year}.zip"))
        say(year)

    results = model.run(progress=done)
    results.write(folder, force=force)
    click.echo(text.summary(results))
    click.echo(f"\nresults: {text.shown(folder)}")
    for state in states:
        click.echo(f"state:   {text.shown(state)}")
    if figures:
        from experiments import figures as drawings
        from experiments import fit

        fit.write(results, folder)
        drawings.draw_run(folder)
        click.echo(f"fit:     {text.shown(folder / 'fit.md')}\nfigures: {text.shown(folder / 'figures')}")
    return 0


def _continued(file: Path, scenario: Scenario) -> tuple[Scenario, int]:
    """The scenario with the state's settings where nobody gave others, and the state's year."""
    from abm.scenario import SETTINGS
    from abm.state import Saved

    saved = Saved(file)
    given = scenario.model_fields_set
    taken = {name: getattr(saved.scenario, name) for name in SETTINGS if name not in given and name != "end"}
    scenario = scenario.changed(**taken)
    saved.require(scenario)
    return scenario, saved.year


def _check(scenario: Scenario, threads: int | None) -> int:
    """Print base data against published totals; 1 if a row of the table is not ok."""
    from abm.model import PensionModel
    from experiments import text

    frame = PensionModel(scenario, threads=threads).check()
    click.echo(text.frame_table(frame))
    failed = int((~frame["ok"].astype(bool)).sum())
    if failed:
        click.echo(f"tongchou: {failed} of {len(frame)} checks failed", err=True)
    return 1 if failed else 0
