"""A class graded on many machines: Dask's workers examine, this process keeps the results."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from course_kit.checks import load
from course_kit.grading.launchers import launcher_for
from course_kit.grading.levels import LEVELS, Shown, show_level
from course_kit.problems import Problem

# A worker imports TensorFlow and lets the canaries fly before it is asked anything, in seconds.
SHOW_SECONDS = 300


class ClusterProblem(Problem):
    """A cluster that cannot be used; the text says why and what to do."""


@contextmanager
def cluster_executor(
    address: str, lab: str, required: str
) -> Iterator[tuple[Executor, Shown, int]]:
    """Connect to a scheduler, and to those of its workers that isolate well enough.

    Args:
        address: ``tls://host:port``, or ``tcp://`` on this machine alone. Certificates are
            Dask's own settings (``distributed.comm.tls``).
        lab: its name; the workers show what they hold with its own processes.
        required: the level below which a worker is not used.

    Yields:
        An executor, what the weakest of the workers used has shown, and how many tasks they
        run at once.

    Raises:
        ClusterProblem: no scheduler, no encryption, or no worker that is good enough.
    """
    try:
        from distributed import Client
    except ImportError:
        raise ClusterProblem(
            "Grading on a cluster needs Dask: pip install 'course-kit[cluster]'."
        ) from None
    _insist_on_encryption(address)
    try:
        client = Client(address, timeout=30, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise ClusterProblem(f"No scheduler answers at {address}: {error}.") from None
    with client:
        # What ended one worker is not tried on the next.
        client.run_on_scheduler(_allow_no_failures)
        levels = _levels(client, lab)
        good = {worker: shown for worker, shown in levels.items() if shown.reaches(required)}
        if not good:
            listed = ", ".join(f"{worker} ({shown.level})" for worker, shown in levels.items())
            raise ClusterProblem(
                f"No worker reaches {required!r}. There are: {listed or 'none'}. Run "
                "course-kit doctor on a worker to see what it lacks."
            )
        executor = client.get_executor(pure=False, workers=list(good), allow_other_workers=False)
        tasks = sum(client.nthreads()[worker] for worker in good)
        yield executor, min(good.values(), key=lambda shown: LEVELS.index(shown.level)), tasks


def _insist_on_encryption(address: str) -> None:
    parts = urlsplit(address)
    if parts.scheme not in ("tcp", "tls") or not parts.hostname or not parts.port:
        raise ClusterProblem(f"A scheduler's address reads tls://host:port. Received: {address!r}.")
    try:
        local = parts.hostname == "localhost" or ipaddress.ip_address(parts.hostname).is_loopback
    except ValueError:
        local = False
    if parts.scheme != "tls" and not local:
        raise ClusterProblem(
            f"{address} is another machine, and grades and salt would travel unencrypted. "
            "Start scheduler and workers with TLS, and use tls://."
        )


def _levels(client: Any, lab: str) -> dict[str, Shown]:
    workers = list(client.scheduler_info(n_workers=-1)["workers"])
    asked = {
        worker: client.submit(
            level_of_this_worker, lab, workers=[worker], allow_other_workers=False, pure=False
        )
        for worker in workers
    }
    return {worker: future.result(SHOW_SECONDS) for worker, future in asked.items()}


def level_of_this_worker(lab: str) -> Shown:
    """Show, where this runs, what a student could reach."""
    return show_level(partial(launcher_for, load(lab)))


def _allow_no_failures(dask_scheduler: Any) -> None:
    dask_scheduler.allowed_failures = 0
