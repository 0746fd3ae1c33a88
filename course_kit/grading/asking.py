"""A submission that can be asked: its process is started again where it ends."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from course_kit.checks.lab import AskingFailed, Lab, StudentGone
from course_kit.grading.delegation import Finding
from course_kit.grading.launch import Launcher
from course_kit.grading.process import Killed, StudentProcess, wall_for

MAX_RESTARTS = 6


class WasKilled(AskingFailed):
    """A student's process was killed, perhaps by somebody else: nothing is known of the answer."""


class Submitted:
    """A student whose code is in another process, started again where it ends.

    Args:
        data: the notebook's bytes.
        lab: whose claims ask.
        launcher: has its processes started.
        second_chance: raise `WasKilled` when a process is killed, to begin anew.
    """

    def __init__(self, data: bytes, lab: Lab, launcher: Launcher, second_chance: bool = False):
        self._data, self._lab, self._launcher = data, lab, launcher
        self._process: StudentProcess | None = None
        self._skip: list[int] = []
        self._restarts = 0
        self._second_chance = second_chance
        self._gone: str | None = None
        self._exercise = ""
        self._spent = 0.0
        # One clock for all its processes: a notebook that sleeps does so once.
        self._wall_over = wall_for(lab.total_seconds)
        self.notes: list[str] = []
        self.written: dict[str, str] = {}
        self.flags: list[Finding] = []
        self.unreadable: str | None = None

    @property
    def cpu_seconds(self) -> float:
        """Processor time of all its processes so far."""
        return self._spent + (self._process.cpu_seconds if self._process else 0.0)

    def begin(self, exercise: str) -> None:
        """Before each exercise: a process that ended is started again."""
        self._exercise = exercise
        if self.unreadable is None and self._restarts <= MAX_RESTARTS:
            self._gone = None

    def __call__(self, probe: Callable[..., Any], *arguments: Any) -> Any:
        """Ask one probe; `StudentError` where no answer comes back."""
        if self._gone:
            raise StudentGone(self._gone)
        try:
            return self._ready().ask(self._exercise, probe.__name__, arguments)
        except StudentGone as gone:
            self._once_more(gone)
            self._lose(probe.__name__, str(gone))
            raise

    def ask_for_flags(self) -> None:
        """After the last exercise: hear what was watched, if there is somebody to tell."""
        if self._process:
            try:
                self._process.ask_for_flags()
            except StudentGone as gone:
                self._once_more(gone)
                self._add_notes([f"Asked what it had used: {gone}."])

    def end(self) -> None:
        """End its process, if there is one."""
        if self._process:
            process, self._process = self._process, None
            self.flags += [flag for flag in process.flags if flag not in self.flags]
            process.end()
            self._spent += process.cpu_seconds

    def _ready(self) -> StudentProcess:
        while self._process is None:
            left = self._lab.total_seconds - self._spent
            if left <= 0 or time.monotonic() > self._wall_over:
                self._restarts = MAX_RESTARTS + 1
                spent = f"its {self._lab.total_seconds} s of processor time"
                raise StudentGone(
                    f"the notebook used up {spent if left <= 0 else 'its time by the clock'}"
                )
            self._process = process = StudentProcess(
                self._data, self._lab, self._skip, left, self._launcher, self._wall_over
            )
            try:
                process.run_cells()
                self._add_notes(process.notes)
            except StudentGone as gone:
                self._once_more(gone)
                self._add_notes(process.notes)
                self._after_cell(process.cell, str(gone))
            self.written |= process.written
            if process.unreadable is not None:
                self.unreadable = f"the notebook cannot be read: {process.unreadable}"
                raise StudentGone(self.unreadable)
        return self._process

    def _once_more(self, gone: StudentGone) -> None:
        """Somebody else may have killed the process: begin anew, if there is a second chance."""
        if isinstance(gone, Killed) and self._second_chance:
            raise WasKilled(str(gone))

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
