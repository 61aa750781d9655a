"""What a person did in a year and why: state, decisions with their options and draws, money."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from abm.agents import worker
from abm.engine import tables
from abm.explain import contributing, pension, terms
from abm.explain.life import Life
from abm.explain.text import drew, percent, section, signed, table, years, yuan
from abm.population.employers import OWNERSHIP_NAMES
from abm.population.persons import Flag, Status
from abm.space import PROVINCE_NAMES

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
WORK = {
    int(Status.OUTSIDE): "outside the urban labour market",
    int(Status.FORMAL): "staff of an employer",
    int(Status.FLEXIBLE): "in flexible work",
    int(Status.PUBLIC): "staff of government or a public institution",
    int(Status.RETIRED): "a pensioner",
    int(Status.FREE): "dead",
}
MONEY = {
    "wages": "wage",
    "employer_dues": "employer's contribution",
    "worker_dues": "own contribution",
    "flexible_dues": "contribution as a flexible worker",
    "public_employer_dues": "public employer's contribution",
    "public_worker_dues": "own contribution",
    "back_payments": "back payment after an audit",
    "fines": "fine of the employer",
    "pensions": "pension of the year",
    "public_pensions": "public-sector pension of the year",
    "refunds": "refund of the account",
}
SHOWN = 6
"""Destinations shown, the best first, besides the present and the hukou province."""


def describe(life: Life) -> str:
    """The whole explanation of a person's year, as text."""
    model = life.model
    name = f"Person {life.before['id']} in {model.year}"
    stands = f"one agent for {life.weight:,} persons, seed {model.scenario.seed}"
    sections: list[tuple[str, Callable[[Life], list[str]]]] = [
        ("Who", who),
        ("Life and death", survival),
        ("Entry of the public-sector group", public_entry),
        ("Where to live", residence),
        ("Work", work),
        ("Contributions", contributing.contributions),
        ("The pension relation", contributing.relation),
        ("Retirement", pension.retirement),
        ("Pension in payment", pension.in_payment),
        ("Money of the year", money),
        ("At the end of the year", outcome),
    ]
    parts = [section(title, lines(life)) for title, lines in sections]
    return "\n\n".join([f"{name} ({model.scenario.name}; {stands})", *(p for p in parts if p)])


def who(life: Life) -> list[str]:
    """Age, sex, places, work, traits and standing in the scheme before the year."""
    row, rules = life.before, life.model.rules
    month = int(12.0 * u) if (u := life.draw("birth_month")) is not None else None
    born = f"{MONTHS[month]} {life.birth_year}" if month is not None else str(life.birth_year)
    lines = [
        f"{'woman' if life.woman else 'man'} of {life.age}, born in {born}; "
        f"hukou {life.place(row['hukou'])}, lives in {life.place(row['locality'])}",
        f"before the year: {WORK[row['status']]}{employer(life, row['employer'])}",
    ]
    if law := life.first("statutory_age_months"):
        post = (" in a cadre post" if law.given["cadre"] else " in a worker's post") if life.woman else ""
        reaches = 12 * life.birth_year + law.given["birth_month"] - 1 + law.result
        lines.append(
            f"retirement age{post}: {law.result / 12:.4g} years, reached in "
            f"{MONTHS[reaches % 12]} {reaches // 12}"
        )
    if life.has(Flag.INSIDE) and row["status"] != Status.RETIRED:
        lines.append(
            f"in the scheme, relation in {life.place(row['relation'])}: paid {years(row['paid_months'])}, "
            f"deemed {years(row['deemed_months'])}, mean index {_mean_index(life):.3f}, "
            f"account {yuan(row['account'])}"
        )
    elif row["status"] == Status.RETIRED:
        lines.append(f"pension {yuan(row['pension'])} a year, paid by {life.place(row['relation'])}")
    else:
        lines.append("not in the employee scheme")
    patience, awareness = life.draw("patience"), life.draw("awareness")
    if patience is not None and awareness is not None:
        discount = rules.discount_low + (rules.discount_high - rules.discount_low) * patience
        belief = rules.awareness_low + (rules.awareness_high - rules.awareness_low) * awareness
        lines.append(
            f"traits, fixed for life: discounts at {percent(discount)} a year, believes in "
            f"{percent(belief, 0)} of a promised pension"
        )
    return lines


def _mean_index(life: Life) -> float:
    paid = life.before["paid_months"] / 12.0
    return life.before["index_sum"] / paid if paid > 0 else 0.0


def employer(life: Life, row: int) -> str:
    """A few words on an employer (row of the employer table), empty for none."""
    if row < 0:
        return ""
    firms = life.model.population.employers
    firm = dict(zip(tables.FIRM, life.moment.firm[row], strict=True))
    return (
        f", employer {firms['id'][row]} ({OWNERSHIP_NAMES[int(firms['ownership'][row])]}, in "
        f"{life.place(int(firm['locality']))}; registers {percent(firm['coverage'])} of its staff, hides "
        f"{percent(firm['hidden'])} of wages, pays {firm['premium']:.2f} of the place's average wage)"
    )


def survival(life: Life) -> list[str]:
    """The chance of dying and the draw."""
    u = life.draw("death")
    if u is None:
        return ["The start year: people are given; nobody dies, moves, joins or retires."]
    chance = life.moment.ages[0][int(life.woman), min(life.age, 127)]
    note = ""
    if life.has(Flag.INSIDE):
        chance *= life.model.rules.insured_mortality
        note = f" (the population's, times {life.model.rules.insured_mortality:g} for the insured)"
    return [f"chance of dying {percent(chance, 3)}{note}, {drew(u)}: {'dies' if life.died else 'lives'}"]


def public_entry(life: Life) -> list[str]:
    """Whether a member of the public-sector group is enrolled this year."""
    u = life.draw("public_entry")
    if u is None:
        return []
    here = life.before["locality"]
    retired = life.before["status"] == Status.RETIRED
    by_now, at_start = (
        ("public_retired_inside", "public_retired_start")
        if retired
        else ("public_inside", "public_inside_start")
    )
    entered = "enters the scheme" if life.has(Flag.INSIDE, "after") else "stays outside for now"
    return [
        f"{percent(life.field(by_now, here))} of {life.place(here)}'s group are enrolled by now, "
        f"{percent(life.field(at_start, here))} were at the start; {drew(u)}: {entered}"
    ]


def residence(life: Life) -> list[str]:
    """Whether a move was weighed, the options and the choice."""
    weighs = life.first("considers_moving")
    if weighs is None:
        return []
    chance = f"weighs a move with chance {percent(weighs.given['probability'])} at this age"
    if not weighs.result:
        return [f"{chance}, {drew(weighs.given['u'])}: stays without weighing it"]
    lines = [f"{chance}, {drew(weighs.given['u'])}: weighs the provinces, the largest utility wins"]
    call = life.first("chooses_province")
    assert call is not None
    options = terms.of_destinations(life, call)
    here, home, chosen = int(call.given["here"]), int(call.given["hukou"]), int(call.result)
    best = list(np.argsort(-options.utility)[:SHOWN])
    shown = [*best, *(k for k in dict.fromkeys((here, home)) if k not in best)]
    header = ["province", *options.terms, "chance", "taste draw", "utility"]
    rows = [
        [
            PROVINCE_NAMES[k] + (" (here)" if k == here else "") + (" (hukou)" if k == home else ""),
            *(signed(values[k]) for values in options.terms.values()),
            percent(options.odds[k]),
            signed(options.taste[k]),
            signed(options.utility[k]),
        ]
        for k in shown
    ]
    lines += [
        table(header, rows),
        "wage, distance and attraction are relative to staying; chances are those before the taste is drawn",
    ]
    prefecture = life.first("chooses_prefecture")
    if prefecture is not None:
        lines.append(
            f"within {PROVINCE_NAMES[chosen]} by size and taste: {life.place(int(prefecture.result))}"
        )
    stays = life.after["locality"] == life.before["locality"]
    lines.append("stays" if stays else f"moves to {life.place(life.after['locality'])}")
    return lines


def work(life: Life) -> list[str]:
    """Wage skill, hiring and separation, and the employer's coverage."""
    lines = []
    if (shock := life.draw("skill")) is not None:
        before, after = np.exp(life.before["log_skill"]), np.exp(life.after["log_skill"])
        lines.append(
            f"skill, as a multiple of the wage: {before:.3f} → {after:.3f} (normal draw {shock:+.3f})"
        )
    lines += _change(life)
    return lines + _coverage(life)


def _change(life: Life) -> list[str]:
    """The chances of being hired, leaving or taking up work, as far as they mattered."""
    call = life.first("changes_work")
    if call is None:
        return []
    given = call.given
    if given["age"] >= given["leaving_age"]:
        return [
            f"past the age of {given['leaving_age']:g} at which people leave the labour market: does not work"
        ]
    if given["staff"]:
        weighed = [("leaving the employer", "leaving", "u_leave")]
    elif not given["seeks"]:
        return ["left the scheme at the retirement age: looks for no work"]
    else:
        weighed = [("being hired", "hiring", "u_hired")]
        if call.result != worker.HIRED and given["idle"]:
            if given["newcomer"]:
                weighed.append(("joining the public staff", "public_hiring", "u_public"))
            if call.result != worker.JOINS_PUBLIC:
                weighed.append(("taking up flexible work", "taking_up", "u_take_up"))
        elif call.result != worker.HIRED:
            weighed.append(("giving up flexible work", "giving_up", "u_leave"))
    lines = [
        f"chance of {what} {percent(min(given[chance], 1.0))}, {drew(given[u])}: "
        + ("yes" if given[u] < given[chance] else "no")
        for what, chance, u in weighed
    ]
    if hired := life.first("draws_employer"):
        lines.append(f"hired by vacancies{employer(life, int(hired.result))}")
    return lines


def _coverage(life: Life) -> list[str]:
    """Whether the employer pays for a member of staff."""
    if not life.counted("to_insure"):
        return []
    share, found = (life.moment.firm[life.employed_by, k] for k in (tables.F_COVERAGE, tables.F_STAFF_FOUND))
    result = "registered, the employer pays" if life.booked("worker_dues") else "left out"
    drawn, reviewed = life.draw("covered"), life.draw("coverage_review")
    if drawn is not None:
        return [
            f"registration set anew: the employer registers {percent(share)} of its staff, {drew(drawn)}: "
            + result
        ]
    if reviewed is not None:
        chance = percent(life.model.rules.coverage_review)
        return [f"registration reviewed with chance {chance}, {drew(reviewed)}: as before, {result}"]
    return (
        [f"an inspection found the employer's unregistered staff: {result}"]
        if found
        else [f"as before: {result}"]
    )


def money(life: Life) -> list[str]:
    """Every amount the pass booked for the person."""
    booked = [(label, c, x) for name, label in MONEY.items() for c, x in life.booked(name)]
    return [f"{label}: {yuan(amount)} ({life.place(c)})" for label, c, amount in booked]


def outcome(life: Life) -> list[str]:
    """The state after the year, as the model has it too."""
    row = life.after
    if life.died:
        return ["dead", _AGREED]
    line = f"{WORK[row['status']]}, lives in {life.place(row['locality'])}{employer(life, row['employer'])}"
    lines = [line]
    if life.has(Flag.INSIDE, "after") and row["status"] != Status.RETIRED:
        lines.append(
            f"relation in {life.place(row['relation'])}; paid {years(row['paid_months'])}, deemed "
            f"{years(row['deemed_months'])}, account {yuan(row['account'])}"
        )
    if row["status"] == Status.RETIRED:
        lines.append(f"pension {yuan(row['pension'])} a year, paid by {life.place(row['relation'])}")
    return [*lines, _AGREED]


_AGREED = "checked: the model's own pass left this person with the same state in every column"
