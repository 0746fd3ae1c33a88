"""Grades change only as was shown before, and every verdict can be replayed."""

import csv
import json
import shutil
import subprocess
import sys

import pytest
from handed_in import ANSWERS, solution, with_answer

LAB = "00_first_steps"
CLAIM = "exponential_average.the_average_is_corrected_for_its_start"


def run(*words):
    command = [sys.executable, "-m", "course_kit", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


@pytest.fixture(scope="module")
def wrong():
    """A wrong answer, and one claim that it loses."""
    answer = next(a for a in ANSWERS if a.lab == LAB and a.loses)
    return answer, f"{answer.exercise}.{sorted(answer.loses)[0]}"


@pytest.fixture(scope="module")
def graded_once(tmp_path_factory, wrong):
    parent = tmp_path_factory.mktemp("graded")
    folder = parent / "class"
    folder.mkdir()
    (folder / f"ada_{LAB}.ipynb").write_bytes(solution(LAB))
    (folder / f"ben_{LAB}.ipynb").write_bytes(with_answer(wrong[0]))
    done = run("grade", folder, "-o", parent / "out", "--practice", "--at-most", "limits")
    assert done.returncode == 0, done.stderr
    return parent


@pytest.fixture
def graded(graded_once, tmp_path):
    """The graded folder as it was, beside a class of its own."""
    shutil.copytree(graded_once, tmp_path, dirs_exist_ok=True)
    for name in ("run.json", "class.json"):
        path = tmp_path / "out" / name
        path.write_text(path.read_text().replace(str(graded_once), str(tmp_path)))
    return tmp_path / "out"


def finals(out):
    with open(out / "gradebook.csv", newline="") as file:
        return {row["student"].split("_")[0]: float(row["final"]) for row in csv.DictReader(file)}


def test_voided_claim_counts_for_all_once_it_is_published(graded, wrong):
    before, claim = finals(graded), wrong[1]
    words = ("regrade", graded, "--void", claim, "--reason", "its text was wrong")
    shown = run(*words)
    assert shown.returncode == 0 and "1 of 2 grades change" in shown.stdout
    assert "--publish" in shown.stdout and finals(graded) == before
    published = run(*words, "--publish")
    assert published.returncode == 0, published.stderr
    after = finals(graded)
    assert after["ada"] == before["ada"] == 100 and after["ben"] > before["ben"]
    page = next(p for p in (graded / "feedback").iterdir() if p.name.startswith("ben"))
    assert "its text was wrong" in page.read_text(encoding="utf-8")
    # A report built again, and a class graded again, keep to the decision.
    assert run("report", graded).returncode == 0 and finals(graded) == after
    again = run("grade", graded.parent / "class", "-o", graded, "--practice", "--at-most", "limits")
    assert again.returncode == 0 and finals(graded) == after


def test_points_set_by_hand_carry_their_reason(graded):
    student = f"ben_{LAB}"
    words = ("regrade", graded, "--student", student, "--points", "61.5")
    assert run(*words).returncode == 2  # no reason
    done = run(*words, "--reason", "an oral exam", "--publish")
    assert done.returncode == 0, done.stderr
    assert finals(graded) == {"ada": 100, "ben": 61.5}
    assert "an oral exam" in (graded / "gradebook.csv").read_text()


def test_only_what_is_affected_is_judged_again(graded, wrong):
    """A result that says too much is set right by judging its claim again."""
    path = next(
        p for p in (graded / "results").glob("*.json") if json.loads(p.read_text())["earned"] < 100
    )
    result = json.loads(path.read_text())
    for exercise in result["exercises"]:
        for claim in exercise["claims"]:
            claim |= {"passed": True, "earned": claim["points"]}
    result["earned"] = 100
    path.write_text(json.dumps(result))
    assert run("report", graded).returncode == 0
    done = run("regrade", graded, "--claim", wrong[1], "--publish")
    assert done.returncode == 0, done.stderr
    assert "regrading" in done.stdout and json.loads(path.read_text())["earned"] < 100


def test_nothing_changes_where_nothing_is_different(graded):
    done = run("regrade", graded)
    assert done.returncode == 0 and "0 of 2 grades change" in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--void", "no.such", "--reason", "x"), "has no claim 'no.such'"),
        (("--student", "zoe", "--points", "1", "--reason", "x"), "no student 'zoe'"),
        (("--student", "zoe", "--reason", "x"), "name both"),
        (("--void", "exponential_average.x"), "has no claim"),
    ],
)
def test_decision_that_makes_no_sense_is_told(graded, words, said):
    done = run("regrade", graded, *words)
    assert done.returncode == 2 and said in done.stderr and "Traceback" not in done.stderr


def test_folder_without_a_run_is_told(tmp_path):
    for command in (("regrade", tmp_path), ("why", tmp_path, "ada", CLAIM)):
        done = run(*command)
        assert done.returncode == 2 and "Nothing was graded into" in done.stderr


def test_verdict_is_replayed_with_its_questions(graded, wrong):
    done = run("why", graded, f"ben_{LAB}", wrong[1])
    assert done.returncode == 0, done.stderr
    assert "asked" in done.stdout and "answered" in done.stdout
    assert "does not hold. Seen:" in done.stdout
    path = next((graded / "results").glob("*.json"))
    seen = [
        claim["seen"]
        for p in (graded / "results").glob("*.json")
        for e in json.loads(p.read_text())["exercises"]
        for claim in e["claims"]
        if claim["claim"] == wrong[1] and not claim["passed"]
    ]
    assert path and seen[0] in done.stdout  # the same draw gives the same words
    right = run("why", graded, f"ada_{LAB}", wrong[1])
    assert "It holds" in right.stdout
    assert "no claim" in run("why", graded, f"ada_{LAB}", "a.b").stderr
    assert "0 students" in run("why", graded, "zoe", wrong[1]).stderr


def test_file_that_was_changed_is_not_replayed(graded, wrong):
    path = graded.parent / "class" / f"ben_{LAB}.ipynb"
    path.write_bytes(solution(LAB))
    done = run("why", graded, f"ben_{LAB}", wrong[1])
    assert done.returncode == 2 and "not the file that was graded" in done.stderr
