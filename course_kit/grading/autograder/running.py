"""What runs in Gradescope's container: one submission graded, and results.json written.

The folder is laid out as Gradescope does: ``source`` (the unpacked zip), ``submission`` (what the
student handed in) and ``results``.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any

from course_kit.checks import load
from course_kit.checks.answers import clean
from course_kit.grading.autograder.results import graded, not_graded, not_handed_in
from course_kit.grading.submission import Refused, find
from course_kit.problems import Problem

SETTINGS = "settings.json"
_LISTED = 5


class _HandInAgain(Exception):
    """Something that the student can mend; the text says how."""


class _GraderFailed(Exception):
    """No result came; the text is the reason that the grader gave."""


def run(root: Path) -> int:
    """Grade ``root/submission`` into ``root/results/results.json``, whatever happens.

    Returns:
        0, or 1 where the grader itself failed (which results.json then says).
    """
    points, root = 0, root.resolve()
    try:
        _close(root)
        settings = json.loads((root / "source" / SETTINGS).read_text(encoding="utf-8"))
        points = load(settings["lab"]).points
        found = _found(root / "submission", settings, points)
        text = _as_json(found)
    except Exception as error:
        traceback.print_exc(file=sys.stdout)
        # An error of our own is named only: what it says is for the instructor, in the output.
        words = str(error) if isinstance(error, Problem | _GraderFailed) else type(error).__name__
        found = not_graded(words, points)
        text = _as_json(found)
    _write(root / "results" / "results.json", text)
    return 0 if found["extra_data"]["graded"] else 1


def _found(submission: Path, settings: dict[str, Any], points: int) -> dict[str, Any]:
    try:
        notebook = _notebook(submission, settings["lab"])
    except _HandInAgain as reason:
        return not_handed_in(str(reason), points)
    return graded(_result(notebook, settings))


def _close(root: Path) -> None:
    """Shut the folders to everybody but the grader's own user."""
    (root / "results").mkdir(exist_ok=True)
    for name in ("source", "submission", "results"):
        os.chmod(root / name, 0o700)


def _notebook(folder: Path, lab: str) -> Path:
    """The one notebook that was handed in, or the one among several that is named for the lab."""
    found = find(folder)
    if len(found) > 1:
        found = [submission for submission in found if submission.lab == lab] or found
    names = ", ".join(clean(submission.path.name, 80) for submission in found[:_LISTED])
    if not found:
        raise _HandInAgain(f"No notebook was handed in. Hand in {lab}.ipynb.")
    if len(found) > 1:
        raise _HandInAgain(
            f"{len(found)} notebooks were handed in ({names}). Hand in only {lab}.ipynb."
        )
    try:
        found[0].read()
    except Refused as reason:
        raise _HandInAgain(f"{names} was not read: {reason}.") from None
    return found[0].path


def _result(notebook: Path, settings: dict[str, Any]) -> dict[str, Any]:
    """Grade in a process of its own, and read the one result that it stored."""
    how = ["--practice"] if settings["practice"] else ["--require", "contained"]
    command = [sys.executable, "-I", "-m", "course_kit", "grade", str(notebook)]
    with tempfile.TemporaryDirectory() as out:  # made for its owner alone
        # The student named the file: no other system's names are in it.
        command += ["--layout", "plain"]
        command += ["-o", out, "--lab", settings["lab"], "--jobs", "1", *how]
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        print(done.stderr, flush=True)
        for path in Path(out, "results").glob("*.json"):
            return json.loads(path.read_text(encoding="utf-8"))
        raise _GraderFailed(_reason(Path(out, "gradebook.csv"), done))


def _reason(gradebook: Path, done: subprocess.CompletedProcess[str]) -> str:
    if gradebook.is_file():
        with open(gradebook, encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                if row.get("note"):
                    return str(row["note"])
    lines = done.stderr.strip().splitlines()
    return lines[-1] if lines else f"it ended with exit code {done.returncode}"


def _as_json(found: dict[str, Any]) -> str:
    """As text; what JSON does not know (NaN) is a ValueError."""
    return json.dumps(found, indent=1, allow_nan=False) + "\n"


def _write(path: Path, text: str) -> None:
    """Whole or not at all."""
    temporary = path.with_suffix(".writing")
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, path)
