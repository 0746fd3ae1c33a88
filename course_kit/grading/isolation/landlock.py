"""Landlock: a process gives up every file, and TCP, but what it names. Linux 5.13 or newer.

Needs no privilege, cannot be taken back, and holds for all children. Three system calls; the
C library has no wrapper for them, nor has a released Python package the scopes of ABI 6. The
constants are those of ``linux/landlock.h``.

    Ruleset(read=["/usr"], write=["/tmp/student"]).restrict_self()
"""

from __future__ import annotations

import ctypes
import os
import stat
from collections.abc import Iterable
from pathlib import Path

from course_kit.grading.isolation import kernel

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # on all architectures
_VERSION = 1  # flag of create_ruleset: only give the ABI
_PATH_BENEATH = 1

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = (1 << bit for bit in range(4))
# remove_dir, remove_file, make_char, make_dir, make_reg, make_sock, make_fifo, make_block, make_sym
CHANGE_DIR = sum(1 << bit for bit in range(4, 13))
REFER, TRUNCATE, IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15  # from ABI 2, 3 and 5
BIND_TCP, CONNECT_TCP = 1, 2  # from ABI 4
SCOPE_ABSTRACT_UNIX_SOCKET, SCOPE_SIGNAL = 1, 2  # from ABI 6
OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV


class _RulesetAttribute(ctypes.Structure):
    _fields_ = (
        ("handled_access_fs", ctypes.c_uint64),
        ("handled_access_net", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    )


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = (("allowed_access", ctypes.c_uint64), ("parent_fd", ctypes.c_int32))


def abi() -> int:
    """Give the kernel's Landlock version; 0 where there is none, or it is switched off."""
    try:
        return kernel.syscall(_CREATE_RULESET, None, 0, _VERSION)
    except OSError:
        return 0


def handled(version: int) -> tuple[int, int, int]:
    """Give what a kernel of this version can forbid: of files, of TCP, of signals and sockets."""
    files = (1 << 13) - 1
    for since, right in ((2, REFER), (3, TRUNCATE), (5, IOCTL_DEV)):
        files |= right if version >= since else 0
    tcp = BIND_TCP | CONNECT_TCP if version >= 4 else 0
    scoped = SCOPE_ABSTRACT_UNIX_SOCKET | SCOPE_SIGNAL if version >= 6 else 0
    return files, tcp, scoped


class Ruleset:
    """What stays allowed, in the kernel, ready to be put on.

    Paths are opened here: what they name then, not what stands there later, is allowed. A path
    that does not exist is left out.

    Args:
        read: files, and folders with all beneath, that may be read.
        write: folders in which anything may be done but running a program; files that may be
            written.

    Raises:
        OSError: there is no Landlock (see `abi`), or a path cannot be opened.
    """

    def __init__(self, read: Iterable[str | Path] = (), write: Iterable[str | Path] = ()) -> None:
        files, tcp, scoped = handled(abi())
        attribute = _RulesetAttribute(files, tcp, scoped)
        # Older kernels know a shorter structure, and refuse a longer one that asks for nothing.
        size = 24 if scoped else 16 if tcp else 8
        self._descriptor = kernel.syscall(_CREATE_RULESET, ctypes.byref(attribute), size, 0)
        try:
            for path in read:
                self._allow(path, (READ_FILE | READ_DIR) & files)
            for path in write:
                self._allow(path, files & ~EXECUTE)
        except OSError:
            self.close()
            raise

    def restrict_self(self) -> None:
        """Give up everything else, for good, in this thread and all that it starts.

        Call it while the process has one thread: others would keep what they may.
        """
        kernel.prctl(kernel.NO_NEW_PRIVS, 1)
        kernel.syscall(_RESTRICT_SELF, self._descriptor, 0)
        self.close()

    def close(self) -> None:
        """Forget the rules, without putting them on."""
        os.close(self._descriptor)

    def _allow(self, path: str | Path, access: int) -> None:
        try:
            descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except FileNotFoundError:
            return
        try:
            if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
                access &= OF_FILES
            rule = _PathBeneath(access, descriptor)
            kernel.syscall(_ADD_RULE, self._descriptor, _PATH_BENEATH, ctypes.byref(rule), 0)
        finally:
            os.close(descriptor)
