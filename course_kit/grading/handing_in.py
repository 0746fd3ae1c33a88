"""From a download to what is graded, and who appears in the gradebook.

    intake = take_in(folder, options)        # reads folder, roster, pairs, times
    plan = make_plan(intake, options, lab)   # what to grade, and who appears
    rows = settle(plan, outcomes)            # after grading (`settling`)

The last two touch no file.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from course_kit.checks.answers import clean
from course_kit.grading.hand_ins import LONG_AGO, MANY, HandIn, Owner
from course_kit.grading.intake import Intake, Options, submission_of
from course_kit.grading.lateness import LateRule
from course_kit.grading.layouts import BadDownload
from course_kit.grading.roster import Roster, Student
from course_kit.grading.submission import Submission
from course_kit.grading.tables import BadTable, letters, same


@dataclass(frozen=True)
class Attempt:
    """One notebook that may count for a student; `order` is larger for a later one."""

    submission: Submission
    found: HandIn
    submitted: datetime | None
    order: tuple[datetime, int, int] | None


@dataclass(frozen=True)
class PlannedRow:
    """A student who will appear, and the notebooks to grade for them.

    Args:
        attempts: to grade; the best of them counts. Empty where there is no notebook.
        all: every notebook of theirs, in order.
        partners: with whom they share a submission, by id.
        unordered: the latest was asked for, and nothing says which one it is.
    """

    student: Student
    attempts: tuple[Attempt, ...]
    all: tuple[Attempt, ...]
    partners: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    unordered: bool = False


@dataclass(frozen=True)
class Plan:
    """What to grade, in order and each once; the rows to come; what was passed over."""

    layout: str
    submissions: tuple[Submission, ...]
    rows: tuple[PlannedRow, ...]
    rule: LateRule = field(default_factory=LateRule)
    passed_over: tuple[str, ...] = ()


def make_plan(intake: Intake, options: Options, lab: str | None = None) -> Plan:
    """Decide what is graded for whom; the roster's order first, then those who are not on it.

    Args:
        lab: the lab to grade by; notebooks that name another one are left aside.

    Raises:
        BadDownload: if two submissions claim one student.
        BadTable: if the groups name somebody unknown, or one student twice.
    """
    people, owned = _people(intake)
    groups = _groups(intake, people)
    attempts = {
        id(found): _attempt(found, intake) for found in intake.found.hand_ins if found.is_notebook
    }
    rows, passed_over = [], list(intake.found.passed_over)
    for key, student in people.items():
        members = groups.get(key, (key,))
        found = {id(item): item for member in members for item in owned[member]}
        if intake.roster and intake.roster.by_name and _on_roster(intake.roster, student):
            student = replace(student, ids=student.ids | _number_by_name(student, owned[key]))
        if not found and not _on_roster(intake.roster, student):
            continue
        notebooks = [attempts[number] for number in found if number in attempts]
        notebooks.sort(key=lambda attempt: (attempt.order or _NO_ORDER, attempt.found.path.name))
        chosen = _chosen(notebooks, options.attempt, lab)
        others = tuple(people[member].id for member in members if member != key)
        notes = _notes(intake, student, list(found.values()), notebooks)
        guess = len(chosen) > 1 and options.attempt == "latest"
        if len(chosen) > MANY:
            notes.insert(0, f"of {len(chosen)} notebooks {MANY} are graded")
            passed_over.append(f"{student}: {notes[0]}")
        rows.append(
            PlannedRow(
                student,
                attempts=tuple(chosen[-MANY:]),
                all=tuple(notebooks),
                partners=others,
                notes=tuple(notes),
                unordered=guess,
            )
        )
    unique = {a.submission: None for row in rows for a in row.attempts}
    return Plan(intake.found.layout, tuple(unique), tuple(rows), options.rule, tuple(passed_over))


_NO_ORDER = (LONG_AGO, 0, 0)


def _people(intake: Intake) -> tuple[dict[str, Student], dict[str, list[HandIn]]]:
    """Everybody by `same(id)`, the roster first, and what each one handed in."""
    roster = intake.roster
    people = {same(s.id): s for s in roster.students} if roster else {}
    owned: dict[str, list[HandIn]] = defaultdict(list)
    claimed: dict[str, Owner] = {}
    for found in intake.found.hand_ins:
        for owner in found.owners:
            for student in _students(owner, roster, intake.found.layout):
                key = same(student.id)
                first = claimed.setdefault(key, owner)
                mails = {same(first.email), same(owner.email)}
                if same(first.id) != same(owner.id) and (len(mails) > 1 or "" in mails):
                    raise BadDownload(
                        f"Two different submissions claim {student}: those of {first.id} "
                        f"and {owner.id}. Give the roster a column with the download's ids."
                    )
                people.setdefault(key, student)
                owned[key].append(found)
    return people, owned


def _students(owner: Owner, roster: Roster | None, layout: str) -> list[Student]:
    # Where names count, a stranger's number may be the id of somebody else.
    id = f"participant {owner.id}" if roster and roster.by_name else owner.id
    stranger = [Student(id, owner.name, owner.email, ids=_system_ids(owner.id, layout))]
    if roster is None:
        return stranger
    student = roster.find(owner.id, owner.name, owner.email)
    if layout == "moodle" and (student is None or not _is_called_like(student, owner)):
        # A group's folder bears the group's name, and a number that may be a member's too. A
        # student of another group has only taken the name.
        members = [s for s in roster.students if _is_called_like_the_group_of(s, owner)]
        if members and (student is None or student in members):
            return members
    return [student] if student else stranger


def _system_ids(id: str, layout: str) -> dict[str, str]:
    return {layout: id} if layout in ("canvas", "moodle") and id.isdigit() else {}


def _is_called_like(student: Student, owner: Owner) -> bool:
    return letters(student.name) == letters(owner.name)


def _is_called_like_the_group_of(student: Student, owner: Owner) -> bool:
    return bool(student.group) and same(student.group) == same(owner.name)


def _number_by_name(student: Student, found: list[HandIn]) -> dict[str, str]:
    """The number that Moodle gives a student whom only the name tells; a group's is not it."""
    owners = (owner for item in found for owner in item.owners)
    return next(({"moodle": o.id} for o in owners if _is_called_like(student, o)), {})


def _on_roster(roster: Roster | None, student: Student) -> bool:
    return roster is not None and student in roster.students


def _groups(intake: Intake, people: dict[str, Student]) -> dict[str, tuple[str, ...]]:
    """The keys that share a submission, by each of them."""
    listed = [(f"--pairs, line {number}", ids) for number, ids in intake.groups]
    shares: dict[str, list[str]] = defaultdict(list)
    for student in intake.roster.students if intake.roster else ():
        if student.shares:
            shares[same(student.shares)].append(student.id)
    listed += [(f"roster, pair {clean(name, 40)!r}", tuple(ids)) for name, ids in shares.items()]
    groups: dict[str, tuple[str, ...]] = {}
    where: dict[str, str] = {}
    for place, ids in listed:
        keys = tuple(dict.fromkeys(map(same, ids)))
        for key, id in {same(id): id for id in ids}.items():
            if key not in people and intake.roster is None and set(keys) & set(people):
                # The partner of one who handed in.
                people[key] = Student(id, ids=_system_ids(id, intake.found.layout))
            if key not in people:
                raise BadTable(f"{place}: nobody has the id {clean(id, 60)}. Mend or remove it.")
            if key in groups:
                raise BadTable(f"{people[key]} is in two groups: {where[key]} and {place}.")
            groups[key], where[key] = keys, place
    return groups


def _attempt(found: HandIn, intake: Intake) -> Attempt:
    """With the best time there is: the system's, a list's, the roster's, the file's."""
    students = [
        s for owner in found.owners for s in _students(owner, intake.roster, intake.found.layout)
    ]
    times, changed = intake.times or {}, intake.changed or {}
    known = [
        found.submitted,
        *(times.get(same(student.id)) for student in students),
        *(student.submitted for student in students),
        changed.get(found.path),
    ]
    submitted = next((when for when in known if when is not None), None)
    order = found.order
    if order is None and found.path in changed:
        order = (changed[found.path], 0, 0)
    return Attempt(submission_of(found), found, submitted, order)


def _chosen(notebooks: list[Attempt], attempt: str, lab: str | None) -> list[Attempt]:
    """All for the best; the last one for the latest, or all that nothing puts in order."""
    of_lab = [a for a in notebooks if lab is None or a.submission.lab in (None, lab)]
    left = of_lab or notebooks
    if attempt == "best" or len(left) < 2:
        return left
    if all(a.order is not None for a in left):
        last = max(a.order or _NO_ORDER for a in left)
        left = [a for a in left if a.order == last]
    return [a for a in left if lab is not None and a.submission.lab == lab] or left


def _notes(
    intake: Intake,
    student: Student,
    found: list[HandIn],
    notebooks: list[Attempt],
) -> list[str]:
    notes = []
    if intake.roster and not _on_roster(intake.roster, student):
        notes.append("not on the roster")
    if not found:
        notes.append("handed in nothing")
    elif not notebooks:
        files = sorted(item.file or item.path.name for item in found)
        notes.append(f"handed in {listed(files)}, no notebook")
    notes += dict.fromkeys(item.doubt for item in found if item.doubt)
    if intake.found.layout == "moodle" and student.name:
        notes += _notes_on_names(intake, student, found)
    return notes


def _notes_on_names(intake: Intake, student: Student, found: list[HandIn]) -> list[str]:
    """What rests on a name at Moodle, where a student can change it."""
    roster = intake.roster or Roster(())
    by_name = roster.by_name and _on_roster(roster, student)
    notes = []
    for owner in {owner for item in found for owner in item.owners}:
        members = [s for s in roster.students if _is_called_like_the_group_of(s, owner)]
        if by_name and _is_called_like(student, owner):
            notes.append(f"only the name says that participant {owner.id} is this student")
        elif by_name and student in members:
            who = f"participant {owner.id} hands in for them"
            notes.append(f"only the name of the group says that {who}")
        elif not by_name and owner.id == student.id and not _is_called_like(student, owner):
            taken = ", a group that they are not in" if members and student not in members else ""
            notes.append(f"the download calls them {owner.name}{taken}")
    return sorted(notes)


def listed(items: Iterable[str], most: int = 4) -> str:
    """The first few, and how many more."""
    items = list(items)
    more = f" and {len(items) - most} more" if len(items) > most else ""
    return ", ".join(items[:most]) + more
