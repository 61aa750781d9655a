"""Chosen rows of the person table, a block at a time: at full scale the table leaves no room for copies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from abm.model import PensionModel

ROWS = 1 << 18
"""Persons at a time for whom something is worked out in columns."""


def blocks(model: PensionModel, chosen: Callable[[slice], np.ndarray]) -> Iterator[np.ndarray]:
    """Rows of the person table for which ``chosen`` (a mask of a slice) holds, a block at a time.

    What is computed for the rows of a block is gone before the next: at full scale the table leaves no room.
    """
    for start in range(0, len(model.population.persons["id"]), ROWS):
        yield start + np.flatnonzero(chosen(slice(start, start + ROWS)))


def gathered(
    model: PensionModel,
    chosen: Callable[[slice], np.ndarray],
    columns: Callable[[np.ndarray], tuple[np.ndarray, ...]],
) -> list[np.ndarray]:
    """Arrays that ``columns`` makes of the rows ``chosen``, block after block; nothing is held twice."""
    total = sum(len(rows) for rows in blocks(model, chosen))
    whole: list[np.ndarray] = []
    at = 0
    for rows in blocks(model, chosen):
        part = columns(rows)
        whole = whole or [np.empty(total, array.dtype) for array in part]
        for array, values in zip(whole, part, strict=True):
            array[at : at + len(rows)] = values
        at += len(rows)
    return whole
