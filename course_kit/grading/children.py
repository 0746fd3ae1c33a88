"""A student's process as the judge sees it: watched, and ended with all it started."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from course_kit.checks.lab import AskingFailed
from course_kit.grading.folders import HOMES, remove

END_SECONDS = 20
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
                self._code = heard(self._line)["ended"]
        return self._code

    def finish(self) -> None:
        """By the zygote, or without it."""
        self._line.settimeout(END_SECONDS)
        try:
            self._line.send(b"end")
            while "cpu_seconds" not in (said := heard(self._line)):
                pass
            self.cpu_seconds = said["cpu_seconds"]
        except (OSError, ZygoteGone):
            _kill(self._family())
        finally:
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
                program("course_kit.grading.student_process", theirs),
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


def program(module: str, end: socket.socket) -> list[str]:
    """The command of one of our own programs, in isolated mode, with a socket to talk on."""
    return [sys.executable, "-I", "-m", module, f"{end.fileno()}"]


def heard(line: socket.socket) -> dict[str, Any]:
    """What the zygote says; `ZygoteGone` where it says nothing any more."""
    return heard_with_number(line)[0]


def heard_with_number(line: socket.socket) -> tuple[dict[str, Any], int]:
    """What the zygote says, and the process number it vouches for, in our own numbers."""
    try:
        data, rights, _, _ = line.recvmsg(4096, socket.CMSG_SPACE(_CREDENTIALS.size))
    except TimeoutError:
        raise
    except OSError as error:
        raise ZygoteGone(f"the zygote ended ({error})") from None
    if not data:
        raise ZygoteGone("the zygote ended")
    numbers = [
        _CREDENTIALS.unpack(found)[0] for _, kind, found in rights if kind == socket.SCM_CREDENTIALS
    ]
    return json.loads(data), (numbers or [0])[0]


def _kill(family: list[psutil.Process]) -> None:
    for process in family:
        with contextlib.suppress(psutil.Error):
            process.kill()
