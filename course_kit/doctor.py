"""``course-kit doctor``: what this machine reaches, and what would make it reach more."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from functools import partial
from importlib.metadata import PackageNotFoundError, version

from rich.table import Table
from rich.text import Text

from course_kit.checks import load, names
from course_kit.console import console, say
from course_kit.grading.launchers import close_launchers, launcher_for, plan_here
from course_kit.grading.levels import ADDS, DEFAULT_LEVEL, HONEST, LEVELS, Shown, show_level

# What to do about a means that is missing, in one line each.
REMEDIES = {
    "files": "Landlock comes with Linux 5.13 or newer; a container's host may switch it off.",
    "calls": "Install libseccomp (Debian, Ubuntu: apt install libseccomp2; Fedora: libseccomp).",
    "namespaces": (
        "Allow user namespaces (sysctl user.max_user_namespaces, on Ubuntu 24.04 also "
        "kernel.apparmor_restrict_unprivileged_userns=0), or run as root on the host."
    ),
    "user": (
        "As root each student's process gets a user of its own, if that user may read the "
        "Python that runs this: install it outside of /root."
    ),
}
MEANS = {
    "files": "Landlock, which hides files",
    "calls": "seccomp, which refuses system calls",
    "namespaces": "namespaces: own processes, network, mounts",
    "user": "a user of its own for each student",
}


def doctor() -> None:
    """Print versions, then what a student could reach, shown by trying."""
    for name, found in _about().items():
        console.print(Text(f"{name:16} {found}"), soft_wrap=True)
    console.print()
    try:
        with console.status("trying what a student could reach from here"):
            shown = show_level(partial(launcher_for, load(names()[0])))
    finally:
        close_launchers()
    _print_level(shown)
    _print_means()


def _about() -> dict[str, str]:
    packages = ("course-kit", "tensorflow", "keras", "numpy", "ipython")
    found = {name: _version(name) for name in packages}
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    free = shutil.disk_usage(os.path.expanduser("~")).free
    return found | {
        "python": f"{sys.version.split()[0]} at {sys.executable}",
        "system": f"{platform.system()} {platform.release()}, {cores} cores",
        "free disk": f"{free / 2**30:.0f} GiB at home",
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _print_level(shown: Shown) -> None:
    enough = shown.reaches(DEFAULT_LEVEL)
    say(
        f"Isolation: {shown.level}. "
        + ("Good enough for marks." if enough else "For practice only: marks need 'contained'.")
    )
    table = Table("level", "property", "holds", box=None, pad_edge=False)
    rows = [("", HONEST)] + [(level, one) for level in LEVELS[1:] for one in ADDS[level]]
    for level, name in rows:
        held = shown.properties.get(name)
        table.add_row(level, name, {True: "yes", False: "no", None: "not tried"}[held])
    console.print(table)


def _print_means() -> None:
    without = plan_here().without
    if not without:
        say("Nothing is missing.")
    for name, reason in without.items():
        say(f"Missing: {MEANS[name]} ({reason}). {REMEDIES[name]}")
