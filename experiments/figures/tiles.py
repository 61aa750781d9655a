"""China as a grid of tiles: every province the same area, neighbours beside neighbours, north up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from abm.space import PROVINCES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.cm import ScalarMappable

LAYOUT = """
 .  .  .  .  .  . HL
 .  .  . NM BJ LN JL
XJ GS NX SX HE TJ  .
XZ QH SN HA SD  .  .
 . SC CQ HB AH JS SH
 . YN GZ HN JX ZJ  .
 .  .  . GX GD FJ  .
 .  .  . HI  .  .  .
"""


def positions() -> dict[str, tuple[int, int]]:
    """Column (west to east) and row (north to south) of every province, by English name."""
    names = {p.tile: p.name for p in PROVINCES}
    rows = [line.split() for line in LAYOUT.strip().splitlines()]
    return {names[t]: (x, y) for y, row in enumerate(rows) for x, t in enumerate(row) if t != "."}


def tile_map(
    axes: Axes, values: pd.Series, labels: dict[str, str], vmin: float, vmax: float
) -> ScalarMappable:
    """Draw values by province on the grid, hatched where there is none; returns the colour scale."""
    from matplotlib import colormaps
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize
    from matplotlib.patches import Rectangle

    scale = ScalarMappable(Normalize(vmin, vmax), colormaps["cividis"])
    places = positions()
    for name, (x, y) in places.items():
        value = float(values.get(name, np.nan))
        known = np.isfinite(value)
        colour = scale.to_rgba(np.array([value]))[0] if known else (1.0, 1.0, 1.0, 1.0)
        axes.add_patch(
            Rectangle(
                (x, y),
                0.94,
                0.94,
                facecolor=colour,
                edgecolor="0.6",
                linewidth=0,
                hatch=None if known else "////",
            )
        )
        dark = 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2] < 0.47
        axes.text(
            x + 0.47,
            y + 0.49,
            labels[name],
            ha="center",
            va="center",
            size=7,
            color="white" if dark else "black",
        )
    axes.set_xlim(0, 1 + max(x for x, _ in places.values()))
    axes.set_ylim(1 + max(y for _, y in places.values()), 0)
    axes.set_aspect("equal")
    axes.set_axis_off()
    return scale
