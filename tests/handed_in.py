"""What is handed in to the tests: solutions, starters, wrong answers and unusual right ones."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import course_kit
from course_kit.authoring import build, fill, serialize, solved
from course_kit.checks import names

ROOT = Path(__file__).parents[1]
LABS = names()
# The one exercise of 00_first_steps, to be handed in without its notebook.
RIGHT = """\
import numpy as np
def exponential_average(values, beta):
    average, averages = 0.0, []
    for t, value in enumerate(values, start=1):
        average = beta * average + (1 - beta) * value
        averages.append(average / (1 - beta**t))
    return np.array(averages)
"""


def source(lab: str) -> Path:
    return ROOT / "solutions" / f"{lab}.py"


@dataclass(frozen=True)
class Answer:
    """A file of tests/mutants/LAB/EXERCISE/: the source of an exercise cell.

    Its docstring holds a sentence for the student, and a line ``loses: claim, claim``
    (or ``loses: nothing`` for a right answer written unusually).
    """

    lab: str
    exercise: str
    path: Path

    @property
    def code(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @property
    def sentence(self) -> str:
        return self._doc.split("\n\n")[0].replace("\n", " ")

    @property
    def loses(self) -> set[str]:
        found = re.search(r"^loses: (.+)$", self._doc, re.MULTILINE)
        assert found, f"{self.path} does not say what it loses"
        claims = {name.strip() for name in found[1].split(",")}
        return set() if claims == {"nothing"} else claims

    @property
    def _doc(self) -> str:
        doc = ast.get_docstring(ast.parse(self.code))
        assert doc, f"{self.path} has no docstring"
        return doc

    def __str__(self) -> str:
        return f"{self.lab}-{self.exercise}-{self.path.stem}"


def answers(lab: str) -> list[Answer]:
    folder = ROOT / "tests" / "mutants" / lab
    return [Answer(lab, path.parent.name, path) for path in sorted(folder.glob("*/*.py"))]


ANSWERS = [answer for lab in LABS for answer in answers(lab)]


@cache
def starter(lab: str) -> bytes:
    return serialize(build(source(lab)))


@cache
def solution(lab: str) -> bytes:
    return serialize(solved(source(lab)))


def solution_of(student: int, lab: str = "00_first_steps", *sources: str) -> bytes:
    """A solved notebook that is no other student's, with more cells at its end."""
    document = json.loads(solution(lab))
    for number, source in enumerate(sources):
        cell = {"cell_type": "code", "id": f"own-{number}", "metadata": {}, "outputs": []}
        document["cells"].append(cell | {"execution_count": None, "source": source})
    document["metadata"]["student"] = student
    return json.dumps(document).encode()


def with_answer(answer: Answer) -> bytes:
    """The solved notebook with one exercise answered by `answer`."""
    return serialize(fill(solved(source(answer.lab)), {answer.exercise: answer.code}))


def run_cells(notebook: Any) -> dict[str, Any]:
    """The names a notebook defines, its experiments left out and its checks silent."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    check = course_kit.__dict__.get("check")
    course_kit.check = lambda *args, **kwargs: None
    try:
        for cell in notebook.cells:
            if cell.cell_type == "code" and "experiment" not in cell.metadata.get("tags", []):
                exec(compile(cell.source, cell.id, "exec"), namespace)
    finally:
        del course_kit.check
        if check is not None:
            course_kit.check = check
    return namespace


@cache
def solved_names(lab: str) -> dict[str, Any]:
    return run_cells(solved(source(lab)))


def names_with(answer: Answer) -> dict[str, Any]:
    # The whole notebook anew: later cells must see this answer, not the solution's.
    return run_cells(fill(solved(source(answer.lab)), {answer.exercise: answer.code}))
