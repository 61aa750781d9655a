"""What admitting self-payers from other provinces would bring a place within a government's horizon.

Workers' own decisions say who would come in; the rules of portability say what they bring, what is sent on
for them, and who pays their pension. Whoever is admitted before the horizon ends pays; a pension after it
does not count, unless it weighs on the reserve.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from abm.agents import worker
from abm.compile import decision
from abm.engine.answers import FIRST_PAID, NORMALS, QUANTILES
from abm.engine.rules import Rules, lost_on_a_move
from abm.scheme import benefits, portability

Array = np.ndarray
Indices = npt.NDArray[np.integer]


class Entry(NamedTuple):
    """What those who are admitted change, a year on average over the horizon; arrays (...)."""

    dues: Array  # that they pay here, yuan
    insured: Array  # here, persons
    dues_elsewhere: Array  # that they would pay at home otherwise, yuan
    insured_elsewhere: Array
    brought: Array  # by their relations from other funds, yuan
    sent: Array  # to other funds for them, yuan
    drawn: Array  # in pensions here, yuan


class Outsiders(NamedTuple):
    """Flexible workers from other provinces by place and cohort, and what they would do if admitted."""

    youngest: Array  # age at which a cohort of ``years`` begins, (cohorts,)
    years: float
    flows: Array  # if all were admitted, (n, cohorts, entries of Entry)

    def admitted(self, age: Array, places: Indices) -> Array:
        """What those up to ``age`` (m,) bring ``places``, (m, entries); ages spread evenly in a cohort."""
        share = np.clip((age[:, None] - self.youngest) / self.years, 0.0, 1.0)
        return np.einsum("mk,mke->me", share, self.flows[places])


class Offered(NamedTuple):
    """What paying means in a place, or at home, by place (n,)."""

    wage: Array  # average wage that bases rest on, yuan
    benefit_wage: Array  # that new pensions rest on, yuan
    floor: Array
    inclination: Array
    income: Array  # mean income of the self-employed, yuan
    moves: Array  # into other pools that migrants expect, by age asked, (n, ages)


@decision
def expected(
    here: Offered, home: tuple[float, float, float], ages: Array, rules: Rules, ceiling: float,
    pension_age: float, divisor: float, horizon: int, quantiles: Array, normals: Array,
) -> Array:  # fmt: skip
    """Entries of ``Entry`` by place, age and sex, (n, ages, 2, 7), of one person who is admitted.

    ``home`` is the wage, floor and inclination where the person would pay otherwise. The mean is over
    awareness with patience, incomes, and members as against people who never paid, as in ``answers``.
    """
    out = np.zeros((len(here.wage), len(ages), 2, 7))
    weight = 1.0 / (2.0 * len(quantiles) * len(normals))
    scheme, rate, share = rules.scheme, rules.flexible_rate, rules.account_share
    scale, aversion = rules.participation_scale, rules.burden_aversion
    lost = lost_on_a_move(rules)
    for c in range(len(here.wage)):
        for k in range(len(ages)):
            age = ages[k]
            to_go = pension_age - age
            prospect = worker.outlook(here.moves[c, k], lost, rules.transfer_delay)
            for q in quantiles:
                tastes = worker.Tastes(
                    rules.discount_high - (rules.discount_high - rules.discount_low) * q,
                    rules.awareness_low + (rules.awareness_high - rules.awareness_low) * q,
                )
                for z in normals:
                    income = here.income[c] * np.exp(rules.skill_spread * z - 0.5 * rules.skill_spread**2)
                    for years in (0.0, max(age - FIRST_PAID, 0.0)):
                        account = share * years * income
                        there = worker.offer(
                            12.0 * years, to_go, income, account, home[0], home[1], ceiling, rate, aversion,
                            tastes, prospect, scheme, divisor,
                        )  # fmt: skip
                        mine = worker.offer(
                            12.0 * years, to_go, income, account, here.wage[c], here.floor[c], ceiling, rate,
                            aversion, tastes, prospect, scheme, divisor,
                        )  # fmt: skip
                        at_home = worker.utility_of_paying(
                            there.value, there.base, income, rate, home[2], scale, aversion
                        )
                        inside = worker.utility_of_paying(
                            mine.value, mine.base, income, rate, here.inclination[c], scale, aversion
                        )
                        pays = worker.participation_chance(at_home, inside)
                        comes = pays * worker.place_chance(inside, at_home)
                        stays_away = worker.participation_chance(at_home, worker.NO_OFFER) - (pays - comes)
                        paying = min(to_go, horizon)  # years within the horizon
                        part = paying / horizon
                        pensioner = to_go < horizon
                        for sex in range(2):
                            x = out[c, k, sex]
                            x[0] += weight * comes * part * rate * mine.base
                            x[2] += weight * stays_away * part * rate * there.base
                            if years > 0.0 and portability.keeps_relation(sex, age, False, rules.portability):
                                x[5] += weight * comes * part * portability.transfer(
                                    share * mine.base, mine.base, rules.portability
                                )  # fmt: skip
                                continue
                            moved = comes if years > 0.0 else stays_away  # members are insured at home
                            x[1] += weight * comes * part
                            x[3] += weight * moved * part
                            x[4] += weight * comes * rules.transfer_asked / horizon * portability.transfer(
                                account, account / share, rules.portability
                            )  # fmt: skip
                            account_then = account + share * mine.base * paying
                            if pensioner and 12.0 * paying < rules.portability.payer_months:
                                x[5] += weight * comes / horizon * portability.transfer(
                                    account_then, account_then / share, rules.portability
                                )  # fmt: skip
                            elif pensioner and 12.0 * (years + paying) >= scheme.minimum_months:
                                index = mine.base / here.wage[c]
                                pension = benefits.new_pension(
                                    here.benefit_wage[c] / 12.0, 12.0 * (years + paying), 0.0,
                                    index * (years + paying), account_then, divisor, rules.base_rate,
                                    rules.transitional_rate,
                                )  # fmt: skip
                                x[6] += weight * comes * (1.0 - part) * 12.0 * pension.whole
    return out


def outsiders(
    persons: Array, youngest: Array, years: float, here: Offered, home: tuple[float, float, float],
    rules: Rules, ceiling: float, pension_age: float, divisor: float, horizon: int,
) -> Outsiders:  # fmt: skip
    """The outsiders of all places; ``persons`` (n, cohorts, 2) by sex, cohorts from age ``youngest`` on."""
    middle = youngest + 0.5 * years
    one = expected(
        here, home, middle, rules, ceiling, pension_age, divisor, horizon, QUANTILES, NORMALS
    )  # (n, cohorts, 2, entries)
    return Outsiders(youngest, years, np.einsum("nks,nkse->nke", persons, one))
