"""The notebooks that students get: where they lie, and what they ask in words."""

from __future__ import annotations

import json
import re
from pathlib import Path

import course_kit
from course_kit.checks.lab import UnknownName, load


def lab_notebook(name: str) -> Path:
    """The student notebook of a lab, as it travels with the package.

    Raises:
        UnknownName: if there is no such lab.
    """
    lab = load(name).name
    # A wheel carries its notebooks inside the package, a checkout keeps them beside it.
    package = Path(course_kit.__file__).parent
    for folder in (package / "labs", package.parent / "labs"):
        if (folder / f"{lab}.ipynb").is_file():
            return folder / f"{lab}.ipynb"
    raise UnknownName(f"The notebook of {lab} is not there. Make it with: course-kit build")


def questions(name: str) -> dict[str, str]:
    """The questions to be answered in words: cell id -> text, in the notebook's order."""
    cells = json.loads(lab_notebook(name).read_text(encoding="utf-8"))["cells"]
    return {
        cell["id"]: _unbroken("".join(cell["source"]).strip())
        for cell in cells
        if "reflection" in cell["metadata"].get("tags", [])
    }


def _unbroken(text: str) -> str:
    """Lines that were broken to fit a source as one; paragraphs and lists stay apart."""
    return re.sub(r"(?<!\n)\n(?!\n|\s*[*-] |\s*\d+[.)] )", " ", text)
