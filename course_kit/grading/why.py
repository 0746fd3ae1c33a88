"""``course-kit why``: one verdict replayed: the draw, the answer, what was made of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from course_kit.checks import Lab, judge, load
from course_kit.checks.answers import clean
from course_kit.checks.lab import StudentError
from course_kit.console import console, say
from course_kit.grading import run_file
from course_kit.grading.asking import Submitted
from course_kit.grading.examine import draw_for
from course_kit.grading.launchers import close_launchers, launcher_for
from course_kit.grading.report import read_class
from course_kit.grading.report.classroom import Entry
from course_kit.grading.store import Store
from course_kit.grading.submission import Refused, Submission, fingerprint
from course_kit.problems import Problem

# Of an array, how many numbers are shown.
SHOWN = 8


@dataclass
class Listening:
    """A student whose questions and answers are written down."""

    student: Submitted
    heard: list[tuple[str, tuple[Any, ...], Any]] = field(default_factory=list)

    def __call__(self, probe: Callable[..., Any], *arguments: Any) -> Any:
        """Ask, and remember what was asked and what came."""
        try:
            answer = self.student(probe, *arguments)
        except StudentError as error:
            self.heard.append((probe.__name__, arguments, error))
            raise
        self.heard.append((probe.__name__, arguments, answer))
        return answer


def explain(out: Path, student: str, claim: str) -> None:
    """Replay one verdict of a graded class, and print every question with its answer."""
    run, store, classroom = run_file.read(out), Store(out), read_class(out)
    lab, entry = load(run.lab), _entry(classroom.entries, student)
    exercise = _exercise(lab, claim)
    data = _bytes(entry)
    try:
        with console.status("replaying"):
            verdict, heard = _replay(lab, exercise, claim, data, store.salt, run.level)
    finally:
        close_launchers()
    say(f"{claim}: {verdict.text}")
    for probe, arguments, answer in heard:
        say(f"  asked    {probe}({', '.join(map(summary, arguments))})")
        say(f"  answered {summary(answer)}")
    said = "holds" if verdict.passed else f"does not hold. Seen: {verdict.seen}"
    say(f"It {said}" + (" (withheld: an edge case alone)" if verdict.withheld else ""))
    stored = [c for e in (entry.result or {}).get("exercises", []) for c in e["claims"]]
    kept = next((c for c in stored if c["claim"] == claim), None)
    if kept and kept["passed"] != verdict.passed:
        say("In the report it stands otherwise: voided, or judged by another version.")


def summary(value: Any) -> str:
    """A value in one line: its shape and kind, and its first numbers."""
    if isinstance(value, StudentError):
        return clean(f"nothing: {value}", 300)
    if isinstance(value, tuple):
        return "(" + ", ".join(map(summary, value)) + ")"
    array = np.asarray(value)
    if array.ndim == 0:
        return f"{array.item()!r}"
    numbers = ", ".join(f"{number:.6g}" for number in array.reshape(-1)[:SHOWN])
    more = ", ..." if array.size > SHOWN else ""
    return f"{array.dtype}{list(array.shape)} [{numbers}{more}]"


def _replay(
    lab: Lab, exercise: str, claim: str, data: bytes, salt: bytes, level: str
) -> tuple[Any, list[tuple[str, tuple[Any, ...], Any]]]:
    student, digest = Submitted(data, lab, launcher_for(lab, level)), fingerprint(data)
    listening = Listening(student)
    marks: dict[str, int] = {}

    def draw(asked: Any) -> Any:
        marks[asked.id] = len(listening.heard)  # where its questions begin
        return draw_for(salt, digest, asked)

    student.begin(exercise)
    try:
        verdicts = judge(lab, exercise, listening, draw)
    finally:
        student.end()
    order = [verdict.claim for verdict in verdicts]
    following = order[order.index(claim) + 1 :]
    end = marks[following[0]] if following else len(listening.heard)
    verdict = next(verdict for verdict in verdicts if verdict.claim == claim)
    return verdict, listening.heard[marks[claim] : end]


def _entry(entries: list[Entry], student: str) -> Entry:
    found = [entry for entry in entries if student in (entry.student, entry.name)]
    if len(found) != 1:
        known = ", ".join(entry.student for entry in entries[:SHOWN])
        raise Problem(f"The gradebook has {len(found)} students {student!r}. It has: {known}, ...")
    return found[0]


def _exercise(lab: Lab, claim: str) -> str:
    for one in lab.claims:
        if one.id == claim:
            return one.exercise
    known = ", ".join(one.id for one in lab.claims)
    raise Problem(f"{lab.name} has no claim {claim!r}. It has: {known}.")


def _bytes(entry: Entry) -> bytes:
    """The notebook as it was graded."""
    try:
        data = Submission(entry.student, Path(entry.path)).read()
    except Refused as reason:
        raise Problem(f"{clean(entry.path)} cannot be replayed: {reason}.") from None
    if fingerprint(data) != entry.digest:
        raise Problem(f"{clean(entry.path)} is not the file that was graded. Grade again.")
    return data
