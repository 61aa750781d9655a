"""What a candidate lever would bring a local government of the model: its counterfactual accounts, settled.

For each locality and candidate lever its employers, flexible workers and movers answer in the long run
(``abm.engine.answers``), and so does capital; what leaves arrives elsewhere; all accounts of all localities
are settled again, year after year, through the whole stack (``abm.engine.whatif``). Only the other
governments' levers stay. A what-if is a row: who acts, and the levers it would have. Candidates that change
nothing, or repeat another one, share a row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from abm.agents.local_government import (
    AUDIT,
    DEEMED,
    ENTRY,
    EXEMPTION,
    FLOOR,
    LENIENCY,
    RATE,
    REGISTRATION,
    SUPPLEMENT,
    Aims,
    Outcome,
    payoff,
    worth_of_money,
)
from abm.engine import whatif
from abm.engine.answers import Firms, Flexible, Movers, answers, combined_rate, flexible_dues
from abm.engine.blocks import Acts, Block, blocks, each
from abm.engine.incoming import Incoming
from abm.engine.outsiders import Entry, Outsiders
from abm.regimes import Accounts, Funds, Memory, Schedule

Array = np.ndarray
Indices = npt.NDArray[np.integer]
STRIDES = np.array([-5.0, -1.0, 0.0, 1.0, 5.0])
"""Steps that a government tries: short ones to settle down, long ones to get there."""
NOW = 2
"""The candidate that leaves a lever as it is."""


class Growth(NamedTuple):
    """Yearly growth factors that governments expect of their accounts, each (n,)."""

    bill: Array  # wage bill, and with it contributions
    pensions: Array  # spending on pensions
    members: Array  # insured and staff
    retirees: Array
    output: Array

    def by_field(self) -> dict[str, Array]:
        """Of the accounts' entries that grow; reserves' interest and moves stay."""
        return {
            "contributions_enterprise": self.bill,
            "contributions_public": self.bill,
            "collectable": self.bill,
            "benefits_enterprise": self.pensions,
            "benefits_public": self.pensions,
            "off_list": self.pensions,
            "insured_employees": self.members,
            "enterprise_employees": self.members,
            "enterprise_retirees": self.retirees,
            "average_wage": self.bill / self.members,
            "gdp": self.output,
            "treasury_capacity": self.output,
        }

    def ahead(self, accounts: Accounts) -> Iterator[Accounts]:
        """The accounts of next year, of the year after, and so on."""
        factors = self.by_field()
        while True:
            accounts = accounts._replace(**{k: getattr(accounts, k) * x for k, x in factors.items()})
            yield accounts


class Setting(NamedTuple):
    """Last year's accounts before settlement and what the answers act on; arrays (n,)."""

    accounts: Accounts
    funds: Funds
    memory: Memory
    growth: Growth
    interest: float  # yearly rate on reserves
    wages: Array  # wage bill of formal staff, yuan
    staff_dues: Array  # the part of enterprise contributions that staff and employers pay, yuan
    early_cost: Array  # pensions of one year's early retirees while early, at today's leniency, yuan
    deemed_cost: Array  # transitional parts of new pensions within the horizon, at today's k, yuan
    standard_k: float  # of the national list
    firms: Firms
    flexible: Flexible
    movers: Movers
    incoming: Incoming
    outsiders: Outsiders
    province_of: Indices
    work_share: Array  # of the place in its province
    levy: Array  # employers' dues over the wage bill of the province, as the market shows it
    return_slope: Array  # change of the rate of return per unit of levy on wages, over the return
    capital_flight: float
    national_floor: float
    national_rate: Array


class Answer(NamedTuple):
    """What an action would make of the actor's own place, by row (m,)."""

    collected: Array  # enterprise contributions, yuan
    capital: Array  # capital, and jobs with it, over today's
    people: Array  # residents over today's
    covered: Array  # coverage over today's
    extra: Array  # pensions more than today, yuan
    off_list: Array  # the part of them off the national list, yuan
    exempted: Array  # dues that newcomers among employers are let off, yuan
    arrived: Array  # jobs that employers bring from elsewhere, and those already here, over the latter
    entry: Array  # what self-payers from elsewhere change against today, (m, entries of ``Entry``)

    @property
    def size(self) -> Array:
        """Jobs and people over today's."""
        return self.capital * self.arrived * self.people


def candidates(levers: Array, low: Array, high: Array, step: float) -> Array:
    """Candidate levers (levers, 5, n): per lever five values around today's, within the bounds (n, levers).

    Axis 0 is the lever, axis 1 the ``STRIDES`` in steps of ``step`` times the lever's range, axis 2 the
    locality.
    """
    tries = STRIDES[None, :, None] * step * (high - low).T[:, None, :] + levers.T[:, None, :]
    return np.clip(tries, low.T[:, None, :], high.T[:, None, :])


def rows_of(levers: Array, tries: Array) -> tuple[Indices, Indices, Array]:
    """The distinct what-ifs: row of each candidate (levers, 5, n), actor (m,), levers (m, levers) of a row.

    The first n rows are everybody's levers of today.
    """
    kinds, many, n = tries.shape
    row = np.broadcast_to(np.arange(n), tries.shape).copy()
    actors, actions = [np.arange(n)], [levers]
    count = n
    for lever in range(kinds):
        for k in range(many):
            same = tries[lever, k] == levers[:, lever]
            for earlier in range(k):
                repeated = ~same & (tries[lever, k] == tries[lever, earlier])
                row[lever, k, repeated] = row[lever, earlier, repeated]
                same |= repeated
            new = np.flatnonzero(~same)
            row[lever, k, new] = count + np.arange(len(new))
            count += len(new)
            action = levers[new].copy()
            action[:, lever] = tries[lever, k, new]
            actors.append(new)
            actions.append(action)
    return row, np.concatenate(actors), np.concatenate(actions)


def evaluate(
    levers: Array, tries: Array, setting: Setting, stacks: list[Schedule], aims: Aims, threads: int = 1
) -> tuple[Array, Outcome]:
    """Payoffs (levers, 5, n) of the candidates and the outcomes behind them, each (levers, 5, n).

    ``stacks`` are the regimes the government expects in each year of its horizon. The result does not depend
    on the number of ``threads``.
    """
    row, actors, actions = rows_of(levers, tries)
    answer = respond(actions, actors, setting)
    acts = Acts(np.arange(len(actors)), actors)
    purse = settled(answer, acts, actors, setting, stacks, aims, threads)
    size = answer.size
    accounts, bill = setting.accounts, setting.wages[actors]
    outcome = Outcome(
        **purse._asdict(),
        dues=answer.collected,
        wages=bill * size,
        benefits=accounts.benefits_enterprise[actors] + answer.extra + Entry(*answer.entry.T).drawn,
        output=accounts.gdp[actors] * size,
        repaid=repaid(actions, actors, answer.collected, setting) + answer.exempted,
    )
    values = payoff(outcome, actions, bill, accounts.population[actors], aims)
    return values[row], Outcome(*(x[row] for x in outcome))


def repaid(actions: Array, places: Indices, collected: Array, setting: Setting) -> Array:
    """What floors and rates below the national ones save, and an inspection would reclaim, by entry, yuan."""
    floor, rate = setting.national_floor, setting.national_rate[places]
    below = np.maximum(floor - actions[:, FLOOR], 0.0) / floor
    return (below + np.maximum(rate - actions[:, RATE], 0.0) / rate) * collected


def respond(actions: Array, actors: Indices, setting: Setting) -> Answer:
    """How the places of the ``actors`` (m,) answer their levers ``actions`` (m, levers).

    The first rows must be everybody's levers of today, against which answers count.
    """
    n, today = len(setting.wages), actors  # the row of an actor's levers of today
    base, coverage = only_where(
        changed(actions, actors, (AUDIT, REGISTRATION, FLOOR, RATE), n),
        lambda rows: answers(actions[rows], setting.firms.at(actors[rows])),
        today,
    )
    levy = combined_rate(actions, setting.firms) * base * coverage
    more = levy - levy[:n][today]
    capital = np.exp(setting.capital_flight * setting.return_slope[actors] * more)
    movers, province = setting.movers, setting.province_of[actors]
    shifted = movers.wage_shift * setting.work_share[actors] * more
    paid = 1.0 + movers.wage_shift * setting.levy[actors]
    people = movers.drawn(-np.log1p(shifted / paid), province)
    (own,) = only_where(
        changed(actions, actors, (FLOOR,), n),
        lambda rows: (
            flexible_dues(
                actions[rows, FLOOR],
                setting.firms.ceiling,
                setting.flexible.at(actors[rows]),
            ),
        ),
        today,
    )
    a = setting.accounts
    dues = setting.staff_dues[actors] * levy / levy[:n][today]
    arrived, lost, waived = newcomers(actions, actors, levy, setting)
    owed = 1.0 - lost  # by the staff of all, over what they would owe without exemptions
    dues = dues * owed / owed[:n][today]
    by_themselves = (a.contributions_enterprise - setting.staff_dues)[actors] * own / own[:n][today]
    lenient = actions[:, LENIENCY] / np.maximum(actions[:n, LENIENCY], 1e-6)[today]
    admitted = setting.outsiders.admitted(actions[:, ENTRY], actors)
    entry = admitted - admitted[:n][today]
    topped = (1.0 + actions[:, SUPPLEMENT]) / (1.0 + actions[:n, SUPPLEMENT])[today]
    off_list = setting.early_cost[actors] * (lenient - 1.0) + a.benefits_enterprise[actors] * (topped - 1.0)
    k, k_today, standard = actions[:, DEEMED], actions[:n, DEEMED][today], setting.standard_k
    excess = np.maximum(k - standard, 0.0) - np.maximum(k_today - standard, 0.0)
    granted = setting.deemed_cost[actors] / k_today  # transitional parts per unit of k
    return Answer(
        collected=(dues * capital * arrived + by_themselves) * people + Entry(*entry.T).dues,
        capital=capital,
        people=people,
        covered=coverage / coverage[:n][today],
        extra=off_list + granted * (k - k_today),
        off_list=off_list + granted * excess,
        exempted=setting.staff_dues[actors] / (levy * owed)[:n][today] * waived * capital * arrived * people,
        arrived=arrived,
        entry=entry,
    )


def newcomers(actions: Array, actors: Indices, levy: Array, setting: Setting) -> tuple[Array, Array, Array]:
    """What exemptions for employers who move in change, by row: three arrays (m,).

    Jobs over today's; the part of the staff's dues at the full ``levy`` (m,) that is not collected, and what
    is waived of the dues on the base they declare, over wages. Newcomers answer the rate that is left to
    them by declaring and registering more, so that less is lost than is waived.
    """
    exemption = actions[:, EXEMPTION]
    if not exemption.any():
        return np.ones(len(actors)), np.zeros(len(actors)), np.zeros(len(actors))
    jobs, staff = setting.incoming.growth(exemption, actors)
    own = actions.copy()
    own[:, RATE] *= 1.0 - exemption
    base, coverage = answers(own, setting.firms.at(actors))
    left = combined_rate(own, setting.firms)
    waived = combined_rate(actions, setting.firms) - left
    return jobs, staff * (1.0 - left * base * coverage / levy), staff * waived * base * coverage


def changed(actions: Array, actors: Indices, levers: tuple[int, ...], n: int) -> Indices:
    """Rows of today (the first n), and those in which one of the ``levers`` differs from today's."""
    own = actions[:, levers]
    differs = (own != own[:n][actors]).any(axis=1)
    differs[:n] = True
    return np.flatnonzero(differs)


def only_where(rows: Indices, answer: Callable[[Indices], tuple[Array, ...]], today: Indices) -> list[Array]:
    """Ask ``answer`` for some ``rows`` only, those of today first; the other rows have today's answer."""
    out = []
    for values in answer(rows):
        whole = values[: int(today.max()) + 1][today]
        whole[rows] = values
        out.append(whole)
    return out


class Purse(NamedTuple):
    """What the horizon brings the actors, a year on average, in today's wage bill; each (m,) yuan."""

    worth: Array
    reserve_worth: Array
    treasury: Array
    own_money: Array
    reserve: Array  # at the end


def settled(
    answer: Answer, acts: Acts, actors: Indices, setting: Setting, stacks: list[Schedule], aims: Aims,
    threads: int = 1, level: str = "locality",
) -> Purse:  # fmt: skip
    """Settle the counterfactual accounts of all rows ahead, in blocks, and value what the actors get.

    ``answer`` is by entry of ``acts``; ``actors`` (m,) are the locality or, at ``level`` province, the
    province in whose purse each row ends. In a row nobody acts outside the actor's province.
    """
    m, years = len(actors), len(stacks)
    own, treasury, months = np.empty((years, m)), np.empty((years, m)), np.empty((years + 1, m))
    reserve, spending = np.empty(m), np.empty(m)
    first = np.arange(len(setting.wages))
    if level == "province":
        first = np.unique(setting.province_of, return_index=True)[1]
    growth = setting.growth.bill[first[actors]]

    def settle(block: Block) -> None:
        view, some = block.view, block.rows
        seen = view.setting
        told = counterfactual(
            Answer(*(x[block.entries] for x in answer)), block.number,
            view.place[acts.place[block.entries]], len(some), seen,
        )  # fmt: skip
        who = (view.place if level == "locality" else view.province)[actors[some]]
        fate = whatif.settle_ahead(
            view.ahead(told), seen.funds, view.stacks, who, level, seen.memory, seen.interest
        )
        bill = growth[some] ** np.arange(1, years + 1)[:, None]
        own[:, some], treasury[:, some] = fate.own_money / bill, fate.treasury / bill
        months[:, some] = fate.payable_months()
        reserve[some], spending[some] = fate.reserve[-1] / bill[-1], fate.spending[-1] / bill[-1]

    each(settle, blocks(acts, setting.province_of[first[actors]], setting, stacks), threads)
    worth, reserve_worth = worth_of_money(own, months, spending, aims)
    mean = whatif.discounted_mean
    return Purse(worth, reserve_worth, mean(treasury, aims.discount), mean(own, aims.discount), reserve)


def counterfactual(
    answer: Answer, row: Indices, place: Indices, rows: int, setting: Setting, gone: float = 0.0
) -> Accounts:
    """Accounts (rows, n): in each row the entries of those who act replaced, what left them with the others.

    The accounts and wages of the ``setting`` are (n,) or (rows, n). ``answer`` and the indices are by entry:
    who acts in which row. The share ``gone`` of the capital that leaves arrives nowhere.
    """
    a, bill = setting.accounts, setting.wages
    size = answer.size

    def arrives(weight: Array, stays: Array) -> Array:
        """What leaves those who act, over what the others have, (rows, 1)."""
        left = np.bincount(row, of_actors(weight) * (1.0 - stays), minlength=rows)
        return (left / of_others(weight))[:, None]

    def of_actors(values: Array) -> Array:
        return values[place] if values.ndim == 1 else values[row, place]

    def of_others(values: Array) -> Array:
        return values.sum(axis=-1) - np.bincount(row, of_actors(values), minlength=rows)

    def replaced(
        values: Array, factor: Array | float, share: Array | float = 0.0, extra: Array | float = 0.0
    ) -> Array:
        out: Array = np.broadcast_to(values, (rows, values.shape[-1])) * (1.0 + share)
        out[row, place] = of_actors(values) * factor + extra
        return out

    left = arrives(bill, size + gone * (1.0 - answer.capital) * answer.people)
    entry = Entry(*answer.entry.T)

    def over_others(amount: Array, of: Array) -> Array:
        """What is given to, or taken from, all others, over what they have ``of`` it, (rows, 1)."""
        return (np.bincount(row, amount, minlength=rows) / np.maximum(of_others(of), 1.0))[:, None]

    def dealt(values: Array, own: Array, others: Array) -> Array:
        """Values with ``own`` added to those who act and ``others`` dealt to the rest by their members."""
        if not (own.any() or others.any()):
            return values
        out = values + over_others(others, a.insured_employees) * a.insured_employees
        out[row, place] = of_actors(values) + own
        return out

    return a._replace(
        contributions_enterprise=replaced(
            a.contributions_enterprise, 0.0,
            left - over_others(entry.dues_elsewhere, a.contributions_enterprise), answer.collected,
        ),
        insured_employees=replaced(
            a.insured_employees, answer.covered * size,
            left - over_others(entry.insured_elsewhere, a.insured_employees), entry.insured,
        ),
        portability_in=dealt(a.portability_in, entry.brought, entry.sent),
        portability_out=dealt(a.portability_out, entry.sent, entry.brought),
        enterprise_employees=replaced(a.enterprise_employees, size, left),
        benefits_enterprise=replaced(a.benefits_enterprise, 1.0, extra=answer.extra + entry.drawn),
        off_list=np.maximum(replaced(a.off_list, 1.0, extra=answer.off_list), 0.0),
        gdp=replaced(a.gdp, size, left),
        population=replaced(a.population, answer.people, arrives(a.population, answer.people)),
        treasury_capacity=replaced(a.treasury_capacity, size, left),
        collectable=replaced(a.collectable, size, left),
    )  # fmt: skip
