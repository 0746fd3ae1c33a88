"""``class.json``: who handed in what, so that reports need nothing but the output folder.

The manifest holds what the results do not: the rows in their order, the lab's
claims, the isolation that was shown. A report is a function of it and of the
result files alone; it holds no time of day.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from itertools import chain, count
from pathlib import Path
from typing import Any

import course_kit
from course_kit.checks import Lab, UnknownName
from course_kit.checks.answers import clean
from course_kit.checks.handout import questions
from course_kit.grading.examine import salt_fingerprint
from course_kit.grading.store import Store
from course_kit.problems import Problem

NAME = "class.json"
SCHEMA = 1
# What a row may carry beside student, file, result and problem, with its default.
_OPTIONAL: dict[str, Any] = {
    "name": "",
    "path": "",
    "attempt": "",
    "penalty": 0,
    "final": None,
    "reason": "",
    "note": "",
    "email": "",
    "section": "",
    "ids": {},
}
_LIMITS = {"name": 200, "path": 1_000, "attempt": 100, "reason": 500, "note": 1_000}
_LIMITS |= {"email": 200, "section": 200}


class NoClass(Problem):
    """An output folder without a readable manifest; the text says what to do."""


class Damaged(Exception):
    """A result file that cannot be used; the text says why."""


@dataclass(frozen=True)
class Claim:
    """One claim as the lab words it."""

    claim: str
    exercise: str
    text: str
    points: int


@dataclass(frozen=True)
class Entry:
    """One line of the class.

    Args:
        student: the key by which the student is known in this folder.
        file: the name of the file handed in.
        digest: SHA-256 of its bytes; None where nothing was read.
        result: the result, or None; then `problem` says why.
        name: the student's name, if a roster told it.
        path: where the file lay below the folder of submissions.
        attempt: which attempt counted, as in "2 of 3".
        penalty: points taken off, for lateness for example.
        final: the points that count, where they are not those that were earned.
        reason: why `final` differs.
        note: what else the instructor should know of this line.
        ids: what other systems call the student: "canvas", "moodle", "sis", "login", "number".
    """

    student: str
    file: str
    digest: str | None = None
    problem: str = ""
    result: dict[str, Any] | None = None
    name: str = ""
    path: str = ""
    attempt: str = ""
    penalty: float = 0
    final: float | None = None
    reason: str = ""
    note: str = ""
    email: str = ""
    section: str = ""
    ids: dict[str, str] = field(default_factory=dict)

    @property
    def shown_name(self) -> str:
        """The name if there is one, else the key."""
        return self.name or self.student

    @property
    def absent(self) -> bool:
        """Whether nothing was handed in."""
        return not self.file and self.result is None

    @property
    def graded(self) -> bool:
        """Whether there is a number to give: a result, or points set by a person."""
        return self.result is not None or self.final is not None

    @property
    def earned(self) -> float:
        """Points that the claims gave; 0 where there is no result."""
        return self.result["earned"] if self.result else 0

    @property
    def counted(self) -> float:
        """Points that count, penalty and decisions included; never below 0."""
        return self.final if self.final is not None else max(0, self.earned - self.penalty)

    @property
    def exercises(self) -> dict[str, float]:
        """Points by exercise."""
        found = self.result["exercises"] if self.result else []
        return {e["name"]: sum(claim["earned"] for claim in e["claims"]) for e in found}

    @property
    def flags(self) -> list[dict[str, str]]:
        """What was found that a person should decide."""
        return self.result.get("flags") or [] if self.result else []

    @property
    def said(self) -> str:
        """One line about what was out of the ordinary, if anything was."""
        if self.problem or self.result is None:
            return self.problem
        if self.result["unreadable"]:
            return self.result["unreadable"]
        notes = self.result["notes"]
        more = f" (and {len(notes) - 1} more)" if len(notes) > 1 else ""
        return notes[0] + more if notes else ""


@dataclass(frozen=True)
class Classroom:
    """A class as an output folder holds it.

    Args:
        questions: those to be answered in words, by the id of their cell.
        level: the isolation reached; `shown` says what stands behind the word.
        salt: the fingerprint, not the salt.
    """

    lab: str
    title: str
    points: float
    claims: list[Claim]
    questions: dict[str, str]
    level: str
    shown: str
    practice: bool
    salt: str
    kit: str
    entries: list[Entry]

    @property
    def exercises(self) -> list[str]:
        """The exercises in the lab's order."""
        return list(dict.fromkeys(claim.exercise for claim in self.claims))

    def worth(self, exercise: str) -> float:
        """Points of one exercise."""
        return sum(claim.points for claim in self.claims if claim.exercise == exercise)


def write_manifest(store: Store, lab: Lab, rows: Iterable[Any], shown: Any, practice: bool) -> None:
    """Write ``class.json`` from the rows of a run.

    Args:
        rows: anything with `student`, `file`, `result` and `problem`; also read, where
            they are there, the other fields of `Entry`; the path also as `submission.path`.
        shown: what has a `level`, and says as text what was shown to hold.
    """
    manifest = {
        "schema": SCHEMA,
        "kit": course_kit.__version__,
        "lab": {"name": lab.name, "title": lab.title, "points": lab.points},
        "claims": [asdict(Claim(c.id, c.exercise, c.text, c.points)) for c in lab.claims],
        "questions": [{"id": name, "text": text} for name, text in _questions(lab).items()],
        "isolation": {"level": shown.level, "shown": str(shown)},
        "practice": practice,
        "salt": salt_fingerprint(store.salt),
        "rows": [_row(row) for row in rows],
    }
    text = json.dumps(manifest, indent=1, sort_keys=True) + "\n"
    store.write(store.folder / NAME, text)


def read_class(folder: Path) -> Classroom:
    """The class of an output folder; a result that is missing or damaged is the row's problem.

    Raises:
        NoClass: if there is no manifest, or none that can be read.
    """
    path = folder / NAME
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        lab, isolation = found["lab"], found["isolation"]
        if found["schema"] != SCHEMA:
            raise NoClass(
                f"{path} is of schema {found['schema']!r}; "
                f"this version reads {SCHEMA}. Grade again."
            )
        classroom = Classroom(
            lab=str(lab["name"]),
            title=str(lab["title"]),
            points=_number(lab["points"]),
            claims=[Claim(**claim) for claim in found["claims"]],
            questions={question["id"]: question["text"] for question in found["questions"]},
            level=str(isolation["level"]),
            shown=str(isolation["shown"]),
            practice=bool(found["practice"]),
            salt=str(found["salt"]),
            kit=str(found["kit"]),
            entries=[],
        )
        taken: set[str] = set()
        for row in found["rows"]:
            classroom.entries.append(_entry(folder, classroom, row, taken))
    except OSError as error:
        raise NoClass(
            f"{path} cannot be read ({error.strerror}). "
            "A report needs a folder that `course-kit grade ... -o` wrote."
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise NoClass(f"{path} is damaged ({type(error).__name__}). Grade again.") from None
    return classroom


def _questions(lab: Lab) -> dict[str, str]:
    # From our own notebook: what a submission calls a question is a student's word.
    try:
        return questions(lab.name)
    except UnknownName:
        return {}


def _row(row: Any) -> dict[str, Any]:
    """A row as the manifest keeps it: what is at its default is left out."""
    optional = {name: getattr(row, name, None) for name in _OPTIONAL}
    if optional["path"] is None:
        path = getattr(getattr(row, "submission", None), "path", None)
        # Whole: what a learning system wrote stands left of what a student could have made.
        optional["path"] = path and path.as_posix()
    kept = {
        # Points may come as exact decimals.
        name: float(value) if name in ("penalty", "final") else value
        for name, value in optional.items()
        if value is not None and value != _OPTIONAL[name]
    }
    digest = row.result["key"]["submission"] if row.result else None
    return kept | {
        "student": row.student,
        "file": row.file,
        "digest": digest,
        "problem": row.problem,
    }


def _entry(folder: Path, classroom: Classroom, row: dict[str, Any], taken: set[str]) -> Entry:
    words = {name: _OPTIONAL[name] if row.get(name) is None else row[name] for name in _OPTIONAL}
    texts = {name: clean(str(words[name]), limit) for name, limit in _LIMITS.items()}
    plain: dict[str, Any] = {
        **texts,
        "student": _untaken(clean(str(row["student"]), 200), taken),
        "file": clean(str(row["file"]), 300),
        "problem": clean(str(row["problem"]), 1_000),
        "digest": row["digest"],
        "penalty": _number(words["penalty"]),
        "final": None if words["final"] is None else _number(words["final"]),
        "ids": {str(name): str(value) for name, value in words["ids"].items()},
    }
    if row["digest"] is None:
        return Entry(**plain)
    try:
        return Entry(**plain, result=_result(folder, classroom, row["digest"]))
    except Damaged as reason:
        return Entry(**plain | {"problem": f"{reason} Grade again."})


def _untaken(student: str, taken: set[str]) -> str:
    """`student`, numbered where names that were cut or cleaned have become alike."""
    numbered = (f"{student} ({number})" for number in count(2))
    name = next(name for name in chain([student], numbered) if name not in taken)
    taken.add(name)
    return name


def _result(folder: Path, classroom: Classroom, digest: Any) -> dict[str, Any]:
    if not isinstance(digest, str) or not re.fullmatch(r"[0-9a-f]{64}", digest):
        raise Damaged("The class list names no result file.")
    where = f"results/{digest[:12]}….json"
    try:
        text = (folder / "results" / f"{digest}.json").read_text(encoding="utf-8")
    except FileNotFoundError:
        raise Damaged(f"The result file {where} is missing.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise Damaged(f"The result file {where} cannot be read ({error}).") from None
    try:
        result = json.loads(text)
        _check(result, classroom, digest)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Damaged(f"The result file {where} is damaged.") from None
    return result


def _check(result: dict[str, Any], classroom: Classroom, digest: str) -> None:
    """Raise unless every part that a report reads is there and of its kind; clean its texts."""
    key = result["key"]
    if key["submission"] != digest or key["lab"] != classroom.lab:
        raise ValueError
    if key["salt"] != classroom.salt or key["level"] != classroom.level:
        raise Damaged(
            f"The result file results/{digest[:12]}….json is of another run (isolation or salt)."
        )
    for exercise in result["exercises"]:
        _texts(exercise, "name")
        for claim in exercise["claims"]:
            _texts(claim, "claim", "text", "seen", "hint")
            _number(claim["points"]), _number(claim["earned"])
            bool(claim["passed"]), bool(claim["withheld"])
    for number in ("earned", "seconds", "cpu_seconds"):
        _number(result[number])
    result["notes"] = [_text(note) for note in result["notes"]]
    if result["unreadable"] is not None:
        _texts(result, "unreadable")
    for name, parts in _LISTS.items():
        for part in result.get(name) or []:
            _texts(part, *parts)


_LISTS = {
    "flags": ("exercise", "what", "evidence"),
    "reflections": ("id", "question", "text"),
    "mistakes": ("exercise", "sentence"),
}
MAX_TEXT = 20_000


def _texts(part: dict[str, Any], *names: str) -> None:
    for name in names:
        part[name] = _text(part[name])


def _text(value: Any) -> str:
    """A text as pages may show it. The grader cleaned it already; a page does not rely on that."""
    if not isinstance(value, str):
        raise TypeError
    if value.isprintable() and len(value) <= MAX_TEXT:
        return value
    return "\n".join(clean(line, MAX_TEXT) for line in value[:MAX_TEXT].splitlines())


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError
    return value
