"""Runs that several test files look at, made once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from abm.model import PensionModel
from abm.results import Results
from abm.scenario import Scenario

SCALE = 20000


@pytest.fixture(scope="session")
def history() -> Results:
    """The history to 2018 at 1:20000; its frames are shared, so copy one before changing it."""
    return PensionModel(Scenario.named("history", scale=SCALE)).run()


@pytest.fixture(scope="session")
def model_at_start() -> Callable[..., PensionModel]:
    """Fresh models of the history at 1:20000 that stand in their first year; options as for Scenario.named."""

    def fresh(**options: Any) -> PensionModel:
        return PensionModel(Scenario.named("history", **{"scale": SCALE, **options}))

    return fresh
