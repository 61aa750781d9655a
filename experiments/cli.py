"""The command ``tongchou``: results on stdout, progress on stderr, a user's mistake in one line.

Only click is imported here; a verb imports what it needs when it is called, so that help comes at once.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from abm.errors import UserError, nearest, unknown

TRACEBACK = "TONGCHOU_TRACEBACK"
F = TypeVar("F", bound=Callable[..., Any])


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status.

    0: done; 1: our fault, or a check that failed; 2: the user's mistake; 130: interrupted.
    """
    try:
        status = cli.main(args=arguments, prog_name="tongchou", standalone_mode=False)
        sys.stdout.flush()
    except (BrokenPipeError, SystemExit):  # the reader, such as head, has seen enough; click makes it an exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (KeyboardInterrupt, click.Abort):
        return _say("interrupted", 130)
    except UserError as error:
        return _say(str(error), 2)
    except click.ClickException as error:
        return _say(_sentence(error), 2)
    except MemoryError:
        return _say("out of memory; use a larger --scale (fewer agents) or a machine with more memory", 2)
    except OSError as error:
        if os.environ.get(TRACEBACK):
            raise
        place = f" '{error.filename}'" if error.filename else ""
        return _say(f"the system refused to read or write{place}: {error.strerror or error}", 2)
    except Exception as error:
        if os.environ.get(TRACEBACK):
            raise
        what = f"{type(error).__name__}: {error}"
        return _say(f"internal error, the fault is ours ({what}); set {TRACEBACK}=1 to see the traceback", 1)
    return status if isinstance(status, int) else 0


def _sentence(error: click.ClickException) -> str:
    """A complaint about arguments in the form of our own errors."""
    if isinstance(error, click.NoSuchOption) and error.ctx is not None:
        known = [name for param in error.ctx.command.params for name in param.opts if name.startswith("-")]
        return f"unknown option '{error.option_name}'{nearest(error.option_name, [*known, '--help'])}"
    message = error.format_message().rstrip(".")
    return message[:1].lower() + message[1:]


def _say(message: str, status: int) -> int:
    click.echo(f"tongchou: {' '.join(message.split())}", err=True)
    return status


class Verbs(click.Group):
    """A group that names the nearest verb when it does not know one."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            raise unknown("command", args[0], self.list_commands(ctx))
        return super().resolve_command(ctx, args)


@click.group(cls=Verbs, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="tongchou", message="%(prog)s %(version)s")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Simulate how China's employee pension is pooled, and what that does to those it concerns."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def _assignment(_ctx: click.Context, _param: click.Parameter, texts: tuple[str, ...]) -> dict[str, Any]:
    """``PATH=VALUE`` options as a dict; a value is a number, a mapping of dates, or a regime."""
    from abm import yaml_file

    changes: dict[str, Any] = {}
    for text in texts:
        path, equals, value = text.partition("=")
        if not (path and equals and value):
            raise UserError(f"--set '{text}' is not PATH=VALUE, such as contributions.worker_rate=0.07")
        changes[path] = value if path == "regime" else yaml_file.parse(value, f"--set {text}")
    return changes


def _scenario_options(verb: F) -> F:
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
            callback=_assignment,
            help="Change a parameter, or 'regime=…' the whole timeline of pooling rules; may be repeated.",
        ),
    )
    for option in reversed(options):
        verb = option(verb)
    return verb


@cli.command()
@click.argument("scenario")
@_scenario_options
@click.option("--threads", type=click.IntRange(min=1), metavar="N", help="Threads (default: all cores).")
@click.option("--figures", is_flag=True, help="Draw the figures and write the table of fit.")
@click.option("--check", is_flag=True, help="Only compare the base data with published totals.")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Default: results/SCENARIO.")
@click.option("--force", is_flag=True, help="Replace an earlier run in that folder.")
def run(
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

    results = PensionModel(chosen, threads=threads).run(progress=_progress(chosen.start, chosen.end))
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
    return _say(f"{failed} of {len(frame)} checks failed", 1) if failed else 0


def _progress(first: int, last: int) -> Callable[[int], None]:
    """A callback that says on stderr which year is done and about how long the rest will take."""
    begun = time.monotonic()

    def done(year: int) -> None:
        spent = time.monotonic() - begun
        left = spent / (year - first + 1) * (last - year)
        click.echo(
            f"{year}  {spent:6.1f} s" + (f"  about {left:.0f} s left" if year < last else ""), err=True
        )

    return done


@cli.group(cls=Verbs, invoke_without_command=True)
@click.pass_context
def scenarios(ctx: click.Context) -> None:
    """List, show, check and compare scenarios."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_scenarios)


@scenarios.command("list")
def list_scenarios() -> None:
    """The scenarios that come with the package."""
    from abm import scenarios as files
    from experiments import text

    shipped = [files.read(name) for name in files.shipped()]
    click.echo(text.table(["name", "base", "what it is"], [(d.name, d.base, d.title) for d in shipped]))


@scenarios.command("show")
@click.argument("scenario")
def show_scenario(scenario: str) -> None:
    """Settings, timeline and parameters of SCENARIO, after stacking."""
    from abm.scenario import Scenario
    from experiments import text

    click.echo(text.scenario_text(Scenario.named(scenario)))


@scenarios.command("check")
@click.argument("names", nargs=-1, metavar="[SCENARIO]...")
def check_scenarios(names: tuple[str, ...]) -> None:
    """Check scenarios, by default all that come with the package."""
    from abm import scenarios as files
    from abm.scenario import Scenario

    for name in names or files.shipped():
        Scenario.named(name)
        click.echo(f"{name}: ok")


@scenarios.command("diff")
@click.argument("a")
@click.argument("b")
def diff_scenarios(a: str, b: str) -> None:
    """What scenario B changes against A."""
    from abm.scenario import Scenario, diff
    from experiments import text

    rows = diff(Scenario.named(a), Scenario.named(b))
    click.echo(text.table(["path", a, b], rows) if rows else f"{a} and {b} are the same")


@cli.command()
@click.argument("name", required=False)
def parameters(name: str | None) -> None:
    """List the parameters, those of one subject, or show one with its history and source."""
    from abm.parameters import Parameters, describe
    from experiments import text

    known = Parameters.load()
    paths = known.paths()
    if name in paths:
        click.echo(describe(known.record(name)))
        return
    subjects = {path.split(".")[0] for path in paths}
    if name is not None and name not in subjects:
        raise unknown("parameter", name, [*paths, *subjects])
    records = [known.record(path) for path in paths if name in (None, path.split(".")[0])]
    rows = [(r.path, _latest(r), r.unit, r.status, r.title) for r in records]
    click.echo(text.table(["parameter", "latest value", "unit", "status", "title"], rows))


def _latest(record: Any) -> str:
    value = record.values[-1].value
    return f"table of {len(value)}" if isinstance(value, dict) else f"{value:,.6g}"


@cli.command()
@click.argument("name", required=False)
def data(name: str | None) -> None:
    """List the published statistics in the package, or describe one table with its sources."""
    from abm import data as published
    from experiments import text

    tables = published.tables()
    if name is None:
        rows = [(t.name, t.rows, text.years(t.years), t.title) for t in tables.values()]
        click.echo(text.table(["table", "rows", "years", "title"], rows))
        return
    if name not in tables:
        raise unknown("table", name, tables)
    click.echo(text.data_text(tables[name], published.sources()))


def _identity(_ctx: click.Context, _param: click.Parameter, text: str | None) -> int | str | None:
    """A person's id, or the word ``any``."""
    if text is None or text == "any":
        return text
    if not text.isdigit():
        raise UserError(f"--person '{text}' is neither a person's id nor 'any'")
    return int(text)


@cli.command()
@click.argument("scenario", default="history")
@click.option(
    "--person", metavar="ID", callback=_identity, help="Explain a person's choices; 'any' picks somebody."
)
@click.option("--government", metavar="CODE", help="Explain a government's choices (code or name).")
@click.option("--year", type=int, required=True, metavar="YEAR", help="The year of the choice.")
@_scenario_options
def explain(
    scenario: str, person: int | str | None, government: str | None, year: int, **options: Any
) -> None:
    """Why a person or a government chose what it did in a year: options, utilities, what-ifs, choice."""
    from abm.scenario import Scenario

    if (person is None) == (government is None):
        raise UserError("explain needs either --person ID or --government CODE")
    chosen = Scenario.named(scenario, **options)
    if not chosen.start <= year <= chosen.end:
        raise UserError(f"--year {year} is not simulated; allowed: {chosen.start} to {chosen.end}")

    from abm import explain as explanation

    if person is not None:
        click.echo(explanation.person(chosen, person, year))
    elif government is not None:
        click.echo(explanation.government(chosen, government, year))


@cli.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "--results",
    "folder",
    type=click.Path(path_type=Path),
    default=Path("results/history"),
    metavar="DIR",
    help="Folder of the run (default: results/history).",
)
def figures(names: tuple[str, ...], folder: Path) -> None:
    """Draw the figures of a run again, all of them or those named."""
    from experiments import figures as drawings
    from experiments import text

    for path in drawings.draw(names or drawings.FIGURES, folder):
        click.echo(text.shown(path))
