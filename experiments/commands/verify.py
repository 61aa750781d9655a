"""``tongchou verify``: the model's parts against closed forms."""

from __future__ import annotations

from pathlib import Path

import click

from abm.errors import UserError


@click.command("verify")
@click.argument("case", required=False)
@click.option(
    "--set", "set", multiple=True, metavar="NAME=NUMBER", help="A number of the case; may be repeated."
)
@click.option(
    "--regime",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Show what governments make of the money rule in a Python file.",
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list and nothing else.")
def command(case: str | None, set: tuple[str, ...], regime: Path | None, as_json: bool) -> int:
    """Check CASE (A to M, by default all) against its closed form; 1 if one does not pass."""
    import json

    from experiments import text, verify
    from experiments.verify import outside, settings

    given = settings.parse(set)
    if regime is not None:
        if case is not None:
            raise UserError(f"--regime has economies of its own; leave out the case '{case}'")
        found = outside.incentives(outside.load(regime), given)
        if as_json:
            click.echo(json.dumps([row._asdict() for row in found], indent=2))
            return 0
        rows = [(x.rule, f"{x.levy:.4f}", f"{x.effort:.4f}", f"{x.kept:.4f}") for x in found]
        click.echo(text.table(["rule", "levy", "effort", "of a yuan more collected the place keeps"], rows))
        return 0
    results = verify.run(case, given)
    if as_json:
        click.echo(json.dumps([result.as_json() for result in results], indent=2))
    else:
        shown = [
            (
                r.case,
                verify.CASES[r.case].title,
                r.quantity,
                f"{r.simulated:.6g}",
                f"{r.closed_form:.6g}",
                f"{r.relative_error:.1e}",
                "ok" if r.passed else f"FAILED, more than {r.tolerance:g}",
            )
            for r in results
        ]
        click.echo(
            text.table(["case", "economy", "quantity", "simulated", "closed form", "error", ""], shown)
        )
    return 0 if all(r.passed for r in results) else 1
