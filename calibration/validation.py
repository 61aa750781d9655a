"""Validation: the model under several seeds against every target, pattern and rival; nothing is left out.

Tables only; ``calibration.report`` turns them into pages. A verdict compares the mean over seeds with the
published value and the tolerance of the target; the band (least and greatest over seeds) shows what chance
does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from abm.scenario import Scenario
from calibration import moments, rivals, targets
from calibration.measures import Tables, measure, of_publications, of_run
from experiments import fit
from experiments.patterns import patterns

if TYPE_CHECKING:
    from abm.results import Results

FOLDER = Path(__file__).parent / "scenarios"
FROZEN, RULES_2019 = FOLDER / "frozen.yaml", FOLDER / "rules_2019.yaml"
HISTORY_END, PROJECTION_END = 2022, 2050
RANK_BAR = 0.85
"""Least rank correlation of the provinces' payable months."""


class Worlds(NamedTuple):
    """What validation looks at: the history under every seed, the frozen rival, the rules of 2019 to 2050."""

    history: list[Results]
    frozen: list[Tables]
    projections: list[Tables]

    @property
    def tables(self) -> list[Tables]:
        """The histories as targets see them."""
        return [of_run(results) for results in self.history]


def simulate(
    scenario: str, scale: int, seeds: Sequence[int], jobs: int, say: Callable[[str], None] = lambda _: None
) -> Worlds:
    """Run everything validation needs; ``scenario`` may be a stack such as ``history+estimated.yaml``."""
    from joblib import Parallel, delayed

    stacks = {
        "history": (scenario, HISTORY_END, list(seeds)),
        "frozen": (f"{scenario}+{FROZEN}", targets.VALIDATE[1], list(seeds)),
        "projections": (f"{scenario}+{RULES_2019}", PROJECTION_END, list(seeds)[:2]),
    }
    runs = {}
    for name, (stack, end, own) in stacks.items():
        worlds = [Scenario.named(stack, scale=scale, end=end, seed=seed) for seed in own]
        runs[name] = Parallel(n_jobs=min(jobs, len(worlds)))(delayed(_run)(world) for world in worlds)
        say(f"{name}: {len(own)} runs to {end}")
    return Worlds(
        runs["history"],
        [of_run(results) for results in runs["frozen"]],
        [of_run(results) for results in runs["projections"]],
    )


def _run(world: Scenario) -> Results:
    from abm.model import PensionModel

    return PensionModel(world, threads=1).run()


def moments_table(runs: Sequence[Tables], levels: Sequence[str]) -> pd.DataFrame:
    """Targets of some levels, one row a target, place and year that the runs have.

    Columns: target, level, label, province, year, split, published, simulated (mean over seeds), low, high
    (over
    seeds), difference on the scale of comparison, tolerance, passed. Published and simulated are in the unit
    of the variable.
    """
    chosen = [target for target in targets.moments() if target.level in levels]
    table = moments.layout(chosen)
    values = np.array([table.of(run) for run in runs])
    by_name = {target.name: target for target in chosen}
    own = [by_name[name] for name in table.index.get_level_values("target")]
    logs = np.array([target.compare == "log" for target in own])
    natural = np.where(logs, np.exp(np.where(logs, values, 0.0)), values)
    frame = pd.DataFrame({
        "definition": [t.definition for t in own],
        "level": [t.level for t in own],
        "label": [t.label for t in own],
        "unit": [t.unit for t in own],
        "split": table.split,
        "published": np.where(logs, np.exp(np.where(logs, table.value, 0.0)), table.value),
        "simulated": natural.mean(axis=0),
        "low": natural.min(axis=0),
        "high": natural.max(axis=0),
        "compare": [t.compare for t in own],
        "difference": values.mean(axis=0) - table.value,
        "tolerance": [t.tolerance for t in own],
    }, index=table.index)  # fmt: skip
    frame = frame[np.isfinite(frame["difference"])]
    return frame.assign(passed=frame["difference"].abs() <= frame["tolerance"]).reset_index()


def provincial(cells: pd.DataFrame) -> pd.DataFrame:
    """Provincial targets by variable and year: median absolute difference, share within tolerance,
    verdict."""
    rows = cells[cells["level"] == "province"].assign(size=lambda t: t["difference"].abs())
    grouped = rows.groupby(["target", "split", "year"], sort=False)
    table = grouped.agg(
        provinces=("size", "size"),
        median=("size", "median"),
        within=("passed", "mean"),
        bar=("tolerance", "first"),
    ).reset_index()
    return table.assign(passed=table["median"] <= table["bar"])


def rank_correlations(runs: Sequence[Tables]) -> pd.DataFrame:
    """Rank correlation of the provinces' payable months, simulated and published, by year and over seeds."""
    known = of_publications(range(2011, 2019))
    rows = []
    for year in range(2011, 2019):
        published = measure("payable_months_rank", known).xs(year, level="year").dropna()
        found = []
        for run in runs:
            ours = measure("payable_months_rank", run).xs(year, level="year").reindex(published.index)
            found.append(float(ours.corr(published, method="spearman")))
        rows.append((year, np.mean(found), min(found), max(found), np.mean(found) >= RANK_BAR))
    return pd.DataFrame(rows, columns=["year", "correlation", "low", "high", "passed"])


def national_bars(cells: pd.DataFrame) -> pd.DataFrame:
    """The four national series by year against the bars of ``experiments.fit`` (3 % to 2013, 5 % after)."""
    names = {"insured_nation", "retirees_nation", "revenue_nation", "spending_nation"}
    rows = cells[cells["target"].isin(names)].copy()
    rows["error"] = rows["simulated"] / rows["published"] - 1
    rows["bar"] = [fit.national_bar(year) for year in rows["year"]]
    rows["passed"] = rows["error"].abs() <= rows["bar"]
    return rows[
        ["target", "year", "split", "published", "simulated", "low", "high", "error", "bar", "passed"]
    ]


def patterns_table(histories: Sequence[Results]) -> pd.DataFrame:
    """The patterns listed in ``experiments.patterns``: published, mean and band over seeds, share of seeds
    passing.

    A pattern passes where at least half of the seeds do.
    """
    every = pd.concat([patterns(results).assign(seed=i) for i, results in enumerate(histories)])
    grouped = every.groupby(["pattern", "year"], sort=False)
    table = grouped.agg(
        published=("published", "first"), simulated=("simulated", "mean"), low=("simulated", "min"),
        high=("simulated", "max"), bar=("bar", "first"), seeds_passing=("passed", "mean"),
    ).reset_index()  # fmt: skip
    return table.assign(passed=table["seeds_passing"] >= 0.5)


def cass_path(runs: Sequence[Tables]) -> pd.DataFrame:
    """Greatest reserve, its year and the first year without one, in every run, beside CASS 2019."""
    rows = [("CASS 2019", 2027, 6.99e12, 2035)]
    for number, run in enumerate(runs, start=1):
        reserve = measure("reserve", run).xs("China", level="province").sort_index()
        after = reserve[reserve.index >= 2019]
        empty = after[after <= 0]
        rows.append(
            (
                f"run {number}",
                int(after.index[int(after.argmax())]),
                float(after.max()),
                int(empty.index[0]) if len(empty) else 0,
            )
        )
    return pd.DataFrame(rows, columns=["who", "peak year", "peak (yuan)", "first year empty (0: none)"])


def skill(worlds: Worlds) -> pd.DataFrame:
    """The model beside its two rivals in 2017 and 2018 (`rivals.skill`)."""
    return rivals.skill(worlds.tables, worlds.frozen)
