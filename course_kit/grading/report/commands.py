"""What ``course-kit report`` and ``course-kit export`` do, once their words are read."""

from __future__ import annotations

from pathlib import Path

from course_kit.grading.report import building, canvas, exports, marks, moodle
from course_kit.grading.report.manifest import read_class
from course_kit.grading.report.reflections import questions
from course_kit.problems import Incomplete, Problem

MAX_NAMED = 5


def report_class(folder: Path, anonymous: bool, table: Path | None, marks_max: float) -> None:
    """Build everything anew from a graded folder.

    Raises:
        Incomplete: if some submissions have no grade.
    """
    from course_kit.console import say

    store = building.open_folder(folder)
    try:
        with store.alone():
            built = building.build(store, anonymous, table, marks_max)
    except OSError as error:
        raise Problem(f"{error.filename or folder} cannot be written: {error.strerror}.") from None
    for line in built.lines:
        say(line)
    say(f"Gradebook: {folder / 'gradebook.csv'}\nReport: {folder / 'report.html'}")
    without = [e for e in built.classroom.entries if not e.graded and not e.absent]
    for entry in without[:MAX_NAMED]:
        say(f"{entry.student}: {entry.problem}")
    if without:
        total = len(built.classroom.entries)
        failed = f"{len(without)} of {total} submissions have no grade"
        raise Incomplete(f"{failed}; the report says why.")


def export_class(
    system: str,
    folder: Path,
    gradebook: Path | None,
    assignment: str | None,
    scale: bool,
    practice: bool,
    to: Path | None,
) -> None:
    """Write the table for "canvas" or "moodle".

    Raises:
        Incomplete: if some students are not in it.
    """
    from course_kit.console import say

    classroom = read_class(folder)
    if classroom.practice and not practice:
        raise exports.NotExported(
            f"The points in {folder} are practice, and would be taken for marks. "
            "Grade with more isolation, or add --practice to export them all the same."
        )
    store = building.open_folder(folder)
    given = marks.fitting(marks.stored(folder), questions(classroom, store.salt))
    export = {"canvas": canvas.canvas, "moodle": moodle.moodle}[system]
    exported = export(classroom, given, gradebook, assignment, scale)
    path = to or folder / f"{system}.csv"
    if gradebook and path.exists() and path.resolve() == gradebook.resolve():
        raise exports.NotExported(f"{path} is the gradebook itself. Name another file with --to.")
    store.write(path, exported.text)
    if classroom.missing_layout:
        say(classroom.missing_layout)
    say(f"{path}: {exported.filled} students")
    left = [(exported.missing, "not in the gradebook"), (exported.ungraded, "without a grade")]
    said = [f"{len(names)} {what} ({_some(names)})" for names, what in left if names]
    if said:
        raise Incomplete(f"Not exported: {'; '.join(said)}.")


def _some(names: list[str]) -> str:
    return ", ".join(names[:MAX_NAMED]) + (", ..." if len(names) > MAX_NAMED else "")
