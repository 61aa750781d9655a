"""National pooling of the enterprise scheme from 2022 (11.5)."""

from __future__ import annotations

from oracle.books import Books

POOLED = False


def treasury_share(relative_output: float, free_below: float, top: float) -> float:
    """The local treasury's share of a deficit, by output per head over the mean."""
    return top * min(max((relative_output - free_below) / (1.0 - free_below), 0.0), 1.0)


def settle(books: Books) -> None:
    """Surpluses pay what deficits leave after the local treasuries' share."""
    accepted = books.value("regimes.national_off_list_accepted")
    free = books.value("regimes.national_local_share_free_below")
    top = books.value("regimes.national_local_share_top")
    own = []
    for c, a in enumerate(books.accounts):
        approved = a.benefits - a.off_list * (1.0 - accepted)
        own.append(a.contributions + a.interest + books.lump[c] - approved)
    balance = books.by_province(own)
    share = [treasury_share(relative, free, top) for relative in books.output_per_head()]
    deficits = [max(-b, 0.0) for b in own]
    lacking = books.by_province(deficits)
    borne = [0.0] * len(own)
    for c, p in enumerate(books.province_of):
        if balance[p] < 0.0 and lacking[p] > 0.0:
            borne[c] = share[p] * -balance[p] * deficits[c] / lacking[p]
    books.pass_on("local_deficit_share", books.charge(borne))
    rest = [(1.0 - share[p]) * max(-balance[p], 0.0) for p in range(31)]
    surplus = [max(balance[p], 0.0) for p in range(31)]
    paid = min(1.0, sum(rest) / sum(surplus)) if sum(surplus) > 0.0 else 0.0
    met = min(1.0, sum(surplus) / sum(rest)) if sum(rest) > 0.0 else 0.0
    gains = [max(b, 0.0) for b in own]
    earned = books.by_province(gains)
    remitted, received = [], []
    for c in range(len(own)):
        p = books.province_of[c]
        remitted.append(surplus[p] * paid * gains[c] / earned[p] if surplus[p] > 0.0 else 0.0)
        received.append(rest[p] * met * deficits[c] / lacking[p] if rest[p] > 0.0 else 0.0)
    books.through_centre(remitted, received)
