"""What a yuan collected leaves its collector, as governments found it out in the year a model stands in.

Two models that agree up to a year and live under different rules in it weigh the same candidates from the
same accounts; the difference of what they find is the rule's charge at the margin.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from abm.agents.local_government import LEVERS
from abm.engine.counterfactual import NOW
from abm.errors import UserError
from abm.space import PROVINCE_NAMES

if TYPE_CHECKING:
    from abm.model import PensionModel

Array = NDArray[np.float64]
UP = NOW + 1
"""The candidate that pulls a lever a step more."""


def kept(model: PensionModel, levers: tuple[str, ...] = ("audit", "registration")) -> pd.DataFrame:
    """A row a locality and lever: what a step more would collect and bring the government, yuan a year.

    Columns: place, province, lever, step, collected (contributions), own_money (before its treasury's
    payments, mean over the horizon), treasury, wages (the place's wage bill) and ``share``: own_money less
    treasury over collected. Places at the upper bound of a lever are left out. Raises UserError for a model
    whose governments have not chosen yet.
    """
    weighed = model.deliberation
    if weighed is None:
        raise UserError("governments have not chosen yet; step the model first")
    parts = []
    for name in levers:
        lever = LEVERS.index(name)

        def change(x: Array, lever: int = lever) -> Array:
            return x[lever, UP] - x[lever, NOW]

        outcome = weighed.outcome
        parts.append(
            pd.DataFrame(
                {
                    "place": model.places.codes,
                    "province": [PROVINCE_NAMES[p] for p in model.places.province_of],
                    "lever": name,
                    "step": change(weighed.tries),
                    "collected": change(outcome.dues),
                    "own_money": change(outcome.own_money),
                    "treasury": change(outcome.treasury),
                    "wages": outcome.wages[lever, NOW],
                }
            )
        )
    found = pd.concat(parts, ignore_index=True)
    found = found[found["step"] > 1e-9].reset_index(drop=True)
    return found.assign(share=(found["own_money"] - found["treasury"]) / found["collected"])


def charges(without: PensionModel, under: PensionModel) -> pd.DataFrame:
    """The charge of a rule on a yuan collected more: the share kept without it less that under it.

    Both models stand in the first year in which their rules differ. Columns: place, province, lever,
    collected, without, under, charge.
    """
    a, b = kept(without), kept(under)
    both = a.merge(b, on=["place", "province", "lever"], suffixes=("", "_under"))
    return pd.DataFrame(
        {
            "place": both["place"],
            "province": both["province"],
            "lever": both["lever"],
            "collected": both["collected"],
            "without": both["share"],
            "under": both["share_under"],
            "charge": both["share"] - both["share_under"],
        }
    )
