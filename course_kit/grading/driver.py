"""A class graded: every submission examined once, its result kept, nothing lost."""

from __future__ import annotations

import errno
import json
import multiprocessing
import os
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from course_kit.checks import Lab, load
from course_kit.grading.examine import examine, out_of_the_ordinary, result_key
from course_kit.grading.launchers import close_launchers, stop_launchers
from course_kit.grading.store import Store
from course_kit.grading.submission import Refused, Submission, fingerprint
from course_kit.problems import Problem

# What executors raise when the process that examined is gone: Dask's, and the standard library's.
_WORKER_DIED = ("KilledWorker", "BrokenProcessPool")
# There is room again when whoever took it has ended.
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


class OtherVersion(Exception):
    """A worker judged with other versions than this process would have."""


class NothingToGrade(Problem):
    """A folder without notebooks, or a lab that cannot be told; the text says what to do."""


@dataclass(frozen=True)
class Row:
    """One line of the gradebook: a student, and a result or the reason why there is none.

    A class is held in memory until its last submission is examined, so that a row keeps its
    result packed: 3 KB instead of 30.
    """

    student: str
    file: str
    packed: bytes = b""
    problem: str = ""

    @classmethod
    def of(
        cls, submission: Submission, result: dict[str, Any] | None = None, problem: str = ""
    ) -> Row:
        """The line of a submission."""
        packed = zlib.compress(json.dumps(result, sort_keys=True).encode()) if result else b""
        return cls(submission.student, submission.path.name, packed, problem)

    @property
    def result(self) -> dict[str, Any] | None:
        """What examining it gave; a copy of its own with each call."""
        return json.loads(zlib.decompress(self.packed)) if self.packed else None

    @property
    def earned(self) -> int:
        """Points; 0 where there is no result."""
        result = self.result
        return result["earned"] if result else 0

    @property
    def said(self) -> str:
        """The one line that says what was out of the ordinary, if anything was."""
        return self.problem or out_of_the_ordinary(self.result)


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
    ahead: int = 4,
) -> list[Row]:
    """Grade submissions and return the rows in the submissions' order.

    Args:
        submissions: what was handed in.
        lab_name: the lab whose claims are asked.
        store: keeps each result as soon as it is there; what it has is not done again.
        level: the isolation reached, part of each result's key.
        executor: runs `examine`; any `concurrent.futures.Executor`.
        done: called with each row as it comes, for progress.
        ahead: submissions that are read before an earlier one is done: not the whole class.
    """
    run = _Run(load(lab_name), store, level, executor, done)
    try:
        run.examine(submissions, ahead)
        run.examine(run.take_again(), ahead)
        run.examine_suspects()
    except BaseException:
        for future in run.waiting:
            future.cancel()
        raise
    return [run.rows[submission] for submission in submissions]


class _Run:
    """One class on its way: what is asked for, what has come."""

    def __init__(
        self, lab: Lab, store: Store, level: str, executor: Executor, done: Callable[[Row], None]
    ):
        self._lab, self._store, self._level = lab, store, level
        self._executor, self._done = executor, done
        self.rows: dict[Submission, Row] = {}
        # The same bytes under several names are examined once.
        self.waiting: dict[Future[dict[str, Any]], tuple[str, list[Submission]]] = {}
        self._asked: dict[str, list[Submission]] = {}
        self._suspects: dict[str, list[Submission]] = {}
        self._no_room: dict[str, list[Submission]] = {}
        self._last = False

    def examine(self, submissions: list[Submission], ahead: int) -> None:
        """Take them one after the other, `ahead` of what is done, and collect all."""
        for submission in submissions:
            while len(self.waiting) >= ahead:
                self.collect()
            self.take(submission)
        while self.waiting:
            self.collect()

    def take(self, submission: Submission) -> None:
        """Find a submission's result, or have it examined."""
        try:
            data = submission.read()
        except Refused as reason:
            self._finish(submission, problem=f"The file was not read: {reason}.")
            return
        digest, salt = fingerprint(data), self._store.salt
        kept = self._store.result(digest, result_key(self._lab, digest, salt, self._level))
        if kept:
            self._finish(submission, result=kept)
        elif digest in self._asked:
            self._asked[digest].append(submission)
        elif digest in self._suspects:
            self._suspects[digest].append(submission)
        elif digest in self._no_room:
            self._no_room[digest].append(submission)
        else:
            self._asked[digest] = [submission]
            self.waiting[self._examine(self._executor, data)] = digest, self._asked[digest]

    def collect(self) -> None:
        """Wait until one is examined, at least, and keep what came of it."""
        for future in wait(self.waiting, return_when=FIRST_COMPLETED).done:
            digest, submissions = self.waiting.pop(future)
            del self._asked[digest]
            if type(future.exception()).__name__ in _WORKER_DIED:
                self._suspects[digest] = submissions
            else:
                self._keep(future, digest, submissions)

    def take_again(self) -> list[Submission]:
        """What found no room on a disk, to be taken once more: whoever took it has ended."""
        self._last = True
        found = [one for alike in self._no_room.values() for one in alike]
        self._no_room.clear()
        return found

    def examine_suspects(self) -> None:
        """What was under way when a worker died, each in a process of its own, here.

        Any of them may have killed it: none is sent to another worker.
        """
        for digest, submissions in self._suspects.items():
            with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as alone:
                future = self._examine(alone, submissions[0].read())
                wait([future])
                self._keep(future, digest, submissions)
        self._suspects.clear()

    def _examine(self, executor: Executor, data: bytes) -> Future[dict[str, Any]]:
        return executor.submit(examine, data, self._lab.name, self._store.salt, self._level)

    def _keep(
        self, future: Future[dict[str, Any]], digest: str, submissions: list[Submission]
    ) -> None:
        result, problem = None, ""
        try:
            result = future.result()
            if result["key"] != result_key(self._lab, digest, self._store.salt, self._level):
                raise OtherVersion("another version of course_kit or of TensorFlow graded it")
            self._store.keep(digest, result)
        except Exception as error:  # ours, not the student's: said so, and not kept
            if getattr(error, "errno", None) in _NO_ROOM and not self._last:
                self._no_room[digest] = submissions
                return
            what = f"{type(error).__name__}: {error}"
            result, problem = None, f"The grader failed ({what}). Grade again."
        for submission in submissions:
            self._finish(submission, result=result, problem=problem)

    def _finish(self, submission: Submission, **found: Any) -> None:
        row = Row.of(submission, **found)
        self.rows[submission] = row
        self._done(row)


@contextmanager
def local_executor(jobs: int) -> Iterator[Executor]:
    """Threads of this process, each with one student's process at a time; they share a zygote.

    Leaving by an exception, as by Ctrl-C, ends what is under way.
    """
    executor = ThreadPoolExecutor(jobs, "judge")
    try:
        yield executor
    except BaseException:
        stop_launchers()
        raise
    finally:
        executor.shutdown(cancel_futures=True)
        close_launchers()


def default_jobs() -> int:
    """As many jobs as this process may use cores."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
