"""Settling a year: subsidies, tiers, gaps, and the rounding to fen (specification, 11.3 to 11.7)."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from abm.draws import normal
from abm.parameters import Parameters
from abm.space import PROVINCE_NAMES
from abm.timeline import RegimeStack, segments
from oracle.accounts import Account, Funds
from oracle.books import PAYS_OUT, Books, move
from oracle.tiers import LOWER, UPPER

if TYPE_CHECKING:
    from oracle.model import Oracle

WITH_MONEY = frozenset({"early_warning", "assessment", "budget_hardness"})
"""Modules that move money and so divide a year; the oracle does not act on them yet."""


@dataclass
class Settlement:
    """What a settlement comes to: the books, and by locality gaps and the government's own money."""

    books: Books
    gap: list[float]
    managerial: list[float]
    own_money: list[float]


def national_lump(p: Parameters, year: int) -> float:
    """The ex-ante subsidy of all provinces."""
    published = {int(y): amount for y, amount in p.table("regimes.subsidy_published", year).items()}
    first, last = min(published), max(published)
    amount = published[min(max(year, first), last)]
    for later in range(last + 1, year + 1):
        amount *= 1.0 + p.value("regimes.subsidy_growth", later)
    for earlier in range(year, first):
        amount /= 1.0 + p.value("regimes.subsidy_growth", earlier)
    return amount


def perceived_errors(model: Oracle) -> list[float]:
    """The error in the managerial share of a gap as the tiers above see it, by locality."""
    value, year = model.parameters.value, model.year
    size = value("regimes.gap_error", year) * (1.0 - value("regimes.platform_quality", year))
    return [size * normal(model.keys["managerial gap"], code) for code in model.codes]


def part_of(account: Account, share: float) -> Account:
    """The account of a part of a year: flows, wage, output and plan in proportion, heads whole."""
    flows = (
        *("contributions", "contributions_public", "benefits", "benefits_public", "off_list", "interest"),
        *("portability_in", "portability_out", "average_wage", "output", "plan"),
    )
    return replace(account, **{name: share * getattr(account, name) for name in flows})


def parts_of_year(model: Oracle) -> list[tuple[float, RegimeStack]]:
    """The parts of the year under the same money rules: stack and modules with money."""
    months: list[tuple[float, RegimeStack, frozenset[str]]] = []
    for share, stack, modules in segments(model.scenario.timeline, model.year):
        acting = modules & WITH_MONEY
        before = months.pop()[0] if months and months[-1][1:] == (stack, acting) else 0.0
        months.append((before + share, stack, acting))
    return [(share, stack) for share, stack, _ in months]


def settle(model: Oracle, accounts: list[Account], opening: Funds) -> Settlement:
    """Settle accounts part by part of the year, each under its rules (11.3)."""
    n = len(model.province_of)
    lump, errors = national_lump(model.parameters, model.year), perceived_errors(model)
    funds, capacity = opening, [a.capacity for a in accounts]
    parts = []
    for share, stack in parts_of_year(model):
        lower = ["municipal" if n == len(PROVINCE_NAMES) else stack.lower_of(name) for name in PROVINCE_NAMES]
        books = Books(
            model.parameters,
            model.year,
            model.province_of,
            [part_of(account, share) for account in accounts],
            funds,
            [share * lump * key for key in model.subsidy_key],
            lower,
            [LOWER[lower[p]].POOLED for p in model.province_of],
            n == len(PROVINCE_NAMES),
            share,
            errors,
            capacity,
        )
        first_steps(books)
        for rule in sorted(set(lower)):
            LOWER[rule].settle(books)
        UPPER[stack.upper].settle(books)
        parts.append(close_gaps(books))
        funds, capacity = books.close(), books.capacity
    return added_up(parts, opening)


def added_up(parts: list[Settlement], opening: Funds) -> Settlement:
    """The year's settlement from that of its parts."""
    books = parts[-1].books
    flows: dict[str, list[float]] = {}
    for part in parts:
        for name, amounts in part.books.flows.items():
            before = flows.get(name, [0.0] * len(amounts))
            flows[name] = [a + b for a, b in zip(before, amounts, strict=True)]
    books.flows, books.opening = flows, opening

    def total(name: str) -> list[float]:
        return [sum(values) for values in zip(*(getattr(part, name) for part in parts), strict=True)]

    return Settlement(books, total("gap"), total("managerial"), total("own_money"))


def first_steps(books: Books) -> None:
    """Revenue, spending and the subsidies nobody decides about."""
    accounts = books.accounts
    central = books.value("regimes.subsidy_central_share")
    books.book("contributions_enterprise", [a.contributions for a in accounts])
    books.book("contributions_public", [a.contributions_public for a in accounts])
    books.book("interest", [a.interest for a in accounts])
    books.book("portability_out", [a.portability_out for a in accounts])
    books.book("portability_in", [a.portability_in for a in accounts])
    books.book("benefits_enterprise", [a.benefits for a in accounts])
    books.book("benefits_public", [a.benefits_public for a in accounts])
    books.book("public_gap_subsidy", [max(a.benefits_public - a.contributions_public, 0.0) for a in accounts])
    books.book("central_lump_subsidy", [central * x for x in books.lump])
    books.book("local_lump_subsidy", [(1.0 - central) * x for x in books.lump])


def close_gaps(books: Books) -> Settlement:
    """Who pays what is missing after the tiers (11.6)."""
    flows, n = books.flows, len(books.accounts)
    subsidy = [
        flows["public_gap_subsidy"][c] + flows["central_lump_subsidy"][c] + flows["local_lump_subsidy"][c]
        for c in range(n)
    ]
    gap = [a.gap(s) for a, s in zip(books.accounts, subsidy, strict=True)]
    managerial = [a.managerial(g) for a, g in zip(books.accounts, gap, strict=True)]
    seen = [
        min(max((f / g if g > 0.0 else 0.0) + error, 0.0), 1.0)
        for f, g, error in zip(managerial, gap, books.errors, strict=True)
    ]
    deficit_share = flows.get("local_deficit_share", [0.0] * n)
    general = books.value("regimes.unified_general_share")
    own = books.value("regimes.unified_managerial_share")
    of_pool = attributed(books, gap)
    missing, charged = [], []
    for c, pooled in enumerate(books.pooled):
        missing.append(of_pool[c] if pooled else max(-books.local[c], 0.0))
        charged.append(missing[c] * (general + (own - general) * seen[c]) if pooled else missing[c])
    paid = books.charge(charged)
    rest = [m - x for m, x in zip(missing, paid, strict=True)]
    provincial = provincial_payment(books, rest)
    rest = [m - x for m, x in zip(rest, provincial, strict=True)]
    softness = books.value("regimes.bailout_probability")
    owed_before = list(books.advances)
    books.pass_on("local_gap_subsidy", paid)
    books.pass_on("provincial_gap_subsidy", provincial)
    books.pass_on("central_gap_subsidy", [softness * m for m in rest])
    books.pass_on("advance", [(1.0 - softness) * m for m in rest])
    books.pass_on("advance_repaid", repayments(books, owed_before))
    own_money = []
    for c in range(n):
        p = books.province_of[c]
        change = books.local[c] - books.opening.local[c]
        if books.one_tier:
            change += books.provincial[p] - books.opening.provincial[p]
        spent = flows["public_gap_subsidy"][c] + flows["local_lump_subsidy"][c] + deficit_share[c] + paid[c]
        owed = books.advances[c] - owed_before[c]
        if books.pooled[c]:
            short = missing[c] - paid[c]
            owed = flows["advance"][c] * (charged[c] - paid[c]) / short if short > 0.0 else 0.0
        own_money.append(change - spent - owed)
    return Settlement(books, gap, managerial, own_money)


def attributed(books: Books, gap: list[float]) -> list[float]:
    """A province's overdraft, by locality."""
    common = books.value("regimes.unified_common_share")
    output = [a.output for a in books.accounts]
    gaps, outputs = books.by_province(gap), books.by_province(output)
    result = []
    for c in range(len(gap)):
        p = books.province_of[c]
        by_output = output[c] / outputs[p]
        by_gap = gap[c] / gaps[p] if gaps[p] > 0.0 else by_output
        result.append(max(-books.provincial[p], 0.0) * ((1.0 - common) * by_gap + common * by_output))
    return result


def provincial_payment(books: Books, rest: list[float]) -> list[float]:
    """What the provincial treasuries pay, pro rata."""
    if books.one_tier:
        return [0.0] * len(rest)
    share = books.value("regimes.provincial_treasury_share")
    output, needed = books.by_province([a.output for a in books.accounts]), books.by_province(rest)
    part = [min(1.0, share * output[p] / needed[p]) if needed[p] > 0.0 else 0.0 for p in range(31)]
    return [m * part[books.province_of[c]] for c, m in enumerate(rest)]


def repayments(books: Books, owed: list[float]) -> list[float]:
    """Old advances that reserves left can repay."""
    held = [a if pooled else 0.0 for a, pooled in zip(owed, books.pooled, strict=True)]
    total = books.by_province(held)
    part = [min(1.0, max(books.provincial[p], 0.0) / total[p]) if total[p] > 0.0 else 0.0 for p in range(31)]
    return [
        a * part[books.province_of[c]] if books.pooled[c] else min(a, max(books.local[c], 0.0))
        for c, a in enumerate(owed)
    ]


# --- rounding (11.7)


def whole_fen(amounts: list[float], total: int) -> list[int]:
    """Yuan as whole fen with a given sum: cut off, and the missing fen to the largest fractions."""
    exact = [100.0 * amount for amount in amounts]
    result = [math.floor(x) for x in exact]
    missing = total - sum(result)
    assert 0 <= missing <= len(result)
    for i in sorted(range(len(exact)), key=lambda i: (result[i] - exact[i], i))[:missing]:
        result[i] += 1
    return result


def realise(books: Books) -> tuple[dict[str, list[int]], Funds]:
    """The flows in whole fen, and the funds they lead to."""
    rounded: dict[str, list[int]] = {}
    for name, amounts in books.flows.items():
        if name in PAYS_OUT:
            total = sum(rounded[PAYS_OUT[name]])
        else:
            total = math.floor(100.0 * math.fsum(amounts) + 0.5)
        rounded[name] = whole_fen(amounts, total)
    opening = books.opening
    fen = Funds(
        [round(100.0 * x) for x in opening.local],
        [round(100.0 * x) for x in opening.provincial],
        round(100.0 * opening.central),
        [round(100.0 * x) for x in opening.advances],
    )
    for name, amounts in rounded.items():
        move(fen, name, amounts, books)
    closing = Funds(
        [x / 100.0 for x in fen.local],
        [x / 100.0 for x in fen.provincial],
        fen.central / 100.0,
        [x / 100.0 for x in fen.advances],
    )
    return rounded, closing
