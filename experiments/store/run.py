"""A finished run as the store keeps it: what was run, how it ended, and its tables."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa

from abm.columns import GROUPS, LEDGER, SCHEMA, Column, Table
from abm.results import arrow_schema, arrow_table, code_hash
from abm.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

    from abm.results import Results

COHORTS: Table = {
    name: GROUPS[name]
    for name in (
        "year",
        "birth_cohort",
        "migrant",
        "persons",
        "payers",
        "lapsed",
        "contributions",
        "pensions",
    )
}
FLOWS: Table = {name: LEDGER[name] for name in ("year", "kind", "payer", "payee", "amount")}
TABLES: dict[str, Table] = {
    "national": SCHEMA["national"],
    "provinces": SCHEMA["provinces"],
    "cohorts": COHORTS,
    "flows": FLOWS,
}
"""What is kept of every run: two tables of the run, its groups summed over province, sex and status, and what
funds and budgets paid each other."""

KEY = Column("text", "hash", "The run: code, data and resolved scenario", "experiments/store")
RUNS: Table = {
    "key": KEY,
    "scenario": Column("text", "name", "Name of the scenario", "command"),
    "seed": Column("integer", "number", "Seed of all draws", "command"),
    "status": Column("text", "ok or failed", "How the run ended", "run"),
    "error": Column("text", "traceback", "Why it failed; empty for a run that did not", "run"),
    "parameters": Column("text", "JSON", "Parameters of the design's point, by path", "design"),
    "from": Column("integer", "calendar year", "First year", "command"),
    "to": Column("integer", "calendar year", "Last year", "command"),
    "scale": Column("integer", "persons", "Persons an agent stands for", "command"),
    "resolution": Column("text", "name", "province or prefecture", "command"),
    "code": Column("text", "hash", "Code of the model", "abm"),
}


class Run(NamedTuple):
    """A finished run: its row of ``runs.parquet`` and, unless it failed, its tables as Arrow bytes."""

    facts: dict[str, Any]
    tables: dict[str, bytes]

    @property
    def key(self) -> str:
        """The run's key."""
        return str(self.facts["key"])

    @property
    def ok(self) -> bool:
        """Whether the run did not fail."""
        return self.facts["status"] == "ok"


@cache
def _model() -> tuple[str, str]:
    """Hashes of code and data as they were when this process first asked: the code it has loaded."""
    from abm import data

    return code_hash(), data.data_hash()


def run_key(scenario: Scenario, variant: str = "") -> str:
    """SHA-256 over code, data and resolved scenario, 64 hexadecimal digits; names and titles do not count.

    ``variant`` tells apart runs of a scenario that something was done to.
    """
    parts = [*_model(), scenario.key(), *([variant] if variant else [])]
    return hashlib.sha256("|".join(parts).encode()).hexdigest()


def finished(
    key: str,
    scenario: Scenario,
    parameters: Mapping[str, Any],
    tables: Mapping[str, bytes],
    error: str = "",
) -> Run:
    """The record of a run that ended, with the tables of :func:`tables_of` or with a traceback."""
    facts = {
        "key": key,
        "scenario": scenario.name,
        "seed": scenario.seed,
        "status": "failed" if error else "ok",
        "error": error,
        "parameters": json.dumps(dict(sorted(parameters.items()))),
        "from": scenario.start,
        "to": scenario.end,
        "scale": scenario.scale,
        "resolution": scenario.resolution,
        "code": _model()[0],
    }
    return Run(facts, dict(tables))


def tables_of(results: Results) -> dict[str, bytes]:
    """What the store keeps of a run's results, as Arrow bytes by table."""
    by = ["year", "birth_cohort", "migrant"]
    cohorts = results.groups.groupby(by, as_index=False, sort=True)[list(COHORTS)[len(by) :]].sum()
    frames = {"national": results.national, "provinces": results.provinces, "cohorts": cohorts}
    frames["flows"] = flows_of(results.ledger)
    return {name: encoded(arrow_table(frames[name], table)) for name, table in TABLES.items()}


def flows_of(ledger: pd.DataFrame) -> pd.DataFrame:
    """What funds and budgets paid each other, by year and kind (yuan); localities count as their province."""
    accounts = {side: ledger[side].str.partition("/")[0] for side in ("payer", "payee")}
    public = [account.str.startswith(("fund:", "budget:")) for account in accounts.values()]
    rows = ledger.assign(**accounts)[public[0] & public[1]]
    return rows.groupby(["year", "kind", "payer", "payee"])["amount"].sum().reset_index()


def encoded(table: pa.Table) -> bytes:
    """A table as the bytes of an Arrow stream, compressed."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as stream:
        stream.write_table(table)
    return sink.getvalue().to_pybytes()


def decoded(content: bytes) -> pa.Table:
    """The table of :func:`encoded` bytes."""
    return pa.ipc.open_stream(content).read_all()


def keyed(name: str) -> pa.Schema:
    """Arrow schema of a file of the store: that of a table with the run's key before it."""
    return arrow_schema(RUNS if name == "runs" else {"key": KEY, **TABLES[name]})
