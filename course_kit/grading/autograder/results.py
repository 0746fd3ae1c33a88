"""Results as Gradescope reads them: plain text throughout, points that add up, nothing silent.

Source: Gradescope's autograder specification, ``results.json``.
"""

from __future__ import annotations

from typing import Any

from course_kit.checks.answers import clean
from course_kit.grading.delegation.finding import Finding
from course_kit.grading.levels import DEFAULT_LEVEL, LEVELS

PRACTICE = (
    "Practice only: this machine keeps submissions apart less well than marks need. "
    "These points are not a grade."
)
FAILED = (
    "NOT GRADED. The grader itself failed; this says nothing about your work, and the 0 is not "
    "a grade. Tell your instructor, who can run the autograder again."
)
_TEXT = 600
_MAX_NOTES = 20


def graded(result: dict[str, Any]) -> dict[str, Any]:
    """Lay out a result of `examine`: a test for each claim.

    Raises:
        ValueError: the points of the claims are not those of the whole.
    """
    tests = [
        _test(f"{i}.{j}", exercise["name"], claim)
        for i, exercise in enumerate(result["exercises"], start=1)
        for j, claim in enumerate(exercise["claims"], start=1)
    ]
    if sum(test["score"] for test in tests) != result["earned"]:
        raise ValueError("the claims' points do not add up to those of the submission")
    practice = LEVELS.index(result["key"]["level"]) < LEVELS.index(DEFAULT_LEVEL)
    said = [PRACTICE] if practice else []
    said += [result["unreadable"]] if result["unreadable"] else []
    flags = [Finding(**flag) for flag in result["flags"]]
    said += dict.fromkeys(f"{flag.exercise}: {flag.told}" for flag in flags)
    said += [f"{m['exercise']}: most likely: {m['sentence']}" for m in result["mistakes"]]
    said += [f"Note: {note}" for note in result["notes"][:_MAX_NOTES]]
    about = {"graded": True, "practice": practice, "level": result["key"]["level"]}
    return _page(said, result["earned"], tests, about) | {"execution_time": result["seconds"]}


def not_handed_in(reason: str, points: int) -> dict[str, Any]:
    """No points, for a reason that the student can mend: `reason` says how."""
    test = _failed_test("Handing in", points, reason)
    return _page([reason], 0, [test], {"graded": True, "practice": False})


def not_graded(reason: str, points: int) -> dict[str, Any]:
    """No grade, because the grader failed: said where student and instructor both look."""
    test = _failed_test("The grader failed: this is not a grade", points, f"Reason: {reason}")
    return _page([FAILED, f"Reason: {reason}"], 0, [test], {"graded": False})


def _page(
    said: list[str], score: float, tests: list[dict[str, Any]], about: dict[str, Any]
) -> dict[str, Any]:
    return {
        "score": score,
        "output": _lines(said),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        # What the grader prints is for the instructor, who sees it in any case.
        "stdout_visibility": "hidden",
        "extra_data": about,
        "tests": tests,
    }


def _test(number: str, exercise: str, claim: dict[str, Any]) -> dict[str, Any]:
    said = []
    if claim["withheld"]:
        said.append("This holds, but counts only once another claim of the exercise does.")
    elif not claim["passed"]:
        said += [f"Seen: {claim['seen']}"] if claim["seen"] else []
        said += [f"Hint: {claim['hint']}"] if claim["hint"] else []
    return {
        "number": number,
        "name": clean(f"{exercise}: {claim['text']}", _TEXT),
        "score": claim["earned"],
        "max_score": claim["points"],
        "status": "passed" if claim["earned"] == claim["points"] else "failed",
        "output": _lines(said),
        "visibility": "visible",
    }


def _failed_test(name: str, points: int, reason: str) -> dict[str, Any]:
    return {
        "number": "1",
        "name": name,
        "score": 0,
        "max_score": points,
        "status": "failed",
        "output": _lines([reason]),
        "visibility": "visible",
    }


def _lines(said: list[str]) -> str:
    return "\n".join(clean(line, _TEXT) for line in said)
