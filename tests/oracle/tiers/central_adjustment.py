"""The central adjustment fund of 2018, by decree or by need (11.5)."""

from __future__ import annotations

from dataclasses import replace

from abm.parameters import Parameters
from oracle.accounts import Account, Memory
from oracle.books import Books

POOLED = False


def base(p: Parameters, year: int, accounts: list[Account]) -> list[float]:
    """The wage bill that should be insured, by locality."""
    share = p.value("regimes.adjustment_wage_share", year)
    return [share * a.average_wage * 0.5 * (a.insured + a.employees) for a in accounts]


def ratio(p: Parameters, year: int, memory: Memory) -> float:
    """The share of the base that is remitted."""
    if p.value("regimes.adjustment_dynamic", year) and memory.ratio:
        return memory.ratio
    return p.value("regimes.adjustment_ratio", year)


def settle(books: Books) -> None:
    """A share of the wage bill that should be insured is remitted and paid out by enterprise retirees."""
    share = ratio(books.parameters, books.year, books.memory)
    remitted = [share * x for x in base(books.parameters, books.year, books.accounts)]
    retirees = sum(a.retirees for a in books.accounts)
    total = sum(remitted)
    received = [total * a.retirees / retirees for a in books.accounts]
    books.through_centre(remitted, received)


def remember(
    p: Parameters, year: int, accounts: list[Account], memory: Memory, certified: list[float]
) -> Memory:
    """Next year's ratio, from the gaps certified before this year, and those certified now."""
    gap_rate = sum(certified) / sum(base(p, year, accounts))
    if not p.value("regimes.adjustment_dynamic", year):
        return replace(memory, gap_rate=gap_rate)
    step, least, most = (
        p.value(f"regimes.adjustment_ratio_{name}", year) for name in ("step", "least", "most")
    )
    now = ratio(p, year, memory)
    approved = min(max(now + min(max(memory.gap_rate - now, -step), step), least), most)
    return replace(memory, ratio=approved, gap_rate=gap_rate)
