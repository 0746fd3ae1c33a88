"""Everything that is made from ``class.json`` and the result files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course_kit.checks import Lab
from course_kit.grading.report import feedback, marks
from course_kit.grading.report.classroom import Classroom
from course_kit.grading.report.gradebook import gradebook
from course_kit.grading.report.manifest import read_class, write_manifest
from course_kit.grading.report.page import report
from course_kit.grading.report.pages import GENERATOR, render
from course_kit.grading.report.reflections import Question, labels, questions
from course_kit.grading.settling import FinalRow
from course_kit.grading.store import Store
from course_kit.problems import Problem


@dataclass(frozen=True)
class Built:
    """What was built, and the lines that a person should read."""

    classroom: Classroom
    lines: list[str]


def write_reports(
    store: Store,
    lab: Lab,
    rows: Iterable[FinalRow],
    shown: Any,
    practice: bool,
    layout: str = "plain",
) -> Built:
    """Write the manifest of a run, and build everything from it and the results."""
    write_manifest(store, lab, rows, shown, practice, layout)
    return build(store)


def build(
    store: Store,
    anonymous: bool = False,
    table: Path | None = None,
    marks_max: float = marks.MARKS_MAX,
) -> Built:
    """Build gradebook, pages and tables of an output folder.

    Args:
        anonymous: written answers under labels, without names.
        table: a table of marks to take in first.
        marks_max: the most marks an answer can have, where the table does not say.

    Raises:
        NoClass: if the folder holds no class.
        BadMarks, BadSheet: if `table` was not taken in; then nothing is changed.
    """
    folder = store.folder
    classroom = read_class(folder)
    asked = questions(classroom, store.salt)
    stored = marks.stored(folder)
    if table:
        stored = marks.taken_in(stored, table, asked, marks_max)
        marks.keep(store, stored)
    given = marks.fitting(stored, asked)
    lines = [classroom.missing_layout] if classroom.missing_layout else []
    if given.stale:
        lines.append(f"{given.stale} marks are of answers that have changed since; mark them anew.")
    files = feedback.names(classroom.entries)
    written = any(question.answers for question in asked)
    _put(store, folder / "gradebook.csv", gradebook(classroom, given))
    _put(store, folder / "report.html", report(classroom, given, files, written))
    _pages(store, classroom, given, files)
    page = folder / "reflections.html"
    if written:
        lines += _answers(store, classroom, asked, given, stored, anonymous, marks_max)
    elif page.exists() and _ours(page):
        page.unlink()
    return Built(classroom, lines)


def _pages(store: Store, classroom: Classroom, given: marks.Marks, files: dict[str, str]) -> None:
    """One page a student, and the zip; pages of those who are gone are removed."""
    folder = store.folder / feedback.FOLDER
    folder.mkdir(exist_ok=True)
    pages = {e.student: feedback.page(classroom, e, given) for e in classroom.entries}
    for student, text in pages.items():
        _put(store, folder / files[student], text)
    for path in folder.glob("*.html"):
        if path.name not in files.values() and _ours(path):
            path.unlink()
    zip_names = feedback.system_names(classroom, files)
    archive = feedback.zipped([(zip_names[student], text) for student, text in pages.items()])
    _put(store, store.folder / "feedback.zip", archive)


def _answers(
    store: Store,
    classroom: Classroom,
    asked: list[Question],
    given: marks.Marks,
    stored: list[marks.Mark],
    anonymous: bool,
    marks_max: float,
) -> list[str]:
    """The page of written answers and the table to mark in."""
    page = render("reflections.html", classroom=classroom, questions=asked, anonymous=anonymous)
    _put(store, store.folder / "reflections.html", page)
    path = store.folder / marks.SHEET
    known = {label: student for student, label in labels(classroom, store.salt).items()}
    if marks.unsaved(store.folder, known, stored):
        return [
            f"{path} holds marks that were not taken in, and was left as it is. "
            f"Take them in with: course-kit report {store.folder} --marks {path}"
        ]
    _put(store, path, marks.template(asked, given, anonymous, marks_max))
    return []


def _put(store: Store, path: Path, content: str | bytes) -> None:
    """Write a file, unless that is what it holds."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    try:
        if path.read_bytes() == data:
            return
    except OSError:
        pass
    store.write(path, data)


def _ours(path: Path) -> bool:
    with open(path, encoding="utf-8", errors="replace") as file:
        return GENERATOR in file.read(1_000)


def open_folder(folder: Path) -> Store:
    """The store of a folder that was graded into; it is not made if it is missing.

    Raises:
        NoClass: if nothing was graded into it.
        Problem: if it was, and its salt is gone: labels and draws would change.
    """
    read_class(folder)
    if not (folder / "salt").is_file():
        raise Problem(f"{folder} has lost its salt. Bring the file `salt` back, or grade anew.")
    return Store(folder)
