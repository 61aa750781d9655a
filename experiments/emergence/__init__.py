"""Measures of emergence: what agents make of a money rule, read off stored runs.

Every measure takes tidy tables (a row a run, year and place, as ``experiments.sweep`` gives them) and returns
one, with a standard error over pairs of runs with common draws. ``kept`` alone asks a model, for what a yuan
collected would leave its collector is in no result table.

| measure | function |
|---|---|
| moral hazard: effort and effective rate against the same people under municipal pools | ``moral_hazard`` |
| race to the bottom: the same against one planner for all governments | ``race`` |
| reaction to neighbours, as the literature estimates it | ``reaction_slope`` |
| substitution, relief and expectation under a transfer rule | ``transfer_effects`` |
| managerial share of gaps, risk borne by treasuries and by the centre | ``risk`` |
| part of its own balance that a province bears | ``retained`` |
| effort against fiscal capacity | ``effort_by_capacity`` |
| what a yuan collected leaves its collector | ``kept`` |
"""

from __future__ import annotations

from experiments.emergence.hazard import groups_of, moral_hazard, race
from experiments.emergence.margins import charges, kept
from experiments.emergence.reaction import reaction_slope
from experiments.emergence.risk import effort_by_capacity, retained, risk
from experiments.emergence.transfer import transfer_effects, transfer_runs

__all__ = [
    "charges", "effort_by_capacity", "groups_of", "kept", "moral_hazard", "race", "reaction_slope",
    "retained", "risk", "transfer_effects", "transfer_runs",
]  # fmt: skip
