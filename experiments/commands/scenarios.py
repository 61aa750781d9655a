"""``tongchou scenarios``: what can be simulated."""

from __future__ import annotations

import click

from experiments.commands.verbs import Verbs


@click.group("scenarios", cls=Verbs, invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """List, show, check and compare scenarios."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_scenarios)


@command.command("list")
def list_scenarios() -> None:
    """The scenarios that come with the package."""
    from abm import scenarios as files
    from experiments import text

    shipped = [files.read(name) for name in files.shipped()]
    click.echo(text.table(["name", "base", "what it is"], [(d.name, d.base, d.title) for d in shipped]))


@command.command("show")
@click.argument("scenario")
def show_scenario(scenario: str) -> None:
    """Settings, timeline and parameters of SCENARIO, after stacking."""
    from abm.scenario import Scenario
    from experiments import text

    click.echo(text.scenario_text(Scenario.named(scenario)))


@command.command("check")
@click.argument("names", nargs=-1, metavar="[SCENARIO]...")
def check_scenarios(names: tuple[str, ...]) -> None:
    """Check scenarios, by default all that come with the package."""
    from abm import scenarios as files
    from abm.scenario import Scenario

    for name in names or files.shipped():
        Scenario.named(name)
        click.echo(f"{name}: ok")


@command.command("diff")
@click.argument("a")
@click.argument("b")
def diff_scenarios(a: str, b: str) -> None:
    """What scenario B changes against A."""
    from abm.scenario import Scenario, diff
    from experiments import text

    rows = diff(Scenario.named(a), Scenario.named(b))
    click.echo(text.table(["path", a, b], rows) if rows else f"{a} and {b} are the same")
