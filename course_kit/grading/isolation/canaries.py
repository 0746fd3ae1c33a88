"""Canaries: attacks of our own, run where a student's code runs, to see what holds.

Each is a function of the judge's request that tries one thing and returns whether it *failed to
get through*. It runs in a real child, behind everything that a student's process gives up. What
a property is worth is what its canary tried, no more.
"""

from __future__ import annotations

import ctypes
import math
import mmap
import os
import signal
import socket
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from course_kit.checks.answers import Message
from course_kit.grading.channel import PlainChannel

Request = dict[str, Any]
_SHMGET, _MSGGET = {"x86_64": (29, 68), "aarch64": (194, 186)}.get(os.uname().machine, (0, 0))


def run(channel: PlainChannel, request: Request) -> None:
    """Try one canary and say whether it was held: "held", "free" or what went wrong."""
    try:
        held = "held" if CANARIES[request["canary"]](request) else "free"
    except Exception as error:  # an attack that breaks down has shown nothing
        held = f"{type(error).__name__}: {error}"
    channel.send(Message("canary", held))


def _refused(deed: Callable[[], object]) -> bool:
    try:
        deed()
    except OSError:
        return True
    return False


def works(request: Request) -> bool:
    """No attack: what honest notebooks do must still be possible."""
    import asyncio
    import threading

    import keras
    import numpy as np
    import tensorflow as tf

    asyncio.run(asyncio.sleep(0))
    thread = threading.Thread(target=lambda: None)
    thread.start()
    thread.join()
    x = np.ones((8, 2), "float32")
    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(tf.data.Dataset.from_tensor_slices((x, x[:, :1])).batch(4), verbose=0)
    model.save("model.keras")
    again = keras.models.load_model("model.keras")
    return bool(np.allclose(again.predict(x, verbose=0), model.predict(x, verbose=0)))


def processor_time(request: Request) -> bool:
    """Held if this never returns: the judge sees the system end it."""
    end = math.ceil(time.process_time()) + request["bounds"]["cpu_seconds"] + 3
    while time.process_time() < end:
        pass
    return False


def memory(request: Request) -> bool:
    """Allocate more than the limit."""
    try:
        mmap.mmap(-1, request["bounds"]["memory_bytes"] + 2**28)
    except (OSError, MemoryError):
        return True
    return False


def file_size(request: Request) -> bool:
    """Write a file larger than the limit."""
    with open("large", "wb", buffering=0) as file:
        return _refused(lambda: os.posix_fallocate(file.fileno(), 0, _more_than_a_file(request)))


def files(request: Request) -> bool:
    """Read, list and write what is the grader's, and another student's; hold up who reads."""
    import numpy as np

    trap, inside = request["trap"], os.path.join(request["trap"], "canary")
    deeds: list[Callable[[], object]] = [
        lambda: open(inside).close(),
        lambda: open(inside, "a").close(),
        lambda: open(os.path.join(trap, "new"), "w").close(),
        lambda: os.unlink(inside),
        lambda: os.rename(trap, f"{trap}-moved"),
    ]
    # What is the instructor's own is looked at, and left as it is.
    deeds += [partial(_look, path) for path in (trap, *request["guarded"])]
    return all(map(_refused, deeds)) and _marks_stay(inside) and not _leases(np.__file__)


def _marks_stay(path: str) -> bool:
    """Change the mode and the date of a file; being told that it was done is not the deed."""
    try:
        before = os.stat(path)
    except OSError:
        return True  # it cannot even be looked at
    for deed in (lambda: os.utime(path, (1, 1)), lambda: os.chmod(path, 0o777)):
        _refused(deed)
    after = os.stat(path)
    return (before.st_mode, before.st_mtime_ns) == (after.st_mode, after.st_mtime_ns)


def _leases(path: str) -> bool:
    """Lease a file that others import: who opens it would wait."""
    import fcntl

    with open(path, "rb") as file:
        try:
            fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_WRLCK)
            fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_UNLCK)
        except OSError:
            return False
    return True


def memory_of_others(request: Request) -> bool:
    """Read and write the memory and the environment of the judge, and of the zygote."""
    for number in (request["judge"], os.getppid() or 1):
        if number == os.getpid():  # process 1 of its own namespace: there is no other
            continue
        for name, mode in (("mem", "r+b"), ("environ", "rb"), ("maps", "rb")):
            if not _refused(partial(_read_one, f"/proc/{number}/{name}", mode)):
                return False
        if not _refused(partial(_read_memory, number)):
            return False
    return True


def signals(request: Request) -> bool:
    """Stop the judge, the zygote, and whatever else may be stopped."""
    numbers = {request["judge"], os.getppid()} - {0, os.getpid()}
    return all(_refused(partial(os.kill, n, signal.SIGCONT)) for n in numbers)


def network(request: Request) -> bool:
    """Connect to a port and to a named socket of the judge; send a packet."""
    family, kind = socket.AF_INET, socket.SOCK_STREAM

    def connect(where: Any, family: int = family, kind: int = kind) -> None:
        with socket.socket(family, kind) as end:
            end.settimeout(2)
            end.connect(where)
            end.send(b"x")

    port = ("127.0.0.1", request["port"])
    return (
        _refused(lambda: connect(port))
        and _refused(lambda: connect(("127.0.0.1", request["port"]), kind=socket.SOCK_DGRAM))
        and _refused(lambda: connect("\0" + request["name"], socket.AF_UNIX))
        # A pair needs no permission, but one of packets can be sent from to anybody.
        and _refused(lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM))
    )


def forks(request: Request) -> bool:
    """Start a process."""

    def fork() -> None:
        number = os.fork()
        if number == 0:
            os._exit(0)
        os.waitpid(number, 0)

    return _refused(fork)


def programs(request: Request) -> bool:
    """Become another program; there is no coming back where it works."""
    paths = ("/bin/true", "/usr/bin/true")
    return all(_refused(partial(os.execv, path, [path])) for path in paths)


def ipc(request: Request) -> bool:
    """Leave shared memory and a message queue of System V behind."""
    if not _SHMGET:
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    return libc.syscall(_SHMGET, 0, 4096, 0o1600) < 0 and libc.syscall(_MSGGET, 0, 0o1600) < 0


def own_processes(request: Request) -> bool:
    """Be the first process there is, and see no other."""
    return os.getpid() == 1


def own_network(request: Request) -> bool:
    """See no network but a loopback of its own."""
    try:
        with open("/proc/self/net/dev") as file:
            names = [line.split(":")[0].strip() for line in file if ":" in line]
    except OSError:
        names = [name for _, name in socket.if_nameindex()]
    return names == ["lo"]


def disk_quota(request: Request) -> bool:
    """Fill the folder beyond its size, with files that are each small enough."""
    block = bytes(2**20)
    try:
        for number in range(request["bounds"]["folder_bytes"] // 2**20 + 8):
            with open(f"filler-{number}", "wb") as file:
                file.write(block)
    except OSError:
        return True
    return False


def _more_than_a_file(request: Request) -> int:
    return int(request["bounds"]["file_bytes"]) + 1


def _look(path: str) -> None:
    """Open a file or a folder for reading."""
    os.close(os.open(path, os.O_RDONLY))


def _read_one(path: str, mode: str) -> None:
    with open(path, mode) as file:
        file.read(1)


def _read_memory(number: int) -> None:
    """process_vm_readv of one byte at an address that a fork has kept."""
    here = ctypes.create_string_buffer(1)

    class Span(ctypes.Structure):
        _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))

    local, remote = (Span(ctypes.addressof(here), 1) for _ in range(2))
    libc = ctypes.CDLL(None, use_errno=True)
    read = libc.process_vm_readv(number, ctypes.byref(local), 1, ctypes.byref(remote), 1, 0)
    # A bad address was looked for all the same: the process is open to us.
    if read < 0 and ctypes.get_errno() != 14:
        raise OSError(ctypes.get_errno(), "process_vm_readv")


CANARIES: dict[str, Callable[[Request], bool]] = {
    "honest work": works,
    "processor time": processor_time,
    "memory": memory,
    "file size": file_size,
    "files": files,
    "memory of others": memory_of_others,
    "signals": signals,
    "network": network,
    "fork": forks,
    "programs": programs,
    "ipc": ipc,
    "own processes": own_processes,
    "own network": own_network,
    "disk quota": disk_quota,
}
