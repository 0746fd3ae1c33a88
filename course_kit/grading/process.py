"""One process of a student, asked under a budget of processor time."""

from __future__ import annotations

import json
import math
import secrets
import signal
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from course_kit.checks.answers import Message, ProtocolError, clean, from_message
from course_kit.checks.lab import Lab, StudentError, StudentGone, load
from course_kit.grading import delegation, folders, written
from course_kit.grading.channel import Channel, Closed
from course_kit.grading.children import Child, GraderFailure, Stopped
from course_kit.grading.delegation import Finding
from course_kit.grading.delegation.finding import MAX_FINDINGS
from course_kit.grading.launch import Launcher
from course_kit.grading.limits import GIB, Limits

# The wall clock is a backstop only, so that a busy machine fails nobody.
WALL_OVER_CPU = 10
START_SECONDS = 120
# How long what an ended process has sent may take to arrive.
END_SECONDS = 5
MAX_RESIDENT = 4 * GIB
MAX_THREADS = 512
MAX_NOTES = 100
# What a process may say while its cells run: two things for each of 5,000 cells.
MAX_MESSAGES = 10_000
# How often the size of its folder is looked at, in seconds.
FOLDER_EVERY = 1.0


OUT_OF_TURN = "the student's process spoke out of turn"
# Said in the grader's own words, and so only while nothing but the grader's code has run.
BEFORE_CELLS = ("finding", "written", "unreadable")


@cache
def delegation_table(lab: str) -> dict[str, Any]:
    """What a lab's processes watch for, made once."""
    return delegation.table(load(lab))


class Killed(StudentGone):
    """The process was killed before its budget was used up: not by us, perhaps by itself."""


class Overtime(Exception):
    """A budget is used up; the text says which."""


class StudentProcess:
    """A process with the student's cells run, ready to be asked.

    Args:
        data: the notebook's bytes.
        lab: whose probes it answers.
        skip: numbers of the code cells that ended an earlier process.
        cpu_left: processor time, in seconds, that the submission still has.
        launcher: has the process started.
        wall_over: by the monotonic clock, when the submission's last process ends at the latest.
    """

    def __init__(
        self,
        data: bytes,
        lab: Lab,
        skip: list[int],
        cpu_left: float,
        launcher: Launcher,
        wall_over: float = math.inf,
    ):
        self.notes: list[str] = []
        self.written: dict[str, str] = {}
        self.flags: list[Finding] = []
        self.cell: int | None = None
        self.unreadable: str | None = None
        self.cpu_seconds = 0.0
        self._lab, self._cpu_left = lab, cpu_left
        self._limits = Limits(cpu_seconds=max(1, int(cpu_left)))
        self._folder_at = 0.0
        self._shows_open_files = False
        self._wall_over = min(wall_over, wall_for(cpu_left))
        self._stopped = launcher.stopped
        self._child: Child = launcher.start(self._limits)
        self._channel = Channel(self._child.end, self._watch)
        try:
            self._allow(START_SECONDS)
            self._say_hello()
            self._open(data, skip)
        except BaseException:
            self._child.finish()
            raise

    def run_cells(self) -> None:
        """Wait until the cells have run; `StudentGone` if the process ends before that."""
        self._allow(self._lab.cell_seconds + self._lab.probe_seconds)
        for _ in range(MAX_MESSAGES):
            if (message := self._receive()).kind == "ready":
                break
            if message.kind in BEFORE_CELLS and self.cell is not None:
                raise StudentGone(OUT_OF_TURN)
            if message.kind == "cell":
                self.cell = _number(message)
                self._allow(self._lab.cell_seconds + self._lab.probe_seconds)
            elif message.kind == "cell_error":
                self._note(f"Code cell {_number(message)}: {message.text}")
            elif message.kind == "finding":
                self._note(message.text)
            elif message.kind == "written":
                name, _, text = message.text.partition("\n")
                if name in written.questions(self._lab):
                    self.written[name] = text
            elif message.kind == "delegated":
                self._add_flag(message.text)
            elif message.kind == "unreadable":
                self.unreadable = clean(message.text)
                return
            else:
                raise StudentGone(OUT_OF_TURN)
        else:
            raise StudentGone(f"it spoke more than {MAX_MESSAGES:,} times")
        self.cell = None

    def ask(self, exercise: str, probe: str, arguments: tuple[Any, ...]) -> Any:
        """Ask one probe for an exercise; the answer as arrays.

        Raises:
            StudentError: if the student's code raised or gave no array.
            StudentGone: if the process ended, or its time did.
        """
        ticket = secrets.token_hex(16)
        self._allow(self._lab.probe_seconds)
        arrays = [np.asarray(argument) for argument in arguments]
        self._send(Message("ask", f"{probe} {ticket} {exercise}", arrays))
        reply = self._receive()
        if reply.kind == "error" and reply.text.startswith(f"{ticket} "):
            raise StudentError(clean(reply.text[len(ticket) + 1 :]))
        if reply.kind not in ("answer", "answers") or reply.text != ticket or not reply.arrays:
            raise StudentGone(OUT_OF_TURN)
        return from_message(reply)

    def ask_for_flags(self) -> None:
        """Have it say what its watch saw while probes were asked: the last question."""
        self._allow(self._lab.probe_seconds)
        self._send(Message("watched"))
        for _ in range(MAX_FINDINGS + 1):
            message = self._receive()
            if message.kind != "delegated":
                break
            self._add_flag(message.text)

    def end(self) -> None:
        """End the process with all it started, and remove its folder."""
        self._child.finish()
        self.cpu_seconds = max(self.cpu_seconds, self._child.cpu_seconds)

    def _say_hello(self) -> None:
        # Before this message the child has run our code only.
        try:
            self._channel.receive()
            self._shows_open_files = folders.nameless(self._child.vitals.pid) is not None
        except (Closed, ProtocolError, Overtime) as error:
            code = self._child.ended(5)
            raise GraderFailure(
                f"the student's process did not start ({error!r}, exit code {code})"
            ) from None

    def _open(self, data: bytes, skip: list[int]) -> None:
        config = {
            "skip": skip,
            "cell_seconds": self._lab.cell_seconds,
            "probes": self._lab.probes,
            "questions": list(written.questions(self._lab)),
            "known_cells": written.known_cells(self._lab),
            "delegation": delegation_table(self._lab.name),
        }
        parts = [json.dumps(config).encode(), data]
        self._send(Message("open", "", [np.frombuffer(part, np.uint8) for part in parts]))

    def _send(self, message: Message) -> None:
        self._guarded(lambda: self._channel.send(message))

    def _receive(self) -> Message:
        return self._guarded(self._channel.receive)

    def _guarded(self, exchange: Callable[[], Any]) -> Any:
        try:
            return exchange()
        except Closed:
            code = self._child.ended(5)
            gone = Killed if code == -signal.SIGKILL and self._has_time_left() else StudentGone
            raise gone(_last_words(code)) from None
        except (Overtime, ProtocolError) as error:
            raise StudentGone(str(error)) from None

    def _allow(self, cpu_seconds: float) -> None:
        """From now on the process may use that much; never more than the submission has left."""
        used = self._used()
        self._cpu_end = min(used + cpu_seconds, self._cpu_left)
        self._cpu_step = self._cpu_end - used
        wall = WALL_OVER_CPU * max(1.0, self._cpu_step)
        # A process that says again and again that it begins a cell gains no time by it.
        self._wall = wall
        self._wall_end = min(time.monotonic() + wall, self._wall_over)

    def _watch(self) -> None:
        if self._stopped.is_set():
            raise Stopped("stopped by the user")
        if self._used() > self._cpu_end:
            spent = (
                "the submission's"
                if self._cpu_end >= self._cpu_left
                else f"{self._cpu_step:.0f} s of"
            )
            raise Overtime(f"stopped: it used up {spent} processor time")
        if time.monotonic() > self._wall_end:
            raise Overtime(f"stopped: no answer in {self._wall:.0f} s")
        if (now := time.monotonic()) > self._folder_at:
            large = self._written() > self._limits.folder_bytes
            # A folder with very many files is looked at less often: the judge's time is short too.
            self._folder_at = now + max(FOLDER_EVERY, 4 * (time.monotonic() - now))
            if large:
                most = self._limits.folder_bytes / GIB
                raise Overtime(
                    f"stopped: it wrote more than {most:.1f} GiB of files, or out of sight"
                )

    def _written(self) -> float:
        """Bytes on disk of its files, with and without a name."""
        nameless = folders.nameless(self._child.vitals.pid)
        if nameless is None:  # some systems let nobody look; or it hides what could be seen before
            nameless = math.inf if self._shows_open_files else 0
        return folders.size(self._child.folder) + nameless

    def _used(self) -> float:
        try:
            with self._child.vitals.oneshot():
                times = self._child.vitals.cpu_times()
                resident = self._child.vitals.memory_info().rss
                threads = _threads(self._child.vitals)
        except psutil.Error:
            # It has ended, and the socket will say so; if not, another one holds the other end.
            self._wall_end = min(self._wall_end, time.monotonic() + END_SECONDS)
            return self.cpu_seconds
        if resident > MAX_RESIDENT:
            raise Overtime(f"stopped: it used more than {MAX_RESIDENT / GIB:.0f} GiB of memory")
        if threads > MAX_THREADS:
            raise Overtime(f"stopped: it had more than {MAX_THREADS} threads")
        self.cpu_seconds = times.user + times.system + times.children_user + times.children_system
        return self.cpu_seconds

    def _has_time_left(self) -> bool:
        # A second of doubt: what it used was last looked at a moment ago.
        return self.cpu_seconds < self._limits.cpu_seconds - 1

    def _add_flag(self, line: str) -> None:
        found = Finding.read(line, self._lab.forbidden)
        if found and len(self.flags) < MAX_FINDINGS and found not in self.flags:
            self.flags.append(found)

    def _note(self, text: str) -> None:
        if len(self.notes) < MAX_NOTES:
            self.notes.append(clean(text, 400))


def _threads(process: psutil.Process) -> int:
    # psutil looks for the number in a text that begins with the process's name for itself.
    try:
        text = Path(f"/proc/{process.pid}/stat").read_bytes()
    except OSError:  # another system, or it has ended
        return int(process.num_threads())
    return int(text.rpartition(b")")[2].split()[17])


def wall_for(cpu_seconds: float) -> float:
    """When that much processor time must have been used, by the monotonic clock."""
    return time.monotonic() + WALL_OVER_CPU * max(1.0, cpu_seconds) + START_SECONDS


def _last_words(code: int | None) -> str:
    if code is None:
        return "the process closed its connection to the grader"
    if code >= 0:
        return f"the process ended itself (exit code {code})"
    if -code in (signal.SIGXCPU, signal.SIGKILL):
        return f"the process was ended by the system ({signal.Signals(-code).name})"
    return f"the process crashed ({signal.strsignal(-code)})"


def _number(message: Message) -> int:
    """The number of a cell, as the student's process gives it."""
    try:
        return int(message.arrays[0])
    except (IndexError, TypeError, ValueError, OverflowError):
        raise StudentGone(OUT_OF_TURN) from None
