"""Checks: claims about exercises, used by students, by pytest and by the grader.

    from course_kit import check
    check("inverted_dropout")

For those who write labs: `Lab`, `Draw` and the ``expect_*`` functions.
"""

from course_kit.checks.draw import Draw
from course_kit.checks.expect import (
    Mismatch,
    Statistical,
    binomial_bounds,
    binomial_miss,
    expect,
    expect_array,
    expect_binomial,
    expect_close,
    expect_equal,
)
from course_kit.checks.lab import (
    Claim,
    Lab,
    Student,
    StudentError,
    UnknownName,
    Verdict,
    all_labs,
    judge,
    load,
    names,
)
from course_kit.checks.notebook import InNotebook, check, check_in
from course_kit.checks.table import CheckResult

__all__ = [
    "CheckResult",
    "Claim",
    "Draw",
    "InNotebook",
    "Lab",
    "Mismatch",
    "Statistical",
    "Student",
    "StudentError",
    "UnknownName",
    "Verdict",
    "all_labs",
    "binomial_bounds",
    "binomial_miss",
    "check",
    "check_in",
    "expect",
    "expect_array",
    "expect_binomial",
    "expect_close",
    "expect_equal",
    "judge",
    "load",
    "names",
]
