"""The last check: proves on a finished student notebook that no solution line is in it.

It shares nothing with the code that takes the solutions out, so that a mistake
there shows up here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from course_kit.authoring.problems import Problems
from course_kit.authoring.source import Cell

SHORTEST_TELLING = 12  # characters without spaces; `return x` says nothing, wherever it stands


def check(cells: list[Cell], data: bytes, problems: Problems) -> None:
    """Reports each code line of a solution that `data`, the student notebook's bytes, contains.

    Blank lines and comments do not count; spacing does not matter. A line may be seen
    when it is given in code above the block or in the same cell outside it (a starter,
    say), when it ends in `# given`, or when it is shorter than 12 characters and not in
    the exercise's own cell.

    Args:
        cells: the source's cells.
        data: the finished notebook file.
        problems: receives what is found, at the solution line in the source.
    """
    notebook = json.loads(data)
    # Without line ends inside a text, so that a line broken in two is still recognized.
    everything = "\n".join(_compact(text) for text in _strings(notebook))
    if re.search("(begin|end)solution", everything, re.IGNORECASE):
        problems.add(1, "a solution marker reached the student notebook.")
    if any("instructor" in cell["metadata"].get("tags", []) for cell in notebook["cells"]):
        problems.add(1, "an instructor cell reached the student notebook.")
    own_lines = {
        cell["metadata"].get("exercise"): {_compact(line) for line in _text(cell).splitlines()}
        for cell in notebook["cells"]
    }
    for at, line, exercise in _secret_lines(cells):
        telling = len(line) >= SHORTEST_TELLING and line in everything
        if telling or line in own_lines.get(exercise, ()):
            problems.add(
                at,
                f"this solution line reaches the student notebook: {line!r} (spaces left out). "
                "Take it out there, or end it in `# given` if it may be seen.",
            )


def _secret_lines(cells: list[Cell]) -> Iterator[tuple[int, str, str]]:
    """(line number, compact code, exercise) of every solution line the text gives nowhere."""
    given: set[str] = set()
    for cell in cells:
        if cell.kind != "code" or cell.tag == "instructor":
            continue
        solution, kept = _split(cell)
        given |= kept
        for at, line in solution:
            code = _compact(re.sub(r"(^|\s)#.*", "", line))
            if code and code not in given and not re.search(r"#\s*given\s*$", line):
                yield at, code, str(cell.metadata.get("exercise"))


def _split(cell: Cell) -> tuple[list[tuple[int, str]], set[str]]:
    """Numbered solution lines of a cell, and the compact lines around them."""
    solution, kept, inside = [], set(), False
    for at, line in enumerate(cell.text.split("\n"), start=cell.first):
        words = line.replace("#", " ").split()
        if words == ["BEGIN", "SOLUTION"]:
            inside = True
        elif words == ["END", "SOLUTION"]:
            inside = False
        elif inside:
            solution.append((at, line))
        else:
            kept |= {_compact(line), _compact(line.lstrip().removeprefix("#"))}
    return solution, kept


def _compact(text: str) -> str:
    return "".join(text.split())


def _text(cell: dict[str, Any]) -> str:
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)


def _strings(value: Any) -> Iterator[str]:
    """Every text in the notebook; lists of lines, as the file keeps sources, count joined."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        if value and all(isinstance(item, str) for item in value):
            yield "".join(value)
        else:
            for item in value:
                yield from _strings(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _strings(item)
