"""Where runs are made: in worker processes of this machine (loky), or on a Dask or Ray cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from typing import Any, NamedTuple

from abm.errors import UserError, unknown

BACKENDS = ("loky", "dask", "ray")
PATIENCE = "30s"
"""How long a Dask scheduler may take to answer."""

Opened = tuple[Callable[..., Any], int, tuple[type[Exception], ...]]


class Pool(NamedTuple):
    """Workers: ``jobs`` processes of this machine (default: as many as cores), or a cluster's.

    ``address`` is that of a Dask scheduler (``tcp://host:8786``) or of a Ray head (default ``auto``).
    """

    jobs: int | None = None
    backend: str = "loky"
    address: str | None = None

    @contextmanager
    def open(self) -> Iterator[Opened]:
        """What makes calls on these workers, threads a run, and what is raised when a worker dies.

        Calls are those of ``joblib.delayed``; their results come in the order in which they end.

        Raises UserError: unknown or missing back end, no cluster at the address.
        """
        self.check()
        from joblib import Parallel, parallel_config

        with ExitStack() as stack:
            if self.backend == "loky":
                from joblib.externals.loky.process_executor import BrokenProcessPool

                jobs, threads = share(self.jobs, cores())
                inner = {"inner_max_num_threads": threads} if jobs > 1 else {}
                stack.enter_context(parallel_config("loky" if jobs > 1 else "sequential", **inner))
                deaths: tuple[type[Exception], ...] = (BrokenProcessPool,)
            elif self.backend == "dask":
                from distributed import KilledWorker

                client = stack.enter_context(_dask(self.address))
                stack.enter_context(parallel_config("dask", client=client, wait_for_workers_timeout=60))
                jobs, threads, deaths = -1, 1, (KilledWorker,)
            else:
                from experiments import on_ray

                on_ray.connect(self.address or "auto")
                yield on_ray.run, 1, on_ray.deaths()
                return
            yield Parallel(n_jobs=jobs, return_as="generator_unordered", batch_size=1), threads, deaths

    def check(self) -> None:
        """Raise UserError for a back end that is unknown or not installed, or options that do not fit it."""
        if self.backend not in BACKENDS:
            raise unknown("backend", self.backend, BACKENDS)
        if self.jobs is not None and self.jobs < 1:
            raise UserError(f"jobs {self.jobs} is not allowed; allowed: at least 1")
        if self.backend == "loky" and self.address is not None:
            raise UserError(f"--address {self.address} needs --backend dask or --backend ray")
        if self.backend != "loky" and self.jobs is not None:
            raise UserError(f"--jobs is for this machine; a {self.backend} cluster uses all its workers")
        if self.backend == "dask" and self.address is None:
            raise UserError("--backend dask needs --address, such as tcp://host:8786")
        package = {"dask": "distributed", "ray": "ray"}.get(self.backend)
        if package is not None and find_spec(package) is None:
            raise UserError(
                f"--backend {self.backend} is not installed: pip install 'tongchou[{self.backend}]'"
            )


def cores() -> int:
    """Cores this process may use, as joblib counts them: affinity and container limits included."""
    from joblib import cpu_count

    return int(cpu_count())


def share(jobs: int | None, available: int) -> tuple[int, int]:
    """Processes and threads in each, together never more than the cores: no core has two things to do."""
    processes = min(jobs or available, available)
    return processes, available // processes


def _dask(address: str | None) -> Any:
    from distributed import Client

    try:
        return Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise UserError(f"no Dask scheduler answers at '{address}' ({error})") from None
