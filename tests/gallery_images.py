"""The expected images of the gallery: small, of planted data; run as a script, this file draws them anew."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

FOLDER = Path(__file__).parent / "images"
DPI = 50


def sources() -> dict[str, object]:
    """What each kind of figure is drawn from."""
    from planted_runs import planted_run, planted_runs

    measures = [("mu_star", 1.0), ("mu", -0.8), ("sigma", 0.3)]
    ranking = pd.DataFrame(
        [
            (
                "baseline",
                "coverage",
                2018,
                path,
                measure,
                value * size,
                0.8 * value * size,
                1.2 * value * size,
            )
            for path, size in (("worker.habit", 0.02), ("employer.audit_base", 0.05))
            for measure, value in measures
        ],
        columns=["scenario", "indicator", "year", "parameter", "measure", "value", "low", "high"],
    )
    parts = [("direct", 0.0), ("migration", 3e9), ("government effort", -5e9), ("total", -2e9)]
    shares = pd.DataFrame(
        [("reserve", 2018, name, effect, effect - 1e9, effect + 1e9, 2) for name, effect in parts],
        columns=["indicator", "year", "channel", "effect", "low", "high", "replicates"],
    )
    return {
        "run": planted_run(),
        "world": planted_run(),
        "store": planted_runs(),
        "sensitivity": ranking,
        "decomposition": shares,
        "claim": claim(),
    }


def claim() -> pd.DataFrame:
    """A table in which less risk means less effort, and rivals fall behind a planner."""
    rows = [
        ("Retained risk", name, "all", risk) for name, risk in (("municipal", 1.0), ("national, pure", 0.2))
    ]
    rows += [
        (panel, "national, pure", series, -effect)
        for panel in ("Audit effort", "Effective rate")
        for series, effect in (("deficit", 0.08), ("surplus", 0.05))
    ]
    table = pd.DataFrame(rows, columns=["panel", "row", "series", "value"])
    return table.assign(standard_error=0.005, low=table["value"] - 0.01, high=table["value"] + 0.01)


def race_claim() -> pd.DataFrame:
    """Rivals who collect less the more mobile employers are, and a planner who does not mind."""
    rows = [
        (panel, f"{flight:g}", series, 0.15 - 0.04 * flight * (series == "rivals"))
        for panel in ("Audit effort", "Effective rate")
        for flight in (0.0, 0.5, 2.0)
        for series in ("rivals", "one planner")
    ]
    table = pd.DataFrame(rows, columns=["panel", "row", "series", "value"])
    return table.assign(standard_error=0.005, low=table["value"] - 0.01, high=table["value"] + 0.01)


DRAWN = ("map", "flows", "lorenz", "moral_hazard", "race", "assessment", "reserves", "event_study",
         "neighbour_reaction", "gini", "winners", "tornado", "heat_map", "waterfall")  # fmt: skip


def draw(name: str, given: dict[str, object], folder: Path) -> Path:
    """Draw a figure small; the path."""
    from experiments.figures import FIGURES
    from experiments.figures.style import rules

    figure = FIGURES[name].draw(race_claim() if name == "race" else given[FIGURES[name].needs])
    path = folder / f"{name}.png"
    with rules("en"):
        figure.savefig(path, dpi=DPI, metadata={"Software": None})
    return path


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    given = sources()
    for name in DRAWN:
        draw(name, given, FOLDER)
