"""Marks for written answers: out as a table to fill in, back in with ``--marks``."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

from course_kit.checks.answers import clean
from course_kit.grading.report.classroom import Entry
from course_kit.grading.report.reflections import Answer, Question, letters
from course_kit.grading.report.sheets import BadSheet, Sheet, guard, read_sheet, to_csv, unguard
from course_kit.grading.store import Store
from course_kit.problems import Problem

SHEET = "reflections.csv"
STORED = "marks.json"
MARKS_MAX = 10.0
# A bad table is told by its first few lines; the rest is usually the same mistake.
MAX_TOLD = 5
TAKE_BACK = "-"


class BadMarks(Problem):
    """A table of marks that was not taken in, not even in part; the text names the lines."""


@dataclass(frozen=True)
class Mark:
    """Marks for one answer.

    Args:
        student: the student's key.
        question: the id of the question's cell.
        answer: SHA-256 of the text that was marked: another text was not.
        marks: at most `of`.
    """

    student: str
    question: str
    answer: str
    marks: float
    of: float
    comment: str = ""


@dataclass(frozen=True)
class Marks:
    """All marks that fit the answers there are, and the questions in the lab's order."""

    given: tuple[Mark, ...] = ()
    questions: tuple[str, ...] = ()
    stale: int = 0

    def of(self, entry: Entry) -> list[Mark]:
        """One student's marks."""
        return self._by_student.get(entry.student, [])

    def sum_of(self, entry: Entry) -> float:
        """The sum of one student's marks."""
        return sum(mark.marks for mark in self.of(entry))

    @property
    def top(self) -> float:
        """The most that a student can have, over the questions that have marks."""
        best: dict[str, float] = {}
        for mark in self.given:
            best[mark.question] = max(best.get(mark.question, 0), mark.of)
        return sum(best.values())

    @cached_property
    def _by_student(self) -> dict[str, list[Mark]]:
        found: dict[str, list[Mark]] = {}
        for mark in self.given:
            found.setdefault(mark.student, []).append(mark)
        return found


def fitting(stored: Iterable[Mark], asked: list[Question]) -> Marks:
    """The marks whose answer is still what was marked."""
    texts = {(a.entry.student, q.id): digest(a.text) for q in asked for a in q.answers}
    stored = list(stored)
    kept = [m for m in stored if texts.get((m.student, m.question)) == m.answer]
    with_marks = {mark.question for mark in kept}
    order = tuple(question.id for question in asked if question.id in with_marks)
    return Marks(tuple(kept), order, len(stored) - len(kept))


def digest(text: str) -> str:
    """What binds marks to a text."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def version(text: str) -> str:
    """Eight letters that tell a text from another."""
    return letters(bytes.fromhex(digest(text)[:8]))


def template(asked: list[Question], marks: Marks, anonymous: bool, top: float) -> str:
    """The table to mark in: one line an answer, with the marks there are."""
    given = {(mark.student, mark.question): mark for mark in marks.given}
    names = [] if anonymous else ["student"]
    columns = ["question", "answer", "marks", "max", "comment"]
    rows = [["label", *names, "id", "version", *columns]]
    for question in asked:
        for answer in question.answers:
            mark = given.get((answer.entry.student, question.id))
            name = [] if anonymous else [answer.entry.shown_name]
            scores = [_plain(mark.marks), _plain(mark.of)] if mark else ["", _plain(top)]
            said = [*scores, mark.comment if mark else ""]
            about = [answer.label, *name, question.id, version(answer.text)]
            rows.append([*about, question.text, answer.text, *said])
    # Spreadsheets take a file without this mark for one in the machine's old encoding.
    return "\ufeff" + to_csv([guard(cell) for cell in row] for row in rows)


def stored(folder: Path) -> list[Mark]:
    """The marks that were taken in earlier.

    Raises:
        BadMarks: if their file is damaged.
    """
    path = folder / STORED
    try:
        return [Mark(**mark) for mark in json.loads(path.read_text(encoding="utf-8"))]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise BadMarks(
            f"{path} is damaged ({type(error).__name__}). Remove it and take the marks in again "
            "with --marks."
        ) from None


def keep(store: Store, marks: Iterable[Mark]) -> None:
    """Store marks, so that every later report has them."""
    ordered = sorted(marks, key=lambda mark: (mark.question, mark.student))
    text = json.dumps([asdict(mark) for mark in ordered], indent=1, ensure_ascii=False) + "\n"
    store.write(store.folder / STORED, text)


def taken_in(earlier: list[Mark], path: Path, asked: list[Question], top: float) -> list[Mark]:
    """Earlier marks with those of a table put over them; an empty cell changes nothing.

    A `-` in the column of marks takes earlier ones back. All of a table is taken in,
    or none of it.

    Raises:
        BadSheet: if it is no table, or a column is missing.
        BadMarks: naming the lines that are wrong.
    """
    sheet = read_sheet(path)
    merged = {(mark.student, mark.question): mark for mark in earlier}
    answers = {(a.label.casefold(), q.id): a for q in asked for a in q.answers}
    wrong: list[str] = []
    seen: set[tuple[str, str]] = set()
    for line, cells in _lines(sheet):
        try:
            answer = _answer(cells, answers, seen)
            mark = _mark(cells, answer, top)
        except ValueError as reason:
            wrong.append(f"row {line}: {reason}")
            continue
        key = (answer.entry.student, answer.question)
        if cells["marks"] == TAKE_BACK:
            merged.pop(key, None)
        elif mark:
            merged[key] = mark
    if wrong:
        more = f"; and {len(wrong) - MAX_TOLD} more rows" if len(wrong) > MAX_TOLD else ""
        raise BadMarks(f"{path} was not taken in: {'; '.join(wrong[:MAX_TOLD])}{more}.")
    return list(merged.values())


def unsaved(folder: Path, known: dict[str, str], stored: Iterable[Mark]) -> bool:
    """Whether the table in the folder holds marks or comments that were not taken in.

    Args:
        known: label -> student.
        stored: what was taken in, also for answers that have changed since.
    """
    path = folder / SHEET
    if not path.exists():
        return False
    taken = {(m.student, m.question): (_plain(m.marks), m.comment) for m in stored}
    students = {label.casefold(): student for label, student in known.items()}
    try:
        lines = list(_lines(read_sheet(path)))
    except BadSheet:
        return True  # whatever it is now, we did not write it
    for _, cells in lines:
        said = (cells["marks"].replace(",", "."), clean(unguard(cells.get("comment", "")), 2_000))
        key = (students.get(cells["label"].casefold(), ""), cells["id"])
        if any(said) and taken.get(key) != said:
            return True
    return False


def _lines(sheet: Sheet) -> Iterable[tuple[int, dict[str, str]]]:
    """The rows with their number as a spreadsheet shows it, and the cells that matter."""
    columns = {name: sheet.need(name) for name in ("label", "id", "marks")}
    for name in ("version", "max", "comment"):
        found = sheet.column(name)
        if found is not None:
            columns[name] = found
    for number, row in zip(sheet.numbers, sheet.rows, strict=True):
        yield number, {name: row[column].strip() for name, column in columns.items()}


def _answer(
    cells: dict[str, str], answers: dict[tuple[str, str], Answer], seen: set[tuple[str, str]]
) -> Answer:
    key = (cells["label"].casefold(), cells["id"])
    if key not in answers:
        known = any(label == key[0] for label, _ in answers)
        what = f"question {cells['id']!r}" if known else f"label {cells['label']!r}"
        raise ValueError(f"there is no {what[:80]}")
    if cells.get("version") not in (None, "", version(answers[key].text)):
        raise ValueError("the answer has changed since this table was written")
    if key in seen:
        raise ValueError(f"label {cells['label']!r} has a second row for {cells['id']!r}")
    seen.add(key)
    return answers[key]


def _mark(cells: dict[str, str], answer: Answer, top: float) -> Mark | None:
    """The mark in a row; None where its cell is empty."""
    comment = clean(unguard(cells.get("comment", "")), 2_000)
    if cells["marks"] == "" and comment:
        raise ValueError("a comment needs marks beside it (0 will do)")
    if cells["marks"] in ("", TAKE_BACK):
        return None
    highest = _read(cells["max"], "max") if cells.get("max") else top
    marks = _read(cells["marks"], "marks")
    if marks > highest:
        raise ValueError(f"{_plain(marks)} is more than {_plain(highest)}")
    return Mark(answer.entry.student, answer.question, digest(answer.text), marks, highest, comment)


def _read(text: str, what: str) -> float:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or value < 0:
        raise ValueError(f"{what} {clean(text, 40)!r} is no number from 0")
    return value


def _plain(value: float) -> str:
    return f"{value:g}"
