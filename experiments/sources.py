"""Stored runs and what makes them differ: the line they belong to, seed, draw of parameters, rule of choice.

What varies between runs of one line is noise, and it has three sources that a figure shows apart: *Monte
Carlo*, the seed alone; *parameters*, a draw from a posterior or a Latin hypercube; *decision rule*, another
way in which governments choose.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from abm.errors import UserError, unknown
from experiments.runner import DRAW
from experiments.store import TABLES

if TYPE_CHECKING:
    from experiments.store import Store

RULE = "government.choice_rule"
NOISY_RULES = (1, 2)
"""Values of ``RULE`` under which governments choose for themselves as by default, but otherwise: imitation,
learning. The planner (3) is another world."""
MOST_LINES = 8
SPREAD = 1.96
"""Standard deviations to each side of a mean within which 95 of 100 normal values lie."""


class World(NamedTuple):
    """Provinces and payments of one world, as a run's results name them; or means over seeds."""

    provinces: pd.DataFrame
    ledger: pd.DataFrame
    line: str


@dataclass(frozen=True)
class Runs:
    """Runs that did not fail, a row each: key, line, seed, draw, rule, from, to, scale; and their tables.

    ``line`` names the scenario, or the regime where a design varies it. ``draw`` is missing for a run with
    the scenario's own parameters; ``rule`` is missing for one with the rule by default.
    """

    runs: pd.DataFrame
    tables: dict[str, pd.DataFrame]

    @classmethod
    def of(cls, store: Store, lines: Sequence[str] = (), keys: Sequence[str] | None = None) -> Runs:
        """The runs of a store made by this version of the model (or of all, where it has none).

        ``lines`` chooses and orders them, the baseline first; by default all lines without further
        parameters, ``history`` first. Raises UserError: no such line, no runs, more than eight lines.
        """
        found = store.runs(keys)
        found = found[found["status"] == "ok"].reset_index(drop=True)
        found = _of_one_code(found)
        if found.empty:
            raise UserError(f"store '{store.folder}' has no finished runs")
        facts = [json.loads(text) for text in found["parameters"]]
        draw = [fact.get(DRAW, np.nan) for fact in facts]
        rule = [fact[RULE] if fact.get(RULE) in NOISY_RULES else np.nan for fact in facts]
        named = [_line(scenario, fact) for scenario, fact in zip(found["scenario"], facts, strict=True)]
        runs = found[["key", "seed", "from", "to", "scale", "resolution"]].assign(
            line=named, draw=draw, rule=rule
        )
        order = list(lines) or _default(list(runs["line"]))
        for line in order:
            if line not in set(named):
                raise unknown("scenario", line, sorted(set(named)))
        if len(order) > MOST_LINES:
            raise UserError(
                f"the store has {len(order)} scenarios and a figure shows at most {MOST_LINES}; choose with "
                "--scenario"
            )
        runs = runs[runs["line"].isin(order)]
        runs = runs.assign(line=pd.Categorical(runs["line"], order))
        runs = _alike(runs)
        runs = runs.sort_values(["line", "draw", "rule", "seed"], kind="stable", na_position="first")
        head = runs[["key", "line", "seed", "draw", "rule"]]
        tables = {name: head.merge(store.read(name, runs["key"].tolist()), on="key") for name in TABLES}
        return cls(runs.reset_index(drop=True), tables)

    def world(self) -> World:
        """The baseline's means over its seeds."""
        line = self.lines[0]
        own = {name: self.own(name) for name in ("provinces", "flows")}
        own = {name: frame[frame["line"] == line] for name, frame in own.items()}
        seeds = own["provinces"]["seed"].nunique()
        if seeds == 0:
            raise UserError(f"'{line}' has no run with its own parameters and rule")
        numbers = own["provinces"].select_dtypes("number").columns.difference(["year", "seed"])
        places = own["provinces"].groupby(["year", "province"], sort=False)[list(numbers)].mean()
        sums = own["flows"].groupby(["year", "kind", "payer", "payee"])["amount"].sum() / seeds
        return World(places.reset_index(), sums.reset_index(), line)

    @property
    def lines(self) -> list[str]:
        """The lines, the baseline first."""
        return list(self.runs["line"].cat.categories)

    def own(self, name: str) -> pd.DataFrame:
        """A table of the runs with their scenario's own parameters and rule: seeds alone differ."""
        frame = self.tables[name]
        return frame[frame["draw"].isna() & frame["rule"].isna()].drop(columns=["draw", "rule"])

    def pairs(self) -> list[str]:
        """The lines other than the baseline; UserError if there are none."""
        if len(self.lines) < 2:
            raise UserError(f"the figure compares scenarios, and these runs hold only '{self.lines[0]}'")
        return self.lines[1:]


def by_source(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """Mean and noise of a column by line and year, each source of noise apart.

    Columns: mean and ``monte_carlo`` (standard deviation over seeds), ``parameters`` (standard deviation
    that draws add to it), ``rule_low`` and ``rule_high`` (lowest and highest mean over rules of choice), and
    ``seeds``, ``draws``, ``rules`` (how many). Missing where runs do not tell.
    """
    by = ["line", "year"]
    plain = frame[frame["draw"].isna() & frame["rule"].isna()].groupby(by, observed=True)[column]
    drawn = frame[frame["draw"].notna()].groupby(by, observed=True)[column]
    ruled = frame[frame["rule"].notna()].groupby([*by, "rule"], observed=True)[column].mean()
    found = pd.DataFrame({"mean": plain.mean(), "monte_carlo": plain.std(), "seeds": plain.size()})
    added = drawn.var().reindex(found.index) - found["monte_carlo"].fillna(0.0) ** 2
    found["parameters"] = np.sqrt(added.clip(lower=0.0))
    found["draws"] = drawn.size().reindex(found.index).fillna(0).astype(int)
    by_rule = ruled.groupby(level=by, observed=True)
    low, high = by_rule.min().reindex(found.index), by_rule.max().reindex(found.index)
    found["rule_low"] = low.where(low < found["mean"], found["mean"]).where(low.notna())
    found["rule_high"] = high.where(high > found["mean"], found["mean"]).where(high.notna())
    found["rules"] = int(frame["rule"].nunique())
    return found.reset_index()


def _alike(runs: pd.DataFrame) -> pd.DataFrame:
    """Of runs of a line that differ in scale, resolution or years: the finest, and of these the longest.

    Noise depends on the scale, and levels on the resolution; means over both would be of nothing.
    """
    line = runs.groupby("line", observed=True)
    runs = runs[runs["scale"] == line["scale"].transform("min")]
    # by name "prefecture" comes before "province"
    for column, latest in (("resolution", False), ("to", True), ("from", False)):
        by_line = runs.groupby("line", observed=True)[column]
        runs = runs[runs[column] == (by_line.transform("max") if latest else by_line.transform("min"))]
    return runs


def _of_one_code(found: pd.DataFrame) -> pd.DataFrame:
    from abm.results import code_hash

    own = found[found["code"] == code_hash()]
    return own if len(own) else found


def _line(scenario: str, parameters: dict[str, Any]) -> str:
    """Scenario or regime, and whatever else was set that is no source of noise."""
    rest = {path: value for path, value in parameters.items() if path not in (DRAW, "regime")}
    if rest.get(RULE, 0) in (0, *NOISY_RULES):
        rest.pop(RULE, None)
    name = str(parameters.get("regime", scenario))
    return ", ".join([name, *(f"{path.rpartition('.')[2]} {value}" for path, value in rest.items())])


def _default(named: list[str]) -> list[str]:
    """All lines without further parameters, if there are any; ``history`` before the others."""
    plain = sorted({line for line in named if ", " not in line} or set(named))
    return sorted(plain, key=lambda line: line != "history")
