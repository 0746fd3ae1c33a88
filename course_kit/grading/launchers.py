"""The launchers of this process: one for each lab and level, shared by all threads."""

from __future__ import annotations

import atexit
import os
import threading
from functools import cache

from course_kit.checks import Lab
from course_kit.grading.isolation.sandbox import Plan
from course_kit.grading.isolation.sandbox import plan_here as look
from course_kit.grading.launch import Launcher
from course_kit.grading.levels import plan_for

_launchers: dict[tuple[str, str], Launcher] = {}
_lock = threading.Lock()


def launcher_for(lab: Lab, level: str) -> Launcher:
    """The launcher of a lab at a level; its zygote ends with this process."""
    with _lock:
        if (lab.name, level) not in _launchers:
            readable = tuple(filter(None, [os.environ.get("COURSE_KIT_DATA")]))
            about = {"allows": list(lab.allows), "probes": lab.probes}
            _launchers[lab.name, level] = Launcher(about, plan_for(level, plan_here()), readable)
        return _launchers[lab.name, level]


@cache
def plan_here() -> Plan:
    """What this machine has, looked for once."""
    return look()


def stop_launchers() -> None:
    """Have every examination of this process end where it is, by `Stopped`."""
    with _lock:
        for launcher in _launchers.values():
            launcher.stopped.set()


def close_launchers() -> None:
    """End the zygotes of this process."""
    with _lock:
        for launcher in _launchers.values():
            launcher.close()
        _launchers.clear()


atexit.register(close_launchers)
