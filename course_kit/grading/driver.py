"""A class graded: every submission examined once, its result kept, nothing lost."""

from __future__ import annotations

import multiprocessing
import os
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from typing import Any

from course_kit.checks import load
from course_kit.grading.examine import examine, result_key
from course_kit.grading.store import Store
from course_kit.grading.submission import Refused, Submission, fingerprint
from course_kit.problems import Problem


class NothingToGrade(Problem):
    """A folder without notebooks, or a lab that cannot be told; the text says what to do."""


@dataclass(frozen=True)
class Row:
    """One line of the gradebook: a student, and a result or the reason why there is none."""

    student: str
    file: str
    result: dict[str, Any] | None = None
    problem: str = ""

    @property
    def earned(self) -> int:
        """Points; 0 where there is no result."""
        return self.result["earned"] if self.result else 0

    @property
    def said(self) -> str:
        """The one line that says what was out of the ordinary, if anything was."""
        if self.problem or self.result is None:
            return self.problem
        if self.result["unreadable"]:
            return self.result["unreadable"]
        notes = self.result["notes"]
        return (
            notes[0] + (f" (and {len(notes) - 1} more)" if len(notes) > 1 else "") if notes else ""
        )


def lab_for(submissions: list[Submission], named: str | None) -> str:
    """The lab to grade by: as named, or as all the files' names agree.

    Raises:
        NothingToGrade: if they do not agree, or name none.
        UnknownName: if `named` is no lab.
    """
    if named is not None:
        return load(named).name
    found = Counter(submission.lab for submission in submissions if submission.lab)
    if len(found) == 1:
        return next(iter(found))
    if not found:
        raise NothingToGrade(
            "No file name says which lab this is. Say it with --lab, as in --lab 06."
        )
    listed = ", ".join(f"{lab} ({count})" for lab, count in sorted(found.items()))
    raise NothingToGrade(f"The file names speak of several labs: {listed}. Choose one with --lab.")


def grade(
    submissions: list[Submission],
    lab_name: str,
    store: Store,
    level: str,
    executor: Executor,
    done: Callable[[Row], None] = lambda row: None,
) -> list[Row]:
    """Grade submissions and return the rows in the submissions' order.

    Args:
        submissions: what was handed in.
        lab_name: the lab whose claims are asked.
        store: keeps each result as soon as it is there; what it has is not done again.
        level: the isolation reached, part of each result's key.
        executor: runs `examine`; any `concurrent.futures.Executor`.
        done: called with each row as it comes, for progress.
    """
    lab, rows = load(lab_name), {}
    waiting: dict[Future[dict[str, Any]], list[Submission]] = {}
    asked: dict[str, Future[dict[str, Any]]] = {}

    def finish(submission: Submission, **found: Any) -> None:
        row = Row(submission.student, submission.path.name, **found)
        rows[submission] = row
        done(row)

    for submission in submissions:
        try:
            data = submission.read()
        except Refused as reason:
            finish(submission, problem=f"The file was not read: {reason}.")
            continue
        digest = fingerprint(data)
        kept = store.result(digest, result_key(lab, digest, store.salt, level))
        if kept:
            finish(submission, result=kept)
        elif digest in asked:  # the same bytes under another name
            waiting[asked[digest]].append(submission)
        else:
            future = executor.submit(examine, data, lab.name, store.salt, level)
            asked[digest], waiting[future] = future, [submission]
    for future, result, problem in _results(waiting):
        if result:
            store.keep(result["key"]["submission"], result)
        for submission in waiting[future]:
            finish(submission, result=result, problem=problem)
    return [rows[submission] for submission in submissions]


def _results(
    futures: dict[Future[dict[str, Any]], list[Submission]],
) -> Iterator[tuple[Future[dict[str, Any]], dict[str, Any] | None, str]]:
    for future in as_completed(futures):
        try:
            yield future, future.result(), ""
        except Exception as error:  # ours, not the student's: said so, and not kept
            yield future, None, f"The grader failed ({type(error).__name__}: {error}). Grade again."


def local_executor(jobs: int) -> ProcessPoolExecutor:
    """Worker processes on this machine, each with one student's process at a time."""
    # spawn, not fork: the caller may have threads, or TensorFlow, in it.
    return ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn"))


def default_jobs() -> int:
    """As many jobs as this process may use cores."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
