"""The sandbox: everything that a student's process gives up, put on in one order.

A `Plan` says which of the system's means are used; which of them work on this machine is found
out by `plan_here`, and whether they hold is shown by canaries (`course_kit.grading.levels`).
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from course_kit.grading.isolation import kernel, landlock, namespaces, seccomp
from course_kit.grading.limits import Limits

# Users that no system gives out by itself: one a slot, so that two students never share one.
FIRST_USER = 1_870_000_000
# Processes and threads of a user whom nobody else is.
MAX_THREADS = 1_024
# Read by the C library and the numerical ones.
_SYSTEM = """
/usr/lib /usr/lib32 /usr/lib64 /lib /lib32 /lib64 /etc/ld.so.cache
/usr/share/zoneinfo /etc/localtime /etc/mime.types /usr/share/fonts /etc/fonts
/dev/urandom /dev/random /dev/zero /sys/devices/system
/proc/cpuinfo /proc/meminfo /proc/stat /proc/sys/vm/overcommit_memory
"""


@dataclass(frozen=True)
class Plan:
    """Which means of the system are used.

    Args:
        user: become a user whom nobody else is; else keep the user, without root's privileges.
        files: give up all files but those named (Landlock).
        calls: give up system calls (seccomp).
        namespaces: own processes, network and mounts.
        without: why each of the others is not used.
    """

    user: bool = False
    files: bool = False
    calls: bool = False
    namespaces: bool = False
    without: dict[str, str] = field(default_factory=dict, compare=False)

    def key(self) -> dict[str, Any]:
        """Return the plan as plain data."""
        return asdict(self)


def plan_here() -> Plan:
    """Find out which means there are, by trying each in a small process of its own."""
    if sys.platform != "linux":
        return Plan(without=dict.fromkeys(("user", "files", "calls", "namespaces"), "not Linux"))
    missing = {
        "files": None if landlock.abi() else "no Landlock in this kernel",
        "calls": seccomp.available(),
        "namespaces": _tried("namespaces"),
        "user": _tried("user") if os.geteuid() == 0 else "only root can change the user",
    }
    return Plan(
        **{name: reason is None for name, reason in missing.items()},
        without={name: reason for name, reason in missing.items() if reason},
    )


class Sandbox:
    """What a plan needs, made ready once; each process that is forked afterwards enters it.

    Args:
        plan: what to use.
        readable: files and folders that may be read, beside those of the system.

    Raises:
        OSError: the system refuses a part.
    """

    def __init__(self, plan: Plan, readable: tuple[str, ...]):
        self.plan, self._readable = plan, readable
        self._filter = seccomp.Filter() if plan.calls else None
        self._marks = plan.files and not plan.calls and seccomp.available() is None

    def enter(self, folder: str, slot: int, limits: Limits) -> None:
        """Give up everything the plan names, for good. The process must have one thread.

        Args:
            folder: the one place to write.
            slot: names the user, of whom there is one for each living process.
            limits: what it may use.

        Raises:
            OSError: the system refuses a part.
        """
        owner = FIRST_USER + slot if self.plan.user else os.geteuid()
        if self.plan.namespaces:
            namespaces.shut_in(folder, limits.folder_bytes, owner)
        elif self.plan.user:
            os.chown(folder, owner, owner)
        os.chdir(folder)
        limits.apply()
        if sys.platform != "linux":
            return
        _change_user(self.plan, owner)
        kernel.prctl(kernel.NO_NEW_PRIVS, 1)
        kernel.prctl(kernel.PARENT_DEATH_SIGNAL, signal.SIGKILL)  # a change of user forgets it
        if self.plan.files:
            own = f"/proc/{os.getpid()}"
            readable = [*_SYSTEM.split(), *self._readable, own]
            landlock.Ruleset(readable, [folder, "/dev/null"]).restrict_self()
        if self._marks:
            seccomp.leave_marks_alone()
        if self._filter:
            self._filter.restrict_self()


def interpreter_files() -> tuple[str, ...]:
    """Name what this interpreter loads modules from, but for course_kit and a folder around it.

    Its source holds what the labs ask for: what a student may use of it is loaded already.
    """
    import course_kit

    ours = os.path.realpath(os.path.dirname(course_kit.__file__))
    packages = sysconfig.get_paths()["stdlib"] + "/{site,dist}-packages/course_kit"
    hidden = [ours, *(packages.replace("{site,dist}", kind) for kind in ("site", "dist"))]
    found: list[str] = []
    for folder in dict.fromkeys(os.path.realpath(path) for path in sys.path if path):
        # An installed package has others beside it; a checkout has its solutions.
        installed = os.path.basename(folder) in ("site-packages", "dist-packages")
        if installed or os.path.dirname(ours) != folder:
            found += _all_but(hidden, folder)
    return tuple(found)


def _all_but(hidden: list[str], path: str) -> list[str]:
    if path in hidden or not os.path.exists(path):
        return []
    if not any(one.startswith(path + os.sep) and os.path.exists(one) for one in hidden):
        return [path]
    entries = sorted(entry.path for entry in os.scandir(path))
    return [kept for entry in entries for kept in _all_but(hidden, os.path.realpath(entry))]


def _change_user(plan: Plan, owner: int) -> None:
    if plan.user:
        import resource

        resource.setrlimit(resource.RLIMIT_NPROC, (MAX_THREADS, MAX_THREADS))
        os.setgroups([])
        os.setresgid(owner, owner, owner)
        os.setresuid(owner, owner, owner)
    kernel.drop_capabilities()


def _tried(name: str) -> str | None:
    """Why a means does not work here, or None: tried in a process of its own."""
    command = [sys.executable, "-I", "-m", "course_kit.grading.isolation.sandbox", name]
    try:
        done = subprocess.run(command, capture_output=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    if done.returncode == 0:
        return None
    lines = done.stderr.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else f"exit status {done.returncode}"


def _try_namespaces() -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        namespaces.prepare()
        child = namespaces.fork()
        if child == 0:
            namespaces.shut_in(folder, 1 << 20, os.geteuid())
            os._exit(0 if os.listdir(folder) == [] and os.path.exists("/proc/1/status") else 1)
        _, status = os.waitpid(child, 0)
    os._exit(os.waitstatus_to_exitcode(status) & 0xFF)


def _try_user() -> None:
    import tempfile
    from importlib.util import find_spec

    folder = tempfile.gettempdir()
    os.setgroups([])
    os.setresgid(FIRST_USER, FIRST_USER, FIRST_USER)
    os.setresuid(FIRST_USER, FIRST_USER, FIRST_USER)
    for name in ("json", "numpy", "tensorflow"):
        spec = find_spec(name)
        if spec is None or spec.origin is None or not os.access(spec.origin, os.R_OK):
            sys.exit("another user cannot read this Python")
    if not os.access(folder, os.X_OK):
        sys.exit(f"another user cannot pass through {folder}")


_TRIALS: dict[str, Callable[[], None]] = {"namespaces": _try_namespaces, "user": _try_user}

if __name__ == "__main__":
    try:
        _TRIALS[sys.argv[1]]()
    except Exception as error:
        sys.exit(f"{error}")
