"""The oracle's model: the phases of a year as loops over agents (specification, section 5)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import mesa

from abm.draws import normal, uniform
from abm.scenario import Scenario
from oracle import growth, labour, paths, unification
from oracle.accounts import Memory, accounts_of, memory_of
from oracle.answers import owed
from oracle.counts import Counts
from oracle.employer import Employer, Staff
from oracle.government import Government
from oracle.leaving import Leaving
from oracle.province import Limits
from oracle.rules import Keys, Rules
from oracle.settlement import realise, settle
from oracle.worker import Worker, identify, single


@dataclass
class Levers:
    """What a local government sets."""

    audit: float
    registration: float
    leniency: float
    floor: float
    rate: float
    supplement: float
    exemption: float
    entry: float
    deemed: float


@dataclass
class Market:
    """What was observed of the last pass, by locality and (bill, levy, capital) by province."""

    value: list[float]
    compliant: list[float]
    mean_bill: list[float]
    mean_wage: list[float]
    bill: list[float]
    levy: list[float]
    capital: list[float]


class PublicEntry:
    """How far the public group has entered the scheme (10.3)."""

    def __init__(
        self, model: Oracle, start: int, inside: list[float], retired: list[float], pool: list[float]
    ):
        self._model, self._from = model, start
        self._start = {False: inside, True: retired}
        self._pool = pool

    def start(self, retired: bool, province: int) -> float:
        return self._start[retired][province]

    def now(self, retired: bool, province: int) -> float:
        """The part of the group that is inside by now."""
        year = self._model.rules.year
        start = self.start(retired, province)
        first_year = max(self._from, 2014)
        if year >= self._model.rules.full_entry:
            return 1.0
        if year <= first_year:
            return start
        variable = "public_retirees" if retired else "public_employees"
        series = {y: paths.published("public_sector", variable, y)[province] for y in range(2010, 2019)}
        whole = 1.03 * series[2018] if retired else self._pool[province]
        first = series[first_year]
        progress = (series[min(year, 2018)] - first) / (whole - first)
        return start + (1.0 - start) * min(max(progress, 0.0), 1.0)


class Oracle(mesa.Model):
    """The second implementation. ``oracle.start`` fills it with the state at the end of the base year."""

    def __init__(self, scenario: Scenario) -> None:
        super().__init__(rng=scenario.seed)
        self.scenario = scenario
        self.year = scenario.start
        self.employers: list[Employer] = []
        self.province_benefit: list[float] | None = None
        self.memory: Memory | None = None
        self.totals: growth.Totals | None = None
        self.governments: Government | None = None
        self.limits: dict[int, Limits] = {}

    # --- phases of a year

    def step_to(self, year: int, levers: list[Levers] | None = None) -> None:
        """The next year, under levers that are given or the governments' own."""
        self.enter_year(year)
        if levers is None:
            governments = self.govern()
            levers, self.limits = governments.all_chosen(), governments.limits()
        self.live_under(levers)

    def govern(self) -> Government:
        """The governments of the year, who remember last year's."""
        last = self.governments
        if last is not None:
            last.last = None
        self.governments = Government(self, last)
        return self.governments

    def live_under(self, levers: list[Levers]) -> None:
        """The rest of a year that has been entered."""
        self.levers = levers
        self.employ()
        self.live()
        self.settle()

    def enter_year(self, year: int) -> None:
        """Announce: rules, wages and bases (section 5)."""
        self.year = year
        base_year = year == self.scenario.start
        self.keys = Keys(self.scenario.seed, year)
        self.rules = rules = Rules(self.parameters, self.scenario, year, not base_year)
        path = paths.wages(self.parameters, year)
        theta = rules.wage_shift
        wages_before = paths.wages(self.parameters, year - 1)
        jobs = [paths.market_employment(self.parameters, y) for y in (year - 1, year)]
        self.grown_jobs = [b / a for a, b in zip(*jobs, strict=True)]
        self.grown_wages = [b / a for a, b in zip(wages_before, path, strict=True)]
        if base_year:
            self.province_wage_before = wages_before
            self.province_wage = path
        else:
            self.province_wage_before = self.province_wage
            self.province_wage = [
                w * ((1.0 + theta * start) / (1.0 + theta * last))
                for w, start, last in zip(path, self.levy_at_start, self.market.levy, strict=True)
            ]
        bases, benefits = unification.base_wages(self), unification.benefit_wages(self, self.province_benefit)
        self.province_benefit = benefits
        self.wage = [self.province_wage[p] for p in self.province_of]
        self.wage_before = [self.province_wage_before[p] for p in self.province_of]
        self.benefit_wage = [benefits[p] for p in self.province_of]
        self.base_wage = [bases[p] for p in self.province_of]
        if not base_year:
            self.supplements = unification.supplements(self)
        self.flexible_income = [w * rules.flexible_income_ratio for w in self.wage]

    def employ(self) -> None:
        """Employers decide; then the labour market's hazards and vacancies follow."""
        if self.rules.transitions:
            for p in range(31):
                grown, richer = self.growth_of_jobs(p)
                self.unmoved_capital[p] *= grown * richer
        for employer in self.employers:
            employer.decide()
        self.plan_hiring()

    def live(self) -> None:
        """The young come of age, then everybody lives the year; the market is observed."""
        if self.rules.transitions:
            self.come_of_age()
            self.open_windows()
        self.crossing = Leaving(self)
        self.counts = Counts(self)
        for employer in self.employers:
            employer.now = Staff()
        for person in list(self.agents_by_type[Worker]):
            person.live()
        for employer in self.employers:
            employer.last = employer.now
        if self.rules.transitions:
            kept, cleared = self.rules.duplicates_kept, self.rules.duplicates_cleared
            for c, left in enumerate(self.counts.places["left_behind"]):
                self.double[c] = self.double[c] * (1.0 - cleared) + kept * left
        self.observe_market()
        for stock, name in (("formal", "staff"), ("flexible", "flexible"), ("public", "public_staff")):
            for c, place in enumerate(self.stocks):
                counted = float(self.counts.places[name][c])
                if self.rules.transitions:
                    place[stock].count(counted)
                else:
                    place[stock].now = counted

    def open_windows(self) -> None:
        """Schemes that merge and windows for who is past the age and never was a member (10.9, 10.10)."""
        start, year, places = self.scenario.start, self.year, range(len(self.province_of))
        came = [0.0] * 31
        comes = [0.0] * 31
        for where, when, kind, persons in paths.mergers():
            if kind == "merged_employees" and start < when <= year:
                came[where] += persons
            if kind == "merged_retirees" and start < when == year:
                comes[where] += persons
        waiting = [0.0] * 31
        for c in places:
            waiting[self.province_of[c]] += self.counts.places["never_members"][c]
        home = [self.province_of[c] for c in places]
        self.merged_staff = [min(came[p] / self.left_out[p], 1.0) for p in home]
        self.merged_retirees = [min(comes[p] / max(waiting[p], 1.0), 1.0) for p in home]
        self.buy_in = [self.rules.buy_in[home[c]] * self.urban_share[c] for c in places]

    def settle(self) -> None:
        """Draw up the accounts, settle them through the tiers, and round to the fen."""
        self.accounts = accounts_of(self)
        before = memory_of(self.accounts) if self.memory is None else self.memory
        self.settlement = settle(self, self.accounts, self.funds, before)
        self.memory = self.settlement.memory
        self.realised, self.funds = realise(self.settlement.books)
        self.expect()

    def expect(self) -> None:
        """What governments take from the year into the next: rates owed, and how accounts grow (8.1)."""
        self.owed_last_year = [owed(self.rules, levers.rate) for levers in self.levers]
        before, self.totals = self.totals, growth.totals(self)
        if before is None:
            self.growth = growth.at_start(self)
        else:
            self.growth = growth.between(before, self.totals)

    def children(self) -> list[float]:
        """Those under 16 by province: of the start, plus births, less those who came of age."""
        start = self.scenario.start
        result = []
        for p in range(31):
            number = paths.children(start, p)
            for year in range(start + 1, self.year + 1):
                number += paths.births(year) * paths.under_five(p)
                number -= paths.entrants(start, year, p, 0) + paths.entrants(start, year, p, 1)
            result.append(number)
        return result

    # --- the labour market (section 12)

    def plan_hiring(self) -> None:
        n = len(self.province_of)
        names = ("hiring", "leaving", "taking_up", "giving_up", "public_hiring")
        self.hazards = {name: [0.0] * n for name in names}
        self.vacancies: list[list[tuple[int, float]]] = [[] for _ in range(n)]
        if not self.rules.transitions:
            return
        wanted = [0.0] * n
        for e in self.employers:
            wanted[e.locality] += e.jobs
            open_posts = max(e.jobs - e.last.staff, 0.0) + self.rules.turnover_vacancies * e.jobs
            self.vacancies[e.locality].append((e.row, open_posts))
        flexible, public = self.jobs_of("flexible"), self.jobs_of("public")
        seen = self.counts.places
        for c, stock in enumerate(self.stocks):
            p, share = self.province_of[c], self.work_share[c]
            formal = stock["formal"].need(wanted[c])
            free = stock["flexible"].need(flexible[p] * share)
            posts = stock["public"].need(public[p] * share)
            seekers, idle = seen["job_seekers"][c] / 1000.0, seen["idle_seekers"][c] / 1000.0
            hazards = {
                "hiring": labour.per_head(formal, seekers),
                "leaving": self.leaving - labour.per_head(min(formal, 0.0), stock["formal"].now),
                "taking_up": labour.per_head(free, idle),
                "giving_up": self.giving_up - labour.per_head(min(free, 0.0), stock["flexible"].now),
                "public_hiring": labour.per_head(posts, seekers),
            }
            for name, value in hazards.items():
                self.hazards[name][c] = labour.hazard(value)

    def jobs_of(self, kind: str, year: int | None = None) -> list[float]:
        """Jobs of a kind on their given path, by province; this year's unless said."""
        start = self.jobs_at_start[kind]
        if kind == "public":
            return start
        first = paths.market_employment(self.parameters, self.scenario.start)
        now = paths.market_employment(self.parameters, self.year if year is None else year)
        return [jobs * b / a for jobs, a, b in zip(start, first, now, strict=True)]

    def growth_of_jobs(self, province: int) -> tuple[float, float]:
        """The growth since last year of the economy's formal jobs and of its wages (paths)."""
        return self.grown_jobs[province], self.grown_wages[province]

    def hiring_employer(self, c: int, u: float) -> int:
        """The row of the employer in a locality that a hired person goes to; -1 where there is none."""
        total = 0.0
        for _, posts in self.vacancies[c]:
            total += posts
        if total <= 0.0:
            return -1
        running = 0.0
        for row, posts in self.vacancies[c]:
            running += posts
            if running > u * total:
                return row
        return self.vacancies[c][-1][0]

    # --- what employers and persons ask

    def detection(self, push: float) -> float:
        return min(max(self.rules.audit_base + push, 0.0), 1.0)

    def inspection(self, push: float) -> float:
        return min(max(self.rules.registration_base + push, 0.0), 1.0)

    def return_on_capital(self, p: int) -> float:
        alpha, theta, levy = self.rules.capital_share, self.rules.wage_shift, self.market.levy[p]
        share = (1.0 + theta * levy) / (1.0 - alpha) - (1.0 + levy)
        return self.market.bill[p] * share / self.market.capital[p]

    def full_exemption(self, p: int) -> float:
        """What being let off all dues would add to the return in a province."""
        return self.market.levy[p] * self.market.bill[p] / self.market.capital[p]

    def drawing_power(self, c: int) -> float:
        """How strongly a locality draws employers from elsewhere: its work, and what it lets them off."""
        rules = self.rules
        offer = self.levers[c].exemption * self.full_exemption(self.province_of[c])
        return self.work_share[c] * math.exp(
            rules.location_sensitivity * rules.worth_of(rules.exemption_years) * offer
        )

    def offer_of_province(self, p: int) -> float:
        """What the exemptions of a province's localities add to its return for who comes, taken together."""
        places = range(self.first[p], self.first[p + 1])
        if not any(self.levers[c].exemption for c in places):
            return 0.0
        more = sum(self.drawing_power(c) for c in places) / sum(self.work_share[c] for c in places)
        return math.log(more) / self.rules.location_sensitivity

    def place_by_drawing(self, province: int, u: float) -> int:
        places = range(self.first[province], self.first[province + 1])
        total, running = sum(self.drawing_power(c) for c in places), 0.0
        for c in places:
            running += self.drawing_power(c)
            if running > u * total:
                return c
        return places[-1]

    def wage_of_province(self, p: int) -> float:
        return self.province_wage[p]

    def benefit_wage_of_province(self, p: int) -> float:
        return self.province_benefit[p]

    def flow_employees(self, c: int) -> float:
        return 1.0 if self.rules.transitions else self.mean_employees[self.province_of[c]]

    def flow_retirees(self, c: int) -> float:
        return 1.0 if self.rules.transitions else self.mean_retirees[self.province_of[c]]

    def pension_means(self, public: bool, r: int) -> tuple[float, float]:
        """Mean pension in payment in a place at the end of last year, and the share of the old."""
        return self.means[public][r]

    # --- after the pass

    def remember_pensions(self) -> None:
        seen = self.counts.places
        self.means = {False: [], True: []}
        for r in range(len(self.province_of)):
            public, public_old = seen["retirees_public"][r], seen["retirees_public_old"][r]
            own, own_old = seen["retirees"][r] - public, seen["retirees_old"][r] - public_old
            for group, number, old, level in (
                (False, own, own_old, seen["pension_level"][r]),
                (True, public, public_old, seen["public_pension_level"][r]),
            ):
                mean = level / 100.0 / number if number else 0.0
                self.means[group].append((mean, old / number if number else 0.0))

    def observe_market(self) -> None:
        n, seen = len(self.province_of), self.counts.places
        staff, compliant, bills, firms = [0] * n, [0] * n, [0] * n, [0] * n
        capital = [0.0] * 31
        for e in self.employers:
            c = e.locality
            staff[c] += e.last.staff
            compliant[c] += e.last.staff if e.hidden <= self.rules.full_below else 0
            bills[c] += e.last.wages
            firms[c] += 1
            capital[self.province_of[c]] += e.capital
        bill, levied = [0] * 31, [0] * 31
        for c in range(n):
            p = self.province_of[c]
            bill[p] += seen["wages"][c]
            levied[p] += seen["employer_dues"][c] + seen["back_payments"][c]
        self.market = Market(
            value=[
                v / w / 10000.0 if w else 0.05
                for v, w in zip(seen["value_of_base"], seen["to_insure"], strict=True)
            ],
            compliant=[labour.ratio(a, b) for a, b in zip(compliant, staff, strict=True)],
            mean_bill=[labour.ratio(a, b) for a, b in zip(bills, firms, strict=True)],
            mean_wage=[
                labour.ratio(seen["wages"][c] / 100.0, seen["staff"][c]) / self.base_wage[c] for c in range(n)
            ],
            bill=[b / 100.0 for b in bill],
            levy=[labour.ratio(a, b) for a, b in zip(levied, bill, strict=True)],
            capital=capital,
        )
        if not self.rules.transitions:
            self.levy_at_start = self.market.levy
        self.remember_pensions()
        self.compatriots = self.counts.stock

    # --- who comes of age (section 5)

    def come_of_age(self) -> None:
        born = self.year - paths.ADULT
        birth_key = self.keys.at("coming of age", born)
        for p in range(31):
            weight = self.weights[6 * p + 4]
            serial = self.serials.get((born, p), 0)
            for sex in range(2):
                number = paths.entrants(self.scenario.start, self.year, p, sex) / weight
                agents = math.floor(number)
                agents += uniform(birth_key, 2 * p + sex) < number - agents
                for place in self.spread(agents, p):
                    self.newcomer(born, p, serial, bool(sex), place)
                    serial += 1
            self.serials[born, p] = serial

    def newcomer(self, born: int, province: int, serial: int, female: bool, place: int) -> None:
        """A young person outside urban work."""
        rules, stratum = self.rules, 6 * province + 4
        identity = identify(born, province, serial)
        person = Worker(self, identity, self.weights[stratum], female)
        person.stratum = stratum
        person.locality = person.hukou = person.relation = place
        skill = rules.spread * normal(self.keys.at("skill", 0), identity) - rules.spread**2 / 2.0
        person.log_skill = single(skill)
        person.cadre = female and uniform(self.keys["cadre"], identity) < rules.cadre_share

    def spread(self, count: int, province: int) -> list[int]:
        """Systematic sampling of localities by their share of the population (section 2)."""
        cells = range(self.first[province], self.first[province + 1])
        total = sum(self.population_share[c] for c in cells)
        chosen = []
        for i in range(count):
            mark, running = (i + 0.5) / count * total, 0.0
            for c in cells:
                running += self.population_share[c]
                if running > mark:
                    break
            chosen.append(c)
        return chosen
