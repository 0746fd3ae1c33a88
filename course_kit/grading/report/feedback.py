"""One page for each student, and a zip of them as the learning system wants them back."""

from __future__ import annotations

import hashlib
import io
import re
import unicodedata
import zipfile
from collections import Counter
from pathlib import PurePosixPath

from course_kit.grading.report.classroom import Classroom, Entry
from course_kit.grading.report.marks import Marks
from course_kit.grading.report.pages import render
from course_kit.grading.report.reflections import reflections

FOLDER = "feedback"
# In bytes, as file systems count; a part of a hash and the ending are added.
MAX_NAME = 180
# What cannot be a file's name on Windows, whatever follows the dot.
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
# Moodle writes no underscore into the name of a student, Canvas none before the numbers.
_MOODLE = re.compile(r"[^_/]+_(\d+)_assignsubmission_file(_|$)")
_CANVAS = re.compile(r"[^_/]+_(?:LATE_)?(\d+)_\d+_")
_WRITTEN = {"canvas": _CANVAS, "moodle": _MOODLE}
_UNSAFE = re.compile(r"[\\/:]")


def page(classroom: Classroom, entry: Entry, marks: Marks) -> str:
    """One student's page: claims in plain words, what was seen, hints, notes; no answers."""
    written = reflections(entry)
    given = {mark.question: mark for mark in marks.of(entry)}
    return render(
        "feedback.html",
        classroom=classroom,
        entry=entry,
        exercises=(entry.result or {}).get("exercises", []),
        written=[
            (text, written[name], given.get(name))
            for name, text in classroom.questions.items()
            if written.get(name, "").strip()
        ],
        marks=marks,
        flagged=list(dict.fromkeys(flag["exercise"] for flag in entry.flags)),
        mistakes={m["exercise"]: m["sentence"] for m in (entry.result or {}).get("mistakes") or []},
    )


def names(entries: list[Entry]) -> dict[str, str]:
    """A file name for each student, safe on every system, different also where case is not.

    Two students whose names come out alike get a part of a hash each.
    """
    plain = {entry.student: safe(entry.student) for entry in entries}
    alike = Counter(_folded(name) for name in plain.values())
    return {
        student: f"{name}.html" if alike[_folded(name)] == 1 else f"{name}-{_short(student)}.html"
        for student, name in plain.items()
    }


def safe(text: str) -> str:
    """`text` as a file name: letters, digits, dots and dashes, of bounded length."""
    name = re.sub(r"[^\w.-]+", "_", unicodedata.normalize("NFC", text))
    name = name.strip("._-").encode("utf-8")[:MAX_NAME].decode("utf-8", "ignore") or "student"
    return f"_{name}" if _RESERVED.fullmatch(name) else name


def zipped(pages: list[tuple[str, str]]) -> bytes:
    """A zip of (name, page), the same bytes for the same pages."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, text in sorted(pages):
            # The earliest date there is: the time of writing would make every zip differ.
            info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, text.encode("utf-8"))
    return out.getvalue()


def system_names(classroom: Classroom, plain: dict[str, str]) -> dict[str, str]:
    """The name of each page in the zip: where a learning system looks for the student.

    Moodle reads the student from the folder (or the beginning of the name), Canvas from
    two numbers in the name; both are kept as they came, with `.html` at the end. Where
    neither wrote the name, or its number is not the student's own (partners share a file),
    the page keeps its own.
    """
    named = {e.student: _system_name(classroom.layout, e) for e in classroom.entries}
    return {student: named.get(student) or name for student, name in plain.items()}


def _system_name(layout: str, entry: Entry) -> str:
    pattern, name = _WRITTEN.get(layout), entry.system_name
    found = pattern.match(name) if pattern else None
    if found is None or found[1] != entry.ids.get(layout) or _UNSAFE.search(name):
        return ""
    if layout == "canvas":
        return f"{PurePosixPath(name).stem}.html"
    return f"{name}/feedback.html" if found.end() == len(name) else f"{found[0]}feedback.html"


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def _short(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:8]
