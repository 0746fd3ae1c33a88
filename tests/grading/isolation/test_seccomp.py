"""The filter of system calls, in children of its own: what is refused, and what still works."""

import subprocess
import sys

import pytest

from course_kit.grading.isolation import seccomp

if seccomp.available() is not None:  # e.g. no libseccomp: the level says so
    pytest.skip(seccomp.available(), allow_module_level=True)

PROGRAM = """
import asyncio, ctypes, fcntl, mmap, os, resource, signal, socket, struct, subprocess, sys
import tempfile, threading
pair = socket.socketpair()
file = tempfile.TemporaryFile()
mine = file.fileno()
libc = ctypes.CDLL(None, use_errno=True)
def call(number, *arguments):
    if libc.syscall(number, *arguments) < 0:
        raise OSError(ctypes.get_errno(), "")
from course_kit.grading.isolation import seccomp
seccomp.restrict_self()
def attempt(deed):
    try:
        deed()
    except BaseException as error:
        print(type(error).__name__, flush=True)
    else:
        print("done", flush=True)
"""
PERMISSION, ABSENT = "PermissionError", "OSError"


def outcome(deed, setup="pass"):
    done = subprocess.run(
        [sys.executable, "-c", f"{PROGRAM}\n{setup}\nattempt(lambda: {deed})"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()[-1]


@pytest.mark.parametrize(
    ("deed", "expected"),
    [
        ("socket.socket()", PERMISSION),
        ("socket.socket(socket.AF_UNIX)", PERMISSION),
        ("socket.socket(socket.AF_INET, socket.SOCK_DGRAM)", PERMISSION),
        ("os.execv('/bin/true', ['true'])", PERMISSION),
        ("os.fork()", PERMISSION),
        ("subprocess.run(['true'])", PERMISSION),
        ("os.posix_spawn('/bin/true', ['true'], {})", PERMISSION),
        ("os.kill(os.getppid(), 0)", PERMISSION),
        ("os.kill(-1, 0)", PERMISSION),
        ("os.killpg(0, 0)", PERMISSION),
        ("os.pidfd_open(os.getppid())", PERMISSION),
        ("resource.prlimit(os.getppid(), resource.RLIMIT_CPU)", PERMISSION),
        ("os.sched_setaffinity(os.getppid(), [0])", PERMISSION),
        ("os.setuid(1)", PERMISSION),
        ("call(29, 0, 4096, 0o1666)", PERMISSION),  # shmget
        ("call(240, b'queue', 0o102, 0o600, None)", PERMISSION),  # mq_open
        ("call(101, 16, os.getppid(), 0, 0)", PERMISSION),  # ptrace
        ("call(310, os.getppid(), None, 0, None, 0, 0)", PERMISSION),  # process_vm_readv
        ("call(425, 1, None)", PERMISSION),  # io_uring_setup
        ("call(321, 0, None, 0)", PERMISSION),  # bpf
        ("call(317, 0, 0, None)", PERMISSION),  # seccomp
        ("os.memfd_create('x')", ABSENT),
        ("call(435, None, 0)", ABSENT),  # clone3
        ("call(463)", ABSENT),  # newer than the lists
        ("fcntl.fcntl(mine, fcntl.F_SETLEASE, fcntl.F_WRLCK)", PERMISSION),
        ("call(72, mine, (1 << 40) + fcntl.F_SETLEASE, fcntl.F_WRLCK)", PERMISSION),
        ("fcntl.fcntl(mine, fcntl.F_NOTIFY, fcntl.DN_CREATE)", PERMISSION),
        ("fcntl.fcntl(pair[0], fcntl.F_SETOWN, os.getppid())", PERMISSION),
        ("fcntl.fcntl(pair[0], fcntl.F_SETSIG, signal.SIGKILL)", PERMISSION),
        ("fcntl.ioctl(pair[0], 0x8901, struct.pack('i', os.getppid()))", PERMISSION),
        # What honest work needs.
        ("fcntl.lockf(mine, fcntl.LOCK_EX)", "done"),
        ("fcntl.fcntl(mine, fcntl.F_GETFL)", "done"),
        ("threading.Thread(target=print).start()", "done"),
        ("asyncio.run(asyncio.sleep(0))", "done"),
        ("(pair[0].sendall(b'x'), pair[1].recv(1))", "done"),
        ("tempfile.TemporaryFile().write(b'x')", "done"),
        ("mmap.mmap(-1, 4096)", "done"),
        ("signal.setitimer(signal.ITIMER_PROF, 1)", "done"),
        ("os.kill(os.getpid(), 0)", "done"),
        ("resource.setrlimit(resource.RLIMIT_CORE, (0, 0))", "done"),
        ("os.sched_setaffinity(0, os.sched_getaffinity(0))", "done"),
    ],
)
def test_call_is_refused_or_goes_on(deed, expected):
    assert outcome(deed) == expected


def test_change_of_mode_is_said_to_be_done_and_is_not(tmp_path):
    path = tmp_path / "file"
    path.write_text("x")
    path.chmod(0o600)
    assert outcome(f"os.chmod({str(path)!r}, 0o666)") == "done"
    assert path.stat().st_mode & 0o777 == 0o600


def test_filter_holds_in_threads():
    setup = """
found = []
def socket_in_a_thread():
    thread = threading.Thread(target=lambda: found.append(refused()))
    thread.start()
    thread.join()
    if found == [True]:
        raise PermissionError
def refused():
    try:
        socket.socket()
    except PermissionError:
        return True
"""
    assert outcome("socket_in_a_thread()", setup) == PERMISSION
