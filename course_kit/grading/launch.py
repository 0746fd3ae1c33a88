"""The judge's hold on students' processes: have one started, watch it, end it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from course_kit.checks.lab import AskingFailed
from course_kit.grading.folders import HOMES, remove
from course_kit.grading.isolation.sandbox import Plan
from course_kit.grading.limits import Limits

# A zygote imports TensorFlow; a busy machine may take this long, in seconds.
START_SECONDS = 180
END_SECONDS = 20
# Living processes of one judge, at most; with its own number they name a user each.
SLOTS = 256
_CREDENTIALS = struct.Struct("iII")


class GraderFailure(AskingFailed):
    """The grader itself could not do its work; says nothing about the student."""


class ZygoteGone(GraderFailure):
    """The zygote ended or is not as it should be; the next child comes from a new one."""


class Stopped(AskingFailed):
    """The user wants no more of it."""


class Child:
    """A student's process, as the judge sees it.

    Attributes:
        end: the judge's end of the wire to it.
        folder: the one place where it may write.
    """

    def __init__(self, number: int, end: socket.socket, folder: Path):
        self.end, self.folder = end, folder
        self.cpu_seconds = 0.0
        self.vitals = psutil.Process(number)
        self.afterwards: Callable[[], None] = lambda: None

    def ended(self, seconds: float) -> int | None:
        """Wait for its end: the exit code, minus a signal's number, or None."""
        raise NotImplementedError

    def finish(self) -> None:
        """End it with all that it started, and remove its folder."""
        raise NotImplementedError

    def _family(self) -> list[psutil.Process]:
        # Only where forks are not refused is there anybody but itself.
        try:
            return [*self.vitals.children(recursive=True), self.vitals]
        except psutil.Error:
            return []


class ForkedChild(Child):
    """A child of a zygote, which waits for it in the judge's stead."""

    def __init__(self, number: int, end: socket.socket, folder: Path, line: socket.socket):
        self._line, self._code = line, None
        super().__init__(number, end, folder)

    def ended(self, seconds: float) -> int | None:
        """As the zygote tells; `ZygoteGone` if there is none any more."""
        if self._code is None:
            self._line.settimeout(seconds)
            with contextlib.suppress(TimeoutError):
                self._code = _heard(self._line)["ended"]
        return self._code

    def finish(self) -> None:
        """By the zygote, or without it."""
        family = self._family()
        self._line.settimeout(END_SECONDS)
        try:
            self._line.send(b"end")
            while "cpu_seconds" not in (said := _heard(self._line)):
                pass
            self.cpu_seconds = said["cpu_seconds"]
        except (OSError, ZygoteGone):
            family = family or self._family()
        finally:
            _kill(family)
            self._line.close()
            self.end.close()
            remove(self.folder)
            self.afterwards()


class FreshChild(Child):
    """A child of the judge, with an interpreter of its own: slow, and anywhere."""

    def __init__(self, request: dict[str, Any], end: socket.socket, theirs: socket.socket):
        folder = Path(request["folder"])
        with theirs, open(folder / "stderr", "wb") as errors:
            self._process = subprocess.Popen(
                _program("course_kit.grading.student_process", theirs),
                cwd=folder,
                env=environment(folder),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
        super().__init__(self._process.pid, end, folder)

    def ended(self, seconds: float) -> int | None:
        """As the system tells."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self._process.wait(seconds)
        return None

    def finish(self) -> None:
        """With its session."""
        family = self._family()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        _kill(family)
        self._process.wait()
        self.end.close()
        remove(self.folder)
        self.afterwards()


@dataclass
class Launcher:
    """Starts students' processes of one lab, from a zygote where fork is to be trusted.

    Safe to share between threads: one zygote serves all the jobs of a machine.

    Args:
        lab: "allows" and "probes" of the lab.
        plan: what the processes give up.
        readable: folders they may read, beside the interpreter's.
        fork: whether from a zygote; else each is an interpreter of its own.

    Attributes:
        stopped: set it, and whoever waits for one of the processes goes no further.
    """

    lab: dict[str, Any]
    plan: Plan
    readable: tuple[str, ...] = ()
    fork: bool = sys.platform == "linux"
    stopped: threading.Event = field(default_factory=threading.Event, init=False)
    _zygote: _ZygoteProcess | None = field(default=None, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)
    _slots: set[int] = field(default_factory=set, init=False)

    def start(self, limits: Limits, role: str = "student", **more: Any) -> Child:
        """Have a process started; it has said nothing yet.

        Raises:
            GraderFailure: there is none to be had.
        """
        ours, theirs = socket.socketpair()
        folder = Path(tempfile.mkdtemp(prefix="course-kit-"))
        request = {"role": role, "folder": str(folder), "limits": limits.key()} | more
        slot = self._take_slot()
        request["slot"] = os.getpid() * SLOTS + slot
        try:
            if self.fork:
                with self._lock:
                    child: Child = self._forked(request, ours, theirs)
            else:
                request |= {"lab": self.lab, "plan": self.plan.key(), "readable": self.readable}
                child = FreshChild(request, ours, theirs)
                ours.sendall(_frame(request))
        except BaseException:
            self._free_slot(slot)
            ours.close()
            theirs.close()
            remove(folder)
            raise
        child.afterwards = lambda: self._free_slot(slot)
        return child

    def close(self) -> None:
        """End the zygote with all its children."""
        with self._lock:
            if self._zygote:
                self._zygote.close()
                self._zygote = None

    def _take_slot(self) -> int:
        """The lowest number that no living process of ours has."""
        with self._lock:
            slot = next(n for n in range(SLOTS) if n not in self._slots)
            self._slots.add(slot)
            return slot

    def _free_slot(self, slot: int) -> None:
        with self._lock:
            self._slots.discard(slot)

    def _forked(
        self, request: dict[str, Any], ours: socket.socket, theirs: socket.socket
    ) -> ForkedChild:
        if self._zygote is None:
            config = {"lab": self.lab, "plan": self.plan.key(), "readable": self.readable}
            self._zygote = _ZygoteProcess(config)
        try:
            return self._zygote.fork(request, ours, theirs)
        except ZygoteGone:
            self._zygote.close()
            self._zygote = None
            raise


class _ZygoteProcess:
    """The zygote as the judge sees it."""

    def __init__(self, config: dict[str, Any]):
        self._folder = Path(tempfile.mkdtemp(prefix="course-kit-zygote-"))
        self._pid_in_words = bool(config["plan"]["namespaces"])
        self._judge, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs, open(self._folder / "stderr", "wb") as errors:
            self._process = subprocess.Popen(
                _program("course_kit.grading.zygote", theirs),
                cwd=self._folder,
                env=environment(self._folder),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
        self._judge.settimeout(START_SECONDS)
        try:
            self._judge.send(json.dumps(config).encode())
            _heard(self._judge)
        except (OSError, ZygoteGone, TimeoutError) as error:
            said = (self._folder / "stderr").read_text(errors="replace").strip().split("\n")[-1]
            self.close()
            raise GraderFailure(f"the zygote did not start: {said or error!r}") from None

    def fork(
        self, request: dict[str, Any], ours: socket.socket, theirs: socket.socket
    ) -> ForkedChild:
        line, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        line.settimeout(END_SECONDS)
        if self._pid_in_words:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        try:
            with theirs, far:
                sent = [theirs.fileno(), far.fileno()]
                socket.send_fds(self._judge, [json.dumps(request).encode()], sent)
            said, number = _heard_with_number(line)
            if "forked" not in said:
                raise ZygoteGone(f"the zygote is not as it should be: {said.get('broken')}")
            pid = number if self._pid_in_words else said["forked"]
            return ForkedChild(pid, ours, Path(request["folder"]), line)
        except (OSError, psutil.Error) as error:
            line.close()
            raise ZygoteGone(f"the zygote ended ({error})") from None
        except ZygoteGone:
            line.close()
            raise

    def close(self) -> None:
        self._judge.close()  # the zygote takes that as the end, and takes its children with it
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)


def environment(folder: Path) -> dict[str, str]:
    """Give a student's process its environment: nothing of the judge's but what is named here."""
    homes = {name: str(folder / name.lower()) for name in HOMES}
    for path in homes.values():
        os.makedirs(path, exist_ok=True)
    kept = {name: os.environ[name] for name in ("COURSE_KIT_DATA",) if name in os.environ}
    return (
        homes
        | kept
        | {
            "PATH": "/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "MPLBACKEND": "Agg",
            "KERAS_BACKEND": "tensorflow",
            "CUDA_VISIBLE_DEVICES": "",
            "TF_CPP_MIN_LOG_LEVEL": "3",
            # The same numbers on every machine, however many cores it has.
            "TF_ENABLE_ONEDNN_OPTS": "0",
            "TF_NUM_INTRAOP_THREADS": "1",
            "TF_NUM_INTEROP_THREADS": "2",
            "OPENBLAS_NUM_THREADS": "1",
            "COURSE_KIT_SMOKE": "1",
        }
    )


def _program(module: str, end: socket.socket) -> list[str]:
    return [sys.executable, "-I", "-m", module, f"{end.fileno()}"]


def _heard(line: socket.socket) -> dict[str, Any]:
    return _heard_with_number(line)[0]


def _heard_with_number(line: socket.socket) -> tuple[dict[str, Any], int]:
    """What the zygote says, and the process number it vouches for, in our own numbers."""
    try:
        data, rights, _, _ = line.recvmsg(4096, socket.CMSG_SPACE(_CREDENTIALS.size))
    except TimeoutError:
        raise
    except OSError as error:
        raise ZygoteGone(f"the zygote ended ({error})") from None
    if not data:
        raise ZygoteGone("the zygote ended")
    numbers = [_CREDENTIALS.unpack(found)[0] for _, kind, found in rights if kind == 2]
    return json.loads(data), (numbers or [0])[0]


def _frame(request: dict[str, Any]) -> bytes:
    from course_kit.checks.answers import Message, encode

    blob = encode(Message("request", json.dumps(request)))
    return len(blob).to_bytes(4, "big") + blob


def _kill(family: list[psutil.Process]) -> None:
    for process in family:
        with contextlib.suppress(psutil.Error):
            process.kill()
