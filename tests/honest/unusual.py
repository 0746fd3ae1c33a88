"""Right answers written strangely, as notebook bytes.

Each file below notebooks/LAB/ is a notebook in percent format (``# %%`` begins a
cell; magics are as a student types them, so that most files are no Python). For lab
06 its cells are put into the solved notebook: a cell marked ``exercise=NAME`` takes
that exercise's place; those before the first such cell come before all exercises,
the others after the last.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from handed_in import source
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course_kit.authoring import fill, solved

HERE = Path(__file__).parent / "notebooks"
FILES = sorted(HERE.glob("*/*.py"), key=str)

_CELL = re.compile(r"^# %%(?:[ ]exercise=(\w+))?$", re.MULTILINE)


def cells_of(path: Path) -> list[tuple[str | None, str]]:
    """The cells of a file, each with the exercise that it is marked with."""
    text = path.read_bytes().decode("utf-8")
    text = text.replace("[LONG]", repr([float(i) for i in range(60_000)]))
    text = text.replace("TEXTTEXT", "t" * 300_000)
    _, *rest = _CELL.split(text)
    return list(zip(rest[::2], (part.strip("\n") for part in rest[1::2]), strict=True))


def document(path: Path) -> Any:
    """The notebook of a file."""
    cells = cells_of(path)
    if path.parent.name == "06_dropout":
        return _in_lab(path.parent.name, cells)
    return new_notebook(cells=[new_code_cell(text) for _, text in cells])


def notebook(path: Path) -> bytes:
    """The bytes of a file's notebook."""
    return json.dumps(document(path)).encode()


def solution(lab: str) -> bytes:
    """The solved notebook of a lab, each cell's source one text."""
    return json.dumps(solved(source(lab))).encode()


def _in_lab(lab: str, cells: list[tuple[str | None, str]]) -> Any:
    made = fill(solved(source(lab)), {name: text for name, text in cells if name})
    names = [name for name, _ in cells]
    first = next((i for i, name in enumerate(names) if name), 1)
    before = [new_code_cell(text) for _, text in cells[:first]]
    after = [new_code_cell(text) for name, text in cells[first:] if not name]
    at = next(i for i, cell in enumerate(made.cells) if cell.metadata.get("exercise"))
    made.cells[at:at] = before
    made.cells += after
    return made


def as_colab_saves(data: bytes) -> bytes:
    """Other ids and metadata, sources as lists, markdown between, outputs, one-space indents."""
    found = json.loads(data)
    for number, cell in enumerate(found["cells"]):
        cell["source"] = cell["source"].splitlines(keepends=True)
        cell["metadata"] = {"id": f"Xy{number}", "executionInfo": {"user": {"userId": "1"}}} | (
            {"tags": cell["metadata"]["tags"]} if "tags" in cell["metadata"] else {}
        )
        del cell["id"]
    between = new_markdown_cell("My notes: `keras.layers.Dropout` <script>alert(1)</script>")
    found["cells"][1:1] = [between, {"cell_type": "raw", "metadata": {}, "source": "raw"}]
    found |= {"nbformat_minor": 0, "metadata": {"colab": {"provenance": []}, "accelerator": "GPU"}}
    return json.dumps(found, indent=1, ensure_ascii=False).encode()


def as_windows_saves(data: bytes) -> bytes:
    """A byte order mark, Windows' line ends in the file and in the cells."""
    found = json.loads(data)
    for cell in found["cells"]:
        cell["source"] = cell["source"].replace("\n", "\r\n")
    return b"\xef\xbb\xbf" + json.dumps(found, indent=2).replace("\n", "\r\n").encode()


def run_twice(data: bytes) -> bytes:
    """Every cell is there twice, with the same ids: a merge gone wrong."""
    found = json.loads(data)
    found["cells"] = [cell for cell in found["cells"] for _ in range(2)]
    return json.dumps(found).encode()


def old_mac_line_ends(data: bytes) -> bytes:
    """Lines that end with a carriage return alone."""
    found = json.loads(data)
    for cell in found["cells"]:
        cell["source"] = cell["source"].replace("\n", "\r")
    return json.dumps(found).encode()


REWRITTEN = [as_colab_saves, as_windows_saves, run_twice, old_mac_line_ends]
