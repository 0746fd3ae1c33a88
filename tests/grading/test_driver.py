"""Grading a class: nothing is lost, nothing is done twice, failures of the grader are not kept."""

import errno
import json
from concurrent.futures import Executor, Future

import pytest

from course_kit.checks import UnknownName, load
from course_kit.grading.driver import NothingToGrade, Row, grade, lab_for
from course_kit.grading.examine import result_key
from course_kit.grading.store import Store, UnusableFolder
from course_kit.grading.submission import Submission, find, fingerprint

LAB = load("00")


class Answering(Executor):
    """An executor whose every task gives the result that a test wants."""

    def __init__(self, result=None, error=None):
        self.asked = []
        self._result, self._error = result, error

    def submit(self, function, data, lab, salt, level):
        self.asked.append(data)
        future = Future()
        if self._error:
            future.set_exception(self._error)
        else:
            future.set_result(a_result(data, salt) | (self._result or {}))
        return future


def a_result(data, salt, **changes):
    claims = [
        {"claim": c.id, "text": c.text, "points": c.points, "earned": c.points, "passed": True}
        | {"seen": "", "hint": "", "withheld": False}
        for c in LAB.claims
    ]
    return {
        "key": result_key(LAB, fingerprint(data), salt, "limits"),
        "earned": 100,
        "exercises": [{"name": "exponential_average", "claims": claims}],
        "notes": [],
        "unreadable": None,
        "seconds": 1.0,
        "cpu_seconds": 0.5,
    } | changes


@pytest.fixture
def submissions(tmp_path):
    folder = tmp_path / "class"
    folder.mkdir()
    for name, text in (("ada", "1"), ("ben", "2"), ("ada-again", "1")):
        (folder / f"{name}_00_first_steps.ipynb").write_text(text)
    return find(folder)


def test_equal_files_are_run_once_and_each_student_has_a_row(submissions, tmp_path):
    executor = Answering()
    rows = grade(submissions, LAB.name, Store(tmp_path / "out"), "limits", executor)
    assert sorted(executor.asked) == [b"1", b"2"]
    assert [row.student.split("_")[0] for row in rows] == ["ada-again", "ada", "ben"]
    assert all(row.earned == 100 for row in rows)


def test_row_keeps_little_and_gives_the_whole_result_back(submissions):
    """A class of thousands is held in memory until its last submission is examined."""
    result = a_result(b"1", bytes(32)) | {"notes": ["Cell 3 was left out."] * 40}
    row = Row.of(submissions[0], result)
    assert row.result == result and row.earned == 100
    assert len(row.packed) < len(json.dumps(result)) / 3
    assert Row.of(submissions[0], problem="It was not read.").result is None


class WithoutRoom(Answering):
    """An executor whose disk is full for its first tasks."""

    def __init__(self, tasks):
        super().__init__()
        self._tasks = tasks

    def submit(self, *task):
        future = super().submit(*task)
        if len(self.asked) > self._tasks:
            return future
        failed = Future()
        failed.set_exception(OSError(errno.ENOSPC, "No space left on device"))
        return failed


def test_full_disk_is_waited_for(submissions, tmp_path):
    """One student's files took it, and are gone when his process has ended."""
    executor = WithoutRoom(2)
    rows = grade(submissions, LAB.name, Store(tmp_path / "out"), "limits", executor)
    assert [row.earned for row in rows] == [100, 100, 100] and len(executor.asked) == 4


def test_disk_that_stays_full_is_said_once_for_each(submissions, tmp_path):
    executor = WithoutRoom(10**6)
    rows = grade(submissions, LAB.name, Store(tmp_path / "out"), "limits", executor)
    assert all("No space left" in row.said for row in rows) and len(executor.asked) == 4


def test_kept_results_are_not_run_again(submissions, tmp_path):
    first = grade(submissions, LAB.name, Store(tmp_path / "out"), "limits", Answering())
    executor = Answering()
    again = grade(submissions, LAB.name, Store(tmp_path / "out"), "limits", executor)
    assert executor.asked == [] and again == first


@pytest.mark.parametrize("level", ["contained", "none"])
def test_result_of_another_level_is_not_reused(submissions, tmp_path, level):
    store = Store(tmp_path / "out")
    grade(submissions, LAB.name, store, "limits", Answering())
    executor = Answering()
    grade(submissions, LAB.name, store, level, executor)
    assert len(executor.asked) == 2


def test_failure_of_the_grader_is_told_and_not_kept(submissions, tmp_path):
    store = Store(tmp_path / "out")
    rows = grade(submissions, LAB.name, store, "limits", Answering(error=OSError("no memory")))
    assert all("The grader failed (OSError: no memory)" in row.problem for row in rows)
    assert list((tmp_path / "out" / "results").iterdir()) == []
    executor = Answering()
    assert all(row.earned == 100 for row in grade(submissions, LAB.name, store, "limits", executor))


def test_progress_hears_of_every_row(submissions, tmp_path):
    heard = []
    grade(submissions, LAB.name, Store(tmp_path / "o"), "limits", Answering(), heard.append)
    assert len(heard) == 3


def test_lab_is_named_or_agreed_on(tmp_path):
    def named(*files):
        return [Submission(name, tmp_path / f"{name}.ipynb") for name in files]

    assert lab_for(named("ada_00_first_steps", "notebook"), None) == "00_first_steps"
    assert lab_for(named("notebook"), "0") == "00_first_steps"
    with pytest.raises(NothingToGrade, match="--lab"):
        lab_for(named("notebook"), None)
    with pytest.raises(NothingToGrade, match=r"00_first_steps \(1\), 06_dropout \(1\)"):
        lab_for(named("a_00_first_steps", "b_06_dropout"), None)
    with pytest.raises(UnknownName):
        lab_for(named("notebook"), "fishing")


def test_store_writes_whole_files_or_none(tmp_path, monkeypatch):
    store = Store(tmp_path / "out")
    store.keep("a", {"key": {"k": 1}, "x": 1})

    def fail(*words):
        raise OSError("disk full")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        store.keep("a", {"key": {"k": 1}, "x": 2})
    assert store.result("a", {"k": 1}) == {"key": {"k": 1}, "x": 1}
    assert [p.name for p in (tmp_path / "out" / "results").iterdir()] == ["a.json"]


def test_store_keeps_one_salt(tmp_path):
    assert Store(tmp_path / "a").salt == Store(tmp_path / "a").salt != Store(tmp_path / "b").salt
    (tmp_path / "a" / "salt").write_bytes(b"short")
    with pytest.raises(UnusableFolder, match="not a salt"):
        Store(tmp_path / "a")
