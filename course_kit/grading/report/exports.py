"""The columns that Canvas and Moodle take back.

Only the columns that name a student and the one assignment are written: what else is
in the gradebook stays what it is there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from course_kit.grading.report.classroom import Classroom, Entry
from course_kit.grading.report.gradebook import number
from course_kit.grading.report.marks import Marks
from course_kit.grading.report.matching import folded
from course_kit.grading.report.sheets import Sheet, to_csv
from course_kit.problems import Problem


class NotExported(Problem):
    """An export that would do harm or nothing; the text says what to do."""


@dataclass(frozen=True)
class Exported:
    """A table for another system.

    Args:
        text: the CSV.
        filled: students who have points in it.
        missing: students with a grade whom the gradebook does not know.
        ungraded: students without a grade; their cells are what they were.
    """

    text: str
    filled: int
    missing: list[str]
    ungraded: list[str]


def insist_on_somebody(named: list[Entry], system: str, what: str) -> None:
    """Raise unless somebody is in the table."""
    if not named:
        raise NotExported(
            f"Nothing tells what {system} calls a student. Give the {what}, with --gradebook."
        )


def exported(
    rows: list[list[str]], separator: str, classroom: Classroom, found: list[Entry]
) -> Exported:
    """The table, and who is in it and who is not."""
    known = {entry.student for entry in found}
    missing = [e.student for e in classroom.entries if e.graded and e.student not in known]
    ungraded = [e.student for e in classroom.entries if not e.graded and not e.absent]
    return Exported(to_csv(rows, separator), len(found), missing, ungraded)


def assignment_column(sheet: Sheet, wanted: str | None, start: int) -> int:
    """The number of the assignment's column: by its whole title, or by a part only it has."""
    titles = {i: title for i, title in enumerate(sheet.header) if i >= start and title.strip()}
    if wanted is None:
        raise NotExported(f"Say which column with --assignment: {_listed(titles.values())}.")
    exact = [i for i, title in titles.items() if title.strip() == wanted.strip()]
    part = [i for i, title in titles.items() if folded(wanted) in folded(title)]
    for found in (exact, part):
        if len(found) == 1:
            return found[0]
    many = "Several columns have" if exact or part else "No column has"
    raise NotExported(
        f"{many} {wanted!r} in their title: {_listed(titles[i] for i in exact or part or titles)}."
    )


def _listed(titles: object) -> str:
    names = [repr(str(title).strip()) for title in titles]  # type: ignore[attr-defined]
    return ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")


def name_reader(sheet: Sheet) -> Callable[[list[str]], str]:
    """How to read a name from a row, whichever way the table has it."""
    whole = sheet.column("Student", "Full name")
    first, last = sheet.column("First name", "FirstName"), sheet.column("Last name", "LastName")
    if whole is not None:
        return lambda row: row[whole]
    if first is not None and last is not None:
        return lambda row: f"{row[first]} {row[last]}"
    return lambda row: ""


def worth_of(
    text: str, classroom: Classroom, marks: Marks, scale: bool, sheet: Sheet
) -> tuple[Decimal, Decimal] | None:
    """What to multiply points by, as a fraction (to, from); None where they are the same."""
    here = Decimal(number(classroom.points + marks.top))
    try:
        there = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        return None  # nothing said: an assignment without points, or a table without that row
    if there == here:
        return None
    if not scale:
        raise NotExported(
            f"The assignment in {sheet.path} is worth {there} points, and {here} here. Change it "
            "there, or add --scale to turn the points into its own."
        )
    return there, here


def points_of(entry: Entry, marks: Marks, worth: tuple[Decimal, Decimal] | None) -> str:
    """What counts for a student, written answers included, turned into what it is worth there."""
    points = Decimal(number(entry.counted)) + Decimal(number(marks.sum_of(entry)))
    if worth:
        points = points * worth[0] / worth[1]
    return number(float(points.quantize(Decimal("0.01"), ROUND_HALF_UP)))


def cell(points: str, separator: str) -> str:
    """Points as the table writes numbers."""
    # Where semicolons separate cells, the comma is the decimal sign.
    return points.replace(".", ",") if separator == ";" else points
