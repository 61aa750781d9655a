"""Assessment of local governments: rewards and cuts are money and so reach own money by themselves.

Seven items are scored from 0 to 1 and weighted; those for which the model has no measure count full for all:
collection (against the budget plan), coverage (insured per employee against last year's), fiscal input (paid
against charged), benefit approval (off-list spending); policy, service and supervision are not measured. A
measure scores 1 at the target and 0 at the bottom mark. Three good years in a row keep part of the year's
surplus: a pool hands it back; a locality with a fund of its own gets back that part of what it remitted. A
place that fails loses general transfers: a share of what it collected short of plan and spent off the list.
Sources: Jilin Government 2020/2 (seven items), S1 section 2.2 (three years, cuts); all numbers assumed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from abm.regimes.accounts import Array, ratio
from abm.regimes.gap import current_balance
from abm.regimes.rule import ParameterSource
from abm.regimes.settlement import Books

ITEMS = (
    "policy", "coverage", "collection", "fiscal_input", "benefit_approval", "service", "supervision",
)  # fmt: skip
GOOD_YEARS = 3.0


EXACT = 1e-9
"""What is this little below a mark reaches it: sums of weights, and of parts of years, miss by a last bit."""


@dataclass(frozen=True)
class Assessment:
    """The module: weights, marks, growth asked of coverage, spending tolerated, reward and cut."""

    weights: Mapping[str, float]
    bottom: float  # measure that scores 0
    good: float  # least score of a good year
    fail: float  # score below which a place fails
    coverage_growth: float
    off_list_limit: float
    kept_share: float
    cut_share: float
    others_in_total: ClassVar[bool] = True

    def before_gaps(self, books: Books) -> None:
        """Nothing."""

    def after_gaps(self, books: Books, charged: Array) -> None:
        """Score the year, count good years, reward and cut."""
        score = self.score(books, charged)
        memory = books.memory
        years = np.where(score >= self.good - EXACT, memory.good_years + books.part, 0.0)
        books.memory = memory._replace(good_years=years)
        self._reward(books, years >= GOOD_YEARS - EXACT)
        accounts = books.accounts
        short = np.maximum(books.plan - accounts.contributions_enterprise, 0.0) + accounts.off_list
        cut = np.where(score < self.fail - EXACT, self.cut_share * short, 0.0)
        books.post("transfer_cut", np.minimum(cut, books.treasury_left()))

    def score(self, books: Books, charged: Array) -> Array:
        """The weighted score of each locality, (..., n), from 0 to 1."""
        a, memory = books.accounts, books.memory
        covered = ratio(a.insured_employees, a.enterprise_employees)
        paid = books.flows["local_gap_subsidy"]
        measures = {
            "collection": _against(a.contributions_enterprise, books.plan),
            "coverage": _against(covered, memory.covered * (1.0 + self.coverage_growth)),
            "fiscal_input": _against(paid, charged),
        }
        items = {
            name: np.clip((x - self.bottom) / (1.0 - self.bottom), 0.0, 1.0) for name, x in measures.items()
        }
        tolerated = self.off_list_limit * a.benefits_enterprise
        items["benefit_approval"] = 1.0 - np.minimum(ratio(a.off_list, tolerated), 1.0)
        parts = [self.weights[name] * items.get(name, np.ones(1)) for name in ITEMS]
        return sum(parts[1:], start=parts[0]) / sum(self.weights.values())

    def _reward(self, books: Books, earned: npt.NDArray[np.bool_]) -> None:
        """Hand back part of the surplus of those who have earned it."""
        tiers = books.membership
        claim = np.where(earned, self.kept_share * np.maximum(current_balance(books), 0.0), 0.0)
        if books.national:
            claims, held = claim.sum(axis=-1, keepdims=True), np.maximum(books.central, 0.0)[..., None]
            books.post("surplus_kept_nationally", claim * ratio(np.minimum(claims, held), claims))
            return
        if books.pooled.any():
            of_pool = claim * books.pooled
            claims, held = tiers.total(of_pool), np.maximum(books.provincial, 0.0)
            books.post("surplus_kept", of_pool * tiers.spread(ratio(np.minimum(claims, held), claims)))
        if not books.pooled.all() and "passed_to_province" in books.flows:
            remitted = books.flows["passed_to_province"] - books.flows["passed_to_locality"]
            books.pay_in("remittance_refunded", np.clip(remitted, 0.0, claim) * ~books.pooled)


def _against(reached: Array, target: Array) -> Array:
    """Reached over target, one where nothing was asked."""
    shape = np.broadcast_shapes(np.shape(reached), np.shape(target))
    return np.divide(reached, target, out=np.ones(shape), where=np.broadcast_to(target, shape) > 0)


def module(parameters: ParameterSource, year: int) -> Assessment:
    """The module as it stands in a year."""
    weights = {str(k): v for k, v in parameters.table("regimes.assessment_weights", year).items()}
    names = ("bottom", "good", "fail", "coverage_growth", "off_list_limit", "kept_share", "cut_share")
    return Assessment(weights, *(parameters.value(f"regimes.assessment_{name}", year) for name in names))
