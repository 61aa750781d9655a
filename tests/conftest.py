"""Runs that several test files look at, as fixtures."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
import runs
from hypothesis import settings

from abm.model import PensionModel
from abm.results import Results

settings.register_profile("tongchou", deadline=None)  # a first example may have to compile what it calls
settings.load_profile("tongchou")
os.environ["TONGCHOU_CACHE"] = "off"  # every test solves its base year itself


@pytest.fixture(scope="session")
def history() -> Results:
    """The finished history to 2018 at 1:20000; its frames are shared, so copy one before changing it."""
    return runs.history()


@pytest.fixture(scope="session")
def model_at_start() -> Callable[..., PensionModel]:
    """Makes fresh models of the history at 1:20000 in their first year; options as for Scenario.named."""
    return runs.model
