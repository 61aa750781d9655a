"""What holds in every run and every year: money to the fen, people to the person, ratios as defined."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from runs import model, prefectures

from abm import data, draws
from abm.columns import PLACE, SCHEMA
from abm.parameters import Parameters
from abm.population import strata
from abm.population.census import ADULT
from abm.population.persons import Flag, Status, birth_year_of
from abm.results import Results
from abm.scheme import retirement
from abm.space import NATION, PROVINCE_NAMES, PROVINCES

LOANS = ("advance", "advance_repaid")
N = len(PROVINCE_NAMES)
CODES = {province.name: province.code for province in PROVINCES}


@pytest.fixture(scope="module", params=["province", "prefecture"])
def run(request: pytest.FixtureRequest, history: Results) -> Results:
    return history if request.param == "province" else prefectures()


def fen(yuan: pd.Series) -> pd.Series:
    """Whole fen; fails where an amount is not a whole number of them, up to the rounding of sums."""
    whole = np.rint(yuan * 100.0)
    assert (np.abs(yuan * 100.0 - whole) <= 3e-15 * np.abs(yuan * 100.0) + 0.01).all()
    return whole.astype(np.int64)


# --- money


@pytest.mark.parametrize("table", ["national", "provinces", "localities"])
def test_reserve_is_opening_plus_what_came_in_less_what_went_out(run: Results, table: str) -> None:
    x = getattr(run, table)
    came = ("reserve_opening", "contribution_revenue", "fiscal_subsidy", "interest", "transfers_in")
    went = ("transfers_out", "benefit_expenditure")
    expected = sum(fen(x[name]) for name in came) - sum(fen(x[name]) for name in went)
    # Rows are whole fen each; their sums in floating point may lose the last one.
    assert (np.abs(fen(x.reserve) - expected) <= 1).all()


@pytest.mark.parametrize("table", ["national", "provinces", "localities"])
def test_a_year_opens_with_the_reserve_the_last_one_closed_with(run: Results, table: str) -> None:
    x = getattr(run, table)
    key = "locality" if table == "localities" else "province"
    wide = x.pivot(index="year", columns=key, values=["reserve", "reserve_opening"])
    assert (wide["reserve_opening"].to_numpy()[1:] == wide["reserve"].to_numpy()[:-1]).all()


def test_the_ledger_explains_every_reserve_to_the_fen(run: Results) -> None:
    places = run.localities[["year", "locality", "reserve", "reserve_opening"]]
    ledger = run.ledger[~run.ledger.kind.isin(LOANS)].assign(fen=lambda x: fen(x.amount))
    came, went = (
        ledger.rename(columns={party: "account"}).groupby(["year", "account"]).fen.sum()
        for party in ("payee", "payer")
    )
    net = came.sub(went, fill_value=0).astype(np.int64).reset_index()
    kind, _, where = (net.account.str.partition(":")[i] for i in range(3))
    funds = net.assign(province=where.str.split("/").str[0], locality=where.str.split("/").str[1])[
        kind == "fund"
    ]
    of_place = funds.dropna(subset="locality").groupby(["year", "locality"]).fen.sum()
    change = places.set_index(["year", "locality"])
    change = fen(change.reserve) - fen(change.reserve_opening)
    if places.locality.nunique() == N:  # a province that is one locality has one account
        of_place = funds[funds.province != NATION].assign(locality=funds.province.map(CODES))
        of_place = of_place.groupby(["year", "locality"]).fen.sum()
    off = of_place.reindex(change.index, fill_value=0) - change
    assert (off == 0).all(), off[off != 0]
    of_province = funds.groupby(["year", "province"]).fen.sum()
    change = run.provinces.set_index(["year", "province"])
    change = fen(change.reserve) - fen(change.reserve_opening)
    assert (np.abs(of_province.reindex(change.index, fill_value=0) - change) <= 1).all()
    centre = of_province.drop(index=list(PROVINCE_NAMES), level="province")
    assert (centre == 0).all(), "the centre's pool keeps nothing"


def test_the_ledger_adds_up_to_the_published_columns(run: Results) -> None:
    ledger = run.ledger.assign(fen=fen(run.ledger.amount))
    by_kind = ledger.pivot_table(index="year", columns="kind", values="fen", aggfunc="sum", fill_value=0)

    def total(*kinds: str) -> pd.Series:
        return by_kind.reindex(columns=kinds, fill_value=0).sum(axis=1)

    nation = run.national.set_index("year")
    contributions = [kind for kind in by_kind if "contributions" in kind] + ["back payments"]
    assert (np.abs(total(*contributions) - fen(nation.contribution_revenue)) <= 1).all()
    pensions = ["pensions", "legacy pensions", "refunds", "public-sector pensions"]
    assert (np.abs(total(*pensions) - fen(nation.benefit_expenditure)) <= 1).all()
    from_budgets = ledger[
        ledger.payer.str.startswith("budget") & ledger.payee.str.startswith("fund") & ~ledger.kind.isin(LOANS)
    ]
    central = from_budgets[from_budgets.payer == f"budget:{NATION}"].groupby("year").fen.sum()
    assert (np.abs(central.reindex(nation.index, fill_value=0) - fen(nation.central_subsidy)) <= 1).all()
    subsidy = from_budgets.groupby("year").fen.sum()
    assert (np.abs(subsidy - fen(nation.fiscal_subsidy)) <= 1).all()
    assert (np.abs(total("interest") - fen(nation.interest)) <= 1).all()


def test_transfers_between_governments_sum_to_zero(run: Results) -> None:
    for rows in (run.provinces, run.national):
        yearly = rows.assign(net=fen(rows.transfers_in) - fen(rows.transfers_out)).groupby("year").net.sum()
        assert (yearly == 0).all()
    migrants = run.provinces.groupby("year")[["in_migrants", "out_migrants"]].sum()
    assert (migrants.in_migrants == migrants.out_migrants).all()
    assert migrants.in_migrants[2010] == 0
    assert (migrants.in_migrants[migrants.index > 2010] > 0).all()
    moved = run.provinces.groupby("year").transfers_in.sum()
    assert (moved[moved.index > 2010] > 0).all()


def test_the_adjustment_fund_pays_out_what_it_took(history: Results) -> None:
    ledger = history.ledger.assign(fen=fen(history.ledger.amount))
    taken = ledger[ledger.kind == "remitted_to_centre"].groupby("year").fen.sum()
    given = ledger[ledger.kind == "received_from_centre"].groupby("year").fen.sum()
    assert list(taken.index) == [2018]
    assert (taken == given).all()
    assert (ledger[ledger.kind == "remitted_to_centre"].payee == f"fund:{NATION}").all()


def test_the_first_reserve_is_the_published_one(history: Results) -> None:
    published = data.panel("pension_province", "fund_balance", [2009])[:, 0]
    opening = history.provinces.query("year == 2010").reserve_opening.to_numpy()
    known = ~np.isnan(published)
    assert known.sum() >= 15
    assert opening[known] == pytest.approx(published[known], abs=0.01)


# --- people


def test_headcounts_of_the_first_year_are_the_published_ones(run: Results) -> None:
    first = run.provinces.query("year == 2010")
    for column, variable in (("insured_employees", "insured_employees"), ("retirees", "insured_retirees")):
        published = data.panel("pension_province", variable, [2010])[:, 0]
        assert (first[column].to_numpy() == np.rint(published)).all()
    # Children are counted as the cohorts that come of age later, which a later census partly supplies.
    residents = data.panel("population_total", "resident_pop_yearend", [2010])[:, 0]
    assert first.population.to_numpy() == pytest.approx(residents, rel=0.025)
    assert first.population.sum() == pytest.approx(residents.sum(), rel=0.01)


MEASURES = (
    "adults", "deaths", "arrivals", "departures", "insured", "retirees", "new_retirees", "lump_sums",
    "to_resident_scheme", "flexible", "public_staff", "bought_in",
)  # fmt: skip


class Year(NamedTuple):
    """A year's step: persons and weights before and after, and what the pass says happened."""

    year: int
    before: pd.DataFrame
    after: pd.DataFrame
    measures: dict[str, np.ndarray]
    came_of_age: int
    account_interest: float
    minimum_months: int


@pytest.fixture(scope="module")
def steps() -> list[Year]:
    """Six years of the history, person by person."""
    m = model(end=2016)
    result, after = [], persons(m)
    while m.year < m.scenario.end:
        before, serials = after, dict(m.population.serials)
        m.step()
        after = persons(m)
        came = 0
        for (birth, province), used in m.population.serials.items():
            new = used - serials.get((birth, province), 0)
            assert new == 0 or birth == m.year - ADULT
            stratum = strata.stratum(province, strata.OTHERS, np.array([0]))[0]
            came += new * int(m.population.weights[stratum])
        measures = {name: m.sums[name].copy() for name in MEASURES}
        interest = m.rules.account_interest
        minimum = m.rules.retirement.minimum_months
        result.append(Year(m.year, before, after, measures, came, interest, minimum))
    return result


def persons(m) -> pd.DataFrame:
    """The persons in use, by id, with weight, age, and the months to the statutory age at the year's end."""
    table = m.workers.to_pandas()
    weight = m.population.weights[table["stratum"]]
    frame = table.assign(weight=weight, age=m.year - birth_year_of(table["id"].to_numpy()))
    flags = frame["flags"].to_numpy()
    for name in ("FEMALE", "PUBLIC", "INSIDE", "PAYS", "COVERED", "STOPPED", "CADRE"):
        frame[name.lower()] = (flags & getattr(Flag, name)) > 0
    ids = frame["id"].to_numpy()
    month = 1 + (12.0 * draws.uniforms(m.keys.birth_month, ids)).astype(int)
    birth = birth_year_of(ids)
    age = retirement.statutory_age_months
    statutory = [
        age(*key, m.rules.retirement)
        for key in zip(frame.female.astype(int), frame.cadre.astype(int), birth, month, strict=True)
    ]
    frame["months_past_age"] = 12 * m.year + 11 - (12 * birth + month - 1 + np.array(statutory))
    assert frame["id"].is_unique
    return frame.set_index("id")


def test_adults_are_those_before_plus_those_of_age_less_the_dead(steps: list[Year]) -> None:
    for y in steps:
        adults, deaths = y.measures["adults"].sum(), y.measures["deaths"].sum()
        assert y.before.weight.sum() + y.came_of_age - deaths == adults == y.after.weight.sum()
        assert deaths > 0
        assert y.came_of_age > 0


def test_everybody_who_is_gone_is_a_death_and_everybody_new_is_sixteen(steps: list[Year]) -> None:
    for y in steps:
        gone = y.before.index.difference(y.after.index)
        new = y.after.loc[y.after.index.difference(y.before.index)]
        assert (new.age == ADULT).all()
        never_seen = y.came_of_age - new.weight.sum()  # died in the year they came of age
        assert y.before.weight[gone].sum() + never_seen == y.measures["deaths"].sum()


def test_residents_of_provinces_change_by_birthdays_deaths_and_moves(steps: list[Year]) -> None:
    for y in steps:
        came_and_went = y.measures["arrivals"] - y.measures["departures"]
        assert came_and_went.sum() == 0
        new = y.after.loc[y.after.index.difference(y.before.index)]
        both = y.before.index.intersection(y.after.index)
        moved_in = (
            y.after.loc[both].groupby("locality").weight.sum()
            - y.before.loc[both].groupby("locality").weight.sum()
        )
        away_at_once = new[new.locality != new.hukou]
        moved_in = moved_in.reindex(range(N), fill_value=0)
        moved_in += away_at_once.groupby("locality").weight.sum().reindex(range(N), fill_value=0)
        moved_in -= away_at_once.groupby("hukou").weight.sum().reindex(range(N), fill_value=0)
        assert (moved_in.to_numpy() == came_and_went).all()


def test_insured_reconcile_person_by_person(steps: list[Year]) -> None:
    for y in steps:
        measures = {name: int(values.sum()) for name, values in y.measures.items()}
        working = y.after.inside & (y.after.status != Status.RETIRED)
        assert y.after.weight[working].sum() == measures["insured"]
        drawing = y.after.inside & (y.after.status == Status.RETIRED)
        assert y.after.weight[drawing].sum() == measures["retirees"]
        both = y.before.index.intersection(y.after.index)
        b, a = y.before.loc[both], y.after.loc[both]
        retired_now = (b.status != Status.RETIRED) & (a.status == Status.RETIRED)
        assert a.weight[retired_now & a.inside].sum() == measures["new_retirees"]
        left = b.inside & ~a.inside
        first_and_last_year = a.stopped & ~b.stopped & ~b.inside
        out = measures["lump_sums"] + measures["to_resident_scheme"]
        assert a.weight[left | first_and_last_year].sum() == out
        assert a.stopped[left].all()


def test_who_buys_in_had_no_past_and_gets_the_minimum_of_a_pension(steps: list[Year]) -> None:
    """Past the age, never a member, fifteen years paid at once."""
    for y in steps:
        both = y.before.index.intersection(y.after.index)
        b, a = y.before.loc[both], y.after.loc[both]
        bought = (
            ~b.inside & ~b.public & (b.status != Status.RETIRED) & (a.status == Status.RETIRED) & a.inside
        )
        assert a.weight[bought].sum() == y.measures["bought_in"].sum() > 0
        assert (a.paid_months[bought] == y.minimum_months).all()
        assert (b.paid_months[bought] == 0).all()
        assert (a.months_past_age[bought] >= 12).all()
        assert not a.stopped[bought].any()


def test_a_pension_once_drawn_is_drawn_for_life_and_nobody_pays_beside_it(steps: list[Year]) -> None:
    for y in steps:
        both = y.before.index.intersection(y.after.index)
        b, a = y.before.loc[both], y.after.loc[both]
        was = b.status == Status.RETIRED
        assert (a.status[was] == Status.RETIRED).all()
        assert (a.paid_months[was] == b.paid_months[was]).all()
        assert not (a.pays & (a.status == Status.RETIRED)).any()
        assert (a.pension[a.status != Status.RETIRED] == 0.0).all()
        assert (a.pension[a.status == Status.RETIRED] > 0.0).all()


def test_months_and_accounts_follow_the_year(steps: list[Year]) -> None:
    for y in steps:
        both = y.before.index.intersection(y.after.index)
        b, a = y.before.loc[both], y.after.loc[both]
        going_on = (a.status != Status.RETIRED) & ~a.stopped
        months = a.paid_months.astype(int) - b.paid_months.astype(int)
        # Who moves the relation without asking for a transfer may lose months and account.
        kept = b.relation == a.relation
        assert months[going_on & a.pays & kept].between(1, 12).all()
        assert (months[going_on & a.pays] <= 12).all()
        assert (months[going_on & ~a.pays] == 0).all()
        assert (a.pays[going_on] <= a.inside[going_on]).all()
        lapsed = going_on & ~a.pays & b.inside
        assert lapsed.sum() > 100
        assert a.account[lapsed].to_numpy() == pytest.approx(
            b.account[lapsed].to_numpy() * (1.0 + y.account_interest), rel=1e-5
        )
        assert (a.account[going_on & a.pays & kept] >= b.account[going_on & a.pays & kept]).all()


def test_who_draws_a_new_pension_has_the_months_and_nearly_the_age(steps: list[Year]) -> None:
    for y in steps:
        both = y.before.index.intersection(y.after.index)
        b, a = y.before.loc[both], y.after.loc[both]
        new = a[(b.status != Status.RETIRED) & (a.status == Status.RETIRED) & ~a.public]
        assert len(new) > 50
        assert (new.paid_months.astype(int) + new.deemed_months >= y.minimum_months).all()
        assert (new.months_past_age >= -60).all()


def test_the_insured_past_the_age_are_paying_towards_the_minimum(steps: list[Year]) -> None:
    y = steps[-1]
    past = y.after.inside & (y.after.status != Status.RETIRED) & (y.after.months_past_age >= 12)
    assert y.after[past].pays.all()
    assert y.after.weight[past].sum() < 0.01 * y.measures["insured"].sum()


def test_work_is_counted_once_and_employers_hold_their_staff(steps: list[Year]) -> None:
    for y in steps:
        for measure, status in (("flexible", Status.FLEXIBLE), ("public_staff", Status.PUBLIC)):
            now = y.after.weight[y.after.status == status].sum()
            assert now <= y.measures[measure].sum() + y.measures["new_retirees"].sum()
        assert ((y.after.status == Status.FORMAL) == (y.after.employer >= 0)).all()
        staying = y.after[~y.after.stopped]
        assert (staying.covered <= (staying.status == Status.FORMAL)).all()


# --- tables


def test_tables_have_the_columns_of_the_contract_in_order_and_type(run: Results) -> None:
    kinds = {"integer": "i", "number": "f", "flag": "b"}
    for name, table in SCHEMA.items():
        frame = run.frames[name]
        assert list(frame.columns) == list(table)
        for column, entry in table.items():
            if entry.kind == "text":
                assert frame[column].map(type).eq(str).all(), column
            else:
                assert frame[column].dtype.kind == kinds[entry.kind], column
                assert frame[column].dtype.itemsize in {1, 8}
                assert np.isfinite(frame[column].astype(float)).all(), column
    assert list(run.national.year) == list(range(2010, 2010 + len(run.national)))
    assert (run.provinces.groupby("year").province.apply(list).map(tuple) == PROVINCE_NAMES).all()


ADDITIVE = (
    "insured_employees", "payers", "retirees", "flexible_insured", "contribution_revenue",
    "benefit_expenditure", "fiscal_subsidy", "central_subsidy", "local_subsidy", "interest", "due",
    "adjustment_headcount", "general_gap", "managerial_gap", "employers", "capital", "output",
)  # fmt: skip


def test_localities_add_up_to_provinces_and_provinces_to_the_nation(run: Results) -> None:
    places = run.localities.groupby(["year", "province"])[list(ADDITIVE)].sum()
    provinces = run.provinces.set_index(["year", "province"])
    nation = run.national.set_index("year")
    for column in ADDITIVE:
        exact = SCHEMA["national"][column].kind == "integer"
        tolerance = {"abs": 0} if exact else {"rel": 1e-12, "abs": 0.01}
        got = places[column].reindex(provinces.index).to_numpy()
        assert provinces[column].to_numpy() == pytest.approx(got, **tolerance), column
        summed = provinces[column].groupby("year").sum().to_numpy()
        assert nation[column].to_numpy() == pytest.approx(summed, **tolerance), column
    summed = provinces.population.groupby("year").sum()
    assert (np.abs(summed - nation.population) <= N).all()  # children are no whole persons
    reserves = provinces[["reserve", "reserve_opening"]].groupby("year").sum()
    assert nation[["reserve", "reserve_opening"]].to_numpy() == pytest.approx(reserves.to_numpy(), rel=1e-12)


def test_at_province_resolution_the_localities_are_the_provinces(history: Results) -> None:
    columns = ["year", "province", *PLACE]
    pd.testing.assert_frame_equal(history.localities[columns], history.provinces[columns])


def test_ratios_are_what_their_definitions_say(run: Results) -> None:
    for x in (run.national, run.provinces, run.localities):
        paying, spending = x.insured_employees > 0, x.benefit_expenditure > 0
        base = x.insured_employees * x.average_wage
        assert np.allclose(x.effective_rate[paying], (x.contribution_revenue / base)[paying], rtol=1e-12)
        months = 12.0 * x.reserve / x.benefit_expenditure
        assert np.allclose(x.payable_months[spending], months[spending], rtol=1e-12, atol=1e-9)
        drawing = x.retirees > 0
        mean = x.benefit_expenditure / x.retirees
        assert np.allclose(x.average_pension[drawing], mean[drawing], rtol=1e-12)
        assert np.allclose(
            x.replacement_rate[paying], (x.average_pension / x.average_wage)[paying], rtol=1e-12
        )
        assert np.allclose(x.fiscal_subsidy, x.central_subsidy + x.local_subsidy, rtol=1e-12)
    for x in (run.national, run.provinces):  # of a locality's payers some retire on another one's pension
        assert (x.payers <= x.insured_employees + x.retirees).all()


@pytest.mark.parametrize("year", [2010, 2014, 2018])
def test_effective_rate_closes_the_identity_of_pension_over_wage(history: Results, year: int) -> None:
    """Spending = contributions + rest, so pension / wage = effective rate × insured / retirees + rest."""
    x = history.provinces.query(f"year == {year}")
    flows = x.fiscal_subsidy + x.interest + x.transfers_in - x.transfers_out
    rest = (flows - (x.reserve - x.reserve_opening)) / (x.retirees * x.average_wage)
    identity = x.effective_rate * x.insured_employees / x.retirees + rest
    assert identity.to_numpy() == pytest.approx(x.replacement_rate.to_numpy(), rel=1e-9)


def test_no_flow_or_headcount_is_negative_and_shares_are_shares(run: Results) -> None:
    free = {"reserve", "reserve_opening", "payable_months", "general_gap", "managerial_gap"}
    for x in (run.national, run.provinces, run.localities):
        for column, entry in PLACE.items():
            if column not in free:
                assert (x[column] >= 0).all(), column
            if entry.unit == "share" and column not in {"replacement_rate", "effective_rate"}:
                assert (x[column] <= 1.0).all(), column
    for x, columns in (
        (run.groups, ["persons", "payers", "lapsed", "contributions", "pensions"]),
        (run.employers, ["employers", "staff", "insured", "declared", "due_base", "wages"]),
        (run.ledger, ["amount"]),
    ):
        assert (x[columns] >= 0).all().all()
    assert (run.employers.insured <= run.employers.staff).all()
    assert (run.ledger.amount > 0).all()


def test_groups_add_up_to_the_columns(run: Results) -> None:
    groups, nation = run.groups, run.national.set_index("year")
    yearly = groups.groupby("year")[["payers", "lapsed", "contributions", "pensions"]].sum()
    assert (yearly.payers == nation.payers).all()
    assert yearly.contributions.to_numpy() == pytest.approx(nation.contribution_revenue.to_numpy(), abs=0.05)
    assert yearly.pensions.to_numpy() == pytest.approx(nation.benefit_expenditure.to_numpy(), abs=0.05)
    residents = run.provinces.set_index(["year", "province"]).population
    adults = groups.groupby(["year", "province"]).persons.sum().reindex(residents.index)
    assert (adults / residents).between(0.65, 0.95).all()


@pytest.mark.parametrize("resolution", ["province", "prefecture"])
def test_members_are_those_who_pay_and_those_who_lapsed(resolution: str) -> None:
    """Where no record is left behind; else registers hold more."""
    end = 2013 if resolution == "province" else 2011
    m = model(resolution=resolution, end=end, set={"portability.duplicates_kept": 0.0})
    results = m.run()
    groups, nation = results.groups, results.national.set_index("year")
    working = groups[groups.status != "retired"].groupby("year")[["payers", "lapsed"]].sum().sum(axis=1)
    assert (working >= nation.insured_employees).all()  # some paid and left with a lump sum in the year
    assert (working < 1.01 * nation.insured_employees).all()
    assert working[2010] == nation.insured_employees[2010]


def fifteen_years(run: Results) -> pd.Series:
    """What those who buy in would pay at the national floor and the year's wage, by year, yuan."""
    value = Parameters.load().value
    paid = run.selection.merge(run.provinces[["year", "province", "average_wage"]])
    price = value("worker.buy_in_price", 2011) * value("contributions.flexible_rate", 2011)
    floor = value("contributions.base_floor", 2011)
    return (paid.bought_in * 15.0 * price * floor * paid.average_wage).groupby(paid.year).sum()


def test_nobody_contributes_and_draws_a_pension_but_in_the_year_of_retirement(run: Results) -> None:
    groups = run.groups
    base_year, retired = groups.year == groups.year.min(), groups.status == "retired"
    assert (groups.contributions[retired & base_year] == 0.0).all()
    assert (groups.payers[retired & base_year] == 0).all()
    too_old = retired & (groups.birth_cohort + 4 < groups.year - 67)
    bought = run.selection.groupby("year").bought_in.sum()
    closed = too_old & groups.year.isin(bought[bought == 0].index)
    assert groups.persons[closed].sum() > 0
    assert (groups.contributions[closed] == 0.0).all()
    new = groups[retired & ~base_year].groupby("year").contributions.sum()
    assert (new > 0).all()
    everybody = groups.groupby("year").contributions.sum()[new.index]
    at_once = fifteen_years(run)[new.index]
    assert (at_once[bought[new.index] == 0] == 0.0).all()
    assert (new < 0.03 * everybody + at_once).all()
    assert (new > 0.5 * at_once).all()
    # What others than pensioners receive is the refund of their accounts.
    refunds = run.ledger[run.ledger.kind == "refunds"].groupby("year").amount.sum()
    received = groups[~retired].groupby("year").pensions.sum()
    assert received.to_numpy() == pytest.approx(
        refunds.reindex(received.index, fill_value=0.0).to_numpy(), abs=0.05
    )


def test_at_prefecture_resolution_moves_within_a_province_cross_the_borders_of_localities() -> None:
    x = prefectures()
    by_place = x.localities.groupby("year").in_migrants.sum()
    by_province = x.provinces.groupby("year").in_migrants.sum()
    assert by_place[2012] > by_province[2012]


# --- parts of money that totals alone would not show


def test_the_dead_of_a_year_draw_half_of_it() -> None:
    """Compared before and after one step: who was paid a pension and is gone drew six months of it."""
    m = model("history+municipal", end=2011, set={"adjustment.rate": 0.0, "adjustment.local_supplement": 0.0})
    table = {name: column.copy() for name, column in m.population.persons.items()}
    weight = m.population.weight
    m.step()
    now = m.population.persons
    alive = np.isin(table["id"], now["id"][now["status"] != Status.FREE])
    drawing = (table["status"] == Status.RETIRED) & ((table["flags"] & Flag.INSIDE) > 0)
    public = (table["flags"] & Flag.PUBLIC) > 0
    rows = drawing & ~public
    pension = table["pension"].astype(float) * weight
    new = m.workers.to_pandas()
    joined = new[(new.status == Status.RETIRED) & ((new["flags"].astype(int) & int(Flag.PUBLIC)) == 0)]
    joined = joined[~joined["id"].isin(table["id"][drawing])]
    of_new = (joined.pension * m.population.weights[joined.stratum]).sum()
    old = pension[rows & alive].sum() + 0.5 * pension[rows & ~alive].sum()
    paid = m.sums["pensions"].sum() / 100.0
    assert 0.5 * pension[rows & ~alive].sum() > 1e9
    assert old < paid < old + of_new
    assert paid - old == pytest.approx(0.5 * of_new, rel=0.1)  # the new ones draw half a year on average


def test_fines_are_a_multiple_of_what_was_found() -> None:
    """With registration never inspected, fines are (F − 1) times the back payments, to the rounding."""
    found = {"employer.registration_base": 0.0, "government.registration_cost": 50.0}
    multiple = 2.5
    m = model("history", end=2011, set={**found, "employer.fine_multiple": multiple})
    m.levers[:, 1] = 0.0
    m.govern = lambda: None
    m.phases = [(name, phase) for name, phase in m.phases if "governments" not in name]
    m.step()
    back, fines = m.sums["back_payments"].sum(), m.sums["fines"].sum()
    assert back > 1e11
    assert fines == pytest.approx((multiple - 1.0) * back, rel=1e-6)


def test_a_temporary_account_is_sent_on_to_the_relation() -> None:
    """Where nobody asks, what moves is 20 % of the bases paid away from the relation, and little else."""
    m = model("history", scale=4000, end=2012, set={"portability.transfer_asked": 0.0})
    m.step()
    before = m.workers.to_pandas().set_index("id")
    m.step()
    after = m.workers.to_pandas().set_index("id")
    away = after[(after["flags"].astype(int) & int(Flag.TEMPORARY)) > 0]
    away = away[away.index.isin(before.index)]
    assert len(away) > 10
    share = m.rules.account_share
    interest = m.rules.account_interest
    credit = (away.account - before.account[away.index] * (1.0 + interest)) / (1.0 + interest * 13.0 / 24.0)
    sent = (
        (1.0 + m.rules.portability.transfer_rate / share) * credit * m.population.weights[away.stratum]
    ).sum()
    moved = m.sums.ported.sum() / 100.0
    assert sent > 0.0
    assert moved >= sent * 0.99  # the rest goes with those whose paying place differs at retirement
