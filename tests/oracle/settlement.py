"""Settling a year: subsidies, tiers, gaps, and the rounding to fen (specification, 11.3 to 11.7)."""

from __future__ import annotations

import math
from copy import deepcopy
from dataclasses import dataclass, replace
from types import ModuleType
from typing import TYPE_CHECKING

from abm.draws import normal
from abm.parameters import Parameters
from abm.space import PROVINCE_NAMES
from abm.timeline import RegimeStack, Timeline, segments
from oracle import money_modules
from oracle.accounts import Account, Funds, Memory, covered
from oracle.books import PAYS_OUT, Books, move
from oracle.tiers import LOWER, UPPER, central_adjustment

if TYPE_CHECKING:
    from oracle.model import Oracle

WITH_MONEY = frozenset({"early_warning", "assessment", "budget_hardness"})
"""Modules that move money and so divide a year."""

OWN_TREASURY = (
    *("public_gap_subsidy", "local_lump_subsidy", "legacy_payment", "local_deficit_share"),
    *("local_gap_subsidy", "transfer_cut"),
)
"""What a local government pays out of its own budget."""


@dataclass
class Settlement:
    """What a settlement comes to: the books, and by locality gaps and the government's own money."""

    books: Books
    gap: list[float]
    managerial: list[float]
    own_money: list[float]
    memory: Memory


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
        *("portability_in", "portability_out", "average_wage", "output", "collectable", "plan"),
    )
    return replace(account, **{name: share * getattr(account, name) for name in flows})


Part = tuple[float, RegimeStack, frozenset[str]]
"""A share of the year, the stack and the modules with money that are on in it."""


def parts_of_year(timeline: Timeline, year: int) -> list[Part]:
    """The parts of the year under the same money rules."""
    months: list[Part] = []
    for share, stack, modules in segments(timeline, year):
        acting = modules & WITH_MONEY
        before = months.pop()[0] if months and months[-1][1:] == (stack, acting) else 0.0
        months.append((before + share, stack, acting))
    return months


def settle(model: Oracle, accounts: list[Account], opening: Funds, before: Memory) -> Settlement:
    """Settle the year that has been lived."""
    parts = parts_of_year(model.scenario.timeline, model.year)
    return settle_year(model, model.year, parts, accounts, opening, before, perceived_errors(model))


def settle_year(
    model: Oracle,
    year: int,
    parts: list[Part],
    accounts: list[Account],
    opening: Funds,
    before: Memory,
    errors: list[float],
) -> Settlement:
    """Settle accounts part by part of a year, each under its rules (11.3)."""
    p = model.parameters
    lump = national_lump(p, year)
    funds, capacity, memory = opening, [a.capacity for a in accounts], deepcopy(before)
    one_tier = len(model.province_of) == len(PROVINCE_NAMES)
    settled = []
    for share, stack, modules in parts:
        lower = ["municipal" if one_tier else stack.lower_of(name) for name in PROVINCE_NAMES]
        national = UPPER[stack.upper].POOLED
        softness = "hard_bailout_probability" if "budget_hardness" in modules else "bailout_probability"
        books = Books(
            parameters=p,
            year=year,
            province_of=model.province_of,
            accounts=[part_of(account, share) for account in accounts],
            opening=funds,
            lump=[share * lump * key for key in model.subsidy_key],
            lower=lower,
            pooled=[national or LOWER[lower[p]].POOLED for p in model.province_of],
            national=national,
            one_tier=one_tier,
            share=share,
            memory=memory,
            errors=errors,
            capacity=capacity,
            softness=p.value(f"regimes.{softness}", year),
        )
        settled.append(settle_part(books, stack.upper, modules))
        funds, capacity = books.close(), books.capacity
    result = added_up(settled, opening)
    memory.contributions = [a.contributions for a in accounts]
    memory.collectable = [a.collectable for a in accounts]
    memory.covered = [covered(a) for a in accounts]
    if stack.upper == "central_adjustment":
        result.memory = central_adjustment.remember(p, year, accounts, memory, result.gap)
    return result


def settle_part(books: Books, upper: str, modules: frozenset[str]) -> Settlement:
    """Settle a part of the year: first steps, tiers, warning, gaps, assessment."""
    rule = UPPER[upper]
    first_steps(books, rule)
    if not rule.POOLED:
        for lower in sorted(set(books.lower)):
            LOWER[lower].settle(books)
    rule.settle(books)
    money_modules.pay_what_was_withheld(books)
    if "early_warning" in modules:
        money_modules.warn(books)
    gaps = close_gaps(books, rule)
    if "assessment" in modules:
        money_modules.assess(books, gaps.charged, gaps.paid)
    return own_money(books, gaps)


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

    return Settlement(books, total("gap"), total("managerial"), total("own_money"), parts[-1].memory)


def first_steps(books: Books, upper: ModuleType) -> None:
    """Revenue, spending and the subsidies nobody decides about."""
    accounts = books.accounts
    central = books.value("regimes.subsidy_central_share")
    books.book("contributions_enterprise", [a.contributions for a in accounts])
    books.book("contributions_public", [a.contributions_public for a in accounts])
    books.book("interest", [a.interest for a in accounts])
    books.book("portability_out", [a.portability_out for a in accounts])
    books.book("portability_in", [a.portability_in for a in accounts])
    if hasattr(upper, "benefits"):
        upper.benefits(books)
    else:
        books.book("benefits_enterprise", [a.benefits for a in accounts])
    books.book("benefits_public", [a.benefits_public for a in accounts])
    books.book("public_gap_subsidy", [max(a.benefits_public - a.contributions_public, 0.0) for a in accounts])
    books.book("central_lump_subsidy", [central * x for x in books.lump])
    books.book("local_lump_subsidy", [(1.0 - central) * x for x in books.lump])


@dataclass
class Gaps:
    """Who was charged what is missing, who paid it, and what the localities owe of the new advances."""

    certified: list[float]
    managerial: list[float]
    charged: list[float]
    paid: list[float]
    owed: list[float]


def close_gaps(books: Books, upper: ModuleType) -> Gaps:
    """Who pays what is missing after the tiers (11.6)."""
    n = len(books.accounts)
    certified, managerial = [books.gap(c) for c in range(n)], [books.managerial(c) for c in range(n)]
    if books.national:
        missing, charged, softness = upper.missing(books)
    else:
        missing, charged = of_lower_tier(books, certified)
        softness = books.softness
    paid = books.charge(charged)
    rest = [m - x for m, x in zip(missing, paid, strict=True)]
    provincial = [0.0] * n if books.national else provincial_payment(books, rest)
    rest = [m - x for m, x in zip(rest, provincial, strict=True)]
    owed_before = list(books.advances)
    books.pass_on("local_gap_subsidy", paid)
    books.pass_on("provincial_gap_subsidy", provincial)
    books.pass_on("central_gap_subsidy", [softness * m for m in rest])
    books.pass_on("advance", [(1.0 - softness) * m for m in rest])
    books.pass_on("advance_repaid", repayments(books, owed_before))
    owed = []
    for c in range(n):
        if books.pooled[c]:
            short = missing[c] - paid[c]
            share = (charged[c] - paid[c]) / short if short > 0.0 else 0.0
            owed.append(books.flow("advance")[c] * share)
        else:
            owed.append(books.advances[c] - owed_before[c])
    return Gaps(certified, managerial, charged, paid, owed)


def of_lower_tier(books: Books, gap: list[float]) -> tuple[list[float], list[float]]:
    """What is missing and what is charged where localities or provinces hold the funds."""
    general = books.value("regimes.unified_general_share")
    own = books.value("regimes.unified_managerial_share")
    of_pool = attributed(books, gap)
    missing, charged = [], []
    for c, pooled in enumerate(books.pooled):
        missing.append(of_pool[c] if pooled else max(-books.local[c], 0.0))
        charged.append(missing[c] * (general + (own - general) * books.seen(c)) if pooled else missing[c])
    held = [
        min(asked, max(books.local[c], 0.0)) if books.pooled[c] else 0.0 for c, asked in enumerate(charged)
    ]
    books.book("stock_remittance", held)
    return [m - x for m, x in zip(missing, held, strict=True)], [
        m - x for m, x in zip(charged, held, strict=True)
    ]


def own_money(books: Books, gaps: Gaps) -> Settlement:
    """What the local government's own purse gained in the part of the year (11.6)."""
    result = []
    for c in range(len(books.accounts)):
        p = books.province_of[c]
        change = books.local[c] - books.opening.local[c]
        if books.one_tier:
            change += books.provincial[p] - books.opening.provincial[p]
        result.append(change - sum(books.flow(name)[c] for name in OWN_TREASURY) - gaps.owed[c])
    return Settlement(books, gaps.certified, gaps.managerial, result, books.memory)


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
    if books.national:
        nation = min(1.0, max(books.central, 0.0) / sum(owed)) if sum(owed) > 0.0 else 0.0
        return [a * nation for a in owed]
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
