"""Rules of the centre and modules with money on small economies worked out by hand; faults on purpose."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from small_economies import accounts, reserves, stack

from abm import regimes
from abm.parameters import Parameters
from abm.regimes.accounts import Array, Funds, Membership
from abm.regimes.assessment import ITEMS, Assessment
from abm.regimes.by_province import ByProvince
from abm.regimes.central_adjustment import CentralAdjustment, Dynamic
from abm.regimes.central_differential import CentralDifferential
from abm.regimes.early_warning import EarlyWarning
from abm.regimes.memory import Memory
from abm.regimes.municipal import Municipal
from abm.regimes.national_basic_pension import NationalBasicPension
from abm.regimes.national_unified import NationalUnified, pure
from abm.regimes.no_upper_tier import NoUpperTier
from abm.regimes.provincial_adjustment import ProvincialAdjustment
from abm.regimes.provincial_unified import ProvincialUnified
from abm.regimes.settlement import Books, ConservationError, contributions
from abm.regimes.stack import Stack

NO_MODULE = Municipal(), NoUpperTier()


def funds(local: list[float], provincial: list[float], central: float = 0.0) -> Funds:
    return Funds(np.array(local), np.array(provincial), np.array(central), np.zeros(len(local)))


# --- central adjustment that follows the need --------------------------------------------------------------


def test_dynamic_ratio_follows_last_years_gaps_by_small_steps_a_year_later() -> None:
    """Base 0.9 · 100 · ½(8 + 12) = 900 in each of two provinces; a gap of 90 in one is 5 % of 1800.

    Year 1 takes the decreed 3 %; its gaps are certified, approved in year 2 and in force in year 3: 3.5 %,
    4 % in year 4, up to 5 %. Once gaps have gone it falls by half a point a year to 3 %.
    """
    rule = CentralAdjustment(0.03, 0.9, Dynamic(0.03, 0.06, 0.005))
    heads = {"average_wage": [100, 100], "insured_employees": [8, 8], "enterprise_employees": [12, 12]}
    short = accounts(2, contributions_enterprise=[90, 0], benefits_enterprise=[0, 90], **heads)
    short = short._replace(enterprise_retirees=np.ones(2))
    well = short._replace(benefits_enterprise=np.zeros(2))
    years, world, opening, memory = [], stack(Municipal(), rule, [0, 1]), reserves(2, 2, 1e6), None
    for a in [short] * 8 + [well] * 4:
        s = world.settle(a, opening, memory)
        years.append(s.flows["remitted_to_centre"][0] / 900)
        memory = s.memory
    rising = [0.03, 0.03, 0.035, 0.04, 0.045, 0.05, 0.05, 0.05]
    np.testing.assert_allclose(years, [*rising, 0.05, 0.05, 0.045, 0.04])


def test_dynamic_ratio_stays_within_its_bounds() -> None:
    rule = CentralAdjustment(0.03, 0.9, Dynamic(0.03, 0.06, 1.0))
    a = accounts(1, average_wage=[1], insured_employees=[10], enterprise_employees=[10])
    memory = Memory.opening(a)._replace(gap_rate=np.array([0.0, 0.045, 0.9]))
    for _ in range(2):
        after = rule.remember(memory, a, np.zeros((3, 1)))
        np.testing.assert_allclose(after.adjustment_ratio, [0.03, 0.045, 0.06])


# --- central differential payment --------------------------------------------------------------------------

DIFFERENTIAL = CentralDifferential(0.5, 0.8, 0.2, 0.5, 12.0, 24.0, 0.5)


def test_differential_payment_fills_general_gaps_mostly_and_managerial_ones_hardly() -> None:
    """Collections 200, 60, 60; pensions 100, 100, 100; the third spends 20 off the list of its gap of 40.

    Reserves of a year and more leave no tilt. Entitled: 0.8 · 40 = 32; half general: 0.5 · 32 + 0.5 · 8 = 20.
    Half of 320 is remitted, 160; the 108 left over go back in proportion to collections.
    """
    a = accounts(
        3,
        contributions_enterprise=[200, 60, 60],
        benefits_enterprise=[100, 100, 100],
        off_list=[0, 0, 20],
        collectable=[1, 1, 1],
    )
    s = stack(Municipal(), DIFFERENTIAL, [0, 1, 2]).settle(a, reserves(3, 3, 150.0))
    back = 108 / 160 * np.array([100, 30, 30])
    np.testing.assert_allclose(s.flows["remitted_to_centre"], [100, 30, 30])
    np.testing.assert_allclose(s.flows["received_from_centre"], back + np.array([0, 32, 20]))
    everything = replace(DIFFERENTIAL, remitted_share=1.0)
    whole = stack(Municipal(), everything, [0, 1, 2]).settle(a, reserves(3, 3, 150.0))
    np.testing.assert_allclose(whole.own_money, s.own_money)


def test_differential_payment_tilts_to_provinces_without_a_reserve() -> None:
    """Without a reserve the centre adds half of what it leaves of a general gap: 0.8 + 0.2 · 0.5 = 0.9."""
    a = accounts(2, contributions_enterprise=[200, 60], benefits_enterprise=[100, 100])
    s = stack(Municipal(), DIFFERENTIAL, [0, 1]).settle(a, funds([500, 0], [0, 0]))
    received = s.flows["received_from_centre"][1] - 30 * (130 - 36) / 130
    assert received == pytest.approx(36)


def test_differential_payment_draws_stock_only_for_what_remittances_leave_open() -> None:
    """Remitted 10 % of 300 = 30 against entitlements of 0.8 · 90 = 72.

    The rest comes from stock above two years of spending: half of 300 − 2 · 100 = 50 at most; 42 are needed.
    """
    a = accounts(2, contributions_enterprise=[290, 10], benefits_enterprise=[100, 100])
    lean = replace(DIFFERENTIAL, remitted_share=0.1)
    s = stack(Municipal(), lean, [0, 1]).settle(a, funds([300, 150], [0, 0]))
    np.testing.assert_allclose(s.flows["remitted_to_centre"], [29 + 42, 1])
    np.testing.assert_allclose(s.flows["received_from_centre"], [0, 72])
    pooled = stack(ProvincialUnified(0, 0, 0, 0), lean, [0, 1]).settle(a, funds([0, 0], [300, 150]))
    np.testing.assert_allclose(pooled.flows["remitted_to_centre"], s.flows["remitted_to_centre"])


# --- national unified pooling ------------------------------------------------------------------------------

TIERS = NationalUnified("shared", 0.4, 0.6, "drawn", 12.0, 0.5, 1.0, 10.0)
RICH_AND_POOR = accounts(
    3,
    contributions_enterprise=[50, 50, 50],
    benefits_enterprise=[60, 90, 90],
    gdp=[160, 80, 60],
    population=[1, 1, 1],
    treasury_capacity=[99, 99, 99],
)


def test_gap_of_a_national_fund_is_shared_by_tiers_of_output() -> None:
    """Output over the mean 1.6, 0.8, 0.6: the local share is 0.4, half of it, 0. Gaps are 10, 40, 40."""
    world = stack(Municipal(), TIERS, [0, 1, 2])
    s = world.settle(RICH_AND_POOR, reserves(3, 3))
    np.testing.assert_allclose(s.flows["local_gap_subsidy"], [4, 8, 0])
    np.testing.assert_allclose(s.flows["central_gap_subsidy"], [6, 32, 40])
    np.testing.assert_allclose(s.own_money, [-4, -8, 0])
    np.testing.assert_allclose(s.funds.central, 0, atol=1e-9)
    central = replace(TIERS, responsibility="central")
    s = stack(Municipal(), central, [0, 1, 2]).settle(RICH_AND_POOR, reserves(3, 3))
    np.testing.assert_allclose(s.flows["central_gap_subsidy"], [10, 40, 40])
    local = replace(TIERS, responsibility="local")
    poor = RICH_AND_POOR._replace(treasury_capacity=np.array([99.0, 30.0, 99.0]))
    s = stack(Municipal(), local, [0, 1, 2], bailout=0.25).settle(poor, reserves(3, 3))
    np.testing.assert_allclose(s.flows["local_gap_subsidy"], [10, 30, 40])
    np.testing.assert_allclose(s.flows["central_gap_subsidy"], [0, 2.5, 0])
    np.testing.assert_allclose(s.own_money, [-10, -30 - 7.5, -40])


def test_national_switch_draws_the_stock_above_a_year_where_output_is_high_and_only_once() -> None:
    """The first province (1.6 times the mean) holds 100, 40 above its 60 of spending, and gives half: 20.

    The others keep theirs whatever they hold. Nothing is drawn a year later; gaps leave what was kept.
    """
    world = stack(Municipal(), TIERS, [0, 1, 2])
    first = world.settle(RICH_AND_POOR, reserves(3, 3, 100.0))
    np.testing.assert_allclose(first.flows["stock_to_centre"], [20, 0, 0])
    np.testing.assert_allclose(first.funds.local, [80, 100, 100])
    assert first.flows["central_gap_subsidy"].sum() + first.flows["local_gap_subsidy"].sum() == pytest.approx(
        70
    )
    second = world.settle(RICH_AND_POOR, first.funds, first.memory)
    np.testing.assert_allclose(second.flows["stock_to_centre"], 0)
    for stock, left in (("kept", [100, 100, 100]), ("centralised", [0, 0, 0])):
        s = stack(Municipal(), replace(TIERS, stock=stock), [0, 1, 2]).settle(
            RICH_AND_POOR, reserves(3, 3, 100.0)
        )
        np.testing.assert_allclose(s.funds.local, left)


def test_national_switch_takes_the_provinces_own_fund_along() -> None:
    """Two localities hold 30 each, their province 60; output is above the mean: half of 120 − 60."""
    a = accounts(3, benefits_enterprise=[30, 30, 10], gdp=[4, 4, 1], population=[1, 1, 1])
    s = stack(Municipal(), TIERS, [0, 0, 1]).settle(a, funds([30, 30, 0], [60, 0]))
    np.testing.assert_allclose(s.flows["stock_to_centre"], [7.5, 7.5, 0])
    np.testing.assert_allclose(s.flows["provincial_stock_to_centre"], [15, 0])


def test_localities_make_empty_accounts_good_in_equal_parts_until_the_debt_is_paid() -> None:
    """Accounts of 100 and 100, reserves of 30 and 120: a debt of 70 in ten parts of 7, capacity 5 and 99.

    The first pays 5 a year for 14 years; the second owes nothing. The money goes to the national fund.
    """
    a = accounts(2, empty_accounts=[100, 100], treasury_capacity=[5, 99])
    world, opening, memory, paid = stack(Municipal(), TIERS, [0, 1]), funds([30, 120], [0, 0]), None, []
    for _ in range(16):
        s = world.settle(a, opening, memory)
        paid.append(s.flows["legacy_payment"].copy())
        opening, memory = s.funds, s.memory
    np.testing.assert_allclose(np.array(paid)[:, 0], [5.0] * 14 + [0.0] * 2)
    np.testing.assert_allclose(np.array(paid)[:, 1], 0)
    np.testing.assert_allclose(opening.central, 70)
    assert s.memory.legacy_debt.sum() == pytest.approx(0)


def test_pure_case_takes_everything_and_a_yuan_collected_is_worth_nothing_at_home() -> None:
    contributions = np.array([[50.0, 50.0], [51.0, 50.0]])
    a = accounts(
        2, contributions_enterprise=contributions, benefits_enterprise=[40, 90], empty_accounts=[9, 9]
    )
    s = stack(Municipal(), pure(), [0, 1]).settle(a, reserves(2, 2, 20.0))
    np.testing.assert_allclose(s.funds.local, 0)
    np.testing.assert_allclose(s.funds.central, [10, 11])
    np.testing.assert_allclose(s.own_money[1], s.own_money[0])


# --- national basic pension --------------------------------------------------------------------------------


def test_basic_pension_is_the_same_for_all_old_and_earned_rights_go_on_until_extinct() -> None:
    """Mean wage of the insured (3 · 100 + 1 · 60)/4 = 90; a fifth, 18, for each of 4 + 2 old: 72 and 36.

    The first's pensions of 80 were half earned before: 40 − 18 · 2 retirees = 4 besides; the second's 30 are
    less than the flat pensions its three retirees have. A quarter of contributions goes to accounts outside.
    """
    a = accounts(
        2,
        contributions_enterprise=[100, 60],
        account_share=[0.25, 0.25],
        benefits_enterprise=[80, 30],
        accrued_share=[0.5, 1],
        enterprise_retirees=[2, 3],
        elders=[4, 2],
        insured_employees=[3, 1],
        average_wage=[100, 60],
    )
    rule = NationalBasicPension(**vars(pure()), flat_share=0.2)
    s = stack(Municipal(), rule, [0, 1]).settle(a, reserves(2, 2))
    np.testing.assert_allclose(s.flows["national_basic_pension"], [72, 36])
    np.testing.assert_allclose(s.flows["benefits_enterprise"], [4, 0])
    np.testing.assert_allclose(s.flows["account_contributions"], [25, 15])
    np.testing.assert_allclose(contributions(s.flows), [75, 45])
    # 120 come in, 112 go out: the fund keeps 8.
    np.testing.assert_allclose(s.funds.central, 8)


# --- lower rules by province, parts of a year --------------------------------------------------------------


def test_each_province_lives_under_its_own_lower_rule() -> None:
    """Of three provinces of two localities the second has unified: it settles as in a unified nation.

    The others settle as in a nation of adjustment funds.
    """
    rng = np.random.default_rng(1)
    fields = ("contributions_enterprise", "benefits_enterprise", "treasury_capacity", "insured_employees")
    more = ("enterprise_employees", "enterprise_retirees", "average_wage")
    a = accounts(6, **{name: rng.uniform(1, 100, 6) for name in (*fields, *more)})
    of, opening = [0, 0, 1, 1, 2, 2], reserves(6, 3, 20.0)
    unified, adjusted = ProvincialUnified(0, 0.3, 0.8, 0), ProvincialAdjustment(0.1)
    upper = CentralAdjustment(0.03, 0.9)
    mixed, one, two = (
        stack(lower, upper, of, provincial_treasury=0.01, bailout=0.5).settle(a, opening)
        for lower in (ByProvince(adjusted, ((1, unified),)), unified, adjusted)
    )
    inside = np.array(of) == 1
    np.testing.assert_allclose(mixed.own_money, np.where(inside, one.own_money, two.own_money))
    np.testing.assert_allclose(mixed.funds.local, np.where(inside, one.funds.local, two.funds.local))
    own = np.arange(3) == 1
    np.testing.assert_allclose(
        mixed.funds.provincial, np.where(own, one.funds.provincial, two.funds.provincial)
    )


def test_a_year_of_equal_halves_is_the_whole_year() -> None:
    """A split that changes nothing moves nothing, as long as no half runs dry on its own."""
    a = accounts(
        3,
        contributions_enterprise=[80, 40, 60],
        benefits_enterprise=[60, 50, 70],
        treasury_capacity=[9, 9, 9],
        collectable=[90, 90, 90],
    )
    past = Memory.opening(a)._replace(collected=np.array([80.0, 45.0, 63.0]))
    for world in (
        stack(ProvincialAdjustment(0.1), NoUpperTier(), [0, 0, 1]),
        stack(ProvincialUnified(6.0, 0.3, 0.8, 0.2), DIFFERENTIAL, [0, 0, 1]),
        stack(Municipal(), TIERS, [0, 0, 1]),
    ):
        opening = reserves(3, 2, 90.0)
        whole = world.settle(a, opening, past)
        halves = regimes.Schedule(((0.5, world), (0.5, world))).settle(a, opening, past)
        regimes.check(halves, opening, world.membership)
        np.testing.assert_allclose(halves.managerial_gap, [0, 5, 3])
        np.testing.assert_allclose(halves.own_money, whole.own_money, atol=1e-9)
        for part, year in zip(halves.memory, whole.memory, strict=True):
            np.testing.assert_allclose(part, year, atol=1e-9)


def test_a_province_that_unifies_in_mid_year_pools_the_second_half() -> None:
    """Collected 100 and 20, paid 60 and 60. Each half of the year keeps or pools half of it.

    First half: 20 and −20 on reserves of 50 each: 70 and 30. Then the province takes 100, and collects and
    pays 60: it holds 100.
    """
    a = accounts(2, contributions_enterprise=[100, 20], benefits_enterprise=[60, 60])
    before, after = (
        stack(rule, NoUpperTier(), [0, 0]) for rule in (Municipal(), ProvincialUnified(0, 0, 0, 0))
    )
    s = regimes.Schedule(((0.5, before), (0.5, after))).settle(a, reserves(2, 1, 50.0))
    np.testing.assert_allclose(s.flows["stock_remittance"], [70, 30])
    np.testing.assert_allclose(s.flows["full_remittance"], [50, 10])
    np.testing.assert_allclose(s.funds.provincial, [100])
    np.testing.assert_allclose(s.own_money, [-50, -50])


def test_a_treasury_pays_its_yearly_most_whenever_it_is_needed() -> None:
    a = accounts(1, benefits_enterprise=[40], treasury_capacity=[30])
    world = stack(*NO_MODULE, [0])
    s = regimes.Schedule(((0.5, world), (0.5, world))).settle(a, reserves(1, 1))
    np.testing.assert_allclose([s.flows["local_gap_subsidy"], s.flows["advance"]], [[30], [10]])


# --- modules -----------------------------------------------------------------------------------------------

MARKS = Assessment(dict.fromkeys(ITEMS, 1.0), 0.8, 0.9, 0.8, 0.0, 0.02, 0.5, 0.6)


def with_module(module: object, lower: object, province_of: list[int], **numbers: float) -> Stack:
    return replace(stack(lower, NoUpperTier(), province_of, **numbers), modules=(module,))


def test_three_good_years_in_a_row_keep_part_of_the_surplus_of_a_pool() -> None:
    """Surplus 20 a year into the pool; from the third good year on half of it comes back."""
    a = accounts(2, contributions_enterprise=[80, 80], benefits_enterprise=[60, 60], collectable=[100, 100])
    world, opening, memory, kept = (
        with_module(MARKS, ProvincialUnified(0, 0, 0, 0), [0, 0]),
        reserves(2, 1),
        None,
        [],
    )
    for _ in range(4):
        s = world.settle(a, opening, memory)
        opening, memory = s.funds, s.memory
        kept.append(s.flows["surplus_kept"][0])
        opening = opening._replace(local=np.zeros(2))
    np.testing.assert_allclose(kept, [0, 0, 10, 10])
    assert s.own_money[0] == pytest.approx(10)
    bad = a._replace(contributions_enterprise=np.array([40.0, 80.0]))
    s = world.settle(bad, opening, memory)
    np.testing.assert_allclose(s.memory.good_years, [0, 5])


def test_failure_cuts_transfers_by_what_was_not_collected_and_spent_off_the_list() -> None:
    """Plan 80, collected 60, 10 off the list: collection and approval score 0 of 7, five of seven < 0.8.

    The treasury loses 0.6 · (20 + 10) = 18, at most what it can pay; the fund does not see it.
    """
    a = accounts(
        2,
        contributions_enterprise=[60, 80],
        collectable=[100, 100],
        benefits_enterprise=[50, 50],
        off_list=[10, 0],
        treasury_capacity=[99, 99],
    )
    memory = Memory.opening(a)._replace(collected=np.array([80.0, 80.0]))
    world = with_module(MARKS, Municipal(), [0, 1])
    s = world.settle(a, reserves(2, 2), memory)
    np.testing.assert_allclose(s.flows["transfer_cut"], [18, 0])
    np.testing.assert_allclose(s.own_money, [10 - 18, 30])
    np.testing.assert_allclose(s.funds.local, [10, 30])
    assert sum(regimes.subsidies(s.flows)).sum() == 0
    tight = a._replace(treasury_capacity=np.array([7.0, 99.0]))
    np.testing.assert_allclose(world.settle(tight, reserves(2, 2), memory).flows["transfer_cut"], [7, 0])


def test_assessment_gives_the_pools_money_a_worth_at_home() -> None:
    """Under the pure national fund a yuan more collected is worth nothing; to who fails it is worth 0.6."""
    collected = np.array([[60.0, 80.0], [61.0, 80.0]])
    a = accounts(2, contributions_enterprise=collected, off_list=[10, 0], benefits_enterprise=[50, 50])
    a = a._replace(collectable=np.array([100.0, 100.0]), treasury_capacity=np.array([99.0, 99.0]))
    memory = Memory.opening(a)._replace(collected=np.array([80.0, 80.0]))
    alone = stack(Municipal(), pure(), [0, 1])
    worth = [
        np.diff(world.settle(a, reserves(2, 2), memory).own_money[:, 0])[0]
        for world in (alone, replace(alone, modules=(MARKS,)))
    ]
    np.testing.assert_allclose(worth, [0.0, 0.6], atol=1e-9)


def test_below_six_months_the_centre_transfers_and_rises_wait_a_year() -> None:
    """Reserves of 10 and 100 against a line of 60 · 6/12 = 30: the first gets 0.3 · 20 = 6.

    A twentieth of its pensions, 3, waits; next year it is paid although the fund has recovered.
    """
    a = accounts(2, contributions_enterprise=[60, 60], benefits_enterprise=[60, 60])
    world = with_module(EarlyWarning(6.0, 0.3, 0.05), Municipal(), [0, 1])
    s = world.settle(a, funds([10, 100], [0, 0]))
    np.testing.assert_allclose(s.flows["emergency_transfer"], [6, 0])
    np.testing.assert_allclose(s.flows["rise_withheld"], [3, 0])
    np.testing.assert_allclose(s.funds.local, [19, 100])
    later = world.settle(a, funds([100, 100], [0, 0]), s.memory)
    np.testing.assert_allclose(later.flows["rise_paid_later"], [3, 0])
    np.testing.assert_allclose(later.funds.local, [97, 100])
    assert not later.memory.withheld.any()


def test_the_warning_counts_what_a_province_holds_and_pays_its_pool() -> None:
    a = accounts(2, contributions_enterprise=[60, 60], benefits_enterprise=[60, 60])
    world = with_module(EarlyWarning(6.0, 0.5, 0.0), ProvincialUnified(0, 0, 0, 0), [0, 0])
    s = world.settle(a, funds([0, 0], [40]))
    np.testing.assert_allclose(s.flows["emergency_transfer"], [5, 5])
    np.testing.assert_allclose(s.funds.provincial, [50])


def test_modules_and_a_harder_budget_are_switched_by_name() -> None:
    parameters = Parameters.load()
    of = parameters, 2020, np.array([0, 0, 1])

    def built(*modules: str) -> Stack:
        return regimes.build("municipal", "none", *of, key=np.zeros(3), modules=modules)

    plain, hard = built(), built("budget_hardness", "waiver_2020")
    assert plain.modules == hard.modules == ()
    assert hard.bailout == parameters.value("regimes.hard_bailout_probability", 2020) < plain.bailout
    assert [type(m) for m in built("assessment", "early_warning").modules] == [EarlyWarning, Assessment]


# --- rules that are broken on purpose ----------------------------------------------------------------------


class GreedyFund(NationalUnified):
    """Takes the stock and forgets to write it down for the localities."""

    def pool(self, books: Books) -> None:
        super().pool(books)
        books.central = books.central + books.opening.local.sum(-1)


class ForgetfulFund(NationalUnified):
    """Fills only half of what is missing."""

    def missing(self, books: Books) -> tuple[Array, Array]:
        missing, charged = super().missing(books)
        return 0.5 * missing, 0.5 * charged


class GenerousFund(CentralDifferential):
    """Pays out a hundredth more than it takes in."""

    def pool(self, books: Books) -> None:
        super().pool(books)
        books.post("received_from_centre", 0.01 * books.flows["remitted_to_centre"])


@pytest.mark.parametrize(
    ("upper", "message"),
    [
        (GreedyFund(**vars(pure())), "closing of the central fund"),
        (ForgetfulFund(**vars(pure())), "the central fund overdrawn"),
        (GenerousFund(*vars(DIFFERENTIAL).values()), "pay-out 'received_from_centre'"),
    ],
)
def test_a_broken_national_rule_fails_the_conservation_check(upper: object, message: str) -> None:
    a = accounts(2, contributions_enterprise=[50, 1], benefits_enterprise=[10, 900])
    opening = funds([80, 5], [0, 0])
    broken = stack(Municipal(), upper, [0, 1], bailout=1.0)
    with pytest.raises(ConservationError, match=message):
        regimes.check(broken.settle(a, opening), opening, Membership(np.array([0, 1])))


def test_every_rule_comes_from_the_records_and_says_what_happens_to_stock_legacy_and_gap() -> None:
    parameters = Parameters.load()
    declared = {upper: rule(parameters, 2022).declaration for upper, rule in regimes.UPPER.items()}
    assert declared["national_unified"] == ("drawn above 12 months", "locality", "shared")
    assert declared["national_basic_pension"] == ("centralised", "centre", "central")
    assert declared["central_differential"].gap == "centre by nature"
    changed = Parameters.load(overrides={"regimes.national_pure": 1, "regimes.adjustment_dynamic": 1})
    assert regimes.UPPER["national_unified"](changed, 2022) == pure()
    adjustment = regimes.UPPER["central_adjustment"](changed, 2022)
    assert isinstance(adjustment, CentralAdjustment)
    assert adjustment.dynamic == Dynamic(0.03, 0.06, 0.005)


# --- no record without an effect ---------------------------------------------------------------------------

READ_BY_PHASES = {"private_wage_ratio", "treasury_share", "gap_error", "platform_quality", "accrual_from_age"}
"""Records that shape accounts or sight before a rule sees them."""
UNDER = {
    "national_stock_share": {"regimes.national_stock": 1},
    "national_gap_share_top": {"regimes.national_legacy_local_share": 0.0},
    "national_gap_share_free_below": {"regimes.national_legacy_local_share": 0.0},
    "differential_managerial_share": {"regimes.differential_remitted_share": 0.6},
    "differential_stock_months": {"regimes.differential_remitted_share": 0.0},
    "differential_stock_share": {
        "regimes.differential_remitted_share": 0.0,
        "regimes.differential_stock_months": 0.0,
    },
    "assessment_weights": {"regimes.assessment_fail": 0.95},
    "assessment_off_list_limit": {"regimes.assessment_fail": 0.95},
    "adjustment_ratio_least": {"regimes.adjustment_dynamic": 1},
    "adjustment_ratio_most": {"regimes.adjustment_dynamic": 1, "regimes.adjustment_ratio_step": 0.05},
    "adjustment_ratio_step": {"regimes.adjustment_dynamic": 1},
}
"""What else must be set for a record to matter."""


def outcomes(changes: dict[str, float]) -> list[Array]:
    """Three years under every stack with and without modules, in a mixed economy of two provinces."""
    parameters = Parameters.load(overrides=changes)
    a = accounts(
        4,
        contributions_enterprise=[90, 40, 35, 60],
        benefits_enterprise=[60, 60, 90, 55],
        benefits_public=[5, 5, 5, 5],
        off_list=[0.2, 6, 0.5, 2],
        collectable=[110, 90, 60, 80],
        insured_employees=[9, 5, 5, 6],
        enterprise_employees=[9, 6, 7, 8],
        enterprise_retirees=[2, 3, 4, 2],
        average_wage=[50, 40, 35, 40],
        gdp=[900, 400, 250, 400],
        population=[10, 9, 9, 10],
        treasury_capacity=[4, 9, 3, 3],
        account_share=[0.3, 0.3, 0.3, 0.3],
        empty_accounts=[400, 300, 300, 90],
        elders=[3, 4, 5, 3],
        accrued_share=[0.9, 0.9, 0.9, 0.9],
    )
    memory = Memory.opening(a)._replace(
        collected=np.array([85.0, 47.0, 36.0, 60.0]), good_years=np.array([2.0, 0.0, 0.0, 2.0])
    )
    memory = memory._replace(gap_rate=np.array(0.055), adjustment_ratio=np.array(0.032))
    key, found = np.array([0.1, 0.3, 0.4, 0.2]) * 1e-12, []
    for lower in regimes.LOWER:
        for upper in regimes.UPPER:
            for modules in ((), (*regimes.MODULES, "budget_hardness")):
                of = parameters, 2022, np.array([0, 0, 1, 1])
                built = regimes.build(lower, upper, *of, key=key, modules=modules)
                opening, past = funds([150, 2, 1, 20], [10, 8]), memory
                for _ in range(3):
                    s = built.settle(a, opening, past)
                    opening, past = s.funds, s.memory
                    found.append(np.concatenate([s.own_money, *s.flows.values()]))
    return found


@pytest.fixture(scope="module")
def plain() -> dict[str, list[Array]]:
    return {}


RECORDS = [path for path in Parameters.load().paths() if path.startswith("regimes.")]


@pytest.mark.parametrize("path", [p for p in RECORDS if p.split(".")[1] not in READ_BY_PHASES])
def test_every_record_of_the_rules_moves_some_settlement(path: str, plain: dict[str, list[Array]]) -> None:
    record, under = Parameters.load().record(path), UNDER.get(path.split(".")[1], {})
    base = plain.setdefault(str(under), outcomes(under))
    low, high = record.range
    value = record.values[-1].value
    if isinstance(value, dict):
        changes = [{f"{path}.{key}": v + 0.3 * (high - v)} for key, v in value.items()]
    else:
        changes = [{path: end} for end in {low, 0.5 * (low + high), high} - {value}]
        if record.unit == "number":
            changes = [{path: float(code)} for code in range(int(low), int(high) + 1) if code != value]

    def differs(change: dict[str, float]) -> bool:
        pairs = zip(base, outcomes(under | change), strict=True)
        return any(x.shape != y.shape or not np.allclose(x, y, rtol=1e-12) for x, y in pairs)

    assert any(map(differs, changes)), path
