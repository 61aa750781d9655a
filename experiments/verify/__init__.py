"""``tongchou verify``: stylised economies built from the model's own parts, beside their closed forms.

>>> from experiments import verify
>>> [r.passed for r in verify.run("C", {"a": 0.5, "mu": 6})]
[True]
"""

from __future__ import annotations

from collections.abc import Mapping

from abm.errors import unknown
from experiments.verify import (
    adjustment,
    concealment,
    effort,
    enforcement,
    fund,
    levies,
    migration,
    moving,
    spending,
)
from experiments.verify.case import Case
from experiments.verify.result import Result
from experiments.verify.settings import foreign

MODULES = (
    levies,
    moving,
    effort,
    enforcement,
    concealment,
    spending,
    migration,
    adjustment,
    fund,
)
CASES: dict[str, Case] = {case.letter: case for module in MODULES for case in module.CASES}


def run(letter: str | None = None, given: Mapping[str, float] | None = None) -> list[Result]:
    """Results of one case, or of all of them, at the defaults but for ``given``.

    Over all cases a setting reaches every case that has it. Raises UserError: unknown case, a setting that
    the case (or no case) has, values for which the closed form does not hold.
    """
    given = given or {}
    if letter is not None:
        if letter.upper() not in CASES:
            raise unknown("case", letter, CASES)
        return CASES[letter.upper()].run(given)
    known = {name: 0.0 for case in CASES.values() for name in case.defaults}
    for name in given:
        if name not in known:
            raise foreign("no case has the", name, known)
    found: list[Result] = []
    for case in CASES.values():
        found += case.run({name: value for name, value in given.items() if name in case.defaults})
    return found
