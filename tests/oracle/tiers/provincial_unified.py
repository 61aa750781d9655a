"""The province collects and pays everything (11.4)."""

from __future__ import annotations

from oracle.books import Books

POOLED = True


def settle(books: Books) -> None:
    """Stock, revenue and spending go to the province."""
    months = books.value("regimes.unified_stock_months")
    flows, among = books.flows, books.under("provincial_unified")
    stock, revenue, spending = [], [], []
    for c, account in enumerate(books.accounts):
        if not among[c]:
            for amounts in (stock, revenue, spending):
                amounts.append(0.0)
            continue
        kept = months / 12.0 * account.spending / books.share
        stock.append(max(books.opening.local[c] - kept, 0.0))
        revenue.append(
            account.contributions
            + account.contributions_public
            + account.interest
            + account.portability_in
            + flows["public_gap_subsidy"][c]
            + flows["central_lump_subsidy"][c]
            + flows["local_lump_subsidy"][c]
        )
        spending.append(account.spending + account.portability_out)
    books.book("stock_remittance", stock)
    books.book("full_remittance", revenue)
    books.book("full_allocation", spending)
