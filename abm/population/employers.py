"""The initial employers: where they are, who owns them, how many staff and how much capital they have."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from abm import draws
from abm.parameters import Parameters
from abm.population import apportion
from abm.population.base import Base
from abm.population.persons import Column, Flag, Status
from abm.population.places import Places
from abm.space import PROVINCES

PRIVATE, STATE, FOREIGN, COMPANY = range(4)
OWNERSHIP_NAMES = ("private", "state", "foreign", "company")
"""Private employers in the sense of the wage statistics, and limited and share-holding companies, which these
count among the non-private units."""
EMPLOYER_SERIAL_BITS = 20
N = len(PROVINCES)

COLUMNS: tuple[Column, ...] = (
    Column("id", "u4", "", "home province (index) and serial (20 bits)"),
    Column("home", "i8", "index", "province of origin"),
    Column("locality", "i8", "index", "where the employer is"),
    Column("ownership", "i8", "code", "private, state, foreign or company: see OWNERSHIP_NAMES"),
    Column("jobs", "f8", "persons", "staff wanted"),
    Column("premium", "f8", "ratio", "wage over the place's average"),
    Column("log_cost", "f8", "log", "own cost of hiding wages, standard normal"),
    Column("log_coverage_cost", "f8", "log", "own cost of leaving staff out, standard normal"),
    Column("mobile", "?", "", "can move"),
    Column("arrived", "i8", "calendar year", "year of the last move into another province, 0 without"),
    Column("capital", "f8", "yuan", "capital"),
    Column("coverage", "f8", "share", "of its staff that it chooses to register"),
    Column("hidden", "f8", "share", "of the wage that it hides"),
    Column("exempt", "f8", "share", "of its dues that the place waives"),
    Column("base_found", "f8", "switch", "an audit found its hidden wages this year"),
    Column("staff_found", "f8", "switch", "an inspection found the staff it left out this year"),
    Column("staff", "f8", "persons", "staff at the last pass"),
    Column("insured", "f8", "persons", "of them insured"),
    Column("wages", "f8", "yuan", "wages of the insured at the last pass"),
    Column("declared", "f8", "yuan", "bases declared at the last pass"),
    Column("due_base", "f8", "yuan", "bases the insured should have had at the last pass"),
)
"""The columns of the table of employers, in its order."""


def synthesise(
    parameters: Parameters,
    places: Places,
    base: Base,
    p: int,
    columns: dict[str, np.ndarray],
    table: dict[str, np.ndarray],
    seed: int,
) -> dict[str, np.ndarray]:
    """Build the employers of province ``p`` and give all its staff one (row in ``table['employer']``).

    Its columns are ``COLUMNS``.
    """
    year = base.year
    tail = parameters.value("employer.size_tail", year)
    state_share = parameters.value("labour.state_share", year)
    foreign_share = parameters.value("labour.foreign_share", year)
    company_share = parameters.value("labour.limited_companies_share", year)
    company_share *= 1.0 - state_share - foreign_share
    grain = parameters.value("employer.staff_agents", year)
    formal = np.flatnonzero(columns["status"] == Status.FORMAL)
    n = max(round(len(formal) / grain), 6)
    size = (1.0 - (np.arange(n) + 0.5) / n) ** (-1.0 / tail)
    size = np.minimum(size, 0.05 * size.sum()) if n > 40 else size
    identity = (p << EMPLOYER_SERIAL_BITS) + np.arange(n)
    order = np.argsort(draws.uniforms(draws.key(seed, "synthesis order", 3), identity), kind="stable")
    rank = np.empty(n)
    rank[order] = (np.cumsum(size[order]) - 0.5 * size[order]) / size.sum()
    kinds = [rank < state_share, rank < state_share + company_share, rank > 1.0 - foreign_share]
    ownership = np.select(kinds, [STATE, COMPANY, FOREIGN], PRIVATE)
    span = slice(places.first[p], places.first[p + 1])
    place = places.first[p] + apportion.spread(n, places.work_share[span])
    firms = {
        "id": identity.astype(np.uint32),
        "home": np.full(n, p),
        "locality": place[np.argsort(order, kind="stable")],
        "ownership": ownership,
        "jobs": size / size.sum() * base.formal_jobs[p],
    }
    private = parameters.value("labour.private_wage_ratio", year)
    firms["premium"] = np.where(firms["ownership"] == PRIVATE, private, 1.0)
    firms["log_cost"] = draws.normals(draws.key(seed, "concealment cost"), firms["id"])
    firms["log_coverage_cost"] = draws.normals(draws.key(seed, "coverage cost"), firms["id"])
    mobile = draws.uniforms(draws.key(seed, "employer mobile"), firms["id"])
    firms["mobile"] = (firms["ownership"] != STATE) & (
        mobile < parameters.value("employer.mobile_share", year)
    )
    firms["arrived"] = np.zeros(n, np.int64)
    for name in (
        "capital",
        "coverage",
        "hidden",
        "exempt",
        "base_found",
        "staff_found",
        "staff",
        "insured",
        "wages",
        "declared",
        "due_base",
    ):
        firms[name] = np.zeros(n)
    _hire(columns, table, firms, formal)
    return firms


def _hire(
    columns: dict[str, np.ndarray],
    table: dict[str, np.ndarray],
    firms: dict[str, np.ndarray],
    formal: np.ndarray,
) -> None:
    """Staff the employers in proportion to jobs, covered and uncovered alike; set headcounts.

    Where a province has several localities the staff move to their employer's. Which employers the covered
    work for is settled with the employers' own decisions (:class:`Deal`).
    """
    weight = columns["weight"]
    covered = (columns["flags"][formal] & Flag.COVERED) > 0
    for members in (formal[covered], formal[~covered]):
        if len(members):
            mixed = _deal(members[np.argsort(table["log_skill"][members], kind="stable")])
            table["employer"][mixed] = apportion.spread(len(mixed), firms["jobs"])
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


AT_ONCE = 1 << 22
"""Rows at a time that are searched for staff."""

ALIGNING_TURNS = 30
"""Turns in which staff whose cover does not fit their employer change places."""


class Deal:
    """Deals the covered staff of each locality to employers by the shares these would keep registered.

    Staff keep their locality; an employer's headcount follows its jobs. ``persons`` and ``firms`` are the
    tables of the initial population, ``weights`` the persons by stratum, ``n`` the number of localities.
    """

    def __init__(
        self, persons: dict[str, np.ndarray], weights: np.ndarray, firms: dict[str, np.ndarray], n: int
    ) -> None:
        self._employer, self._jobs, self._n = persons["employer"], firms["jobs"], n
        self._at = firms["locality"]
        order = np.argsort(self._at, kind="stable")
        self._there = np.split(order, np.searchsorted(self._at[order], np.arange(1, n)))
        self._groups, self._share = [], np.zeros(n)
        for place, rows in enumerate(_staff(persons, n)):
            covered = (persons["flags"][rows] & Flag.COVERED) > 0
            weight = weights[persons["stratum"][rows]].astype(np.float64)
            self._share[place] = (weight * covered).sum() / max(weight.sum(), 1.0)
            skill = persons["log_skill"][rows]
            self._groups.append(
                tuple(
                    _deal(rows[chosen][np.argsort(skill[chosen], kind="stable")])
                    for chosen in (covered, ~covered)
                )
            )

    def by(self, registered: np.ndarray) -> None:
        """Deal anew, the covered by ``registered`` (employers,), the share each keeps registered."""
        share = np.maximum(registered, 1e-6)
        low, high = np.full(self._n, -20.0), np.full(self._n, 20.0)
        for _ in range(60):
            middle = 0.5 * (low + high)
            above = self._mean(np.minimum(np.exp(middle)[self._at] * share, 1.0)) > self._share
            low, high = np.where(above, low, middle), np.where(above, middle, high)
        share = np.minimum(np.exp(low)[self._at] * share, 1.0)
        for (covered, others), firms in zip(self._groups, self._there, strict=True):
            jobs, part = self._jobs[firms], share[firms]
            self._spread(covered, firms, jobs * part + 1e-9)
            self._spread(others, firms, jobs * (1.0 - part) + 1e-9)

    def align(self, coverage: np.ndarray, draw: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> None:
        """Let staff of one locality change places until their cover is what their employer would choose.

        Whether an employer that covers the share ``coverage`` (employers,) covers a person hangs on a lasting
        draw of the pair, ``draw(rows, employers)``: a covered person's must lie below the share, another's
        above. Those of whom this does not hold change places, always within the covered or the others.
        """
        for groups in self._groups:
            for members, covered in zip(groups, (True, False), strict=True):
                rows = members
                for turn in range(1, ALIGNING_TURNS + 1):
                    employers = self._employer[rows]
                    wrong = (draw(rows, employers) < coverage[employers]) != covered
                    rows, employers = rows[wrong], employers[wrong]
                    if len(rows) == 0:
                        break
                    self._employer[rows] = np.roll(employers, -turn)

    def _mean(self, share: np.ndarray) -> np.ndarray:
        """Mean of a share over the jobs of each locality."""
        jobs = np.bincount(self._at, self._jobs, minlength=self._n)
        return np.bincount(self._at, self._jobs * share, minlength=self._n) / np.maximum(jobs, 1e-9)

    def _spread(self, rows: np.ndarray, firms: np.ndarray, places: np.ndarray) -> None:
        """Give the rows of a locality its employers, systematically by ``places`` (a number for each)."""
        if len(rows):
            self._employer[rows] = firms[apportion.spread(len(rows), places)]


def _staff(persons: dict[str, np.ndarray], n: int) -> Iterator[np.ndarray]:
    """Rows of the staff of each locality in turn, in order; 31 bits suffice for a row."""
    status, place = persons["status"], persons["locality"]
    formal = np.concatenate(
        [
            first + np.flatnonzero(status[first : first + AT_ONCE] == Status.FORMAL).astype(np.int32)
            for first in range(0, len(status), AT_ONCE)
        ]
    )
    where = place[formal]
    count = np.bincount(where, minlength=n)
    if n > N:  # localities of a province are mixed
        formal = formal[np.argsort(where, kind="stable")]
    yield from np.split(formal, np.cumsum(count)[:-1])
