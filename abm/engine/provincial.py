"""What a bound would bring a provincial government: all its localities moved inside it, the province settled.

The localities that a bound cuts move to it, the others stay where they are; their employers, workers and
movers answer as in any what-if, and the province looks at its own accounts.
"""

from __future__ import annotations

import numpy as np

from abm.agents.local_government import Aims, Outcome, enforcement_cost, payoff
from abm.agents.provincial_government import narrowed
from abm.engine.counterfactual import Acts, Answer, Setting, repaid, respond, settled
from abm.engine.outsiders import Entry
from abm.regimes import Schedule

Array = np.ndarray


def evaluate(
    levers: Array, low: Array, high: Array, bounds: Array, tries: Array, setting: Setting,
    stacks: list[Schedule], aims: Aims, threads: int = 1,
) -> Array:  # fmt: skip
    """Payoffs (bounds, k, P) per resident of candidate bounds ``tries`` (bounds, k, P).

    ``levers`` (n, levers) are the localities' own, within ``low`` and ``high`` of the law; ``bounds`` (P,
    bounds) are today's.
    """
    kinds, many, provinces = tries.shape
    n, province = len(levers), setting.province_of
    by_province = np.argsort(province, kind="stable")
    rows, places, actions = [], [], [levers]
    for lever in range(kinds):
        for k in range(many):
            bound = bounds.copy()
            bound[:, lever] = tries[lever, k]
            cut = np.clip(levers, *narrowed(low, high, bound[province]))
            rows.append((lever * many + k) * provinces + province[by_province])
            places.append(by_province)
            actions.append(cut[by_province])
    row, place, action = np.concatenate(rows), np.concatenate(places), np.concatenate(actions)
    answer = respond(action, np.concatenate([np.arange(n), place]), setting)
    answer, action = Answer(*(x[n:] for x in answer)), action[n:]
    m = kinds * many * provinces
    actors = np.tile(np.arange(provinces), kinds * many)
    purse = settled(answer, Acts(row, place), actors, setting, stacks, aims, threads, "province")

    def total(x: Array) -> Array:
        return np.bincount(row, x, minlength=m)

    a, size = setting.accounts, answer.size
    bill, people = (
        np.bincount(province, x, minlength=provinces)[actors] for x in (setting.wages, a.population)
    )
    outcome = Outcome(
        **purse._asdict(),
        dues=total(answer.collected),
        wages=total(setting.wages[place] * size),
        benefits=total(a.benefits_enterprise[place] + answer.extra + Entry(*answer.entry.T).drawn),
        output=total(a.gdp[place] * size),
        repaid=total(repaid(action, place, answer.collected, setting) + answer.exempted),
    )
    idle = payoff(outcome, np.zeros((m, levers.shape[1])), bill, people, aims)
    cost = total(enforcement_cost(action, setting.wages[place], aims))
    return (idle - cost / people).reshape(tries.shape)
