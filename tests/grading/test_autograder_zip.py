"""Gradescope's autograder: a zip that runs in a scratch root, and never a silent 0."""

import io
import json
import os
import re
import subprocess
import sys
import zipfile
from configparser import ConfigParser
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import nbformat
import pytest
from handed_in import ROOT, solution, starter
from isolated import shown_here

from course_kit.checks import load
from course_kit.grading.autograder import bundle, results, running
from course_kit.problems import Problem

LAB = "00_first_steps"
BIDI = "\u202e"


@pytest.fixture(scope="module")
def zipped():
    return bundle.autograder_zip("00", practice=True)


@pytest.fixture
def root(zipped, tmp_path):
    """As Gradescope lays it out, without a submission."""
    zipfile.ZipFile(io.BytesIO(zipped)).extractall(tmp_path / "source")
    (tmp_path / "submission").mkdir()
    (tmp_path / "results").mkdir()
    return tmp_path


def run_autograder(root, environment=sys.prefix):
    """Run the zip's own script; its exit code and the results it left."""
    settings = {"COURSE_KIT_AUTOGRADER": str(root), "COURSE_KIT_ENVIRONMENT": str(environment)}
    done = subprocess.run(
        ["bash", str(root / "source" / "run_autograder")],
        env=os.environ | settings,
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    return done, read(root)


def read(root):
    def unknown(word):
        raise AssertionError(f"{word} is no JSON")

    text = (root / "results" / "results.json").read_text()
    found = json.loads(text, parse_constant=unknown)
    meets_specification(found)
    return found


def meets_specification(found):
    """What Gradescope's specification says of results.json, as far as it is used."""
    assert isinstance(found["score"], int | float)
    assert isinstance(found.get("execution_time", 0), int | float)
    formats = ("output_format", "test_output_format", "test_name_format")
    assert {found[name] for name in formats} == {"text"}
    assert found["visibility"] == "visible" and found["stdout_visibility"] == "hidden"
    assert found["tests"]
    for test in found["tests"]:
        assert set(test) == {
            "number", "name", "score", "max_score", "status", "output", "visibility"
        }  # fmt: skip
        assert 0 <= test["score"] <= test["max_score"]
        full = 0 < test["score"] == test["max_score"]
        assert test["status"] == ("passed" if full else "failed")
        assert test["visibility"] == "visible"
        assert all(isinstance(test[name], str) for name in ("number", "name", "output"))
    assert found["score"] == sum(test["score"] for test in found["tests"])


def hand_in(root, data, name=f"{LAB}.ipynb"):
    (root / "submission" / name).write_bytes(data)


def test_equal_contents_make_equal_bytes(zipped, monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    assert bundle.autograder_zip(LAB, practice=True) == zipped
    assert bundle.autograder_zip(LAB, practice=False) != zipped
    entries = zipfile.ZipFile(io.BytesIO(zipped)).infolist()
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert [e.filename for e in entries] == sorted(e.filename for e in entries)


def test_scripts_lie_at_the_root_and_may_be_run(zipped):
    archive = zipfile.ZipFile(io.BytesIO(zipped))
    modes = {entry.filename: entry.external_attr >> 16 & 0o777 for entry in archive.infolist()}
    assert modes["setup.sh"] == modes["run_autograder"] == 0o755
    assert modes["requirements.txt"] == 0o644
    for name in ("setup.sh", "run_autograder"):
        subprocess.run(["bash", "-n"], input=archive.read(name), check=True)


def test_zip_carries_the_package_and_no_solutions(zipped):
    names = zipfile.ZipFile(io.BytesIO(zipped)).namelist()
    tracked = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "course_kit"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert {name for name in names if name.startswith("course_kit/")} == set(tracked)
    assert not [name for name in names if name.startswith(("solutions", "labs", "tests"))]


def test_requirements_are_those_of_setup_cfg(zipped):
    config = ConfigParser()
    config.read(ROOT / "setup.cfg")
    wanted = config["options"]["install_requires"].strip().splitlines()
    listed = zipfile.ZipFile(io.BytesIO(zipped)).read("requirements.txt").decode().splitlines()
    first_word = re.compile(r"[\w-]+")
    assert [first_word.match(x)[0] for x in listed] == [first_word.match(x)[0] for x in wanted]


def test_package_that_was_not_installed_is_one_line(monkeypatch):
    def missing(name):
        raise PackageNotFoundError

    monkeypatch.setattr(bundle, "requires", missing)
    with pytest.raises(Problem, match="pip install"):
        bundle.autograder_zip(LAB, practice=True)


def test_file_that_cannot_be_written_is_one_line(tmp_path):
    with pytest.raises(Problem, match="another file"):
        bundle.write_autograder(LAB, tmp_path / "missing" / "autograder.zip", practice=True)


def test_right_answer_gets_all_points(root):
    hand_in(root, solution(LAB))
    (root / "results" / "results.json").write_text("yesterday's")
    done, found = run_autograder(root)
    assert done.returncode == 0, done.stdout + done.stderr
    assert found["score"] == load(LAB).points == sum(t["max_score"] for t in found["tests"])
    assert [t["name"].split(": ")[0] for t in found["tests"]] == ["exponential_average"] * 4
    assert found["execution_time"] > 0
    practice = not shown_here().reaches("contained")
    assert found["extra_data"]["practice"] == practice
    assert found["output"].startswith(results.PRACTICE) == practice
    for name in ("source", "submission", "results"):
        assert (root / name).stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    "name", [f"x_assignsubmission_onlinetext_{LAB}.ipynb", f"x_1_2_{LAB}.ipynb"]
)
def test_name_like_another_system_s_is_a_name_like_any_other(root, name):
    hand_in(root, solution(LAB), name)
    done, found = run_autograder(root)
    assert done.returncode == 0, done.stdout + done.stderr
    assert found["score"] == load(LAB).points


def test_wrong_answer_gets_hints_and_its_words_are_plain(root):
    notebook = nbformat.reads(starter(LAB), as_version=4)
    cell = nbformat.v4.new_code_cell(f'raise ValueError("<b>{BIDI}\\x1b[31m</b>")', id="cell")
    notebook.cells.append(cell)
    hand_in(root, nbformat.writes(notebook).encode())
    done, found = run_autograder(root)
    assert done.returncode == 0, done.stdout + done.stderr
    assert found["score"] == 0 and found["extra_data"]["graded"]
    assert all("Hint: " in test["output"] for test in found["tests"])
    assert "ValueError: <b>" in found["output"]
    assert BIDI not in found["output"] and "\x1b" not in found["output"]


def test_python_that_does_not_start_is_no_grade(root, tmp_path):
    done, found = run_autograder(root, environment=tmp_path / "nowhere")
    assert done.returncode == 1
    assert found["output"].startswith("NOT GRADED") and found["extra_data"] == {"graded": False}
    assert found["tests"][0]["max_score"] == 100


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda root: (root / "source" / "settings.json").write_text("{"), "JSONDecodeError"),
        (
            lambda root: (root / "source" / "settings.json").write_text('{"lab": "77"}'),
            "There is no lab '77'",
        ),
        (lambda root: (root / "submission").rmdir(), "FileNotFoundError"),
    ],
)
def test_grader_that_fails_is_no_grade(root, change, said):
    change(root)
    assert running.run(root) == 1
    found = read(root)
    assert found["output"].startswith("NOT GRADED") and said in found["output"]
    assert found["tests"][0]["name"] == "The grader failed: this is not a grade"


class Graded:
    """Stands in for the command: what it printed, and what it left."""

    def __init__(self, code=0, said="", result=None, note=""):
        self.returncode, self.stderr, self._result, self._note = code, said, result, note

    def __call__(self, command, **settings):
        self.command, out = command, Path(command[command.index("-o") + 1])
        (out / "results").mkdir()
        if self._result:
            (out / "results" / "1.json").write_text(self._result)
        if self._note:
            (out / "gradebook.csv").write_text(f"student,note\nx,{self._note}\n")
        return self


@pytest.mark.parametrize(
    ("grader", "said"),
    [
        (Graded(2, "course-kit: Marks need the isolation 'contained'"), "Marks need"),
        (Graded(1, "1 of 1 submissions", note="The grader failed (X: y). Grade again."), "X: y"),
        (Graded(-9), "exit code -9"),
        (Graded(0, result="{"), "JSONDecodeError"),
    ],
)
def test_command_that_leaves_no_result_is_no_grade(root, monkeypatch, grader, said):
    hand_in(root, solution(LAB))
    monkeypatch.setattr(running.subprocess, "run", grader)
    assert running.run(root) == 1
    found = read(root)
    assert found["output"].startswith("NOT GRADED") and said in found["output"]


def a_result(**changes):
    claim = {"text": "It holds.", "points": 2, "earned": 2, "passed": True, "withheld": False}
    exercises = [{"name": "e", "claims": [claim | {"seen": "", "hint": ""}]}]
    return {
        "key": {"level": "sealed"},
        "earned": 2,
        "exercises": exercises,
        "notes": [],
        "unreadable": None,
        "flags": [],
        "mistakes": [],
        "seconds": 0.5,
    } | changes


def test_number_that_is_none_is_no_grade(root, monkeypatch):
    hand_in(root, solution(LAB))
    grader = Graded(result=json.dumps(a_result(seconds=float("nan"))))
    monkeypatch.setattr(running.subprocess, "run", grader)
    assert running.run(root) == 1
    assert read(root)["output"].startswith("NOT GRADED")


def test_student_is_told_what_was_delegated():
    flag = {"exercise": "dropout_layer", "what": "keras.layers.Dropout", "evidence": "line 3"}
    page = results.graded(a_result(flags=[flag, flag]))
    told = "dropout_layer: Your answer uses keras.layers.Dropout; this exercise asks you to write"
    assert page["output"].count(told) == 1
    assert "line 3" not in json.dumps(page)  # the evidence is for the instructor


def test_points_that_do_not_add_up_are_an_error():
    assert results.graded(a_result())["score"] == 2
    with pytest.raises(ValueError, match="add up"):
        results.graded(a_result(earned=3))


def test_words_are_plain_even_where_a_result_was_not_cleaned():
    result = a_result(notes=[f"note{BIDI}\x1b[31m"], earned=0)
    claim = result["exercises"][0]["claims"][0]
    claim |= {"passed": False, "earned": 0, "seen": f"{BIDI}\x1b[2J9", "text": f"It{BIDI} holds."}
    text = json.dumps(results.graded(result), ensure_ascii=False)
    assert BIDI not in text and "\\u001b" not in text


@pytest.mark.parametrize("level", ["none", "limits", "contained", "sealed", "namespaced"])
def test_points_below_contained_are_stamped(level):
    found = results.graded(a_result(key={"level": level}))
    assert (results.PRACTICE in found["output"]) == (level in ("none", "limits"))


@pytest.mark.parametrize(
    ("practice", "how"), [(True, ["--practice"]), (False, ["--require", "contained"])]
)
def test_marks_need_isolation_unless_practice_was_asked_for(root, monkeypatch, practice, how):
    hand_in(root, solution(LAB))
    settings = {"lab": LAB, "practice": practice}
    (root / "source" / "settings.json").write_text(json.dumps(settings))
    grader = Graded(result=json.dumps(a_result()))
    monkeypatch.setattr(running.subprocess, "run", grader)
    assert running.run(root) == 0
    assert grader.command[-len(how) :] == how


def test_nothing_handed_in_says_what_to_hand_in(root):
    assert running.run(root) == 0
    found = read(root)
    assert found["score"] == 0 and found["tests"][0]["max_score"] == 100
    assert found["output"] == f"No notebook was handed in. Hand in {LAB}.ipynb."


def test_several_notebooks_are_not_guessed_among(root):
    hand_in(root, b"{}", f"a{BIDI}.ipynb")
    hand_in(root, b"{}", "b.ipynb")
    assert running.run(root) == 0
    assert "2 notebooks were handed in (a.ipynb, b.ipynb)" in read(root)["output"]


def test_notebook_named_for_the_lab_is_taken_among_several(root, monkeypatch):
    hand_in(root, b"{}", "scratch.ipynb")
    hand_in(root, solution(LAB), f"my {LAB}.ipynb")
    grader = Graded(result=json.dumps(a_result()))
    monkeypatch.setattr(running.subprocess, "run", grader)
    assert running.run(root) == 0
    assert grader.command[5] == str(root / "submission" / f"my {LAB}.ipynb")


def test_link_is_not_followed(root):
    (root / "submission" / f"{LAB}.ipynb").symlink_to("/etc/passwd")
    assert running.run(root) == 0
    assert "links are not followed" in read(root)["output"]
