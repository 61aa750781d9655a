"""The scalars and keys that one year's pass over people takes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from abm import draws
from abm.agents.worker import Scheme
from abm.compile import decision
from abm.parameters import Parameters
from abm.scheme.benefits import AdjustmentLaw, account_divisors, adjustment_law
from abm.scheme.portability import PortabilityLaw, portability_law
from abm.scheme.retirement import RetirementLaw, retirement_law


class Keys(NamedTuple):
    """The year's stream keys (and those of fixed traits, which never change)."""

    birth_month: np.uint64
    patience: np.uint64
    awareness: np.uint64
    death: np.uint64
    skill: np.uint64
    considers_moving: np.uint64
    destination: np.uint64
    prefecture: np.uint64
    job: np.uint64
    employer: np.uint64
    separation: np.uint64
    covered: np.uint64
    coverage_review: np.uint64
    participation: np.uint64
    reviews_participation: np.uint64
    asks_transfer: np.uint64
    early_retirement: np.uint64
    below_minimum: np.uint64
    public_entry: np.uint64
    records: np.uint64
    buying_in: np.uint64
    merged_scheme: np.uint64


NEVER = 9999

TRAITS = (
    "birth_month", "patience", "awareness", "covered", "participation", "public_entry", "merged_scheme",
)  # fmt: skip


def keys(seed: int, year: int) -> Keys:
    """The keys of a year under a seed."""
    return Keys(
        **{
            name: draws.key(seed, name.replace("_", " "), 0 if name in TRAITS else year)
            for name in Keys._fields
        }
    )


class Rules(NamedTuple):
    """National rules and behavioural parameters of a year, scalars only."""

    year: int
    transitions: bool  # False in the base year: flows are computed, nobody moves, joins or retires
    retirement: RetirementLaw
    adjustment: AdjustmentLaw
    portability: PortabilityLaw
    scheme: Scheme
    national_floor: float
    worker_rate: float
    flexible_rate: float
    account_share: float
    account_interest: float
    base_rate: float
    transitional_rate: float
    forged_share: float  # of new pensions
    forged_months: int
    public_employer_rate: float
    public_wage_premium: float
    public_replacement: float
    public_progression: float
    public_supplement: float  # what places add to the rise of public pensions
    waived: float
    fine_multiple: float
    insured_mortality: float
    skill_spread: float
    skill_persistence: float
    discount_low: float
    discount_high: float
    awareness_low: float
    awareness_high: float
    participation_scale: float
    burden_aversion: float
    buy_in_price: float
    habit: float
    transfer_asked: float
    transfer_delay: float  # months until a relation has moved to another pool
    months_lost: float  # part of those who do not ask whose months stay behind for good
    open_to_migrants: float
    coverage_review: float
    pension_weight: float
    prefecture_cost: float
    early_indifferent: float
    early_scale: float
    below_minimum_scale: float
    experience_factor: float
    leaving_work_age_men: float
    leaving_work_age_women: float


@decision
def lost_on_a_move(rules: Rules) -> float:
    """Share of all rights that a move into another pool loses on average."""
    return (1.0 - rules.transfer_asked) * rules.months_lost


def rules(parameters: Parameters, year: int, transitions: bool) -> tuple[Rules, tuple[float, ...]]:
    """The rules of a year and the divisors by age 40..70."""

    def value(path: str) -> float:
        return parameters.value(path, year)

    retirement = retirement_law(parameters, year)
    if year < retirement.reform_start:  # nobody plans on the reform before it is in force
        retirement = retirement._replace(reform_start=NEVER)
    scheme = Scheme(
        minimum_months=float(retirement.minimum_months),
        wage_growth=value("worker.expected_wage_growth"),
        pension_growth=value("worker.expected_pension_growth"),
        account_rate=value("benefits.account_interest"),
        account_share=value("contributions.account_share"),
        pension_years=value("worker.pension_years"),
        resident_pension=12.0
        * (value("benefits.resident_basic_pension") + value("benefits.resident_supplement")),
    )
    return Rules(
        year=year,
        transitions=transitions,
        retirement=retirement,
        adjustment=adjustment_law(parameters, year),
        portability=portability_law(parameters, year),
        scheme=scheme,
        national_floor=value("contributions.base_floor"),
        worker_rate=value("contributions.worker_rate"),
        flexible_rate=value("contributions.flexible_rate"),
        account_share=scheme.account_share,
        account_interest=scheme.account_rate,
        base_rate=value("benefits.base_rate"),
        transitional_rate=value("benefits.transitional_rate"),
        forged_share=value("benefits.forged_share"),
        forged_months=round(value("benefits.forged_months")),
        public_employer_rate=value("contributions.employer_rate"),
        public_wage_premium=value("labour.public_wage_premium"),
        public_replacement=value("benefits.public_replacement"),
        public_progression=value("benefits.public_progression"),
        public_supplement=value("adjustment.local_supplement"),
        waived=value("contributions.waiver_2020"),
        fine_multiple=value("employer.fine_multiple"),
        insured_mortality=value("population.mortality_of_insured"),
        skill_spread=value("population.within_province_dispersion"),
        skill_persistence=value("labour.skill_persistence"),
        discount_low=value("worker.discount_low"),
        discount_high=value("worker.discount_high"),
        awareness_low=value("worker.awareness_low"),
        awareness_high=value("worker.awareness_high"),
        participation_scale=value("worker.participation_scale"),
        burden_aversion=value("worker.burden_aversion"),
        buy_in_price=value("worker.buy_in_price"),
        habit=value("worker.habit"),
        transfer_asked=value("portability.transfer_asked"),
        transfer_delay=value("portability.transfer_delay"),
        months_lost=value("portability.months_lost"),
        open_to_migrants=value("worker.open_to_migrants"),
        coverage_review=value("employer.coverage_review"),
        pension_weight=value("worker.pension_weight"),
        prefecture_cost=value("worker.prefecture_moving_cost"),
        early_indifferent=value("worker.early_indifferent"),
        early_scale=value("worker.early_scale"),
        below_minimum_scale=value("worker.below_minimum_scale"),
        experience_factor=value("labour.experience_factor"),
        leaving_work_age_men=value("labour.leaving_work_age_men"),
        leaving_work_age_women=value("labour.leaving_work_age_women"),
    ), account_divisors(parameters, year)
