"""Phase: what the year's bases and rises are, under the institutions that may be switched on."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np

from abm.scheme import transition

Value = TypeVar("Value", float, np.ndarray)

if TYPE_CHECKING:
    from abm.model import PensionModel


def bases(model: PensionModel) -> tuple[np.ndarray, np.ndarray]:
    """Average wages on which contribution bases and new pensions rest, (31,) each, yuan a year."""
    value, year, own = model.parameters.value, model.year, model.wages_before
    on = model.scenario.modules_at(year)
    mixed = value("regimes.private_wage_ratio", year) - 1.0
    mean = national_mean(model)
    revenue_side = value("contributions.base_full_calibre", year)
    benefit_side = value("benefits.base_full_calibre", year)

    calibre = 1.0 + revenue_side * mixed
    revenue = own * calibre
    unified = revenue + value("modules.unified_contribution_base", year) * (mean * calibre - revenue)
    done = part_done(model, ("unified_contributions",))
    stepped = transition.step_by_step(revenue, unified, done)
    base = _mixed(unified, stepped, on["transition"])

    benefit = own * (1.0 + benefit_side * mixed)
    calibre = 1.0 + (benefit_side + on["one_average_wage"] * (revenue_side - benefit_side)) * mixed
    unified = own * calibre
    unified = unified + value("modules.unified_benefit_base", year) * (mean * calibre - unified)
    done = part_done(model, ("unified_benefits", "one_average_wage"))
    before = model.benefit_wages if model.counted else unified
    kept = transition.keep_low_limit_high(benefit, unified, before, done)
    return base, _mixed(unified, kept, on["transition"])


def _mixed(at_once: Value, in_steps: Value, share: float) -> Value:
    """What holds in a year in whose ``share`` the transition is on."""
    return at_once if share <= 0.0 else share * in_steps + (1.0 - share) * at_once


def national_mean(model: PensionModel) -> float:
    """Last year's average wage of the nation, yuan: provinces by their formal jobs."""
    jobs = model.economy.at("formal_jobs", max(model.year - 1, model.scenario.start))
    return float((model.wages_before * jobs).sum() / jobs.sum())


def part_done(model: PensionModel, modules: tuple[str, ...]) -> float:
    """How far the transition of what ``modules`` unify has come in this year, 0..1."""
    years = range(model.scenario.start, model.year)
    before = sum(max(model.scenario.modules_at(year)[name] for name in modules) for year in years)
    return transition.part_done(before, model.parameters.value("modules.transition_years", model.year))


def rise_supplements(model: PensionModel) -> np.ndarray:
    """What each place adds to the nation's rise of enterprise pensions, (n,), share a year.

    Places under pressure for parity make up for a part of what better-off neighbours are ahead, by last
    year's mean pensions. Where benefit items are unified nobody adds anything, at once or in steps.
    """
    value, year = model.parameters.value, model.year
    pressure = value("modules.parity_pressure", year)
    added = np.full(model.places.n, value("adjustment.local_supplement", year))
    if pressure > 0.0 and model.counted:
        added += pressure * lag(model.pension_means["average_pension"], neighbours(model))
    return added * room_for_local_items(model)


def room_for_local_items(model: PensionModel) -> float:
    """How much of what places may add to pensions they may still add, 0..1: less once items are unified."""
    on = model.scenario.modules_at(model.year)
    at_once = 1.0 - on["unified_items"]
    in_steps = transition.step_by_step(1.0, at_once, part_done(model, ("unified_items",)))
    return _mixed(at_once, in_steps, on["transition"])


def lag(pensions: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """How far better-off neighbours are ahead, (n,), in own mean pensions; zero where nobody is.

    ``pensions`` (n,) are mean pensions, zero where there are none; ``weights`` (n, n) [place, neighbour].
    """
    ahead = np.maximum(pensions[None, :] - pensions[:, None], 0.0)
    better = weights * (ahead > 0.0)
    mean = (better * ahead).sum(axis=1) / np.maximum(better.sum(axis=1), 1e-12)
    return np.where(pensions > 0.0, mean / np.maximum(pensions, 1.0), 0.0)


def neighbours(model: PensionModel) -> np.ndarray:
    """Weights (n, n) of the places each looks at: other localities of the province by their pensioners;
    where each province is one locality, the other provinces by pensioners over distance."""
    places, sums = model.places, model.sums
    heads = (sums["retirees"] - sums["retirees_public"]).astype(np.float64)
    province = places.province_of
    if places.by_province:
        near = 1.0 / places.distance
    else:
        near = (province[:, None] == province[None, :]).astype(np.float64)
    weights = near * heads
    np.fill_diagonal(weights, 0.0)
    return weights
