"""One submission judged: bytes in, a result that is plain data out."""

from __future__ import annotations

import time
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

import course_kit
from course_kit.checks import Draw, Lab, judge, load
from course_kit.checks.draw import derive
from course_kit.checks.lab import Claim
from course_kit.checks.mistakes import recognise
from course_kit.grading.asking import Submitted, WasKilled
from course_kit.grading.children import ZygoteGone
from course_kit.grading.launchers import launcher_for
from course_kit.grading.limits import Limits
from course_kit.grading.submission import fingerprint
from course_kit.grading.written import answers

SCHEMA = 3
# How many zygotes may die over one submission before that is the submission's problem.
MAX_ZYGOTES = 3


def examine(
    data: bytes, lab_name: str, salt: bytes, level: str, exercise: str | None = None
) -> dict[str, Any]:
    """Judge one notebook: anew where the zygote dies, and once where its process is killed.

    Args:
        data: the notebook's bytes.
        lab_name: the lab whose claims are put to it.
        salt: the output folder's secret, from which the draws come.
        level: the isolation that this machine was shown to reach.
        exercise: the only one to judge; all by default.

    Returns:
        The result as JSON can hold it: points, verdicts, notes, times, key.

    Raises:
        GraderFailure: if the student's process could not be started at all.
    """
    lab, killed = load(lab_name), False
    for _ in range(MAX_ZYGOTES):
        try:
            return _examine(data, lab, salt, level, exercise, second_chance=not killed)
        except WasKilled:
            killed = True
        except ZygoteGone as gone:
            failure = gone
    raise failure


def _examine(
    data: bytes, lab: Lab, salt: bytes, level: str, only: str | None, second_chance: bool
) -> dict[str, Any]:
    started, digest = time.monotonic(), fingerprint(data)
    student = Submitted(data, lab, launcher_for(lab, level), second_chance)
    exercises: list[dict[str, Any]] = []
    mistakes: list[dict[str, str]] = []
    try:
        for exercise in [only] if only else lab.exercises:
            student.begin(exercise)
            verdicts = judge(lab, exercise, student, lambda claim: draw_for(salt, digest, claim))
            claims = [asdict(v) | {"earned": v.earned} for v in verdicts]
            exercises.append({"name": exercise, "claims": claims})
            # Asked of everybody, so that nobody learns from it what came of the claims.
            mistake = recognise(lab, exercise, student)
            if mistake and not all(verdict.passed for verdict in verdicts):
                mistakes.append({"exercise": exercise, "sentence": mistake.sentence})
        student.ask_for_flags()
    finally:
        student.end()
    return {
        "key": result_key(lab, digest, salt, level),
        "lab": lab.name,
        "points": lab.points,
        "earned": sum(c["earned"] for e in exercises for c in e["claims"]),
        "exercises": exercises,
        "mistakes": mistakes,
        "notes": student.notes,
        "unreadable": student.unreadable,
        "flags": [asdict(flag) for flag in student.flags],
        "reflections": answers(lab, student.written),
        "seconds": round(time.monotonic() - started, 3),
        "cpu_seconds": round(student.cpu_seconds, 3),
    }


def draw_for(salt: bytes, digest: str, claim: Claim) -> Draw:
    """The draws of a claim for one submission: nobody knows them without the salt."""
    return Draw(derive(salt, digest, claim.id, course_kit.__version__))


def result_key(lab: Lab, digest: str, salt: bytes, level: str) -> dict[str, Any]:
    """What a result depends on; a stored one with another key is not used again."""
    return {
        "schema": SCHEMA,
        "submission": digest,
        "lab": lab.name,
        "kit": course_kit.__version__,
        "salt": salt_fingerprint(salt),
        "level": level,
        "limits": Limits(lab.total_seconds).key()
        | {"cell": lab.cell_seconds, "probe": lab.probe_seconds},
        "versions": {name: version(name) for name in ("tensorflow", "keras", "numpy")},
    }


def out_of_the_ordinary(result: dict[str, Any] | None) -> str:
    """What a person should read of a result beside its points, in one line; mostly nothing."""
    if result is None:
        return ""
    first, *more = [result["unreadable"]] if result["unreadable"] else result["notes"] or [""]
    return first + (f" (and {len(more)} more)" if more else "")


def salt_fingerprint(salt: bytes) -> str:
    """What may be shown of a salt: enough to tell two apart, no way back."""
    return derive(salt, "fingerprint").hex()[:16]
