"""Three graders behind one face: a class laid out, commands that grade it, points read back."""

import csv
import json
import shutil
import zipfile
from pathlib import Path
from typing import Protocol

import nbformat

from grading import measure, notebooks

LAB = "99_benchmark"
_ASSIGNMENT = "eight"


class Grader(Protocol):
    """A grader that can be timed."""

    name: str
    environment: dict[str, str]

    def lay_out(self, answers: dict[str, list[str]], jobs: int, folder: Path) -> list[list[str]]:
        """Write a class into `folder`; the commands, run side by side, that grade it.

        Args:
            answers: student -> the sources of the cells handed in.
            jobs: submissions at a time.
        """

    def points(self, folder: Path) -> dict[str, float]:
        """The points of each student, once the commands have run."""


class Ours:
    """``course-kit grade``, from a copy of the package that has the benchmark's lab."""

    name = "ours"

    def __init__(self, binaries: Path, environment: dict[str, str]):
        self._python, self.environment = str(binaries / "python"), _within(environment, binaries)

    def lay_out(self, answers: dict[str, list[str]], jobs: int, folder: Path) -> list[list[str]]:
        (folder / "class").mkdir()
        for student, cells in answers.items():
            path = folder / "class" / f"{student}_{LAB}.ipynb"
            nbformat.write(notebooks.notebook(cells), path)
        return [self.command(folder, jobs, LAB)]

    def command(self, folder: Path, jobs: int, lab: str) -> list[str]:
        """The command that grades `folder`/class into `folder`/out."""
        words = f"-m course_kit grade class -o out --jobs {jobs} --practice --lab {lab}"
        return [self._python, *words.split()]

    def points(self, folder: Path) -> dict[str, float]:
        with open(folder / "out/gradebook.csv", encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        return {row["student"].removesuffix(f"_{LAB}"): float(row["points"]) for row in rows}


class Nbgrader:
    """``nbgrader autograde``, a whole class in one call; at two jobs two courses of half each."""

    name = "nbgrader"

    def __init__(self, binaries: Path, environment: dict[str, str], folder: Path):
        # It calls alembic by name.
        self._program, self.environment = "nbgrader", _within(environment, binaries)
        self._course = folder / "course"
        source = self._course / "source" / _ASSIGNMENT
        source.mkdir(parents=True)
        nbformat.write(notebooks.nbgrader_source(), source / f"{_ASSIGNMENT}.ipynb")
        words = ["generate_assignment", _ASSIGNMENT, "--course-dir", str(self._course)]
        measure.run([[self._program, *words]], folder, self.environment)
        self._release = self._course / "release" / _ASSIGNMENT / f"{_ASSIGNMENT}.ipynb"

    def lay_out(self, answers: dict[str, list[str]], jobs: int, folder: Path) -> list[list[str]]:
        jobs = min(jobs, len(answers))
        courses = [folder / f"course-{job}" for job in range(jobs)]
        for course in courses:
            shutil.copytree(self._course, course)
        for number, (student, cells) in enumerate(answers.items()):
            handed_in = courses[number % jobs] / "submitted" / student / _ASSIGNMENT
            handed_in.mkdir(parents=True)
            release = nbformat.read(self._release, as_version=4)
            nbformat.write(notebooks.filled(release, cells), handed_in / self._release.name)
        return [
            [self._program, "autograde", _ASSIGNMENT, "--course-dir", str(course)]
            for course in courses
        ]

    def points(self, folder: Path) -> dict[str, float]:
        found = {}
        for course in folder.glob("course-*"):
            table = course / "grades.csv"
            words = ["export", f"--CourseDirectory.root={course}", "--to", str(table)]
            measure.run([[self._program, *words]], folder, self.environment)
            with open(table, encoding="utf-8", newline="") as file:
                found |= {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
        return found


class Otter:
    """``otter run``, which grades without a container and takes one notebook a call."""

    name = "otter"

    def __init__(self, binaries: Path, environment: dict[str, str], folder: Path):
        self._program, self.environment = "otter", _within(environment, binaries)
        self._zip = folder / "autograder.zip"
        tests = folder / "tests"
        tests.mkdir()
        (tests / "eight.py").write_text(notebooks.otter_tests(), encoding="utf-8")
        words = "generate --no-config --no-requirements --no-environment -t tests -o"
        command = [self._program, *words.split(), str(self._zip)]
        measure.run([command], folder, self.environment)
        assert "tests/eight.py" in zipfile.ZipFile(self._zip).namelist()

    def lay_out(self, answers: dict[str, list[str]], jobs: int, folder: Path) -> list[list[str]]:
        paths = []
        for student, cells in answers.items():
            (folder / student).mkdir()
            paths.append(str(folder / student / f"{student}.ipynb"))
            nbformat.write(notebooks.notebook(cells), paths[-1])
        loop = 'program=$1 zip=$2; shift 2; for path; do "$program" run -a "$zip" '
        loop += '-o "$(dirname "$path")" --no-logo "$path" || exit 1; done'
        start = ["sh", "-c", loop, "sh", self._program, str(self._zip)]
        return [[*start, *paths[job::jobs]] for job in range(jobs)]

    def points(self, folder: Path) -> dict[str, float]:
        found = {}
        for path in folder.glob("*/results.json"):
            tests = json.loads(path.read_text(encoding="utf-8"))["tests"]
            found[path.parent.name] = float(sum(test.get("score", 0) for test in tests))
        return found


def _within(environment: dict[str, str], binaries: Path) -> dict[str, str]:
    return environment | {"PATH": f"{binaries}:{environment['PATH']}"}
