"""Central differential payment (11.5): general and managerial gaps are met differently."""

from __future__ import annotations

from oracle.books import Books

POOLED = False


def entitlements(books: Books, months: list[float]) -> list[float]:
    """What the centre owes each province of its deficit."""

    def value(name: str) -> float:
        return books.value(f"regimes.differential_{name}")

    places = range(len(books.accounts))
    deficit = [max(-x, 0.0) for x in books.by_province([books.current_balance(c) for c in places])]
    gaps = books.by_province([books.gap(c) for c in places])
    seen = books.by_province([books.gap(c) * books.seen(c) for c in places])
    general, managerial = value("general_share"), value("managerial_share")
    result = []
    for p in range(31):
        q = seen[p] / gaps[p] if gaps[p] > 0.0 else 0.0
        weak = min(max(1.0 - months[p] / value("weak_months"), 0.0), 1.0)
        raised = general + (1.0 - general) * value("tilt") * weak
        result.append(deficit[p] * ((1.0 - q) * raised + q * managerial))
    return result


def settle(books: Books) -> None:
    """Part of collections is remitted; entitlements are paid, from stock above a line where need be."""
    n, of = len(books.accounts), books.province_of
    own = [
        0.0 if pooled else max(x, 0.0) for x, pooled in zip(books.opening.local, books.pooled, strict=True)
    ]
    pools = {p for p, pooled in zip(of, books.pooled, strict=True) if pooled}
    upper = [max(x, 0.0) for x in books.opening.provincial]
    upper = [x if p in pools else min(x, max(books.provincial[p], 0.0)) for p, x in enumerate(upper)]
    stock = [a + b for a, b in zip(upper, books.by_province(own), strict=True)]
    spending = books.by_province([a.spending / books.share for a in books.accounts])
    months = [12.0 * s / b if b > 0.0 else 0.0 for s, b in zip(stock, spending, strict=True)]
    entitled = entitlements(books, months)
    kappa = books.value("regimes.differential_remitted_share")
    remitted = [kappa * a.contributions for a in books.accounts]
    total, due = sum(remitted), sum(entitled)
    line = books.value("regimes.differential_stock_months") / 12.0
    most = books.value("regimes.differential_stock_share")
    spare = [most * max(s - line * b, 0.0) for s, b in zip(stock, spending, strict=True)]
    drawn = min(max(due - total, 0.0) / sum(spare), 1.0) if sum(spare) > 0.0 else 0.0
    given = [drawn * x for x in spare]
    met = min((total + sum(given)) / due, 1.0) if due > 0.0 else 0.0
    returned = max(total - due, 0.0) / total if total > 0.0 else 0.0
    gaps = [books.gap(c) for c in range(n)]
    lacking = books.by_province(gaps)
    sent, received = [], []
    for c in range(n):
        p = of[c]
        part = own[c] / stock[p] if stock[p] > 0.0 else 0.0
        sent.append(remitted[c] + given[p] * part)
        help_ = met * entitled[p] * gaps[c] / lacking[p] if lacking[p] > 0.0 else 0.0
        received.append(returned * remitted[c] + help_)
    books.through_centre(sent, received)
    books.book(
        "remitted_to_centre", [given[p] * upper[p] / stock[p] if stock[p] > 0.0 else 0.0 for p in range(31)]
    )
