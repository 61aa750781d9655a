"""One employer as a Mesa agent (specification, section 7)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import mesa

from abm.draws import gumbel, uniform, uniform_of

if TYPE_CHECKING:
    from oracle.model import Oracle


@dataclass
class Staff:
    """What one pass counts of an employer's staff: persons and yuan."""

    staff: int = 0
    insured: int = 0
    wages: int = 0
    declared: int = 0
    due_base: int = 0


def left_out(fine: float, found: float, dues: float, worth: float, cost: float) -> float:
    """The share of the dues' base that it pays to keep back."""
    return min(max(((1.0 - found * fine) * dues - (1.0 - found) * worth) / cost, 0.0), 1.0)


class Employer(mesa.Agent):
    """An employer: its traits, its choices of the year, and what the last pass counted of its staff."""

    model: Oracle

    def __init__(self, model: Oracle, row: int, identity: int) -> None:
        super().__init__(model)
        self.row, self.id = row, identity
        self.now = Staff()
        self.last = Staff()

    def decide(self) -> None:
        """The year's choices; everything about others is last year's."""
        model, rules = self.model, self.model.rules
        if rules.transitions:
            grown, richer = model.growth_of_jobs(model.province_of[self.locality])
            self.jobs *= grown
            self.capital *= grown * richer
            key = model.keys["employer reconsiders"]
            if self.mobile and uniform(key, self.id) < rules.reconsiders:
                self.relocate()
        c = self.locality
        p, lever, market = model.province_of[c], model.levers[c], model.market
        audit, inspection = model.detection(lever.audit), model.inspection(lever.registration)
        self.exempt = lever.exemption if self.years_left() else 0.0
        dues = lever.rate * (1.0 - rules.waived) * (1.0 - self.exempt) + rules.worker_rate
        kind = rules.ownership_cost[self.ownership]
        own = model.concealment_cost[p] * math.exp(rules.cost_dispersion * self.log_cost) * kind
        mean = market.mean_bill[c]
        bulk = self.hidden * (self.last.wages / mean if mean > 0.0 else 1.0)
        cost = own * (1.0 + rules.peer_weight * market.compliant[c] + rules.size_weight * bulk)
        self.hidden = left_out(rules.fine_multiple, audit, dues, market.value[c], cost)
        self.base_found = uniform(model.keys["audit"], self.id) < audit
        cover = model.coverage_cost[p] * math.exp(rules.cost_dispersion * self.log_coverage_cost)
        cover *= rules.ownership_coverage_cost[self.ownership]
        self.coverage = 1.0 - left_out(rules.fine_multiple, inspection, dues, market.value[c], cover)
        if rules.transitions:
            self.staff_found = uniform(model.keys["inspection"], self.id) < inspection

    def relocate(self) -> None:
        """The province of the best return, own tastes included, and a locality in it."""
        model, rules = self.model, self.model.rules
        here, key = model.province_of[self.locality], model.keys["employer destination"]
        best, most = here, -math.inf
        stays = model.levers[self.locality].exemption * model.full_exemption(here)
        stays *= rules.worth_of(self.years_left())
        for k in range(31):
            gains = model.return_on_capital(k) + (stays if k == here else model.offer_of_province(k))
            value = rules.location_sensitivity * gains + gumbel(key, self.id, k)
            value -= rules.relocation_cost if k != here else 0.0
            value += rules.home_bias if k == self.home else 0.0
            if value > most:
                best, most = k, value
        if best != here:
            self.locality = model.place_by_drawing(best, uniform_of(key, self.id, 31))
            self.arrived = model.year

    def years_left(self) -> int:
        """Years, this one included, in which the employer is let off as one that moved in."""
        if not self.arrived:
            return 0
        return max(self.arrived + self.model.rules.exemption_years - self.model.year, 0)
