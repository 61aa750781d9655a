"""The year's pass over people: ageing, death, moves, work, contributions, retirement and pensions.

One pass does everything to a person in the order of docs/specification.md, reading only the state at the
start of the phase: aggregates (compatriots, vacancies, average pensions) are those of the year before. The
pass carries columns to the decisions in ``abm.agents.worker`` and the rules in ``abm.scheme`` and back. Sums
are int64 (persons, fen), so that neither threads nor blocks can change a bit.
"""

from __future__ import annotations

import math

import numpy as np

from abm.agents import worker
from abm.agents.worker import Tastes
from abm.compile import decision
from abm.draws import gumbel, normal, uniform, uniform_of
from abm.engine import tables as t
from abm.engine.choices import chooses_prefecture, chooses_province, draws_employer, fen
from abm.engine.moves import Borders, expected_moves
from abm.engine.rules import Keys, Rules, lost_on_a_move
from abm.population.persons import COHORT_IDS, FIRST_COHORT, MOST_MONTHS_HERE, Flag, Status
from abm.scheme import benefits, contributions, portability, retirement

OUTSIDE, FORMAL, FLEXIBLE, PUBLIC, RETIRED, FREE = (
    int(Status.OUTSIDE), int(Status.FORMAL), int(Status.FLEXIBLE), int(Status.PUBLIC), int(Status.RETIRED),
    int(Status.FREE),
)  # fmt: skip
FEMALE, IS_PUBLIC, INSIDE, PAYS, COVERED, TEMPORARY, STOPPED, CADRE = (
    int(Flag.FEMALE), int(Flag.PUBLIC), int(Flag.INSIDE), int(Flag.PAYS), int(Flag.COVERED),
    int(Flag.TEMPORARY), int(Flag.STOPPED), int(Flag.CADRE),
)  # fmt: skip
YOUNGEST_PAYER = 18
KINDS = (FREE + 1) * 256
"""Kinds of rows: status and flags."""
NOT_DRAWN = 1.0
"""In place of a draw at which the decision does not look."""
WHERE, ADMITTED = 1, 2
"""Alternatives of the fixed draw of paying: where a migrant pays, whether the residence admits migrants."""
LAPSES, LOST = 1, 2
"""Alternatives of the draw of asking for a transfer: a month more that lapses, whether months are lost."""
Array = np.ndarray
Arrays = tuple[np.ndarray, ...]


@decision
def group_of(province: int, sex: int, birth: int, migrant: int, status: int) -> int:
    """Row of a person in the sums by group (see ``tables.GROUP``)."""
    cohort = (birth - FIRST_COHORT) // t.COHORT_YEARS
    return (((province * 2 + sex) * t.COHORTS + cohort) * 2 + migrant) * 5 + status


@decision
def tastes_of(identity: int, rules: Rules, keys: Keys) -> Tastes:
    """A person's fixed traits, hashed from the id where a decision asks for them."""
    return Tastes(
        rules.discount_low + (rules.discount_high - rules.discount_low) * uniform(keys.patience, identity),
        rules.awareness_low
        + (rules.awareness_high - rules.awareness_low) * uniform(keys.awareness, identity),
    )


@decision
def alike(start: int, stop: int, statuses: Array, flags: Array) -> Array:
    """The rows from ``start`` to ``stop``, those of one status and the same flags together.

    Their order is free. In this one the processor foresees most of what the pass asks about a person.
    """
    ends = np.zeros(KINDS, np.int64)
    for i in range(start, stop):
        ends[np.int64(statuses[i]) * 256 + np.int64(flags[i])] += 1
    total = 0
    for kind in range(KINDS):
        total += ends[kind]
        ends[kind] = total - ends[kind]  # where the kind begins; at the end, where it ends
    rows = np.empty(stop - start, np.uint32)
    for i in range(start, stop):
        kind = np.int64(statuses[i]) * 256 + np.int64(flags[i])
        rows[ends[kind]] = i
        ends[kind] += 1
    return rows


@decision
def people_block(
    start: int, stop: int, rules: Rules, keys: Keys, columns: Arrays,
    place: Array, firm: Array, vacancies: Arrays, geography: Arrays, borders: Borders, ages: Arrays,
    weights: Array,
    sums: Array, stock: Array, ported: Array, groups: Array, firm_sums: Array,
) -> None:  # fmt: skip
    """Do the year to the persons in rows ``start`` to ``stop``; add to the block's own sums."""
    (ids, statuses, flags, strata, hukous, localities, relations, employers, skills, paid, deemed,
     months_here, qualified, index_sums, accounts, pensions) = columns  # fmt: skip
    vacancy_sums, vacancy_rows, vacancy_first = vacancies
    province_of, first, staying, pull, benefit_wages, attraction, odds = geography
    death, considers, hiring_factor, work_factor, divisors = ages
    year = rules.year
    january = 12 * year
    minimum = rules.retirement.minimum_months
    scheme = rules.scheme
    lost = lost_on_a_move(rules)
    for i in alike(start, stop, statuses, flags):
        status = np.int64(statuses[i])
        if status == FREE:
            continue
        identity = ids[i]
        flag = np.int64(flags[i])
        w = weights[strata[i]]
        birth = np.int64(identity // np.uint32(COHORT_IDS)) + FIRST_COHORT
        age = year - birth
        at_age = min(age, 127)
        sex = flag & FEMALE
        c = np.int64(localities[i])
        r = np.int64(relations[i])
        h = np.int64(hukous[i])
        inside = (flag & INSIDE) != 0
        public = (flag & IS_PUBLIC) != 0
        money_in = np.int64(0)  # fen paid by and for the person this year
        money_out = np.int64(0)  # fen paid to the person
        paying = False

        # --- death, in the middle of the year
        if rules.transitions:
            chance = death[sex, at_age]
            if inside:
                chance = chance * rules.insured_mortality
            if uniform(keys.death, identity) < chance:
                sums[t.M_DEATHS, c] += w
                if inside and status == RETIRED:
                    topped_up = 0.0 if public else place[r, t.P_SUPPLEMENT]
                    money_out = fen(0.5 * pensions[i] * (1.0 + topped_up)) * w
                    if public:
                        sums[t.M_PUBLIC_PENSIONS, r] += money_out
                    else:
                        sums[t.M_PENSIONS, r] += money_out
                        sums[t.M_LEGACY, r] += np.int64(money_out * np.float64(index_sums[i]))
                elif inside:
                    money_out = fen(accounts[i]) * w
                    sums[t.M_REFUNDS, r] += money_out
                migrant = 1 if province_of[h] != province_of[c] else 0
                groups[group_of(province_of[c], sex, birth, migrant, status), 4] += money_out
                statuses[i] = np.uint8(FREE)
                employers[i] = np.int32(-1)
                continue

        # --- the public-sector group enters the scheme, province by province
        if public and not inside and rules.transitions:
            entry = uniform(keys.public_entry, identity)
            if status == RETIRED:
                by_now, at_start = place[c, t.P_PUBLIC_RETIRED_INSIDE], place[c, t.P_PUBLIC_RETIRED_START]
            else:
                by_now, at_start = place[c, t.P_PUBLIC_INSIDE], place[c, t.P_PUBLIC_INSIDE_START]
            if status == RETIRED or deemed[i] > 0:  # outside at the start: the rest of the group
                entry = at_start + (1.0 - at_start) * entry
            if entry < by_now:
                inside = True
                flag |= INSIDE
                r = c
                relations[i] = np.uint16(c)
                if status != RETIRED:
                    sums[t.M_NEW_INSURED, r] += w

        if status == RETIRED:
            # --- pensions in payment rise and are paid
            pension = np.float64(pensions[i])
            if rules.transitions:
                if public:
                    pension += benefits.annual_adjustment(
                        pension, place[r, t.P_AVERAGE_PUBLIC_PENSION], np.float64(age),
                        place[r, t.P_OLD_PUBLIC_FRACTION], rules.public_supplement, rules.adjustment,
                    )  # fmt: skip
                else:
                    pension += benefits.annual_adjustment(
                        pension, place[r, t.P_AVERAGE_PENSION], np.float64(age), place[r, t.P_OLD_FRACTION],
                        place[r, t.P_RISE_SUPPLEMENT], rules.adjustment,
                    )  # fmt: skip
                pensions[i] = np.float32(pension)
            if inside:
                topped_up = 0.0 if public else place[r, t.P_SUPPLEMENT]
                money_out = fen(pension * (1.0 + topped_up) * place[r, t.P_RETIREE_FLOW]) * w
                if public:
                    sums[t.M_PUBLIC_PENSIONS, r] += money_out
                else:
                    sums[t.M_PENSIONS, r] += money_out
                    sums[t.M_LEGACY, r] += np.int64(money_out * np.float64(index_sums[i]))
        else:
            # --- the person's statutory age and skill
            birth_month = 1 + np.int64(12.0 * uniform(keys.birth_month, identity))
            cadre = 1 if (flag & CADRE) != 0 else 0
            statutory = retirement.statutory_age_months(sex, cadre, birth, birth_month, rules.retirement)
            born = 12 * birth + birth_month - 1
            reaches = born + statutory  # the month, counted from year 0, in which the age is reached
            months_to_go = max(reaches - january - 11, 0)
            skill = np.float64(skills[i])
            if rules.transitions and status != OUTSIDE:
                skill = worker.skill_next_year(
                    skill, rules.skill_spread, rules.skill_persistence, normal(keys.skill, identity)
                )
                skills[i] = np.float32(skill)
            employer = np.int64(employers[i])
            new_staff = False
            months_had = np.int64(paid[i]) + np.int64(deemed[i])
            of_age = rules.transitions and reaches <= january + 11
            goes_on = of_age and reaches < january and inside and not public and months_had < minimum
            never_member = not inside and not public and (flag & STOPPED) == 0
            waits = of_age and reaches < january and never_member

            # --- where to live
            if rules.transitions and status != PUBLIC and worker.considers_moving(
                considers[at_age], uniform(keys.considers_moving, identity)
            ):  # fmt: skip
                p = province_of[c]
                months, mean_index, income, annuity, awareness = 0.0, 1.0, 1.0, 0.0, 0.0
                if inside:  # else no pension is at stake
                    tastes = tastes_of(identity, rules, keys)
                    months, awareness = np.float64(months_had), tastes.awareness
                    mean_index = np.float64(index_sums[i]) / max(np.float64(paid[i]) / 12.0, 1.0)
                    income = place[c, t.P_FLEXIBLE_INCOME] * math.exp(skill)
                    annuity = worker.expects_annuity(
                        months_to_go / 12.0, tastes.discount, scheme.wage_growth, scheme.pension_growth,
                        scheme.pension_years,
                    )  # fmt: skip
                k = chooses_province(
                    identity, p, province_of[h], staying, pull, odds, months, mean_index, income, annuity,
                    awareness, rules.pension_weight, benefit_wages, keys.destination,
                )  # fmt: skip
                target = c
                if first[k + 1] - first[k] > 1:
                    target = chooses_prefecture(
                        identity,
                        c,
                        first[k],
                        first[k + 1],
                        attraction,
                        rules.prefecture_cost,
                        keys.prefecture,
                    )
                elif k != p:
                    target = first[k]
                if target != c:
                    sums[t.M_MOVED_OUT, c] += w
                    sums[t.M_MOVED_IN, target] += w
                    if k != p:
                        sums[t.M_DEPARTURES, c] += w
                        sums[t.M_ARRIVALS, target] += w
                    c = target
                    localities[i] = np.uint16(c)
                    employer = -1
                    if status == FORMAL or (status == OUTSIDE and age < 60 and (flag & STOPPED) == 0):
                        status = FLEXIBLE  # looks for work on arrival

            # --- an employer
            if status == FORMAL and np.int64(firm[employer, t.F_LOCALITY]) != c:
                status = OUTSIDE  # the employer moved away, the staff stay
            idle, staff = status == OUTSIDE, status == FORMAL
            leaving_age = rules.leaving_work_age_women if sex == 1 else rules.leaving_work_age_men
            stays_idle = idle and (age >= leaving_age or (flag & STOPPED) != 0)  # who asks for no draw
            if rules.transitions and status != PUBLIC and not goes_on and not stays_idle:
                experience = rules.experience_factor if inside else 1.0
                change = worker.changes_work(
                    idle, staff, age, leaving_age, (flag & STOPPED) == 0, not inside,
                    place[c, t.P_LEAVING], place[c, t.P_GIVING_UP],
                    place[c, t.P_HIRING] * hiring_factor[at_age] * experience,
                    place[c, t.P_PUBLIC_HIRING] * hiring_factor[at_age],
                    place[c, t.P_TAKING_UP] * work_factor[at_age],
                    NOT_DRAWN if idle else uniform(keys.separation, identity),
                    NOT_DRAWN if staff else uniform(keys.job, identity),
                    uniform_of(keys.job, identity, 2) if idle and not inside else NOT_DRAWN,
                    uniform_of(keys.job, identity, 1) if idle else NOT_DRAWN,
                )  # fmt: skip
                if change == worker.HIRED:
                    employer = draws_employer(
                        uniform(keys.employer, identity), vacancy_first[c], vacancy_first[c + 1],
                        vacancy_sums, vacancy_rows,
                    )  # fmt: skip
                    if employer >= 0:
                        status, new_staff = FORMAL, True
                elif change == worker.JOINS_PUBLIC:
                    status, public = PUBLIC, True
                    flag |= IS_PUBLIC
                    if sex == 1:
                        flag |= CADRE
                elif change == worker.TAKES_UP:
                    status = FLEXIBLE
                elif change == worker.STOPS:
                    status = OUTSIDE
            was_covered = (flag & COVERED) != 0
            if status != FORMAL or new_staff:
                flag &= ~COVERED
            if status != FORMAL:
                employer = -1

            # --- does the year bring the pension, and how many months of it are worked?
            worked_months = 12
            if goes_on:  # below the minimum: pays on, and the rest at once in the last year allowed
                worked_months = minimum - months_had
                if january + 11 - reaches < 12 * worker.LATEST_YEARS:
                    worked_months = min(worked_months, 12)
            elif of_age:
                worked_months = max(reaches - january + 1, 0)
            elif rules.transitions and not inside:
                worked_months = 6  # who joins does so in the middle of the year
            early = False
            if rules.transitions and inside and not public and not of_age and months_had >= minimum:
                now = january + 6 - born  # months of age in the middle of the year
                chance = 0.0
                if now >= retirement.earliest_age_months(sex, cadre, birth, birth_month, rules.retirement):
                    chance = 1.0  # the person's right since 2025
                elif now >= retirement.special_trades_age_months(sex, cadre, rules.retirement):
                    chance = place[r, t.P_LENIENCY]
                if chance > 0.0:
                    replacement = 0.01 * months_had / 12.0 * place[r, t.P_BENEFIT_WAGE]
                    early = worker.retires_early(
                        chance, replacement / max(place[c, t.P_WAGE] * math.exp(skill), 1.0),
                        rules.early_indifferent, rules.early_scale, uniform(keys.early_retirement, identity),
                    )  # fmt: skip
                if early:
                    worked_months = 6
            share = worked_months / 12.0
            may_pay = share > 0.0 and (flag & STOPPED) == 0 and (inside or not of_age)

            # --- whether, where and how much to pay
            weighs = may_pay and (status == FORMAL or status == FLEXIBLE or goes_on)
            if weighs:
                tastes = tastes_of(identity, rules, keys)
                years_to_go = months_to_go / 12.0
                divisor = divisors[min(statutory, benefits.LAST_MONTH)]
                crossings = expected_moves(
                    age, years_to_go,
                    rules.portability.keep_age_women if sex == FEMALE else rules.portability.keep_age_men,
                    borders.young[province_of[h], c], borders.old[province_of[h], c], borders.weighed,
                )  # fmt: skip
                prospect = worker.outlook(crossings, lost, rules.transfer_delay)
            pay_place = c
            wage = 0.0
            declared = 0.0
            credited = 0.0
            dues = contributions.flexible_dues(0.0, 0.0, 0.0)
            base_wage = place[c, t.P_BASE_WAGE]
            if status == PUBLIC:
                wage = place[c, t.P_WAGE] * rules.public_wage_premium * math.exp(skill)
                paying = inside and share > 0.0
                declared = contributions.contribution_base(
                    wage, base_wage, rules.national_floor, place[c, t.P_CEILING]
                )
                credited = declared
                dues = contributions.employee_dues(
                    declared, rules.public_employer_rate, rules.worker_rate, rules.account_share, 0.0
                )
            elif status == FORMAL:
                wage = place[c, t.P_WAGE] * firm[employer, t.F_PREMIUM] * math.exp(skill)
                sums[t.M_STAFF, c] += w
                sums[t.M_WAGES, c] += fen(wage) * w
                firm_sums[employer, t.S_STAFF] += w
                firm_sums[employer, t.S_WAGES] += np.int64(wage) * w
                if may_pay:
                    full = contributions.contribution_base(
                        wage, base_wage, place[c, t.P_FLOOR], place[c, t.P_CEILING]
                    )
                    own_rate = place[c, t.P_EMPLOYER_RATE] * (1.0 - firm[employer, t.F_EXEMPT])
                    rate = own_rate * (1.0 - rules.waived) + rules.worker_rate
                    flow = share * place[c, t.P_EMPLOYEE_FLOW]
                    sums[t.M_TO_INSURE, c] += w
                    value = worker.value_of_base(
                        years_to_go, tastes.discount, tastes.awareness, prospect.kept, scheme, divisor
                    )
                    sums[t.M_VALUE_OF_BASE, c] += np.int64(10000.0 * value) * w
                    found = firm[employer, t.F_STAFF_FOUND] > 0.0
                    if rules.transitions and found:
                        if (flag & COVERED) == 0 and not new_staff:
                            sums[t.M_FINES, c] += fen(full * rate * flow * (rules.fine_multiple - 1.0)) * w
                        flag |= COVERED
                    elif rules.transitions and (
                        new_staff or uniform(keys.coverage_review, identity) < rules.coverage_review
                    ):
                        if uniform_of(keys.covered, identity, employer) < firm[employer, t.F_COVERAGE]:
                            flag |= COVERED
                        else:
                            flag &= ~COVERED
                    merged = place[c, t.P_MERGED_STAFF]
                    if merged > 0.0 and uniform(keys.merged_scheme, identity) < merged:
                        flag |= COVERED  # registered since the former scheme merged, whatever is chosen
                    joined = inside or (flag & COVERED) != 0  # else the whole year is due and nothing paid
                    owed = full * rate * (flow if joined else place[c, t.P_EMPLOYEE_FLOW])
                    sums[t.M_DUE, c] += fen(owed) * w
                    if (flag & COVERED) != 0:
                        paying = True
                        declared = contributions.contribution_base(
                            wage * (1.0 - firm[employer, t.F_HIDDEN]), base_wage, place[c, t.P_FLOOR],
                            place[c, t.P_CEILING],
                        )  # fmt: skip
                        credited = declared
                        sums[t.M_STAFF_INSURED, c] += w
                        sums[t.M_CLIPPED, c] += fen(full) * w
                        sums[t.M_DECLARED, c] += fen(declared) * w
                        firm_sums[employer, t.S_INSURED] += w
                        firm_sums[employer, t.S_DECLARED] += np.int64(declared) * w
                        firm_sums[employer, t.S_DUE_BASE] += np.int64(full) * w
                        dues = contributions.employee_dues(
                            declared, own_rate, rules.worker_rate, rules.account_share, rules.waived
                        )
                        if firm[employer, t.F_BASE_FOUND] > 0.0 and full > declared:
                            back = (full - declared) * rate * flow
                            credited = full
                            money_in = fen(back) * w
                            sums[t.M_BACK_PAYMENTS, c] += money_in
                            sums[t.M_FINES, c] += fen(back * (rules.fine_multiple - 1.0)) * w
            if weighs and not paying and age >= YOUNGEST_PAYER:
                # nobody pays for this person: an own decision, weighed anew every few years
                income = wage if status == FORMAL else place[c, t.P_FLEXIBLE_INCOME] * math.exp(skill)
                paid_before = (flag & PAYS) != 0 and inside and not was_covered
                away = province_of[h] != province_of[c]
                reviews = rules.transitions and not goes_on and (
                    was_covered or uniform(keys.reviews_participation, identity) < rules.habit
                )  # fmt: skip
                if inside and not reviews:
                    pay_place = r
                elif away:
                    pay_place = h
                paying = paid_before or goes_on
                offer = worker.NOTHING_OFFERED
                if paying or reviews:
                    offer = worker.offer(
                        np.float64(months_had), years_to_go, income, np.float64(accounts[i]),
                        place[pay_place, t.P_BASE_WAGE], place[pay_place, t.P_FLOOR],
                        place[pay_place, t.P_CEILING], rules.flexible_rate, rules.burden_aversion, tastes,
                        prospect, scheme, divisor,
                    )  # fmt: skip
                if reviews:
                    utility = worker.utility_of_paying(
                        offer.value, offer.base, income, rules.flexible_rate,
                        place[pay_place, t.P_INCLINATION], rules.participation_scale, rules.burden_aversion,
                    )  # fmt: skip
                    other = worker.NO_OFFER
                    if away and worker.is_admitted(
                        uniform_of(keys.participation, identity, ADMITTED), rules.open_to_migrants,
                        january + 11 - born, place[c, t.P_ENTRY],
                    ):  # fmt: skip
                        here = worker.offer(
                            np.float64(months_had), years_to_go, income, np.float64(accounts[i]),
                            place[c, t.P_BASE_WAGE], place[c, t.P_FLOOR], place[c, t.P_CEILING],
                            rules.flexible_rate, rules.burden_aversion, tastes, prospect, scheme, divisor,
                        )  # fmt: skip
                        other = worker.utility_of_paying(
                            here.value, here.base, income, rules.flexible_rate, place[c, t.P_INCLINATION],
                            rules.participation_scale, rules.burden_aversion,
                        )  # fmt: skip
                        if uniform_of(keys.participation, identity, WHERE) < worker.place_chance(
                            other, utility
                        ):
                            pay_place, offer = c, here
                    paying = uniform(keys.participation, identity) < worker.participation_chance(
                        utility, other
                    )
                    score = np.int64(100.0 * offer.value)
                    if paying and not paid_before:
                        sums[t.M_ENTRANTS, pay_place] += w
                        sums[t.M_ENTRANT_AGE, pay_place] += 100 * age * w
                        sums[t.M_ENTRANT_VALUE, pay_place] += score * w
                    elif paying:
                        sums[t.M_INCUMBENTS, pay_place] += w
                        sums[t.M_INCUMBENT_AGE, pay_place] += 100 * age * w
                        sums[t.M_INCUMBENT_VALUE, pay_place] += score * w
                    elif paid_before and months_had >= minimum:
                        sums[t.M_STOPPED_AFTER_MINIMUM, pay_place] += w
                if paying:
                    declared = offer.base
                    credited = declared
                    dues = contributions.flexible_dues(declared, rules.flexible_rate, rules.account_share)
                    base_wage = place[pay_place, t.P_BASE_WAGE]
                    sums[t.M_FLEXIBLE_INSURED, pay_place] += w
                    if status == FLEXIBLE:
                        sums[t.M_FLEXIBLE_PAYING, c] += w
            if status == FLEXIBLE:
                sums[t.M_FLEXIBLE, c] += w

            # --- the relation: opened, moved (with its money, if asked), or kept beside a temporary account
            months_paid = worked_months
            if paying and not inside:
                inside = True
                flag |= INSIDE
                r = pay_place
                months_here[i] = np.uint8(0)
                sums[t.M_NEW_INSURED, r] += w
            elif paying and pay_place != r and status != PUBLIC:
                same = province_of[pay_place] == province_of[r]
                if place[pay_place, t.P_POOL] == place[r, t.P_POOL]:
                    r = pay_place
                    flag &= ~TEMPORARY  # opened before the pools became one
                elif not same and portability.keeps_relation(
                    sex, np.float64(age), province_of[pay_place] == province_of[h], rules.portability
                ):
                    flag |= TEMPORARY
                else:
                    if uniform(keys.asks_transfer, identity) < rules.transfer_asked:
                        money = portability.transfer(
                            np.float64(accounts[i]), np.float64(accounts[i]) / rules.account_share,
                            rules.portability,
                        )  # fmt: skip
                        ported[r, pay_place] += fen(money) * w
                    elif rules.transitions:
                        sums[t.M_LEFT_BEHIND, r] += w
                        if uniform_of(keys.asks_transfer, identity, LOST) < rules.months_lost:
                            paid[i] = np.uint16(0)  # the months stay behind, and the account with them
                            index_sums[i] = np.float32(0.0)
                            accounts[i] = np.float32(0.0)
                            qualified[i] = np.int16(portability.NOWHERE)
                    if rules.transitions:  # nothing is paid or credited until it has moved
                        lapse = portability.months_lapsed(
                            rules.transfer_delay, uniform_of(keys.asks_transfer, identity, LAPSES),
                            worked_months,
                        )  # fmt: skip
                        months_paid -= lapse
                        share = months_paid / 12.0
                    r = pay_place
                    months_here[i] = np.uint8(0)
                    flag &= ~TEMPORARY
            elif paying:
                flag &= ~TEMPORARY
            relations[i] = np.uint16(r)

            # --- contributions are collected and credited
            if rules.transitions and inside:
                accounts[i] = np.float32(
                    benefits.account_balance(
                        np.float64(accounts[i]),
                        credited * rules.account_share * share if paying else 0.0,
                        rules.account_interest,
                    )
                )
            flag &= ~PAYS
            if paying:
                flag |= PAYS
                flow = share * place[pay_place, t.P_EMPLOYEE_FLOW]
                from_employer = fen(dues.employer * flow) * w
                from_worker = fen(dues.worker * flow) * w
                money_in += from_employer + from_worker
                if status == PUBLIC:
                    sums[t.M_PUBLIC_EMPLOYER_DUES, pay_place] += from_employer
                    sums[t.M_PUBLIC_WORKER_DUES, pay_place] += from_worker
                elif (flag & COVERED) != 0:
                    sums[t.M_EMPLOYER_DUES, pay_place] += from_employer
                    sums[t.M_WORKER_DUES, pay_place] += from_worker
                else:
                    sums[t.M_FLEXIBLE_DUES, pay_place] += from_worker
                sums[t.M_PAYERS, r] += w
                if (flag & TEMPORARY) != 0:  # what the temporary account holds is sent on, year by year
                    money = portability.transfer(
                        credited * share * rules.account_share, credited * share, rules.portability
                    )
                    ported[pay_place, r] += fen(money) * w
                if rules.transitions:
                    paid[i] = np.uint16(np.int64(paid[i]) + months_paid)
                    index_sums[i] = np.float32(
                        np.float64(index_sums[i])
                        + share * contributions.contribution_index(credited, base_wage)
                    )
                    if (flag & TEMPORARY) == 0:
                        months_here[i] = np.uint8(
                            min(np.int64(months_here[i]) + months_paid, MOST_MONTHS_HERE)
                        )
                        if np.float64(months_here[i]) >= rules.portability.payer_months:
                            qualified[i] = np.int16(r)

            # --- retirement
            months_now = np.int64(paid[i]) + np.int64(deemed[i])
            drawn = max(12 - worked_months, 0) / 12.0
            if public and of_age:
                pensions[i] = np.float32(
                    benefits.public_pension(
                        place[c, t.P_WAGE_BEFORE],
                        math.exp(skill),
                        rules.public_replacement,
                        rules.public_wage_premium,
                        rules.public_progression,
                    )
                )
                if inside:
                    money_out = fen(pensions[i] * drawn) * w
                    sums[t.M_PUBLIC_PENSIONS, r] += money_out
                    sums[t.M_NEW_RETIREES, r] += w
                status = RETIRED
            elif inside and (early or of_age) and months_now >= minimum:
                payer = portability.paying_place(
                    h, r, np.float64(months_here[i]), np.int64(qualified[i]), rules.portability
                )
                if payer != r:
                    if province_of[payer] != province_of[r] and place[payer, t.P_POOL] != place[r, t.P_POOL]:
                        money = portability.transfer(
                            np.float64(accounts[i]), np.float64(accounts[i]) / rules.account_share,
                            rules.portability,
                        )  # fmt: skip
                        ported[r, payer] += fen(money) * w
                    r = payer
                    relations[i] = np.uint16(r)
                retires_at = statutory if reaches >= january and not early else 12 * age
                shown, index_sum = np.float64(paid[i]), np.float64(index_sums[i])
                if uniform(keys.records, identity) < rules.forged_share:
                    shown += rules.forged_months
                    index_sum *= shown / max(np.float64(paid[i]), 1.0)
                    sums[t.M_FORGED_RECORDS, r] += w
                new = benefits.new_pension(
                    place[r, t.P_BENEFIT_WAGE] / 12.0, shown, np.float64(deemed[i]),
                    index_sum, np.float64(accounts[i]),
                    divisors[min(retires_at, benefits.LAST_MONTH)], rules.base_rate,
                    place[r, t.P_DEEMED_RATE],
                )  # fmt: skip
                pensions[i] = np.float32(12.0 * new.whole)
                index_sums[i] = np.float32(new.legacy / new.whole)
                accounts[i] = np.float32(0.0)
                money_out = fen(pensions[i] * (1.0 + place[r, t.P_SUPPLEMENT]) * drawn) * w
                sums[t.M_PENSIONS, r] += money_out
                sums[t.M_LEGACY, r] += np.int64(money_out * np.float64(index_sums[i]))
                sums[t.M_NEW_RETIREES, r] += w
                sums[t.M_DEEMED_PENSIONS, r] += fen(12.0 * new.transitional) * w
                if early:
                    sums[t.M_EARLY_RETIREES, r] += w
                    sums[t.M_EARLY_PENSIONS, r] += fen(pensions[i]) * w
                status = RETIRED
            elif inside and of_age and reaches >= january:
                # reached the age this year below the minimum
                choice = worker.below_minimum(
                    np.float64(months_now), np.float64(accounts[i]), place[r, t.P_BASE_WAGE],
                    place[r, t.P_FLOOR], rules.flexible_rate, tastes_of(identity, rules, keys), scheme,
                    divisors[min(statutory, benefits.LAST_MONTH)], rules.below_minimum_scale,
                    gumbel(keys.below_minimum, identity, 0), gumbel(keys.below_minimum, identity, 1),
                    gumbel(keys.below_minimum, identity, 2),
                )  # fmt: skip
                if choice == worker.CONTINUE:
                    status = FLEXIBLE
                else:
                    money_out = fen(accounts[i]) * w
                    sums[t.M_REFUNDS, r] += money_out
                    if choice == worker.RESIDENT_SCHEME:
                        sums[t.M_TO_RESIDENT, r] += w
                    else:
                        sums[t.M_LUMP_SUMS, r] += w
                    accounts[i] = np.float32(0.0)
                    index_sums[i] = np.float32(0.0)
                    paid[i] = np.uint16(0)
                    deemed[i] = np.uint16(0)
                    inside = False
                    flag = (flag | STOPPED) & ~INSIDE & ~PAYS & ~TEMPORARY
                    status = OUTSIDE
            elif waits:
                # past the age and never a member: the minimum may be bought with one payment
                at = h if province_of[h] != province_of[c] else c
                turn = uniform(keys.buying_in, identity)
                own_divisor = divisors[min(12 * age, benefits.LAST_MONTH)]
                buys = turn < place[at, t.P_MERGED_RETIREES]
                if not buys and turn < place[at, t.P_MERGED_RETIREES] + place[at, t.P_BUY_IN]:
                    value = worker.value_of_buying_in(
                        (january - reaches) / 12.0, place[at, t.P_BASE_WAGE], place[at, t.P_FLOOR],
                        rules.flexible_rate, rules.buy_in_price, tastes_of(identity, rules, keys), scheme,
                        own_divisor,
                    )  # fmt: skip
                    utility = worker.utility_of_paying(
                        value, place[at, t.P_FLOOR] * place[at, t.P_BASE_WAGE],
                        place[c, t.P_FLEXIBLE_INCOME] * math.exp(skill),
                        rules.buy_in_price * rules.flexible_rate, place[at, t.P_INCLINATION],
                        rules.participation_scale, rules.burden_aversion,
                    )  # fmt: skip
                    buys = uniform(keys.participation, identity) < worker.participation_chance(
                        utility, worker.NO_OFFER
                    )
                if buys:
                    inside, waits = True, False
                    flag |= INSIDE
                    r = at
                    relations[i] = np.uint16(r)
                    floor = place[r, t.P_FLOOR]
                    bought = minimum / 12.0 * floor
                    dues = contributions.flexible_dues(
                        bought * place[r, t.P_BASE_WAGE], rules.buy_in_price * rules.flexible_rate,
                        rules.buy_in_price * rules.account_share,
                    )  # fmt: skip
                    from_worker = fen(dues.worker) * w
                    money_in += from_worker
                    sums[t.M_FLEXIBLE_DUES, r] += from_worker
                    paid[i] = np.uint16(minimum)
                    new = benefits.new_pension(
                        place[r, t.P_BENEFIT_WAGE] / 12.0, np.float64(minimum), 0.0, bought, dues.account,
                        own_divisor, rules.base_rate, place[r, t.P_DEEMED_RATE],
                    )  # fmt: skip
                    pensions[i] = np.float32(12.0 * new.whole)
                    money_out = fen(0.5 * pensions[i] * (1.0 + place[r, t.P_SUPPLEMENT])) * w
                    sums[t.M_PENSIONS, r] += money_out
                    sums[t.M_BOUGHT_IN, r] += w
                    sums[t.M_NEW_RETIREES, r] += w
                    status = RETIRED
            if status == RETIRED:
                flag &= ~PAYS & ~TEMPORARY
            if status != FORMAL:
                employer = -1
                flag &= ~COVERED
            employers[i] = np.int32(employer)

        # --- counting
        statuses[i] = np.uint8(status)
        flags[i] = np.uint8(flag)
        sums[t.M_ADULTS, c] += w
        stock[province_of[h], province_of[c]] += w
        if status == RETIRED:
            if inside:
                sums[t.M_RETIREES, r] += w
                old = np.float64(age) >= rules.adjustment.tilt_age
                if old:
                    sums[t.M_RETIREES_OLD, r] += w
                if public:
                    sums[t.M_PUBLIC_PENSION_LEVEL, r] += fen(pensions[i]) * w
                    sums[t.M_RETIREES_PUBLIC, r] += w
                    if old:
                        sums[t.M_RETIREES_PUBLIC_OLD, r] += w
                else:
                    sums[t.M_PENSION_LEVEL, r] += fen(pensions[i]) * w
        else:
            if inside:
                sums[t.M_INSURED, r] += w
                if public:
                    sums[t.M_INSURED_PUBLIC, r] += w
            if reaches <= january + 11 and not inside and not public and (flag & STOPPED) == 0:
                at = h if province_of[h] != province_of[c] else c
                sums[t.M_NEVER_MEMBERS, at] += w
            if status == PUBLIC:
                sums[t.M_PUBLIC_STAFF, c] += w
            elif status != FORMAL and (flag & STOPPED) == 0:
                experience = rules.experience_factor if inside else 1.0
                sums[t.M_JOB_SEEKERS, c] += np.int64(1000.0 * experience * hiring_factor[at_age]) * w
                if status == OUTSIDE:
                    sums[t.M_IDLE_SEEKERS, c] += np.int64(1000.0 * work_factor[at_age]) * w
        migrant = 1 if province_of[h] != province_of[c] else 0
        group = group_of(province_of[c], sex, birth, migrant, status)
        groups[group, 0] += w
        if paying:
            groups[group, 1] += w
        elif inside and status != RETIRED:
            groups[group, 2] += w
        groups[group, 3] += money_in
        groups[group, 4] += money_out
