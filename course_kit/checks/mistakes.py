"""Mistakes as data: a wrong answer recognised by what it answers, not by how it is written.

Beside its claims a lab has questions with fixed inputs, put to everybody and worth no points.
``mistakes.json`` in the lab's folder holds what each known wrong answer answers to them, and one
sentence for the student who makes that mistake; never its code. An answer that agrees with none
of them is told nothing.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from course_kit.checks.lab import AskingFailed, Lab, QuestionFunction, Student, StudentError

# Six digits are kept; what the same formula gives in another order or dtype agrees to this, and
# to more where one of the two is a whole number: a count, or what was to come out by hand.
RTOL, WHOLE_RTOL, ATOL = 1e-3, 2e-5, 1e-5
MAX_NUMBERS = 512  # in all answers to an exercise's questions
MAX_WORDS = 10  # of an error's
_PARTICULAR = re.compile(
    r"'[^']*'|\"[^\"]*\"|`[^`]*`|<[^<>]*>|\{[^{}]*\}|\([^()]*\)|\[[^][]*\]|\w*\d\w*"
)

# The answers to the questions of one exercise, as JSON holds them.
Signature = list[dict[str, Any]]


@dataclass(frozen=True)
class Mistake:
    """One known wrong answer.

    Args:
        exercise: whose.
        name: for people who write labs.
        sentence: for the student.
        signature: what it answers to the exercise's questions.
    """

    exercise: str
    name: str
    sentence: str
    signature: Signature


def recognise(lab: Lab, exercise: str, student: Student) -> Mistake | None:
    """Put an exercise's questions, and name the known mistake that answers alike, if any does.

    The questions are the same for everybody: ask them whatever came of the claims, and tell
    nobody of a mistake whose answer met all of them.
    """
    given = signature(lab, exercise, student)
    known = (mistake for mistake in known_of(lab.package) if mistake.exercise == exercise)
    return next((mistake for mistake in known if alike(given, mistake.signature)), None)


def signature(lab: Lab, exercise: str, student: Student) -> Signature:
    """The answers to all questions of an exercise."""
    return [_asked(question, student) for question in lab.questions.get(exercise, ())]


def alike(one: Signature, other: Signature) -> bool:
    """Whether two signatures agree, up to rounding; what only failed is like nothing.

    A question that failed agrees where the same was raised, in other words than names and numbers.
    """
    if len(one) != len(other) or not any("arrays" in answer for answer in one):
        return False
    return all(map(_answers_alike, one, other))


@cache
def known_of(package: str) -> tuple[Mistake, ...]:
    """The known mistakes of a lab, by its package; none where nobody has collected any."""
    path = files(package).joinpath("mistakes.json")
    return tuple(from_json(path.read_text(encoding="utf-8"))) if path.is_file() else ()


def from_json(text: str) -> list[Mistake]:
    """What `course_kit.authoring.mistakes.as_json` wrote."""
    found = json.loads(text).items()
    return [Mistake(exercise, **fields) for exercise, each in found for fields in each]


def _asked(question: QuestionFunction, student: Student) -> dict[str, Any]:
    try:
        answer = question(student)
        arrays = [np.asarray(a) for a in (answer if isinstance(answer, tuple) else (answer,))]
    except AskingFailed:
        raise
    except StudentError as error:
        return {"failed": _kind(str(error))}
    except Exception:  # an answer so odd that the question stumbled over it
        return {"failed": "odd"}
    if sum(a.size for a in arrays) > MAX_NUMBERS or any(a.dtype.kind not in "biuf" for a in arrays):
        return {"failed": "odd"}
    return {"arrays": [{"shape": list(a.shape), "values": _numbers(a)} for a in arrays]}


def _kind(words: str) -> str:
    # Anything may be raised, and for any reason: only the same error is a sign of the same mistake.
    # Names, numbers, shapes and the place in the notebook are another matter with each student.
    plain = re.findall("[A-Za-z]+", _PARTICULAR.sub(" ", words))
    return " ".join(plain[:MAX_WORDS])


def _numbers(array: np.ndarray) -> str:
    # Text: JSON has neither NaN nor infinity.
    return " ".join(f"{value:.6g}" for value in np.float64(array).ravel())


def _answers_alike(one: dict[str, Any], other: dict[str, Any]) -> bool:
    if "failed" in one or "failed" in other:
        return one == other
    if len(one["arrays"]) != len(other["arrays"]):
        return False
    return all(map(_arrays_alike, one["arrays"], other["arrays"]))


def _arrays_alike(one: dict[str, Any], other: dict[str, Any]) -> bool:
    if one["shape"] != other["shape"]:
        return False
    a, b = (np.array(array["values"].split(), float) for array in (one, other))
    whole = (a == np.round(a)) | (b == np.round(b))
    rtol = np.where(whole, WHOLE_RTOL, RTOL)
    return np.isclose(a, b, rtol=rtol, atol=ATOL, equal_nan=True).all().item()
