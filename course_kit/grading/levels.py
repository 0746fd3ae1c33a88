"""Levels of isolation: properties, each shown by a canary in a real child, never assumed.

- ``none``: a bounded wire and the wall clock.
- ``limits``: and processor time, memory and file size.
- ``contained``: and cannot read or change the grader's files, memory, processes, or another
  student's.
- ``sealed``: and no network, fork, other programs, IPC; nothing survives.
- ``namespaced``: and its own processes, network and mounts.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from course_kit.checks.answers import ProtocolError
from course_kit.grading.channel import Channel, Closed
from course_kit.grading.children import GraderFailure, ZygoteGone
from course_kit.grading.isolation.sandbox import Plan
from course_kit.grading.launch import Launcher
from course_kit.grading.limits import Limits

LEVELS = ("none", "limits", "contained", "sealed", "namespaced")
DEFAULT_LEVEL = "contained"

# What each level adds to the one before it, by the names of the canaries.
ADDS = {
    "limits": ("processor time", "memory", "file size"),
    "contained": ("files", "memory of others", "signals"),
    "sealed": ("network", "fork", "programs", "ipc"),
    "namespaced": ("own processes", "own network", "disk quota"),
}
HONEST = "honest work"
CANARY_SECONDS = 60.0
# A zygote or a canary that somebody else ended has shown nothing: try again.
TRIES = 3
_SMALL = Limits(cpu_seconds=1, memory_bytes=2**29, file_bytes=2**20, folder_bytes=2**24)


@dataclass(frozen=True)
class Shown:
    """The level this machine reached, the property behind each word, and the means used."""

    level: str
    properties: dict[str, bool]
    plan: Plan = field(default_factory=Plan)

    def reaches(self, level: str) -> bool:
        """Whether this is `level` or a stronger one."""
        return LEVELS.index(self.level) >= LEVELS.index(level)

    def __str__(self) -> str:
        held = ", ".join(name for name, held in self.properties.items() if held)
        free = ", ".join(name for name, held in self.properties.items() if not held)
        return f"{self.level} (holds: {held or 'nothing'}" + (
            f"; does not: {free})" if free else ")"
        )


def plan_for(level: str, here: Plan) -> Plan:
    """Say which of this machine's means a level uses."""
    at = LEVELS.index(level)
    contained, sealed = at >= LEVELS.index("contained"), at >= LEVELS.index("sealed")
    return Plan(
        user=here.user and contained,
        files=here.files and contained,
        calls=here.calls and sealed,
        namespaces=here.namespaces and level == "namespaced",
        without=here.without,
    )


def show_level(
    launcher_at: Callable[[str], Launcher],
    guarded: Iterable[Path] = (),
    at_most: str = LEVELS[-1],
) -> Shown:
    """Run the canaries with the strongest means of this machine; where those break, with fewer.

    Args:
        launcher_at: gives a level's launcher, whose children the canaries are.
        guarded: folders and files of the grader that a student must not read.
        at_most: use no stronger means than those of this level.

    Returns:
        The strongest level that was shown with the means that `plan_for` gives to it.
    """
    for level in reversed(LEVELS[: 1 + LEVELS.index(at_most)]):
        shown = show(launcher_at(level), guarded)
        if shown.reaches(level):
            return shown
        launcher_at(level).close()
    return shown


def show(launcher: Launcher, guarded: Iterable[Path] = ()) -> Shown:
    """Run the canaries with just a launcher's means."""
    for left in reversed(range(TRIES)):
        try:
            # Absolute: the canaries look from a folder of their own.
            held = _all_held(launcher, [str(path.resolve()) for path in guarded])
            break
        except GraderFailure as failure:
            if not left:
                return Shown("none", {f"start ({failure})": False}, launcher.plan)
    level = "none"
    if held[HONEST]:
        for name, added in ADDS.items():
            if not all(held[canary] for canary in added):
                break
            level = name
    return Shown(level, held, launcher.plan)


def _all_held(launcher: Launcher, guarded: list[str]) -> dict[str, bool]:
    names = [HONEST, *(canary for added in ADDS.values() for canary in added)]
    with tempfile.TemporaryDirectory(prefix="course-kit-guarded-") as folder, _listening() as told:
        Path(folder, "canary").write_text("secret")
        kit = Path(__file__).parents[1]
        request = told | {
            "trap": folder,
            "guarded": [*guarded, *map(str, kit.glob("checks/lab*/claims*"))],
            "judge": os.getpid(),
            "bounds": _SMALL.key(),  # what the canaries try to exceed
        }
        with ThreadPoolExecutor(2) as pool:
            found = pool.map(lambda name: _held(launcher, name, request), names)
            return dict(zip(names, found, strict=True))


def _held(launcher: Launcher, canary: str, request: dict[str, Any]) -> bool:
    """Run one canary, again where its process or the zygote was ended by somebody else."""
    for _ in range(TRIES):
        with contextlib.suppress(ZygoteGone, Closed):
            return _held_once(launcher, canary, request)
    return False


def _held_once(launcher: Launcher, canary: str, request: dict[str, Any]) -> bool:
    child = launcher.start(
        Limits() if canary == HONEST else _SMALL, "canary", **request | {"canary": canary}
    )
    end = time.monotonic() + CANARY_SECONDS

    def watch() -> None:
        if time.monotonic() > end:
            raise TimeoutError

    try:
        return Channel(child.end, watch).receive().text == "held"
    except Closed:
        # To be ended from without is how processor time is held, and nothing else.
        if canary == "processor time" and child.ended(5) in (-signal.SIGXCPU, -signal.SIGKILL):
            return True
        raise
    except (ProtocolError, TimeoutError):
        return False
    finally:
        child.finish()


@contextmanager
def _listening() -> Iterator[dict[str, Any]]:
    """A port and a named socket of the judge, for canaries to knock at."""
    name = f"course-kit-{secrets.token_hex(8)}"
    with contextlib.ExitStack() as ends:
        port = ends.enter_context(socket.create_server(("127.0.0.1", 0)))
        if sys.platform == "linux":
            named = ends.enter_context(socket.socket(socket.AF_UNIX))
            named.bind("\0" + name)
            named.listen()
        yield {"port": port.getsockname()[1], "name": name}
