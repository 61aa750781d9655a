"""What modules make of the averages that dues and pensions rest on, and of supplements (5.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from oracle.model import Oracle


def part(model: Oracle, year: int, *modules: str) -> float:
    """The part of a year in which a module is on; of several the largest."""
    on = model.scenario.modules_at(year)
    return max(on[module] for module in modules)


def done(model: Oracle, *modules: str) -> float:
    """How far a transition has come that the unifying modules began."""
    before = sum(part(model, year, *modules) for year in range(model.scenario.start, model.year))
    return min((before + 1.0) / model.parameters.value("modules.transition_years", model.year), 1.0)


def mean_wage(model: Oracle) -> float:
    """Last year's wage of the provinces, by the formal jobs of that year."""
    year = max(model.year - 1, model.scenario.start)
    jobs = model.jobs_of("formal", year)
    return sum(j * w for j, w in zip(jobs, model.province_wage_before, strict=True)) / sum(jobs)


def eased(model: Oracle, own: float, unified: float, modules: tuple[str, ...]) -> float:
    """A value on its way from own to unified, by the part of the year the transition is on."""
    on = part(model, model.year, "transition")
    return (1.0 - on) * unified + on * (own + done(model, *modules) * (unified - own))


def base_wages(model: Oracle) -> list[float]:
    """The average that contribution bases rest on, by province."""
    rules = model.rules
    calibre = 1.0 + rules.full_calibre * (rules.private_wage_ratio - 1.0)
    u = model.parameters.value("modules.unified_contribution_base", model.year)
    result = []
    for wage in model.province_wage_before:
        own = wage * calibre
        unified = own + u * (mean_wage(model) * calibre - own)
        result.append(eased(model, own, unified, ("unified_contributions",)))
    return result


def benefit_wages(model: Oracle, last_year: list[float] | None) -> list[float]:
    """The average that new pensions rest on, by province: low ones are kept, high ones limited."""
    rules, year = model.rules, model.year
    one = part(model, year, "one_average_wage")
    f = (1.0 - one) * rules.benefit_full_calibre + one * rules.full_calibre
    calibre, before = (1.0 + x * (rules.private_wage_ratio - 1.0) for x in (f, rules.benefit_full_calibre))
    u = model.parameters.value("modules.unified_benefit_base", year)
    on, far = part(model, year, "transition"), done(model, "unified_benefits", "one_average_wage")
    result = []
    for p, wage in enumerate(model.province_wage_before):
        own, with_module = wage * before, wage * calibre
        unified = with_module + u * (mean_wage(model) * calibre - with_module)
        if unified > own:
            moved = own + far * (unified - own)
        elif far < 1.0 and last_year is not None:
            moved = max(unified, min(own, last_year[p]))
        else:
            moved = unified
        result.append((1.0 - on) * unified + on * moved)
    return result


def supplements(model: Oracle) -> list[float]:
    """What places add to the rise of enterprise pensions, by locality."""
    value, year = model.parameters.value, model.year
    given = value("adjustment.local_supplement", year)
    pressure = value("modules.parity_pressure", year) if model.rules.transitions else 0.0
    items = part(model, year, "unified_items")
    result = []
    for c in range(len(model.province_of)):
        own = given + (pressure * lag(model, c) if pressure > 0.0 else 0.0)
        result.append(eased(model, own, own * (1.0 - items), ("unified_items",)))
    return result


def lag(model: Oracle, c: int) -> float:
    """How far the mean pension lies behind those of better-off neighbours, over itself."""
    one_tier = len(model.province_of) == 31
    own, people = model.means[False][c][0], model.counts.places
    if own <= 0.0:
        return 0.0
    total = behind = 0.0
    for d in range(len(model.province_of)):
        other = model.means[False][d][0]
        if d == c or other <= own or (not one_tier and model.province_of[d] != model.province_of[c]):
            continue
        weight = float(people["retirees"][d] - people["retirees_public"][d])
        weight /= model.distance[c][d] if one_tier else 1.0
        total += weight
        behind += weight * (other - own)
    return behind / total / own if total > 0.0 else 0.0
