"""Runs that several test files look at, as fixtures."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
import runs
from hypothesis import settings

from abm.model import PensionModel
from abm.results import Results

# A first example may have to compile what it calls. The suite tries the same examples every time, so that a
# red test is the change's; HYPOTHESIS_PROFILE=explore looks for new ones.
settings.register_profile("tongchou", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "tongchou"))
os.environ["TONGCHOU_CACHE"] = "off"  # every test solves its base year itself


@pytest.fixture(scope="session")
def history() -> Results:
    """The finished history to 2018 at 1:20000; its frames are shared, so copy one before changing it."""
    return runs.history()


@pytest.fixture(scope="session")
def model_at_start() -> Callable[..., PensionModel]:
    """Makes fresh models of the history at 1:20000 in their first year; options as for Scenario.named."""
    return runs.model
