"""From wrong answers to ``mistakes.json``: what each answers to the lab's questions."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from importlib.resources import files
from itertools import combinations
from pathlib import Path
from typing import Any

from course_kit.authoring.answers import Answer, answers, names_with
from course_kit.authoring.problems import SourceError, display
from course_kit.checks.lab import Lab, load
from course_kit.checks.mistakes import Mistake, Signature, alike, from_json, signature
from course_kit.checks.notebook import InNotebook


def collect(
    source: Path, folder: Path, names_of: Callable[[Answer], Mapping[str, Any]] | None = None
) -> list[Mistake]:
    """The mistakes of one lab that can be told from each other and from right answers.

    Args:
        source: the lab's source, whose solution is what right answers answer.
        folder: the folder of labs' answers.
        names_of: what a notebook with an answer defines, where that is at hand already.

    Raises:
        SourceError: naming the answers that no question tells apart.
    """
    lab = load(source.stem)
    names_of = names_of or (lambda answer: names_with(source, {answer.exercise: answer.code}))
    found = [
        (answer, signature(lab, answer.exercise, InNotebook(names_of(answer))))
        for answer in answers(folder, lab.name)
    ]
    problems = list(_confused(lab, source, found))
    if problems:
        raise SourceError(problems)
    return [
        Mistake(answer.exercise, answer.name, answer.sentence, given)
        for answer, given in found
        if answer.loses and alike(given, given)  # one that only fails is like nothing
    ]


def as_json(mistakes: list[Mistake]) -> str:
    """The file's text, the same for the same mistakes: a line for each."""
    lines: dict[str, list[str]] = defaultdict(list)
    for mistake in mistakes:
        fields = {name: value for name, value in vars(mistake).items() if name != "exercise"}
        lines[mistake.exercise].append(json.dumps(fields, ensure_ascii=False))
    after = ",\n"
    parts = (f"{json.dumps(name)}: [\n{after.join(each)}\n]" for name, each in lines.items())
    return f"{{\n{after.join(parts)}\n}}\n"


def same(path: Path, mistakes: list[Mistake]) -> bool:
    """Whether a file holds these mistakes, the numbers up to rounding."""
    if not path.is_file():
        return not mistakes
    kept = from_json(path.read_text(encoding="utf-8"))
    return [_words(m) for m in kept] == [_words(m) for m in mistakes] and all(
        alike(one.signature, other.signature) for one, other in zip(kept, mistakes, strict=True)
    )


def _words(mistake: Mistake) -> tuple[str, str, str]:
    return mistake.exercise, mistake.name, mistake.sentence


def path_of(lab: Lab) -> Path:
    """Where a lab's mistakes are kept."""
    return Path(str(files(lab.package).joinpath("mistakes.json")))


def _confused(lab: Lab, source: Path, found: list[tuple[Answer, Signature]]) -> Iterator[str]:
    right = InNotebook(names_with(source, {}))
    solution = {exercise: signature(lab, exercise, right) for exercise in lab.questions}
    for answer, given in found:
        if answer.loses and alike(given, solution.get(answer.exercise, [])):
            yield _problem(answer, "the solution")
        elif not answer.loses and not alike(given, solution.get(answer.exercise, given)):
            yield f"{display(answer.path)}:1: right, and answers a question unlike the solution."
    for (one, given), (other, its) in combinations(found, 2):
        wrong = one.loses and other.loses and one.exercise == other.exercise
        # What nothing tells apart may be told the same.
        if wrong and alike(given, its) and one.sentence != other.sentence:
            yield _problem(one, other.name)


def _problem(answer: Answer, other: str) -> str:
    place = f"{display(answer.path)}:1"
    return f"{place}: every question is answered as {other} does. Ask one that tells them apart."
