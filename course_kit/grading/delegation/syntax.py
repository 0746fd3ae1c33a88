"""Forbidden names in the text of the cells: imports, aliases, getattr, strings, pasted bodies.

Only what the answer is made of is looked at: the definitions of the exercise's
names and, step by step, of the names that those use. A comparison in another
statement is not part of that, wherever it stands; nor is a comment, a docstring
or an annotation.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence

from course_kit.grading.delegation.finding import REFERENCE
from course_kit.grading.delegation.pasted import CLAIMS, fingerprint
from course_kit.grading.delegation.scopes import (
    Statement,
    reached,
    without_annotations,
)

MAX_SHOWN = 90  # characters of a line

# Functions that turn a text into the thing it names.
_NAMING = {
    "deserialize",
    "deserialize_keras_object",
    "from_config",
    "get",
    "get_registered_object",
    "model_from_json",
}
_MODULE_OF_TEXT = {"importlib.import_module", "import_module", "__import__"}

Names = Mapping[str, set[str]]


def read_answer(
    notebook: list[Statement],
    roots: Iterable[str],
    forbidden: Sequence[str],
    pasted: Mapping[str, str],
) -> Iterator[tuple[str, str]]:
    """What is forbidden and the evidence for it, in the order of the cells.

    Args:
        notebook: all statements, in the order in which they run.
        roots: the names that the notebook defines for the exercise.
        forbidden: dotted names.
        pasted: fingerprint of a function's body -> the dotted name that it is of.
    """
    parts = reached(notebook, roots)
    names = _aliases(parts)
    for part in parts:
        seen = set()
        for node in without_annotations(part.node):
            found: list[tuple[str, str | None]]
            found = [(what, None) for what in _stands_for(node, forbidden, names)]
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                source = pasted.get(fingerprint(node) or "", "")
                body = f"the body of `{node.name}` is that of {source}"
                found += [(source, body)] if source in forbidden else []
                found += [(REFERENCE, body)] if source.startswith(CLAIMS) else []
            for what, said in found:
                line = getattr(node, "lineno", part.node.lineno)
                if (what, line) not in seen:
                    seen.add((what, line))
                    yield what, _evidence(part, line, said)


def _evidence(part: Statement, line: int, body: str | None) -> str:
    where = f"code cell {part.cell}, line {line}"
    if body:
        return f"{where}: {body}"
    shown = part.line(line)
    return f"{where}: `{shown if len(shown) <= MAX_SHOWN else shown[:MAX_SHOWN] + '…'}`"


def _aliases(parts: Iterable[Statement]) -> dict[str, set[str]]:
    """Names that stand for something imported: name -> dotted names."""
    names: dict[str, set[str]] = {}
    nodes = [node for part in parts for node in without_annotations(part.node)]
    for node in nodes:
        for name, dotted in _imported(node):
            names.setdefault(name, set()).add(dotted)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.setdefault(node.name, set()).add(node.name)  # their own, whatever it is called
    for _ in range(4):  # an alias of an alias of ...
        for node in nodes:
            for target, value in _assigned(node):
                found = _dotted(value, names)
                if found:
                    names[target] = names.get(target, set()) | found
    return names


def _imported(node: ast.AST) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            root = alias.name.split(".")[0]
            yield (alias.asname, alias.name) if alias.asname else (root, root)
    elif isinstance(node, ast.ImportFrom) and node.module:
        for alias in node.names:
            yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def _assigned(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            pairs: Iterable[tuple[ast.expr, ast.expr]] = [(target, node.value)]
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = zip(target.elts, node.value.elts, strict=False)
            yield from ((t.id, value) for t, value in pairs if isinstance(t, ast.Name))
    elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)) and isinstance(node.target, ast.Name):
        yield from ((node.target.id, value) for value in [node.value] if value)


def _dotted(node: ast.AST, names: Names) -> set[str]:
    """The dotted names that an expression may stand for."""
    if isinstance(node, ast.Name):
        # Without an alias it may come from a star import: ``from keras.layers import *``.
        stars = {f"{dotted[:-1]}{node.id}" for dotted in names.get("*", ())}
        return names.get(node.id, stars or {node.id})
    if isinstance(node, ast.Attribute):
        if node.attr == "__dict__":
            return _dotted(node.value, names)
        return {f"{base}.{node.attr}" for base in _dotted(node.value, names)}
    if isinstance(node, ast.Subscript) and _text(node.slice):
        bases, key = _dotted(node.value, names), _text(node.slice)
        return {key if base == "sys.modules" else f"{base}.{key}" for base in bases}
    if isinstance(node, ast.Call):
        return _called(node, names)
    return set()


def _called(node: ast.Call, names: Names) -> set[str]:
    function, arguments = _dotted(node.func, names), node.args
    if function & _MODULE_OF_TEXT and arguments:
        return {_text(arguments[0])} - {""}
    if function & {"getattr", "operator.attrgetter"} and len(arguments) >= 2:
        name = _text(arguments[1])
        return {f"{base}.{name}" for base in _dotted(arguments[0], names) if name}
    if function & {"vars"} and arguments:
        return _dotted(arguments[0], names)
    return set()


def _text(node: ast.AST) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _stands_for(node: ast.AST, forbidden: Sequence[str], names: Names) -> list[str]:
    """Which of the forbidden names a node stands for."""
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        dotted = {name for _, name in _imported(node)}
    elif isinstance(node, (ast.Name, ast.Attribute, ast.Call, ast.Subscript)):
        dotted = _dotted(node, names)
    else:
        return []
    found = [what for what in forbidden if any(is_same(name, what) for name in dotted)]
    if not found and isinstance(node, ast.Call):
        found = _named_by_text(node, forbidden, names)
    return found


def _named_by_text(node: ast.Call, forbidden: Sequence[str], names: Names) -> list[str]:
    """What a call makes of a text: of a thing's name, or of code that holds it."""
    functions = {dotted.rpartition(".")[2] for dotted in _dotted(node.func, names)}
    if not functions & (_NAMING | {"eval", "exec"}):
        return []
    given = [*node.args, *(keyword.value for keyword in node.keywords)]
    texts = {_text(n) for argument in given for n in ast.walk(argument)} - {""}
    if functions & _NAMING:
        ends = {text.rpartition(">")[2] for text in texts} | {
            text.rpartition(".")[2] for text in texts
        }
        return [what for what in forbidden if what.rpartition(".")[2] in ends][:1]
    return [what for text in sorted(texts) for what in _in_code(text, forbidden, names)]


def _in_code(text: str, forbidden: Sequence[str], names: Names) -> list[str]:
    try:
        nodes = list(ast.walk(ast.parse(text)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    inner = dict(names) | {name: {dotted} for node in nodes for name, dotted in _imported(node)}
    # One level deep: code in code in code is no short cut that somebody takes unaware.
    plain = (ast.Name, ast.Attribute, ast.Import, ast.ImportFrom)
    found = [w for n in nodes if isinstance(n, plain) for w in _stands_for(n, forbidden, inner)]
    return list(dict.fromkeys(found))


def is_same(dotted: str, what: str) -> bool:
    """Whether a dotted name is another way to the forbidden one.

    >>> is_same("tensorflow.keras.layers.Dropout", "keras.layers.Dropout")
    True
    >>> is_same("keras.src.layers.regularization.dropout.Dropout", "keras.layers.Dropout")
    True
    """
    for prefix in ("tensorflow.keras.", "tf_keras.", "keras._tf_keras.keras.", "keras.api."):
        if dotted.startswith(prefix):
            dotted = "keras." + dotted[len(prefix) :]
    if dotted == what:
        return True
    found, wanted = dotted.split("."), what.split(".")
    # The same root, the same last name, and the folder it is exported from on the way.
    return (found[0], found[-1]) == (wanted[0], wanted[-1]) and wanted[-2] in found[1:-1]
