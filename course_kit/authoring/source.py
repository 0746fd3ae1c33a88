"""Reads a lab source (jupytext percent format) into cells that know their line."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jupytext
from nbformat import ValidationError

from course_kit.authoring.problems import Problems

TAGS = ("exercise", "experiment", "reflection", "setup", "instructor")
HEADER_KEYS = ("title", "minutes", "prerequisites")
SOURCE_NAME = re.compile(r"\d\d_[a-z0-9_]+")

_FORMAT = "py:percent"
_CELL_LINE = re.compile(r"^[ \t]*#[ \t]*%%.*$", re.MULTILINE)
_LINE_KEY = "course_kit_source_line"
_LINE_NOTE = re.compile(rf" {_LINE_KEY}=(\d+)")
_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{0,54}")  # leaves room for "exercise-" in an id
_CELL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")


@dataclass
class Cell:
    """One cell of a source: `line` is that of its `# %%`, `first` that of its first text line."""

    kind: str  # "code" or "markdown"
    text: str
    line: int
    first: int
    metadata: dict[str, Any] = field(default_factory=dict)

    @property
    def tag(self) -> str | None:
        """The cell's one tag, if it has one."""
        tags = self.metadata.get("tags", [])
        return tags[0] if tags else None

    @property
    def exercise(self) -> str:
        """The exercise's name."""
        return self.metadata["exercise"]


def read(path: Path, problems: Problems) -> list[Cell]:
    """Cells of the source at `path`, the header first; what is wrong with them goes to `problems`.

    Line ends may be Windows', a byte order mark is skipped.
    """
    text = path.read_text(encoding="utf-8-sig")
    if not SOURCE_NAME.fullmatch(path.stem):
        problems.add(1, f"a source is named NN_topic.py. Received: {path.name}. Rename it.")
    cells = _cells(text, problems)
    if not cells:
        problems.add(1, 'no cells. Begin with `# %% [markdown] title="..." minutes=...`.')
        return cells
    _check_header(cells[0], problems)
    for cell in cells[1:]:
        _check_metadata(cell, problems)
    _check_unique_names(cells, problems)
    return cells


def _cells(text: str, problems: Problems) -> list[Cell]:
    """Parses `text` with jupytext; its cells come back in the order of the source."""
    lines = text.splitlines()
    cells = []
    for parsed in jupytext.reads(_with_line_numbers(text, problems), fmt=_FORMAT).cells:
        metadata = dict(parsed.metadata)
        source = _LINE_NOTE.sub("", parsed.source)  # a `# %%` inside a string was marked too
        note = _LINE_NOTE.search(f" {_LINE_KEY}={metadata.pop(_LINE_KEY, '')} {metadata}")
        if note is None:
            if source.strip():
                problems.add(1, "text before the first `# %%`. Move it into a cell.")
            continue
        line, kind = int(note[1]), parsed.cell_type
        if kind not in ("code", "markdown"):
            problems.add(line, f"cells are code or [markdown]. Received: [{kind}].")
            continue
        cells.append(Cell(kind, source, line, _first_line(lines, line, source), metadata))
    return cells


def _with_line_numbers(text: str, problems: Problems) -> str:
    """The text with each cell's line among its metadata: jupytext itself keeps none."""

    def numbered(match: re.Match[str]) -> str:
        line = text.count("\n", 0, match.start()) + 1
        try:
            jupytext.reads(match[0], fmt=_FORMAT)
        except (ValidationError, AttributeError, TypeError) as error:  # tags that are no texts
            reason = str(error).splitlines()[0]
            problems.add(line, f"cannot read {match[0].strip()!r}: {reason}.")
            return f"# %% {_LINE_KEY}={line}"
        return f"{match[0]} {_LINE_KEY}={line}"

    return _CELL_LINE.sub(numbered, text)


def _first_line(lines: list[str], line: int, source: str) -> int:
    """Line of the first text line: jupytext drops the quotes around a quoted markdown cell."""
    wanted = source.split("\n", 1)[0].strip()
    follows = line < len(lines) and wanted not in lines[line]
    return line + 2 if follows else line + 1


def _check_header(cell: Cell, problems: Problems) -> None:
    missing = [key for key in HEADER_KEYS if key not in cell.metadata]
    if cell.kind != "markdown" or missing:
        problems.add(
            cell.line,
            "the first cell is the header: "
            '`# %% [markdown] title="..." minutes=45 prerequisites="..."`. '
            f"Missing: {', '.join(missing) or '[markdown]'}.",
        )
    minutes = cell.metadata.get("minutes", 1)
    if type(minutes) is not int or minutes < 1:
        problems.add(cell.line, f"`minutes` is a whole number of minutes. Received: {minutes!r}.")
    if not cell.text.strip():
        problems.add(cell.line, "the header cell has no text. Write the lab's goal there.")
    _check_keys(cell, HEADER_KEYS, problems)


def _check_metadata(cell: Cell, problems: Problems) -> None:
    _check_keys(cell, ("tags", "id", "exercise"), problems)
    _check_tags(cell, problems)
    identifier = cell.metadata.get("id")
    if identifier is not None and not _CELL_ID.fullmatch(str(identifier)):
        problems.add(cell.line, f"`id` has 1 to 64 of a-z A-Z 0-9 - _. Received: {identifier!r}.")
    name = cell.metadata.get("exercise")
    if cell.tag == "exercise":
        if not isinstance(name, str) or not _IDENTIFIER.fullmatch(name):
            problems.add(
                cell.line,
                'an exercise cell has exercise="lower_case_name" of at most 55 characters. '
                f"Received: {name!r}.",
            )
            cell.metadata["exercise"] = str(name)
        if cell.kind == "markdown":
            problems.add(cell.line, "an exercise is a code cell. For a question use 'reflection'.")
    elif name is not None:
        problems.add(cell.line, f'exercise="{name}" needs tags=["exercise"].')


def _check_tags(cell: Cell, problems: Problems) -> None:
    tags = cell.metadata.get("tags", [])
    for tag in tags:
        if tag not in TAGS:
            problems.add(cell.line, f"unknown tag {tag!r}. Known: {', '.join(TAGS)}.")
    if len(tags) > 1:
        problems.add(cell.line, f"a cell has at most one tag. Received: {', '.join(tags)}.")


def _check_keys(cell: Cell, known: tuple[str, ...], problems: Problems) -> None:
    """Anything jupytext could not read, or that we do not know, is taken for a typing mistake."""
    own = ("lines_to_next_cell", "lines_to_end_of_cell_marker", "cell_marker", "cell_depth")
    for key in set(cell.metadata) - set(known) - set(own):
        value = _LINE_NOTE.sub("", str(cell.metadata[key]))
        if key in ("title", "incorrectly_encoded_metadata"):
            hint = 'Write key="value" pairs, as in tags=["exercise"] exercise="name".'
            problems.add(cell.line, f"cannot read {value!r} after `# %%`. {hint}")
        else:
            problems.add(cell.line, f"unknown metadata {key}={value!r}. Known: {', '.join(known)}.")


def _check_unique_names(cells: list[Cell], problems: Problems) -> None:
    first: dict[str, int] = {}
    for cell in cells:
        name = cell.metadata.get("exercise")
        if name in first:
            problems.add(cell.line, f"exercise {name!r} is already on line {first[name]}. Rename.")
        elif name is not None:
            first[name] = cell.line
