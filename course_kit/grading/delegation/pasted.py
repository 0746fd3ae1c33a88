"""Fingerprints of function bodies, so that a pasted source is known again.

The judge's side reads the sources of the libraries and of this package, never
those of a student, and hands over a table of hashes. Nothing is imported for it.
What the claims expect is computed by functions that anybody who has installed the
package can read, so that those are known too, of all labs: one lab's may answer another's.
"""

from __future__ import annotations

import ast
import copy
import hashlib
import importlib.util
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import course_kit.checks
from course_kit.checks.lab import Lab

# Shorter bodies are too few to be anybody's own.
MIN_NODES = 30
CLAIMS = "course_kit.checks."
# Everybody writes these alike.
_BOILERPLATE = {"__init__", "build", "get_config", "from_config", "compute_output_shape"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def table(lab: Lab) -> dict[str, Any]:
    """What a `Watch` needs to know of a lab, as plain data that JSON can hold."""
    return {
        "forbidden": {exercise: list(names) for exercise, names in lab.forbidden.items()},
        "written": {exercise: list(names) for exercise, names in lab.written.items()},
        "pasted": _references()
        | _pasted(tuple(sorted({n for ns in lab.forbidden.values() for n in ns}))),
    }


def fingerprint(function: Function) -> str | None:
    """Hash of a function's body, whatever its names are; None if it is too short to tell."""
    try:
        body = _without_docstring(copy.deepcopy(function.body))
        names: dict[str, str] = {}
        arguments = [a.arg for a in ast.walk(function.args) if isinstance(a, ast.arg)]
        for name in arguments:
            names.setdefault(name, f"name{len(names)}")
        self = arguments[0] if arguments else None
        nodes = [node for statement in body for node in ast.walk(statement)]
        if len(nodes) < MIN_NODES:
            return None
        for node in nodes:
            _rename(node, names, self)
        shown = "\n".join(ast.dump(statement) for statement in body)
    except (RecursionError, MemoryError):
        return None
    return hashlib.sha256(shown.encode("utf-8", "replace")).hexdigest()[:16]


def _rename(node: ast.AST, names: dict[str, str], self: str | None) -> None:
    """Names become numbers in the order in which they come, attributes of `self` too.

    Texts are left out, as whoever renames also changes the words of an error.
    """
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        # Parents come before children: the name below is still as it was written.
        if node.value.id == self:
            node.attr = names.setdefault(f"self.{node.attr}", f"name{len(names)}")
    elif isinstance(node, ast.Name):
        node.id = names.setdefault(node.id, f"name{len(names)}")
    elif isinstance(node, ast.arg):
        node.arg, node.annotation = names.setdefault(node.arg, f"name{len(names)}"), None
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        node.value = "text"
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        node.name, node.returns = "function", None


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    first = body[0] if body else None
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        return body[1:]
    return body


@cache
def _pasted(names: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in names:
        for function in _functions(name):
            key = fingerprint(function)
            if key and function.name not in _BOILERPLATE:
                found.setdefault(key, name)
    return found


@cache
def _references() -> dict[str, str]:
    """Fingerprints of what the claims compute; a function that asks or draws answers nothing."""
    checks = Path(course_kit.checks.__file__).parent
    found: dict[str, str] = {}
    for path in sorted([*checks.glob("lab*/claims.py"), *checks.glob("lab*/claims/*.py")]):
        module = CLAIMS + ".".join(path.relative_to(checks).with_suffix("").parts)
        for node in ast.walk(ast.parse(_text(path))):
            if isinstance(node, Function) and not _arguments(node) & {"student", "draw"}:
                key = fingerprint(node)
                if key:
                    found.setdefault(key, f"{module}.{node.name}")
    return found


def _arguments(function: Function) -> set[str]:
    return {argument.arg for argument in ast.walk(function.args) if isinstance(argument, ast.arg)}


def _functions(name: str) -> Iterator[Function]:
    """The functions of a forbidden thing in its source, those of its base classes after them.

    Base classes are looked for beside it only: keras.Layer is no part of it.
    """
    waiting = [(name.rpartition(".")[2], tuple(_files(name)))]
    seen = set()
    while waiting:
        wanted, files = waiting.pop(0)
        if wanted in seen:
            continue
        seen.add(wanted)
        for path, node in _definitions(wanted, files):
            if isinstance(node, ast.ClassDef):
                yield from (f for f in node.body if isinstance(f, Function))
                bases = [base.id for base in node.bases if isinstance(base, ast.Name)]
                waiting += [(base, tuple(sorted(path.parent.glob("*.py")))) for base in bases]
            else:
                yield node


def _definitions(
    wanted: str, files: Iterable[Path]
) -> Iterator[tuple[Path, ast.ClassDef | Function]]:
    """Top-level definitions of `wanted` in these files."""
    pattern = re.compile(rf"^(?:class|def) {re.escape(wanted)}\b", re.MULTILINE)
    for path in files:
        text = _text(path)
        if pattern.search(text):
            for node in ast.parse(text).body:
                if isinstance(node, ast.ClassDef | Function) and node.name == wanted:
                    yield path, node


@cache
def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def _files(name: str) -> Iterable[Path]:
    """Source files of the folder that a dotted name speaks of; none if it is not installed."""
    root, *folders = name.split(".")[:-1]
    spec = importlib.util.find_spec(root)
    places = list(spec.submodule_search_locations or []) if spec else []
    if root in ("tensorflow", "torch", "jax") or not places:
        return []  # these are too many files to search; their functions are watched
    home = Path(places[0], "src") if root == "keras" else Path(places[0])
    found = home.joinpath(*folders)
    return [found.with_suffix(".py")] if found.with_suffix(".py").is_file() else _below(found)


@cache
def _below(folder: Path) -> tuple[Path, ...]:
    return tuple(sorted(p for p in folder.rglob("*.py") if not p.stem.endswith("_test")))
