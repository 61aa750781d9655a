"""Who pays whom: money that crosses provincial borders, by province, in the latest year that has any."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from abm.space import NATION, PROVINCE_NAMES
from experiments.figures.labels import long_names, word
from experiments.figures.style import PALE, PUBLISHED, SIMULATED, SINGLE, new, styled
from experiments.published import implied_transfers, net_transfers

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from abm.results import Results

_IMPLIED_YEAR = 2018
_SHOWN = 0.001  # the centre gets a bar if it gains or loses more than this share of all net transfers


def numbers(results: Results) -> pd.DataFrame:
    """Paid, received and net (yuan) by province and, for 2018, the net that published balances imply.

    Provinces stand in the order of their net, the centre's fund last if it gains or loses; no rows when no
    money crosses a border in any year.
    """
    moved = results.provinces.groupby("year")[["transfers_in", "transfers_out"]].sum().sum(axis=1)
    years = moved.index[moved > 0]
    if years.empty:
        return pd.DataFrame(columns=["year", "paid", "received", "net", "implied"])
    year = int(years.max())
    rows = results.provinces[results.provinces["year"] == year].set_index("province")
    table = pd.DataFrame({"paid": rows["transfers_out"], "received": rows["transfers_in"]}).loc[
        list(PROVINCE_NAMES)
    ]
    table["net"] = net_transfers(results, year)
    table["implied"] = implied_transfers() if year == _IMPLIED_YEAR else np.nan
    table = table.sort_values("net", kind="stable")
    centre = _centre(results.ledger, year)
    if abs(centre) >= _SHOWN * table["net"].abs().sum():
        table.loc[NATION] = {"paid": np.nan, "received": np.nan, "net": centre, "implied": np.nan}
    return table.assign(year=year).rename_axis("province")


def _centre(ledger: pd.DataFrame, year: int) -> float:
    """What the centre's fund gains from provincial and local funds (yuan); the gross sums pass through it."""
    rows = ledger[ledger["year"] == year]
    centre = f"fund:{NATION}"
    received = rows[(rows["payee"] == centre) & rows["payer"].str.startswith("fund:")]
    paid = rows[(rows["payer"] == centre) & rows["payee"].str.startswith("fund:")]
    return float(received["amount"].sum() - paid["amount"].sum())


@styled
def draw(results: Results, language: str = "en") -> Figure:
    """Pale bars: paid (left), received (right); dark bars: the net; circles: what balances imply."""
    table = numbers(results)
    if table.empty:
        figure, (axes,) = new(SINGLE, 1.2)
        first, last = results.provinces["year"].min(), results.provinces["year"].max()
        axes.text(0.5, 0.5, word("no transfers", language, first=first, last=last), ha="center", va="center")
        axes.set_axis_off()
        return figure
    figure, (axes,) = new(SINGLE, 5.6)
    places = np.arange(len(table))[::-1]
    gross = axes.barh(places, -table["paid"] / 1e9, height=0.86, color=PALE, label=word("gross", language))
    axes.barh(places, table["received"] / 1e9, height=0.86, color=PALE)
    net = axes.barh(places, table["net"] / 1e9, height=0.5, color=SIMULATED, label=word("net", language))
    marks: list[Any] = [gross, net]
    if table["implied"].notna().any():
        label = word("implied", language)
        marks += axes.plot(
            table["implied"] / 1e9, places, "o", color=PUBLISHED, mfc="white", mew=0.9, label=label
        )
    axes.axvline(0, color="black", linewidth=0.6)
    figure.legend(
        handles=marks,
        loc="outside upper center",
        ncols=3,
        frameon=False,
        handlelength=1,
        columnspacing=1,
        borderpad=0,
    )
    names = long_names(language) | {NATION: word("centre", language)}
    axes.set_yticks(places, [names[str(province)] for province in table.index])
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_ylim(-0.7, len(table) - 0.3)
    axes.set_xlabel(word("net transfers", language, year=table["year"].iloc[0]))
    return figure
