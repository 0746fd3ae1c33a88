"""Written answers are told from the questions, wherever they were written."""

import json
from dataclasses import replace

import pytest
from handed_in import solution

from course_kit.checks import load
from course_kit.grading import written
from course_kit.grading.examine import examine
from course_kit.grading.reading import read_answers

LAB = load("06")
SALT = b"s" * 32


@pytest.fixture(scope="module")
def answered():
    """Three answers: below the question, in its place, and in a cell behind it."""
    document = json.loads(solution(LAB.name))
    asked = list(written.questions(LAB))
    cells = {cell["id"]: cell for cell in document["cells"]}
    below, instead, behind = asked[:3]
    cells[below]["source"] = "".join(cells[below]["source"]) + "\n\nBecause *masks*\nare drawn."
    cells[instead]["source"] = "Only this."
    own = {"cell_type": "markdown", "id": "mine", "metadata": {}, "source": "<b>Bold</b>\u202e"}
    document["cells"].insert(document["cells"].index(cells[behind]) + 1, own)
    return examine(json.dumps(document).encode(), LAB.name, SALT, "limits")


def test_answers_are_found_in_the_labs_order(answered):
    found = answered["reflections"]
    assert [one["id"] for one in found] == list(written.questions(LAB))
    assert [one["text"] for one in found[:4]] == [
        "Because *masks*\nare drawn.",
        "Only this.",
        "<b>Bold</b>",  # control characters gone, markup left for the page to escape
        "",
    ]
    assert all(one["question"] and "\n" not in one["question"] for one in found[:1])


def test_cells_of_the_lab_are_no_answers():
    document = {"cells": [
        {"id": "q", "cell_type": "markdown", "source": "Why?"},
        {"id": "own", "cell_type": "markdown", "source": "So."},
        {"id": "next", "cell_type": "markdown", "source": "## Next"},
        {"id": "own-2", "cell_type": "markdown", "source": "not an answer"},
    ]}  # fmt: skip
    assert read_answers(document, ["q"], ["q", "next"]) == {"q": "Why?\n\nSo."}


def test_lab_without_a_notebook_asks_nothing():
    lab = replace(LAB, name="98_nowhere")
    assert written.questions(lab) == {} == dict.fromkeys(written.known_cells(lab))
    assert written.answers(lab, {"a": "b"}) == []


def test_long_answer_is_cut():
    question = next(iter(written.questions(LAB)))
    found = written.answers(LAB, {question: "x" * 10**6})
    assert len(found[0]["text"]) <= written.MAX_ANSWER + len(found[0]["question"]) + 10
