"""``gradebook.csv``: one line a student."""

from __future__ import annotations

from typing import Any

from course_kit.grading.report.classroom import Classroom, Entry
from course_kit.grading.report.marks import Marks
from course_kit.grading.report.sheets import guard, to_csv


def number(value: float) -> str:
    """A number of points: whole where it is, else with at most two decimals, never "1e+03"."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if value % 1 else f"{value:.0f}"


def gradebook(classroom: Classroom, marks: Marks) -> str:
    """One line a student: points of each exercise, the sums, what was flagged or unusual.

    ``final`` is what counts: ``points`` less ``penalty``, or what a person set. Where
    written answers have marks, a column for each question, their sum and ``total`` follow.
    It holds no times, so that two runs over the same submissions give the same bytes.
    """
    questions = marks.questions
    header = ["student", "name", "email", "section", "file", *classroom.exercises]
    header += ["points", "of", "penalty", "final"]
    header += [f"answer {question}" for question in questions]
    header += ["answers", "total"] if questions else []
    header += ["marks", "flagged", "note"]
    lines = [_line(classroom, marks, entry) for entry in classroom.entries]
    return to_csv([[guard(cell) for cell in line] for line in [header, *lines]])


def _line(classroom: Classroom, marks: Marks, entry: Entry) -> list[Any]:
    earned = entry.exercises
    line: list[Any] = [entry.student, entry.name, entry.email, entry.section, entry.file]
    line += [number(earned.get(name, 0)) for name in classroom.exercises]
    line += [number(entry.earned), number(classroom.points)]
    line += [number(entry.penalty), number(entry.counted)]
    if marks.questions:
        given = {mark.question: mark for mark in marks.of(entry)}
        line += [number(given[q].marks) if q in given else "" for q in marks.questions]
        line += [number(marks.sum_of(entry)), number(entry.counted + marks.sum_of(entry))]
    line += ["practice" if classroom.practice else "graded", flagged(entry), remark(entry)]
    return line


def flagged(entry: Entry) -> str:
    """What a person should decide, in one cell."""
    return "; ".join(f"{flag['exercise']}: {flag['what']}" for flag in entry.flags)


def remark(entry: Entry) -> str:
    """What was out of the ordinary, in one cell."""
    parts = [
        entry.reason,
        entry.note,
        entry.said,
        f"attempt {entry.attempt}" if entry.attempt else "",
    ]
    return "; ".join(part for part in parts if part)
