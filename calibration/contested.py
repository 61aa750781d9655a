"""What is contested about governments, as ranges: the main outcomes when one disputed parameter moves.

The weight of growth (promotion by growth is disputed) and what collection by the tax authority does (studies
disagree on its sign) are not estimated into one number. Every setting is simulated with and without the
national pooling of 2022, with the same people and draws.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from abm.scenario import Scenario
from calibration import reactions
from calibration.measures import of_run
from calibration.replications import national_pooling_2022 as pooling
from experiments.patterns import patterns

if TYPE_CHECKING:
    from abm.results import Results

SEEDS = 2
"""Seeds of every setting at most."""


class Setting(NamedTuple):
    """A point of a contested range: what is disputed, the value in words, the terms and values of its run."""

    what: str
    value: str
    terms: str
    set: dict[str, Any]


def _growth(weight: float) -> Setting:
    return Setting("weight of growth", f"{weight:g}", "", {"government.growth_weight": weight})


def _tax(added: float) -> Setting:
    names = ("modules.tax_collection_audit", "modules.tax_collection_registration")
    return Setting(
        "tax authority collects from 2014: chance of detection a year",
        f"{added:+.2f}",
        "+with_tax_collection",
        dict.fromkeys(names, added),
    )


SETTINGS: tuple[Setting, ...] = (
    Setting("the scenario itself", "", "", {}),
    *(_growth(weight) for weight in (0.0, 0.25, 0.5)),
    *(_tax(added) for added in (-0.05, -0.02, 0.02, 0.05)),
)

OUTCOMES: dict[str, str] = {
    "rate 2018": "share",
    "rate 2022": "share",
    "contributions 2022": "bn yuan",
    "insured 2022": "m persons",
    "reserve 2022": "bn yuan",
    "rate and GDP per head 2018": "correlation",
    "rate on reserve 2011-2018": "log a year of spending",
    "pooling, surplus": "pp of the collection rate",
    "pooling, deficit": "pp of the collection rate",
}
"""What is shown of a setting, with units. Pooling: the effect of 2022 on provinces in surplus, in deficit."""


def table(
    scenario: str, scale: int, seeds: Sequence[int], jobs: int, say: Callable[[str], None] = lambda _: None
) -> pd.DataFrame:
    """Every setting, seed and outcome: columns what, value, seed, outcome, unit, result; tidy."""
    from joblib import Parallel, delayed

    tasks = [(setting, seed) for setting in SETTINGS for seed in list(seeds)[:SEEDS]]
    found = Parallel(n_jobs=min(jobs, len(tasks)))(
        delayed(outcomes)(scenario, scale, seed, setting) for setting, seed in tasks
    )
    say(f"contested ranges: {len(SETTINGS)} settings, {2 * len(tasks)} runs")
    rows = [
        {"what": setting.what, "value": setting.value, "seed": seed, "outcome": name, "unit": OUTCOMES[name],
         "result": result}
        for (setting, seed), results in zip(tasks, found, strict=True)
        for name, result in results.items()
    ]  # fmt: skip
    return pd.DataFrame(rows)


def outcomes(scenario: str, scale: int, seed: int, setting: Setting) -> dict[str, float]:
    """The outcomes of one setting under one seed, in the order of ``OUTCOMES``."""
    from abm.model import PensionModel

    runs = {
        world: PensionModel(
            Scenario.named(
                f"{stack}{setting.terms}", scale=scale, seed=seed, **{**options, "set": dict(setting.set)}
            ),
            threads=1,
        ).run()
        for world, (stack, options) in pooling.worlds(scenario).items()
    }
    twins = pooling.twins(pooling.panel(runs))
    return {**_of_history(runs["reform"]), "pooling, surplus": twins["surplus"],
            "pooling, deficit": twins["deficit"]}  # fmt: skip


def _of_history(results: Results) -> dict[str, float]:
    nation = results.national.set_index("year")
    shown = patterns(results).set_index(["pattern", "year"])["simulated"]
    measured = reactions.panel(of_run(results).places.loc[lambda t: t.index.get_level_values("year") <= 2018])
    return {
        "rate 2018": float(nation["effective_rate"][2018]),
        "rate 2022": float(nation["effective_rate"][2022]),
        "contributions 2022": float(nation["contribution_revenue"][2022]) / 1e9,
        "insured 2022": float(nation["insured_employees"][2022]) / 1e6,
        "reserve 2022": float(nation["reserve"][2022]) / 1e9,
        "rate and GDP per head 2018": float(shown["correlation of revenue rate and GDP per head", 2018]),
        "rate on reserve 2011-2018": reactions.within(measured, 2018).value,
    }


def ranges(rows: pd.DataFrame) -> pd.DataFrame:
    """One row a setting: the mean over seeds of every outcome; the first line is the scenario itself.

    The last line is the greatest difference between seeds of any setting: what moves by less is chance.
    """
    keys = ["what", "value"]
    grouped = rows.groupby([*keys, "outcome"], sort=False)["result"]
    means = grouped.mean().unstack("outcome")[list(OUTCOMES)]
    chance = (grouped.max() - grouped.min()).unstack("outcome").max()[list(OUTCOMES)]
    order = [(setting.what, setting.value) for setting in SETTINGS]
    last = pd.DataFrame(
        [{**dict(zip(keys, ("greatest difference between seeds", ""), strict=True)), **chance}]
    )
    return pd.concat([means.reindex(order).reset_index(), last], ignore_index=True)


def moved(rows: pd.DataFrame) -> pd.DataFrame:
    """By contested matter and outcome: least and greatest mean over its range, the scenario's among them."""
    means = ranges(rows).iloc[:-1]
    own = means.iloc[[0]]
    parts = []
    for what, settings in means.iloc[1:].groupby("what", sort=False):
        every = pd.concat([own, settings])[list(OUTCOMES)]
        parts.append(
            pd.DataFrame({"what": what, "outcome": every.columns, "unit": list(OUTCOMES.values()),
                          "scenario": own[list(OUTCOMES)].iloc[0].to_numpy(), "least": every.min().to_numpy(),
                          "greatest": every.max().to_numpy()})
        )  # fmt: skip
    return pd.concat(parts, ignore_index=True)
