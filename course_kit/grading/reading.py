"""A notebook's bytes read: the cells to run, what is odd about them, the written answers.

Done in the student's process, under its limits: parsing is itself something that can be attacked.
"""

from __future__ import annotations

import ast
import json
from typing import Any

import nbformat

# Of a written answer with its question, in characters.
MAX_WRITTEN = 30_000
_PROSE = ("markdown", "raw")


class Unreadable(Exception):
    """Bytes that are no notebook; the text says why."""


def read_document(data: bytes) -> Any:
    """The notebook in these bytes, as nbformat 4 has it.

    Raises:
        Unreadable: if they hold none.
    """
    try:
        text = data.decode("utf-8-sig")
        found = json.loads(text)
    except UnicodeDecodeError:
        raise Unreadable("it is not UTF-8 text") from None
    except json.JSONDecodeError as error:
        raise Unreadable(f"it is not valid JSON: {error.msg} in line {error.lineno}") from None
    major = found.get("nbformat") if isinstance(found, dict) else None
    if not isinstance(major, int):
        raise Unreadable("it is JSON, but not a notebook: there is no nbformat number")
    try:
        # Validation is left out: an odd field somewhere is no reason not to grade.
        raw = nbformat.from_dict(found)
        document = raw if major == 4 else nbformat.convert(raw, 4)
        for cell in document["cells"]:
            cell["metadata"] = dict(cell.get("metadata") or {})
    except Exception as error:
        words = f"{type(error).__name__}: {error}"
        raise Unreadable(f"it cannot be read as nbformat {major} ({words})") from None
    return document


def read_answers(document: Any, questions: list[str], known: list[str]) -> dict[str, str]:
    """What stands in the cells that ask for words, by their ids.

    Cells that the lab does not have, right behind a question, belong to its answer.
    """
    found: dict[str, str] = {}
    last = None
    for cell in document["cells"]:
        name = cell.get("id")
        if name in questions and name not in found:
            last = name
            found[name] = _source(cell)
        elif last is not None and name not in known and cell.get("cell_type") in _PROSE:
            found[last] += "\n\n" + _source(cell)
        else:
            last = None
    return {name: text[:MAX_WRITTEN] for name, text in found.items()}


def read_notebook(document: Any) -> tuple[dict[int, str], list[str]]:
    """The sources of the cells to run by their number, and what was seen on the way.

    Numbers count the code cells from 1. Cells tagged ``experiment`` are left out:
    they are for looking, and take time.
    """
    findings: list[str] = []
    sources: dict[int, str] = {}
    ids = [cell.get("id") for cell in document["cells"] if cell.get("id")]
    if len(set(ids)) < len(ids):
        findings.append("Some cells share an id; they were all run.")
    code = [cell for cell in document["cells"] if cell.get("cell_type") == "code"]
    for number, cell in enumerate(code, start=1):
        source = _source(cell)
        if "experiment" in _tags(cell):
            continue
        sources[number] = source
        problem = _syntax(source)
        if problem:
            findings.append(f"Code cell {number}: {problem}")
    if not sources:
        findings.append("The notebook has no code cells to run.")
    return sources, findings


def _source(cell: Any) -> str:
    source = cell.get("source", "")
    text = "".join(map(str, source)) if isinstance(source, list) else str(source)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _tags(cell: Any) -> list[Any]:
    tags = cell["metadata"].get("tags")
    return tags if isinstance(tags, list) else []


def _syntax(source: str) -> str | None:
    if any(line.lstrip().startswith(("%", "!", "?")) for line in source.splitlines()):
        return None  # not plain Python; IPython will say
    try:
        # Top-level await is fine in a notebook.
        compile(source, "cell", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT | ast.PyCF_ONLY_AST)
    except SyntaxError as error:
        return f"{error.msg} (line {error.lineno})"
    except (ValueError, UnicodeError, RecursionError, MemoryError) as error:
        return f"cannot be compiled ({type(error).__name__})"
    return None
