"""``class.json``: who handed in what, so that reports need nothing but the output folder.

The manifest holds what the results do not: the rows in their order, the lab's
claims, the isolation that was shown. A report is a function of it and of the
result files alone; it holds no time of day.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, replace
from itertools import chain, count
from pathlib import Path
from typing import Any

import course_kit
from course_kit.checks import Lab, UnknownName
from course_kit.checks.answers import clean
from course_kit.checks.handout import questions
from course_kit.grading import decisions
from course_kit.grading.examine import salt_fingerprint
from course_kit.grading.layouts import LAYOUTS
from course_kit.grading.report.classroom import Claim, Classroom, Entry
from course_kit.grading.report.results import Damaged, finite, read_result
from course_kit.grading.settling import FinalRow
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
    "system_name": "",
}
_LIMITS = {"name": 200, "attempt": 100, "reason": 500, "note": 1_000}
_LIMITS |= {"email": 200, "section": 200, "system_name": 1_000}


class NoClass(Problem):
    """An output folder without a readable manifest; the text says what to do."""


def write_manifest(
    store: Store,
    lab: Lab,
    rows: Iterable[FinalRow],
    shown: Any,
    practice: bool,
    layout: str = "plain",
) -> None:
    """Write ``class.json`` from the rows of a run.

    Args:
        rows: anything with `student`, `file`, `result` and `problem`; also read, where
            they are there, the other fields of `Entry`; the path also as `submission.path`.
        shown: what has a `level`, and says as text what was shown to hold.
        layout: of the download: who wrote the names in it.
    """
    manifest = {
        "schema": SCHEMA,
        "kit": course_kit.__version__,
        "lab": {"name": lab.name, "title": lab.title, "points": lab.points},
        "claims": [asdict(Claim(c.id, c.exercise, c.text, c.points)) for c in lab.claims],
        "questions": [{"id": name, "text": text} for name, text in _questions(lab).items()],
        "isolation": {"level": shown.level, "shown": str(shown)},
        "practice": practice,
        "layout": layout,
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
            points=finite(lab["points"]),
            claims=[Claim(**claim) for claim in found["claims"]],
            questions={question["id"]: question["text"] for question in found["questions"]},
            level=str(isolation["level"]),
            shown=str(isolation["shown"]),
            practice=bool(found["practice"]),
            layout=found.get("layout") if found.get("layout") in LAYOUTS else "",
            salt=str(found["salt"]),
            kit=str(found["kit"]),
            entries=[],
        )
        taken: set[str] = set()
        decided = decisions.read(folder)
        for row in found["rows"]:
            entry = _entry(folder, classroom, row, taken)
            if entry.result:
                entry = replace(entry, result=decided.result(entry.result))
            classroom.entries.append(entry)
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


def _row(row: FinalRow) -> dict[str, Any]:
    """A row as the manifest keeps it: what is at its default is left out."""
    # Whole: what a learning system wrote stands left of what a student could have made.
    path = row.submission.path.as_posix() if row.submission else ""
    optional = {name: path if name == "path" else getattr(row, name) for name in _OPTIONAL}
    kept = {
        # Points may come as exact decimals.
        name: float(value) if name in ("penalty", "final") else value
        for name, value in optional.items()
        if value != _OPTIONAL[name]
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
        # As it was: by it the file is found again.
        "path": str(words["path"]),
        "penalty": finite(words["penalty"]),
        "final": None if words["final"] is None else finite(words["final"]),
        "ids": {str(name): str(value) for name, value in words["ids"].items()},
    }
    if row["digest"] is None:
        return Entry(**plain)
    try:
        return Entry(**plain, result=read_result(folder, classroom, row["digest"]))
    except Damaged as reason:
        return Entry(**plain | {"problem": f"{reason} Grade again."})


def _untaken(student: str, taken: set[str]) -> str:
    """`student`, numbered where names that were cut or cleaned have become alike."""
    numbered = (f"{student} ({number})" for number in count(2))
    name = next(name for name in chain([student], numbered) if name not in taken)
    taken.add(name)
    return name
