"""The command line as it is typed: real processes, exit codes, one-line errors."""

import csv
import os
import subprocess
import sys

import pytest
from handed_in import ROOT, solution, starter

LAB = "00_first_steps"


def run(*words, cwd=ROOT, **environment):
    return subprocess.run(
        [sys.executable, "-m", "course_kit", *map(str, words)],
        cwd=cwd,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def complaint(*words, code=2, cwd=ROOT):
    """The one line that an error prints."""
    done = run(*words, cwd=cwd)
    assert done.returncode == code, done.stderr
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1 and "Traceback" not in done.stderr
    return lines[0]


@pytest.fixture(scope="module")
def class_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class")
    (folder / f"ada_{LAB}.ipynb").write_bytes(solution(LAB))
    (folder / f"ben_{LAB}.ipynb").write_bytes(starter(LAB))
    (folder / f"=cmd_{LAB}.ipynb").write_bytes(b"{")
    (folder / f"dora_{LAB}.ipynb").symlink_to(folder / f"ada_{LAB}.ipynb")
    return folder


@pytest.fixture(scope="module")
def graded(class_folder, tmp_path_factory):
    out = tmp_path_factory.mktemp("grades")
    return out, run(
        "grade", class_folder, "-o", out, "--practice", "--at-most", "limits", "--jobs", 2
    )


def gradebook(out):
    with open(out / "gradebook.csv", newline="", encoding="utf-8") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def test_help_loads_neither_tensorflow_nor_keras_nor_numpy():
    code = "import sys, course_kit.cli as c\ntry: c.app(['--help'])\nexcept SystemExit: pass\n"
    code += "print(sorted({'tensorflow', 'keras', 'numpy', 'jinja2'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "grade" in done.stdout and done.stdout.strip().endswith("[]")


def test_labs_are_listed_with_their_points():
    done = run("labs")
    assert done.returncode == 0 and LAB in done.stdout and "100" in done.stdout


def test_start_copies_the_notebook_and_never_overwrites_work(tmp_path):
    assert run("start", "00", cwd=tmp_path).returncode == 0
    path = tmp_path / f"{LAB}.ipynb"
    assert path.read_bytes() == (ROOT / "labs" / path.name).read_bytes() == starter(LAB)
    path.write_text("my work")
    assert "was left as it is" in complaint("start", "00", cwd=tmp_path)
    assert path.read_text() == "my work"


def test_class_is_graded_and_the_broken_ones_are_told(graded):
    out, done = graded
    assert done.returncode == 1, done.stderr  # dora's link was not read
    assert "1 of 4 submissions have no grade" in done.stderr
    book = gradebook(out)
    assert {name: row["points"] for name, row in book.items()} == {
        f"ada_{LAB}": "100",
        f"ben_{LAB}": "0",
        f"'=cmd_{LAB}": "0",
        f"dora_{LAB}": "0",
    }
    assert "not valid JSON" in book[f"'=cmd_{LAB}"]["note"]
    assert "links are not followed" in book[f"dora_{LAB}"]["note"]


def test_practice_is_stamped_on_page_and_rows(graded):
    out, done = graded
    assert {row["marks"] for row in gradebook(out).values()} == {"practice"}
    assert "Practice." in (out / "report.html").read_text(encoding="utf-8")
    assert "practice, not for marks" in done.stdout


def test_salt_is_secret_and_not_in_the_report(graded):
    out, _ = graded
    salt = (out / "salt").read_bytes()
    assert (out / "salt").stat().st_mode & 0o777 == 0o600 and len(salt) == 32
    for path in [out / "report.html", out / "gradebook.csv", *(out / "results").iterdir()]:
        assert salt.hex() not in path.read_text(encoding="utf-8")


def test_second_run_grades_nothing_again_and_gives_the_same_gradebook(graded, class_folder):
    out, _ = graded
    before = (out / "gradebook.csv").read_bytes()
    stamps = {path: path.stat().st_mtime_ns for path in (out / "results").iterdir()}
    assert len(stamps) == 3
    run("grade", class_folder, "-o", out, "--practice", "--at-most", "limits")
    assert (out / "gradebook.csv").read_bytes() == before
    assert {path: path.stat().st_mtime_ns for path in (out / "results").iterdir()} == stamps


def test_lost_result_is_graded_again(graded, class_folder):
    out, _ = graded
    before = (out / "gradebook.csv").read_bytes()
    for path in (out / "results").iterdir():
        path.write_text(path.read_text()[:100])
    run("grade", class_folder, "-o", out, "--practice", "--at-most", "limits")
    assert (out / "gradebook.csv").read_bytes() == before


def test_marks_need_more_isolation_than_there_is(class_folder, tmp_path):
    said = complaint("grade", class_folder, "-o", tmp_path / "out", "--at-most", "limits")
    assert "'contained'" in said and "--practice" in said and "limits" in said


def test_check_shows_what_the_grader_would_see(tmp_path):
    path = tmp_path / "mine.ipynb"
    path.write_bytes(solution(LAB))
    assert "--lab" in complaint("check", path)
    done = run("check", path, "--lab", "00")
    assert done.returncode == 0 and "100 of 100 points" in done.stdout


def test_unknown_lab_lists_the_labs(class_folder, tmp_path):
    assert LAB in complaint("start", "77", cwd=tmp_path)
    assert LAB in complaint(
        "grade", class_folder, "-o", tmp_path / "o", "--practice", "--lab", "77"
    )


def test_what_is_said_about_a_download_is_read_before_anything_is_graded(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "doe_1_2_lab.ipynb").write_text("{}")
    (tmp_path / "in" / "ada.ipynb").write_text("{}")
    (tmp_path / "in.zip").write_text("PK")

    def said(folder, *words):
        return complaint("grade", tmp_path / folder, "-o", tmp_path / "out", "--practice", *words)

    assert "mixes layouts" in said("in") and "--layout" in said("in")
    assert "Unpack it" in said("in.zip")
    assert "no penalty" in said("in", "--late", "much")
    assert "There is no file" in said("in", "--layout", "plain", "--roster", tmp_path / "gone.csv")
    assert not (tmp_path / "out").exists()


def test_missing_empty_and_wrong_folders_are_told(class_folder, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("x")
    out = tmp_path / "out"
    assert "There is no folder" in complaint("grade", tmp_path / "gone", "-o", out, "--practice")
    assert "holds no notebook" in complaint("grade", tmp_path / "empty", "-o", out, "--practice")
    assert "is a file" in complaint("grade", class_folder, "-o", tmp_path / "file", "--practice")
    assert "is a file" in complaint("demo", "--to", tmp_path / "file")
    assert "There is no notebook" in complaint("check", tmp_path / "gone.ipynb")
    assert (tmp_path / "file").read_text() == "x" and not out.exists()


def test_unknown_level_lists_the_levels(class_folder, tmp_path):
    assert "sealed" in complaint("grade", class_folder, "-o", tmp_path, "--require", "safe")


def test_committed_notebooks_are_what_the_sources_make():
    assert run("build", "--check").returncode == 0


def test_stale_notebook_is_named_in_one_piece(tmp_path):
    tmp_path /= "a folder [of] some length " * 6
    assert run("build", "--labs", tmp_path).returncode == 0
    (tmp_path / f"{LAB}.ipynb").write_text("{}")
    done = run("build", "--check", "--labs", tmp_path)
    assert done.returncode == 1 and f"{tmp_path / LAB}.ipynb: stale" in done.stdout
    assert (tmp_path / f"{LAB}.ipynb").read_text() == "{}"


def test_debug_gives_the_trace(tmp_path):
    done = run("--debug", "check", tmp_path / "gone.ipynb")
    assert done.returncode != 0 and "Traceback" in done.stderr
