"""Decisions against closed forms: employers, workers and local governments, one rule at a time."""

from __future__ import annotations

import math

import numpy as np
import pytest
import runs
from hypothesis import assume, given
from hypothesis import strategies as st

from abm import draws
from abm.agents import employer, local_government, worker
from abm.engine.choices import chooses_prefecture, chooses_province, draws_employer
from abm.engine.moves import odds_of_provinces
from abm.parameters import Parameters
from abm.population.persons import Flag, Status
from abm.scheme.contributions import contribution_base
from abm.space import PROVINCES

N = len(PROVINCES)
share = st.floats(0.0, 1.0)


# --- employers: concealment (closed form I)


@given(rate=st.floats(0.05, 0.4), detection=st.floats(0.0, 0.6), fine=st.floats(1.0, 3.0),
       value=st.floats(0.0, 0.3), cost=st.floats(0.02, 5.0))  # fmt: skip
def test_hidden_share_minimises_the_expected_bill(
    rate: float, detection: float, fine: float, value: float, cost: float
) -> None:
    s = np.linspace(0.0, 1.0, 20_001)
    levy = rate * (1.0 - s) + detection * fine * rate * s + (1.0 - detection) * value * s
    bill = levy + cost * s**2 / 2.0
    best = employer.hidden_share(rate, detection, fine, value, cost)
    assert best == pytest.approx(s[np.argmin(bill)], abs=1e-4)


def test_concealment_without_a_valuing_worker_is_the_textbook_one() -> None:
    rate, p, fine = 0.28, 0.1, 1.5
    assert employer.hidden_share(rate, p, fine, 0.0, 0.6) == pytest.approx(rate * (1 - p * fine) / 0.6)
    assert employer.hidden_share(rate, p, fine, 0.0, 0.01) == 1.0
    assert employer.hidden_share(rate, 1.0, 1.0, 0.0, 0.6) == 0.0
    assert employer.hidden_share(rate, p, fine, 0.5, 0.6) == 0.0, "a base the worker values is not hidden"


def test_those_at_the_floor_are_those_whose_wage_less_the_hidden_part_is_below_it() -> None:
    rate, p, fine, g, floor, average = 0.28, 0.1, 1.5, 0.6, 0.6, 40_000.0
    sigma = 0.6
    wages = average * np.exp(sigma * draws.normals(draws.key(1, "skill"), np.arange(50_000, dtype=np.uint32)))
    hidden = employer.hidden_share(rate, p, fine, 0.0, g)
    bases = np.array([contribution_base(w * (1.0 - hidden), average, floor, 3.0) for w in wages])
    bunched = (bases == floor * average).mean()
    limit = math.log(floor / (1.0 - rate * (1.0 - p * fine) / g)) / sigma
    expected = 0.5 * (1.0 + math.erf(limit / math.sqrt(2.0)))
    assert 0.2 < expected < 0.6
    assert bunched == pytest.approx(expected, abs=4.0 * math.sqrt(0.25 / len(wages)))
    modes = {employer.declaration_mode(hidden, w, floor * average, 0.05, 0.35) for w in wages}
    assert modes == {employer.FLOOR, employer.TIERED}


@pytest.mark.parametrize(("p", "fine"), [(0.1, 1.5), (0.2, 2.0), (0.0, 1.0)])
@pytest.mark.parametrize("fines_counted", [True, False])
def test_revenue_peaks_at_the_closed_forms_rate(p: float, fine: float, fines_counted: bool) -> None:
    g = 0.3
    rates = np.linspace(0.001, 1.5, 15_000)
    hidden = np.array([employer.hidden_share(t, p, fine, 0.0, g) for t in rates])
    revenue = rates * (1.0 - hidden) + (p * fine * rates * hidden if fines_counted else 0.0)
    power = 2 if fines_counted else 1
    peak = g / (2.0 * (1.0 - p * fine) ** power)
    inside = rates < g / (1.0 - p * fine)  # beyond that rate everything is hidden
    assert rates[inside][np.argmax(revenue[inside])] == pytest.approx(peak, abs=2e-4)


@given(own=st.floats(0.01, 5.0), peers=share, bill=st.floats(0.0, 3.0))
def test_compliant_peers_and_a_large_hidden_bill_make_concealment_dearer(
    own: float, peers: float, bill: float
) -> None:
    cost = employer.concealment_cost(own, peers, bill, 0.5, 0.05)
    assert cost == pytest.approx(own * (1.0 + 0.5 * peers + 0.05 * bill))
    assert employer.concealment_cost(own, min(peers + 0.1, 1.1), bill, 0.5, 0.05) > cost


@pytest.mark.parametrize(
    ("hidden", "wage", "mode"),
    [(0.0, 20_000.0, 0), (0.04, 60_000.0, 0), (0.2, 60_000.0, 1), (0.5, 60_000.0, 2), (0.5, 40_000.0, 3)],
)
def test_declaration_modes(hidden: float, wage: float, mode: int) -> None:
    assert employer.declaration_mode(hidden, wage, 24_000.0, 0.05, 0.35) == mode
    assert len(employer.MODE_NAMES) == 4


def test_return_on_capital_is_what_is_left_of_output() -> None:
    assert employer.return_on_capital(200.0, 3.0, 0.2, 40.0, 500.0) == pytest.approx(
        (200 - 3 * 1.2 * 40) / 500
    )


def test_employers_choose_places_with_logit_odds_of_the_returns() -> None:
    """Two places, no home: odds exp(sensitivity Δr − moving cost)."""
    sensitivity, cost, key = 30.0, 1.0, draws.key(1, "employer destination", 2011)
    returns, moved, n = (0.12, 0.15), 0, 20_000
    for j in range(n):
        values = [
            employer.location_value(
                returns[k], sensitivity, cost, 2.0, k == 0, False, draws.gumbel(key, j, k)
            )
            for k in (0, 1)
        ]
        moved += values[1] > values[0]
    odds = math.exp(sensitivity * 0.03 - cost)
    expected = odds / (1.0 + odds)
    assert moved / n == pytest.approx(expected, abs=4.0 * math.sqrt(expected * (1.0 - expected) / n))
    plain = employer.location_value(0.1, 30.0, 6.0, 2.0, True, False, 0.0)
    assert employer.location_value(0.1, 30.0, 6.0, 2.0, True, True, 0.0) == pytest.approx(plain + 2.0)
    assert employer.location_value(0.1, 30.0, 6.0, 2.0, False, False, 0.0) == pytest.approx(plain - 6.0)


# --- workers: migration (closed form K)

MANY = 30_000
HERE = 3


def frequencies(staying: np.ndarray, pull: np.ndarray, people: range = range(MANY)) -> np.ndarray:
    """Shares of people from ``HERE`` who choose each province, with nothing at stake in the pension."""
    key = draws.key(1, "destination", 2011)
    wages, odds = np.full(N, 40_000.0), odds_of_provinces(staying, pull)
    chosen = [
        chooses_province(i, HERE, HERE, staying, pull, odds, 0.0, 1.0, 30_000.0, 10.0, 1.0, 0.3, wages, key)
        for i in people
    ]
    return np.bincount(chosen, minlength=N) / len(people)


def utilities(wages: np.ndarray, beta: float) -> np.ndarray:
    return np.broadcast_to(beta * np.log(wages), (N, N)).copy()


def test_migration_has_the_logits_shares() -> None:
    rng = np.random.default_rng(3)
    wages, beta = rng.uniform(20_000, 60_000, N), 1.5
    pull = np.zeros((N, N))
    pull[HERE, HERE] = 2.0
    got = frequencies(utilities(wages, beta), pull)
    weight = np.exp(beta * np.log(wages) + pull[HERE])
    expected = weight / weight.sum()
    z = (got - expected) / np.sqrt(expected * (1.0 - expected) / MANY)
    assert np.abs(z).max() < 4.0
    assert (z**2).sum() == pytest.approx(N - 1, abs=4.0 * math.sqrt(2.0 * (N - 1)))


def test_own_wage_elasticity_is_beta_times_one_less_the_share() -> None:
    wages, beta, rise, target = np.full(N, 40_000.0), 1.5, 0.10, 7
    wages[target] *= 3.0
    before = frequencies(utilities(wages, beta), np.zeros((N, N)))
    wages[target] *= 1.0 + rise
    after = frequencies(utilities(wages, beta), np.zeros((N, N)))
    p = 3.0**beta / (3.0**beta + N - 1)
    q = (3.0 * (1 + rise)) ** beta / ((3.0 * (1 + rise)) ** beta + N - 1)
    gain = math.log(after[target] / before[target])
    # With the same draws only those move who prefer the better-paid place now: a much smaller error.
    error = math.sqrt((q - p) / MANY) / p
    assert gain == pytest.approx(math.log(q / p), abs=3.0 * error)
    assert gain / math.log(1 + rise) == pytest.approx(
        beta * (1.0 - (p + q) / 2.0), abs=3.0 * error / 0.095 + 0.01
    )


def test_a_better_wage_only_draws_people_in() -> None:
    """Nobody switches between two places that did not change: independence of irrelevant alternatives."""
    wages, target = np.full(N, 40_000.0), 7
    key, plain = draws.key(1, "destination", 2011), np.full(N, 40_000.0)

    def choices() -> np.ndarray:
        stay, zero = utilities(wages, 1.5), np.zeros((N, N))
        odds = odds_of_provinces(stay, zero)
        return np.array([
            chooses_province(i, HERE, HERE, stay, zero, odds, 0.0, 1.0, 3e4, 10.0, 1.0, 0.3, plain, key)
            for i in range(5000)
        ])  # fmt: skip

    before = choices()
    wages[target] *= 1.5
    after = choices()
    switched = before != after
    assert switched.sum() > 20
    assert (after[switched] == target).all()
    others = np.arange(N) != target
    kept, was = (np.bincount(x, minlength=N)[others] for x in (after, before))
    ratio = kept / was
    assert ratio.std() < 4.0 * math.sqrt((1 - ratio.mean()) / was.mean())


@pytest.mark.parametrize("weight", [0.0, 0.3, 30.0])
def test_the_province_chosen_is_the_one_of_largest_utility(weight: float) -> None:
    """Whatever bounds spare: gains and losses of pension up to many times the taste."""
    rng = np.random.default_rng(8)
    key = draws.key(1, "destination", 2011)
    staying, pull = rng.normal(0.0, 2.0, (N, N)) + 5.0 * np.eye(N), rng.normal(0.0, 1.0, (N, N))
    odds, wages = odds_of_provinces(staying, pull), rng.uniform(20_000.0, 60_000.0, N)
    chosen = []
    for i in range(4000):
        here, hukou = (int(k) for k in rng.integers(0, N, 2))
        got = chooses_province(
            i, here, hukou, staying, pull, odds, 120.0, 1.0, 4e4, 10.0, 1.0, weight, wages, key
        )
        stakes = worker.pension_at_stake(120.0, 1.0, wages[here], wages, 10.0, 1.0, 4e4)
        taste = [draws.gumbel(key, i, k) for k in range(N)]
        assert got == np.argmax(staying[here] + pull[hukou] + weight * stakes + taste)
        chosen.append(got == here)
    assert 0.1 < np.mean(chosen) < 0.9


def test_distance_is_worth_as_much_income_as_its_record_says() -> None:
    from runs import model

    from abm.phases.live import utilities as staying_of

    m = model(end=2010)
    staying, pull = staying_of(m)
    beta = m.parameters.value("worker.wage_weight", 2010)
    rate = m.parameters.value("contributions.worker_rate", 2010)
    here, a, b = 0, 5, 20
    distance = m.places.distance
    net = np.log(m.wages * (1.0 - rate))
    gap = staying[here, a] - staying[here, b]
    weight = ((net[a] - net[b]) - gap / beta) / math.log(distance[here, a] / distance[here, b])
    assert weight == pytest.approx(m.parameters.value("worker.distance_to_wage", 2010), rel=1e-9)
    assert np.allclose(np.diag(staying), beta * net)
    hukou = m.parameters.value("worker.hukou_weight", 2010)
    assert np.allclose(np.diag(pull), hukou)
    off = ~np.eye(N, dtype=bool)
    assert (pull[off] >= 0).all()
    network = m.parameters.value("worker.network_weight", 2010)
    assert pull[off].max() == pytest.approx(network * math.log1p(m.sums.stock[off].max() / 1000.0))


def test_prefectures_are_chosen_by_size_less_the_cost_of_leaving() -> None:
    key, n = draws.key(1, "prefecture", 2011), 20_000
    attraction = np.log(np.array([1.0, 9.0, 0.5, 0.3, 0.2]))
    for here, cost in ((3, 1.0), (0, 1.0)):  # from within the province, and from elsewhere
        weight = np.exp(attraction[2:5] - cost * ((np.arange(2, 5) != here) & (here >= 2)))
        chosen = [chooses_prefecture(i, here, 2, 5, attraction, cost, key) for i in range(n)]
        shares = np.bincount(chosen, minlength=5) / n
        expected = np.concatenate([[0.0, 0.0], weight / weight.sum()])
        assert shares[:2].sum() == 0.0
        assert np.abs(shares - expected).max() < 4.0 * math.sqrt(0.25 / n)


def test_new_staff_go_to_employers_by_their_vacancies() -> None:
    vacancies = np.array([5.0, 0.0, 3.0, 2.0, 100.0])
    sums, rows = np.concatenate([np.cumsum(vacancies[:4]), [100.0]]), np.array([7, 8, 9, 10, 11])
    u = (np.arange(10_000) + 0.5) / 10_000
    hired = np.bincount([draws_employer(x, 0, 4, sums, rows) for x in u], minlength=12)[7:]
    assert hired.tolist() == [5000, 0, 3000, 2000, 0]
    assert draws_employer(0.5, 4, 4, sums, rows) == -1, "a place without employers hires nobody"


def test_work_changes_with_the_hazards_of_the_place() -> None:
    """Idle, flexible and staff: who may do what, and how often."""
    u = (np.arange(1000) + 0.5) / 1000

    def share_of(code: int, which: str, **changes: object) -> float:
        plain = {
            "idle": False, "staff": False, "age": 40, "leaving_age": 60.0, "seeks": True, "newcomer": False,
            "leaving": 0.1, "giving_up": 0.2, "hiring": 0.3, "public_hiring": 0.4, "taking_up": 0.5,
            "u_leave": 0.9999, "u_hired": 0.9999, "u_public": 0.9999, "u_take_up": 0.9999,
        }  # fmt: skip
        arguments = {**plain, **changes}
        return float(np.mean([worker.changes_work(*{**arguments, which: x}.values()) == code for x in u]))

    assert share_of(worker.STOPS, "u_leave", staff=True) == pytest.approx(0.1)
    assert share_of(worker.STOPS, "u_leave") == pytest.approx(0.2)
    assert (
        share_of(worker.HIRED, "u_hired")
        == share_of(worker.HIRED, "u_hired", idle=True)
        == pytest.approx(0.3)
    )
    assert share_of(worker.HIRED, "u_hired", staff=True) == 0.0
    assert share_of(worker.HIRED, "u_hired", seeks=False) == 0.0
    assert share_of(worker.JOINS_PUBLIC, "u_public", idle=True, newcomer=True) == pytest.approx(0.4)
    assert share_of(worker.JOINS_PUBLIC, "u_public", idle=True) == 0.0
    assert share_of(worker.TAKES_UP, "u_take_up", idle=True) == pytest.approx(0.5)
    assert share_of(worker.STOPS, "u_leave", age=60) == 1.0
    assert share_of(worker.STAYS, "u_leave", age=60, idle=True) == 1.0


@given(
    months=st.floats(12, 400), index=st.floats(0.6, 3.0), here=st.floats(2e4, 9e4), there=st.floats(2e4, 9e4)
)
def test_moving_to_lower_wages_costs_pension_wealth_in_proportion(
    months: float, index: float, here: float, there: float
) -> None:
    got = worker.pension_at_stake(months, index, here, there, 12.0, 0.5, 30_000.0)
    expected = 0.5 * 12.0 * (months / 12.0) * 0.01 * (1.0 + index) / 2.0 * (there - here) / 30_000.0
    assert got == pytest.approx(expected, rel=1e-12, abs=1e-15)


# --- workers: participation and level


@given(waiting=st.integers(0, 40), years=st.integers(1, 35), discount=st.floats(0.0, 0.4),
       before=st.floats(0.0, 0.15), after=st.floats(0.0, 0.15))  # fmt: skip
def test_annuity_is_the_sum_of_its_payments(
    waiting: int, years: int, discount: float, before: float, after: float
) -> None:
    payments = [
        (1.0 + before) ** waiting * (1.0 + after) ** t / (1.0 + discount) ** (waiting + t)
        for t in range(years)
    ]
    got = worker.expects_annuity(float(waiting), discount, before, after, float(years))
    assert got == pytest.approx(sum(payments), rel=1e-6)


HERE_FOR_GOOD = worker.Outlook(1.0, 0.0)


def scheme(**changes: float) -> worker.Scheme:
    plain = worker.Scheme(
        minimum_months=180.0, wage_growth=0.05, pension_growth=0.03, account_rate=0.03, account_share=0.08,
        pension_years=20.0, resident_pension=1200.0,
    )  # fmt: skip
    return plain._replace(**changes)


def worth(
    months: float,
    to_pension: float,
    index: float = 0.6,
    awareness: float = 0.6,
    prospect: worker.Outlook = HERE_FOR_GOOD,
    **changes: float,
) -> float:
    return worker.value_of_paying(
        months,
        to_pension,
        40_000.0,
        index,
        20_000.0,
        0.20,
        worker.Tastes(0.08, awareness),
        prospect,
        scheme(**changes),
        139.0,
    )


def test_a_yuan_of_base_is_worth_the_pension_it_brings() -> None:
    got = worker.value_of_base(10.0, 0.08, 0.5, 1.0, scheme(), 139.0)
    basic = 0.005 * worker.expects_annuity(10.0, 0.08, 0.05, 0.03, 20.0)
    account = 0.08 * 12.0 / 139.0 * worker.expects_annuity(10.0, 0.08, 0.03, 0.03, 20.0)
    assert got == pytest.approx(0.5 * (basic + account), rel=1e-12)
    assert worker.value_of_base(2.0, 0.08, 0.5, 1.0, scheme(), 139.0) > got, "the young value it less"


def test_paying_is_worth_less_once_the_minimum_is_reached() -> None:
    """The jump: before 180 months a year buys its share of a whole pension, after it only an increment."""
    before = [worth(m, 12.0) for m in (156.0, 168.0, 179.0)]
    after = [worth(m, 12.0) for m in (180.0, 240.0)]
    assert min(before) > max(after) + 1000.0
    assert after[0] == after[1]
    assert worth(168.0, 12.0, minimum_months=240.0) > after[0], "with twenty years to reach they go on paying"


def test_participation_falls_after_the_minimum() -> None:
    base = 0.6 * 40_000.0

    def paying(months: float) -> float:
        value = worth(months, 12.0) / base
        utility = worker.utility_of_paying(value, base, 25_000.0, 0.2, 0.0, 0.35, 1.2)
        return worker.participation_chance(utility, worker.NO_OFFER)

    before, after = paying(168.0), paying(180.0)
    assert before > after + 0.05
    utility = (worth(180.0, 12.0) / base - 1.2 * 0.2 * base / 25_000.0) / 0.35
    assert after == pytest.approx(1.0 / (1.0 + math.exp(-utility)), rel=1e-12)


def test_a_second_place_to_pay_is_one_more_option_of_the_logit() -> None:
    home, here = 0.4, 1.1
    total = 1.0 + math.exp(home) + math.exp(here)
    assert worker.participation_chance(home, here) == pytest.approx(1.0 - 1.0 / total, rel=1e-12)
    both = worker.participation_chance(home, here) * worker.place_chance(here, home)
    assert both == pytest.approx(math.exp(here) / total, rel=1e-12)
    assert worker.place_chance(worker.NO_OFFER, home) == 0.0
    assert worker.participation_chance(home, worker.NO_OFFER) < worker.participation_chance(home, here)


def test_who_cannot_reach_the_minimum_any_more_sees_only_the_cost() -> None:
    assert worth(0.0, 9.0) == pytest.approx(-0.20 * 0.6 * 40_000.0)
    assert worth(0.0, 10.0) > worth(0.0, 9.0), "five years past the age may still be paid"


@given(first=st.floats(0.1, 0.9), second=st.floats(0.1, 0.9), months=st.floats(0.0, 300.0))
def test_believing_more_makes_paying_worth_more(first: float, second: float, months: float) -> None:
    low, high = sorted((first, second))
    assume(high - low > 0.01)
    assert worth(months, 20.0, awareness=high) > worth(months, 20.0, awareness=low)


@given(value=st.floats(0.0, 0.6), income=st.floats(0.2, 3.0), aversion=st.floats(0.1, 10.0))
def test_the_chosen_index_is_the_best_of_all(value: float, income: float, aversion: float) -> None:
    rate, floor, ceiling = 0.2, 0.6, 3.0
    z = np.linspace(floor, ceiling, 24_001)
    utility = (value - rate) * z - 0.5 * aversion * (rate * z / income) ** 2
    best = worker.chooses_index(value, rate, income, aversion, floor, ceiling)
    assert best == pytest.approx(z[np.argmax(utility)], abs=2e-4)


# --- workers: retirement


@pytest.mark.parametrize(("months", "account"), [(170.0, 30_000.0), (60.0, 8_000.0), (100.0, 60_000.0)])
def test_choices_below_the_minimum_have_logit_shares(months: float, account: float) -> None:
    """Go on at the floor, take the account, or have it paid by the resident scheme: each over the refund."""
    scale, n, key = 20_000.0, 20_000, draws.key(1, "below minimum", 2015)
    tastes, rules, divisor = worker.Tastes(0.08, 0.6), scheme(), 139.0
    missing = (rules.minimum_months - months) / 12.0
    a_year = worker.value_of_paying(
        months, missing, 40_000.0, 0.6, account, 0.2, tastes, HERE_FOR_GOOD, rules, divisor
    )
    resident = account * (0.6 * 12.0 / divisor * worker.expects_annuity(0.0, 0.08, 0.0, 0.0, 20.0) - 1.0)
    weight = np.exp(np.array([max(missing, 1.0) * a_year, 0.0, resident]) / scale)
    expected = weight / weight.sum()
    chosen = [
        worker.below_minimum(
            months, account, 40_000.0, 0.6, 0.2, tastes, rules, divisor, scale,
            *(draws.gumbel(key, i, k) for k in range(3)),
        )
        for i in range(n)
    ]  # fmt: skip
    shares = np.bincount(chosen, minlength=3) / n
    assert expected.min() > 1e-3
    assert np.abs((shares - expected) / np.sqrt(expected * (1 - expected) / n)).max() < 4.0


@pytest.mark.parametrize("past", [0.5, 8.0, 30.0])
def test_buying_in_is_worth_the_payments_year_by_year_less_the_price(past: float) -> None:
    """Pension and resident pension summed over whole years of drawing, by hand, on one yuan of base."""
    rules, tastes, wage, floor, divisor = scheme(), worker.Tastes(0.08, 0.6), 40_000.0, 0.6, 120.0
    value = worker.value_of_buying_in(past, wage, floor, 0.2, 0.5, tastes, rules, divisor)
    bought = 15 * floor * wage
    pension = 0.15 * (wage + floor * wage) / 2.0 + 12.0 * 0.5 * rules.account_share * bought / divisor
    years = math.floor(max(rules.pension_years - past, 1.0))

    def worth_of(years: int) -> float:
        paid = ((1 + rules.pension_growth) ** k for k in range(years))
        return sum((0.6 * pension * x - rules.resident_pension) / 1.08**k for k, x in enumerate(paid))

    assert worth_of(years) - 1e-6 <= (value + 0.1) * bought < worth_of(years + 1)


def test_early_retirement_is_the_offices_chance_times_the_wish() -> None:
    u = (np.arange(10_000) + 0.5) / 10_000
    share_at = [
        np.mean([worker.retires_early(0.3, replacement, 0.4, 0.15, x) for x in u])
        for replacement in (0.2, 0.4, 0.7)
    ]
    wish = [1.0 / (1.0 + math.exp(-(r - 0.4) / 0.15)) for r in (0.2, 0.4, 0.7)]
    assert share_at == pytest.approx([0.3 * w for w in wish], abs=2e-4)


# --- local governments (closed form F)


@pytest.mark.parametrize("elasticity", [0.3, 0.5, 1.0])
@pytest.mark.parametrize("pooling", [1.0, 0.6, 0.1])
def test_effort_is_the_closed_forms_power_of_its_worth(elasticity: float, pooling: float) -> None:
    """Revenue φ λ B e against cost c e^(1+1/ε)/(1+1/ε): e* = (φ λ B/c)^ε, as a fine grid's best response."""
    worth_of_effort, c = 0.5 * pooling, 1.0
    grid = np.linspace(0.0, 1.0, 10_001)[None, :]
    full = c / (1.0 + 1.0 / elasticity)
    payoff = worth_of_effort * grid - local_government.effort_cost(grid, full, elasticity)
    lever, odds = local_government.smoothed_best_response(
        np.array([0.3]), grid, payoff, np.array([1e-9]), inertia=0.0
    )
    assert lever[0] == pytest.approx((worth_of_effort / c) ** elasticity, abs=2e-4)
    assert odds.sum() == pytest.approx(1.0)


def test_temperature_smooths_and_inertia_holds_back() -> None:
    tries, values = np.array([[0.0, 1.0]]), np.array([[0.0, 2.0]])
    for temperature in (0.5, 2.0, 50.0):
        lever, odds = local_government.smoothed_best_response(
            np.array([0.2]), tries, values, np.array([temperature]), inertia=0.75
        )
        chance = 1.0 / (1.0 + math.exp(-2.0 / temperature))
        assert odds[0, 1] == pytest.approx(chance)
        assert lever[0] == pytest.approx(0.75 * 0.2 + 0.25 * chance)


def test_candidates_cut_to_one_bound_count_once() -> None:
    tries, values = np.array([[0.0, 0.0, 1.0]]), np.array([[1.0, 1.0, 1.0]])
    lever, _ = local_government.smoothed_best_response(np.array([0.0]), tries, values, np.array([1.0]), 0.0)
    assert lever[0] == pytest.approx(0.5)


def test_obstruction_costs_as_much_as_push() -> None:
    push = np.array([-0.4, 0.4])
    cost = local_government.effort_cost(push, 2.0, 0.5)
    assert cost[0] == cost[1] == pytest.approx(2.0 * 0.4**3)


def aims(**changes: float) -> local_government.Aims:
    parameters = Parameters.load()
    names = [name for name in local_government.Aims._fields if name != "horizon"]
    values = {name: parameters.value(f"government.{name}", 2015) for name in names}
    return local_government.Aims(horizon=4, **{**values, **changes})  # type: ignore[arg-type]


def test_money_is_worth_more_the_emptier_the_fund_and_less_if_it_may_be_taken() -> None:
    months = np.array([-5.0, 0.0, 12.0, 60.0, 1e6])
    a = aims(confiscation_hazard=0.0)
    value = local_government.value_of_money(months, a)
    assert value[0] == value[1] == a.money_value_empty
    assert (np.diff(value[1:]) < 0).all()
    assert value[-1] == pytest.approx(a.money_value_full)
    middle = a.money_value_full + (a.money_value_empty - a.money_value_full) / math.e
    assert local_government.value_of_money(a.money_value_months, a) == pytest.approx(middle)
    feared = local_government.value_of_money(months, aims(confiscation_hazard=0.1))
    assert feared == pytest.approx(0.9**4 * value)


def test_a_reserve_is_worth_each_of_its_yuan_at_the_value_of_its_place() -> None:
    a = aims(confiscation_hazard=0.0)
    months = np.linspace(0.0, 60.0, 60_001)
    value = local_government.value_of_money(months, a)
    summed = float(np.sum(0.5 * (value[1:] + value[:-1])) * (months[1] - months[0]))
    assert local_government.value_of_reserve(np.array(60.0), a) == pytest.approx(summed, rel=1e-8)
    assert local_government.value_of_reserve(np.array(-5.0), a) == 0.0


@pytest.mark.parametrize("terminal", [0.0, 0.4, 1.0])
def test_money_of_the_horizon_is_a_discounted_mean_and_what_is_left_counts_beside_it(terminal: float) -> None:
    a = aims(discount=0.8, terminal_weight=terminal, confiscation_hazard=0.0)
    own, months = np.array([[10.0], [20.0], [-5.0]]), np.array([[0.0], [6.0], [24.0], [12.0]])
    flows, reserve = local_government.worth_of_money(own, months, np.array([100.0]), a)
    mu = local_government.value_of_money(months[:3, 0], a)
    weights = np.array([1.0, 0.8, 0.64])
    assert flows[0] == pytest.approx(float((weights * mu * own[:, 0]).sum() / weights.sum()))
    held = float(local_government.value_of_reserve(months[3, 0], a)) * 100.0 / 12.0
    assert reserve[0] == pytest.approx(terminal * 0.8**3 * held / weights.sum())


def test_payoff_counts_each_outcome_at_its_price() -> None:
    a, levers = aims(), np.array([[0.1, 0.2, 0.15, 0.6, 0.2, 0.0, 0.0, 17.0]])
    one = np.array([1e9])
    plain = local_government.Outcome(
        worth=one, reserve_worth=one, treasury=one, dues=one, wages=10 * one, benefits=one, output=20 * one,
        repaid=one, own_money=one, reserve=one,
    )  # fmt: skip
    people, bill = np.array([1000.0]), 10 * one

    def change(**more: np.ndarray) -> float:
        new = local_government.payoff(plain._replace(**more), levers, bill, people, a)
        return float((new - local_government.payoff(plain, levers, bill, people, a))[0] * 1000.0)

    assert change(worth=2 * one) == pytest.approx(1e9)
    assert change(reserve_worth=3 * one) == pytest.approx(2e9)
    assert change(own_money=2 * one, reserve=2 * one) == 0.0
    assert change(wages=11 * one) == pytest.approx(1e9)
    assert change(treasury=2 * one) == pytest.approx(-1e9 * (1.0 + a.shadow_cost))
    assert change(dues=2 * one) == pytest.approx(-1e9 * (1.0 - a.accrual_share))
    assert change(repaid=2 * one) == pytest.approx(-1e9 * a.floor_repayment)
    assert change(benefits=2 * one) == pytest.approx(1e10 * a.benefit_weight * math.log(2.0))
    assert change(output=40 * one) == pytest.approx(1e10 * a.growth_weight * math.log(2.0))
    idle = local_government.payoff(
        plain, np.array([[0.0, 0.0, 0.0, 0.6, 0.2, 0.0, 0.0, 17.0]]), bill, people, a
    )
    busy = local_government.payoff(plain, levers, bill, people, a)
    cost = 1e10 * (
        local_government.effort_cost(0.1, a.audit_cost, a.effort_elasticity)
        + local_government.effort_cost(0.2, a.registration_cost, a.effort_elasticity)
        + a.leniency_cost * 0.15
    )
    assert float((idle - busy)[0]) * 1000.0 == pytest.approx(cost)


def test_migrants_who_are_admitted_pay_where_they_live_and_more_of_them_pay() -> None:
    def paying(admitted: float) -> tuple[int, int]:
        """Migrant flexible workers who pay, and those of them whose relation is where they live; persons."""
        model = runs.model(end=2012, set={"worker.open_to_migrants": admitted})
        model.run()
        persons, province = model.population.persons, model.places.province_of
        weights = model.population.weights[persons["stratum"]]
        pays = (persons["status"] == Status.FLEXIBLE) & ((persons["flags"] & Flag.PAYS) > 0)
        pays &= province[persons["hukou"]] != province[persons["locality"]]
        here = province[persons["relation"]] == province[persons["locality"]]
        return int(weights[pays].sum()), int(weights[pays & here].sum())

    refused, half, admitted = paying(0.0), paying(0.5), paying(1.0)
    assert refused[0] < half[0] < admitted[0]
    assert 3 * refused[1] < half[1] < admitted[1]
