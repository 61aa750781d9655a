"""Who wins, who loses: what a scenario changes in pensions less contributions, by birth cohort and hukou.

Contributions count whoever pays them, worker or employer; money is not discounted, and what happens after the
last year is left out: who pays less gains here and may lose a pension later.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from experiments.figures.labels import line_name, word
from experiments.figures.style import DOUBLE, PUBLISHED, SIMULATED, SINGLE, new, styled
from experiments.paired import effects

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from experiments.sources import Runs

_YOUNGEST_AGE, _OLDEST_AGE = 20, 85
"""Ages of a cohort's youngest in the last year between which it is shown: others are few, or pay nothing."""
_COHORT_YEARS = 5
_LOOKS = {False: (SIMULATED, "o", SIMULATED, -0.7), True: (PUBLISHED, "s", "white", 0.7)}


def numbers(runs: Runs) -> pd.DataFrame:
    """Line, migrant, birth cohort, and the paired effect (columns of ``paired.effects``) in yuan.

    Pensions less contributions a person and year, over all years that the runs share: the sum over years
    over the sum of persons. Migrants live outside the province of their household registration.
    """
    runs.pairs()
    frame = runs.own("cohorts")
    last = int(frame["year"].max())
    youngest = last - (frame["birth_cohort"] + _COHORT_YEARS - 1)
    frame = frame[(youngest >= _YOUNGEST_AGE) & (youngest <= _OLDEST_AGE)]
    by = ["line", "seed", "migrant", "birth_cohort"]
    sums = frame.groupby(by, observed=True)[["persons", "contributions", "pensions"]].sum()
    each = (sums["pensions"] - sums["contributions"]) / sums["persons"]
    receipts = pd.DataFrame(each.unstack(["migrant", "birth_cohort"]))
    parts = []
    for line in runs.pairs():
        pair = [
            pd.DataFrame(receipts.xs(name, level="line")).dropna(axis=1) for name in (runs.lines[0], line)
        ]
        seeds = pair[0].index.intersection(pair[1].index)
        cells = pair[0].columns.intersection(pair[1].columns)
        without, with_it = (side.loc[seeds, cells].to_numpy(np.float64) for side in pair)
        found = effects(without, with_it)
        keys = cells.to_frame(index=False)
        parts.append(keys.assign(line=line).join(found))
    return pd.concat(parts, ignore_index=True)


@styled
def draw(runs: Runs, language: str = "en") -> Figure:
    """Above zero: receives more or pays less than in the baseline; bars: 95 % intervals over seeds."""
    table = numbers(runs)
    lines = runs.pairs()
    columns = min(3, len(lines))
    rows = -(-len(lines) // columns)
    figure, panels = new(
        SINGLE if columns == 1 else DOUBLE, 0.6 + 2.0 * rows, rows, columns, sharex=True, sharey=True
    )
    for axes, line in zip(panels, lines, strict=False):
        axes.axhline(0, color="black", linewidth=0.5)
        for migrant, (colour, mark, fill, shift) in _LOOKS.items():
            part = table[(table["line"] == line) & (table["migrant"] == migrant)]
            middle = part["birth_cohort"] + _COHORT_YEARS / 2 + shift
            reach = (part["high"] - part["difference"]).to_numpy()
            axes.errorbar(
                middle, part["difference"], yerr=reach, fmt=mark, color=colour, mfc=fill, elinewidth=0.8,
                label=word("migrants" if migrant else "locals", language),
            )  # fmt: skip
        axes.set_title(line_name(line, language))
    for axes in panels[len(lines) :]:
        axes.set_axis_off()
    for axes in panels[: len(lines)]:
        axes.set_xlabel(word("born", language))
    for axes in panels[::columns]:
        axes.set_ylabel(word("net receipts", language))
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, frameon=False, loc="outside upper center", ncols=2)
    return figure
