"""The judge's side of a student's process: start it, ask it, end it."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from course_kit.checks.answers import Message, ProtocolError, clean, from_message
from course_kit.checks.lab import Lab, StudentError, StudentGone
from course_kit.grading.channel import Channel, Closed
from course_kit.grading.limits import GIB, Limits

START_SECONDS = 120
# The wall clock is a backstop only, so that a busy machine fails nobody.
WALL_OVER_CPU = 10
MAX_RESIDENT = 4 * GIB
MAX_RESTARTS = 6
MAX_NOTES = 100


class GraderFailure(Exception):
    """The grader itself could not do its work; says nothing about the student."""


class _Overtime(Exception):
    pass


class StudentProcess:
    """A process with the student's cells run, ready to be asked.

    Args:
        data: the notebook's bytes.
        lab: whose probes it answers.
        skip: numbers of the code cells that ended an earlier process.
        cpu_left: processor time, in seconds, that the submission still has.
    """

    def __init__(self, data: bytes, lab: Lab, skip: list[int], cpu_left: float):
        self.notes: list[str] = []
        self.cell: int | None = None
        self.unreadable: str | None = None
        self._folder = Path(tempfile.mkdtemp(prefix="course-kit-"))
        self._lab, self._cpu_left = lab, cpu_left
        ours, theirs = socket.socketpair()
        self._channel = Channel(ours, self._watch)
        with theirs, open(self._folder / "stderr", "wb") as errors:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-I",
                    "-m",
                    "course_kit.grading.student_process",
                    f"{theirs.fileno()}",
                ],
                cwd=self._folder,
                env=_environment(self._folder),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
        self._vitals = psutil.Process(self._process.pid)
        self.cpu_seconds = 0.0
        self._allow(START_SECONDS)
        self._say_hello()
        self._open(data, skip)

    def run_cells(self) -> None:
        """Wait until the cells have run; `StudentGone` if the process ends before that."""
        self._allow(self._lab.cell_seconds + self._lab.probe_seconds)
        while (message := self._receive()).kind != "ready":
            if message.kind == "cell":
                self.cell = int(message.arrays[0])
                self._allow(self._lab.cell_seconds + self._lab.probe_seconds)
            elif message.kind == "cell_error":
                self._note(f"Code cell {int(message.arrays[0])}: {message.text}")
            elif message.kind == "finding":
                self._note(message.text)
            elif message.kind == "unreadable":
                self.unreadable = clean(message.text)
                return
            else:
                raise StudentGone("the student's process spoke out of turn")
        self.cell = None

    def ask(self, probe: str, arguments: tuple[Any, ...]) -> Any:
        """Ask one probe; the answer as arrays.

        Raises:
            StudentError: if the student's code raised or gave no array.
            StudentGone: if the process ended, or its time did.
        """
        ticket = secrets.token_hex(16)
        self._allow(self._lab.probe_seconds)
        arrays = [np.asarray(argument) for argument in arguments]
        self._send(Message("ask", f"{probe} {ticket}", arrays))
        reply = self._receive()
        if reply.kind == "error" and reply.text.startswith(f"{ticket} "):
            raise StudentError(clean(reply.text[len(ticket) + 1 :]))
        if reply.kind not in ("answer", "answers") or reply.text != ticket or not reply.arrays:
            raise StudentGone("the student's process spoke out of turn")
        return from_message(reply)

    def end(self) -> None:
        """End the process with all it started, and remove its folder."""
        try:
            family = [*self._vitals.children(recursive=True), self._vitals]
        except psutil.NoSuchProcess:
            family = []
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        for process in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self._process.wait()
        self._channel.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _say_hello(self) -> None:
        # Before this message the child has run our code only.
        try:
            self._channel.receive()
        except (Closed, ProtocolError, _Overtime) as error:
            said = (self._folder / "stderr").read_text(errors="replace").strip().split("\n")[-1]
            self.end()
            raise GraderFailure(f"the student's process did not start: {said or error!r}") from None

    def _open(self, data: bytes, skip: list[int]) -> None:
        config = {
            "limits": Limits(cpu_seconds=max(1, int(self._cpu_left))).key(),
            "skip": skip,
            "cell_seconds": self._lab.cell_seconds,
            "allows": self._lab.allows,
            "probes": self._lab.probes,
        }
        self._send(Message("open", json.dumps(config), [np.frombuffer(data, np.uint8)]))

    def _send(self, message: Message) -> None:
        self._guarded(lambda: self._channel.send(message))

    def _receive(self) -> Message:
        return self._guarded(self._channel.receive)

    def _guarded(self, exchange: Callable[[], Any]) -> Any:
        try:
            return exchange()
        except Closed:
            raise StudentGone(self._last_words()) from None
        except (_Overtime, ProtocolError) as error:
            raise StudentGone(str(error)) from None

    def _allow(self, cpu_seconds: float) -> None:
        """From now on the process may use that much; never more than the submission has left."""
        used = self._used()
        self._cpu_end = min(used + cpu_seconds, self._cpu_left)
        self._cpu_step = self._cpu_end - used
        self._wall_end = time.monotonic() + WALL_OVER_CPU * max(1.0, self._cpu_step)

    def _watch(self) -> None:
        if self._used() > self._cpu_end:
            spent = (
                "the submission's"
                if self._cpu_end >= self._cpu_left
                else f"{self._cpu_step:.0f} s of"
            )
            raise _Overtime(f"stopped: it used up {spent} processor time")
        if time.monotonic() > self._wall_end:
            raise _Overtime(f"stopped: no answer in {WALL_OVER_CPU * self._cpu_step:.0f} s")

    def _used(self) -> float:
        try:
            with self._vitals.oneshot():
                times = self._vitals.cpu_times()
                resident = self._vitals.memory_info().rss
        except psutil.Error:
            return self.cpu_seconds  # it has ended; the socket will say so
        if resident > MAX_RESIDENT:
            raise _Overtime(f"stopped: it used more than {MAX_RESIDENT / GIB:.0f} GiB of memory")
        self.cpu_seconds = times.user + times.system + times.children_user + times.children_system
        return self.cpu_seconds

    def _last_words(self) -> str:
        try:
            code = self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            return "the process closed its connection to the grader"
        if code >= 0:
            return f"the process ended itself (exit code {code})"
        if -code in (signal.SIGXCPU, signal.SIGKILL):
            return f"the process was ended by the system ({signal.Signals(-code).name})"
        return f"the process crashed ({signal.strsignal(-code)})"

    def _note(self, text: str) -> None:
        if len(self.notes) < MAX_NOTES:
            self.notes.append(clean(text, 400))


class Submitted:
    """A student whose code is in another process, started again where it ends.

    Args:
        data: the notebook's bytes.
        lab: whose claims ask.
    """

    def __init__(self, data: bytes, lab: Lab):
        self._data, self._lab = data, lab
        self._process: StudentProcess | None = None
        self._skip: list[int] = []
        self._restarts = 0
        self._gone: str | None = None
        self._spent = 0.0
        self.notes: list[str] = []
        self.unreadable: str | None = None

    @property
    def cpu_seconds(self) -> float:
        """Processor time of all its processes so far."""
        return self._spent + (self._process.cpu_seconds if self._process else 0.0)

    def begin(self) -> None:
        """Before each exercise: a process that ended is started again."""
        if self.unreadable is None and self._restarts <= MAX_RESTARTS:
            self._gone = None

    def __call__(self, probe: Callable[..., Any], *arguments: Any) -> Any:
        """Ask one probe; `StudentError` where no answer comes back."""
        if self._gone:
            raise StudentGone(self._gone)
        try:
            return self._ready().ask(probe.__name__, arguments)
        except StudentGone as gone:
            self._lose(probe.__name__, str(gone))
            raise

    def end(self) -> None:
        """End its process, if there is one."""
        if self._process:
            self._spent += self._process.cpu_seconds
            self._process.end()
            self._process = None

    def _ready(self) -> StudentProcess:
        while self._process is None:
            left = self._lab.total_seconds - self._spent
            if left <= 0:
                self._restarts = MAX_RESTARTS + 1
                raise StudentGone(
                    f"the notebook used up its {self._lab.total_seconds} s of processor time"
                )
            self._process = process = StudentProcess(self._data, self._lab, self._skip, left)
            try:
                process.run_cells()
                self._add_notes(process.notes)
            except StudentGone as gone:
                self._add_notes(process.notes)
                self._after_cell(process.cell, str(gone))
            if process.unreadable is not None:
                self.unreadable = f"the notebook cannot be read: {process.unreadable}"
                raise StudentGone(self.unreadable)
        return self._process

    def _after_cell(self, cell: int | None, reason: str) -> None:
        """A cell ended the process: leave it out next time."""
        self.end()
        self._restarts += 1
        if cell is None or cell in self._skip or self._restarts > MAX_RESTARTS:
            raise StudentGone(f"the notebook did not run to its end: {reason}")
        self._add_notes([f"Code cell {cell} ended the process ({reason}); it was left out."])
        self._skip.append(cell)

    def _lose(self, probe: str, reason: str) -> None:
        if self._process:  # it was being asked, and did not live to answer
            self._add_notes([f"Asked for {probe!r}: {reason}."])
        self.end()
        self._restarts += 1
        self._gone = reason

    def _add_notes(self, notes: list[str]) -> None:
        self.notes += [note for note in notes if note not in self.notes]


def _environment(folder: Path) -> dict[str, str]:
    homes = {name: str(folder / name.lower()) for name in ("HOME", "TMPDIR", "KERAS_HOME")}
    homes |= {name: str(folder / name.lower()) for name in ("MPLCONFIGDIR", "IPYTHONDIR")}
    for path in homes.values():
        os.mkdir(path)
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
            "TF_ENABLE_ONEDNN_OPTS": "0",
            "COURSE_KIT_SMOKE": "1",
        }
    )
