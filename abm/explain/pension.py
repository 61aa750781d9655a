"""How a pension came about, what was chosen instead of one, and how one in payment rose."""

from __future__ import annotations

from abm.explain import terms
from abm.explain.life import Life
from abm.explain.text import drew, percent, same, years, yuan
from abm.explain.text import terms as written
from abm.population.persons import Flag, Status


def retirement(life: Life) -> list[str]:
    """Early retirement, the pension formula part by part, or the choice below the minimum."""
    lines = _early(life)
    if life.first("paying_place"):
        return lines + _formula(life)
    if public := life.first("public_pension"):
        same("pension", public.result, life.after["pension"])
        given = ", ".join(f"{name.replace('_', ' ')} {value:,.4g}" for name, value in public.given.items())
        return [*lines, f"retires from the public staff ({given}): pension {yuan(public.result)} a year"]
    return lines + _buying_in(life) + _below_minimum(life)


def _buying_in(life: Life) -> list[str]:
    """The offer to buy the minimum at once past the age, and what came of it."""
    call, bought = life.first("value_of_buying_in"), life.counted("bought_in")
    if call is None and not bought:
        return []
    lines = ["past the retirement age and never a member"]
    if call is not None:
        given, tried = call.given, life.first("participation_chance")
        n = years(given["scheme"].minimum_months)
        lines.append(
            f"a window is open: {n} at {given['floor']:.3g} times {yuan(given['average_wage'])} may be "
            f"bought at once, perceived worth {call.result:+.3f} per yuan of base"
        )
        if tried is not None:
            drawn = life.draw("participation")
            lines.append(f"buys with chance {percent(tried.result)}" + (f", {drew(drawn)}" if drawn else ""))
    else:
        lines.append("comes with another scheme that merges into this one this year")
    if bought:
        lines.append(
            f"pays {yuan(life.booked('flexible_dues')[0][1])} and draws {yuan(life.after['pension'])} a year"
        )
    return lines


def _early(life: Life) -> list[str]:
    call = life.first("retires_early")
    if call is None:
        return []
    wish, chance = terms.of_early_retirement(call)
    given = call.given
    return [
        f"early retirement: pension about {percent(given['replacement'])} of the wage, indifferent at "
        f"{percent(given['indifferent'])}, so wants it with {percent(wish)}; the office approves "
        f"{percent(given['hazard'])} (leniency): chance {percent(chance)}, {drew(given['u'])}: "
        + ("retires early" if call.result else "goes on")
    ]


def _formula(life: Life) -> list[str]:
    place, base, transitional, account = (
        life.all(name)[0]
        for name in ("paying_place", "base_pension", "transitional_pension", "account_pension")
    )
    given, payer = base.given, int(place.result)
    whole = 12.0 * (base.result + transitional.result + account.result)
    same("pension", whole, life.after["pension"])
    if payer == place.given["relation"]:
        why = "the relation is there"
    elif payer == place.given["last_qualified"]:
        why = "the last place with ten years"
    else:
        why = "the hukou place, for no place has ten years"
    return [
        f"retires: {years(given['months'])} paid and deemed, mean index {given['mean_index']:.3f}; "
        f"{life.place(payer)} pays ({why})",
        f"W = {yuan(given['W'])} a month, the average wage of the year before in {life.place(payer)}",
        f"base part: W (1 + {given['mean_index']:.3f})/2 × {given['months'] / 12:.2f} years × "
        f"{percent(given['rate'], 0)} = {yuan(base.result)} a month",
        f"transitional part: W × {given['mean_index']:.3f} × {transitional.given['deemed_months'] / 12:.2f} "
        f"deemed years × {percent(transitional.given['k'])} = {yuan(transitional.result)} a month",
        f"account part: {yuan(account.given['balance'])} / {account.given['divisor']:.1f} months = "
        f"{yuan(account.result)} a month",
        f"pension {yuan(whole / 12.0)} a month, {yuan(whole)} a year",
    ]


def _below_minimum(life: Life) -> list[str]:
    call = life.first("below_minimum")
    if call is None:
        return []
    scale, options = call.given["scale"], terms.of_below_minimum(call)
    utility = {name: value / scale + taste for name, (value, taste) in options.items()}
    return [
        f"reaches the retirement age with {years(call.given['months'])} of the "
        f"{years(call.given['scheme'].minimum_months)} needed; values against having the account refunded:",
        *(
            f"  {name}: {yuan(value)} / {scale:g} + taste draw {taste:+.3f} = {utility[name]:+.3f}"
            for name, (value, taste) in options.items()
        ),
        f"chooses: {max(utility, key=lambda name: utility[name])}",
    ]


def in_payment(life: Life) -> list[str]:
    """The yearly rise of a pension."""
    call = life.first("annual_adjustment")
    if call is None or life.before["status"] != Status.RETIRED:
        return []
    given = call.given
    return [
        f"last year's pension {yuan(given['pension'])} a year; average of the payer's pensioners "
        f"{yuan(given['average_pension'])}, rate {percent(given['law'].rate + given['supplement'])}",
        f"rise: {written(terms.of_adjustment(call), 'yuan')} → {yuan(given['pension'] + call.result)}",
        *_supplement(life),
    ]


def _supplement(life: Life) -> list[str]:
    """What the paying place adds to a pension of the enterprise scheme."""
    share = life.field("supplement", life.after["relation"])
    if share < 0.0005 or life.after["flags"] & Flag.PUBLIC:
        return []
    return [f"{life.place(life.after['relation'])} pays {percent(share)} on top"]
