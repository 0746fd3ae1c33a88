"""What is wrong in a lab source, collected so that one run reports everything."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path


class SourceError(ValueError):
    """Lab sources that cannot be built; one line per problem, `file:line: what and remedy`."""

    def __init__(self, problems: list[str]):
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass
class Problems:
    """Collects the problems of one file; `raise_any` reports them sorted by line.

    Args:
        path: the source file, shown relative to the working directory when it lies below it.
    """

    path: Path
    _found: dict[tuple[int, str], None] = field(default_factory=dict)

    def add(self, line: int, message: str) -> None:
        """Notes one problem at `line` (from 1)."""
        self._found[line, message] = None

    def raise_any(self) -> None:
        """Raises `SourceError` when anything was noted."""
        if self._found:
            shown = display(self.path)
            raise SourceError([f"{shown}:{line}: {text}" for line, text in sorted(self._found)])


def display(path: Path) -> str:
    """The path as a person at the prompt would type it."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative
