"""Tables of agents: workers and employers are rows of columns, asked with the verbs of Mesa's AgentSet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from abm.errors import UserError, unknown
from abm.population.persons import STATUS_NAMES

if TYPE_CHECKING:
    import pandas as pd


def _number(column: str, value: Any) -> Any:
    """The number a column holds for ``value``: a status by its name; UserError for any other text."""
    if not isinstance(value, str):
        return value
    if column != "status":
        raise UserError(f"column '{column}' holds numbers, not '{value}'")
    if value not in STATUS_NAMES:
        raise unknown("status", value, STATUS_NAMES)
    return STATUS_NAMES.index(value)


class Row:
    """A light view of one agent: its columns as attributes."""

    __slots__ = ("_columns", "index")

    def __init__(self, columns: Mapping[str, np.ndarray], index: int) -> None:
        self._columns = columns
        self.index = index

    def __getattr__(self, name: str) -> Any:
        if name not in self._columns:
            raise AttributeError(f"no column '{name}'; columns: {', '.join(self._columns)}")
        return self._columns[name][self.index].item()

    def __repr__(self) -> str:
        return (
            f"<Row {self.index}: " + ", ".join(f"{k}={v[self.index]}" for k, v in self._columns.items()) + ">"
        )


class AgentTable:
    """Rows of agents as columns: ``select``, ``groupby``, ``get``, ``agg``, iteration, ``to_pandas``.

    ``rows`` are the indices that belong to this selection. Columns are read-only views of the model's state.
    """

    def __init__(self, columns: Mapping[str, np.ndarray], rows: np.ndarray) -> None:
        self._columns = columns
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Row]:
        return (Row(self._columns, int(i)) for i in self._rows)

    def __repr__(self) -> str:
        return f"<AgentTable: {len(self)} agents, columns {', '.join(self._columns)}>"

    def get(self, name: str) -> np.ndarray:
        """The values of one column, in row order."""
        if name not in self._columns:
            raise unknown("column", name, self._columns)
        values = self._columns[name][self._rows]
        values.flags.writeable = False
        return values

    __getitem__ = get

    def select(self, condition: Callable[[AgentTable], np.ndarray] | None = None, **equal: Any) -> AgentTable:
        """Those for which ``condition(table)`` is true and whose columns equal the given values.

        A status may be given by name (``status="retired"``); other columns hold numbers.
        """
        keep = np.ones(len(self), bool)
        for name, value in equal.items():
            keep &= self.get(name) == _number(name, value)
        if condition is not None:
            keep &= np.asarray(condition(self), bool)
        return AgentTable(self._columns, self._rows[keep])

    def groupby(self, name: str) -> dict[Any, AgentTable]:
        """Selections by the value of a column, in the order of the values."""
        values = self.get(name)
        return {v.item(): AgentTable(self._columns, self._rows[values == v]) for v in np.unique(values)}

    def agg(self, name: str, function: Callable[[np.ndarray], Any]) -> Any:
        """``function`` of a column's values."""
        return function(self.get(name))

    def to_pandas(self) -> pd.DataFrame:
        """The rows as a data frame, one column each."""
        import pandas as pd

        return pd.DataFrame({name: column[self._rows] for name, column in self._columns.items()})
