"""System calls that Python has no name for, through the C library. Linux.

Each raises `OSError` with the kernel's reason. The constants are those of ``linux/sched.h``,
``linux/mount.h``, ``linux/prctl.h`` and ``linux/capability.h``.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
from functools import cache

NEW_MOUNTS, NEW_IPC, NEW_USERS, NEW_PIDS, NEW_NETWORK = (
    0x00020000,
    0x08000000,
    0x10000000,
    0x20000000,
    0x40000000,
)
NO_SETUID, NO_DEVICES, NO_PROGRAMS = 2, 4, 8  # of a mount
RECURSIVE, PRIVATE = 0x4000, 1 << 18
PARENT_DEATH_SIGNAL, NO_NEW_PRIVS, DROP_FROM_BOUNDING_SET = 1, 38, 24
_DO_NOT_NEED = 4
CHILD_SUBREAPER = 36
_CAPABILITIES_V3 = 0x20080522
_LAST_CAPABILITY = 63  # more than there are; the kernel refuses the rest


class _CapabilityHeader(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _CapabilitySets(ctypes.Structure):
    # Effective, permitted and inheritable: the lower 32 capabilities, then the upper.
    _fields_ = (("bits", ctypes.c_uint32 * 6),)


def syscall(number: int, *arguments: object) -> int:
    """Make a system call by its number; integers are passed as C longs."""
    wide = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return _checked(int(_libc().syscall(ctypes.c_long(number), *wide)))


def prctl(option: int, value: int = 0) -> None:
    """Set one attribute of this process."""
    _checked(_libc().prctl(ctypes.c_int(option), *map(ctypes.c_ulong, (value, 0, 0, 0))))


def unshare(flags: int) -> None:
    """Leave namespaces for new ones; `NEW_PIDS` is entered by the next child."""
    _checked(_libc().unshare(ctypes.c_int(flags)))


def setns(descriptor: int, kind: int) -> None:
    """Enter the namespace that a descriptor from ``/proc/PID/ns`` stands for."""
    _checked(_libc().setns(ctypes.c_int(descriptor), ctypes.c_int(kind)))


def mount(source: str, target: str, kind: str, flags: int = 0, data: str = "") -> None:
    """Mount a file system, or change a mount where `kind` is empty."""
    texts = (os.fsencode(source), os.fsencode(target), os.fsencode(kind))
    _checked(_libc().mount(*texts, ctypes.c_ulong(flags), os.fsencode(data)))


def drop_capabilities() -> None:
    """Give up all privileges of root but its name, for good."""
    for capability in range(_LAST_CAPABILITY + 1):
        with contextlib.suppress(OSError):  # not there, or not ours to drop
            prctl(DROP_FROM_BOUNDING_SET, capability)
    header, nothing = _CapabilityHeader(_CAPABILITIES_V3, 0), _CapabilitySets()
    _checked(_libc().capset(ctypes.byref(header), ctypes.byref(nothing)))


def release_program_text() -> None:
    """Let go of the pages of programs that are mapped and can be read again from their files.

    What was run once at start-up need not stay resident; what is run again comes back from the
    system's cache.
    """
    with open("/proc/self/maps") as file:
        for line in file:
            span, rights, *_, name = [*line.split(maxsplit=5), ""][:6]
            if rights == "r-xp" and name.startswith("/"):
                start, end = (int(number, 16) for number in span.split("-"))
                address, length = ctypes.c_void_p(start), ctypes.c_size_t(end - start)
                _checked(_libc().madvise(address, length, ctypes.c_int(_DO_NOT_NEED)))


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _checked(result: int) -> int:
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    return result
