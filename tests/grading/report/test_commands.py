"""``course-kit report`` and ``course-kit export``, as they are typed."""

import csv
import os
import subprocess
import sys

import pytest
from made_up_class import LAB, Shown, a_result, a_row

from course_kit.grading.report import write_reports
from course_kit.grading.store import Store

QUESTION = "inverted-dropout-reflection-1"
GRADEBOOK = """\
Student,ID,SIS User ID,SIS Login ID,Section,Lab 6 (1234)
    Points Possible,,,,,100
"Lovelace, Ada",1001,,ada,A,
"""


def run(*words):
    return subprocess.run(
        [sys.executable, "-m", "course_kit", *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"COLUMNS": "80"},
    )


def complaint(*words, code=2):
    done = run(*words)
    assert done.returncode == code, done.stderr
    assert len(done.stderr.strip().splitlines()) == 1 and "Traceback" not in done.stderr
    return done.stderr


@pytest.fixture
def graded(store):
    def grade(practice=False, problem=False):
        answer = [{"id": QUESTION, "question": "", "text": "at 0.5"}]
        rows = [a_row("ada", "lab.ipynb", a_result(store, "ada", reflections=answer))]
        if problem:
            rows.append(a_row("ben", "lab.ipynb", None, "The file was not read: it is a link."))
        write_reports(store, LAB, rows, Shown(), practice)
        return store.folder

    return grade


def test_report_builds_everything_anew(graded):
    out = graded()
    (out / "report.html").unlink()
    done = run("report", out)
    assert done.returncode == 0 and done.stderr == "" and str(out / "report.html") in done.stdout
    assert (out / "report.html").is_file()


def test_report_waits_for_nobody_and_mixes_with_nobody(graded):
    out = graded()
    before = (out / "report.html").stat().st_mtime_ns
    with Store(out).alone():
        assert "Another run is writing" in complaint("report", out)
    assert (out / "report.html").stat().st_mtime_ns == before


def test_report_tells_who_has_no_grade(graded):
    out = graded(problem=True)
    done = run("report", out)
    assert done.returncode == 1 and "ben: The file was not read" in done.stdout
    assert "1 of 2 submissions have no grade" in done.stderr


def test_marks_go_back_in(graded, tmp_path):
    out = graded()
    with open(out / "reflections.csv", encoding="utf-8-sig", newline="") as file:
        (line,) = csv.DictReader(file)
    marks = tmp_path / "marks.csv"
    marks.write_text(f"label;id;marks\n{line['label']};{QUESTION};4,5\n", encoding="utf-8")
    assert run("report", out, "--marks", marks, "--marks-max", 5).returncode == 0
    assert "4.5 of 5" in (out / "feedback" / "ada.html").read_text(encoding="utf-8")
    assert "4.5 is more than 4" in complaint("report", out, "--marks", marks, "--marks-max", 4)
    assert "No such file" in complaint("report", out, "--marks", tmp_path / "gone.csv")


def test_folder_without_a_class_is_told(tmp_path):
    assert "course-kit grade" in complaint("report", tmp_path)
    assert "course-kit grade" in complaint("export", "canvas", tmp_path / "gone")


def test_export_fills_the_column_and_names_who_is_left(graded, tmp_path):
    out, gradebook = graded(problem=True), tmp_path / "canvas.csv"
    gradebook.write_text(GRADEBOOK, encoding="utf-8")
    done = run("export", "canvas", out, "--gradebook", gradebook, "--assignment", "Lab 6")
    assert done.returncode == 1 and "1 without a grade (ben)" in done.stderr
    assert '"Lovelace, Ada",1001,,ada,A,100' in (out / "canvas.csv").read_text(encoding="utf-8")
    assert gradebook.read_text(encoding="utf-8") == GRADEBOOK
    words = ("--gradebook", gradebook, "--assignment", "Lab 6", "--to", gradebook)
    assert "is the gradebook itself" in complaint("export", "canvas", out, *words)


def test_practice_is_not_exported_by_oversight(graded, tmp_path):
    out, gradebook = graded(practice=True), tmp_path / "moodle.csv"
    gradebook.write_text("Email address,ID number,Lab 6\nada@x.example,ada,\n", encoding="utf-8")
    words = ("export", "moodle", out, "--gradebook", gradebook, "--assignment", "Lab 6")
    assert "practice" in complaint(*words) and not (out / "moodle.csv").exists()
    assert run(*words, "--practice").returncode == 0
    assert "ada@x.example" in (out / "moodle.csv").read_text(encoding="utf-8")


def test_grading_again_keeps_marks_and_salt(graded, tmp_path):
    out = graded()
    salt = Store(out).salt
    table = (out / "reflections.csv").read_text(encoding="utf-8-sig")
    marks = tmp_path / "marks.csv"
    marks.write_text(table.replace(",,10,", ",8,10,"), encoding="utf-8")
    assert run("report", out, "--marks", marks).returncode == 0
    before = (out / "gradebook.csv").read_bytes()
    graded()
    assert (out / "gradebook.csv").read_bytes() == before and b",8,108," in before
    assert Store(out).salt == salt
