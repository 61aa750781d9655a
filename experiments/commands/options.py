"""The options that several verbs share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from abm.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

F = TypeVar("F", bound=Callable[..., Any])


def assignment(_ctx: click.Context, _param: click.Parameter, texts: tuple[str, ...]) -> dict[str, Any]:
    """``PATH=VALUE`` options as a dict; a value is a number, a mapping of dates, or a regime."""
    from abm import yaml_file

    changes: dict[str, Any] = {}
    for text in texts:
        path, equals, value = text.partition("=")
        if not (path and equals and value):
            raise UserError(f"--set '{text}' is not PATH=VALUE, such as contributions.worker_rate=0.07")
        changes[path] = value if path == "regime" else yaml_file.parse(value, f"--set {text}")
    return changes


def count(name: str, default: int, what: str, least: int = 1) -> Callable[[F], F]:
    """An option that takes a whole number of at least ``least``."""
    kind = click.IntRange(min=least)
    return click.option(name, type=kind, default=default, show_default=True, metavar="N", help=what)


def scenario_options(verb: F) -> F:
    """The options that every verb which simulates has; they override the scenario's own settings."""
    options = (
        click.option("--from", "start", type=int, metavar="YEAR", help="First year, 2010 to 2018."),
        click.option("--to", "end", type=int, metavar="YEAR", help="Last year, up to 2060."),
        click.option("--scale", type=int, metavar="N", help="Persons an agent stands for (default 2000)."),
        click.option("--seed", type=int, metavar="N", help="Seed of all draws (default 1)."),
        click.option("--resolution", metavar="LEVEL", help="province or prefecture."),
        click.option(
            "--set",
            "set",
            multiple=True,
            metavar="PATH=VALUE",
            callback=assignment,
            help="Change a parameter, or 'regime=…' the whole timeline of pooling rules; may be repeated.",
        ),
    )
    for option in reversed(options):
        verb = option(verb)
    return verb


def pool_options(verb: F) -> F:
    """The options that every verb which makes many runs has: where they are made, where they are kept."""
    options = (
        click.option("--jobs", type=int, metavar="N", help="Worker processes (default: all cores)."),
        click.option("--backend", default="loky", metavar="NAME", help="loky (this machine), dask or ray."),
        click.option("--address", metavar="URL", help="The Dask scheduler or Ray head, tcp://host:8786."),
        click.option(
            "--store", metavar="DIR", default="results/store", help="Where runs are kept (results/store)."
        ),
    )
    for option in reversed(options):
        verb = option(verb)
    return verb


def posterior_options(verb: F) -> F:
    """Parameter uncertainty: how many draws, and the file they are drawn from."""
    options = (
        click.option(
            "--posterior", type=int, metavar="N", help="Replicate r has draw r of N from a posterior."
        ),
        click.option(
            "--posterior-file",
            type=click.Path(path_type=Path),
            metavar="FILE",
            default=Path("results/calibration/posterior.parquet"),
            help="Where it is (results/calibration/posterior.parquet, written by calibrate).",
        ),
    )
    for option in reversed(options):
        verb = option(verb)
    return verb


def drawn(count: int | None, file: Path) -> list[dict[str, Any]]:
    """The draws of ``posterior_options``; none where none are asked for."""
    if count is None:
        return []
    from experiments.posterior import draws

    return draws(file, count)


def table_option(verb: F) -> F:
    """Where all numbers behind what is shown are written to."""
    what = "Write the whole table, .csv or .parquet."
    return click.option("--table", "file", type=click.Path(path_type=Path), metavar="FILE", help=what)(verb)


def check_table(file: Path | None) -> None:
    """Raise UserError for a table file of another kind, before anything runs."""
    if file is not None and file.suffix not in {".csv", ".parquet"}:
        raise UserError(f"--table '{file}' must end in .csv or .parquet")


def write_table(frame: pd.DataFrame, file: Path | None) -> None:
    """Write a frame to the file of ``--table``, if there is one, whole or not at all."""
    if file is None:
        return
    stage = file.with_name(f".{file.name}")
    if file.suffix == ".csv":
        frame.to_csv(stage, index=False)
    else:
        frame.to_parquet(stage, index=False)
    stage.replace(file)
    click.echo(f"\ntable: {file}")


def warn(sentence: str) -> bool:
    """Say a sentence on stderr unless it is empty; whether there was one."""
    if sentence:
        click.echo(f"tongchou: {sentence}", err=True)
    return bool(sentence)


def needs(verb: str, *libraries: str) -> None:
    """Refuse a verb whose libraries are not installed, before it spends time; they come with an extra."""
    from importlib.util import find_spec

    for library in libraries:
        if find_spec(library) is None:
            raise UserError(f"{verb} needs {library}; install it with: pip install 'tongchou[calibration]'")
