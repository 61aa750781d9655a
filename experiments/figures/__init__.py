"""Figures for papers, drawn from the files of a run: one file a figure, with ``draw(results, language)``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from abm.errors import unknown
from experiments.figures import effective_rate, fit, governments, history, map, transfers
from experiments.figures.style import save

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FIGURES: dict[str, Callable[..., Figure]] = {
    "history": history.draw,
    "map": map.draw,
    "effective_rate": effective_rate.draw,
    "transfers": transfers.draw,
    "governments": governments.draw,
    "fit": fit.draw,
}
"""Every figure by name, in the order in which a paper would show them."""


def draw(names: Iterable[str], folder: Path | str, language: str = "en") -> list[Path]:
    """Draw the named figures of the run in a folder into ``folder/figures``, as PDF and PNG; returns paths.

    Raises UserError for an unknown figure or language, for a folder without a run, and for a run without the
    years that a figure needs.
    """
    from abm.results import Results

    names = list(names)
    for name in names:
        if name not in FIGURES:
            raise unknown("figure", name, FIGURES)
    results = Results.read(Path(folder))
    target = Path(folder) / "figures"
    target.mkdir(exist_ok=True)
    return [path for name in names for path in save(FIGURES[name](results, language), target / name)]


def draw_all(folder: Path | str, language: str = "en") -> list[Path]:
    """Draw every figure of the run in a folder."""
    return draw(FIGURES, folder, language)
