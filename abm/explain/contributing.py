"""Who pays contributions for a person, on which base, and what becomes of the pension relation."""

from __future__ import annotations

from itertools import zip_longest

from abm.engine import people, tables
from abm.explain import terms
from abm.explain.life import Life
from abm.explain.recorder import Call
from abm.explain.text import drew, percent, years, yuan
from abm.explain.text import terms as written


def contributions(life: Life) -> list[str]:
    """What was declared and owed by whom, or the own decision of those for whom nobody pays."""
    if life.booked("public_worker_dues"):
        return _by_employer(life, life.model.rules.public_employer_rate)
    if life.booked("worker_dues"):
        return _by_employer(life, life.field("employer_rate", life.after["locality"]))
    return _own_decision(life)


def _by_employer(life: Life, employer_rate: float) -> list[str]:
    rules, bases = life.model.rules, life.all("contribution_base")
    given = bases[-1].given
    declared = bases[-1].result
    wage = bases[0].given["wage"]
    lines = [f"wage {yuan(wage)} a year"]
    if len(bases) > 1:
        hidden = life.moment.firm[life.employed_by, tables.F_HIDDEN]
        lines.append(f"the employer hides {percent(hidden)} of it, so declares {yuan(given['wage'])}")
    low, high = given["floor"] * given["average_wage"], given["ceiling"] * given["average_wage"]
    bound = " (the floor)" if declared <= low else " (the ceiling)" if declared >= high else ""
    lines.append(
        f"base {yuan(declared)}{bound}: between {given['floor']:.3g} and {given['ceiling']:.3g} times the "
        f"average wage of {yuan(given['average_wage'])}, that is {yuan(low)} and {yuan(high)}"
    )
    if len(bases) > 1 and bases[0].result > declared:
        lines.append(f"in full the base would be {yuan(bases[0].result)}")
    lines.append(
        f"rates: employer {percent(employer_rate)}, worker {percent(rules.worker_rate)}; paid for "
        f"{months_paid(life)} months"
    )
    if outlook := life.first("outlook"):
        lines.append(
            f"expects {outlook.given['moves']:.2f} moves into other pools before the pension, which leave "
            f"{percent(outlook.result.kept)} of a right"
        )
    if value := life.first("value_of_base"):
        lines.append(f"to this person a yuan of base is worth {written(terms.of_base(value), 'yuan', 4)}")
    return lines


def months_paid(life: Life) -> int:
    """Months paid this year, twelve in the start year; also of those whose months lapsed at its end."""
    if not life.model.transitions:
        return 12
    months = life.after["paid_months"] - life.before["paid_months"]
    choice = life.first("below_minimum")
    return int(choice.given["months"]) - _months_had(life) if choice else months


def _months_had(life: Life) -> int:
    return int(life.before["paid_months"] + life.before["deemed_months"])


def _own_decision(life: Life) -> list[str]:
    """Whether, where and how much a person pays for whom no employer does."""
    offers = life.all("offer")
    reviews, decides = life.draw("reviews_participation"), life.first("participation_chance")
    if not offers and reviews is None:
        return []
    lines = ["nobody pays for this person: an own decision"]
    if reviews is not None:
        lines.append(
            f"reconsiders with chance {percent(life.model.rules.habit)}, {drew(reviews)}: "
            + ("decides anew" if decides else "does as last year")
        )
    elif decides is not None:
        lines.append("no longer covered by an employer: decides anew")
    elif life.model.transitions:
        lines.append("past the retirement age and below the minimum: pays on, as chosen then")
    for offer, utility in zip_longest(offers, life.all("utility_of_paying")):
        lines += _offer(life, offer)
        if utility is not None:
            lines.append(
                f"utility of paying there: {written(terms.of_paying_utility(utility), '', 3)}; "
                f"over the scale {utility.given['scale']:g}: {utility.result:.3f}"
            )
    if where := life.first("place_chance"):
        lines.append(
            f"if paying, in the residence with chance {percent(where.result)} (taste fixed for life)"
        )
    u = life.draw("participation")
    if decides is not None and u is not None:
        lines.append(f"chance of paying {percent(decides.result)}, {drew(u)} (fixed for life)")
    booked = life.booked("flexible_dues")
    months = f" for {months_paid(life)} months" if booked else ""
    return [*lines, f"pays in {life.place(booked[0][0])}{months}" if booked else "does not pay"]


def _offer(life: Life, offer: Call) -> list[str]:
    """What paying in a place would mean: level and perceived value."""
    given = offer.given
    (level,), (valued,) = offer.inner("chooses_index"), offer.inner("value_of_paying")
    parts, spread = terms.of_paying(valued)
    over = f", over {spread:.1f} missing years {yuan(valued.result)} a year" if spread != 1.0 else ""
    return [
        f"in {_offering(life, offer)}: a yuan of base is worth {level.given['marginal_value']:.3f} and costs "
        f"{given['contribution_rate']:.3f}; income {level.given['income_ratio']:.2f} of the average wage of "
        f"{yuan(given['average_wage'])}, bounds {given['floor']:.3g} to {given['ceiling']:.3g}: index "
        f"{level.result:.3f}, base {yuan(offer.result.base)}",
        f"has {years(given['months'])} of the {years(given['scheme'].minimum_months)} needed, "
        f"{given['years_to_pension']:.1f} years to the pension",
        f"perceived value of paying: {written(parts, 'yuan')}{over}",
    ]


def _without_transfer(life: Life) -> str:
    """What becomes of the months of who does not ask for them to follow."""
    lost = life.draw("asks_transfer", people.LOST)
    share = life.model.rules.months_lost
    if lost is None or lost >= share:
        return "the months are kept, no money is sent"
    return f"the months stay behind for good, with chance {percent(share)}, {drew(lost)}"


def _offering(life: Life, offer: Call) -> str:
    """The place an offer is of: that with its average wage and floor."""
    rows = (life.before["hukou"], life.before["relation"], life.after["locality"])
    wanted = offer.given["average_wage"], offer.given["floor"]
    return next(life.place(c) for c in rows if (life.field("base_wage", c), life.field("floor", c)) == wanted)


def relation(life: Life) -> list[str]:
    """What happened to the pension relation."""
    lines = []
    if life.counted("new_insured"):
        lines.append(f"enrolled: relation in {life.place(life.after['relation'])}")
    if keeps := life.first("keeps_relation"):
        kept = (
            "keeps the relation and pays into a temporary account" if keeps.result else "the relation moves"
        )
        lines.append(f"pays away from the relation at {keeps.given['age']:g}: {kept}")
    asks = life.draw("asks_transfer")
    if asks is not None:
        share = life.model.rules.transfer_asked
        lines.append(
            f"asks for the transfer with chance {percent(share)}, {drew(asks)}: "
            + ("money is sent on" if asks < share else _without_transfer(life))
        )
    lines += [f"sent from {life.place(a)} to {life.place(b)}: {yuan(x)}" for a, b, x in life.sent()]
    if balance := life.first("account_balance"):
        given = balance.given
        lines.append(
            f"account: {yuan(given['opening'])} with {percent(given['interest'])} interest, credited "
            f"{yuan(given['credited'])} → {yuan(balance.result)}"
        )
    if index := life.first("contribution_index"):
        lines.append(f"index of the year's base: {index.result:.3f}")
    return lines
