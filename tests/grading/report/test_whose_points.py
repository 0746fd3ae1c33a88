"""Whose row gets the points, from the download to the other system's table: never a file's word."""

import csv
import io
import json
import os
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from made_up_class import LAB, Shown, a_result

from course_kit.grading import commands, why
from course_kit.grading.handing_in import make_plan
from course_kit.grading.intake import Options, take_in
from course_kit.grading.report import read_class, write_reports
from course_kit.grading.report.building import build
from course_kit.grading.report.canvas import canvas
from course_kit.grading.report.commands import export_class
from course_kit.grading.report.marks import Marks
from course_kit.grading.report.moodle import moodle
from course_kit.grading.settling import Outcome, settle
from course_kit.grading.submission import Submission, fingerprint
from course_kit.problems import Problem

CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,Lab 6 (99)
    Points Possible,,,,,100
"Alice, A",101,alice,alice,S1,
"Bob, B",102,bob,bob,S1,
"Mallory, M",103,mallory,mallory,S1,
"""
WORKSHEET = """\
Identifier,Full name,Email address,Status,Grade,Maximum Grade
Participant 54,Eve E,eve@x.org,Submitted,,100.00
Participant 55,Bob B,bob@x.org,No submission,,100.00
"""
GRADESCOPE = """\
submission_1:
  :submitters:
  - {':name': Mallory, ':sid': mallory, ':email': m@x.org}
"""
TO_BOB_IN_CANVAS = "bob_102_7001_06_dropout.ipynb"
TO_BOB_IN_MOODLE = "Bob B_55_assignsubmission_file_06_dropout.ipynb"


@pytest.fixture
def graded(store, tmp_path):
    """A download that was graded: everybody has 100 points."""

    def grade(*names, pairs=None, **files):
        for name in names:
            path = tmp_path / "in" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(GRADESCOPE if path.suffix == ".yml" else name)
        if pairs:
            (tmp_path / "pairs.csv").write_text(pairs)
        options = Options.read(pairs=tmp_path / "pairs.csv" if pairs else None)
        plan = make_plan(take_in(tmp_path / "in", options), options, LAB.name)
        results = {one: a_result(store, ascii(one.path)) for one in plan.submissions}
        outcomes = {one: Outcome(100, result=result) for one, result in results.items()}
        write_reports(store, LAB, settle(plan, outcomes), Shown(), False, plan.layout)
        return store.folder

    return grade


def exported(system, folder, text, tmp_path):
    """Who has points, in the other system's table."""
    path = tmp_path / "table.csv"
    path.write_text(text, encoding="utf-8")
    assignment = "Lab 6" if system is canvas else None
    done = system(read_class(folder), Marks(), path, assignment)
    lines = csv.DictReader(io.StringIO(done.text, newline=""))
    column = "Lab 6 (99)" if system is canvas else "Grade"
    key = "SIS Login ID" if system is canvas else "Identifier"
    return {line[key]: line[column] for line in lines if line[key]}


def pages(folder):
    return set(zipfile.ZipFile(folder / "feedback.zip").namelist())


@pytest.mark.parametrize("beside", [(), ("bob/notes.txt",), ("bob/06_dropout.ipynb",)])
def test_file_in_a_plain_folder_fills_nobody_elses_row_of_canvas(graded, tmp_path, beside):
    out = graded("alice/06_dropout.ipynb", f"mallory/{TO_BOB_IN_CANVAS}", *beside)
    bob = {(): "", ("bob/notes.txt",): "0", ("bob/06_dropout.ipynb",): "100"}[beside]
    assert exported(canvas, out, CANVAS, tmp_path) == {
        "alice": "100",
        "bob": bob,
        "mallory": "100",
    }
    assert pages(out) == {"alice.html", "mallory.html", *(["bob.html"] if beside else [])}


def test_file_in_a_plain_folder_fills_nobody_elses_row_of_moodle(graded, tmp_path):
    out = graded("alice/06_dropout.ipynb", f"eve/{TO_BOB_IN_MOODLE}")
    assert set(exported(moodle, out, WORKSHEET, tmp_path).values()) == {""}
    assert pages(out) == {"alice.html", "eve.html"}


def test_file_at_gradescope_fills_nobody_elses_row(graded, tmp_path):
    out = graded("submission_metadata.yml", f"submission_1/{TO_BOB_IN_CANVAS}")
    assert exported(canvas, out, CANVAS, tmp_path) == {"alice": "", "bob": "", "mallory": "100"}
    assert pages(out) == {"mallory.html"}


def test_only_what_canvas_itself_wrote_is_read(graded, tmp_path):
    """An archive that was unpacked in its place holds names that a student chose."""
    out = graded(f"mallorym_103_9_all/{TO_BOB_IN_CANVAS}", f"alicea_101_8_{TO_BOB_IN_CANVAS}")
    assert exported(canvas, out, CANVAS, tmp_path) == {
        "alice": "100",
        "bob": "",
        "mallory": "100",
    }
    assert pages(out) == {
        "alicea_101_8_bob_102_7001_06_dropout.html",
        "mallorym_103_9_all.html",
    }


def test_only_what_moodle_itself_wrote_is_read(graded, tmp_path):
    inside = "Bob B_55_assignsubmission_file_"
    out = graded(f"Eve E_54_assignsubmission_file_/{inside}/{TO_BOB_IN_MOODLE}")
    filled = {"Participant 54": "100", "Participant 55": ""}
    assert exported(moodle, out, WORKSHEET, tmp_path) == filled
    assert pages(out) == {"Eve E_54_assignsubmission_file_/feedback.html"}


def test_partners_page_does_not_bear_the_other_ones_number(graded):
    out = graded("alicea_101_8_x_102_y.ipynb", pairs="101,102\n")
    assert pages(out) == {"alicea_101_8_x_102_y.html", "102.html"}
    done = canvas(read_class(out), Marks(), None, "Lab 6 (99)")
    assert [line.split(",")[1] for line in done.text.splitlines()] == ["ID", "101", "102"]


@pytest.mark.parametrize(
    "name", [b"zo\xeb", "zo\u202e\ue000".encode(), b"z" * 120 + b"/" + b"y" * 120]
)
def test_notebook_is_found_again_whatever_its_name(graded, tmp_path, name):
    """A sample is drawn from such names, and a verdict of theirs is replayed."""
    path = tmp_path / "in" / os.fsdecode(name + b".ipynb")
    path.parent.mkdir(parents=True)
    path.write_bytes(b"{}")
    out = graded("ada.ipynb")
    (entry,) = (e for e in read_class(out).entries if e.student != "ada")
    assert Path(entry.path) == path
    entry = replace(entry, digest=fingerprint(b"{}"))
    assert why._bytes(entry) == b"{}"
    with pytest.raises(Problem) as told:
        why._bytes(replace(entry, digest="0"))
    assert str(told.value).encode() and "\u202e" not in str(told.value)
    both = [Submission(student, Path(path)) for student, path in (("ada", "a"), ("zo", path))]
    assert len(commands._sample(both, 1, b"salt")) == 1


def test_class_of_an_earlier_version_names_nobody_by_a_file(graded, store, tmp_path, capsys):
    """It does not say what wrote the file's name, so that the roster's ids alone count."""
    graded("alice/06_dropout.ipynb", f"mallory/{TO_BOB_IN_CANVAS}")
    manifest = json.loads((store.folder / "class.json").read_text())
    del manifest["layout"]
    (store.folder / "class.json").write_text(json.dumps(manifest))
    assert exported(canvas, store.folder, CANVAS, tmp_path)["bob"] == ""
    (line,) = build(store).lines
    assert "earlier version" in line and "Grade again" in line
    assert pages(store.folder) == {"alice.html", "mallory.html"}
    table = tmp_path / "table.csv"
    export_class("canvas", store.folder, table, "Lab 6", False, False, None)
    assert line in " ".join(capsys.readouterr().out.split())
