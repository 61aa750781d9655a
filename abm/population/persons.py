"""What a person is: the columns of the person table, declared once, and what its codes mean.

A row stands for ``weight`` whole persons of 16 and over; the weight comes from the row's stratum, which
travels with the person. Fixed traits (birth month, patience, awareness) are hashed from the id.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from abm.errors import UserError
from abm.population import storage
from abm.space import PROVINCE_NAMES


class Column(NamedTuple):
    """One column of an agent table: its name, storage type, unit and meaning."""

    name: str
    dtype: str
    unit: str
    meaning: str


PERSON_COLUMNS: tuple[Column, ...] = (
    Column("id", "u4", "", "birth year, hukou province and serial number: see make_id"),
    Column("status", "u1", "code", "what the person does: see Status"),
    Column("flags", "u1", "bits", "sex and scheme membership: see Flag"),
    Column("stratum", "u1", "index", "weight stratum: (province of the stratum, group, remainder)"),
    Column("hukou", "u2", "index", "locality of household registration"),
    Column("locality", "u2", "index", "locality of residence"),
    Column("relation", "u2", "index", "locality that keeps the pension relation; for a pensioner, that pays"),
    Column("employer", "i4", "row", "row of the employer, -1 without one"),
    Column("log_skill", "f4", "log", "log of own wage over the mean wage of the kind of job"),
    Column("paid_months", "u2", "months", "months of contributions paid"),
    Column("deemed_months", "u2", "months", "months deemed paid before individual accounts"),
    Column("months_here", "u1", "months", "months paid in the locality of the relation, 255 for more"),
    Column("qualified", "i2", "index", "last locality where ten years were paid, -1 without one"),
    Column(
        "index_sum",
        "f4",
        "years",
        "sum over years paid of base / average wage; of a pensioner: legacy part of the pension",
    ),
    Column("account", "f4", "yuan", "notional balance of the individual account"),
    Column("pension", "f4", "yuan/year", "pension in payment"),
)
"""40 bytes a person."""
ROW_BYTES = sum(np.dtype(c.dtype).itemsize for c in PERSON_COLUMNS)

MOST_MONTHS_HERE = 255
"""Months paid in one place beyond which they are not counted on: far more than make it the payer."""

FIRST_COHORT = 1910
"""Earliest birth year: who is 100 at the end of 2010, the earliest start."""
BIRTH_YEARS = 135
"""Birth years that occur: the last to come of age, in 2060, were born in 2044."""
COHORT_IDS = 2**32 // BIRTH_YEARS
"""Ids of a birth year: more than the persons of any."""
SERIALS = 1000 * np.array([
    440, 260, 1830, 770, 570, 940, 680, 950, 400, 1660, 1130, 1590, 780, 1160, 2200, 2530,
    1500, 1700, 2220, 1070, 210, 710, 2010, 820, 1010, 100, 960, 650, 150, 160, 580,
])  # fmt: skip
"""Serial numbers that a birth year has in each hukou province, (31,): the persons of its largest birth year
and a tenth more, so that every person may be a row."""
FIRST_SERIAL = np.concatenate([[0], np.cumsum(SERIALS)[:-1]])
"""Where the serial numbers of each hukou province begin within a birth year, (31,)."""


class Status:
    """What a person does. The free rows of the table have status FREE and weight nothing."""

    OUTSIDE = np.uint8(0)  # farm, home, study, resident scheme: outside the urban labour market
    FORMAL = np.uint8(1)  # staff of an employer
    FLEXIBLE = np.uint8(2)  # self-employed, platform or casual work
    PUBLIC = np.uint8(3)  # staff of government and public institutions
    RETIRED = np.uint8(4)  # draws a pension of the employee scheme (or will, once the public group enters)
    FREE = np.uint8(5)  # an unused row


STATUS_NAMES = ("not_working", "formal", "flexible", "public", "retired")


class Flag:
    """Bits of the column ``flags``."""

    FEMALE = np.uint8(1)
    PUBLIC = np.uint8(2)  # belongs to the public-sector group (as staff or as pensioner)
    INSIDE = np.uint8(4)  # enrolled in the employee scheme: has a pension relation
    PAYS = np.uint8(8)  # paid contributions this year
    COVERED = np.uint8(16)  # this year's employer pays for the person
    TEMPORARY = np.uint8(32)  # pays into a temporary account away from the relation
    STOPPED = np.uint8(64)  # past the retirement age without a pension: lump sum or resident scheme
    CADRE = np.uint8(128)  # a woman in a cadre post: retires five years later than one in a worker post


def make_id(birth_year: np.ndarray, province: np.ndarray, serial: np.ndarray) -> np.ndarray:
    """Pack birth year, hukou province index and serial number into ids (uint32)."""
    cohort = birth_year.astype(np.int64) - FIRST_COHORT
    return (cohort * COHORT_IDS + FIRST_SERIAL[province] + serial).astype(np.uint32)


def birth_year_of(identity: np.ndarray) -> np.ndarray:
    """The birth year held in an id."""
    return (identity // np.uint32(COHORT_IDS)).astype(np.int64) + FIRST_COHORT


def hukou_province_of(identity: np.ndarray) -> np.ndarray:
    """The index of the hukou province held in an id."""
    return np.searchsorted(FIRST_SERIAL, _within(identity), side="right") - 1


def serial_of(identity: np.ndarray) -> np.ndarray:
    """The serial number, within birth year and hukou province, held in an id."""
    return _within(identity) - FIRST_SERIAL[hukou_province_of(identity)]


def require_serials(agents: int, birth_year: int, province: int) -> None:
    """Raise UserError if so many agents of a birth year and hukou province cannot all have an id."""
    if agents > SERIALS[province]:
        raise UserError(
            f"{agents} agents born in {birth_year} have their registration in {PROVINCE_NAMES[province]}; "
            f"allowed: at most {SERIALS[province]} (a larger scale makes fewer agents)"
        )


def _within(identity: np.ndarray) -> np.ndarray:
    return (identity % np.uint32(COHORT_IDS)).astype(np.int64)


def empty(rows: int, folder: Path | None = None) -> dict[str, np.ndarray]:
    """A person table of free rows, in memory or in files in ``folder`` (see :mod:`storage`)."""
    table = {c.name: storage.allocate(rows, np.dtype(c.dtype), folder) for c in PERSON_COLUMNS}
    _free(table, 0)
    return table


def widen(table: dict[str, np.ndarray], rows: int) -> None:
    """Give the table ``rows`` rows: the new ones are free."""
    old = len(table["id"])
    for name, column in table.items():
        table[name] = storage.widened(column, rows)
    _free(table, old)


def _free(table: dict[str, np.ndarray], first: int) -> None:
    table["status"][first:] = Status.FREE
    table["employer"][first:] = -1
    table["qualified"][first:] = -1
