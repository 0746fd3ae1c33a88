"""What a student's process may use of the machine."""

from __future__ import annotations

import math
import signal
from dataclasses import asdict, dataclass

GIB = 2**30


@dataclass(frozen=True)
class Limits:
    """Bounds on one student process.

    Args:
        cpu_seconds: processor time from now on, all threads together.
        memory_bytes: address space it may add to what it has at its start.
        file_bytes: size of any one file it writes.
        folder_bytes: size of all its files together.
        open_files: descriptors it may hold.
    """

    cpu_seconds: int = 300
    memory_bytes: int = 6 * GIB
    file_bytes: int = 256 * 2**20
    folder_bytes: int = 512 * 2**20
    open_files: int = 256

    def apply(self) -> None:
        """Bind this process, for good: hard limits cannot be raised again."""
        try:
            import resource
        except ImportError:  # Windows has no rlimits; its level is `none`
            return
        # SIGXCPU at the soft limit ends the process; its name tells why.
        used = resource.getrusage(resource.RUSAGE_SELF)
        end = math.ceil(used.ru_utime + used.ru_stime) + self.cpu_seconds
        _lower(resource.RLIMIT_CPU, end, end + 2)
        _lower(resource.RLIMIT_AS, _address_space() + self.memory_bytes)
        _lower(resource.RLIMIT_FSIZE, self.file_bytes)
        _lower(resource.RLIMIT_NOFILE, self.open_files)
        _lower(resource.RLIMIT_CORE, 0)
        # A write over the limit then raises OSError instead of ending the process.
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    def key(self) -> dict[str, int]:
        """The limits as part of a result's key."""
        return asdict(self)


def _lower(which: int, soft: int, hard: int | None = None) -> None:
    import resource

    ceiling = resource.getrlimit(which)[1]
    hard = soft if hard is None else hard
    if ceiling != resource.RLIM_INFINITY:
        soft, hard = min(soft, ceiling), min(hard, ceiling)
    resource.setrlimit(which, (soft, hard))


def _address_space() -> int:
    import psutil

    return psutil.Process().memory_info().vms
