"""The result rows of the nation and the provinces (specification, section 13)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle.books import OF_PROVINCES
from oracle.labour import ratio

if TYPE_CHECKING:
    from oracle.accounts import Funds
    from oracle.model import Oracle

CENTRAL = ("central_lump_subsidy", "central_gap_subsidy", "emergency_transfer", "remittance_refunded")
LOCAL = (
    *("public_gap_subsidy", "local_lump_subsidy", "local_deficit_share", "local_gap_subsidy"),
    *("provincial_gap_subsidy", "legacy_payment"),
)
PENSIONS = ("benefits_enterprise", "benefits_public", "national_basic_pension", "rise_paid_later")
TO_CENTRE = (
    *("remitted_to_centre", "national_remittance", "stock_to_centre"),
    "provincial_stock_to_centre",
)
FROM_CENTRE = ("received_from_centre", "national_allocation", "surplus_kept_nationally")


def reserve(funds: Funds, places: list[int], province: int | None) -> float:
    """The official balance of a province, or of the nation (None)."""
    upper = sum(funds.provincial) + funds.central if province is None else funds.provincial[province]
    return sum(funds.local[c] - funds.advances[c] for c in places) + upper


def row(model: Oracle, province: int | None) -> dict[str, float]:
    """The row of a province, or of the nation (None)."""
    places = [c for c, p in enumerate(model.province_of) if province in {None, p}]
    counts, rules, flows = model.counts, model.rules, model.realised

    def count(name: str) -> int:
        return sum(counts.places[name][c] for c in places)

    def flow(*names: str) -> float:
        return sum(flows[name][c] for name in names if name in flows for c in places) / 100.0

    def by_staff(values: list[float]) -> float:
        staff = {c: max(counts.places["staff"][c], 1) for c in places}
        return sum(staff[c] * values[c] for c in places) / sum(staff.values())

    revenue = flow("contributions_enterprise", "contributions_public") - flow("account_contributions")
    benefits = flow(*PENSIONS) - flow("rise_withheld")
    registered = {c: counts.places["insured"][c] + round(model.double[c]) for c in places}
    insured = sum(registered.values())
    wage = sum(registered[c] * model.wage[c] for c in places) / insured
    closing = reserve(model.funds, places, province)
    central, local = flow(*CENTRAL), flow(*LOCAL)
    levers = model.levers
    managerial = sum(model.settlement.managerial[c] for c in places)
    public = count("public_employer_dues") + count("public_worker_dues")
    double = sum(model.double[c] for c in places)
    result = {
        "population": round(sum(model.accounts[c].population for c in places)),
        "insured_employees": insured,
        "payers": count("payers"),
        "retirees": count("retirees"),
        "flexible_insured": count("flexible_insured"),
        "contribution_revenue": revenue,
        "benefit_expenditure": benefits,
        "fiscal_subsidy": central + local,
        "central_subsidy": central,
        "local_subsidy": local,
        "interest": flow("interest"),
        "reserve_opening": reserve(model.settlement.books.opening, places, province),
        "reserve": closing,
        "due": (count("due") + public) / 100.0,
        "payable_months": 12.0 * closing / benefits,
        "statutory_rate": by_staff([lever.rate + rules.worker_rate for lever in levers]),
        "effective_rate": revenue / (insured * wage),
        "declared_share": ratio(count("declared"), count("clipped_wages")),
        "coverage": ratio(count("staff_insured"), count("to_insure")),
        "participation": ratio(count("flexible_paying"), count("flexible")),
        "adjustment_headcount": 0.5 * (count("insured") - count("insured_public") + double + count("staff")),
        "audit_effort": by_staff([model.detection(lever.audit) for lever in levers]),
        "registration_effort": by_staff([model.inspection(lever.registration) for lever in levers]),
        "early_retirement_share": ratio(count("early_retirees"), count("new_retirees")),
        "average_wage": wage,
        "average_pension": benefits / count("retirees"),
        "replacement_rate": benefits / count("retirees") / wage,
        "general_gap": sum(model.settlement.gap[c] for c in places) - managerial,
        "managerial_gap": managerial,
        "output": sum(model.accounts[c].output for c in places),
        "employers": sum(e.locality in set(places) for e in model.employers),
        "capital": sum(e.capital for e in model.employers if e.locality in set(places)),
    }
    return result | border(model, province)


def border(model: Oracle, province: int | None) -> dict[str, float]:
    """Money and people who passed the border of a province."""
    names = ("transfers_in", "transfers_out", "in_migrants", "out_migrants")
    if province is None:
        return dict.fromkeys(names, 0.0)
    of, counts, flows = model.province_of, model.counts, model.realised
    came = went = 0
    for a, line in enumerate(counts.ported):
        for b, money in enumerate(line):
            if of[a] != of[b]:
                came += money if of[b] == province else 0
                went += money if of[a] == province else 0
    for name in (*TO_CENTRE, *FROM_CENTRE):
        members = [province] if name in OF_PROVINCES else [c for c, p in enumerate(of) if p == province]
        money = sum(flows[name][c] for c in members) if name in flows else 0
        came += money if name in FROM_CENTRE else 0
        went += money if name in TO_CENTRE else 0
    places = [c for c, p in enumerate(of) if p == province]
    moved = [sum(counts.places[name][c] for c in places) for name in ("arrivals", "departures")]
    return dict(zip(names, (came / 100.0, went / 100.0, *moved), strict=True))
