"""Small runs that several test files share; a finished run is made once and only read."""

from __future__ import annotations

from functools import cache
from typing import Any

from abm.model import PensionModel
from abm.results import Results
from abm.scenario import Scenario


def model(spec: str = "history", threads: int = 2, **options: Any) -> PensionModel:
    """A fresh model in its base year, at 1:20000 unless said; options as for ``Scenario.named``."""
    options = {"scale": 20000, **options}
    return PensionModel(Scenario.named(spec, **options), threads=threads)


def results(spec: str = "history", **options: Any) -> Results:
    """The results of a fresh run."""
    return model(spec, **options).run()


@cache
def history() -> Results:
    """The history to 2018 at 1:20000."""
    return results()


@cache
def prefectures() -> Results:
    """Three years of the history by prefecture."""
    return results(end=2012, resolution="prefecture")
