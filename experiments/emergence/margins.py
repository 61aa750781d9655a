"""What a yuan collected leaves its collector, as governments found it out in the year a model stands in.

Two models that agree up to a year and live under different rules in it weigh the same candidates from the
same accounts; the difference of what they find is the rule's charge at the margin.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from abm.errors import UserError
from abm.space import PROVINCE_NAMES

if TYPE_CHECKING:
    from abm.model import PensionModel

Array = NDArray[np.float64]


def kept(model: PensionModel, levers: tuple[str, ...] = ("audit", "registration")) -> pd.DataFrame:
    """A row a locality and lever: what a step more would collect and bring the government, yuan a year.

    Columns: place, province, lever, step, collected (contributions), own_money (before its treasury's
    payments, mean over the horizon), treasury, wages (the place's wage bill), ``share`` = (own_money −
    treasury)/collected, ``value``: what a yuan so kept is worth to the government, the reserve at the end and
    the shadow cost of its treasury counted, and ``worth`` = share × value. A share is missing where nothing
    is collected, a value where nothing is kept. Places at the upper bound of a lever are left out.
    Raises UserError for a model whose governments have not chosen yet.
    """
    from abm.agents.local_government import LEVERS  # here: figures that ask no model load no compiled code
    from abm.engine.counterfactual import NOW

    up = NOW + 1  # the candidate that pulls the lever a step more
    weighed = model.deliberation
    if weighed is None:
        raise UserError("governments have not chosen yet; step the model first")
    shadow = model.parameters.value("government.shadow_cost", model.year)
    parts = []
    for name in levers:
        lever = LEVERS.index(name)

        def change(x: Array, lever: int = lever) -> Array:
            return x[lever, up] - x[lever, NOW]

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
                    "worth": change(outcome.worth + outcome.reserve_worth)
                    - (1.0 + shadow) * change(outcome.treasury),
                    "wages": outcome.wages[lever, NOW],
                }
            )
        )
    found = pd.concat(parts, ignore_index=True)
    found = found[found["step"] > 1e-9].reset_index(drop=True)
    left, per_yuan = (
        found["own_money"] - found["treasury"],
        found["collected"].where(found["collected"] > 1e-9 * found["wages"]),
    )
    share = left / per_yuan
    return found.assign(
        share=share, value=found["worth"] / left.where(share.abs() > 1e-6), worth=found["worth"] / per_yuan
    )


def charges(without: PensionModel, under: PensionModel) -> pd.DataFrame:
    """The charge of a rule on a yuan collected more: the share kept without it less that under it.

    Both models stand in the first year in which their rules differ. Columns: place, province, lever,
    collected, share, value and worth without and under the rule (``_without``, ``_under``), charge. The
    worth of a yuan collected changes by *substitution*, value_without × −charge, and by *relief*, the rest,
    which is share_under × (value_under − value_without).
    """
    both = kept(without).merge(
        kept(under), on=["place", "province", "lever"], suffixes=("_without", "_under")
    )
    names = [f"{x}_{run}" for x in ("share", "value", "worth") for run in ("without", "under")]
    charge = both["share_without"] - both["share_under"]
    substitution = -both["value_without"] * charge
    return both[["place", "province", "lever", *names]].assign(
        collected=both["collected_without"],
        charge=charge,
        substitution=substitution,
        relief=both["worth_under"] - both["worth_without"] - substitution,
    )
