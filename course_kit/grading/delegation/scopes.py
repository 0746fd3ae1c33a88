"""What a notebook's top-level statements bind and use, and which of them an answer reaches."""

from __future__ import annotations

import ast
import contextlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from IPython.core.inputtransformer2 import TransformerManager

from course_kit.grading.leftovers import OTHER_LANGUAGES

# Far more than anybody types; parsing more would cost more than it could show. Blanks at
# the ends of lines, and lines that are a comment, are not counted: they cost next to nothing.
MAX_SOURCE = 200_000

_NO_CODE = (SyntaxError, ValueError, RecursionError, MemoryError)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_CELL_MAGIC = re.compile(r"\s*%%(\S*).*")
# `def a`, `class a`, `a = b`, `a.b: c = d`: what a text seems to define. Names of numbers,
# texts and lists of them are none of it: they answer nothing, and make honest cells long.
_GIVEN = re.compile(
    r"^[ \t]*(?:(?:async[ \t]+)?def|class)[ \t]+(\w+)"
    r"|^[ \t]*(\w+)(?:\.\w+)*[ \t]*(?::[^=\n]*)?=[ \t]*(?:[^\W\d]|\()",
    re.MULTILINE,
)


@dataclass
class Statement:
    """One top-level statement of a cell.

    Args:
        cell: number of its code cell.
        lines: the cell's lines, for the evidence.
        node: the statement itself.
        binds: global names it gives a value.
        uses: global names that it, or what it defines, reads.
        changes: names whose attributes or items it sets.
    """

    cell: int
    lines: list[str]
    node: ast.stmt
    binds: set[str] = field(default_factory=set)
    uses: set[str] = field(default_factory=set)
    changes: set[str] = field(default_factory=set)

    def line(self, number: int) -> str:
        """One line of the cell as it was typed."""
        return self.lines[number - 1].strip() if 0 < number <= len(self.lines) else ""


def statements(cells: Mapping[int, str]) -> list[Statement]:
    """The top-level statements of those cells that are Python and not `too_long`."""
    found = []
    for number, source in cells.items():
        if _is_python(source) and _size(source) <= MAX_SOURCE:
            found += [_statement(number, source.splitlines(), node) for node in _body(source)]
    return found


def too_long(cells: Mapping[int, str]) -> dict[int, set[str]]:
    """The cells that are too long to look at: number -> names they seem to define."""
    return {
        number: {name for pair in _GIVEN.findall(source) for name in pair if name}
        for number, source in cells.items()
        if _is_python(source) and _size(source) > MAX_SOURCE
    }


def _is_python(source: str) -> bool:
    magic = _CELL_MAGIC.match(source)
    return not magic or magic[1] not in OTHER_LANGUAGES


def _body(source: str) -> list[ast.stmt]:
    """The statements that IPython runs of a cell, magics made calls; none if it cannot run."""
    while magic := _CELL_MAGIC.match(source):
        source = "\n" * magic[0].count("\n") + source[magic.end() :]
    with contextlib.suppress(*_NO_CODE):
        return ast.parse(source).body
    with contextlib.suppress(*_NO_CODE):
        blank = source[: len(source) - len(source.lstrip())].count("\n")
        return ast.parse("\n" * blank + TransformerManager().transform_cell(source)).body
    return []


def _size(source: str) -> int:
    lines = (line.strip() for line in source.splitlines())
    return sum(len(line) + 1 for line in lines if line and not line.startswith("#"))


def reached(all_statements: list[Statement], roots: Iterable[str]) -> list[Statement]:
    """The statements that the names `roots` are made of, directly or through others.

    Of several statements that bind a name the last one counts, as it does when the
    answer is called.
    """
    binding = {name: s for s in all_statements for name in s.binds}
    stars = [s for s in all_statements if "*" in s.binds]
    names, waiting, kept = set(roots), list(roots), {id(s): s for s in stars}
    while waiting:
        name = waiting.pop()
        changing = [s for s in all_statements if name in s.changes]
        for statement in [binding[name], *changing] if name in binding else changing:
            if id(statement) in kept:
                continue
            kept[id(statement)] = statement
            waiting += statement.uses - names
            names |= statement.uses
    return [s for s in all_statements if id(s) in kept]


def without_annotations(node: ast.AST) -> Iterator[ast.AST]:
    """All nodes below `node` but the annotations, which say a thing and do not use it."""
    waiting = [node]
    while waiting:
        found = waiting.pop()
        yield found
        for name, value in ast.iter_fields(found):
            if name in ("annotation", "returns", "type_comment"):
                continue
            values = value if isinstance(value, list) else [value]
            waiting += [v for v in values if isinstance(v, ast.AST)]


def _statement(cell: int, lines: list[str], node: ast.stmt) -> Statement:
    binds, uses = _names(node)
    return Statement(cell, lines, node, binds, uses, set(_changed(node)))


def _names(node: ast.AST) -> tuple[set[str], set[str]]:
    """Names that `node` binds in its own scope, and names that it reads from outside.

    What a function or comprehension inside it binds is its own affair.
    """
    binds, uses = set(), set()
    waiting = [node]
    while waiting:
        found = waiting.pop()
        if isinstance(found, (*_FUNCTIONS, *_COMPREHENSIONS, ast.ClassDef)):
            if not isinstance(found, (ast.Lambda, *_COMPREHENSIONS)):
                binds.add(found.name)
            uses |= _read_by(found)
        elif isinstance(found, ast.Name):
            (uses if isinstance(found.ctx, ast.Load) else binds).add(found.id)
        elif isinstance(found, (ast.Import, ast.ImportFrom)):
            binds |= {(alias.asname or alias.name).split(".")[0] for alias in found.names}
        else:
            if isinstance(found, ast.ExceptHandler) and found.name:
                binds.add(found.name)
            waiting += ast.iter_child_nodes(found)
    return binds, uses


def _read_by(scope: ast.AST) -> set[str]:
    """Names that a function, class or comprehension reads from the scope around it."""
    own: set[str] = set()
    read: set[str] = set()
    for name, value in ast.iter_fields(scope):
        if name in ("annotation", "returns"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.arguments):
                defaults = [*child.defaults, *filter(None, child.kw_defaults)]
                read = read.union(*(_names(default)[1] for default in defaults))
                own |= {a.arg for a in ast.walk(child) if isinstance(a, ast.arg)}
            elif isinstance(child, ast.AST):
                binds, uses = _names(child)
                own, read = own | binds, read | uses
    declared = [n for n in ast.walk(scope) if isinstance(n, ast.Global)]
    own -= {name for node in declared for name in node.names}
    # A class body reads outer names and its methods do not see the class's own.
    return read if isinstance(scope, ast.ClassDef) else read - own


def _changed(node: ast.stmt) -> Iterator[str]:
    """Names whose attributes or items a statement sets: ``A.call = ...``, ``setattr(A, ...)``."""
    for found in ast.walk(node):
        if isinstance(found, (ast.Attribute, ast.Subscript)) and isinstance(found.ctx, ast.Store):
            base: ast.AST = found
            while isinstance(base, (ast.Attribute, ast.Subscript)):
                base = base.value
            if isinstance(base, ast.Name):
                yield base.id
        elif isinstance(found, ast.Call) and isinstance(found.func, ast.Name):
            first = found.args[0] if found.args else None
            if found.func.id == "setattr" and isinstance(first, ast.Name):
                yield first.id
