"""Tables of a paper: the same cells as Markdown and as LaTeX (booktabs)."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from experiments.comparison import HEADLINES
from experiments.figures.labels import change_unit, indicator

_ESCAPED = {"%": r"\%", "_": r"\_", "&": r"\&", "#": r"\#", "±": r"$\pm$", "−": "$-$"}


def cells(frame: pd.DataFrame) -> list[list[str]]:
    """Header and rows as text; three significant digits, a dash where there is nothing."""
    return [[str(name) for name in frame.columns], *([_cell(v) for v in row] for row in frame.to_numpy())]


def markdown(frame: pd.DataFrame) -> str:
    """A pipe table."""
    header, *rows = cells(frame)
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def latex(frame: pd.DataFrame) -> str:
    """A tabular for the package booktabs, text to the left, numbers to the right."""
    header, *rows = cells(frame)
    kinds = "".join("r" if pd.api.types.is_numeric_dtype(kind) else "l" for kind in frame.dtypes)
    lines = [" & ".join(map(_escaped, row)) + r" \\" for row in (header, *rows)]
    body = [rf"\begin{{tabular}}{{{kinds}}}", r"\toprule", lines[0], r"\midrule", *lines[1:]]
    return "\n".join([*body, r"\bottomrule", r"\end{tabular}", ""])


def effects(found: pd.DataFrame) -> pd.DataFrame:
    """Effects on the nation in the last year in units for reading, from a table of ``compare``."""
    last = found[(found["level"] == "nation") & (found["year"] == found["year"].max())]
    rows = []
    for scenario, part in last.groupby("scenario", sort=False):
        for name in HEADLINES:
            effect = part.set_index("indicator").loc[name]
            divisor, unit = change_unit(name, "en")
            numbers = [effect[c] / divisor for c in ("difference", "low", "high")]
            rows.append((scenario, indicator(name, "en"), unit, *numbers, effect["pairs"]))
    columns = ["scenario", "indicator", "unit", "effect", "low", "high", "pairs"]
    return pd.DataFrame(rows, columns=columns).astype({"pairs": int})


def in_percent(frame: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """The frame with shares in per cent, their columns' names saying so, and indicators in words."""
    shown = frame.assign(
        **{c: 100 * frame[c] for c in columns}, indicator=[indicator(n, "en") for n in frame["indicator"]]
    )
    return shown.rename(columns={c: f"{c.replace('_', ' ')} (%)" for c in columns})


def _cell(value: Any) -> str:
    if isinstance(value, float):
        if math.isnan(value):
            return "–"
        whole = abs(value) >= 1000 or value == int(value)
        return (f"{value:,.0f}" if whole else f"{value:.3g}").replace("-", "−")
    return str(value)


def _escaped(text: str) -> str:
    return "".join(_ESCAPED.get(letter, letter) for letter in text)
