"""Published estimates repeated on simulated panels, one file a paper.

A replication names the worlds it needs, makes a panel of their results, and estimates it with the paper's
specification as far as that is known. ``estimate`` takes any panel of that form, so that a planted effect
can show
whether the estimator finds it. Beside the regression stands the *twin* effect where there is one: the same
persons and draws with and without the policy, which no paper can observe.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from types import ModuleType

import numpy as np
import pandas as pd

from abm.errors import UserError, unknown
from abm.results import Results
from abm.scenario import Scenario
from calibration.replications.panels import Finding
from calibration.targets import Effect, effects

NAMES = (
    "national_pooling_2022",
    "provincial_pooling",
    "adjustment_fund",
    "performance_transfers",
    "statutory_rate",
    "base_floor",
    "leakage",
    "neighbour_reaction",
)


def module(name: str) -> ModuleType:
    """The module of a replication: ``SPECIFICATION``, ``WHY``, ``worlds``, ``panel``, ``estimate``."""
    if name not in NAMES:
        raise unknown("replication", name, NAMES)
    return import_module(f"{__name__}.{name}")


def estimate(
    name: str,
    scenario: str,
    scale: int,
    seed: int,
    jobs: int = 1,
    changes: Mapping[str, float] | None = None,
) -> dict[str, Finding]:
    """Run the worlds of one replication under a seed and estimate; findings by coefficient.

    ``changes`` are parameters set in every world unless the world sets them itself.
    """
    from joblib import Parallel, delayed

    paper = module(name)
    worlds = {
        world: Scenario.named(
            stack, scale=scale, seed=seed, **{**options, "set": {**(changes or {}), **options.get("set", {})}}
        )
        for world, (stack, options) in paper.worlds(scenario).items()
    }
    runs = Parallel(n_jobs=min(jobs, len(worlds)))(delayed(_run)(world) for world in worlds.values())
    return dict(paper.estimate(paper.panel(dict(zip(worlds, runs, strict=True)))))


def _run(world: Scenario) -> Results:
    from abm.model import PensionModel

    return PensionModel(world, threads=1).run()


def table(
    scenario: str, scale: int, seeds: int, jobs: int = 1, say: Callable[[str], None] = lambda _: None
) -> pd.DataFrame:
    """Every published effect: paper, published, simulated (mean over seeds, standard error), twin effect,
    verdict.

    A replication that cannot be run says so in its row instead of leaving it out.
    """
    found: dict[str, list[dict[str, Finding]]] = {}
    failed: dict[str, str] = {}
    for name in NAMES:
        try:
            found[name] = [estimate(name, scenario, scale, seed, jobs) for seed in range(1, seeds + 1)]
        except UserError as error:
            failed[name] = str(error)
        say(f"replication {name}: {'failed: ' + failed[name] if name in failed else 'done'}")
    rows = [_row(effect, found.get(effect.replication, []), failed) for effect in effects()]
    return pd.DataFrame(rows)


def _row(effect: Effect, found: list[dict[str, Finding]], failed: Mapping[str, str]) -> dict[str, object]:
    for run in found:
        if effect.coefficient not in run:
            raise unknown("coefficient", effect.coefficient, run, f"target '{effect.name}' ({effect.file})")
    findings = [run[effect.coefficient] for run in found]
    value = float(np.mean([f.value for f in findings])) if findings else float("nan")
    within = float(np.mean([f.error**2 for f in findings])) if findings else float("nan")
    between = float(np.var([f.value for f in findings], ddof=1)) if len(findings) > 1 else 0.0
    error = float(np.sqrt(within + between))
    paper = module(effect.replication)
    return {
        "effect": effect.definition,
        "source": effect.source.split(";")[0],
        "label": effect.label,
        "published": _published(effect),
        "unit": effect.unit,
        "simulated": value,
        "error": error,
        "twin": float(np.mean([f.twin for f in findings])) if findings else float("nan"),
        "verdict": verdict(effect, value, error),
        "why": failed.get(effect.replication, paper.WHY),
        "specification": paper.SPECIFICATION,
    }


def _published(effect: Effect) -> str:
    if effect.value is None:
        return "+" if effect.sign > 0 else "−"
    band = f" ({effect.low:g} to {effect.high:g})" if effect.low is not None else f" ± {effect.error:g}"
    return f"{effect.value:g}{band}"


def verdict(effect: Effect, value: float, error: float) -> str:
    """Agreement in words: size, sign, sign not significant, zero, or the wrong sign."""
    if not np.isfinite(value):
        return "not run"
    if value == 0 or np.sign(value) != effect.sign:
        return "zero" if abs(value) <= 2 * error or value == 0 else "FAIL: other sign"
    if abs(value) <= 2 * error:
        return "sign, not significant"
    if effect.value is None:
        return "sign agrees"
    low = effect.low if effect.low is not None else effect.value - 2 * (effect.error or 0)
    high = effect.high if effect.high is not None else effect.value + 2 * (effect.error or 0)
    return "size agrees" if low - 2 * error <= value <= high + 2 * error else "sign agrees, size does not"
