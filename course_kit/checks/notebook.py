"""``check``: the claims of an exercise, asked of the notebook it is called from."""

from __future__ import annotations

import secrets
import sys
import traceback
from collections.abc import Callable, Mapping
from typing import Any

from course_kit.checks.answers import (
    AnswerError,
    Message,
    as_arrays,
    clean,
    decode,
    encode,
    from_message,
)
from course_kit.checks.draw import Draw, derive
from course_kit.checks.lab import Lab, StudentError, Verdict, judge, lab_of, load
from course_kit.checks.mistakes import recognise
from course_kit.checks.table import CheckResult

# How the lines begin that Keras puts before an error in a layer's call, and before one where it
# only tried the call on symbols. Without its filtering of tracebacks there is the second alone.
_BEFORE = ("Exception encountered when calling", "Could not automatically infer the output shape")


class Notebook:
    """A student's names as attributes: ``notebook.inverted_dropout``."""

    def __init__(self, namespace: Mapping[str, Any]):
        self._namespace = namespace

    def __getattr__(self, name: str) -> Any:
        try:
            return self._namespace[name]
        except KeyError:
            raise NameError(f"{name} is not defined. Was the cell that defines it run?") from None


class InNotebook:
    """A student whose code is in this process: probes are plain calls.

    Arguments and answers pass through the grader's encoding, so that an
    answer that the grader would turn away is turned away here too.
    """

    def __init__(self, namespace: Mapping[str, Any]):
        self._notebook = Notebook(namespace)

    def __call__(self, probe: Callable[..., Any], *arguments: Any) -> Any:
        """Ask one probe; `StudentError` if the code raises or gives no array."""
        kind, arrays = answer(probe, self._notebook, [_copy(value) for value in arguments])
        return from_message(decode(encode(Message(kind, "", arrays))))


def answer(
    probe: Callable[..., Any], notebook: Notebook, arguments: list[Any]
) -> tuple[str, list[Any]]:
    """Ask one probe; whatever goes wrong in the student's code is a `StudentError`."""
    try:
        return as_arrays(probe(notebook, *arguments))
    except AnswerError as error:
        raise StudentError(str(error)) from None
    except Exception as error:
        raise StudentError(explain(error)) from error


def explain(error: BaseException) -> str:
    """One line that says what was raised, and where in the student's code."""
    if isinstance(error, NotImplementedError) and str(error).startswith("Complete "):
        return clean(f"not filled in yet: {error}", 600)  # a starter's own words
    line = _student_line(error)
    words = _said_within(str(error)).split("\n")[0] or "(no message)"
    return clean(f"your code raised {type(error).__name__}: {words}{line}", 600)


def _said_within(words: str) -> str:
    # Keras names the call first, which may be a layer of ours, and says in bold what was raised.
    words = words.replace("\x1b[1m", "").replace("\x1b[0m", "").strip()
    while words.startswith(_BEFORE) and "\n" in words:
        words = words.split("\n", 1)[1].strip()
    return words


def check(exercise: str, *, seed: int | None = None) -> CheckResult:
    """Check an exercise of this notebook, and show what holds and what does not.

    Args:
        exercise: the name of the function or class to check, for example
            "inverted_dropout".
        seed: the number that an earlier check printed, to ask with the same
            draws again. By default every check draws afresh.

    Returns:
        A result that shows itself as a table in Jupyter and as text elsewhere.

    Raises:
        UnknownName: listing the exercises there are.
    """
    return check_in(sys._getframe(1).f_globals, exercise, seed)


def check_in(namespace: Mapping[str, Any], exercise: str, seed: int | None = None) -> CheckResult:
    """`check` for a namespace that is at hand."""
    lab = lab_of(exercise)
    seed = secrets.randbits(32) if seed is None else seed
    student = InNotebook(namespace)
    verdicts = judge(lab, exercise, student, lambda claim: seeded(seed, claim.id))
    mistake = recognise(lab, exercise, student)
    earned = _EARNED.setdefault(lab.name, {})
    earned[exercise] = sum(verdict.earned for verdict in verdicts)
    return CheckResult(
        lab.name,
        exercise,
        tuple(verdicts),
        seed,
        sum(earned.values()),
        lab.points,
        mistake.sentence if mistake else "",
    )


def seeded(seed: int, claim: str) -> Draw:
    """The draws of one claim under a seed that was printed."""
    return Draw(derive(seed.to_bytes(32, "big", signed=True), claim))


# Points of each exercise's latest check in this session: lab -> exercise -> points.
_EARNED: dict[str, dict[str, int]] = {}


def _copy(value: Any) -> Any:
    # Code that changes its input must not change what the claim compares with.
    return value.copy() if hasattr(value, "copy") else value


def _student_line(error: BaseException) -> str:
    """Where in a cell the error arose: " (line 3: y = x / rate)"."""
    frames = traceback.extract_tb(error.__traceback__)
    cells = [f for f in frames if "ipykernel" in f.filename or f.filename.startswith("<ipython")]
    if not cells:
        return ""
    source = f": {cells[-1].line}" if cells[-1].line else ""
    return f" (line {cells[-1].lineno} of the cell{source})"


__all__ = ["InNotebook", "Lab", "Notebook", "Verdict", "check", "check_in", "load"]
