"""Cell ids that are ours: unique, valid, and the same after an edit elsewhere."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

from course_kit.authoring.problems import Problems
from course_kit.authoring.source import Cell

HEADER, INSTALL = "header", "setup-install"

_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$", re.MULTILINE)
_LONGEST_SECTION = 44  # leaves room for "-experiment-999" within nbformat's 64


def assign(cells: list[Cell], problems: Problems) -> list[str]:
    """One id a cell: its own `id`, `exercise-NAME`, or SECTION-KIND-N.

    SECTION is the slug of the last heading and N counts within it, so that a new
    cell renames only those below it in its own section.
    """
    sections: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    section, result = "start", []
    for cell in cells:
        heading = _HEADING.search(cell.text) if cell.kind == "markdown" else None
        if heading:
            section = _slug(heading[1])
            sections[section] += 1
            if sections[section] > 1:
                section += f"-{sections[section]}"
        kind = cell.tag or {"markdown": "text"}.get(cell.kind, "code")
        if "id" in cell.metadata:
            result.append(str(cell.metadata["id"]))
        elif kind == "exercise":
            result.append(f"exercise-{cell.exercise}")
        else:
            counts[f"{section}-{kind}"] += 1
            result.append(f"{section}-{kind}-{counts[f'{section}-{kind}']}")
    _check_unique(cells, result, problems)
    return result


def _slug(heading: str) -> str:
    plain = unicodedata.normalize("NFKD", heading).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:_LONGEST_SECTION].strip("-") or "section"


def _check_unique(cells: list[Cell], found: list[str], problems: Problems) -> None:
    first = {HEADER: 1, INSTALL: 1}
    for cell, identifier in zip(cells, found, strict=True):
        if identifier in first:
            problems.add(
                cell.line,
                f"cell id {identifier!r} is already taken on line {first[identifier]}: "
                'give this cell another id="...".',
            )
        first[identifier] = cell.line
