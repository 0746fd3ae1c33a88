"""The markers of an exercise cell: finds them, proves them sound, and takes solutions out.

    ### BEGIN SOLUTION        what only the instructor sees
    ### END SOLUTION
    ### BEGIN STARTER         optional, directly below: what the student starts from,
    # keep = ...              each line as a comment, so that the source runs as it stands
    ### END STARTER

A line that looks like a marker but is not exactly one is an error: a mistyped
marker would hand the solution out.
"""

from __future__ import annotations

import ast
import difflib
import re
from dataclasses import dataclass, field

from course_kit.authoring.problems import Problems
from course_kit.authoring.source import Cell

MARKERS = tuple(
    f"### {edge} {what}" for what in ("SOLUTION", "STARTER") for edge in ("BEGIN", "END")
)
BEGIN_SOLUTION, END_SOLUTION, BEGIN_STARTER, END_STARTER = MARKERS

_INLINE = re.compile(r"#.*\b(BEGIN|END)[ \t_-]*(SOLUTION|STARTER)\b", re.IGNORECASE)
_HASHES = re.compile(r"^\s*#+\s*")
_STARTER_LINE = re.compile(r"^(\s*)#(?: (.*)|())$")


@dataclass
class Block:
    """A solution block: line indices within its cell, both ends included."""

    begin: int
    end: int
    last: int  # last line to replace: `end`, or the end of the starter below it
    starter: list[str] = field(default_factory=list)


def blocks(cell: Cell, problems: Problems) -> list[Block]:
    """The solution blocks of `cell`; every fault of its markers goes to `problems`."""
    marked = _marker_lines(cell, problems)
    if cell.tag != "exercise" or cell.kind != "code":
        where = "in a markdown cell" if cell.kind == "markdown" else "outside an exercise cell"
        for index, marker in marked:
            remedy = 'Markers belong in a code cell with tags=["exercise"].'
            problems.add(cell.first + index, f"{marker!r} {where}. {remedy}")
        return []
    if not marked:
        problems.add(
            cell.line,
            f"exercise {cell.exercise!r} has no {BEGIN_SOLUTION!r}. Mark its solution.",
        )
    return _pair(cell, marked, problems)


def unsolved(cell: Cell, found: list[Block]) -> str:
    """The text of `cell` with each solution replaced by its starter or by a raise."""
    lines = cell.text.split("\n")
    for block in reversed(found):
        indent = lines[block.begin][: -len(BEGIN_SOLUTION)]
        message = f"Complete '{cell.exercise}' first."
        stub = [f'{indent}raise NotImplementedError("{message}")']
        lines[block.begin : block.last + 1] = block.starter or stub
    return "\n".join(lines)


def solved(cell: Cell, found: list[Block]) -> str:
    """The text of `cell` with the markers and starters taken out and the solutions left in."""
    lines = cell.text.split("\n")
    for block in reversed(found):
        lines[block.begin : block.last + 1] = lines[block.begin + 1 : block.end]
    return "\n".join(lines)


def check_syntax(cell: Cell, found: list[Block], problems: Problems) -> None:
    """Both forms of an exercise are Python: no student starts from a mistake of ours."""
    for form, text in (("student's", unsolved(cell, found)), ("solved", solved(cell, found))):
        try:
            ast.parse(text)
        except SyntaxError as error:
            problems.add(
                cell.line, f"the {form} cell {cell.exercise!r} is not Python: {error.msg}."
            )


def _marker_lines(cell: Cell, problems: Problems) -> list[tuple[int, str]]:
    """(index, marker) of the well-written markers; reports those that are nearly one."""
    exact = []
    for index, line in enumerate(cell.text.split("\n")):
        if line.lstrip(" \t") in MARKERS:
            exact.append((index, line.lstrip(" \t")))
        elif _nearly_marker(line, cell.kind):
            problems.add(
                cell.first + index,
                f"unknown marker {line.strip()!r}: did you mean {_closest(line)!r}? "
                "Write it exactly so, with nothing before or after but indentation.",
            )
    return exact


def _nearly_marker(line: str, kind: str) -> bool:
    """`###` opening a code line is reserved; elsewhere the words give a marker away."""
    if _INLINE.search(line) or (kind == "code" and line.lstrip().startswith("###")):
        return True
    if not line.lstrip().startswith("#"):
        return False
    words = re.findall(r"[A-Z]+", line.upper())
    return (
        len(words) == 2
        and _like(words[0], "BEGIN", "END")
        and _like(words[1], "SOLUTION", "STARTER")
    )


def _like(word: str, *choices: str) -> bool:
    return bool(difflib.get_close_matches(word, choices, n=1, cutoff=0.75))


def _closest(line: str) -> str:
    bare = "### " + _HASHES.sub("", line.strip()).upper()
    return difflib.get_close_matches(bare, MARKERS, n=1, cutoff=0.0)[0]


def _pair(cell: Cell, marked: list[tuple[int, str]], problems: Problems) -> list[Block]:
    """Pairs the markers up; each one that does not fit is reported and skipped."""
    lines = cell.text.split("\n")
    found: list[Block] = []
    opened: tuple[int, str] | None = None
    for index, marker in marked:
        at = cell.first + index
        if marker in (BEGIN_SOLUTION, BEGIN_STARTER):
            if opened:
                before = f"{opened[1]!r} of line {cell.first + opened[0]}"
                problems.add(at, f"{marker!r} inside the still open {before}. End that one first.")
            opened = (index, marker)
        elif not opened or opened[1].split()[-1] != marker.split()[-1]:
            problems.add(at, f"{marker!r} ends nothing: no matching BEGIN above it in this cell.")
        elif marker == END_SOLUTION:
            _add_solution(lines, opened[0], index, at, found, problems)
            opened = None
        else:
            _add_starter(cell, lines, opened[0], index, found, problems)
            opened = None
    if opened:
        problems.add(cell.first + opened[0], f"{opened[1]!r} is never ended in this cell.")
    return found


def _add_solution(
    lines: list[str], begin: int, end: int, at: int, found: list[Block], problems: Problems
) -> None:
    if not any(line.strip() for line in lines[begin + 1 : end]):
        problems.add(at, "the solution is empty. Write it between the two markers.")
    found.append(Block(begin, end, end))


def _add_starter(
    cell: Cell, lines: list[str], begin: int, end: int, found: list[Block], problems: Problems
) -> None:
    if not found or found[-1].last + 1 != begin:
        at = cell.first + begin
        problems.add(at, f"a starter stands directly below {END_SOLUTION!r}. Move it there.")
        return
    starter = []
    for index in range(begin + 1, end):
        match = _STARTER_LINE.match(lines[index])
        if match:
            starter.append((match[1] + (match[2] or "")).rstrip())
        elif lines[index].strip():
            problems.add(cell.first + index, "a starter's lines are comments: begin it with '# '.")
        else:
            starter.append("")
    if not any(starter):
        problems.add(cell.first + begin, "the starter is empty. Fill it or take it away.")
    found[-1].starter, found[-1].last = starter, end
