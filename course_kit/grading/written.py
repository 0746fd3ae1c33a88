"""Written answers: what the lab asks, and what a notebook has in its place."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from course_kit.checks import Lab
from course_kit.checks.answers import clean_lines
from course_kit.checks.handout import lab_notebook
from course_kit.checks.handout import questions as shown_questions

# Of one answer, in characters.
MAX_ANSWER = 20_000


@cache
def _cells(lab: str) -> tuple[tuple[str, str, bool], ...]:
    """Id, source and whether it asks for words, of each cell of the lab's own notebook."""
    try:
        document = json.loads(lab_notebook(lab).read_text(encoding="utf-8"))
    except (LookupError, OSError):
        return ()
    return tuple(
        (
            cell.get("id", ""),
            "".join(cell["source"]),
            "reflection" in cell.get("metadata", {}).get("tags", []),
        )
        for cell in document["cells"]
    )


def questions(lab: Lab) -> dict[str, str]:
    """The questions to be answered in words, by the id of their cell."""
    return {name: source.strip() for name, source, asks in _cells(lab.name) if asks}


def known_cells(lab: Lab) -> list[str]:
    """The ids of all cells that the lab itself has; others are the student's."""
    return [name for name, _, _ in _cells(lab.name)]


def answers(lab: Lab, handed_in: dict[str, str]) -> list[dict[str, Any]]:
    """What was answered to each question, in the lab's order.

    Args:
        lab: whose questions.
        handed_in: by cell id, what stands there now: question and answer in one.
    """
    asked = questions(lab)
    found, shown = [], shown_questions(lab.name) if asked else {}
    for name, question in asked.items():
        text = clean_lines(handed_in.get(name, ""), MAX_ANSWER + len(question))
        # An answer is usually written below the question, sometimes in its place.
        answer = text.removeprefix(clean_lines(question, len(question))).strip()
        found.append({"id": name, "question": shown[name], "text": answer})
    return found
