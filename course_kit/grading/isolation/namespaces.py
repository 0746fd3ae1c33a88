"""Namespaces: a process with its own process table, network, mounts and IPC. Linux.

Two steps, since the parent must prepare what its children are born into:

- `prepare`, once, in a process that has one thread: an ordinary user gets a namespace of users,
  in which the rest is allowed; the caller's child is process 1 of a namespace of its own, so that
  nothing that it starts outlives it.
- `fork`, for each student: a child that is process 1 of yet another. `shut_in`, in that child:
  no network but its own, a ``/proc`` that shows only itself, a folder in memory with a size.
"""

from __future__ import annotations

import os
import signal

from course_kit.grading.isolation import kernel

# Files and folders that a student's folder in memory holds.
MAX_FILES = 100_000
_OWN = kernel.NEW_MOUNTS | kernel.NEW_NETWORK | kernel.NEW_IPC


def prepare() -> None:
    """Go on as process 1 of a new namespace; the caller stays behind and waits for it.

    Raises:
        OSError: the system does not allow it; nothing has changed for the caller but, perhaps,
            a namespace of users.
    """
    user, group = os.geteuid(), os.getegid()
    if user != 0:
        kernel.unshare(kernel.NEW_USERS)
        for name, line in (
            ("setgroups", "deny"),
            ("uid_map", f"{user} {user} 1"),
            ("gid_map", f"{group} {group} 1"),
        ):
            with open(f"/proc/self/{name}", "w") as file:
                file.write(line)
    kernel.unshare(kernel.NEW_PIDS)
    inner = os.fork()
    if inner:
        _stand_by(inner)
    kernel.prctl(kernel.PARENT_DEATH_SIGNAL, signal.SIGKILL)


def fork() -> int:
    """Fork a child that is process 1 of a namespace of its own; as `os.fork`."""
    own = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
    try:
        kernel.unshare(kernel.NEW_PIDS)
        child = -1
        try:
            child = os.fork()
        finally:
            if child:  # the parent's next children are born where it lives
                kernel.setns(own, kernel.NEW_PIDS)
        return child
    finally:
        os.close(own)


def shut_in(folder: str, size: int, owner: int) -> None:
    """Shut this process in: own network, own IPC, own mounts.

    Args:
        folder: becomes a file system in memory.
        size: of that, in bytes.
        owner: user and group whose it is.

    Raises:
        OSError: the system does not allow one of them.
    """
    kernel.unshare(_OWN)
    kernel.mount("none", "/", "", kernel.RECURSIVE | kernel.PRIVATE)
    bare = kernel.NO_SETUID | kernel.NO_DEVICES | kernel.NO_PROGRAMS
    limits = f"size={size},nr_inodes={MAX_FILES},mode=700,uid={owner},gid={owner}"
    kernel.mount("tmpfs", folder, "tmpfs", bare, limits)
    kernel.mount("proc", "/proc", "proc", bare)


def _stand_by(inner: int) -> None:
    """Wait, and end as the child ended."""
    _, status = os.waitpid(inner, 0)
    os._exit(os.waitstatus_to_exitcode(status) & 0xFF)
