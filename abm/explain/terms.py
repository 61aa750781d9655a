"""The terms of a recorded value, named; each list must add up to what the decision itself returned."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from abm.agents import worker
from abm.draws import gumbel
from abm.explain.life import Life
from abm.explain.recorder import Call
from abm.explain.text import DisagreementError, same
from abm.space import PROVINCES

N = len(PROVINCES)


def of_base(call: Call) -> dict[str, float]:
    """Terms of ``worker.value_of_base``: yuan of perceived pension a yuan of base."""
    given = call.given
    annuity, on_account = (inner.result for inner in call.inner("expects_annuity"))
    account = given["scheme"].account_share * 12.0 / given["divisor"] * on_account
    parts = {"basic pension": 0.005 * annuity, "account": account}
    parts = {name: float(given["awareness"] * given["kept"] * amount) for name, amount in parts.items()}
    same("value of a yuan of base", sum(parts.values()), call.result)
    return parts


def of_paying(call: Call) -> tuple[dict[str, float], float]:
    """Terms of ``worker.value_of_paying`` in yuan, and the years the whole plan is spread over.

    Below the minimum the terms are those of the plan "pay until the minimum, then draw"; the value is their
    sum over the years.
    """
    given, scheme, kept = call.given, call.given["scheme"], call.given["prospect"].kept
    believed = call.given["tastes"].awareness * kept
    base = given["index"] * given["average_wage"]
    cost = given["contribution_rate"] * base
    annuities = [inner.result for inner in call.inner("expects_annuity")]
    pension = given["average_wage"] * 0.5 * (1.0 + given["index"]) * 0.01
    credited = scheme.account_share * base * 12.0 / given["divisor"] * annuities[1]
    missing = (scheme.minimum_months - given["months"]) / 12.0
    spread = 1.0
    if missing <= 0.0:
        parts = {
            "a year's more basic pension": believed * pension * annuities[0],
            "a year's more account": believed * credited,
            "a year's contribution": -cost,
        }
    elif len(annuities) < 3:
        parts = {"a year's contribution, for the minimum cannot be reached": -cost}
    else:
        spread = max(missing, 1.0)
        own = 12.0 / given["divisor"] * annuities[1] * believed - 1.0
        parts = {
            "basic pension of the minimum years": believed
            * pension
            * scheme.minimum_months
            / 12.0
            * annuities[0],
            "account still to be filled": believed * missing * credited,
            "today's account as a pension, not refunded": given["account"] * own,
            "resident pension given up": -kept * scheme.resident_pension * annuities[2],
            "contributions still needed": -missing * cost,
        }
    same("value of paying", sum(parts.values()) / spread, call.result)
    return {name: float(amount) for name, amount in parts.items()}, float(spread)


def of_paying_utility(call: Call) -> dict[str, float]:
    """Terms of ``worker.utility_of_paying``, per yuan of base, before the division by the scale."""
    given = call.given
    parts = {
        "value per yuan of base": given["value"],
        "inclination": given["inclination"],
        "burden on income": -given["aversion"] * given["contribution_rate"] * given["base"] / given["income"],
    }
    same("utility of paying", sum(parts.values()) / given["scale"], call.result)
    return {name: float(amount) for name, amount in parts.items()}


def of_below_minimum(call: Call) -> dict[str, tuple[float, float]]:
    """Value (yuan, against the account refunded) and taste draw of each option of ``below_minimum``."""
    given, tastes = call.given, call.given["tastes"]
    missing = (given["scheme"].minimum_months - given["months"]) / 12.0
    annuity = call.inner("expects_annuity")[-1].result
    options = {
        "go on paying": (max(missing, 1.0) * call.inner("value_of_paying")[0].result, given["g0"]),
        "lump sum": (0.0, given["g1"]),
        "resident scheme": (
            given["account"] * (tastes.awareness * 12.0 / given["divisor"] * annuity - 1.0),
            given["g2"],
        ),
    }
    best = max(options, key=lambda name: options[name][0] / given["scale"] + options[name][1])
    codes = {
        worker.CONTINUE: "go on paying",
        worker.LUMP_SUM: "lump sum",
        worker.RESIDENT_SCHEME: "resident scheme",
    }
    if codes[call.result] != best:
        raise DisagreementError(
            f"choice below the minimum: {best} explained, {codes[call.result]} in the model"
        )
    return options


def of_early_retirement(call: Call) -> tuple[float, float]:
    """The wish to retire early, and the chance that it happens, of ``worker.retires_early``."""
    given = call.given
    wish = 1.0 / (1.0 + math.exp(-(given["replacement"] - given["indifferent"]) / given["scale"]))
    chance = float(given["hazard"] * wish)
    if (given["u"] < chance) != call.result:
        raise DisagreementError(f"early retirement: chance {chance}, draw {given['u']}, but {call.result}")
    return wish, chance


def of_adjustment(call: Call) -> dict[str, float]:
    """Terms of ``benefits.annual_adjustment``: flat, linked and tilted part of the rise, yuan."""
    given, law = call.given, call.given["law"]
    rate = law.rate + given["supplement"]
    tilt = law.tilt_share if given["old_fraction"] > 0.0 else 0.0
    parts = {
        "flat": rate * law.flat_share * given["average_pension"],
        "linked": rate * (1.0 - law.flat_share - tilt) * given["pension"],
    }
    if tilt > 0.0 and given["age"] >= law.tilt_age:
        parts["for the old"] = rate * tilt * given["average_pension"] / given["old_fraction"]
    same("rise of the pension", sum(parts.values()), call.result)
    return {name: float(amount) for name, amount in parts.items()}


class Destinations(NamedTuple):
    """The options of a person who weighs a move: arrays (31,) in province order, terms by name."""

    terms: dict[str, np.ndarray]  # wage and distance relative to staying
    taste: np.ndarray
    odds: np.ndarray  # before the taste draw is known

    @property
    def utility(self) -> np.ndarray:
        """The sum of all terms and the taste draw."""
        return sum(self.terms.values(), start=self.taste)


def of_destinations(life: Life, call: Call) -> Destinations:
    """Terms of ``chooses_province``, (31,) each."""
    model, given = life.model, call.given
    here, hukou = int(given["here"]), int(given["hukou"])
    value, year = model.parameters.value, model.year
    beta = value("worker.wage_weight", year)
    distance = model.places.distance[here]
    away, home = np.arange(N) != here, np.arange(N) == hukou
    compatriots = np.where(home, 0.0, life.moment.compatriots[hukou])
    taste = np.array([gumbel(given["key"], given["identity"], k) for k in range(N)])
    at_stake = [float(stake.result) for stake in call.inner("pension_at_stake")[:N]] or [0.0] * N
    terms = {
        "wage": beta * np.log(model.wages / model.wages[here]),
        "distance": -beta * value("worker.distance_to_wage", year) * np.log(distance / distance[here]),
        "hukou": value("worker.hukou_weight", year) * home,
        "compatriots": value("worker.network_weight", year) * np.log1p(compatriots / 1000.0),
        "attraction": model.attraction - model.attraction[here],
        "moving cost": -model.moving_cost * away,
        "pension": float(given["weight"]) * np.array(at_stake),
    }
    found = given["staying"][here] - given["staying"][here, here] + given["pull"][hukou] + terms["pension"]
    total = np.sum(list(terms.values()), axis=0)
    if not np.allclose(total, found, atol=1e-9):
        raise DisagreementError(f"utilities of living somewhere: {total} explained, {found} in the model")
    if int(np.argmax(total + taste)) != call.result:
        raise DisagreementError(
            f"destination: {np.argmax(total + taste)} explained, {call.result} in the model"
        )
    odds = np.exp(total - total.max())
    return Destinations(terms, taste, odds / odds.sum())
