"""What Moodle imports: a column of the gradebook, or its grading worksheet filled in.

Moodle finds a student by e-mail address or ID number, letter for letter, and refuses
the whole file where it does not: what it exported is given back as it came.
"""

from __future__ import annotations

from pathlib import Path

from course_kit.grading.report.classroom import Classroom, Entry
from course_kit.grading.report.exports import (
    Exported,
    assignment_column,
    cell,
    exported,
    insist_on_somebody,
    name_reader,
    points_of,
    worth_of,
)
from course_kit.grading.report.marks import Marks
from course_kit.grading.report.matching import Matcher, folded
from course_kit.grading.report.sheets import Sheet, guard_key, read_sheet

MOODLE_STUDENT = ("First name", "Last name", "Full name", "Username", "ID number", "Email address")


def moodle(
    classroom: Classroom,
    marks: Marks,
    gradebook: Path | None,
    assignment: str | None,
    scale: bool = False,
) -> Exported:
    """Points as Moodle imports them.

    Args:
        gradebook: what Moodle exported: the gradebook as plain text, or the grading
            worksheet of the assignment (which is filled in and kept whole). Without it
            a table of e-mail address or ID number and points.
        assignment, scale: as for `canvas`.
    """
    if gradebook is None:
        return _moodle_from_names(classroom, marks, assignment)
    sheet = read_sheet(gradebook)
    if sheet.column("Identifier") is not None:
        return _worksheet(classroom, marks, sheet, scale)
    column = assignment_column(sheet, assignment, 0)
    worth = worth_of("", classroom, marks, scale, sheet)
    kept = [i for i, t in enumerate(sheet.header) if folded(t) in map(folded, MOODLE_STUDENT)]
    email, id_number = sheet.column("Email address"), sheet.column("ID number")
    keys = [i for i in (email, id_number, sheet.column("Username")) if i is not None]
    if email is None and id_number is None:
        sheet.need("Email address")
    matcher = Matcher(sheet.rows, [], keys, name_reader(sheet))
    found = matcher.match(classroom.entries, lambda entry: [])
    rows = [[sheet.header[i] for i in kept] + [sheet.header[column]]]
    # An import sets what its rows name: those without a grade are left out altogether.
    rows += [
        [guard_key(row[i]) for i in kept]
        + [cell(points_of(found[id(row)], marks, worth), sheet.separator)]
        for row in sheet.rows
        if id(row) in found
    ]
    return exported(rows, sheet.separator, classroom, list(found.values()))


def _worksheet(classroom: Classroom, marks: Marks, sheet: Sheet, scale: bool) -> Exported:
    """Moodle's grading worksheet with its column Grade filled in."""
    place, column = sheet.need("Identifier"), sheet.need("Grade")
    highest = sheet.column("Maximum Grade", "Maximum grade")
    top = sheet.rows[0][highest] if highest is not None and sheet.rows else ""
    worth = worth_of(top, classroom, marks, scale, sheet)
    keys = [i for i in (sheet.column("Email address"), sheet.column("ID number")) if i is not None]
    matcher = Matcher(sheet.rows, [place], [*keys, place], name_reader(sheet))
    found = matcher.match(classroom.entries, _moodle_ids)
    for row in sheet.rows:
        if id(row) in found:
            points = points_of(found[id(row)], marks, worth)
            row[column] = cell(points, sheet.separator)
    rows = [sheet.header, *([guard_key(cell) for cell in row] for row in sheet.rows)]
    return exported(rows, sheet.separator, classroom, list(found.values()))


def _moodle_from_names(classroom: Classroom, marks: Marks, assignment: str | None) -> Exported:
    rows = [["Email address", "ID number", assignment or classroom.title]]
    named = []
    for entry in classroom.entries:
        email, own = entry.email, entry.ids.get("number", "")
        if not email and "@" in entry.student:
            email = entry.student
        if entry.graded and (email or own):
            named.append(entry)
            rows.append([guard_key(email), guard_key(own), points_of(entry, marks, None)])
    insist_on_somebody(named, "Moodle", "gradebook or grading worksheet as Moodle exports it")
    return exported(rows, ",", classroom, named)


def _moodle_ids(entry: Entry) -> list[str]:
    own = entry.ids.get("moodle")
    return [f"Participant {own}", own] if own else []
