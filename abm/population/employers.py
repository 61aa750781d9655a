"""The initial employers: where they are, who owns them, how many staff and how much capital they have."""

from __future__ import annotations

import numpy as np

from abm import draws
from abm.parameters import Parameters
from abm.population import apportion
from abm.population.base import Base
from abm.population.persons import Flag, Status
from abm.population.places import Places
from abm.space import PROVINCE_NAMES

PRIVATE, STATE, FOREIGN = 0, 1, 2
OWNERSHIP_NAMES = ("private", "state", "foreign")
EMPLOYER_SERIAL_BITS = 20


def synthesise(
    parameters: Parameters,
    places: Places,
    base: Base,
    columns: dict[str, np.ndarray],
    table: dict[str, np.ndarray],
    scale: int,
    seed: int,
) -> dict[str, np.ndarray]:
    """Build the employer table and give every member of staff an employer (row in ``table['employer']``).

    Columns: ``id``, ``home`` (province of origin), ``locality``, ``ownership``, ``jobs`` (staff wanted,
    persons), ``capital`` (yuan), ``premium`` (wage over the place's average), ``log_cost`` (own concealment
    cost, standard normal), ``log_coverage_cost``, ``mobile``, ``coverage``, ``hidden``, and last year's
    ``staff``, ``insured`` (persons), ``wages``, ``declared`` (yuan).
    """
    year = base.year
    tail = parameters.value("employer.size_tail", year)
    state_share = parameters.value("labour.state_share", year)
    foreign_share = parameters.value("labour.foreign_share", year)
    grain = parameters.value("employer.staff_agents", year)
    formal = np.flatnonzero(columns["status"] == Status.FORMAL)
    parts = []
    for p in range(len(PROVINCE_NAMES)):
        staff = formal[columns["province"][formal] == p]
        n = max(round(len(staff) / grain), 6)
        size = (1.0 - (np.arange(n) + 0.5) / n) ** (-1.0 / tail)
        size = np.minimum(size, 0.05 * size.sum()) if n > 40 else size
        identity = ((np.full(n, 0) * 32 + p) << EMPLOYER_SERIAL_BITS) + np.arange(n)
        order = np.argsort(draws.uniforms(draws.key(seed, "synthesis order", 3), identity), kind="stable")
        rank = np.empty(n)
        rank[order] = (np.cumsum(size[order]) - 0.5 * size[order]) / size.sum()
        ownership = np.where(
            rank < state_share, STATE, np.where(rank > 1.0 - foreign_share, FOREIGN, PRIVATE)
        )
        span = slice(places.first[p], places.first[p + 1])
        place = places.first[p] + apportion.spread(n, places.work_share[span])
        parts.append(
            {
                "id": identity,
                "home": np.full(n, p),
                "locality": place[np.argsort(order, kind="stable")],
                "ownership": ownership,
                "jobs": size / size.sum() * base.formal_jobs[p],
            }
        )
    firms = {name: np.concatenate([x[name] for x in parts]) for name in parts[0]}
    firms["id"] = firms["id"].astype(np.uint32)
    total = len(firms["id"])
    private = parameters.value("labour.private_wage_ratio", year)
    companies = parameters.value("labour.limited_companies_share", year)
    premium = companies + (1.0 - companies) * private
    firms["premium"] = np.where(firms["ownership"] == PRIVATE, premium, 1.0)
    firms["log_cost"] = draws.normals(draws.key(seed, "concealment cost"), firms["id"])
    firms["log_coverage_cost"] = draws.normals(draws.key(seed, "coverage cost"), firms["id"])
    mobile = draws.uniforms(draws.key(seed, "employer mobile"), firms["id"])
    firms["mobile"] = (firms["ownership"] != STATE) & (
        mobile < parameters.value("employer.mobile_share", year)
    )
    for name in (
        "capital",
        "coverage",
        "hidden",
        "base_found",
        "staff_found",
        "staff",
        "insured",
        "wages",
        "declared",
    ):
        firms[name] = np.zeros(total)
    at_start = parameters.table("employer.coverage_at_start", year)
    _hire(columns, table, firms, formal, {STATE: at_start["state"], FOREIGN: at_start["foreign"]})
    return firms


def _hire(
    columns: dict[str, np.ndarray],
    table: dict[str, np.ndarray],
    firms: dict[str, np.ndarray],
    formal: np.ndarray,
    at_start: dict[int, float],
) -> None:
    """Staff the employers in proportion to jobs, the insured by coverage; set coverage and headcounts.

    Where a province has several localities the staff move to their employer's.
    """
    weight = columns["weight"]
    for p in range(len(PROVINCE_NAMES)):
        rows = np.flatnonzero(firms["home"] == p)
        staff = formal[columns["province"][formal] == p]
        covered = (columns["flags"][staff] & Flag.COVERED) > 0
        insured_persons = weight[staff[covered]].sum()
        jobs, own = firms["jobs"][rows], firms["ownership"][rows]
        coverage = np.array([at_start.get(int(o), 0.0) for o in own])
        private = own == PRIVATE
        rest = insured_persons - (jobs * coverage).sum()
        coverage[private] = np.clip(rest / jobs[private].sum(), 0.02, 0.98) if private.any() else 0.0
        scale = insured_persons / (jobs * coverage).sum()
        coverage = np.minimum(coverage * scale, 1.0)
        for members, share in ((staff[covered], coverage), (staff[~covered], 1.0 - coverage)):
            if len(members):
                mixed = members[np.argsort(table["log_skill"][members], kind="stable")]
                mixed = _deal(mixed)
                table["employer"][mixed] = rows[apportion.spread(len(mixed), jobs * share + 1e-9)]
        firms["coverage"][rows] = coverage
    table["locality"][formal] = firms["locality"][table["employer"][formal]]
    inside = formal[(columns["flags"][formal] & Flag.INSIDE) > 0]
    table["relation"][inside] = table["locality"][inside]
    local = formal[~columns["migrant"][formal]]
    table["hukou"][local] = table["locality"][local]
    firms["staff"] = np.bincount(table["employer"][formal], weight[formal], minlength=len(firms["id"]))


def _deal(sorted_rows: np.ndarray) -> np.ndarray:
    """Deal sorted rows like cards, so that consecutive ones differ and every employer gets a fair mix."""
    order = np.argsort(np.arange(len(sorted_rows)) * 0.6180339887498949 % 1.0, kind="stable")
    return sorted_rows[order]
