"""Calls on a Ray cluster, handed out as workers become free and given back as they end.

Ray's own back end for joblib starts a pool of actors at each call, gives nothing back before all is done and
does not notice a dead worker; so calls go to Ray as plain tasks.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from abm.errors import UserError

Call = tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]
"""What ``joblib.delayed`` makes: function, arguments, named arguments."""
WAITING = 2
"""Calls handed out for each core of the cluster, so that none waits for this process."""
PATIENCE = 10.0
"""Seconds in which a cluster must answer."""
ONE_THREAD = {"NUMBA_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def connect(address: str) -> None:
    """Join the cluster at an address (``auto``: this machine's). Raises UserError where there is none.

    Nothing is written to the home folder: Ray makes a token only where it starts a cluster.
    """
    import ray

    if ray.is_initialized():
        return
    _knock(address)
    try:
        ray.init(address=address, logging_level=logging.ERROR, log_to_driver=False)
    except (ConnectionError, ValueError, RuntimeError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise UserError(f"no Ray cluster answers at '{address}' ({reason})") from None


def _knock(address: str) -> None:
    """Make sure that something listens at HOST:PORT: Ray itself would wait for it in silence.

    Other forms (``auto``, ``local``) are left to Ray. Raises UserError.
    """
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not port.isdecimal():
        return
    try:
        socket.create_connection((host, int(port)), timeout=PATIENCE).close()
    except OSError as error:
        reason = error.strerror or str(error)
        raise UserError(f"no Ray cluster answers at '{address}' ({reason.lower()})") from None


def deaths() -> tuple[type[Exception], ...]:
    """What is raised where a worker or its machine dies."""
    from ray.exceptions import NodeDiedError, OutOfMemoryError, WorkerCrashedError

    return WorkerCrashedError, NodeDiedError, OutOfMemoryError


def run(calls: Iterable[Call]) -> Iterator[Any]:
    """Results of the calls in the order in which they end; each has a core and one thread.

    An error in a call is raised here as it was raised there, and the death of a worker as one of
    :func:`deaths`; calls that are still out then are called off.
    """
    import ray

    task = ray.remote(_perform).options(num_cpus=1, max_retries=0, runtime_env={"env_vars": ONE_THREAD})
    room = WAITING * max(int(ray.cluster_resources().get("CPU", 1)), 1)
    waiting = iter(calls)
    out: list[Any] = []
    try:
        while True:
            while len(out) < room and (call := next(waiting, None)) is not None:
                out.append(task.remote(*call))
            if not out:
                return
            (ended, *_), out = ray.wait(out, num_returns=1)
            yield _result(ended)
    finally:
        for ref in out:
            ray.cancel(ref, force=True)


def _perform(function: Callable[..., Any], given: tuple[Any, ...], named: dict[str, Any]) -> Any:
    return function(*given, **named)


def _result(ref: Any) -> Any:
    import ray
    from ray.exceptions import RayTaskError

    try:
        return ray.get(ref)
    except RayTaskError as error:
        raise error.cause from None
