"""Settling a year: subsidies, tiers, gaps, and the rounding to fen (specification, 11.3 to 11.7)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from abm.draws import normal
from abm.parameters import Parameters
from oracle.accounts import Account, Funds
from oracle.books import PAYS_OUT, Books, move
from oracle.tiers import LOWER, UPPER

if TYPE_CHECKING:
    from oracle.model import Oracle


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


def upper_share(model: Oracle) -> float:
    """The part of the year in which December's upper rule is in force."""
    stacks = model.scenario.regime_at(model.year)
    return sum(share for share, stack in stacks if stack.upper == stacks[-1][1].upper)


def perceived_errors(model: Oracle) -> list[float]:
    """The error in the managerial share of a gap as the tiers above see it, by locality."""
    value, year = model.parameters.value, model.year
    size = value("regimes.gap_error", year) * (1.0 - value("regimes.platform_quality", year))
    return [size * normal(model.keys["managerial gap"], code) for code in model.codes]


def settle(model: Oracle, accounts: list[Account], opening: Funds) -> Settlement:
    """Settle accounts under the year's stack."""
    one_tier = len(model.province_of) == 31
    stack = model.rules.stack
    lower = LOWER["municipal" if one_tier else stack.lower]
    lump = national_lump(model.parameters, model.year)
    books = Books(
        model.parameters,
        model.year,
        model.province_of,
        accounts,
        opening,
        [lump * key for key in model.subsidy_key],
        lower.POOLED,
        one_tier,
        upper_share(model),
        perceived_errors(model),
    )
    first_steps(books)
    lower.settle(books)
    UPPER[stack.upper].settle(books)
    return close_gaps(books)


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
    if books.pooled:
        missing = attributed(books, gap)
        general = books.value("regimes.unified_general_share")
        own = books.value("regimes.unified_managerial_share")
        charged = [m * (general + (own - general) * share) for m, share in zip(missing, seen, strict=True)]
    else:
        missing = [max(-reserve, 0.0) for reserve in books.local]
        charged = list(missing)
    paid = [
        min(charge, max(a.capacity - share, 0.0))
        for charge, a, share in zip(charged, books.accounts, deficit_share, strict=True)
    ]
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
        if books.pooled:
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
    if not books.pooled:
        return [min(a, max(reserve, 0.0)) for a, reserve in zip(owed, books.local, strict=True)]
    total = books.by_province(owed)
    part = [min(1.0, max(books.provincial[p], 0.0) / total[p]) if total[p] > 0.0 else 0.0 for p in range(31)]
    return [a * part[books.province_of[c]] for c, a in enumerate(owed)]


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
