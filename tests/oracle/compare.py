"""The oracle beside the engine: what differs, in words."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from abm.model import PensionModel
from abm.space import PROVINCE_NAMES
from oracle import indicators
from oracle.model import Oracle
from oracle.start import funds_of
from oracle.worker import (
    CADRE,
    COVERED,
    FEMALE,
    INSIDE,
    PAYS,
    PUBLIC_GROUP,
    STOPPED,
    TEMPORARY,
    Worker,
)

FREE = 5
RELATIVE = 1e-9
ULPS = 2
FLOWS_A_FUND = 12.5
"""Fen by which a fund may differ after a year: one for each flow that moves it (and the bits of a float)."""
WHOLE = (
    *("status", "flags", "stratum", "hukou", "locality", "relation", "employer"),
    *("paid_months", "deemed_months", "months_here", "qualified"),
)
SINGLE = ("log_skill", "index_sum", "account", "pension")
YUAN = ("wages", "declared", "due_base")
COUNTED = ("staff", "insured", *YUAN)
"""What the pass adds up by employer, and what of it in whole yuan a person."""
EMPLOYER = (
    *("locality", "arrived", "exempt", "jobs", "capital", "coverage", "hidden", "base_found", "staff_found"),
    *COUNTED,
)


def flags_of(person: Worker) -> int:
    """The flags as the engine packs them."""
    answers = (
        (person.female, FEMALE),
        (person.public_group, PUBLIC_GROUP),
        (person.inside, INSIDE),
        (person.paid, PAYS),
        (person.covered, COVERED),
        (person.temporary, TEMPORARY),
        (person.stopped, STOPPED),
        (person.cadre, CADRE),
    )
    return sum(bit for answer, bit in answers if answer)


def people(oracle: Oracle, engine: PensionModel) -> Iterator[str]:
    """Persons who differ, matched by id."""
    table = engine.population.persons
    rows = np.flatnonzero(table["status"] != FREE)
    rows = rows[np.argsort(table["id"][rows])]
    mine = sorted(oracle.agents_by_type[Worker], key=lambda person: person.id)
    ids = [person.id for person in mine]
    theirs = table["id"][rows].tolist()
    if ids != theirs:
        yield f"persons: {len(set(ids) - set(theirs))} only here, {len(set(theirs) - set(ids))} only there"
        both = set(ids) & set(theirs)
        mine = [person for person in mine if person.id in both]
        rows = np.array([row for row in rows if int(table["id"][row]) in both])
    for name in (*WHOLE, *SINGLE):
        here = [flags_of(person) if name == "flags" else getattr(person, name) for person in mine]
        there = table[name][rows]
        if name in SINGLE:
            mistaken = np.abs(np.float32(here) - there) > ULPS * np.spacing(np.abs(there))
        else:
            mistaken = np.array(here) != there
        for i in np.flatnonzero(mistaken)[:3]:
            yield f"{name} of person {ids[i]} ({mistaken.sum()} differ): {here[i]}, engine {there[i]}"


def employers(oracle: Oracle, engine: PensionModel) -> Iterator[str]:
    """Employers who differ."""
    table = engine.population.employers
    for name in EMPLOYER:
        here = [getattr(e.last if name in COUNTED else e, name) for e in oracle.employers]
        yuan = max(oracle.weights) if name in YUAN else 0.0  # one person cut to whole yuan
        yield from numbers(f"employers' {name}", here, table[name], yuan)


def numbers(what: str, here: object, there: object, passed: float = 0.0) -> Iterator[str]:
    """Numbers that differ by more than a relative error and, beyond it, what is let pass."""
    a, b = np.asarray(here, np.float64), np.asarray(there, np.float64)
    mistaken = ~(np.abs(a - b) <= RELATIVE * np.maximum(np.abs(a), np.abs(b)) + max(passed, 1e-300))
    for i in np.argwhere(mistaken)[:3]:
        at = tuple(i)
        yield f"{what} at {[int(k) for k in at]} ({mistaken.sum()} differ): {a[at]!r}, engine {b[at]!r}"


def counts(oracle: Oracle, engine: PensionModel) -> Iterator[str]:
    """Sums of the pass that differ, exactly."""
    sums = engine.sums
    for name, here in oracle.counts.places.items():
        try:
            there = sums[name]
        except Exception:
            yield f"no measure {name}"
            continue
        wrong = [c for c, x in enumerate(here) if x != int(there[c])]
        if wrong:
            c = wrong[0]
            yield f"{name} in {c} ({len(wrong)} differ): {here[c]}, engine {there[c]}"
    for name, here, there in (
        ("stock", oracle.counts.stock, sums.stock),
        ("ported", oracle.counts.ported, sums.ported),
    ):
        wrong = np.argwhere(np.array(here, np.int64) != there)
        if len(wrong):
            yield f"{name}: {len(wrong)} cells differ, first {wrong[0]}"
    table = np.zeros((31, 2, 27, 2, 5, 5), np.int64)
    for cell, values in oracle.counts.groups.items():
        table[cell] = values
    wrong = np.argwhere(table.reshape(-1, 5) != sums.groups)
    if len(wrong):
        yield f"groups: {len(wrong)} cells differ, first {wrong[0]}"


def market(oracle: Oracle, engine: PensionModel) -> Iterator[str]:
    """What was observed of the market."""
    for name, there in engine.market.items():
        yield from numbers(f"market {name}", getattr(oracle.market, name), there)


ACCOUNT = {
    "contributions_enterprise": "contributions",
    "contributions_public": "contributions_public",
    "benefits_enterprise": "benefits",
    "benefits_public": "benefits_public",
    "off_list": "off_list",
    "interest": "interest",
    "portability_in": "portability_in",
    "portability_out": "portability_out",
    "insured_employees": "insured",
    "enterprise_employees": "employees",
    "enterprise_retirees": "retirees",
    "average_wage": "average_wage",
    "gdp": "output",
    "population": "population",
    "treasury_capacity": "capacity",
    "collectable": "collectable",
    "account_share": "account_share",
    "empty_accounts": "empty_accounts",
    "elders": "elders",
    "accrued_share": "accrued_share",
}
"""The engine's names of an account's entries."""


def accounts(oracle: Oracle, engine: PensionModel) -> Iterator[str]:
    """Entries of the accounts that differ."""
    for there, here in ACCOUNT.items():
        mine = [getattr(account, here) for account in oracle.accounts]
        fen = 0.011 if here == "interest" else 0.0  # rounded: a half is decided by its last bits
        yield from numbers(f"account's {here}", mine, getattr(engine.accounts, there), fen)


def settlement(oracle: Oracle, engine: PensionModel) -> Iterator[str]:
    """Flows, funds, gaps and own money that differ.

    Sums of the pass are compared exactly, above. A flow that is a share of something is a float before it
    is rounded; which place gets the last fen hangs on its last bits, so a fen a flow is let pass, and so
    many in the funds as a year has flows that move them.
    """
    mine, theirs = oracle.realised, engine.realised.flows
    for name in sorted(set(mine) | set(theirs)):
        here = np.array(mine.get(name, np.zeros_like(theirs.get(name, 0))))
        there = np.array(theirs.get(name, np.zeros_like(here)))
        for c in np.flatnonzero(np.abs(here - there) > 1)[:2]:
            yield f"flow {name} in {c}: {here[c]}, engine {there[c]}"
        if name != "interest" and abs(here.sum() - there.sum()) > 1:  # interest is rounded place by place
            yield f"flow {name}: {here.sum()} in all, engine {there.sum()}"
    for name in ("local", "provincial", "central", "advances"):
        here = 100.0 * np.atleast_1d(getattr(oracle.funds, name))
        there = 100.0 * np.atleast_1d(getattr(engine.funds, name))
        for c in np.flatnonzero(np.abs(here - there) > FLOWS_A_FUND)[:2]:
            yield f"{name} fund in {c}: {here[c]:.0f} fen, engine {there[c]:.0f}"
    for name, here, there in (
        ("gap", oracle.settlement.gap, engine.settlement.gap),
        ("managerial gap", oracle.settlement.managerial, engine.settlement.managerial_gap),
        ("own money", oracle.settlement.own_money, engine.settlement.own_money),
    ):
        scale = max(np.abs(there).max(), 1.0)
        for c in np.flatnonzero(np.abs(np.array(here) - there) > RELATIVE * scale)[:2]:
            yield f"{name} in {c}: {here[c]}, engine {there[c]}"


MEMORY = {
    "collected": "contributions",
    "collectable": "collectable",
    "covered": "covered",
    "gap_rate": "gap_rate",
    "adjustment_ratio": "ratio",
    "good_years": "good_years",
    "switched": "switched",
    "legacy_debt": "legacy_debt",
    "legacy_payment": "legacy_payment",
    "withheld": "withheld",
}
"""The engine's names of what rules remember."""


def memory(oracle: Oracle, engine: PensionModel) -> Iterator[str]:
    """What the rules take into the next year."""
    for there, here in MEMORY.items():
        yield from numbers(
            f"memory of {here}",
            getattr(oracle.memory, here),
            getattr(engine.memory, there),
            1.0 if there.startswith("legacy") else 0.0,
        )


OF_FLOWS = {"reserve", "central_subsidy", "local_subsidy", "fiscal_subsidy", "transfers_in", "transfers_out"}
"""Columns of whole flows, which may differ by fen as those do."""


def rows(oracle: Oracle, engine: PensionModel) -> Iterator[str]:
    """Result rows of the nation and the provinces that differ."""
    frames = engine.observer.frames(engine)
    national = frames["national"].set_index("year").loc[engine.year]
    provinces = frames["provinces"].set_index(["year", "province"]).loc[engine.year]
    for p, there in [
        (None, national),
        *((PROVINCE_NAMES.index(name), row) for name, row in provinces.iterrows()),
    ]:
        here = indicators.row(oracle, p)
        where = "the nation" if p is None else PROVINCE_NAMES[p]
        for name in sorted(set(here) ^ (set(there.index) - {"province"})):
            yield f"column {name} is in one of them alone"
        for name in set(here) & set(there.index):
            a, b = float(here[name]), float(there[name])
            passed = FLOWS_A_FUND / 100.0 * len(oracle.province_of) if name in OF_FLOWS else 0.0
            if abs(a - b) > RELATIVE * max(abs(a), abs(b), 1.0) + passed:
                yield f"{name} of {where}: {a!r}, engine {b!r}"


def differences(oracle: Oracle, engine: PensionModel) -> list[str]:
    """All that differs after a year."""
    found: list[str] = []
    for part in (people, employers, counts, market, accounts, settlement, memory, rows):
        found += part(oracle, engine)
    return found


def report(oracle: Oracle, engine: PensionModel) -> None:
    for line in differences(oracle, engine):
        print("   ", line)


def follow(oracle: Oracle, engine: PensionModel) -> None:
    """Take over the engine's funds, so that fen let pass do not pile up over the years."""
    oracle.funds = funds_of(engine.funds)
