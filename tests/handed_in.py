"""What is handed in to the tests: solutions, starters, wrong answers and unusual right ones."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from course_kit.authoring import build, fill, serialize, solved
from course_kit.authoring.answers import Answer, answers, names_with
from course_kit.checks import CheckResult, check_in, names

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


MUTANTS = ROOT / "tests" / "mutants"
ANSWERS = [answer for lab in LABS for answer in answers(MUTANTS, lab)]


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


@cache
def checked(answer: Answer) -> CheckResult:
    """What its author would see."""
    return check_in(names_of(answer), answer.exercise)


@cache
def solved_names(lab: str) -> dict[str, Any]:
    return names_with(source(lab), {})


@cache
def names_of(answer: Answer) -> dict[str, Any]:
    return names_with(source(answer.lab), {answer.exercise: answer.code})
