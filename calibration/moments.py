"""Moments as vectors: published values, errors and what a run has in their place, in one fixed order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from calibration.measures import Tables, measure
from calibration.targets import Moment, Split, published, split_of

Array = NDArray[np.floating]


@dataclass(frozen=True)
class Table:
    """Targets laid out as a vector.

    ``index`` has the levels target, province, year; ``value`` and ``error`` are on the scale of comparison
    (log or level), shape (m,); ``split`` says which cells may be fitted.
    """

    index: pd.MultiIndex
    value: Array
    error: Array
    split: NDArray[np.str_]
    targets: tuple[Moment, ...]

    def select(self, split: Split) -> Table:
        """The cells of one split."""
        chosen = self.split == split
        return Table(
            self.index[chosen], self.value[chosen], self.error[chosen], self.split[chosen], self.targets
        )

    def of(self, tables: Tables) -> Array:
        """What the tables of a run (or of publications) have in these cells; NaN where they have nothing."""
        parts = []
        for target in self.targets:
            cells = self.index[self.index.get_level_values("target") == target.name].droplevel("target")
            parts.append(scaled(target, measure(target.variable, tables).reindex(cells)))
        return np.concatenate(parts) if parts else np.empty(0)


def layout(targets: Sequence[Moment]) -> Table:
    """All cells with a published value, target by target."""
    indices, values, errors, splits = [], [], [], []
    for target in targets:
        known = published(target)
        indices.append(pd.MultiIndex.from_tuples(
            [(target.name, *cell) for cell in known.index], names=["target", "province", "year"]
        ))  # fmt: skip
        values.append(scaled(target, known))
        errors.append(np.full(len(known), target.error, dtype=np.float64))
        splits += [split_of(target, year) for _, year in known.index]
    index = indices[0].append(indices[1:]) if indices else pd.MultiIndex.from_tuples([])
    return Table(
        index, np.concatenate(values), np.concatenate(errors), np.array(splits, dtype=str), tuple(targets)
    )


def scaled(target: Moment, values: pd.Series) -> Array:
    """Values on the target's scale of comparison; the log of what is not positive is NaN."""
    numbers = values.to_numpy(dtype=np.float64)
    if target.compare == "level":
        return numbers
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(numbers > 0, np.log(np.where(numbers > 0, numbers, 1.0)), np.nan)
