"""A paper in a folder: a study file, its runs in a store, every figure and table, and what repeats them.

>>> from experiments.paper import Study, write
>>> write(Study.read("study"), "results/paper")
"""

from __future__ import annotations

from experiments.paper.folder import write
from experiments.paper.study import Study

__all__ = ["Study", "write"]
