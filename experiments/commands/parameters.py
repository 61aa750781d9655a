"""``tongchou parameters``: the records of the model, with history and source."""

from __future__ import annotations

from typing import Any

import click

from abm.errors import unknown


@click.command("parameters")
@click.argument("name", required=False)
def command(name: str | None) -> None:
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
