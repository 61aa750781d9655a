"""The numbers in force in a year, read from the dated records by the names the specification prints."""

from __future__ import annotations

from abm.data import load as load_data
from abm.draws import key
from abm.parameters import Parameters
from abm.scenario import Scenario
from abm.space import PROVINCE_NAMES
from abm.timeline import segments
from oracle.choices import Promise


def step_table(table: dict[object, float]) -> list[float]:
    """A table "from age on" for ages 0 to 127: zero below its first age and above 100."""
    ages = sorted(int(age) for age in table)  # type: ignore[call-overload]
    values = []
    for age in range(128):
        listed = [a for a in ages if a <= age]
        values.append(table[max(listed)] if listed and age <= 100 else 0.0)
    return values


def death_rates(year: int) -> list[list[float]]:
    """UN death rates [sex][age 0..109], 0 men and 1 women, of the five-year period of a year."""
    frame = load_data("mortality")
    frame = frame[frame["variable"] == "death_rate"]
    period = max(y for y in frame["year"] if y <= year)
    rates = [[0.0] * 110, [0.0] * 110]
    for row in frame[frame["year"] == period].itertuples():
        for age in range(row.age_from, min(row.age_to, 109) + 1):
            rates[row.sex == "female"][age] = row.value
    return rates


class Rules:
    """Scalars of one year. ``p`` are the records; an attribute is named as the record."""

    def __init__(  # noqa: PLR0915 - a list of names
        self, p: Parameters, scenario: Scenario, year: int, transitions: bool
    ) -> None:
        def value(path: str) -> float:
            return p.value(path, year)

        self.year, self.transitions = year, transitions
        december = segments(scenario.timeline, year)[-1].stack
        self.one_fund = december.upper in {"national_unified", "national_basic_pension"}
        self.lower = [december.lower_of(name) for name in PROVINCE_NAMES]
        self.worker_rate = value("contributions.worker_rate")
        self.employer_rate = value("contributions.employer_rate")
        self.employer_rate_by_province = p.by_province("contributions.employer_rate", year).tolist()
        self.national_floor = value("contributions.base_floor")
        self.ceiling = value("contributions.base_ceiling")
        self.account_share = value("contributions.account_share")
        self.waived = value("contributions.waiver_2020")
        self.fine_multiple = value("employer.fine_multiple")
        self.interest = value("benefits.account_interest")
        self.forged_share = value("benefits.forged_share")
        self.forged_months = round(value("benefits.forged_months"))
        self.duplicates_kept = value("portability.duplicates_kept")
        self.duplicates_cleared = value("portability.duplicates_cleared")
        self.base_rate = value("benefits.base_rate")
        self.divisors = sorted((int(a), m) for a, m in p.table("benefits.account_divisors", year).items())
        self.public_replacement = value("benefits.public_replacement")
        self.public_progression = value("benefits.public_progression")
        self.public_premium = value("labour.public_wage_premium")
        self.rise_rate = value("adjustment.rate")
        self.public_supplement = value("adjustment.local_supplement")
        self.flat, self.tilt = value("adjustment.flat_share"), value("adjustment.tilt_share")
        self.tilt_age = value("adjustment.tilt_age")
        self.reform = round(value("retirement.reform_start"))
        self.law = {
            who: tuple(round(value(f"retirement.{part}_{who}")) for part in ("age", "target", "pace"))
            for who in ("men", "women_cadre", "women_worker")
        }
        self.flexible_early = value("retirement.flexible_early")
        self.approvals_checked = value("modules.platform_approvals")
        self.special_advance = value("retirement.special_trades_advance")
        self.minimum = round(12.0 * value("retirement.minimum_years"))
        self.transfer_rate = value("portability.transfer_rate")
        self.transfer_delay = value("portability.transfer_delay")
        self.transfer_asked = value("portability.transfer_asked")
        self.months_lost = value("portability.months_lost")
        self.keep_age = (value("portability.keep_age_men"), value("portability.keep_age_women"))
        self.payer_years = value("portability.payer_years")
        self.discounts = (value("worker.discount_low"), value("worker.discount_high"))
        self.awareness = (value("worker.awareness_low"), value("worker.awareness_high"))
        self.inclination = value("worker.inclination")
        self.buy_in = list(p.by_province("worker.buy_in_window", year))
        self.buy_in_price = value("worker.buy_in_price")
        self.participation_scale = value("worker.participation_scale")
        self.habit = value("worker.habit")
        self.open_to_migrants = value("worker.open_to_migrants")
        self.wage_weight = value("worker.wage_weight")
        self.distance_to_wage = value("worker.distance_to_wage")
        self.network_weight = value("worker.network_weight")
        self.hukou_weight = value("worker.hukou_weight")
        self.pension_weight = value("worker.pension_weight")
        self.prefecture_cost = value("worker.prefecture_moving_cost")
        weighs = step_table(p.table("worker.considers_moving", year))
        self.considers_moving = [chance * value("worker.mobility") for chance in weighs]
        self.early_indifferent = value("worker.early_indifferent")
        self.early_scale = value("worker.early_scale")
        self.below_minimum_scale = value("worker.below_minimum_scale")
        self.cadre_share = value("worker.cadre_share")
        self.promise = Promise(
            minimum=self.minimum,
            wage_growth=value("worker.expected_wage_growth"),
            pension_growth=value("worker.expected_pension_growth"),
            interest=self.interest,
            account_share=self.account_share,
            years_drawn=value("worker.pension_years"),
            resident=12.0
            * (value("benefits.resident_basic_pension") + value("benefits.resident_supplement")),
            flexible_rate=value("contributions.flexible_rate"),
            ceiling=self.ceiling,
            burden=value("worker.burden_aversion"),
        )
        self.spread = value("population.within_province_dispersion")
        self.persistence = value("labour.skill_persistence")
        self.mortality = death_rates(year)
        self.mortality_of_insured = value("population.mortality_of_insured")
        self.full_entry = value("population.public_full_entry")
        self.worker_weight = step_table(p.table("population.worker_weight", year))
        self.hiring_factor = step_table(p.table("labour.hiring_factor", year))
        self.experience_factor = value("labour.experience_factor")
        self.leaving_age = (value("labour.leaving_work_age_men"), value("labour.leaving_work_age_women"))
        self.flexible_income_ratio = value("labour.flexible_income_ratio")
        self.coverage_review = value("employer.coverage_review")
        self.turnover_vacancies = value("labour.turnover_vacancies")
        self.benefit_full_calibre = value("benefits.base_full_calibre")
        self.full_calibre = value("contributions.base_full_calibre")
        self.private_wage_ratio = value("regimes.private_wage_ratio")
        self.wage_shift = value("employer.wage_shift")
        self.capital_share = value("employer.capital_share")
        self.audit_base = value("employer.audit_base")
        self.registration_base = value("employer.registration_base")
        self.cost_dispersion = value("employer.cost_dispersion")
        self.ownership_cost = (
            1.0,
            value("employer.state_cost"),
            value("employer.foreign_cost"),
            value("employer.company_cost"),
        )
        self.ownership_coverage_cost = (
            1.0,
            value("employer.state_coverage_cost"),
            value("employer.foreign_coverage_cost"),
            value("employer.company_coverage_cost"),
        )
        self.peer_weight, self.size_weight = value("employer.peer_weight"), value("employer.size_weight")
        self.full_below = value("employer.full_below")
        self.reconsiders = value("employer.reconsiders")
        self.location_sensitivity = value("employer.location_sensitivity")
        self.relocation_cost = value("employer.relocation_cost")
        self.exemption_years = round(value("government.exemption_years"))
        self.employers_discount = value("employer.discount")
        self.home_bias = value("employer.home_bias")

    def worth_of(self, years: int) -> float:
        """What a yuan in each of some years is worth to an employer, over one a year for good."""
        return 1.0 - self.employers_discount**years


class Keys:
    """Keys of the streams of a run and year; ``fixed`` are those of traits that never change."""

    FIXED = (
        "birth month",
        "patience",
        "awareness",
        "cadre",
        "covered",
        "participation",
        "public entry",
        "merged scheme",
    )

    def __init__(self, seed: int, year: int) -> None:
        self._seed, self._year, self._known = seed, year, {}

    def __getitem__(self, stream: str) -> object:
        if stream not in self._known:
            self._known[stream] = key(self._seed, stream, 0 if stream in self.FIXED else self._year)
        return self._known[stream]

    def at(self, stream: str, year: int) -> object:
        """The key of a stream in another year than the run's."""
        return key(self._seed, stream, year)
