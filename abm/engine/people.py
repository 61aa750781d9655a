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
from abm.population.persons import FIRST_COHORT, PROVINCE_BITS, SERIAL_BITS, Flag, Status
from abm.scheme import benefits, contributions, portability, retirement

OUTSIDE, FORMAL, FLEXIBLE, PUBLIC, RETIRED, FREE = (
    int(Status.OUTSIDE), int(Status.FORMAL), int(Status.FLEXIBLE), int(Status.PUBLIC), int(Status.RETIRED),
    int(Status.FREE),
)  # fmt: skip
FEMALE, IS_PUBLIC, INSIDE, PAYS, COVERED, TEMPORARY, STOPPED = (
    int(Flag.FEMALE), int(Flag.PUBLIC), int(Flag.INSIDE), int(Flag.PAYS), int(Flag.COVERED),
    int(Flag.TEMPORARY), int(Flag.STOPPED),
)  # fmt: skip
COHORT_SHIFT = PROVINCE_BITS + SERIAL_BITS
OLDEST_MOVER = 70
YOUNGEST_PAYER = 18


@decision
def people_block(
    start, stop, rules, divisors, keys, columns, place, firm, vacancies, geography, ages, weights,
    sums, stock, ported, groups, firm_sums,
):  # fmt: skip
    """Do the year to the persons in rows ``start`` to ``stop``; add to the block's own sums."""
    (ids, statuses, flags, strata, hukous, localities, relations, employers, skills, paid, deemed,
     months_here, qualified, index_sums, accounts, pensions) = columns  # fmt: skip
    vacancy_sums, vacancy_rows, vacancy_first = vacancies
    province_of, first, staying, pull, benefit_wages, attraction = geography
    death, considers, hiring_factor, work_factor = ages
    year = rules.year
    scheme = rules.scheme
    for i in range(start, stop):
        status = np.int64(statuses[i])
        if status == FREE:
            continue
        identity = ids[i]
        flag = np.int64(flags[i])
        w = weights[strata[i]]
        birth = np.int64(identity >> np.uint32(COHORT_SHIFT)) + FIRST_COHORT
        age = year - birth
        at_age = min(age, 127)
        sex = flag & FEMALE
        c = np.int64(localities[i])
        r = np.int64(relations[i])
        h = np.int64(hukous[i])
        inside = (flag & INSIDE) != 0
        public = (flag & IS_PUBLIC) != 0
        group_money_in = np.int64(0)
        group_money_out = np.int64(0)

        # --- death
        if rules.transitions:
            chance = death[sex, at_age]
            if inside:
                chance = chance * rules.insured_mortality
            if uniform(keys.death, identity) < chance:
                sums[t.M_DEATHS, c] += w
                if inside and status == RETIRED:
                    half = fen(0.5 * pensions[i]) * w
                    if public:
                        sums[t.M_PUBLIC_PENSIONS, r] += half
                    else:
                        sums[t.M_PENSIONS, r] += half
                        sums[t.M_LEGACY, r] += np.int64(half * np.float64(index_sums[i]))
                elif inside and accounts[i] > 0.0:
                    sums[t.M_REFUNDS, r] += fen(accounts[i]) * w
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
            inside = entry < by_now
        if public and inside and (flag & INSIDE) == 0:
            flag |= INSIDE
            r = c
            relations[i] = np.uint16(c)
            if status != RETIRED:
                sums[t.M_NEW_INSURED, r] += w

        birth_month = 1 + np.int64(12.0 * uniform(keys.birth_month, identity))
        cadre = 0
        if sex == 1 and (public or uniform(keys.cadre, identity) < rules.cadre_share):
            cadre = 1

        if status == RETIRED:
            # --- pensions in payment rise and are paid
            pension = np.float64(pensions[i])
            if rules.transitions:
                if public:
                    pension += benefits.annual_adjustment(
                        pension, place[r, t.P_AVERAGE_PUBLIC_PENSION], np.float64(age),
                        place[r, t.P_OLD_PUBLIC_FRACTION], rules.adjustment,
                    )  # fmt: skip
                else:
                    pension += benefits.annual_adjustment(
                        pension, place[r, t.P_AVERAGE_PENSION], np.float64(age), place[r, t.P_OLD_FRACTION],
                        rules.adjustment,
                    )  # fmt: skip
                pensions[i] = np.float32(pension)
            if inside:
                group_money_out = fen(pension * place[r, t.P_RETIREE_FLOW]) * w
                if public:
                    sums[t.M_PUBLIC_PENSIONS, r] += group_money_out
                else:
                    sums[t.M_PENSIONS, r] += group_money_out
                    sums[t.M_LEGACY, r] += np.int64(group_money_out * np.float64(index_sums[i]))
        else:
            # --- working lives
            discount = rules.discount_low + (rules.discount_high - rules.discount_low) * uniform(
                keys.patience, identity
            )
            awareness = rules.awareness_low + (rules.awareness_high - rules.awareness_low) * uniform(
                keys.awareness, identity
            )
            statutory = retirement.statutory_age_months(sex, cadre, birth, birth_month, rules.retirement)
            months_to_go = 12 * birth + birth_month - 1 + statutory - (12 * year + 11)
            years_to_go = max(months_to_go, 0) / 12.0
            divisor = benefits.account_divisor(statutory / 12.0, divisors)
            skill = np.float64(skills[i])
            if rules.transitions and status != OUTSIDE:
                spread = rules.skill_spread
                centre = -0.5 * spread * spread
                rho = rules.skill_persistence
                skill = (
                    centre
                    + rho * (skill - centre)
                    + math.sqrt(1.0 - rho * rho) * spread * normal(keys.skill, identity)
                )
                skills[i] = np.float32(skill)
            talent = math.exp(skill)
            employer = np.int64(employers[i])
            new_staff = False

            # --- where to live
            if (
                rules.transitions
                and status != PUBLIC
                and age < OLDEST_MOVER
                and worker.considers_moving(considers[at_age], uniform(keys.considers_moving, identity))
            ):
                p = province_of[c]
                months = np.float64(paid[i]) + np.float64(deemed[i]) if inside else 0.0
                mean_index = np.float64(index_sums[i]) / max(np.float64(paid[i]) / 12.0, 1.0)
                annuity = worker.expects_annuity(
                    years_to_go, discount, scheme.wage_growth, scheme.pension_growth, scheme.pension_years
                )
                k = chooses_province(
                    identity, p, province_of[h], staying, pull, months, mean_index,
                    place[c, t.P_FLEXIBLE_INCOME] * talent, annuity, awareness, rules.pension_weight,
                    benefit_wages, keys.destination,
                )  # fmt: skip
                target = c
                if first[k + 1] - first[k] > 1:
                    target = chooses_prefecture(
                        identity, c, first[k], first[k + 1], attraction, rules.prefecture_cost, keys.prefecture
                    )
                elif k != p:
                    target = first[k]
                if target != c:
                    if k != p:
                        sums[t.M_DEPARTURES, c] += w
                        sums[t.M_ARRIVALS, target] += w
                    c = target
                    localities[i] = np.uint16(c)
                    if status == FORMAL:
                        sums[t.M_LEFT_JOBS, c] += w
                    employer = -1
                    if status == FORMAL or (status == OUTSIDE and age < 60):
                        status = FLEXIBLE  # looks for work on arrival
                    flag &= ~COVERED

            # --- an employer
            if status == FORMAL and np.int64(firm[employer, t.F_LOCALITY]) != c:
                status = OUTSIDE  # the employer moved away, the staff stay
                employer = -1
                sums[t.M_LEFT_JOBS, c] += w
            if rules.transitions and status != PUBLIC:
                was = status
                change = worker.changes_work(
                    status == OUTSIDE, status == FORMAL, age,
                    rules.leaving_work_age_women if sex == 1 else rules.leaving_work_age_men,
                    (flag & STOPPED) == 0, not inside, place[c, t.P_LEAVING], place[c, t.P_GIVING_UP],
                    place[c, t.P_HIRING] * hiring_factor[at_age] * (rules.experience_factor if inside else 1.0),
                    place[c, t.P_PUBLIC_HIRING] * hiring_factor[at_age],
                    place[c, t.P_TAKING_UP] * work_factor[at_age],
                    uniform(keys.separation, identity), uniform(keys.job, identity),
                    uniform_of(keys.job, identity, 2), uniform_of(keys.job, identity, 1),
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
                elif change == worker.TAKES_UP:
                    status = FLEXIBLE
                elif change == worker.STOPS:
                    status = OUTSIDE
                if was == FORMAL and status != FORMAL:
                    sums[t.M_LEFT_JOBS, c] += w
                elif was == FLEXIBLE and status != FLEXIBLE:
                    sums[t.M_LEFT_FLEXIBLE, c] += w
            if status != FORMAL:
                employer = -1
                flag &= ~COVERED

            # --- does the year bring the pension?
            reaches = 12 * birth + birth_month - 1 + statutory  # month count at which the age is reached
            months_had = np.int64(paid[i]) + np.int64(deemed[i])
            worked_months = 12
            if rules.transitions and inside and reaches <= 12 * year + 11:
                worked_months = min(max(reaches - 12 * year + 1, 0), 12)
            early = False
            if rules.transitions and inside and not public and 0 < months_to_go <= (
                rules.retirement.special_trades_advance
            ) and months_had >= rules.retirement.minimum_months:  # fmt: skip
                wage_now = place[c, t.P_WAGE] * talent
                replacement = 0.01 * months_had / 12.0 * place[r, t.P_BENEFIT_WAGE] / max(wage_now, 1.0)
                early = worker.retires_early(
                    place[r, t.P_LENIENCY], replacement, rules.early_indifferent, rules.early_scale,
                    uniform(keys.early_retirement, identity),
                )  # fmt: skip
                if early:
                    worked_months = 6

            # --- whether, where and how much to pay
            pays = False
            pay_place = c
            wage = 0.0
            declared = 0.0
            employer_due = 0.0
            worker_due = 0.0
            share_of_year = worked_months / 12.0
            base_wage = place[c, t.P_BASE_WAGE]
            if status == PUBLIC:
                wage = place[c, t.P_WAGE] * rules.public_wage_premium * talent
                declared = contributions.contribution_base(
                    wage, base_wage, rules.national_floor, place[c, t.P_CEILING]
                )
                pays = inside and share_of_year > 0.0
                employer_due = declared * rules.public_employer_rate
                worker_due = declared * rules.worker_rate
            elif status == FORMAL and (flag & STOPPED) == 0 and share_of_year > 0.0:
                wage = place[c, t.P_WAGE] * firm[employer, t.F_PREMIUM] * talent
                sums[t.M_STAFF, c] += w
                sums[t.M_WAGES, c] += fen(wage) * w
                firm_sums[t.S_STAFF, employer] += w
                firm_sums[t.S_WAGES, employer] += np.int64(wage) * w
                if rules.transitions and (
                    new_staff
                    or firm[employer, t.F_STAFF_FOUND] > 0.0
                    or uniform(keys.coverage_review, identity) < rules.coverage_review
                ):
                    if (
                        firm[employer, t.F_STAFF_FOUND] > 0.0
                        or uniform_of(keys.covered, identity, employer) < firm[employer, t.F_COVERAGE]
                    ):
                        flag |= COVERED
                    else:
                        flag &= ~COVERED
                value = worker.value_of_base(years_to_go, discount, awareness, scheme, divisor)
                sums[t.M_VALUE_OF_BASE, c] += np.int64(10000.0 * value) * w
                sums[t.M_VALUE_WEIGHT, c] += w
                if (flag & COVERED) != 0:
                    pays = True
                    full = contributions.contribution_base(
                        wage, base_wage, place[c, t.P_FLOOR], place[c, t.P_CEILING]
                    )
                    declared = contributions.contribution_base(
                        wage * (1.0 - firm[employer, t.F_HIDDEN]), base_wage, place[c, t.P_FLOOR],
                        place[c, t.P_CEILING],
                    )  # fmt: skip
                    rate = place[c, t.P_EMPLOYER_RATE] + rules.worker_rate
                    sums[t.M_STAFF_INSURED, c] += w
                    sums[t.M_INSURED_WAGES, c] += fen(wage) * w
                    sums[t.M_CLIPPED, c] += fen(full) * w
                    sums[t.M_DECLARED, c] += fen(declared) * w
                    sums[t.M_HIDDEN_WAGES, c] += fen(full - declared) * w
                    sums[t.M_DUE, c] += fen(full * rate * share_of_year) * w
                    firm_sums[t.S_INSURED, employer] += w
                    firm_sums[t.S_DECLARED, employer] += np.int64(declared) * w
                    employer_due = declared * place[c, t.P_EMPLOYER_RATE]
                    worker_due = declared * rules.worker_rate
                    if firm[employer, t.F_BASE_FOUND] > 0.0 and full > declared:
                        found = (full - declared) * rate * share_of_year * place[c, t.P_EMPLOYEE_FLOW]
                        sums[t.M_BACK_PAYMENTS, c] += fen(found) * w
                        sums[t.M_FINES, c] += fen(found * (rules.fine_multiple - 1.0)) * w
            if (
                not pays
                and status != PUBLIC
                and status != OUTSIDE
                and (flag & STOPPED) == 0
                and (age >= YOUNGEST_PAYER and share_of_year > 0.0)
            ):
                # nobody pays for this person: an own decision, weighed anew every few years
                income = wage if status == FORMAL else place[c, t.P_FLEXIBLE_INCOME] * talent
                tastes = Tastes(discount, awareness)
                paid_before = (flag & PAYS) != 0 and inside
                reviews = rules.transitions and uniform(keys.reviews_participation, identity) < rules.habit
                away = province_of[h] != province_of[c]
                if not reviews and inside:
                    pay_place = r
                elif reviews and away:
                    pay_place = h
                offer = worker.offer(
                    np.float64(months_had), years_to_go, income, np.float64(accounts[i]),
                    place[pay_place, t.P_BASE_WAGE], place[pay_place, t.P_FLOOR],
                    place[pay_place, t.P_CEILING], rules.flexible_rate, rules.burden_aversion, tastes, scheme,
                    divisor,
                )  # fmt: skip
                if reviews and away and rules.open_to_migrants > 0.0:
                    here = worker.offer(
                        np.float64(months_had), years_to_go, income, np.float64(accounts[i]),
                        place[c, t.P_BASE_WAGE], place[c, t.P_FLOOR], place[c, t.P_CEILING],
                        rules.flexible_rate, rules.burden_aversion, tastes, scheme, divisor,
                    )  # fmt: skip
                    if here.value > offer.value:
                        pay_place, offer = c, here
                pays = paid_before
                if reviews:
                    pays = worker.participates(
                        offer.value, offer.base, income, rules.flexible_rate, rules.inclination,
                        rules.participation_scale, rules.burden_aversion,
                        uniform(keys.participation, identity),
                    )  # fmt: skip
                    score = np.int64(100.0 * offer.value)
                    if pays and not paid_before:
                        sums[t.M_ENTRANTS, pay_place] += w
                        sums[t.M_ENTRANT_AGE, pay_place] += 100 * age * w
                        sums[t.M_ENTRANT_VALUE, pay_place] += score * w
                    elif pays:
                        sums[t.M_INCUMBENTS, pay_place] += w
                        sums[t.M_INCUMBENT_AGE, pay_place] += 100 * age * w
                        sums[t.M_INCUMBENT_VALUE, pay_place] += score * w
                    elif paid_before and months_had >= rules.retirement.minimum_months:
                        sums[t.M_STOPPED_EARLY, pay_place] += w
                if rules.transitions and inside and reaches <= 12 * year - 1:
                    pays = True  # went on past the retirement age to reach the minimum
                    if pay_place != r:
                        pay_place = r
                        offer = worker.offer(
                            np.float64(months_had), years_to_go, income, np.float64(accounts[i]),
                            place[r, t.P_BASE_WAGE], place[r, t.P_FLOOR], place[r, t.P_CEILING],
                            rules.flexible_rate, rules.burden_aversion, tastes, scheme, divisor,
                        )  # fmt: skip
                if pays:
                    declared = offer.base
                    worker_due = declared * rules.flexible_rate
                    base_wage = place[pay_place, t.P_BASE_WAGE]
                    sums[t.M_FLEXIBLE_INSURED, pay_place] += w
            if status == FLEXIBLE:
                sums[t.M_FLEXIBLE, c] += w
                sums[t.M_FLEXIBLE_INCOMES, c] += fen(place[c, t.P_FLEXIBLE_INCOME] * talent) * w

            # --- the relation: opened, moved with its money, or kept beside a temporary account
            if pays and not inside:
                inside = True
                flag |= INSIDE
                r = pay_place
                months_here[i] = np.uint16(0)
                sums[t.M_NEW_INSURED, r] += w
            elif pays and pay_place != r and status != PUBLIC:
                same = province_of[pay_place] == province_of[r]
                if same and place[r, t.P_POOLED] > 0.0:
                    r = pay_place
                elif portability.keeps_relation(
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
                    r = pay_place
                    months_here[i] = np.uint16(0)
                    flag &= ~TEMPORARY
            elif pays:
                flag &= ~TEMPORARY
            relations[i] = np.uint16(r)

            # --- contributions are collected and credited
            if rules.transitions and inside:
                accounts[i] = np.float32(
                    benefits.account_balance(
                        np.float64(accounts[i]),
                        declared * rules.account_share * share_of_year if pays else 0.0,
                        rules.account_interest,
                    )
                )
            if pays:
                flag |= PAYS
                flow = share_of_year * place[pay_place, t.P_EMPLOYEE_FLOW]
                from_employer = fen(employer_due * flow) * w
                from_worker = fen(worker_due * flow) * w
                group_money_in = from_employer + from_worker
                if status == PUBLIC:
                    sums[t.M_PUBLIC_EMPLOYER_DUES, pay_place] += from_employer
                    sums[t.M_PUBLIC_WORKER_DUES, pay_place] += from_worker
                elif (flag & COVERED) != 0:
                    sums[t.M_EMPLOYER_DUES, pay_place] += from_employer
                    sums[t.M_WORKER_DUES, pay_place] += from_worker
                else:
                    sums[t.M_FLEXIBLE_DUES, pay_place] += from_worker
                sums[t.M_PAYERS, r] += w
                if rules.transitions:
                    paid[i] = np.uint16(min(np.int64(paid[i]) + worked_months, 65535))
                    index_sums[i] = np.float32(
                        np.float64(index_sums[i])
                        + share_of_year * contributions.contribution_index(declared, base_wage)
                    )
                    if (flag & TEMPORARY) == 0:
                        months_here[i] = np.uint16(np.int64(months_here[i]) + worked_months)
                        if np.float64(months_here[i]) >= rules.portability.payer_months:
                            qualified[i] = np.int16(r)
            else:
                flag &= ~PAYS

            # --- retirement
            months_had = np.int64(paid[i]) + np.int64(deemed[i])
            if rules.transitions and inside and (early or reaches <= 12 * year + 11):
                drawn = 6 if early else min(max(12 * year + 11 - reaches, 0), 12)
                retire_age = age if early else max(statutory / 12.0, np.float64(age) - 1.0)
                if public:
                    pension = (
                        rules.public_replacement
                        * rules.public_wage_premium
                        * place[r, t.P_BENEFIT_WAGE]
                        * talent**0.5
                    )
                    pensions[i] = np.float32(pension)
                    group_money_out = fen(pension * drawn / 12.0) * w
                    sums[t.M_PUBLIC_PENSIONS, r] += group_money_out
                    sums[t.M_NEW_RETIREES, r] += w
                    sums[t.M_LEFT_PUBLIC, c] += w
                    status = RETIRED
                elif months_had >= rules.retirement.minimum_months:
                    payer = portability.paying_place(
                        h, r, np.float64(months_here[i]), np.int64(qualified[i]), rules.portability
                    )
                    if payer != r:
                        money = portability.transfer(
                            np.float64(accounts[i]), np.float64(accounts[i]) / rules.account_share,
                            rules.portability,
                        )  # fmt: skip
                        ported[r, payer] += fen(money) * w
                        r = payer
                        relations[i] = np.uint16(r)
                    new = benefits.new_pension(
                        place[r, t.P_BENEFIT_WAGE] / 12.0, np.float64(paid[i]), np.float64(deemed[i]),
                        np.float64(index_sums[i]), np.float64(accounts[i]),
                        benefits.account_divisor(retire_age, divisors), rules.base_rate,
                        rules.transitional_rate,
                    )  # fmt: skip
                    whole = 12.0 * new.whole
                    pensions[i] = np.float32(whole)
                    index_sums[i] = np.float32(new.legacy / new.whole)
                    accounts[i] = np.float32(0.0)
                    group_money_out = fen(whole * drawn / 12.0) * w
                    sums[t.M_PENSIONS, r] += group_money_out
                    sums[t.M_LEGACY, r] += np.int64(group_money_out * np.float64(index_sums[i]))
                    sums[t.M_NEW_RETIREES, r] += w
                    if early:
                        sums[t.M_EARLY_RETIREES, r] += w
                        sums[t.M_EARLY_PENSIONS, r] += group_money_out
                    if status == FORMAL:
                        sums[t.M_LEFT_JOBS, c] += w
                    elif status == FLEXIBLE:
                        sums[t.M_LEFT_FLEXIBLE, c] += w
                    status = RETIRED
                elif reaches >= 12 * year:
                    # reached the age this year below the minimum
                    account = np.float64(accounts[i])
                    choice = worker.below_minimum(
                        np.float64(months_had), account, place[r, t.P_BASE_WAGE], place[r, t.P_FLOOR],
                        rules.flexible_rate, Tastes(discount, awareness), scheme, divisor,
                        rules.below_minimum_scale, gumbel(keys.below_minimum, identity, 0),
                        gumbel(keys.below_minimum, identity, 1), gumbel(keys.below_minimum, identity, 2),
                    )  # fmt: skip
                    if choice == worker.CONTINUE:
                        if status == FORMAL:
                            sums[t.M_LEFT_JOBS, c] += w
                        status = FLEXIBLE
                        flag &= ~COVERED
                    else:
                        refund = fen(account) * w
                        sums[t.M_REFUNDS, r] += refund
                        group_money_out = refund
                        if choice == worker.RESIDENT_SCHEME:
                            sums[t.M_TO_RESIDENT, r] += w
                        else:
                            sums[t.M_LUMP_SUMS, r] += w
                        accounts[i] = np.float32(0.0)
                        inside = False
                        flag = (flag | STOPPED) & ~INSIDE & ~PAYS & ~TEMPORARY
                        if status == FORMAL:
                            sums[t.M_LEFT_JOBS, c] += w
                        status = OUTSIDE
                        paid[i] = np.uint16(0)
                        deemed[i] = np.uint16(0)
                        index_sums[i] = np.float32(0.0)
            elif rules.transitions and public and reaches <= 12 * year + 11:
                # public staff still outside the scheme retire on the treasury's pension
                pensions[i] = np.float32(
                    rules.public_replacement
                    * rules.public_wage_premium
                    * place[c, t.P_BENEFIT_WAGE]
                    * talent**0.5
                )
                sums[t.M_LEFT_PUBLIC, c] += w
                status = RETIRED
            if status == RETIRED:
                flag &= ~PAYS & ~COVERED & ~TEMPORARY
                employer = -1
            if status != FORMAL:
                employer = -1
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
                    sums[t.M_RETIREES_PUBLIC, r] += w
                    if old:
                        sums[t.M_RETIREES_PUBLIC_OLD, r] += w
        else:
            if inside:
                sums[t.M_INSURED, r] += w
                if public:
                    sums[t.M_INSURED_PUBLIC, r] += w
            if status == PUBLIC:
                sums[t.M_PUBLIC_STAFF, c] += w
            elif status != FORMAL and (flag & STOPPED) == 0:
                experience = rules.experience_factor if inside else 1.0
                sums[t.M_JOB_SEEKERS, c] += np.int64(1000.0 * experience * hiring_factor[at_age]) * w
                if status == OUTSIDE:
                    sums[t.M_IDLE_SEEKERS, c] += np.int64(1000.0 * work_factor[at_age]) * w
        cohort = min(max((birth - FIRST_COHORT) // t.COHORT_YEARS, 0), t.COHORTS - 1)
        migrant = 1 if province_of[h] != province_of[c] else 0
        group = (((province_of[c] * 2 + sex) * t.COHORTS + cohort) * 2 + migrant) * 5 + status
        groups[group, 0] += w
        if (flag & PAYS) != 0 and status != RETIRED:
            groups[group, 1] += w
        elif inside and status != RETIRED:
            groups[group, 2] += w
        groups[group, 3] += group_money_in
        groups[group, 4] += group_money_out
