"""``tongchou calibrate``: estimate the behavioural parameters on published statistics."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from abm.errors import UserError, unknown
from experiments.commands.options import count

if TYPE_CHECKING:
    import pandas as pd

STEPS = ("estimate", "profiles", "posterior", "recovery", "ridge", "adopt")


@click.command("calibrate")
@click.argument("steps", nargs=-1, metavar="[STEP]...")
@count("--scale", 20_000, "Persons an agent stands for.")
@count("--seeds", 2, "Seeds of every trial: 1 … N.")
@count("--explore", 32, "Points looked at before the searches begin.", least=0)
@count("--starts", 2, "Searches: from the model's values and from the best points.")
@count("--iterations", 8, "Iterations of a search at most.")
@count("--replications", 20, "Replications of the recovery.", least=2)
@count("--jobs", 2, "Runs at a time.")
@click.option("--scenario", default="history", show_default=True, help="The scenario that is estimated.")
@click.option(
    "--free",
    "free_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Free parameters (default: calibration/free.yaml).",
)
@click.option("--commit", metavar="SHA", help="For adopt: the commit of the code that made the estimation.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("results/calibration"),
    show_default=True,
    metavar="DIR",
    help="Folder of tables and of the store of trials.",
)
def command(
    steps: tuple[str, ...],
    scale: int,
    seeds: int,
    explore: int,
    starts: int,
    iterations: int,
    replications: int,
    jobs: int,
    scenario: str,
    free_file: Path | None,
    commit: str | None,
    out: Path,
) -> None:
    """Estimate the free parameters on the statistics of 2011 to 2016.

    STEPs: estimate, profiles, posterior (these three by default), recovery, ridge, adopt. Every trial is kept
    in the folder's store, so that a run that was stopped goes on where it was when it is given again. adopt
    writes the folder's estimates into the records of this checkout, whose defaults they become.
    """
    from experiments.commands.options import needs

    needs("calibrate", "optimagic", "sklearn")
    os.environ.setdefault("TONGCHOU_CACHE", "off")  # every trial has a base year of its own

    from abm.results import check_folder
    from calibration import estimate, free, identify, posterior
    from experiments import text

    for step in steps:
        if step not in STEPS:
            raise unknown("step", step, STEPS)
    wanted = steps or STEPS[:3]
    if "adopt" in wanted and not commit:
        raise UserError("adopt needs --commit SHA, the commit of the code that made the estimation")
    check_folder(out, force=True)
    plan = estimate.Plan(
        scale,
        tuple(range(1, seeds + 1)),
        explore,
        starts,
        iterations,
        jobs,
        scenario,
        out / "store",
        free_file or free.FILE,
    )

    def say(line: str) -> None:
        click.echo(line, err=True)

    if set(wanted) & set(STEPS[:3]):
        outcome = estimate.run(plan, say)
        click.echo(text.frame_table(_short(estimate.parameters(outcome))))
        paths = estimate.write(outcome, plan, out)
        if "profiles" in wanted:
            paths.append(_table(identify.profiles(outcome), out / "profiles.csv"))
        if "posterior" in wanted:
            draws, accepted = posterior.estimate(outcome)
            say(f"posterior: {accepted:.0%} of proposals accepted")
            paths.append(posterior.write(draws, out / "posterior.parquet"))
        click.echo("\n".join(text.shown(path) for path in paths))
    if "ridge" in wanted:
        from calibration.ridge import ridge

        found = ridge(scenario, scale, jobs=jobs)
        click.echo(text.frame_table(found))
        click.echo(text.shown(_table(found, out / "ridge.csv")))
    if "adopt" in wanted:
        from calibration import targets
        from calibration.adopt import adopt

        assert commit is not None
        files = adopt(out / "parameters.csv", commit, (plan.world().start + 1, targets.FIT[1]))
        click.echo("\n".join(text.shown(path) for path in files))
    if "recovery" in wanted:
        recovered = identify.recover(plan, replications=replications, say=say).table()
        click.echo(text.frame_table(recovered))
        click.echo(text.shown(_table(recovered, out / "recovery.csv")))


def _short(frame: pd.DataFrame) -> pd.DataFrame:
    """The columns of the parameter table that fit a terminal."""
    shown = frame[["parameter", "default", "estimate", "se_stated", "se_robust", "identified"]].copy()
    numbers = ["default", "estimate", "se_stated", "se_robust"]
    shown[numbers] = shown[numbers].map(lambda value: f"{value:.4g}")
    return shown.assign(identified=shown["identified"].map({True: "yes", False: "no"}))


def _table(frame: pd.DataFrame, file: Path) -> Path:
    frame.to_csv(file, index=False, lineterminator="\n", float_format="%.10g")
    return file
