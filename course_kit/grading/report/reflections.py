"""Written answers: gathered question by question, to be read and marked by a person."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from course_kit.checks.draw import derive
from course_kit.grading.report.classroom import Classroom, Entry

LABEL_LETTERS = 8


@dataclass(frozen=True)
class Answer:
    """One answer of one student.

    Args:
        label: stands for the student: nobody who lacks the salt can tell whom.
        question: the id of the question's cell.
    """

    label: str
    entry: Entry
    question: str
    text: str


@dataclass(frozen=True)
class Question:
    """One question with the answers given, ordered by label, and how many left it empty."""

    id: str
    text: str
    answers: list[Answer]
    empty: int


def labels(classroom: Classroom, salt: bytes) -> dict[str, str]:
    """A label for each student: the same in every report of this folder, shuffled by the salt.

    Eight letters, more for the few that would share them.
    """
    codes = {entry.student: _code(salt, entry.student) for entry in classroom.entries}
    shared = Counter(code[:LABEL_LETTERS] for code in codes.values())
    return {
        student: code[:LABEL_LETTERS] if shared[code[:LABEL_LETTERS]] == 1 else code
        for student, code in codes.items()
    }


def questions(classroom: Classroom, salt: bytes) -> list[Question]:
    """The lab's questions in their order, each with its answers."""
    known = labels(classroom, salt)
    written = [(entry, reflections(entry)) for entry in classroom.entries if entry.result]
    found = []
    for name, text in classroom.questions.items():
        answers = [
            Answer(known[entry.student], entry, name, texts[name])
            for entry, texts in written
            if texts.get(name, "").strip()
        ]
        answers.sort(key=lambda answer: answer.label)
        found.append(Question(name, text, answers, len(written) - len(answers)))
    return found


def reflections(entry: Entry) -> dict[str, str]:
    """What one student wrote, by question; of two texts under one id the first."""
    found = (entry.result or {}).get("reflections") or []
    return {part["id"]: part["text"] for part in reversed(found)}


def letters(key: bytes) -> str:
    """A key as letters: a spreadsheet would read 12E45678 as a number, and vowels make words."""
    return "".join("BCDFGHJKLMNPQRST"[int(digit, 16)] for digit in key.hex())


def _code(salt: bytes, student: str) -> str:
    return letters(derive(salt, "reflection label", student))
