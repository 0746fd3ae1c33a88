"""Who is in the class: the roster, who shares a submission, and when each was handed in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from course_kit.grading.lateness import BadTime, Extension, extension, instant, moment
from course_kit.grading.tables import BadTable, Line, letters, read_rows, read_table, same

# The column that holds what the downloads write, the likeliest first. One column alone is
# used: another system's numbers may belong to somebody else.
_IDS = {
    "canvas": ("id", "canvas user id", "canvas id", "user id", "student id", "student", "sid"),
    "moodle": ("identifier", "participant number", "participant id", "participant", "id"),
    "gradescope": ("sid", "student id", "id", "id number", "sis user id", "student"),
    "plain": (
        *("id", "student id", "sid", "student", "user", "username", "login", "login id"),
        *("sis login id", "identifier", "id number", "sis user id"),
    ),
}
_NAMES = ("name", "full name", "student name", "student")
_FIRST, _LAST = ("first name", "firstname"), ("last name", "surname", "lastname")
_EMAIL = ("email", "e mail", "email address", "e mail address")
_SECTION = ("section", "sections", "section name")
_EXTENSION = ("extension", "extended until", "extension days")
_SHARED = ("pair", "team")
_GROUP = ("group", "group name")
_OTHER_IDS = {
    "sis": ("sis user id",),
    "login": ("sis login id", "login id", "username"),
    "number": ("sid", "id number", "student id"),
}
_TIMES = ("submitted", "submitted at", "submission time", "last modified submission", "timestamp")
_KNOWN = {
    *(name for names in _IDS.values() for name in names),
    *(*_NAMES, *_FIRST, *_LAST, *_EMAIL, *_SECTION, *_EXTENSION, *_SHARED, *_GROUP, *_TIMES),
    "role",
}


@dataclass(frozen=True)
class Student:
    """One line of the roster.

    Args:
        id: as the system writes it.
        extension: a new deadline, or a span on top of the class's.
        shares: what the column "pair" or "team" says; equal ones share a submission.
        group: Moodle's group, under whose name a group's submission is downloaded.
        submitted: when, if the roster says so.
        line: in the file, for messages.
        ids: what systems call the student: "canvas", "moodle", "sis", "login", "number".
    """

    id: str
    name: str = ""
    email: str = ""
    section: str = ""
    extension: Extension | None = None
    shares: str = ""
    group: str = ""
    submitted: datetime | None = None
    line: int = 0
    ids: dict[str, str] = field(default_factory=dict, compare=False)

    def __str__(self) -> str:
        """As a message names them."""
        return f"{self.id} ({self.name})" if self.name else self.id


@dataclass(frozen=True)
class Roster:
    """The students of a class, in the file's order.

    Args:
        by_name: the file holds no numbers as the download writes them; full names are
            compared (Moodle's list of participants), if only one student has the name.
    """

    students: tuple[Student, ...]
    by_name: bool = False

    def __post_init__(self) -> None:
        keys = [letters(s.name) if self.by_name else same(s.id) for s in self.students]
        mails = [same(student.email) for student in self.students]
        object.__setattr__(self, "_found", tuple(self._lone(texts) for texts in (keys, mails)))

    def find(self, id: str, name: str = "", email: str = "") -> Student | None:
        """The student whom a system names so, or None. An e-mail counts where the id is unknown."""
        keys, mails = self._found  # type: ignore[attr-defined]
        return keys.get(letters(name) if self.by_name else same(id)) or mails.get(same(email))

    def _lone(self, texts: list[str]) -> dict[str, Student]:
        """The students by what only one of them has."""
        count = Counter(texts)
        pairs = zip(texts, self.students, strict=True)
        return {text: student for text, student in pairs if text and count[text] == 1}


def read_roster(path: Path, layout: str) -> Roster:
    """Read a roster: an export of Canvas, Moodle or Gradescope, or columns `id`, `name`, ...

    Args:
        path: a CSV with headings; `extension` and `pair` may be added as columns.
        layout: of the download; it says which column holds the ids.

    Raises:
        BadTable: if there is no such column, a line has no id, or two have the same.
    """
    lines = [line for line in read_table(path, _KNOWN) if _is_student(line)]
    if not lines:
        raise BadTable(f"{path} holds no student, only headings.")
    there = {name for line in lines for name in line.cells}
    columns = [name for name in _IDS[layout] if name in there]
    by_name = layout == "moodle" and not columns
    if by_name:
        columns = [name for name in ("id number", "username") if name in there]
    if not columns and not there & set(_EMAIL):
        wanted = _IDS[layout][0]
        raise BadTable(f"{path} has no column of ids. Name one of its headings {wanted!r}.")
    students = [_student(path, line, columns[:1]) for line in lines]
    if columns and layout in ("canvas", "moodle") and not by_name:
        students = [replace(s, ids={**s.ids, layout: s.id}) for s in students]
    _refuse_twins(path, students)
    return Roster(tuple(students), by_name)


def read_times(path: Path, layout: str) -> dict[str, datetime]:
    """When each student handed in, by `same(id)`, from a CSV with an id and a time.

    Moodle's grading worksheet and Gradescope's list of grades are such files.

    Raises:
        BadTable: if it has no such columns, or a time cannot be read.
    """
    roster = read_roster(path, layout)
    times = {same(s.id): s.submitted for s in roster.students if s.submitted is not None}
    if not times:
        raise BadTable(f"{path} has no times. Name the heading of their column 'submitted'.")
    return times


def read_groups(path: Path) -> list[tuple[int, tuple[str, ...]]]:
    """The ids that share a submission, one line a group, with the line's number.

    A first line of headings ("student,partner", "member 1,member 2") is passed over.

    Raises:
        BadTable: if a line holds fewer than two ids.
    """
    rows = read_rows(path)
    words = re.compile(r"(student|partner|member|id)[\s\d]*", re.IGNORECASE)
    if rows and all(words.fullmatch(cell) for cell in rows[0][1]):
        rows = rows[1:]
    groups = [(number, tuple(filter(None, cells))) for number, cells in rows]
    for number, ids in groups:
        if len({same(id) for id in ids}) < 2:
            raise BadTable(f"{path}, line {number}: {', '.join(ids)} alone. Name two ids or more.")
    return groups


def _is_student(line: Line) -> bool:
    """Not the lines that the systems add: Canvas's points and test student, and the staff."""
    name = line.first(_NAMES).casefold()
    if line.cells.get("role", "").casefold() not in ("", "student"):
        return False
    if name == "student, test" and not line.cells.get("sis user id"):
        return False
    return "sis user id" not in line.cells or bool(line.cells.get("id"))


def _student(path: Path, line: Line, columns: list[str]) -> Student:
    email, named = line.first(_EMAIL), f"{path}, line {line.number}"
    id = line.first(columns) or email
    if columns == ["identifier"] and (number := re.search(r"([0-9]+)$", id)):
        id = number[1]  # "Participant 123", in whatever language
    name = line.first([n for n in _NAMES if n not in columns])
    name = name or f"{line.first(_FIRST)} {line.first(_LAST)}".strip()
    if not id:
        raise BadTable(f"{named} ({name or 'no name'}) has no id.")
    try:
        extended = extension(line.first(_EXTENSION))
        when = line.first(_TIMES)
        submitted = moment(when) if re.search("[0-9]", when) else None  # Moodle writes "-"
    except BadTime as error:
        raise BadTable(f"{named}: {error}") from None
    ids = {kind: line.first(names) for kind, names in _OTHER_IDS.items()}
    return Student(
        id,
        name,
        email,
        section=line.first(_SECTION),
        extension=extended,
        shares=line.first(_SHARED),
        group=line.first(_GROUP),
        submitted=submitted,
        line=line.number,
        ids={kind: value for kind, value in ids.items() if value},
    )


def _refuse_twins(path: Path, students: Iterable[Student]) -> None:
    seen: dict[str, Student] = {}
    for student in students:
        first = seen.setdefault(same(student.id), student)
        if first is not student:
            raise BadTable(
                f"{path}: lines {first.line} and {student.line} have the same id: "
                f"{first} and {student}. Remove one of them."
            )


def refuse_early(roster: Roster, deadline: datetime | None) -> None:
    """Extensions must lie after the deadline.

    Raises:
        BadTable: if one does not.
    """
    for student in roster.students:
        until = student.extension
        if deadline is None or until is None or isinstance(until, timedelta):
            continue
        if instant(until) < instant(deadline):
            raise BadTable(
                f"Roster, line {student.line}: the extension of {student} ends before the deadline."
            )
