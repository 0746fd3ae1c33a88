"""One source in, one notebook out: the student's or the solved one."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course_kit.authoring import header, ids, leaks, markers
from course_kit.authoring.problems import Problems
from course_kit.authoring.source import Cell, read

_Text = Callable[[Cell, list[markers.Block]], str]


def build(source: str | Path) -> NotebookNode:
    """The student's notebook of a lab source: solutions, instructor cells and outputs are gone.

    Args:
        source: path of `solutions/NN_topic.py`, jupytext percent format.

    Returns:
        A valid nbformat 4.5 notebook with explicit cell ids; equal sources give equal bytes.

    Raises:
        SourceError: everything that is wrong in the file, a solution that would leak
            included, one line each with file and line.
    """
    return _make(Path(source), markers.unsolved)


def solved(source: str | Path) -> NotebookNode:
    """The same notebook with the solutions in: cells, ids and metadata are those of `build`."""
    return _make(Path(source), markers.solved)


def fill(notebook: NotebookNode, answers: Mapping[str, str]) -> NotebookNode:
    """A copy of `notebook` in which the exercises named in `answers` hold that code.

    Args:
        notebook: from `build` or `solved`.
        answers: exercise name -> whole source of its cell.

    Raises:
        ValueError: a name that is no exercise of the notebook.

    Example:
        fill(build("solutions/06_dropout.py"), {"inverted_dropout": "def inverted_dropout(): ..."})
    """
    result = copy.deepcopy(notebook)
    cells = {cell.metadata.get("exercise"): cell for cell in result.cells}
    known = [name for name in cells if name]
    for name, code in answers.items():
        if name not in known:
            raise ValueError(f"no exercise {name!r} in this notebook. Known: {', '.join(known)}.")
        cells[name].source = code.rstrip("\n")
    return result


def serialize(notebook: NotebookNode) -> bytes:
    """The notebook file's bytes: sorted keys, one trailing newline, the same on every machine."""
    return (nbformat.writes(notebook).rstrip("\n") + "\n").encode()


def write(notebook: NotebookNode, path: str | Path) -> None:
    """Writes the notebook to `path`."""
    Path(path).write_bytes(serialize(notebook))


def _make(source: Path, text_of: _Text) -> NotebookNode:
    problems = Problems(source)
    cells = read(source, problems)
    home = header.find_home(source, problems)
    found = {id(cell): markers.blocks(cell, problems) for cell in cells}
    kept = [cell for cell in cells[1:] if _is_kept(cell)]
    names = ids.assign(kept, problems)
    problems.raise_any()
    for cell in kept:
        if cell.tag == "exercise":
            markers.check_syntax(cell, found[id(cell)], problems)
    top = _top(cells[0], source.stem, home)
    notebook = _notebook(source.stem, cells, top, _body(kept, names, found, text_of))
    student = _notebook(source.stem, cells, top, _body(kept, names, found, markers.unsolved))
    leaks.check(cells, serialize(student), problems)
    problems.raise_any()
    nbformat.validate(notebook)
    return notebook


def _is_kept(cell: Cell) -> bool:
    return cell.tag != "instructor"


def _top(cell: Cell, lab: str, home: header.Home) -> list[NotebookNode]:
    install = new_code_cell(header.install_text(home), id=ids.INSTALL, metadata={"tags": ["setup"]})
    return [new_markdown_cell(header.header_text(cell, lab, home), id=ids.HEADER), install]


def _body(
    cells: list[Cell], names: list[str], found: dict[int, list[markers.Block]], text_of: _Text
) -> list[NotebookNode]:
    body = []
    for cell, name in zip(cells, names, strict=True):
        new_cell = new_code_cell if cell.kind == "code" else new_markdown_cell
        metadata = {key: cell.metadata[key] for key in ("tags", "exercise") if key in cell.metadata}
        text = text_of(cell, found[id(cell)]).strip("\n")
        body.append(new_cell(text, id=name, metadata=metadata))
    return body


def _notebook(
    lab: str, cells: list[Cell], top: list[NotebookNode], body: list[NotebookNode]
) -> NotebookNode:
    about = {
        "lab": lab,
        "title": cells[0].metadata["title"],
        "minutes": cells[0].metadata["minutes"],
        "exercises": [cell.exercise for cell in cells if cell.tag == "exercise"],
    }
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = new_notebook(
        cells=[*top, *body],
        metadata={
            "course_kit": about,
            "kernelspec": kernel,
            "language_info": {"name": "python"},
        },
    )
    notebook.nbformat_minor = 5  # the first with cell ids; what nbformat writes may move on
    return notebook
