"""The assignment as each grader wants it: notebooks made by nbformat from two Python files."""

import ast
from pathlib import Path

import jupytext
import nbformat
from nbformat.v4 import new_code_cell, new_notebook

_HERE = Path(__file__).parent
_KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
_SCALE, _UNSCALED = "x / (1 - rate)", "x"
POINTS = {"correct": 8, "wrong": 5}  # unscaled survivors lose three tests


def answer(kind: str, number: int = 0) -> list[str]:
    """The sources of the student's cells; `number` makes the bytes those of one student.

    Args:
        kind: "correct" or "wrong".
    """
    text = (_HERE / "answer.py").read_text(encoding="utf-8")
    if kind == "wrong":
        assert text.count(_SCALE) == 1
        text = text.replace(_SCALE, _UNSCALED)
    cells = jupytext.reads(text, fmt="py:percent").cells
    sources = [cell.source for cell in cells if cell.cell_type == "code"]
    return [*sources[:-1], f"{sources[-1]}\n# student {number}"]


def notebook(cells: list[str]) -> nbformat.NotebookNode:
    """A plain notebook of code cells."""
    made = [new_code_cell(source, id=f"cell-{i}") for i, source in enumerate(cells)]
    return new_notebook(cells=made, metadata=_KERNEL)


def tests() -> tuple[str, list[tuple[str, str, str]]]:
    """The imports of peer_tests.py, and of each test its name, its source and a call of it."""
    text = (_HERE / "peer_tests.py").read_text(encoding="utf-8")
    imports, found = [], []
    for node in ast.parse(text).body:
        source = ast.get_source_segment(text, node) or ""
        if isinstance(node, ast.FunctionDef):
            asked = ", ".join(argument.arg for argument in node.args.args)
            found.append((node.name, source, f"{node.name}({asked})"))
        elif isinstance(node, ast.Import):
            imports.append(source)
    return "\n".join(imports), found


def nbgrader_source() -> nbformat.NotebookNode:
    """The instructor's notebook: cells to fill in, then a cell of one point a test."""
    made = notebook(answer("correct"))
    for number, cell in enumerate(made.cells):
        cell.metadata["nbgrader"] = _nbgrader(f"answer-{number}", solution=True)
    imports, found = tests()
    for name, source, call in found:
        graded = _nbgrader(name, solution=False) | {"points": 1}
        code = f"{imports}\n\n{source}\n\n{call}"
        made.cells.append(new_code_cell(code, id=name[:32], metadata={"nbgrader": graded}))
    return made


def filled(release: nbformat.NotebookNode, cells: list[str]) -> nbformat.NotebookNode:
    """nbgrader's notebook for students, with the answer's cells in their places."""
    asked = [c for c in release.cells if c.metadata.get("nbgrader", {}).get("solution")]
    for cell, source in zip(asked, cells, strict=True):
        cell.source = source
    return release


def otter_tests() -> str:
    """The same tests as one file of otter-grader's exception-based format."""
    imports, found = tests()
    head = f"from otter.test_files import test_case\n{imports}\n\nOK_FORMAT = False\n"
    head += 'name = "eight"\npoints = None\n'
    return "\n\n".join([head, *(f"@test_case(points=1)\n{source}" for _, source, _ in found)])


def _nbgrader(name: str, solution: bool) -> dict[str, object]:
    return {
        "schema_version": 3,
        "cell_type": "code",
        "grade_id": name,
        "grade": not solution,
        "solution": solution,
        "locked": not solution,
        "task": False,
    }
