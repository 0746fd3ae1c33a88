"""From points to the rows of a gradebook: penalties, the best attempt, what is to be told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from course_kit.checks.answers import clean
from course_kit.grading.handing_in import Attempt, Plan, PlannedRow, listed
from course_kit.grading.lateness import Lateness, LateRule, Points, lateness, rounded, span
from course_kit.grading.submission import Submission


@dataclass(frozen=True)
class Outcome:
    """What grading one submission gave: points, or the problem that kept it from them.

    Args:
        digest: of its bytes; equal ones are told to the instructor.
        result: as the driver gave it, handed on to the row.
    """

    earned: Points | None
    problem: str = ""
    digest: str = ""
    result: dict[str, Any] | None = None


@dataclass(frozen=True)
class FinalRow:
    """One line of a gradebook.

    Args:
        attempt: which of how many notebooks counted ("2 of 3"); empty for the only one.
        earned: points before the penalty; 0 where there is no grade.
        penalty: points taken off; `reason` says why.
        final: `earned` - `penalty`, in hundredths, halves up; None where there is no grade.
        problem: why there is no grade.
        submission: the notebook that counted, None where there is none.
        result: what grading it gave.
        ids: what systems call the student (see `Student`).
        system_name: what Canvas or Moodle called the file that counted, or its folder.
    """

    student: str
    name: str = ""
    email: str = ""
    section: str = ""
    file: str = ""
    attempt: str = ""
    earned: Decimal = Decimal(0)
    penalty: Decimal = Decimal(0)
    reason: str = ""
    final: Decimal | None = None
    note: str = ""
    problem: str = ""
    submission: Submission | None = None
    result: dict[str, Any] | None = None
    ids: dict[str, str] = field(default_factory=dict)
    system_name: str = ""


def settle(plan: Plan, outcomes: Mapping[Submission, Outcome]) -> tuple[FinalRow, ...]:
    """The rows of the gradebook, in the plan's order.

    Args:
        outcomes: of every submission of the plan.
    """
    settled = [_settled(row, plan.rule, outcomes) for row in plan.rows]
    holders: dict[str, list[PlannedRow]] = defaultdict(list)
    for planned, final in zip(plan.rows, settled, strict=True):
        digest = _digest(final, outcomes)
        if digest:
            holders[digest].append(planned)
    rows = []
    for planned, final in zip(plan.rows, settled, strict=True):
        near = {planned.student.id, *planned.partners}
        twins = holders.get(_digest(final, outcomes), [])
        others = [row.student.id for row in twins if row.student.id not in near]
        if others:
            note = f"the same file, byte for byte, as {listed(others)}"
            final = replace(final, note="; ".join(filter(None, [final.note, note])))
        rows.append(final)
    return tuple(rows)


def _settled(row: PlannedRow, rule: LateRule, outcomes: Mapping[Submission, Outcome]) -> FinalRow:
    student = row.student
    base = FinalRow(student.id, student.name, student.email, student.section, ids=student.ids)
    shared = [f"with {listed(row.partners)}"] if row.partners else []
    if not row.attempts:
        zero = Decimal(0)
        return replace(base, final=zero, note="; ".join([*row.notes, *shared]))
    tried = [(_graded(base, row, attempt, rule, outcomes), attempt) for attempt in row.attempts]
    # Of equal ones the later, which is the later in the list.
    best, counted = max(tried, key=lambda pair: -1 if pair[0].final is None else pair[0].final)
    for final, attempt in tried:
        if final.final is not None and final.final == best.final:
            best, counted = final, attempt
    others = [
        f"{clean(attempt.found.file, 60)} ({'no grade' if final.final is None else final.final})"
        for final, attempt in tried
        if attempt is not counted and not _equal(attempt, counted, outcomes)
    ]
    guess = ["nothing says which notebook is the latest: the best counts"]
    also = [f"also graded: {listed(others)}"] if others else []
    notes = [best.note, *row.notes, *shared, *(guess if also and row.unordered else []), *also]
    return replace(best, note="; ".join(filter(None, notes)))


def _equal(one: Attempt, other: Attempt, outcomes: Mapping[Submission, Outcome]) -> bool:
    digests = [outcomes[a.submission].digest for a in (one, other) if a.submission in outcomes]
    return len(digests) == 2 and digests[0] == digests[1] != ""


def _graded(
    base: FinalRow,
    row: PlannedRow,
    attempt: Attempt,
    rule: LateRule,
    outcomes: Mapping[Submission, Outcome],
) -> FinalRow:
    outcome = outcomes.get(attempt.submission, Outcome(None, "It was not graded."))
    count, place = len(row.all), row.all.index(attempt) + 1
    told = replace(
        base,
        file=clean(attempt.found.path.name, 255),
        attempt=f"{place} of {count}" if count > 1 else "",
        submission=attempt.submission,
        system_name=attempt.found.system_name,
        result=outcome.result,
    )
    if outcome.earned is None:
        return replace(told, problem=outcome.problem)
    when = lateness(rule, attempt.submitted, attempt.found.late, row.student.extension)
    earned = Fraction(outcome.earned)
    off = rule.penalty.taken(earned, when.late) if rule.penalty else Fraction(0)
    final = rounded(earned - off)
    return replace(
        told,
        earned=rounded(earned),
        penalty=rounded(earned) - final,
        reason=_reason(when, rule),
        final=final,
        note="; ".join(filter(None, [outcome.problem, when.note])),
    )


def _reason(when: Lateness, rule: LateRule) -> str:
    if not when.late:
        return ""
    how = f"{span(when.late)} late" if when.known else "late"
    return f"{how}, {rule.penalty}" if rule.penalty else how


def _digest(final: FinalRow, outcomes: Mapping[Submission, Outcome]) -> str:
    """Of what earned something: unchanged starters are all the same, and earn nothing."""
    if final.submission is None or not final.earned:
        return ""
    return outcomes[final.submission].digest
