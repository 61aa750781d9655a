"""What an employer decides: how much of the wage to declare, how many staff to register, where to be.

Pure functions of scalars, compiled for the pass and callable in plain Python. Rates are shares of wages.
"""

from __future__ import annotations

from abm.compile import decision

FULL, FIXED_PAY, TIERED, FLOOR = 0, 1, 2, 3
MODE_NAMES = ("full", "fixed", "tiered", "floor")


@decision
def hidden_share(rate: float, detection: float, fine: float, value: float, cost: float) -> float:
    """The share s of a wage that is hidden from the contribution base.

    Minimises the expected levy plus the cost of concealment g s²/2: the combined ``rate`` is saved on what
    is hidden, found with probability ``detection`` and then paid ``fine`` times (back payment included);
    the worker's ``value`` of a yuan of base is lost on what stays hidden:
    s* = clip[((1 − pF)τ − (1 − p)v)/g, 0, 1].
    """
    gain = (1.0 - detection * fine) * rate - (1.0 - detection) * value
    return min(max(gain / cost, 0.0), 1.0)


@decision
def staff_left_out(rate: float, detection: float, fine: float, value: float, cost: float) -> float:
    """The share of staff not registered: the trade-off of :func:`hidden_share` on the extensive margin."""
    return hidden_share(rate, detection, fine, value, cost)


@decision
def registered_share(chosen: float, inspection: float, review: float) -> float:
    """Share of staff registered in the long run, where the employer chooses to register the share ``chosen``.

    Each year an inspection comes with probability ``inspection`` and all staff are registered; otherwise the
    employer sets the registration of a member of staff anew with probability ``review``: the steady state of
    x' = p + (1 − p)(ρ c + (1 − ρ) x).
    """
    return (inspection + (1.0 - inspection) * review * chosen) / (1.0 - (1.0 - inspection) * (1.0 - review))


@decision
def concealment_cost(
    own: float, compliant_peers: float, hidden_bill: float, peer_weight: float, size_weight: float
) -> float:
    """Cost parameter g of an employer: its own, rising with compliant local peers and its own hidden bill.

    ``compliant_peers`` is the share of local staff with employers that declare in full, ``hidden_bill`` the
    hidden wage bill over the mean employer's wage bill of the place.
    """
    return own * (1.0 + peer_weight * compliant_peers + size_weight * hidden_bill)


@decision
def declaration_mode(
    hidden: float, mean_wage: float, floor: float, full_below: float, fixed_pay_below: float
) -> int:
    """How the base is declared, in the field's words: in full, fixed pay only, in tiers, at the floor."""
    if mean_wage * (1.0 - hidden) <= floor and hidden > full_below:
        return FLOOR
    if hidden <= full_below:
        return FULL
    return FIXED_PAY if hidden <= fixed_pay_below else TIERED


@decision
def exempt_years_left(arrived: int, year: int, lasts: int) -> int:
    """Years, this one included, in which what the place offers to newcomers still holds.

    ``arrived`` is the year of the last move into another province, 0 without one; offers hold for ``lasts``
    years, that of arrival first.
    """
    if arrived <= 0:
        return 0
    return max(arrived + lasts - year, 0)


@decision
def worth_of_years(years: int, discount: float) -> float:
    """Worth of one yuan in each of the next ``years`` over that of one a year for good."""
    return 1.0 - discount**years


@decision
def return_on_capital(output: float, wage: float, levy: float, staff: float, capital: float) -> float:
    """Net return r = (Y − w(1 + t)L)/K of an employer's capital; all money in yuan a year."""
    return (output - wage * (1.0 + levy) * staff) / capital


@decision
def location_value(
    rate_of_return: float,
    sensitivity: float,
    moving_cost: float,
    home_bias: float,
    is_here: bool,
    is_home: bool,
    taste: float,
) -> float:
    """Utility of a location to a mobile employer; the largest wins, ``taste`` is a Gumbel draw."""
    value = sensitivity * rate_of_return + taste
    if not is_here:
        value -= moving_cost
    if is_home:
        value += home_bias
    return value
