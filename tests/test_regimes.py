"""Money rules: money is conserved, order and axes do not matter, and the closed forms come out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_economies import accounts, reserves, stack
from strategies import World, lower_rules, modules, upper_rules, worlds

from abm import regimes
from abm.errors import UserError
from abm.ledger import Ledger
from abm.parameters import Parameters
from abm.regimes.accounts import Accounts, Array, Funds, Membership
from abm.regimes.booking import Chart, post
from abm.regimes.central_adjustment import CentralAdjustment
from abm.regimes.central_differential import CentralDifferential
from abm.regimes.memory import Memory, plan
from abm.regimes.municipal import Municipal
from abm.regimes.national_2022 import National2022
from abm.regimes.no_upper_tier import NoUpperTier
from abm.regimes.provincial_adjustment import ProvincialAdjustment
from abm.regimes.provincial_unified import ProvincialUnified
from abm.regimes.settlement import (
    CHARGES,
    FLOWS,
    Books,
    ConservationError,
    Settlement,
    benefits,
    contributions,
    largest_remainder,
)
from abm.regimes.stack import Stack
from abm.regimes.subsidy import national_total
from calibration import adjustment_2018

quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(scope="module")
def P() -> Parameters:  # noqa: N802
    return Parameters.load()


# --- invariants of every stack ---------------------------------------------------------------------------


@quick
@given(worlds())
def test_money_is_conserved(world: World) -> None:
    settled = world.settle()
    regimes.check(settled, world.funds, world.stack.membership)


@quick
@given(worlds())
def test_budget_identity_of_the_nation(world: World) -> None:
    a, tiers = world.accounts, world.stack.membership
    s = world.settle()
    change = s.funds.official_balance(tiers, "province").sum() + s.funds.central
    change -= world.funds.official_balance(tiers, "province").sum() + world.funds.central
    revenue = contributions(s.flows) + a.interest + sum(regimes.subsidies(s.flows))
    expected = (revenue - benefits(s.flows)).sum()
    assert change == pytest.approx(expected, abs=1e-3 + 1e-9 * float(np.abs(revenue).sum()))


@quick
@given(worlds())
def test_balance_of_a_row_follows_from_its_own_flows(world: World) -> None:
    a, tiers = world.accounts, world.stack.membership
    s = world.settle()
    own = contributions(s.flows) + a.interest + sum(regimes.subsidies(s.flows)) - benefits(s.flows)
    for level in ("locality", "province"):
        flow = own if level == "locality" else tiers.total(own)
        came, went = regimes.transfers(s.flows, tiers, level)
        opening = world.funds.official_balance(tiers, level)
        closing = s.funds.official_balance(tiers, level)
        # An advance is owed where the pensions are, its money sits where the pool is.
        lent = s.flows["advance"] - s.flows["advance_repaid"]
        if level == "locality":
            closing, flow = closing + s.funds.advances, flow + lent
            opening = opening + world.funds.advances
        np.testing.assert_allclose(closing, opening + flow + came - went, rtol=1e-9, atol=10.0)


@quick
@given(worlds(), st.randoms(use_true_random=False))
def test_order_of_localities_does_not_matter(world: World, random: object) -> None:
    tiers = world.stack.membership
    order = np.arange(tiers.localities)
    random.shuffle(order)  # type: ignore[attr-defined]
    moved = replace(
        world.stack,
        membership=Membership(tiers.province_of[order]),
        lump=world.stack.lump[order],
        sight=world.stack.sight[order],
    )
    there = moved.settle(
        Accounts(*(x[order] for x in world.accounts)),
        world.funds._replace(local=world.funds.local[order], advances=world.funds.advances[order]),
        Memory(*(x[order] if np.ndim(x) else x for x in world.memory)),
    )
    here = world.settle()
    np.testing.assert_allclose(there.own_money, here.own_money[order], rtol=1e-9, atol=10.0)
    for name, amount in here.flows.items():
        expected = amount if FLOWS[name].level == "province" else amount[order]
        np.testing.assert_allclose(there.flows[name], expected, rtol=1e-9, atol=10.0)


@quick
@given(worlds(), st.lists(st.floats(0, 2), min_size=1, max_size=3))
def test_what_ifs_on_leading_axes_equal_one_by_one(world: World, factors: list[float]) -> None:
    a = world.accounts
    scaled = np.array([1.0, *factors])[:, None] * a.contributions_enterprise
    together = world.settle(accounts=a._replace(contributions_enterprise=scaled))
    for k, collected in enumerate(scaled):
        alone = world.settle(accounts=a._replace(contributions_enterprise=collected))
        np.testing.assert_array_equal(together.own_money[k], alone.own_money)
        for name, amount in alone.flows.items():
            np.testing.assert_array_equal(together.flows[name][k], amount)
    unchanged = world.settle()
    np.testing.assert_array_equal(together.own_money[0], unchanged.own_money)


@quick
@given(worlds(rounded=True))
def test_realised_flows_close_in_the_ledger_to_the_fen(world: World) -> None:
    tiers = world.stack.membership
    chart = Chart(
        tiers,
        [f"Province {p}" for p in range(tiers.provinces)],
        [f"{i:06}" for i in range(99)][: tiers.localities],
    )
    ledger = Ledger()
    ledger.open(*chart.funds(world.funds))
    funds, memory = world.funds, world.memory
    for year in (2018, 2019):
        settled = world.settle(funds=funds, memory=memory)
        realised, memory = regimes.realise(settled, funds, tiers), settled.memory
        post(ledger, year, realised, chart)
        ledger.check(year, *chart.funds(realised.funds))
        funds = realised.funds
        sent, received = (realised.flows.get(k) for k in ("remitted_to_centre", "received_from_centre"))
        if sent is not None and received is not None:
            assert sent.sum() == received.sum()
    assert world.stack.upper.pooled or funds.central == 0.0


def test_a_pay_out_is_rounded_to_the_total_of_what_it_pays_out() -> None:
    half_a_fen = CentralAdjustment(0.01, 1.0)
    a = accounts(
        3, average_wage=[1, 1, 0], insured_employees=[0.25, 0.25, 0], enterprise_employees=[0.25, 0.25, 0]
    )
    world = stack(Municipal(), half_a_fen, [0, 1, 2])
    opening = reserves(3, 3, 1.0)
    s = world.settle(a._replace(enterprise_retirees=np.ones(3)), opening)
    a_hair_more = {"received_from_centre": s.flows["received_from_centre"] * (1 + 1e-12)}
    a_hair_less = {"remitted_to_centre": s.flows["remitted_to_centre"] * (1 - 1e-12)}
    s = s._replace(flows=s.flows | a_hair_less | a_hair_more)
    fen = regimes.realise(s, opening, world.membership).flows
    assert fen["remitted_to_centre"].sum() == fen["received_from_centre"].sum()


@quick
@given(worlds(), st.lists(st.floats(0, 2), min_size=1, max_size=2))
def test_years_of_a_horizon_on_axes_equal_those_settled_one_by_one(
    world: World, factors: list[float]
) -> None:
    """Funds and memory carried three years: each what-if lives its own years."""

    def horizon(collected: Array) -> list[Settlement]:
        a, funds, memory, years = world.accounts, world.funds, world.memory, []
        a = a._replace(contributions_enterprise=collected)
        for _ in range(3):
            years.append(world.settle(accounts=a, funds=funds, memory=memory))
            regimes.check(years[-1], funds, world.stack.membership)
            funds, memory = years[-1].funds, years[-1].memory
        return years

    scaled = np.array([1.0, *factors])[:, None] * world.accounts.contributions_enterprise
    together = horizon(scaled)
    for k, collected in enumerate(scaled):
        for year, alone in zip(together, horizon(collected), strict=True):
            np.testing.assert_array_equal(year.own_money[k], alone.own_money)
            for name, amount in alone.flows.items():
                np.testing.assert_array_equal(year.flows[name][k], amount)


@quick
@given(worlds(), lower_rules, upper_rules, modules, st.floats(0.1, 0.9))
def test_a_year_of_two_stacks_conserves_money_and_memory_adds_up(
    world: World, lower: object, upper: object, added: tuple, share: float
) -> None:
    then = replace(world.stack, lower=lower, upper=upper, modules=added)
    year = regimes.Schedule(((share, world.stack), (1.0 - share, then)))
    s = year.settle(world.accounts, world.funds, world.memory)
    regimes.check(s, world.funds, world.stack.membership)
    np.testing.assert_array_equal(s.memory.collected, world.accounts.contributions_enterprise)
    spent = sum(s.flows[name] for name in CHARGES if name in s.flows)
    assert (spent <= world.accounts.treasury_capacity * (1 + 1e-9) + 1e-3).all()


# --- rules that are broken on purpose --------------------------------------------------------------------


class GenerousAdjustment(CentralAdjustment):
    """Pays out one per cent more than it takes in."""

    def pool(self, books: Books) -> None:
        super().pool(books)
        extra = 0.01 * books.flows["remitted_to_centre"]
        books.post("received_from_centre", extra)


class CarelessUnified(ProvincialUnified):
    """Forgets half of what is missing."""

    def missing(self, books: Books) -> tuple[Array, Array]:
        missing, charged = super().missing(books)
        return 0.5 * missing, 0.5 * charged


class BackwardAdjustment(ProvincialAdjustment):
    """Remits a negative share."""


@pytest.mark.parametrize(
    ("lower", "upper", "message"),
    [
        (Municipal(), GenerousAdjustment(0.03, 0.9), "pay-out 'received_from_centre'"),
        (CarelessUnified(0, 0, 0, 0), NoUpperTier(), "provincial funds overdrawn"),
        (BackwardAdjustment(-0.1), NoUpperTier(), "'adjustment_remittance' is negative"),
    ],
)
def test_a_broken_rule_fails_the_conservation_check(lower: object, upper: object, message: str) -> None:
    a = accounts(
        2,
        contributions_enterprise=[5, 1],
        benefits_enterprise=[4, 9],
        enterprise_retirees=[1, 1],
        insured_employees=[9, 5],
        average_wage=[3, 2],
    )
    broken, opening = stack(lower, upper, [0, 0]), reserves(2, 1)
    with pytest.raises(ConservationError, match=message):
        regimes.check(broken.settle(a, opening), opening, broken.membership)


def test_money_lost_between_flows_and_funds_is_noticed() -> None:
    plain, opening = stack(Municipal(), NoUpperTier(), [0, 1]), reserves(2, 2, 10.0)
    s = plain.settle(accounts(2, contributions_enterprise=[5, 1]), opening)
    leaked = s._replace(funds=s.funds._replace(local=s.funds.local - np.array([0.0, 1.0])))
    with pytest.raises(ConservationError, match=r"closing of local funds is off by 1\.0 yuan"):
        regimes.check(leaked, opening, plain.membership)


# --- closed forms of the central adjustment --------------------------------------------------------------

WAGE, INSURED, STAFF = np.array([90e3, 50e3, 60e3]), np.array([9e6, 3e6, 5e6]), np.array([9e6, 5e6, 5e6])
RETIRED = np.array([1.5e6, 2.5e6, 2e6])
ADJUSTED = accounts(
    3, average_wage=WAGE, insured_employees=INSURED, enterprise_employees=STAFF, enterprise_retirees=RETIRED
)


@pytest.mark.parametrize("lower", [Municipal(), ProvincialUnified(0, 0, 0, 0)])
def test_net_transfer_of_the_central_adjustment(lower: object) -> None:
    ratio, heads = 0.035, 0.5 * (INSURED + STAFF)
    s = stack(lower, CentralAdjustment(ratio, 0.9), [0, 1, 2]).settle(ADJUSTED, reserves(3, 3, 1e12))
    net = s.flows["received_from_centre"] - s.flows["remitted_to_centre"]
    total = (WAGE * heads).sum()
    np.testing.assert_allclose(net, 0.9 * ratio * (total * RETIRED / RETIRED.sum() - WAGE * heads))
    np.testing.assert_array_equal(net > 0, WAGE * heads / RETIRED < total / RETIRED.sum())
    assert net.sum() == pytest.approx(0.0, abs=1e-3)


@pytest.mark.parametrize(
    ("insured", "staff", "share"), [(1, 0, 0.45), (1, 1, 0.9), (0, 1, 0.45), (0, 0, 0.0)]
)
def test_marginal_charge_of_the_central_adjustment(insured: int, staff: int, share: float) -> None:
    """What one more person costs its locality, found by asking the rule: verification case L."""
    ratio, here = 0.03, np.array([1.0, 0.0, 0.0])
    what_if = ADJUSTED._replace(
        insured_employees=np.stack([INSURED, INSURED + insured * here]),
        enterprise_employees=np.stack([STAFF, STAFF + staff * here]),
        contributions_enterprise=np.stack([np.zeros(3), 1e4 * here]),
    )
    settled = stack(Municipal(), CentralAdjustment(ratio, 0.9), [0, 1, 2]).settle(
        what_if, reserves(3, 3, 1e12)
    )
    gain = settled.own_money[1, 0] - settled.own_money[0, 0]
    charge = share * ratio * WAGE[0] * (1 - RETIRED[0] / RETIRED.sum())
    assert gain == pytest.approx(1e4 - charge, abs=0.01)


def test_localities_carry_their_part_of_the_provinces_formula() -> None:
    adjustment = CentralAdjustment(0.03, 0.9)
    local = stack(Municipal(), adjustment, [0, 0, 1]).settle(ADJUSTED, reserves(3, 2, 1e12))
    pooled = stack(ProvincialUnified(0, 0, 0, 0), adjustment, [0, 0, 1]).settle(
        ADJUSTED, reserves(3, 2, 1e12)
    )
    np.testing.assert_allclose(local.flows["remitted_to_centre"], pooled.flows["remitted_to_centre"])
    passed = local.flows["passed_to_province"]
    np.testing.assert_allclose([passed[:2].sum(), passed[2]], local.flows["remitted_to_centre"])
    assert "passed_to_province" not in pooled.flows


def test_published_transfers_of_2018() -> None:
    """The formula with wages fitted to the fund's size against the transfers implied by official balances."""
    from abm import data
    from abm.space import PROVINCE_NAMES

    parameters = Parameters.load()
    fitted = adjustment_2018.private_wage_ratio()
    assert parameters.value("regimes.private_wage_ratio", 2018) == pytest.approx(fitted, abs=1e-3)
    wages = fitted * data.panel("wages", "avg_wage_nonprivate", [2017])[:, 0]
    heads = adjustment_2018.heads()
    a = accounts(
        31,
        average_wage=wages,
        insured_employees=heads,
        enterprise_employees=heads,
        enterprise_retirees=adjustment_2018.retirees(),
    )
    of = parameters, 2018, np.arange(31)
    halves = (
        regimes.build("municipal", upper, *of, key=np.zeros(31)) for upper in ("none", "central_adjustment")
    )
    built = regimes.Schedule(tuple((0.5, half) for half in halves))
    s = built.settle(a, reserves(31, 31, 1e14))
    net = s.flows["received_from_centre"] - s.flows["remitted_to_centre"]
    assert s.flows["remitted_to_centre"].sum() == pytest.approx(2422e8)
    known = np.array([name != "Jiangsu" for name in PROVINCE_NAMES])
    implied = data.panel("central_adjustment", "net_transfer_implied", [2018])[:, 0]
    assert np.corrcoef(net[known], implied[known])[0, 1] >= 0.95
    largest = [PROVINCE_NAMES[i] for i in np.argsort(net)[:4]]
    assert largest[:2] == ["Guangdong", "Beijing"]


# --- worked cases of the other rules ---------------------------------------------------------------------


def test_adjustment_fund_pays_gaps_pro_rata_up_to_what_it_holds() -> None:
    a = accounts(3, contributions_enterprise=[100, 40, 60], benefits_enterprise=[50, 60, 70])
    s = stack(ProvincialAdjustment(0.1), NoUpperTier(), [0, 0, 0]).settle(a, reserves(3, 1, 100.0))
    np.testing.assert_allclose(s.flows["adjustment_remittance"], [10, 4, 6])
    np.testing.assert_allclose(s.flows["adjustment_payment"], [0, 20 * 20 / 30, 20 * 10 / 30])
    rich = s.funds._replace(provincial=np.array([50.0]))
    s = stack(ProvincialAdjustment(0.1), NoUpperTier(), [0, 0, 0]).settle(a, rich)
    np.testing.assert_allclose(s.flows["adjustment_payment"], [0, 20, 10])
    np.testing.assert_allclose(s.funds.provincial, [40.0])


def test_unified_province_uses_its_reserve_then_shares_the_gap_by_nature() -> None:
    a = accounts(
        2,
        contributions_enterprise=[10, 20],
        benefits_enterprise=[50, 60],
        off_list=[0, 30],
        treasury_capacity=[100, 100],
        gdp=[1000, 1000],
    )
    rule = ProvincialUnified(0.0, 0.25, 0.75, 0.0)
    opening = Funds(np.array([8.0, 12.0]), np.array([20.0]), np.zeros(()), np.zeros(2))
    s = stack(rule, NoUpperTier(), [0, 0], provincial_treasury=1.0).settle(a, opening)
    np.testing.assert_allclose(s.flows["stock_remittance"], [8, 12])
    # Of deficits of 40 and 40 the reserves of 40 meet half; three quarters of the second are off-list.
    np.testing.assert_allclose(s.managerial_gap, [0, 30])
    np.testing.assert_allclose(s.flows["local_gap_subsidy"], [0.25 * 20, (0.25 * 0.25 + 0.75 * 0.75) * 20])
    np.testing.assert_allclose(s.flows["provincial_gap_subsidy"].sum(), 40 - 5 - 12.5)
    np.testing.assert_allclose(s.own_money, [-8 - 5, -12 - 12.5])


def test_unified_province_leaves_some_months_of_stock_which_pay_the_local_share_first() -> None:
    a = accounts(2, benefits_enterprise=[120, 120], treasury_capacity=[99, 99])
    opening = Funds(np.array([100.0, 2.0]), np.zeros(1), np.zeros(()), np.zeros(2))
    s = stack(ProvincialUnified(6.0, 0.5, 0.5, 0.0), NoUpperTier(), [0, 0], bailout=1.0).settle(a, opening)
    # Half a year of spending stays: 60 and 2. Of the gap of 200 each bears half of its half.
    np.testing.assert_allclose(s.flows["stock_remittance"], [40 + 50, 2])
    np.testing.assert_allclose(s.flows["local_gap_subsidy"], [0, 48])
    np.testing.assert_allclose(s.flows["central_gap_subsidy"], [50, 50])
    np.testing.assert_allclose(s.funds.local, [10, 0])


def test_in_a_unified_province_a_locality_owes_only_its_unpaid_share_of_an_advance() -> None:
    a = accounts(2, benefits_enterprise=[100, 100], treasury_capacity=[10, 99])
    s = stack(ProvincialUnified(0, 0.4, 0.4, 0), NoUpperTier(), [0, 0]).settle(a, reserves(2, 1))
    np.testing.assert_allclose(s.flows["advance"], [90, 60])
    np.testing.assert_allclose(s.own_money, [-10 - 30, -40])


def test_plan_is_a_ratchet_pulled_toward_the_national_norm() -> None:
    """Collected 80 and 40 of 100 and 100 collectable: norm 0.6; the second's wage bill doubles.

    Plan: 0.75 · 80 + 0.25 · 60 = 75 and 0.75 · 80 + 0.25 · 120 = 90. Who collected more owes more next year.
    """
    first = accounts(2, contributions_enterprise=[80, 40], collectable=[100, 100])
    grown = first._replace(collectable=np.array([100.0, 200.0]))
    memory = Memory.opening(first)
    np.testing.assert_allclose(plan(grown, memory, 0.25), [75, 90])
    pushed = memory._replace(collected=np.array([[80.0, 40.0], [90.0, 40.0]]))
    np.testing.assert_allclose(plan(grown, pushed, 0.25), [[75, 90], [0.75 * 90 + 0.25 * 65, 92.5]])
    np.testing.assert_allclose(plan(grown, memory, 0.0), [80, 80])


def test_collecting_harder_this_year_raises_next_years_managerial_gap() -> None:
    """Ten yuan more this year raise the plan of the next by ten, and what is missing from it with them."""
    pushed = accounts(2, contributions_enterprise=[[50, 50], [60, 50]], collectable=[99, 99])
    plain = stack(Municipal(), NoUpperTier(), [0, 1])
    memory = plain.settle(pushed, reserves(2, 2)).memory
    back = accounts(2, contributions_enterprise=[50, 50], collectable=[99, 99], benefits_enterprise=[70, 70])
    s = plain.settle(back, reserves(2, 2), memory)
    np.testing.assert_allclose(s.managerial_gap, [[0, 0], [10, 0]])


def test_error_of_sight_moves_the_share_charged_not_the_gap() -> None:
    """A gap of 40, none of it managerial, is taken for a quarter managerial: 0.75 · 0.2 + 0.25 · 0.6."""
    a = accounts(2, benefits_enterprise=[40, 40], treasury_capacity=[99, 99])
    blurred = stack(ProvincialUnified(0, 0.2, 0.6, 0), NoUpperTier(), [0, 0], sight=np.array([0.25, -0.25]))
    s = blurred.settle(a, reserves(2, 1))
    np.testing.assert_allclose(s.flows["local_gap_subsidy"], [40 * 0.3, 40 * 0.2])
    np.testing.assert_allclose(s.managerial_gap, [0, 0])


def test_common_mode_shares_the_gap_by_output() -> None:
    a = accounts(2, benefits_enterprise=[40, 0], treasury_capacity=[99, 99], gdp=[100, 300])
    s = stack(ProvincialUnified(0, 1, 1, 1), NoUpperTier(), [0, 0]).settle(a, reserves(2, 1))
    np.testing.assert_allclose(s.flows["local_gap_subsidy"], [10, 30])


def test_national_2022_balances_after_the_local_share() -> None:
    a = accounts(
        4,
        contributions_enterprise=[300, 200, 50, 60],
        benefits_enterprise=[100, 100, 100, 100],
        off_list=[0, 0, 0, 20],
        treasury_capacity=[0, 0, 50, 50],
        gdp=[200, 120, 40, 120],
        population=[100, 100, 100, 100],
    )
    s = stack(Municipal(), National2022(0.1, 0.6, 0.5), [0, 1, 2, 3]).settle(a, reserves(4, 4, 100.0))
    # Deficits 50 (output a third of the mean: no local share) and 30, of which a tenth is local.
    np.testing.assert_allclose(s.flows["local_deficit_share"], [0, 0, 0, 3])
    np.testing.assert_allclose(s.flows["received_from_centre"], [0, 0, 50, 27])
    np.testing.assert_allclose(s.flows["remitted_to_centre"], 77 / 300 * np.array([200, 100, 0, 0]))
    np.testing.assert_allclose(s.funds.local[2:], [100, 90])


def test_local_treasuries_pay_no_more_than_their_capacity_in_all() -> None:
    a = accounts(2, benefits_enterprise=[100, 100], treasury_capacity=[25, 1000])
    s = stack(Municipal(), National2022(0.2, 0.6, 0.5), [0, 1]).settle(a, reserves(2, 2))
    np.testing.assert_allclose(s.flows["local_deficit_share"], [20, 20])
    np.testing.assert_allclose(s.flows["local_gap_subsidy"], [5, 80])


def test_a_province_that_is_one_locality_has_one_treasury() -> None:
    a = accounts(2, benefits_enterprise=[100, 100], treasury_capacity=[30, 30], gdp=[1000, 1000])
    s = stack(Municipal(), NoUpperTier(), [1, 0], provincial_treasury=1.0).settle(a, reserves(2, 2))
    np.testing.assert_allclose(s.flows["provincial_gap_subsidy"], [0, 0])
    np.testing.assert_allclose(s.flows["advance"], [70, 70])


def test_the_gap_climbs_from_reserve_to_treasuries_to_centre_to_advance() -> None:
    a = accounts(2, benefits_enterprise=[100, 0], treasury_capacity=[20, 0], gdp=[100, 100])
    opening = Funds(np.array([10.0, 0]), np.zeros(1), np.zeros(()), np.array([0.0, 5]))
    s = stack(Municipal(), NoUpperTier(), [0, 0], bailout=0.25, provincial_treasury=0.05).settle(a, opening)
    for name, amount in (
        ("local_gap_subsidy", 20),
        ("provincial_gap_subsidy", 10),
        ("central_gap_subsidy", 15),
        ("advance", 45),
    ):
        np.testing.assert_allclose(s.flows[name], [amount, 0])
    np.testing.assert_allclose(s.own_money, [-10 - 20 - 45, 0])
    np.testing.assert_allclose(s.funds.advances, [45, 5])
    repaid = stack(Municipal(), NoUpperTier(), [0, 0]).settle(
        accounts(2, contributions_enterprise=[50, 2]), s.funds
    )
    np.testing.assert_allclose(repaid.flows["advance_repaid"], [45, 2])
    np.testing.assert_allclose(repaid.own_money, [50, 2])


@pytest.mark.parametrize(
    ("lower", "reserve", "worth"),
    [
        (Municipal(), 1e6, 1.0),
        (Municipal(), 0.0, 0.6),
        (ProvincialUnified(0, 0.3, 0.3, 0), 1e6, 0.0),
    ],
)
def test_what_a_yuan_collected_is_worth_follows_from_the_rule(
    lower: object, reserve: float, worth: float
) -> None:
    """Own pool 1; a bailout with probability 0.4 leaves 0.6; a unified province with reserves nothing."""
    contributions = np.array([[50.0, 50.0], [51.0, 50.0]])
    a = accounts(2, contributions_enterprise=contributions, benefits_enterprise=[90, 90])
    s = stack(lower, NoUpperTier(), [0, 0], bailout=0.4).settle(a, reserves(2, 1, reserve))
    assert s.own_money[1, 0] - s.own_money[0, 0] == pytest.approx(worth)


def test_public_sector_gap_is_its_own_treasurys() -> None:
    a = accounts(2, contributions_public=[30, 50], benefits_public=[40, 45])
    s = stack(Municipal(), NoUpperTier(), [0, 1]).settle(a, reserves(2, 2))
    np.testing.assert_allclose(s.flows["public_gap_subsidy"], [10, 0])
    np.testing.assert_allclose(regimes.subsidies(s.flows)[1], [10, 0])
    np.testing.assert_allclose(s.own_money, [-10, 5])


# --- subsidies, names, resolution ------------------------------------------------------------------------


def test_lump_subsidy_follows_the_published_series(P: Parameters) -> None:
    assert [national_total(P, y) for y in range(2014, 2018)] == [3269e8, 3893e8, 4291e8, 4955e8]
    assert national_total(P, 2018) == pytest.approx(4955e8 * (1 + P.value("regimes.subsidy_growth", 2018)))
    assert national_total(P, 2013) == pytest.approx(3269e8 / (1 + P.value("regimes.subsidy_growth", 2014)))


def test_lump_subsidy_cannot_be_earned(P: Parameters) -> None:
    key = regimes.subsidy_key(ADJUSTED)
    assert key.sum() == pytest.approx(1.0)
    assert np.argmax(key) == 1  # three million insured for two and a half million retirees
    built = regimes.build("municipal", "none", P, 2016, np.arange(3), key=key)
    what_if = ADJUSTED._replace(enterprise_retirees=np.stack([RETIRED, 2 * RETIRED]))
    s = built.settle(what_if, reserves(3, 3))
    np.testing.assert_array_equal(s.flows["central_lump_subsidy"][0], s.flows["central_lump_subsidy"][1])
    central, local = regimes.subsidies(s.flows)
    assert central[0].sum() == pytest.approx(0.9 * 4291e8)
    assert local[0].sum() == pytest.approx(0.1 * 4291e8)
    mostly_central = replace(built, central_share=0.95).settle(ADJUSTED, reserves(3, 3))
    assert regimes.subsidies(mostly_central.flows)[1].sum() == pytest.approx(0.05 * 4291e8)


def test_half_a_year_of_central_adjustment_moves_half_of_a_year(P: Parameters) -> None:
    def adjusted(upper: str) -> Stack:
        return regimes.build("municipal", upper, P, 2018, np.arange(3), key=np.zeros(3))

    assert adjusted("central_adjustment").upper == CentralAdjustment(0.03, 0.9)
    parts = [(1 / 4, adjusted("none")), (3 / 4, adjusted("central_adjustment"))]
    year = regimes.Schedule(tuple(parts)).settle(ADJUSTED, reserves(3, 3, 1e12))
    whole = adjusted("central_adjustment").settle(ADJUSTED, reserves(3, 3, 1e12))
    np.testing.assert_allclose(year.flows["remitted_to_centre"], 0.75 * whole.flows["remitted_to_centre"])


def test_lower_regimes_coincide_where_a_province_is_one_locality(P: Parameters) -> None:
    a = ADJUSTED._replace(benefits_enterprise=np.array([1e9, 9e9, 5e9]))
    settled = [
        regimes.build(lower, "central_adjustment", P, 2019, np.arange(3), key=np.zeros(3)).settle(
            a, reserves(3, 3, 1e9)
        )
        for lower in regimes.LOWER
    ]
    for other in settled[1:]:
        np.testing.assert_array_equal(other.own_money, settled[0].own_money)
    pair = [("municipal", "none"), ("provincial_unified", "none")]
    with pytest.raises(UserError, match="coincide"):
        regimes.validate(pair, np.arange(3))
    regimes.validate(pair, np.array([0, 0, 1]))
    regimes.validate([("municipal", "none"), ("municipal", "national_2022")], np.arange(3))


def test_unknown_regime_names_the_nearest(P: Parameters) -> None:
    with pytest.raises(UserError, match="unknown lower regime 'municipel'; did you mean 'municipal'"):
        regimes.build("municipel", "none", P, 2018, np.arange(3), key=np.zeros(3))
    with pytest.raises(UserError, match="upper regime 'central'"):
        regimes.validate([("municipal", "central")], np.arange(3))


def test_every_rule_is_built_from_the_records(P: Parameters) -> None:
    for lower in regimes.LOWER:
        for upper in regimes.UPPER:
            built = regimes.build(lower, upper, P, 2022, np.array([0, 0, 1]), key=np.zeros(3))
            assert built.lower.declaration.stock
            assert built.upper.declaration.gap


@given(st.lists(st.floats(0, 1e9), min_size=1, max_size=20))
def test_largest_remainder_moves_nobody_by_a_whole_unit(amounts: list[float]) -> None:
    values = np.array(amounts)
    whole = largest_remainder(values)
    assert np.abs(whole - values).max() < 1
    assert abs(whole.sum() - values.sum()) <= 0.5 + 1e-6
    assert largest_remainder(np.array([0.5, 0.5, 0.5, 0.5])).tolist() == [1, 1, 0, 0]


def test_a_province_gives_no_stock_that_its_adjustment_fund_has_paid_out() -> None:
    """A fund of 1 yuan pays its only locality's gap; the centre, which draws all stock, gets none of it."""
    rule = CentralDifferential(0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0)
    world = stack(ProvincialAdjustment(0.0), rule, [0, 1, 1])
    opening = Funds(np.zeros(3), np.array([0.0, 1.0]), np.zeros(()), np.zeros(3))
    settled = world.settle(accounts(3, benefits_enterprise=np.ones(3)), opening)
    regimes.check(settled, opening, world.membership)
    assert settled.flows["adjustment_payment"].sum() == pytest.approx(1.0)
    assert settled.flows["remitted_to_centre"].sum() == 0.0
