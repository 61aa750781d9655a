"""Modules with money: the early warning and the assessment of local governments (11.8)."""

from __future__ import annotations

from oracle.accounts import covered
from oracle.books import Books

ITEMS = ("policy", "service", "supervision")
"""Items of the assessment without a measure; they score one."""


def pay_what_was_withheld(books: Books) -> None:
    """Rises withheld last time are paid, whether or not the early warning is still on."""
    books.pass_on("rise_paid_later", books.memory.withheld)
    books.memory.withheld = [0.0] * len(books.accounts)


def warn(books: Books) -> None:
    """Below the line of months the centre helps and rises of high pensions wait."""
    if books.national:
        return
    n, of = len(books.accounts), books.province_of
    months = books.value("regimes.warning_months") / 12.0
    local = [max(x, 0.0) for x in books.local]
    line = [months * a.spending / books.share for a in books.accounts]
    lines, locals_ = books.by_province(line), books.by_province(local)
    short = [max(lines[p] - locals_[p] - max(books.provincial[p], 0.0), 0.0) for p in range(31)]
    lacking = [max(line[c] - local[c], 0.0) for c in range(n)]
    lack = books.by_province(lacking)
    share, held = (books.value(f"regimes.warning_{name}_share") for name in ("transfer", "withheld"))
    share *= books.share
    help_, waits = [], []
    for c, a in enumerate(books.accounts):
        p = of[c]
        help_.append(share * short[p] * lacking[c] / lack[p] if lack[p] > 0.0 else 0.0)
        waits.append(held * a.benefits if short[p] > 0.0 else 0.0)
    books.pass_on("emergency_transfer", help_)
    books.pass_on("rise_withheld", waits)
    books.memory.withheld = waits


def reached(ratio: float, bottom: float) -> float:
    """The score of an item by what was reached of what was asked."""
    return min(max((ratio - bottom) / (1.0 - bottom), 0.0), 1.0)


def score(books: Books, c: int, charged: float, paid: float) -> float:
    """A locality's assessment."""
    a, bottom = books.accounts[c], books.value("regimes.assessment_bottom")
    weights = books.parameters.table("regimes.assessment_weights", books.year)
    asked = books.memory.covered[c] * (1.0 + books.value("regimes.assessment_coverage_growth"))
    allowed = books.value("regimes.assessment_off_list_limit") * a.benefits
    items = dict.fromkeys(ITEMS, 1.0)
    items["collection"] = reached(a.contributions / a.plan, bottom) if a.plan > 0.0 else 1.0
    items["coverage"] = reached(covered(a) / asked, bottom) if asked > 0.0 else 1.0
    items["fiscal_input"] = reached(paid / charged, bottom) if charged > 0.0 else 1.0
    items["benefit_approval"] = 1.0 - min(a.off_list / allowed, 1.0) if allowed > 0.0 else 1.0
    return sum(weights[name] * value for name, value in items.items()) / sum(weights.values())


def assess(books: Books, charged: list[float], paid: list[float]) -> None:
    """Good years in a row keep surplus; a failed year costs general transfers."""
    n, of, memory = len(books.accounts), books.province_of, books.memory
    scores = [score(books, c, charged[c], paid[c]) for c in range(n)]
    good = books.value("regimes.assessment_good")
    memory.good_years = [
        years + books.share if s >= good - 1e-9 else 0.0
        for years, s in zip(memory.good_years, scores, strict=True)
    ]
    kept = books.value("regimes.assessment_kept_share")
    claims = [
        kept * max(books.current_balance(c), 0.0) if memory.good_years[c] >= 3.0 - 1e-9 else 0.0
        for c in range(n)
    ]
    pooled = [claim if pool else 0.0 for claim, pool in zip(claims, books.pooled, strict=True)]
    if books.national:
        part = min(max(books.central, 0.0) / sum(pooled), 1.0) if sum(pooled) > 0.0 else 0.0
        books.book("surplus_kept_nationally", [part * x for x in pooled])
    else:
        total = books.by_province(pooled)
        parts = [min(max(books.provincial[p], 0.0) / t, 1.0) if t > 0.0 else 0.0 for p, t in enumerate(total)]
        books.book("surplus_kept", [parts[of[c]] * x for c, x in enumerate(pooled)])
        remitted = (*("adjustment_remittance", "passed_to_province", "stock_remittance"),)
        received = (*("adjustment_payment", "passed_to_locality"),)
        refunds = []
        for c in range(n):
            net = sum(books.flow(x)[c] for x in remitted) - sum(books.flow(x)[c] for x in received)
            refunds.append(0.0 if books.pooled[c] else min(claims[c], max(net, 0.0)))
        books.book("remittance_refunded", refunds)
    cut, fail = books.value("regimes.assessment_cut_share"), books.value("regimes.assessment_fail")
    lost = [cut * a.slack if s < fail - 1e-9 else 0.0 for a, s in zip(books.accounts, scores, strict=True)]
    books.book("transfer_cut", books.charge(lost))
