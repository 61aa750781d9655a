"""One national fund that takes all revenue and pays all spending (11.5)."""

from __future__ import annotations

from oracle.books import Books
from oracle.tiers.national_2022 import treasury_share

POOLED = True
CENTRE, LOCALITIES, SHARED = range(3)
KEPT, ABOVE_THE_MEAN, ALL = range(3)


def settle(books: Books) -> None:
    """The switch, where it has not been; then all revenue to the centre and all spending from it."""
    pure = books.value("regimes.national_pure") > 0.0
    settle_as(books, pure)


def settle_as(books: Books, pure: bool) -> None:
    """The rule, in its pure case or as the records have it."""
    switch(books, pure)
    pay_legacy(books)
    revenue, spending = [], []
    for c, a in enumerate(books.accounts):
        own = a.contributions + a.contributions_public + a.interest + a.portability_in
        revenue.append(own + books.subsidies(c))
        spending.append(books.paid_to_members(c) + a.portability_out)
    books.book("national_remittance", revenue)
    books.book("national_allocation", spending)


def switch(books: Books, pure: bool) -> None:
    """What happens to stocks and empty accounts in the first year under the rule."""
    memory, n = books.memory, len(books.accounts)
    new = [not done for done in memory.switched]
    if not any(new):
        return
    mode = ALL if pure else round(books.value("regimes.national_stock"))
    months = books.value("regimes.national_stock_months")
    spending = books.by_province([a.spending / books.share for a in books.accounts])
    local, provincial = books.opening.local, books.opening.provincial
    held = books.by_province([max(x, 0.0) for x in local])
    part = [0.0] * 31
    for p in range(31):
        stock = held[p] + max(provincial[p], 0.0)
        above = max(stock - months / 12.0 * spending[p], 0.0)
        if mode == ALL:
            part[p] = 1.0
        elif mode == ABOVE_THE_MEAN and books.output_per_head()[p] > 1.0 and stock > 0.0:
            part[p] = books.value("regimes.national_stock_share") * above / stock
    places = [part[books.province_of[c]] * max(local[c], 0.0) if new[c] else 0.0 for c in range(n)]
    books.book("stock_to_centre", places)
    books.book("provincial_stock_to_centre", [part[p] * max(provincial[p], 0.0) for p in range(31)])
    owed = 0.0 if pure else books.value("regimes.national_legacy_local_share")
    promised = [a.empty_accounts for a in books.accounts]
    in_all = books.by_province(promised)
    for c in range(n):
        p = books.province_of[c]
        if not new[c]:
            continue
        behind = max(provincial[p], 0.0) * promised[c] / in_all[p] if in_all[p] > 0.0 else 0.0
        memory.legacy_debt[c] = owed * max(promised[c] - max(local[c], 0.0) - behind, 0.0)
        memory.legacy_payment[c] = memory.legacy_debt[c] / books.value("regimes.national_legacy_years")
        memory.switched[c] = True


def pay_legacy(books: Books) -> None:
    """A year's part of the debt for empty accounts, out of the local treasury."""
    memory = books.memory
    asked = [
        min(books.share * payment, debt)
        for payment, debt in zip(memory.legacy_payment, memory.legacy_debt, strict=True)
    ]
    paid = books.charge(asked)
    memory.legacy_debt = [debt - x for debt, x in zip(memory.legacy_debt, paid, strict=True)]
    books.pass_on("legacy_payment", paid)


def missing(books: Books) -> tuple[list[float], list[float], float]:
    """What the fund lacks and what is charged, by locality; the centre's part of the rest."""
    if books.value("regimes.national_pure") > 0.0:
        return missing_as(books, CENTRE)
    return missing_as(books, round(books.value("regimes.national_responsibility")))


def missing_as(books: Books, responsibility: int) -> tuple[list[float], list[float], float]:
    """As ``missing``, under one of the three responsibilities."""
    key = [books.gap(c) for c in range(len(books.accounts))]
    if sum(key) <= 0.0:
        key = [a.population for a in books.accounts]
    lacking = [max(-books.central, 0.0) * x / sum(key) for x in key]
    if responsibility == CENTRE:
        return lacking, [0.0] * len(key), 1.0
    if responsibility == LOCALITIES:
        return lacking, lacking, books.softness
    free, top = (books.value(f"regimes.national_gap_share_{name}") for name in ("free_below", "top"))
    share = [treasury_share(x, free, top) for x in books.output_per_head()]
    return lacking, [share[books.province_of[c]] * x for c, x in enumerate(lacking)], 1.0
