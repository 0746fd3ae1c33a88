"""``course-kit regrade``: what would change, before it does."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from course_kit.checks import Lab, load
from course_kit.console import console, progress, say
from course_kit.grading import decisions, run_file
from course_kit.grading.decisions import BadDecision, Decisions
from course_kit.grading.driver import default_jobs, local_executor
from course_kit.grading.examine import examine, result_key
from course_kit.grading.handing_in import make_plan
from course_kit.grading.intake import Options, take_in
from course_kit.grading.launchers import launcher_for
from course_kit.grading.levels import show_level
from course_kit.grading.report import read_class, write_reports
from course_kit.grading.run_file import RunFile
from course_kit.grading.settling import FinalRow, Outcome, settle
from course_kit.grading.store import Store
from course_kit.grading.submission import Refused, Submission, fingerprint
from course_kit.problems import Problem


@dataclass(frozen=True)
class Change:
    """What is to be different.

    Args:
        claim: judged again for everybody, with the other claims of its exercise.
        void: a claim that is to count as met for everybody.
        student, points: whose final points are set, and to what.
        reason: of `void` or `points`.
    """

    claim: str | None = None
    void: str | None = None
    student: str | None = None
    points: str | None = None
    reason: str = ""


def regrade_class(out: Path, change: Change, publish: bool) -> None:
    """Show which grades a change moves; keep it only if it is to be published."""
    run, store = run_file.read(out), Store(out)
    lab, before = load(run.lab), read_class(out)
    students = [entry.student for entry in before.entries]
    decided = _decided(decisions.read(out), change, lab, students)
    options = Options.read(**run.handed_in)
    plan = make_plan(take_in(Path(run.submissions), options), options, lab.name)
    with store.alone():
        results = _results(list(plan.submissions), lab, store, run, change.claim)
        outcomes = {one: _outcome(found, decided) for one, found in results.items()}
        rows = [decided.row(row) for row in settle(plan, outcomes)]
        moved = _differences(rows, {e.student: e for e in before.entries})
        _print_differences(moved, len(rows))
        if not publish:
            say("Nothing is changed yet. To make it so, add --publish.")
            return
        for found in results.values():
            if not isinstance(found, str):
                store.keep(found["key"]["submission"], found)
        decisions.keep(store, decided)
        shown = _AsShown(before.level, before.shown)
        write_reports(store, lab, rows, shown, before.practice, plan.layout)
    say(f"Published. Gradebook: {out / 'gradebook.csv'}\nReport: {out / 'report.html'}")


@dataclass(frozen=True)
class _AsShown:
    level: str
    words: str

    def __str__(self) -> str:
        return self.words


def _decided(stored: Decisions, change: Change, lab: Lab, students: list[str]) -> Decisions:
    known = [claim.id for claim in lab.claims]
    for claim in filter(None, [change.claim, change.void]):
        if claim not in known:
            raise BadDecision(f"{lab.name} has no claim {claim!r}. It has: {', '.join(known)}.")
    if (change.void or change.student) and not change.reason:
        raise BadDecision("A decision needs a reason that students will read: --reason '...'.")
    if (change.student is None) != (change.points is None):
        raise BadDecision("To set points, name both: --student NAME --points NUMBER.")
    if change.student is not None and change.student not in students:
        raise BadDecision(f"There is no student {change.student!r} in the gradebook.")
    if change.void:
        stored = stored.with_void(change.void, change.reason)
    if change.student is not None and change.points is not None:
        stored = stored.with_points(change.student, change.points, change.reason)
    return stored


def _results(
    submissions: list[Submission], lab: Lab, store: Store, run: RunFile, claim: str | None
) -> dict[Submission, dict[str, Any] | str]:
    """Each submission's result, judged anew where it must be; or why there is none."""
    exercise = claim.split(".")[0] if claim else None
    found: dict[Submission, dict[str, Any] | str] = {}
    with local_executor(default_jobs()) as executor, progress() as bar:
        task = bar.add_task("regrading", total=len(submissions))
        tasks: dict[Submission, tuple[Future[dict[str, Any]], dict[str, Any] | None]] = {}
        for one in submissions:
            try:
                data = one.read()
            except Refused as reason:
                found[one] = f"The file was not read: {reason}."
                continue
            digest = fingerprint(data)
            kept = store.result(digest, result_key(lab, digest, store.salt, run.level))
            if kept and not exercise:
                found[one] = kept
                continue
            if not tasks:
                _insist_on_level(lab, run, store.folder)
            work = partial(examine, data, lab.name, store.salt, run.level)
            tasks[one] = executor.submit(work, exercise if kept else None), kept
        for one in submissions:
            if one in tasks:
                future, kept = tasks[one]
                found[one] = merged(kept, future.result()) if kept else future.result()
            bar.advance(task)
    return found


def merged(kept: dict[str, Any], again: dict[str, Any]) -> dict[str, Any]:
    """A result in which the exercises that were judged again replace those that were kept."""
    new = {exercise["name"]: exercise for exercise in again["exercises"]}
    exercises = [new.get(exercise["name"], exercise) for exercise in kept["exercises"]]
    earned = sum(claim["earned"] for exercise in exercises for claim in exercise["claims"])
    others = [m for m in kept["mistakes"] if m["exercise"] not in new]
    mistakes = [*others, *again["mistakes"]]
    return kept | {"exercises": exercises, "earned": earned, "mistakes": mistakes}


def _insist_on_level(lab: Lab, run: RunFile, out: Path) -> None:
    with console.status("trying what a student could reach from here"):
        guarded = [out, Path(run.submissions)]
        shown = show_level(partial(launcher_for, lab), guarded, at_most=run.level)
    if shown.level != run.level:
        raise Problem(
            f"This class was graded at {run.level!r}; here only {shown} was shown. "
            "Regrade where it was graded, or grade the class anew."
        )


def _outcome(found: dict[str, Any] | str, decided: Decisions) -> Outcome:
    if isinstance(found, str):
        return Outcome(None, found)
    counted = decided.result(found)
    return Outcome(counted["earned"], "", found["key"]["submission"], counted)


def _differences(
    rows: list[FinalRow], before: dict[str, Any]
) -> list[tuple[str, Decimal | None, Decimal | None]]:
    found = []
    for row in rows:
        old = before.get(row.student)
        was = None if old is None or not old.graded else Decimal(str(old.counted))
        if was != row.final:
            found.append((row.student, was, row.final))
    return found


def _print_differences(moved: list[tuple[str, Decimal | None, Decimal | None]], count: int) -> None:
    say(f"{len(moved)} of {count} grades change.")
    if moved:
        table = Table("student", "was", "becomes", box=None, pad_edge=False)
        for student, was, becomes in moved:
            table.add_row(
                Text(student), *(("-" if x is None else f"{x:g}") for x in (was, becomes))
            )
        console.print(table)
