"""The zygote: has everything imported and nothing run, and forks once for each student.

    python -I -m course_kit.grading.zygote DESCRIPTOR

A program of its own, started by the judge with an environment of its own. It holds no claim, no
expected answer, no verdict and no salt: its children inherit its memory. TensorFlow survives a
fork only if it has not run a single operation; that is why the threads are counted before each.

The judge writes on one socket (JSON, with two sockets attached): fork, and give the child the
first. The second is the judge's line to the zygote about this child: its number comes back, then
its end; what the judge writes there, or hanging up, ends the child. An ended child is not waited
for until then, so that its number cannot mean another process.
"""

from __future__ import annotations

import contextlib
import fcntl
import gc
import json
import os
import selectors
import signal
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

MAX_REQUEST = 2**16
# Generations of detached processes that are ended after a submission.
MAX_STRAYS = 1_000


@dataclass
class _Child:
    number: int
    line: socket.socket
    told: bool = False


class Zygote:
    """Answers one judge until it hangs up.

    Args:
        judge: the socket on which it asks for children.
        config: what `main` was given: "plan", "labs" and "readable".
    """

    def __init__(self, judge: socket.socket, config: dict[str, Any]):
        from course_kit.grading.isolation.sandbox import Plan, Sandbox, interpreter_files

        self._judge = judge
        self._plan = Plan(**config["plan"])
        self._sandbox = Sandbox(self._plan, (*interpreter_files(), *config["readable"]))
        self._children: list[_Child] = []
        self._selector = selectors.DefaultSelector()
        self._selector.register(judge, selectors.EVENT_READ)
        # A child's end wakes the loop below.
        woken, self._waker = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._selector.register(woken, selectors.EVENT_READ)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._waker, warn_on_full_buffer=False)
        self._woken = woken
        self._threads, self._descriptors = _threads(), _descriptors()

    def serve(self) -> None:
        """Fork and watch until the judge hangs up; then end what still lives."""
        try:
            while True:
                for key, _ in self._selector.select():
                    if key.fileobj is self._judge:
                        if not self._asked():
                            return
                    elif key.fileobj == self._woken:
                        self._someone_ended()
                    else:
                        self._end(key.data)
        finally:
            for child in list(self._children):
                self._end(child)

    def _asked(self) -> bool:
        try:
            data, sockets, _, _ = socket.recv_fds(self._judge, MAX_REQUEST, 2)
        except ConnectionResetError:  # it hung up before it had read that all is ready
            return False
        if not data:
            return False
        end, line = (socket.socket(fileno=descriptor) for descriptor in sockets)
        broken = self._broken(end, line)
        if broken:
            _tell(line, {"broken": broken})
            raise SystemExit(1)
        request = json.loads(data)
        number = self._fork()
        if number == 0:
            self._become(end, request)
        end.close()
        child = _Child(number, line)
        self._children.append(child)
        self._selector.register(line, selectors.EVENT_READ, child)
        _tell(line, {"forked": number}, number if self._plan.namespaces else None)
        return True

    def _broken(self, *new: socket.socket) -> str:
        """Why no child can be trusted to be as it should, or nothing."""
        threads = _threads()
        if threads != self._threads:
            return f"it has {threads} threads instead of {self._threads}"
        known = self._descriptors | {child.line.fileno() for child in self._children}
        unknown = _descriptors() - known - {one.fileno() for one in new}
        return f"it has descriptors that are not its own: {sorted(unknown)}" if unknown else ""

    def _fork(self) -> int:
        if self._plan.namespaces:
            from course_kit.grading.isolation import namespaces

            return namespaces.fork()
        return os.fork()

    def _become(self, end: socket.socket, request: dict[str, Any]) -> NoReturn:
        """In the child: be the student's process, and never come back."""
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.setsid()
            keep = os.dup2(end.fileno(), 3)
            os.closerange(4, os.sysconf("SC_OPEN_MAX"))
            from course_kit.grading.student_process import run

            run(socket.socket(fileno=keep), self._sandbox, request)
            code = 0
        finally:
            os._exit(code)

    def _someone_ended(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(self._woken, 4096)
        for child in self._children:
            if not child.told:
                # Only looked at: it stays a zombie, and its number its own.
                found = os.waitid(os.P_PID, child.number, os.WEXITED | os.WNOHANG | os.WNOWAIT)
                if found is not None:
                    child.told = True
                    ended = found.si_status
                    killed = found.si_code != os.CLD_EXITED
                    _tell(child.line, {"ended": -ended if killed else ended})

    def _end(self, child: _Child) -> None:
        self._selector.unregister(child.line)
        self._children.remove(child)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.number, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child.number, signal.SIGKILL)
        _, _, used = os.wait4(child.number, 0)
        self._end_strays()
        _tell(child.line, {"cpu_seconds": used.ru_utime + used.ru_stime})
        child.line.close()

    def _end_strays(self) -> None:
        """End processes whose parent has ended: whoever detached itself is a child of ours now.

        One of a submission that still lives goes too: no notebook needs one. In a namespace of
        its own a submission's processes end with the first of them, and have other numbers here.
        """
        if self._plan.namespaces:
            return
        for _ in range(MAX_STRAYS):  # one may have had children, which are ours after it
            strays = _own_children() - {child.number for child in self._children}
            if not strays:
                return
            for number in strays:
                os.kill(number, signal.SIGKILL)
                os.waitpid(number, 0)


def main() -> None:
    """Prepare, say that all is ready, and serve."""
    judge = socket.socket(fileno=int(sys.argv[1]))
    config = json.loads(judge.recv(MAX_REQUEST))
    if config["plan"]["namespaces"]:
        from course_kit.grading.isolation import namespaces

        namespaces.prepare()  # while there is one thread
    from course_kit.grading import student_process
    from course_kit.grading.isolation import kernel

    kernel.prctl(kernel.CHILD_SUBREAPER, 1)  # whoever detaches itself becomes ours
    with _ending_with(judge):
        student_process.load(config["lab"])
    gc.collect()
    gc.freeze()  # the collector would otherwise write to, and so copy, every page
    kernel.release_program_text()
    zygote = Zygote(judge, config)
    with contextlib.suppress(BrokenPipeError):  # it has hung up, which ends `serve` at once
        judge.send(json.dumps({"ready": _threads()}).encode())
    zygote.serve()


@contextlib.contextmanager
def _ending_with(judge: socket.socket) -> Iterator[None]:
    """Meanwhile nobody reads what the judge says, which is nothing: its hanging up is a signal."""
    kept = fcntl.fcntl(judge, fcntl.F_GETFL)
    signal.signal(signal.SIGIO, lambda *_: os._exit(0))
    fcntl.fcntl(judge, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(judge, fcntl.F_SETFL, kept | os.O_ASYNC)
    try:
        yield
    finally:
        fcntl.fcntl(judge, fcntl.F_SETFL, kept)
        signal.signal(signal.SIGIO, signal.SIG_DFL)


def _tell(line: socket.socket, what: dict[str, Any], number: int | None = None) -> None:
    """Tell the judge; a process number in words the judge's own namespace understands."""
    import struct

    rights = []
    if number is not None:
        credentials = struct.pack("iII", number, os.getuid(), os.getgid())
        rights = [(socket.SOL_SOCKET, socket.SCM_CREDENTIALS, credentials)]
    with contextlib.suppress(OSError):  # the judge has hung up
        line.sendmsg([json.dumps(what).encode()], rights)


def _threads() -> int:
    return len(os.listdir("/proc/self/task"))


def _own_children() -> set[int]:
    try:
        with open("/proc/thread-self/children") as file:
            return set(map(int, file.read().split()))
    except FileNotFoundError:  # a kernel without this file
        return set()


def _descriptors() -> set[int]:
    found = set(map(int, os.listdir("/proc/self/fd")))
    # The listing's own descriptor is closed by now.
    return {descriptor for descriptor in found if _is_open(descriptor)}


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


if __name__ == "__main__":
    main()
