"""The watch in the student's process: what ran while a probe was answered."""

from __future__ import annotations

import contextlib
import sys
import threading
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from course_kit.grading.delegation.finding import UNREAD, Finding, Findings
from course_kit.grading.delegation.patching import Patched, functions_of
from course_kit.grading.delegation.scopes import reached, statements, too_long
from course_kit.grading.delegation.syntax import read_answer


class Watch:
    """Watches for what the exercises forbid: in the cells' text, and while probes are asked.

    What runs between probes (an experiment, an honest comparison) is not noted.
    Best effort: it shares a process with the code that it watches.

    Args:
        forbidden: exercise -> dotted names. None of them is imported; one that a cell
            or an answer imports is watched from the next probe on.
        written: exercise -> the names that the notebook defines for it.
        pasted: fingerprint of a function's body -> what it is of.
    """

    def __init__(
        self,
        forbidden: Mapping[str, Sequence[str]],
        written: Mapping[str, Sequence[str]] | None = None,
        pasted: Mapping[str, str] | None = None,
    ):
        self._forbidden = {exercise: tuple(names) for exercise, names in forbidden.items()}
        self._written, self._pasted = dict(written or {}), dict(pasted or {})
        self._findings = Findings()
        self._asked: tuple[str, str] | None = None
        self._within = threading.local()
        self._waiting = {name for names in self._forbidden.values() for name in names}
        self._watched: dict[types.FunctionType, _Watched] = {}
        self._look_for_new()

    def reading(self, cells: Mapping[int, str]) -> None:
        """Note what the text of the cells (number -> source) shows; never raises."""
        notebook, long_cells = statements(cells), too_long(cells)
        later = {name: part.cell for part in notebook for name in part.binds}
        for exercise, names in self._forbidden.items():
            roots = self._written.get(exercise, (exercise,))
            used = set(roots).union(*(part.uses for part in reached(notebook, roots)))
            for number, given in long_cells.items():
                # What a later cell gives another value is not what the answer uses.
                if any(name in used and later.get(name, 0) <= number for name in given):
                    self._findings.add(exercise, UNREAD, f"code cell {number} is too long")
            try:
                for what, evidence in read_answer(notebook, roots, names, self._pasted):
                    self._findings.add(exercise, what, evidence)
            except (RecursionError, MemoryError):
                self._findings.add(exercise, UNREAD, "its code is nested too deeply")

    @contextlib.contextmanager
    def asking(self, exercise: str, probe: str) -> Iterator[None]:
        """While this is open, what the exercise forbids is noted when it runs."""
        self._look_for_new()
        self._asked = (exercise, probe)
        try:
            yield
        finally:
            self._asked = None

    def evidence(self) -> list[Finding]:
        """What was found so far: bounded in number and in size."""
        return list(self._findings)

    def close(self) -> None:
        """Leave every function as it was found."""
        for watched in reversed(self._watched.values()):
            watched.patched.restore()
        self._watched.clear()

    def _look_for_new(self) -> None:
        for name in sorted(self._waiting):
            thing = _loaded(name)
            if thing is None:
                continue
            self._waiting.discard(name)
            for owner, function in _parts(thing):
                if function not in self._watched:
                    self._watched[function] = _Watched(function, self._ran)
                self._watched[function].names.append((name, owner))

    def _ran(
        self,
        watched: _Watched,
        original: Callable[..., Any],
        arguments: tuple[Any, ...],
        keywords: dict[str, Any],
    ) -> Any:
        asked = self._asked
        # What a forbidden thing calls in turn says nothing more.
        if asked is None or getattr(self._within, "one", False):
            return original(*arguments, **keywords)
        exercise, probe = asked
        forbidden = self._forbidden.get(exercise, ())
        names = [name for name in watched.of(arguments) if name in forbidden]
        if not names:
            return original(*arguments, **keywords)
        part = watched.function.__name__
        shown = names[0] if names[0].endswith(f".{part}") else f"{names[0]}.{part}"
        self._findings.add(exercise, names[0], f"during probe {probe!r}, {shown} ran")
        self._within.one = True
        try:
            return original(*arguments, **keywords)
        finally:
            self._within.one = False


class _Watched:
    """A patched function, and the forbidden names it is a part of.

    A method that a forbidden class inherits counts for instances of that class only:
    `names` pairs it with the class.
    """

    def __init__(self, function: types.FunctionType, ran: Callable[..., Any]):
        self.function = function
        self.names: list[tuple[str, type | None]] = []
        self.patched = Patched(function, lambda *call: ran(self, *call))

    def of(self, arguments: tuple[Any, ...]) -> list[str]:
        first = type(arguments[0]) if arguments else None
        return [
            name
            for name, owner in self.names
            if owner is None or (first is not None and issubclass(first, owner))
        ]


def _parts(thing: Any) -> Iterator[tuple[type | None, types.FunctionType]]:
    """The functions of a forbidden thing; with the class, where they are only inherited."""
    if not isinstance(thing, type):
        yield from ((None, function) for function in functions_of(thing))
        return
    family = thing.__module__.rpartition(".")[0]
    for base in thing.__mro__:
        # Bases in the same folder are part of it; keras.Layer is everybody's.
        if base.__module__.rpartition(".")[0] != family:
            continue
        for member in vars(base).values():
            for function in functions_of(member):
                if function.__module__ == base.__module__:
                    yield (None if base is thing else thing), function


def _loaded(name: str) -> Any:
    """What a dotted name stands for, if its module is imported already; imports nothing."""
    parts = name.split(".")
    for end in range(len(parts) - 1, 0, -1):
        found: Any = sys.modules.get(".".join(parts[:end]))
        if found is None:
            continue
        for part in parts[end:]:
            # A module's own names only: a lazy one would import what is asked for.
            is_module = isinstance(found, types.ModuleType)
            found = vars(found).get(part) if is_module else getattr(found, part, None)
            if found is None:
                break
        else:
            return found
    return None
