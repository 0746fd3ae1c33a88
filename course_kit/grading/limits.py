"""What a student's process may use, and what the machine was shown to enforce.

Levels are properties, shown by attacks run in a real child:

- ``none``: a bounded wire and the wall clock.
- ``limits``: and processor time, memory and file size.

`LEVELS` names the stronger ones that the grader knows of; this version reaches
``limits``, which is why grading for marks asks for ``--practice``.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from dataclasses import asdict, dataclass

LEVELS = ("none", "limits", "contained", "sealed", "namespaced")
DEFAULT_LEVEL = "contained"

GIB = 2**30


@dataclass(frozen=True)
class Limits:
    """Bounds on one student process.

    Args:
        cpu_seconds: processor time of the process, all threads together.
        memory_bytes: address space it may add to what it has at its start.
        file_bytes: size of any one file it writes.
        open_files: descriptors it may hold.
    """

    cpu_seconds: int = 300
    memory_bytes: int = 6 * GIB
    file_bytes: int = 256 * 2**20
    open_files: int = 256

    def apply(self) -> None:
        """Bind this process, for good: hard limits cannot be raised again."""
        try:
            import resource
        except ImportError:  # Windows has no rlimits; its level is `none`
            return
        # SIGXCPU at the soft limit ends the process; its name tells why.
        _lower(resource.RLIMIT_CPU, self.cpu_seconds, self.cpu_seconds + 2)
        _lower(resource.RLIMIT_AS, _address_space() + self.memory_bytes)
        _lower(resource.RLIMIT_FSIZE, self.file_bytes)
        _lower(resource.RLIMIT_NOFILE, self.open_files)
        _lower(resource.RLIMIT_CORE, 0)
        # A write over the limit then raises OSError instead of ending the process.
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    def key(self) -> dict[str, int]:
        """The limits as part of a result's key."""
        return asdict(self)


@dataclass(frozen=True)
class Shown:
    """The level this machine reached, and the property behind each word."""

    level: str
    properties: dict[str, bool]

    def reaches(self, level: str) -> bool:
        """Whether this is `level` or a stronger one."""
        return LEVELS.index(self.level) >= LEVELS.index(level)

    def __str__(self) -> str:
        found = ", ".join(
            f"{name} {'yes' if held else 'no'}" for name, held in self.properties.items()
        )
        return f"{self.level}: {found}"


# Each canary attacks one limit and prints "free" where the attack succeeds.
_CANARIES = {
    "processor time": "while True: pass",
    "memory": "x = bytearray(1 << 30); print('free')",
    "file size": "n = open('big', 'wb', 0).write(bytes(1 << 21)); n > 1 << 20 and print('free')",
}
_CANARY = """
import sys
from course_kit.grading.limits import Limits
Limits(cpu_seconds=1, memory_bytes=1 << 28, file_bytes=1 << 20).apply()
print('bound', flush=True)
exec(sys.argv[1])
"""


def show_level(folder: str) -> Shown:
    """Run the canaries in real children and say what held."""
    held = {name: _held(attack, folder) for name, attack in _CANARIES.items()}
    return Shown("limits" if all(held.values()) else "none", held)


def _held(attack: str, folder: str) -> bool:
    # The child started by the grader has this interpreter's own path, so the
    # canary need not: isolated mode, and nothing of the environment.
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-c", _CANARY, attack],
            cwd=folder,
            env={},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=20,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    return done.stdout.startswith(b"bound") and b"free" not in done.stdout


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
