"""Who pays whom: money between provinces in one year, the largest payers by the largest receivers.

A yuan out of a common fund has no single payer: it counts as paid by all who put in more than they got, in
proportion. What one fund pays another directly is taken as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from abm.errors import UserError
from abm.space import NATION, PROVINCE_NAMES
from experiments.figures.labels import long_names, word
from experiments.figures.style import DOUBLE, new, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from abm.results import Results

_NAMED = 12
REST = "rest"


def _moved(results: Results) -> pd.Series:
    moved = results.provinces.groupby("year")[["transfers_in", "transfers_out"]].sum().sum(axis=1)
    return moved[moved > 0]


def has_any(results: Results) -> bool:
    """Whether money crosses provincial borders in a run."""
    return len(_moved(results)) > 0


def year_of(results: Results) -> int:
    """The latest year in which money crosses provincial borders; UserError if there is none."""
    if not has_any(results):
        raise UserError("figure flows: no money crosses a provincial border in this run")
    return int(_moved(results).index.max())


def numbers(results: Results) -> pd.DataFrame:
    """Payers (rows) by receivers (columns), provinces and the centre, yuan; the largest sums first."""
    rows = results.ledger[results.ledger["year"] == year_of(results)]
    rows = rows[rows["payer"].str.startswith("fund:") & rows["payee"].str.startswith("fund:")]
    payer, payee = (rows[c].str.removeprefix("fund:").str.split("/").str[0] for c in ("payer", "payee"))
    names = [*PROVINCE_NAMES, NATION]
    paid = rows.groupby([payer, payee])["amount"].sum().unstack()
    paid = pd.DataFrame(paid).reindex(index=names, columns=names).fillna(0.0)
    direct = paid.drop(index=NATION, columns=NATION)
    direct = direct.where(~np.eye(len(direct), dtype=bool), 0.0)
    net = paid[NATION] - paid.loc[NATION]
    net[NATION] = -net.drop(NATION).sum()  # the centre keeps or adds what is left
    gives, gets = net.clip(lower=0.0), (-net).clip(lower=0.0)
    whole = max(gives.to_numpy(np.float64).sum(), 1.0)
    table = pd.DataFrame(np.outer(gives, gets) / whole, names, names)
    table.loc[list(PROVINCE_NAMES), list(PROVINCE_NAMES)] += direct
    order = table.sum(axis=1).sort_values(ascending=False, kind="stable").index
    columns = table.sum(axis=0).sort_values(ascending=False, kind="stable").index
    return table.loc[order, columns]


def shown(table: pd.DataFrame) -> pd.DataFrame:
    """The largest payers and receivers by name, all others together, and no empty row or column."""
    for _ in range(2):  # rows, then columns
        named, rest = table.iloc[:_NAMED], table.iloc[_NAMED:].sum()
        table = pd.concat([named, rest.to_frame(REST).T]).T
    return table.loc[table.sum(axis=1) > 0, table.sum(axis=0) > 0]


def _amount(value: float) -> str:
    """Billions, with a decimal below ten."""
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"


@styled
def draw(results: Results, language: str = "en") -> Figure:
    """A cell: billion yuan from the row's province to the column's; darker is more; last: all others."""
    from matplotlib.colors import LogNorm

    table = shown(numbers(results)) / 1e9
    if table.empty:
        raise UserError(f"figure flows: no fund pays another one in {year_of(results)}")
    names = long_names(language) | {NATION: word("centre", language), REST: word("rest", language)}
    figure, (axes,) = new(DOUBLE, 1.3 + 0.235 * len(table))
    values = table.to_numpy()
    floor = 0.05
    axes.imshow(
        np.where(values >= floor, values, np.nan),
        cmap="Blues",
        norm=LogNorm(floor, values.max()),
        aspect="auto",
    )
    for (y, x), value in np.ndenumerate(values):
        if value >= floor:
            share = np.log(value / floor) / np.log(values.max() / floor)
            colour = "white" if share > 0.6 else "black"
            axes.text(x, y, _amount(value), ha="center", va="center", size=7, color=colour)
    sums = {"row": table.sum(axis=1), "column": table.sum(axis=0)}
    axes.set_yticks(range(len(table)), [f"{names[str(n)]}  {_amount(v)}" for n, v in sums["row"].items()])
    labels = [f"{names[str(n)]}  {_amount(v)}" for n, v in sums["column"].items()]
    axes.set_xticks(range(len(labels)), labels, rotation=40, ha="left", rotation_mode="anchor")
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_ylabel(word("payers", language))
    axes.set_xlabel(word("flows unit", language, year=year_of(results)))
    axes.xaxis.set_label_position("bottom")
    return figure
