"""Fixed-effects regressions with clustered errors, by pyfixest."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from abm.errors import UserError

if TYPE_CHECKING:
    import pandas as pd


def feols(formula: str, frame: pd.DataFrame, cluster: str) -> Any:
    """The fitted regression in the notation of pyfixest (``y ~ x | unit + year``), errors by ``cluster``.

    Raises UserError if pyfixest is not installed.
    """
    if find_spec("pyfixest") is None:
        raise UserError("regressions need pyfixest; install it with: pip install 'tongchou[paper]'")
    with _quiet():
        import pyfixest

        return pyfixest.feols(formula, data=frame, vcov={"CRV1": cluster})


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the library, some of which loads when it is first used, from setting up logging."""
    quiet = logging.NullHandler()
    logging.getLogger().addHandler(quiet)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(quiet)
