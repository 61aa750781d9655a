"""One person as a Mesa agent; ``live`` is section 10 of the specification, line by line."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import mesa
import numpy as np

from abm.draws import gumbel, normal, uniform, uniform_of
from oracle import choices, scheme
from oracle.choices import Belief
from oracle.scheme import fen

if TYPE_CHECKING:
    from oracle.model import Oracle

OUTSIDE, FORMAL, FLEXIBLE, PUBLIC, RETIRED = range(5)
FEMALE, PUBLIC_GROUP, INSIDE, PAYS, COVERED, TEMPORARY, STOPPED, CADRE = (1 << bit for bit in range(8))
FIRST_YEAR, IDS_A_YEAR = 1910, 2**32 // 135
SERIALS = [
    1000 * thousands
    for thousands in (
        440, 260, 1830, 770, 570, 940, 680, 950, 400, 1660, 1130, 1590, 780, 1160, 2200, 2530,
        1500, 1700, 2220, 1070, 210, 710, 2010, 820, 1010, 100, 960, 650, 150, 160, 580,
    )
]  # fmt: skip
PROVINCES = 31


def single(x: float) -> float:
    """A number as a float32 column keeps it."""
    return float(np.float32(x))


def identify(born: int, province: int, serial: int) -> int:
    """The id of a person (section 2)."""
    return (born - FIRST_YEAR) * IDS_A_YEAR + sum(SERIALS[:province]) + serial


def province_in(identity: int) -> int:
    """The hukou province in an id."""
    rest = identity % IDS_A_YEAR
    province = 0
    while rest >= SERIALS[province]:
        rest -= SERIALS[province]
        province += 1
    return province


class Worker(mesa.Agent):
    """A person of 16 and over who stands for ``weight`` persons."""

    model: Oracle

    def __init__(self, model: Oracle, identity: int, weight: int, female: bool) -> None:
        super().__init__(model)
        self.id, self.weight, self.female = identity, weight, female
        self.birth_year = FIRST_YEAR + identity // IDS_A_YEAR
        self.hukou_province = province_in(identity)
        self.birth_month = 1 + int(12.0 * uniform(model.keys["birth month"], identity))
        self.patience = uniform(model.keys["patience"], identity)
        self.aware = uniform(model.keys["awareness"], identity)
        self.taste = uniform(model.keys["participation"], identity)
        self.public_group = self.inside = self.paid = self.covered = False
        self.temporary = self.stopped = self.cadre = False
        self.status, self.employer, self.qualified = OUTSIDE, -1, -1
        self.hukou = self.locality = self.relation = 0
        self.log_skill = self.index_sum = self.account = self.pension = 0.0
        self.paid_months = self.deemed_months = self.months_here = 0

    # --- small questions

    @property
    def months(self) -> int:
        return self.paid_months + self.deemed_months

    def draw(self, stream: str) -> float:
        return uniform(self.model.keys[stream], self.id)

    def add(self, name: str, place: int, persons: int) -> None:
        self.model.counts.places[name][place] += persons

    def port(self, origin: int, target: int, money: float) -> None:
        self.model.counts.ported[origin][target] += fen(money) * self.weight

    def receive(self, name: str, place: int, yuan: float) -> int:
        """Book a payment to this person in a place, in fen; what a group's pensions count."""
        money = fen(yuan) * self.weight
        self.add(name, place, money)
        self.got += money
        return money

    # --- the year

    def live(self) -> None:
        """A year of this person, up to the counts at its end."""
        model, rules = self.model, self.model.rules
        self.age = rules.year - self.birth_year
        self.dues = self.got = 0
        self.pays_now = False
        if rules.transitions and self.dies():
            return
        if rules.transitions and self.public_group and not self.inside:
            self.public_entry()
        if self.status == RETIRED:
            self.draw_pension()
        else:
            self.traits()
            if (
                rules.transitions
                and self.status != PUBLIC
                and self.draw("considers moving") < (rules.considers_moving[self.age])
            ):
                self.move()
            self.work()
            self.plan_months()
            self.pay()
            self.keep_relation()
            self.credit()
            self.retire()
            if self.status == RETIRED:
                self.paid = self.temporary = False
            if self.status != FORMAL:
                self.employer, self.covered = -1, False
        model.counts.person(self)

    def dies(self) -> bool:
        """10.2."""
        model, rules, w = self.model, self.model.rules, self.weight
        rate = rules.mortality[self.female][self.age] if self.age < 110 else None
        chance = 1.0 if rate is None else 1.0 - math.exp(-rate)
        if self.inside:
            chance *= rules.mortality_of_insured
        if self.draw("death") >= chance:
            return False
        self.add("deaths", self.locality, w)
        if self.inside and self.status == RETIRED:
            self.draw_from_fund(0.5 * self.pension)
        elif self.inside:
            self.receive("refunds", self.relation, self.account)
        model.counts.group(self)[4] += self.got
        self.remove()
        return True

    def draw_from_fund(self, yuan: float) -> None:
        """A pension payment out of the fund that pays this pensioner."""
        if self.public_group:
            self.receive("public_pensions", self.relation, yuan)
        else:
            yuan *= 1.0 + self.model.levers[self.relation].supplement
            money = self.receive("pensions", self.relation, yuan)
            self.add("legacy_pensions", self.relation, math.trunc(money * self.index_sum))

    def public_entry(self) -> None:
        """10.3."""
        entry, home = self.model.public_entry, self.model.province_of[self.locality]
        retired = self.status == RETIRED
        start, now = entry.start(retired, home), entry.now(retired, home)
        e = self.draw("public entry")
        if retired or self.deemed_months > 0:
            e = start + (1.0 - start) * e
        if e < now:
            self.inside, self.relation = True, self.locality
            if not retired:
                self.add("new_insured", self.relation, self.weight)

    def draw_pension(self) -> None:
        """10.4."""
        rules, model = self.model.rules, self.model
        pension = self.pension
        if rules.transitions:
            mean, old_share = model.pension_means(self.public_group, self.relation)
            added = rules.public_supplement if self.public_group else model.supplements[self.relation]
            old, rate = self.age >= rules.tilt_age, rules.rise_rate + added
            pension += scheme.rise(pension, mean, old_share, old, rate, rules.flat, rules.tilt)
            self.pension = single(pension)
        if self.inside:
            self.draw_from_fund(pension * model.flow_retirees(self.relation))

    def traits(self) -> None:
        """10.5."""
        rules, year = self.model.rules, self.model.rules.year
        self.skill = self.log_skill
        if rules.transitions and self.status != OUTSIDE:
            middle, rho = -(rules.spread**2) / 2.0, rules.persistence
            shock = math.sqrt(1.0 - rho**2) * rules.spread * normal(self.model.keys["skill"], self.id)
            self.skill = middle + rho * (self.log_skill - middle) + shock
            self.log_skill = single(self.skill)
        self.talent = math.exp(self.skill)
        low, high = rules.discounts
        less, more = rules.awareness
        self.belief = Belief(low + (high - low) * self.patience, less + (more - less) * self.aware)
        who = "women_cadre" if self.female and self.cadre else "women_worker" if self.female else "men"
        self.original, target, pace = rules.law[who]
        self.statutory = scheme.retirement_age(
            self.original, target, pace, self.birth_year, self.birth_month, rules.reform, year
        )
        self.january = 12 * year
        self.born = 12 * self.birth_year + self.birth_month - 1
        self.reaches = self.born + self.statutory
        self.years_to_go = max(self.reaches - self.january - 11, 0) / 12.0
        self.divisor = scheme.divisor(rules.divisors, self.statutory / 12.0)
        self.of_age = rules.transitions and self.reaches < self.january + 12
        self.goes_on = (
            self.of_age
            and self.reaches < self.january
            and self.inside
            and not self.public_group
            and self.months < rules.minimum
        )

    def move(self) -> None:
        """10.6 and 6.1."""
        model = self.model
        here = self.locality
        new = self.destination()
        if new == here:
            return
        self.locality = new
        self.add("moved_out", here, self.weight)
        self.add("moved_in", new, self.weight)
        if model.province_of[here] != model.province_of[new]:
            self.add("departures", here, self.weight)
            self.add("arrivals", new, self.weight)
        self.employer = -1
        if self.status == FORMAL or (self.status == OUTSIDE and self.age < 60 and not self.stopped):
            self.status = FLEXIBLE

    def destination(self) -> int:
        model, rules = self.model, self.model.rules
        here = self.locality
        o = model.province_of[here]
        best, most = -1, -math.inf
        for k in range(PROVINCES):
            u = self.utility(k, o) + gumbel(model.keys["destination"], self.id, k)
            if u > most:
                best, most = k, u
        places = range(model.first[best], model.first[best + 1])
        if len(places) == 1:
            return places[0]
        chosen, most = -1, -math.inf
        for c in places:
            u = math.log(model.population_share[c]) + gumbel(model.keys["prefecture"], self.id, 64 + c)
            if best == o and c != here:
                u -= rules.prefecture_cost
            if u > most:
                chosen, most = c, u
        return chosen

    def utility(self, k: int, o: int) -> float:
        """The utility of living in province k for this person of province o, without its shock."""
        model, rules = self.model, self.model.rules
        h, beta = self.hukou_province, rules.wage_weight
        distance = model.distance
        u = beta * math.log(model.wage_of_province(k) * (1.0 - rules.worker_rate)) + model.attraction[k]
        u -= beta * rules.distance_to_wage * (math.log(distance[o][k]) - math.log(distance[o][o]))
        if k == h:
            u += rules.hukou_weight
        else:
            u += rules.network_weight * math.log(1.0 + model.compatriots[h][k] / 1000.0)
        if k == o:
            return u
        u -= model.moving_cost
        if self.inside and self.months > 0:
            index = self.index_sum / max(self.paid_months / 12.0, 1.0)
            own = model.flexible_income[self.locality] * self.talent
            gain = model.benefit_wage_of_province(k) - model.benefit_wage_of_province(o)
            wealth = self.months / 12.0 * 0.01 * 0.5 * (1.0 + index) * gain / max(own, 1.0)
            annuity = choices.pension_annuity(self.belief, self.years_to_go, rules.promise)
            u += rules.pension_weight * self.belief.awareness * annuity * wealth
        return u

    def work(self) -> None:
        """10.7."""
        model, rules, c = self.model, self.model.rules, self.locality
        self.new_staff = False
        if self.status == FORMAL and model.employers[self.employer].locality != c:
            self.status = OUTSIDE
        if rules.transitions and self.status != PUBLIC and not self.goes_on:
            self.seek_or_leave()
        self.was_covered = self.covered
        if self.status != FORMAL:
            self.employer = -1
        if self.status != FORMAL or self.new_staff:
            self.covered = False

    def seek_or_leave(self) -> None:
        model, rules, c = self.model, self.model.rules, self.locality
        hazard, factor = model.hazards, rules.hiring_factor[self.age]
        experience = rules.experience_factor if self.inside else 1.0
        if self.age >= rules.leaving_age[self.female]:
            self.status = OUTSIDE
        elif self.status == FORMAL:
            if self.draw("separation") < hazard["leaving"][c]:
                self.status = OUTSIDE
        elif self.stopped:
            pass
        elif self.draw("job") < hazard["hiring"][c] * factor * experience:
            row = model.hiring_employer(c, self.draw("employer"))
            if row >= 0:
                self.status, self.employer, self.new_staff = FORMAL, row, True
        elif self.status == OUTSIDE:
            key = model.keys["job"]
            if not self.inside and uniform_of(key, self.id, 2) < hazard["public_hiring"][c] * factor:
                self.status, self.public_group = PUBLIC, True
                self.cadre = self.cadre or self.female
            elif uniform_of(key, self.id, 1) < hazard["taking_up"][c] * rules.worker_weight[self.age]:
                self.status = FLEXIBLE
        elif self.draw("separation") < hazard["giving_up"][c]:
            self.status = OUTSIDE

    def plan_months(self) -> None:
        """10.8."""
        model, rules, jan = self.model, self.model.rules, self.january
        missing = rules.minimum - self.months
        if self.goes_on:
            late = jan + 11 - self.reaches >= 60
            self.worked = missing if late else min(missing, 12)
        elif self.of_age:
            self.worked = max(self.reaches - jan + 1, 0)
        elif rules.transitions and not self.inside:
            self.worked = 6
        else:
            self.worked = 12
        self.early = False
        may_ask = self.inside and not self.public_group and not self.of_age and missing <= 0
        if rules.transitions and may_ask:
            now = jan + 6 - self.born
            chance = 0.0
            if now >= max(self.statutory - rules.flexible_early, self.original):
                chance = 1.0
            elif now >= self.original - rules.special_advance:
                chance = model.levers[self.relation].leniency * (1.0 - rules.approvals_checked)
            own = max(model.wage[self.locality] * self.talent, 1.0)
            ratio = 0.01 * self.months / 12.0 * model.benefit_wage[self.relation] / own
            wants = choices.wants_early(ratio, rules.early_indifferent, rules.early_scale)
            if self.draw("early retirement") < chance * wants:
                self.early, self.worked = True, 6
        self.months_paid = self.worked
        self.y = self.worked / 12.0
        self.may_pay = self.y > 0.0 and not self.stopped and (self.inside or not self.of_age)
        if self.may_pay and self.status != PUBLIC:
            moves = model.crossing.expected(self)
            lost = (1.0 - rules.transfer_asked) * rules.months_lost
            self.belief.kept = (1.0 - lost) ** moves
            self.belief.lapsed = moves * rules.transfer_delay / 12.0

    # --- 10.9 paying

    def pay(self) -> None:
        model = self.model
        self.pay_place = self.locality
        self.declared = self.credited = 0.0
        self.employer_due_rate = self.worker_due_rate = 0.0
        self.kind = ""
        if self.status == PUBLIC:
            self.pay_public()
        elif self.status == FORMAL:
            self.work_for_employer()
        alone = self.status == FORMAL and not self.covered
        nobody_pays = self.may_pay and self.age >= 18 and not self.pays_now
        if nobody_pays and (self.status == FLEXIBLE or alone or self.goes_on):
            self.pay_alone()
        if self.status == FLEXIBLE:
            self.add("flexible", self.locality, self.weight)
        self.average = model.base_wage[self.pay_place]

    def pay_public(self) -> None:
        model, rules, c = self.model, self.model.rules, self.locality
        wage = model.wage[c] * rules.public_premium * self.talent
        base = scheme.contribution_base(wage, model.base_wage[c], rules.national_floor, rules.ceiling)
        if self.inside and self.y > 0.0:
            self.pays_now, self.kind = True, "public"
            self.declared = self.credited = base
            self.employer_due_rate, self.worker_due_rate = rules.employer_rate, rules.worker_rate

    def work_for_employer(self) -> None:
        model, rules, c, w = self.model, self.model.rules, self.locality, self.weight
        boss, lever = model.employers[self.employer], model.levers[c]
        wage = model.wage[c] * boss.premium * self.talent
        self.wage = wage
        self.add("staff", c, w)
        self.add("wages", c, fen(wage) * w)
        boss.now.staff += w
        boss.now.wages += math.trunc(wage) * w
        if not self.may_pay:
            return

        def base(of: float) -> float:
            return scheme.contribution_base(of, model.base_wage[c], lever.floor, rules.ceiling)

        full = base(wage)
        own_rate = lever.rate * (1.0 - boss.exempt)
        rate = own_rate * (1.0 - rules.waived) + rules.worker_rate
        flow = model.flow_employees(c)
        worth = choices.value_of_base(self.belief, self.years_to_go, self.divisor, rules.promise)
        self.add("to_insure", c, w)
        self.add("value_of_base", c, math.trunc(10000.0 * worth) * w)
        if rules.transitions:
            before = self.covered
            found = boss.staff_found
            if self.new_staff or found or self.draw("coverage review") < rules.coverage_review:
                taste = uniform_of(model.keys["covered"], self.id, self.employer)
                self.covered = bool(found) or taste < boss.coverage
            if found and not before and not self.new_staff:
                self.add("fines", c, fen(full * rate * self.y * flow * (rules.fine_multiple - 1.0)) * w)
            if self.draw("merged scheme") < model.merged_staff[c]:
                self.covered = True
        due_share = self.y if self.inside or self.covered else 1.0
        self.add("due", c, fen(full * rate * flow * due_share) * w)
        if not self.covered:
            return
        self.pays_now, self.kind = True, "covered"
        self.declared = self.credited = base(wage * (1.0 - boss.hidden))
        self.employer_due_rate = own_rate * (1.0 - rules.waived)
        self.worker_due_rate = rules.worker_rate
        self.add("staff_insured", c, w)
        self.add("clipped_wages", c, fen(full) * w)
        self.add("declared", c, fen(self.declared) * w)
        boss.now.insured += w
        boss.now.declared += math.trunc(self.declared) * w
        boss.now.due_base += math.trunc(full) * w
        if boss.base_found and full > self.declared:
            back = (full - self.declared) * rate * self.y * flow
            self.add("back_payments", c, fen(back) * w)
            self.add("fines", c, fen(back * (rules.fine_multiple - 1.0)) * w)
            self.dues += fen(back) * w
            self.credited = full

    def offer_in(self, place: int, income: float) -> choices.Offer:
        model, rules = self.model, self.model.rules
        return choices.offer(
            self.belief,
            income,
            model.base_wage[place],
            model.levers[place].floor,
            self.years_to_go,
            self.months,
            self.account,
            self.divisor,
            rules.promise,
        )

    def choose(
        self, place: int, made: choices.Offer, income: float, away: bool
    ) -> tuple[bool, int, choices.Offer]:
        """Whether to pay, where, and on which offer (6.2): at home, in the residence, or nowhere."""
        model, rules = self.model, self.model.rules

        def weight(where: int, on: choices.Offer) -> float:
            liking = model.inclination[model.province_of[where]] + rules.inclination
            scale = rules.participation_scale
            return math.exp(choices.utility_of_paying(on, liking, income, rules.promise, scale))

        home, here = weight(place, made), 0.0
        key, c = model.keys["participation"], self.locality
        months_old = 12 * model.year + 11 - self.born
        by_law = uniform_of(key, self.id, 2) < rules.open_to_migrants
        if away and (by_law or months_old <= 12.0 * model.levers[c].entry):
            other = self.offer_in(c, income)
            here = weight(c, other)
        pays = self.taste < (home + here) / (1.0 + home + here)
        if here > 0.0 and uniform_of(key, self.id, 1) < here / (here + home):
            return pays, c, other
        return pays, place, made

    def pay_alone(self) -> None:
        model, rules, c, w = self.model, self.model.rules, self.locality, self.weight
        income = self.wage if self.status == FORMAL else model.flexible_income[c] * self.talent
        before = self.paid and self.inside and not self.was_covered
        reviews = (
            rules.transitions
            and not self.goes_on
            and (self.was_covered or self.draw("reviews participation") < rules.habit)
        )
        away = model.province_of[c] != self.hukou_province
        home = self.hukou if away else c
        place = self.relation if self.inside and not reviews else home
        made = self.offer_in(place, income)
        if reviews:
            pays, place, made = self.choose(place, made, income, away)
            score = math.trunc(100.0 * made.value)
            if pays:
                who = "incumbent" if before else "entrant"
                self.add(f"{who}s", place, w)
                self.add(f"{who}_age", place, 100 * self.age * w)
                self.add(f"{who}_value", place, score * w)
            elif before and self.months >= rules.minimum:
                self.add("stopped_after_minimum", place, w)
        else:
            pays = before or self.goes_on
        if not pays:
            return
        self.pays_now, self.kind = True, "flexible"
        self.pay_place = place
        self.declared = self.credited = made.base
        self.worker_due_rate = rules.promise.flexible_rate
        self.add("flexible_insured", place, w)
        if self.status == FLEXIBLE:
            self.add("flexible_paying", c, w)

    # --- 10.10 relation, collection, retirement

    def keep_relation(self) -> None:
        model, rules = self.model, self.model.rules
        if not self.pays_now:
            return
        old, new = self.relation, self.pay_place
        if not self.inside:
            self.inside, self.relation, self.months_here = True, new, 0
            self.add("new_insured", new, self.weight)
        elif old != new and not self.public_group:
            home, target = model.province_of[old], model.province_of[new]
            if model.crossing.pool(old) == model.crossing.pool(new):
                self.relation, self.temporary = new, False
            elif home != target and self.age >= rules.keep_age[self.female] and target != self.hukou_province:
                self.temporary = True
            else:
                if self.draw("asks transfer") < rules.transfer_asked:
                    self.port(old, new, self.transfer())
                elif rules.transitions:
                    self.add("left_behind", old, self.weight)
                    if uniform_of(self.model.keys["asks transfer"], self.id, 2) < rules.months_lost:
                        self.paid_months, self.index_sum, self.account, self.qualified = 0, 0.0, 0.0, -1
                self.relation, self.months_here, self.temporary = new, 0, False
                if rules.transitions:
                    self.lapse()
        else:
            self.temporary = False

    def lapse(self) -> None:
        """Months that a transfer takes are neither paid nor credited (9)."""
        late = int(self.model.rules.transfer_delay + uniform_of(self.model.keys["asks transfer"], self.id, 1))
        self.months_paid -= min(late, self.worked - 1)
        self.y = self.months_paid / 12.0

    def transfer(self) -> float:
        rules = self.model.rules
        return scheme.transfer(self.account, rules.account_share, rules.transfer_rate)

    def credit(self) -> None:
        model, rules, w = self.model, self.model.rules, self.weight
        if rules.transitions and self.inside:
            credited = self.credited * rules.account_share * self.y
            self.account = single(scheme.account_after(self.account, credited, rules.interest))
        self.paid = self.pays_now
        if not self.pays_now:
            return
        place, flow = self.pay_place, model.flow_employees(self.pay_place)
        by_employer = fen(self.employer_due_rate * self.declared * self.y * flow) * w
        by_worker = fen(self.worker_due_rate * self.declared * self.y * flow) * w
        self.dues += by_employer + by_worker
        if self.kind != "flexible":
            prefix = "public_" if self.kind == "public" else ""
            self.add(f"{prefix}employer_dues", place, by_employer)
            self.add(f"{prefix}worker_dues", place, by_worker)
        else:
            self.add("flexible_dues", place, by_worker)
        self.add("payers", self.relation, w)
        if self.temporary:
            base = self.credited * self.y
            self.port(place, self.relation, base * rules.account_share + rules.transfer_rate * base)
        if rules.transitions:
            self.paid_months += self.months_paid
            self.index_sum = single(self.index_sum + self.y * self.credited / self.average)
            if not self.temporary:
                self.months_here = min(self.months_here + self.months_paid, 255)
                if self.months_here >= 12 * rules.payer_years:
                    self.qualified = self.relation

    def retire(self) -> None:
        model, rules = self.model, self.model.rules
        if not rules.transitions:
            return
        drawn = max(12 - self.worked, 0) / 12.0
        enough = self.months >= rules.minimum
        if self.public_group and self.of_age:
            wage = model.wage_before[self.locality]
            pension = rules.public_replacement * rules.public_premium * wage
            pension = single(pension * self.talent**rules.public_progression)
            if self.inside:
                self.receive("public_pensions", self.relation, pension * drawn)
                self.add("new_retirees", self.relation, self.weight)
            self.status, self.pension = RETIRED, pension
        elif self.inside and (self.early or self.of_age) and enough:
            self.retire_on_pension(drawn)
        elif self.inside and self.of_age and self.reaches >= self.january and not enough:
            self.below_minimum()
        elif not self.inside and self.of_age and self.reaches < self.january and not self.stopped:
            self.buy_in()

    def retire_on_pension(self, drawn: float) -> None:
        model, rules = self.model, self.model.rules
        payer = scheme.paying_place(
            self.relation, self.hukou, self.months_here, self.qualified, rules.payer_years
        )
        if payer != self.relation:
            other = model.crossing.pool(payer) != model.crossing.pool(self.relation)
            if other and model.province_of[payer] != model.province_of[self.relation]:
                self.port(self.relation, payer, self.transfer())
            self.relation = payer
        on_time = self.reaches >= self.january and not self.early
        shown, index_sum = self.paid_months, self.index_sum
        if self.draw("records") < rules.forged_share:
            shown += rules.forged_months
            index_sum *= shown / max(self.paid_months, 1)
            self.add("forged_records", payer, self.weight)
        base, transitional, funded = scheme.monthly_pension(
            model.benefit_wage[payer] / 12.0,
            index_sum,
            shown,
            self.deemed_months,
            self.account,
            scheme.divisor(rules.divisors, self.statutory / 12.0 if on_time else self.age),
            rules.base_rate,
            model.levers[payer].deemed,
        )
        month = base + transitional + funded
        pension = single(12.0 * month)
        legacy = (transitional + base * self.deemed_months / (shown + self.deemed_months)) / month
        self.pension, self.index_sum, self.account = pension, single(legacy), 0.0
        self.status = RETIRED
        self.draw_from_fund(pension * drawn)
        self.add("new_retirees", payer, self.weight)
        self.add("deemed_pensions", payer, fen(12.0 * transitional) * self.weight)
        if self.early:
            self.add("early_retirees", payer, self.weight)
            self.add("early_pensions", payer, fen(pension) * self.weight)

    def buying_place(self) -> int:
        """Where a person past the age may buy in: at home."""
        away = self.model.province_of[self.locality] != self.hukou_province
        return self.hukou if away else self.locality

    def buy_in(self) -> None:
        """6.6 and 10.10."""
        model, rules, at, w = self.model, self.model.rules, self.buying_place(), self.weight
        turn, merged = self.draw("buying in"), model.merged_retirees[at]
        floor, average = model.levers[at].floor, model.base_wage[at]
        divisor = scheme.divisor(rules.divisors, self.age)
        if turn >= merged + model.buy_in[at]:
            return
        if turn >= merged:
            past = (self.january - self.reaches) / 12.0
            value = choices.value_of_buying_in(
                self.belief, past, average, floor, divisor, rules.buy_in_price, rules.promise
            )
            made = choices.Offer(floor * average, value)
            income = model.flexible_income[self.locality] * self.talent
            liking = model.inclination[model.province_of[at]] + rules.inclination
            asked = replace(rules.promise, flexible_rate=rules.buy_in_price * rules.promise.flexible_rate)
            utility = choices.utility_of_paying(made, liking, income, asked, rules.participation_scale)
            if self.taste >= 1.0 / (1.0 + math.exp(-utility)):
                return
        index_sum = rules.minimum / 12.0 * floor
        base, asked_share = index_sum * average, rules.buy_in_price * rules.account_share
        account = base * asked_share
        price = fen(base * (rules.buy_in_price * rules.promise.flexible_rate)) * w
        self.dues += price
        self.add("flexible_dues", at, price)
        month = scheme.monthly_pension(
            model.benefit_wage[at] / 12.0,
            index_sum,
            rules.minimum,
            0,
            account,
            divisor,
            rules.base_rate,
            model.levers[at].deemed,
        )
        self.inside, self.relation, self.status = True, at, RETIRED
        self.paid_months, self.pension = rules.minimum, single(12.0 * sum(month))
        self.draw_from_fund(0.5 * self.pension)
        self.add("new_retirees", at, w)
        self.add("bought_in", at, w)

    def below_minimum(self) -> None:
        """6.4."""
        model, rules, r, w = self.model, self.model.rules, self.relation, self.weight
        missing = (rules.minimum - self.months) / 12.0
        scale, key = rules.below_minimum_scale, model.keys["below minimum"]
        going = choices.value_of_paying(
            Belief(self.belief.discount, self.belief.awareness),
            model.levers[r].floor,
            model.base_wage[r],
            missing,
            self.months,
            self.account,
            self.divisor,
            rules.promise,
        )
        on = max(missing, 1.0) * going / scale + gumbel(key, self.id, 0)
        lump = gumbel(key, self.id, 1)
        years = rules.promise.years_drawn
        annuity = choices.annuity(self.belief.discount, 0.0, 0.0, 0.0, years)
        kept = self.account * (self.belief.awareness * 12.0 / self.divisor * annuity - 1.0)
        resident = kept / scale + gumbel(key, self.id, 2)
        if on >= lump and on >= resident:
            self.status = FLEXIBLE
            return
        self.receive("refunds", r, self.account)
        self.add("lump_sums" if lump >= resident else "to_resident_scheme", r, w)
        self.account = self.index_sum = 0.0
        self.paid_months = self.deemed_months = 0
        self.inside, self.stopped, self.status = False, True, OUTSIDE
        self.paid = self.temporary = False
