"""What Canvas' gradebook imports.

Canvas reads the points an assignment is worth from the row "Points Possible", and would
change them: that row is kept as it came.
"""

from __future__ import annotations

from pathlib import Path

from course_kit.grading.report.classroom import Classroom, Entry
from course_kit.grading.report.exports import (
    Exported,
    NotExported,
    assignment_column,
    cell,
    exported,
    insist_on_somebody,
    name_reader,
    points_of,
    worth_of,
)
from course_kit.grading.report.marks import Marks
from course_kit.grading.report.matching import Matcher
from course_kit.grading.report.sheets import Sheet, guard, guard_key, read_sheet

POINTS_POSSIBLE = "Points Possible"
# Canvas' own columns before the assignments, as its export writes them.
CANVAS_STUDENT = (
    "Student",
    "LastName",
    "FirstName",
    "ID",
    "SIS User ID",
    "SIS Login ID",
    "Integration ID",
    "Root Account",
    "Section",
)


def canvas(
    classroom: Classroom,
    marks: Marks,
    gradebook: Path | None,
    assignment: str | None,
    scale: bool = False,
) -> Exported:
    """Points as Canvas' gradebook imports them.

    Args:
        gradebook: the CSV that Canvas exported; without it students are named by the ids
            of its download or the roster, and points go to the assignment called `assignment`.
        assignment: its column, "Lab 6 (1234)", or a part that only it has.
        scale: turn points into the assignment's points where they differ.

    Raises:
        BadSheet: if `gradebook` is no such table.
        NotExported: if the assignment is not told, or is worth another number of points.
    """
    if gradebook is None:
        return _canvas_from_names(classroom, marks, assignment)
    sheet = read_sheet(gradebook)
    place = sheet.need("ID")
    column = assignment_column(sheet, assignment, _after_section(sheet))
    possible = next((r for r in sheet.rows if POINTS_POSSIBLE in r[0]), None)
    worth = worth_of(possible[column] if possible else "", classroom, marks, scale, sheet)
    kept = [i for i, t in enumerate(sheet.header) if t.strip() in CANVAS_STUDENT and i < column]
    people = [row for row in sheet.rows if row[place].strip()]
    logins = [
        i for i in (sheet.column("SIS User ID"), sheet.column("SIS Login ID")) if i is not None
    ]
    matcher = Matcher(people, [place], [*logins, place], name_reader(sheet))
    found = matcher.match(classroom.entries, _canvas_ids)
    rows = [[sheet.header[i] for i in kept] + [sheet.header[column]]]
    for row in sheet.rows:
        entry = found.get(id(row))
        points = points_of(entry, marks, worth) if entry else row[column]
        rows.append([guard_key(row[i]) for i in kept] + [cell(points, sheet.separator)])
    return exported(rows, sheet.separator, classroom, list(found.values()))


def _canvas_from_names(classroom: Classroom, marks: Marks, assignment: str | None) -> Exported:
    if not assignment:
        raise NotExported(
            'Say which assignment, as Canvas calls it: --assignment "Lab 6 (1234)", '
            "or give Canvas' exported gradebook with --gradebook."
        )
    rows = [["Student", "ID", "SIS User ID", "SIS Login ID", "Section", assignment]]
    named = []
    for entry in classroom.entries:
        ids = [*_canvas_ids(entry), ""][0]
        sis, login = entry.ids.get("sis", ""), entry.ids.get("login", "")
        if entry.graded and (ids or sis or login):
            named.append(entry)
            keys = [guard(ids), guard_key(sis), guard_key(login), ""]
            rows.append([guard(entry.shown_name), *keys, points_of(entry, marks, None)])
    insist_on_somebody(named, "Canvas", "gradebook as Canvas exports it")
    return exported(rows, ",", classroom, named)


def _after_section(sheet: Sheet) -> int:
    place = [i for i, title in enumerate(sheet.header) if title.strip() in CANVAS_STUDENT]
    return max(place) + 1


def _canvas_ids(entry: Entry) -> list[str]:
    own = entry.ids.get("canvas")
    return [own] if own else []
