"""One person's year: the pass run for one row, recorded, and held against the model's own."""

from __future__ import annotations

from typing import Any

import numpy as np

from abm.engine import passes, tables
from abm.engine.people import people_block
from abm.explain.moment import Moment
from abm.explain.recorder import Call, Recorder
from abm.explain.text import DisagreementError
from abm.population.persons import PERSON_COLUMNS, Flag, Status, birth_year_of
from abm.space import PROVINCE_NAMES, PROVINCES

DRAWS = ("uniform", "uniform_of", "gumbel", "normal")
N = len(PROVINCES)


class Life:
    """A person's row before and after the year, the calls the pass made for it, and the money it booked.

    Raises DisagreementError if the plain run and the model's compiled pass leave different rows.
    """

    def __init__(self, moment: Moment, row: int) -> None:
        self.moment = moment
        self.model = moment.model
        self.row = row
        persons = moment.population.persons
        self.before = {c.name: persons[c.name][row].item() for c in PERSON_COLUMNS}
        columns = tuple(persons[c.name].copy() for c in PERSON_COLUMNS)
        self._books = _books(moment)
        model = self.model
        place: np.ndarray = model.place
        pass_over = Recorder().run(
            people_block,
            row,
            row + 1,
            model.rules,
            model.keys,
            columns,
            place,
            moment.firm,
            moment.vacancies,
            moment.geography,
            moment.borders,
            moment.ages,
            moment.population.weights,
            *self._books,
        )
        self.calls: list[Call] = pass_over.calls
        self.after = {c.name: v[row].item() for c, v in zip(PERSON_COLUMNS, columns, strict=True)}
        self.weight = int(moment.population.weights[persons["stratum"][row]])
        self._streams = {int(key): name for name, key in model.keys._asdict().items()}
        self._compare()

    def _compare(self) -> None:
        made = self.model.population.persons
        for column in PERSON_COLUMNS:
            mine, theirs = self.after[column.name], made[column.name][self.row].item()
            if not np.isclose(mine, theirs, rtol=1e-5, atol=1e-6):
                raise DisagreementError(
                    f"person {self.before['id']} in {self.model.year}, {column.name}: "
                    f"the explanation ends with {mine}, the model with {theirs}"
                )

    # --- what the person is

    @property
    def birth_year(self) -> int:
        """Birth year, held in the id."""
        return int(birth_year_of(self.before["id"]))

    @property
    def age(self) -> int:
        """Age reached in the year."""
        return self.model.year - self.birth_year

    def has(self, flag: np.uint8, when: str = "before") -> bool:
        """Whether a flag of the row is set, ``before`` or ``after`` the year."""
        row = self.before if when == "before" else self.after
        return bool(row["flags"] & flag)

    @property
    def woman(self) -> bool:
        """Whether the person is a woman."""
        return self.has(Flag.FEMALE)

    @property
    def died(self) -> bool:
        """Whether the person died in the year."""
        return bool(self.after["status"] == Status.FREE)

    @property
    def retired_now(self) -> bool:
        """Whether the person's pension began this year."""
        return bool(self.before["status"] != Status.RETIRED and self.after["status"] == Status.RETIRED)

    @property
    def employed_by(self) -> int:
        """The employer whose staff the person was when wages were paid, a row of the employer table."""
        hired = self.first("draws_employer")
        return int(hired.result) if hired and hired.result >= 0 else int(self.before["employer"])

    def place(self, index: int) -> str:
        """The name of a locality."""
        places = self.model.places
        name = PROVINCE_NAMES[places.province_of[index]]
        return name if places.by_province else f"{places.names_zh[index]} ({name})"

    def field(self, name: str, locality: int) -> float:
        """A column of the place table the pass read (``tables.PLACE``)."""
        return float(self.model.place[locality, tables.PLACE.index(name)])

    # --- what the pass asked

    def all(self, name: str) -> list[Call]:
        """Calls of a decision or rule, in order, those inside other ones too."""
        return [call for outer in self.calls for call in outer.walk() if call.name == name]

    def first(self, name: str) -> Call | None:
        """The first call of a decision or rule, if there was one."""
        return next(iter(self.all(name)), None)

    def draw(self, stream: str, alternative: int | None = None) -> float | None:
        """The draw of a stream this year, of an ``alternative`` or else the plain one; None without."""
        drawn = {
            call.given.get("alternative"): float(call.result)
            for call in reversed(self.calls)
            if call.name in DRAWS and self._streams[int(call.given["key"])] == stream
        }
        if alternative is not None or None in drawn:
            return drawn.get(alternative)
        return next(reversed(drawn.values()), None)  # what was drawn first

    # --- what was booked

    def booked(self, measure: str) -> list[tuple[int, float]]:
        """Locality and yuan a person that the pass booked under a money measure (``tables.MEASURE``)."""
        row = self._books[0][tables.MEASURE.index(measure)]
        return [(int(c), float(row[c]) / self.weight / 100.0) for c in np.flatnonzero(row)]

    def counted(self, measure: str) -> bool:
        """Whether the person was counted under a measure of persons."""
        return bool(self._books[0][tables.MEASURE.index(measure)].any())

    def sent(self) -> list[tuple[int, int, float]]:
        """Money sent on with the person: from, to, yuan a person."""
        ported = self._books[2]
        return [
            (int(a), int(b), float(ported[a, b]) / self.weight / 100.0)
            for a, b in zip(*np.nonzero(ported), strict=True)
        ]


def _books(moment: Moment) -> tuple[Any, ...]:
    """Empty sums for one person's pass."""
    n = moment.model.places.n
    return (
        np.zeros((len(tables.MEASURE), n), np.int64),
        np.zeros((N, N), np.int64),
        np.zeros((n, n), np.int64),
        np.zeros((passes.group_count(), len(tables.GROUP)), np.int64),
        np.zeros((moment.firm.shape[0], len(tables.FIRM_SUM)), np.int64),
    )
