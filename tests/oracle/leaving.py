"""How often people expect to move out of a pool (specification, section 6.5)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oracle.model import Oracle
    from oracle.worker import Worker

PROVINCES = range(31)


class Leaving:
    """The chances of a year, by province of hukou and place, worked out when somebody asks."""

    def __init__(self, model: Oracle) -> None:
        self._model = model
        self._known: dict[tuple[int, int], tuple[float, float]] = {}
        self._compatriots = [list(row) for row in model.compatriots]

    def pool(self, c: int) -> tuple[str, int]:
        """The pool a locality belongs to."""
        model = self._model
        p = model.province_of[c]
        if model.rules.one_fund:
            return "nation", 0
        alone = model.first[p + 1] - model.first[p] == 1
        return ("province", p) if model.rules.lower[p] == "provincial_unified" and not alone else ("own", c)

    def chances(self, hukou: int, c: int) -> tuple[float, float]:
        """Of a move that is weighed: to be into another pool, and so that the relation always goes along."""
        if (hukou, c) not in self._known:
            self._known[hukou, c] = self._chances(hukou, c)
        return self._known[hukou, c]

    def _chances(self, hukou: int, c: int) -> tuple[float, float]:
        model = self._model
        here, own = model.province_of[c], self.pool(c)
        shares = self.shares(hukou, here)
        away, home, within = 0.0, 0.0, 0.0
        for k in PROVINCES:
            places = range(model.first[k], model.first[k + 1])
            if k == here:
                cost = math.exp(-model.rules.prefecture_cost)
                drawn = [model.population_share[d] * (1.0 if d == c else cost) for d in places]
                out = sum(x for d, x in zip(places, drawn, strict=True) if self.pool(d) != own)
                within = shares[k] * out / sum(drawn)
            else:
                out = sum(model.population_share[d] for d in places if self.pool(d) != own)
                away += shares[k] * out
                home += shares[k] * out if k == hukou else 0.0
        return away + within, home + within

    def shares(self, hukou: int, here: int) -> list[float]:
        """The logit shares of the provinces among who weighs a move."""
        weights = [math.exp(self._utility(hukou, here, k)) for k in PROVINCES]
        total = sum(weights)
        return [weight / total for weight in weights]

    def _utility(self, h: int, o: int, k: int) -> float:
        """Section 6.1 without the pension and the shock."""
        model, rules = self._model, self._model.rules
        beta, distance = rules.wage_weight, model.distance
        u = beta * math.log(model.wage_of_province(k) * (1.0 - rules.worker_rate)) + model.attraction[k]
        u -= beta * rules.distance_to_wage * (math.log(distance[o][k]) - math.log(distance[o][o]))
        u -= model.moving_cost if k != o else 0.0
        if k == h:
            return u + rules.hukou_weight
        return u + rules.network_weight * math.log(1.0 + self._compatriots[h][k] / 1000.0)

    def expected(self, person: Worker) -> float:
        """Moves of the relation into another pool from next year to the year of the pension."""
        rules = self._model.rules
        any_pool, along = self.chances(person.hukou_province, person.locality)
        last, moves = min(person.age + math.ceil(person.years_to_go), 127), 0.0
        for age in range(person.age + 1, last + 1):
            bound = age >= rules.keep_age[person.female]
            moves += rules.considers_moving[age] * (along if bound else any_pool)
        return moves
