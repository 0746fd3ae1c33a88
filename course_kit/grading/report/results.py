"""Result files, read back and checked: nobody knows what has happened to a file on a disk."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

from course_kit.checks.answers import clean
from course_kit.grading.report.classroom import Classroom


class Damaged(Exception):
    """A result file that cannot be used; the text says why."""


def read_result(folder: Path, classroom: Classroom, digest: Any) -> dict[str, Any]:
    """The result of a submission of this class, every part that a report reads in place.

    Raises:
        Damaged: if it is missing, not whole, or of another run.
    """
    if not isinstance(digest, str) or not re.fullmatch(r"[0-9a-f]{64}", digest):
        raise Damaged("The class list names no result file.")
    where = f"results/{digest[:12]}….json"
    try:
        text = (folder / "results" / f"{digest}.json").read_text(encoding="utf-8")
    except FileNotFoundError:
        raise Damaged(f"The result file {where} is missing.") from None
    except OSError as error:  # not its own text, which holds the whole path
        raise Damaged(f"The result file {where} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise Damaged(f"The result file {where} is damaged.") from None
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
            finite(claim["points"]), finite(claim["earned"])
            bool(claim["passed"]), bool(claim["withheld"])
    for number in ("earned", "seconds", "cpu_seconds"):
        finite(result[number])
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


def finite(value: Any) -> float:
    """`value`, if it is a finite number; else `ValueError`."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError
    return value
