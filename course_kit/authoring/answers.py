"""Answers that are kept beside a lab: plausible wrong ones, and right ones written unusually.

    tests/mutants/06_dropout/inverted_dropout/rate_kept.py
    tests/mutants/06_dropout/inverted_dropout/again/rate_kept.py

Each file is the whole source of an exercise cell. Its docstring holds a sentence for the student
who makes this mistake, and a line ``loses: claim, claim``, or ``loses: nothing`` for a right
answer. What lies in ``again`` makes the same mistake in other words, and needs no docstring: it
shows that a mistake is known by what it does.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import course_kit
from course_kit.authoring.notebook import fill, solved
from course_kit.authoring.problems import SourceError, display

AGAIN = "again"


@dataclass(frozen=True)
class Answer:
    """One answer to one exercise, as a file.

    Args:
        lab, exercise: what it answers.
        path: where its source lies.
    """

    lab: str
    exercise: str
    path: Path

    @property
    def name(self) -> str:
        """What the file is called."""
        return self.path.stem

    @property
    def code(self) -> str:
        """The source of the exercise cell."""
        return self.path.read_text(encoding="utf-8")

    @property
    def sentence(self) -> str:
        """What a student who gives this answer is told."""
        return re.sub(r"\s+", " ", self._doc.split("\n\n")[0].strip())

    @property
    def loses(self) -> set[str]:
        """The claims that it does not meet, among others perhaps; none for a right answer.

        Raises:
            SourceError: if the docstring does not say it.
        """
        found = re.search(r"^loses: (.+)$", self._doc, re.MULTILINE)
        if not found:
            raise SourceError([f"{display(self.path)}:1: the docstring needs a line `loses: ...`."])
        claims = {name.strip() for name in found[1].split(",")}
        return set() if claims == {"nothing"} else claims

    @property
    def again(self) -> Answer | None:
        """The same mistake in other words, if it is kept."""
        path = self.path.parent / AGAIN / self.path.name
        return Answer(self.lab, self.exercise, path) if path.is_file() else None

    @property
    def _doc(self) -> str:
        doc = ast.get_docstring(ast.parse(self.code))
        if not doc:
            raise SourceError([f"{display(self.path)}:1: an answer needs a docstring."])
        return doc

    def __str__(self) -> str:
        again = f"-{AGAIN}" if self.path.parent.name == AGAIN else ""
        return f"{self.lab}-{self.exercise}-{self.name}{again}"


def answers(folder: str | Path, lab: str) -> list[Answer]:
    """The answers to a lab that lie in `folder`, a folder of labs."""
    found = sorted(Path(folder, lab).glob("*/*.py"))
    return [Answer(lab, path.parent.name, path) for path in found]


def names_defined(notebook: Any) -> dict[str, Any]:
    """What a notebook of ours defines: its cells run here, without experiments and checks.

    It is for sources and answers that we have written, never for what students hand in.
    """
    namespace: dict[str, Any] = {"__name__": "__main__"}
    check = course_kit.__dict__.get("check")
    course_kit.check = lambda *args, **kwargs: None  # type: ignore[attr-defined]
    try:
        for cell in notebook.cells:
            if cell.cell_type == "code" and "experiment" not in cell.metadata.get("tags", []):
                exec(compile(cell.source, cell.id, "exec"), namespace)
    finally:
        del course_kit.check
        if check is not None:
            course_kit.check = check  # type: ignore[attr-defined]
    return namespace


def names_with(source: str | Path, given: Mapping[str, str]) -> dict[str, Any]:
    """What a solved lab defines, with other answers to some of its exercises.

    Args:
        source: the lab's source.
        given: exercise -> source of its cell. The whole notebook is run: later cells must see
            these answers, not the solution's.
    """
    return names_defined(fill(solved(source), given))
