"""System calls that a student's process gives up: network, programs, other processes. Linux.

The filter is built by libseccomp, through ``pyseccomp``; it needs no privilege, cannot be taken
back, and holds for all threads and children. It lists what is refused; calls that are newer
than this list do not exist behind it, as on an old kernel.
"""

from __future__ import annotations

import errno
import os
from typing import Any

# The newest call that was looked at when the lists below were written: mseal, Linux 6.10.
NEWEST = 462
# fork and clone make threads with this flag, processes without.
CLONE_THREAD = 0x00010000

# Refused with "not permitted".
REFUSED = {
    "network": "socket connect bind listen accept accept4",  # socketpair stays: asyncio has one
    "programs": "execve execveat fork vfork",
    "other processes": (
        "ptrace process_vm_readv process_vm_writev kcmp tkill rt_sigqueueinfo rt_tgsigqueueinfo "
        "pidfd_open pidfd_getfd pidfd_send_signal process_madvise process_mrelease "
        "move_pages migrate_pages setpriority ioprio_set"
    ),
    "what outlives a process": (
        "shmget shmat shmdt shmctl semget semop semctl semtimedop msgget msgsnd msgrcv msgctl "
        "mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr "
        "add_key request_key keyctl"
    ),
    "the kernel": (
        "io_uring_setup io_uring_enter io_uring_register bpf perf_event_open userfaultfd "
        "fanotify_init fanotify_mark name_to_handle_at open_by_handle_at lookup_dcookie "
        "init_module finit_module delete_module kexec_load kexec_file_load reboot swapon swapoff "
        "acct quotactl quotactl_fd syslog settimeofday clock_settime clock_adjtime adjtimex "
        "sethostname setdomainname iopl ioperm vhangup personality nfsservctl uselib "
        "landlock_create_ruleset landlock_add_rule landlock_restrict_self seccomp"
    ),
    "the tree of files": (
        "mount umount2 pivot_root chroot unshare setns open_tree move_mount fsopen fsconfig "
        "fsmount fspick mount_setattr mknod mknodat"
    ),
    "its own identity": (
        "setuid setgid setreuid setregid setresuid setresgid setgroups setfsuid setfsgid capset"
    ),
}
# "Does not exist": the C library then takes the older call, whose flags a filter can read; and
# files in memory that no limit counts are done without.
ABSENT = "clone3 memfd_create memfd_secret"
# Done, it is said, and nothing happens: Landlock does not watch them, and honest code that
# copies a file with its mode should go on.
PRETENDED = (
    "chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat setxattr lsetxattr fsetxattr "
    "removexattr lremovexattr fremovexattr utime utimes futimesat utimensat"
)
# Refused with this first argument: the parent's end is to be its own end, whatever it says.
PARENT_DEATH_SIGNAL = 1
# Refused with these second arguments. Whoever owns a file may lease it, and who opens it then
# waits in the kernel for 45 seconds: the grader, or the next student, for the grader's user owns
# what all import. The others have the kernel send any signal to any process of the user.
HELD_BACK = {
    "fcntl": {
        "F_SETLEASE": 1024,
        "F_NOTIFY": 1026,
        "F_SETOWN": 8,
        "F_SETSIG": 10,
        "F_SETOWN_EX": 15,
    },
    "ioctl": {"FIOSETOWN": 0x8901, "SIOCSPGRP": 0x8902},
}
# Allowed for this process alone: the number of the argument that names it.
OF_ITSELF = {"kill": 0, "tgkill": 0}
# Allowed where the argument is 0, "the caller".
OF_THE_CALLER = {
    "prlimit64": 0,
    "sched_setaffinity": 0,
    "sched_setattr": 0,
    "sched_setparam": 0,
    "sched_setscheduler": 0,
    "setpgid": 0,
}
# A pair of sockets that keep no bounds of messages can be sent from to nobody but each other; from
# one of another kind a packet goes to any named socket of the machine.
STREAM, KIND_OF_SOCKET = 1, 0xF


def available() -> str | None:
    """Say why there is no filter to be had, or None if there is."""
    try:
        import pyseccomp
    except (ImportError, OSError, RuntimeError) as error:
        return f"libseccomp cannot be loaded ({error})"
    try:
        pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    except OSError as error:
        return f"libseccomp does not work here ({error})"
    return None


class Filter:
    """The filter, built once and put on by each process that is forked afterwards.

    Raises:
        OSError: libseccomp cannot build it.
    """

    def __init__(self) -> None:
        import pyseccomp as lib

        self._filter = made = lib.SyscallFilter(lib.ERRNO(errno.ENOSYS))
        # What is allowed in some cases: what it takes, and the opposite.
        thread, caller = CLONE_THREAD, OF_THE_CALLER.items()
        flags = [lib.Arg(0, lib.MASKED_EQ, thread, flag) for flag in (thread, 0)]
        wish = [lib.Arg(0, relation, PARENT_DEATH_SIGNAL) for relation in (lib.NE, lib.EQ)]
        either = {"clone": flags, "prctl": wish}
        either |= {name: [lib.Arg(at, how, 0) for how in (lib.EQ, lib.NE)] for name, at in caller}
        _add(made, lib.ERRNO(errno.EPERM), " ".join(REFUSED.values()))
        _add(made, lib.ERRNO(0), PRETENDED)
        for name, (right, wrong) in either.items():
            made.add_rule(lib.ALLOW, name, right)
            made.add_rule(lib.ERRNO(errno.EPERM), name, wrong)
        # Any other pair meets the filter's own answer.
        stream = lib.Arg(1, lib.MASKED_EQ, KIND_OF_SOCKET, STREAM)
        made.add_rule(lib.ALLOW, "socketpair", stream)
        handled = {
            *ABSENT.split(),
            *" ".join(REFUSED.values()).split(),
            *PRETENDED.split(),
            *either,
            "socketpair",
        }
        for number in range(NEWEST + 1):
            known = _name(number)
            if known is not None and known not in handled:
                made.add_rule(lib.ALLOW, number)

    def restrict_self(self) -> None:
        """Give the calls up, for good. Call it while the process has one thread.

        Raises:
            OSError: the kernel refuses the filter.
        """
        import pyseccomp as lib

        # The strictest filter decides; the second refuses that there be a third.
        of_itself = lib.SyscallFilter(lib.ALLOW)
        for name, place in OF_ITSELF.items():
            of_itself.add_rule(lib.ERRNO(errno.EPERM), name, lib.Arg(place, lib.NE, os.getpid()))
        _hold_back(of_itself)
        of_itself.load()
        self._filter.load()


def restrict_self() -> None:
    """Build the filter and put it on."""
    Filter().restrict_self()


def leave_marks_alone() -> None:
    """Give up changing the mode, the owner and the dates of files, leases, and nothing else.

    Where the student's process keeps the grader's user, Landlock alone would let it.
    """
    import pyseccomp as lib

    made = lib.SyscallFilter(lib.ALLOW)
    _add(made, lib.ERRNO(0), PRETENDED)
    _hold_back(made)
    made.load()


def _hold_back(made: Any) -> None:
    import pyseccomp as lib

    # The kernel reads 32 bits of a command, whatever stands in the others.
    for name, commands in HELD_BACK.items():
        for command in commands.values():
            wrong = lib.Arg(1, lib.MASKED_EQ, 0xFFFFFFFF, command)
            made.add_rule(lib.ERRNO(errno.EPERM), name, wrong)


def _add(made: Any, action: Any, names: str) -> None:
    for name in names.split():
        if _number(name) is not None:
            made.add_rule(action, name)


def _number(name: str) -> int | None:
    """Give a call's number; None where this architecture or libseccomp does not have it."""
    import pyseccomp as lib

    try:
        number = lib.resolve_syscall(lib.system_arch(), name)
    except (OSError, ValueError):
        return None
    return int(number) if number >= 0 else None


def _name(number: int) -> str | None:
    import pyseccomp as lib

    try:
        return str(lib.resolve_syscall(lib.system_arch(), number), "ascii")
    except (OSError, ValueError):
        return None
