"""``tongchou explain``: why somebody chose what it did."""

from __future__ import annotations

from typing import Any

import click

from abm.errors import UserError
from experiments.commands.options import scenario_options


def _identity(_ctx: click.Context, _param: click.Parameter, text: str | None) -> int | str | None:
    """A person's id, or the word ``any``."""
    if text is None or text == "any":
        return text
    if not text.isdigit():
        raise UserError(f"--person '{text}' is neither a person's id nor 'any'")
    return int(text)


@click.command("explain")
@click.argument("scenario", default="history")
@click.option(
    "--person", metavar="ID", callback=_identity, help="Explain a person's choices; 'any' picks somebody."
)
@click.option("--government", metavar="CODE", help="Explain a government's choices (code or name).")
@click.option("--year", type=int, required=True, metavar="YEAR", help="The year of the choice.")
@scenario_options
def command(
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
