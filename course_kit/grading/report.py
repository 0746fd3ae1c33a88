"""What an instructor reads: ``gradebook.csv`` and ``report.html``."""

from __future__ import annotations

import csv
import io
from statistics import mean, median
from typing import Any

from jinja2 import Environment, PackageLoader

import course_kit
from course_kit.checks import Lab
from course_kit.grading.driver import Row
from course_kit.grading.examine import salt_fingerprint
from course_kit.grading.levels import Shown
from course_kit.grading.store import Store

# A cell that begins so would be a formula to a spreadsheet.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_reports(store: Store, lab: Lab, rows: list[Row], shown: Shown, practice: bool) -> None:
    """Write both into the output folder, from the rows' results alone."""
    store.write(store.folder / "gradebook.csv", gradebook(lab, rows, practice))
    store.write(store.folder / "report.html", report(lab, rows, shown, practice, store.salt))


def gradebook(lab: Lab, rows: list[Row], practice: bool) -> str:
    """One line a student: points of each exercise, the sum, and what was out of the ordinary."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(["student", "file", *lab.exercises, "points", "of", "marks", "note"])
    for row in rows:
        exercises = _points(row)
        table.writerow(
            [
                _cell(row.student),
                _cell(row.file),
                *(exercises.get(name, 0) for name in lab.exercises),
                row.earned,
                lab.points,
                "practice" if practice else "graded",
                _cell(row.said),
            ]
        )
    return out.getvalue()


def report(lab: Lab, rows: list[Row], shown: Shown, practice: bool, salt: bytes) -> str:
    """One self-contained page. All text is escaped; nothing is fetched."""
    environment = Environment(
        loader=PackageLoader("course_kit.grading", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    points = [row.earned for row in rows if row.result]
    return environment.get_template("report.html").render(
        lab=lab,
        rows=[(number, row, _points(row)) for number, row in enumerate(rows, start=1)],
        claims=_claims(lab, rows),
        shown=shown,
        practice=practice,
        mean=mean(points) if points else 0,
        median=median(points) if points else 0,
        ungraded=sum(row.result is None for row in rows),
        salt=salt_fingerprint(salt),
        version=course_kit.__version__,
    )


def _points(row: Row) -> dict[str, int]:
    exercises = row.result["exercises"] if row.result else []
    return {e["name"]: sum(claim["earned"] for claim in e["claims"]) for e in exercises}


def _claims(lab: Lab, rows: list[Row]) -> list[dict[str, Any]]:
    """How many met each claim, in the lab's order."""
    results = [row.result for row in rows if row.result]
    met = [c["claim"] for r in results for e in r["exercises"] for c in e["claims"] if c["earned"]]
    return [
        {
            "exercise": claim.exercise,
            "text": claim.text,
            "points": claim.points,
            "met": met.count(claim.id),
        }
        for claim in lab.claims
    ]


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
