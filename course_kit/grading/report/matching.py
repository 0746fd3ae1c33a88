"""Who is who: the rows of another system's table, and the students of a class."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from course_kit.grading.report.classroom import Entry
from course_kit.problems import Problem


class Twice(Problem):
    """Two submissions that would fill the same cell; the text names them."""


def folded(text: str) -> str:
    """`text` so that two ways of writing the same name are equal."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


class Matcher:
    """Finds the row of a student.

    The system's own number, as its download or a roster gave it, decides alone. Then come
    the other ids of a roster or the student's key, and last the name, where only one row
    and one student have it.

    Args:
        rows: the table's rows that are students.
        numbers: columns that hold the system's own number.
        keys: columns with ids.
        name: reads the name from a row.
    """

    def __init__(
        self,
        rows: list[list[str]],
        numbers: list[int],
        keys: list[int],
        name: Callable[[list[str]], str],
    ):
        self._numbers = _unique((row[c], row) for c in numbers for row in rows)
        self._keys = _unique((row[c], row) for c in keys for row in rows)
        self._names = _unique((_plain_name(name(row)), row) for row in rows)

    def match(
        self, entries: list[Entry], numbers: Callable[[Entry], list[str]]
    ) -> dict[int, Entry]:
        """The graded entry of each row that has one, by the row's `id`.

        Raises:
            Twice: if two entries are of the same row.
        """
        names = _unique((_plain_name(e.shown_name), [e.student]) for e in entries)
        found: dict[int, Entry] = {}
        for entry in entries:
            if not entry.graded:
                continue
            row = self._row(entry, numbers(entry), names)
            if row is None:
                continue
            if id(row) in found:
                raise Twice(
                    f"{found[id(row)].student!r} and {entry.student!r} are the same student there. "
                    "Grade one of them only."
                )
            found[id(row)] = entry
        return found

    def _row(
        self, entry: Entry, numbers: list[str], names: dict[str, list[str]]
    ) -> list[str] | None:
        if numbers:
            rows = [self._numbers.get(folded(number)) for number in numbers]
            return next((row for row in rows if row is not None), None)
        for key in (*entry.ids.values(), entry.email, entry.student):
            row = self._keys.get(folded(key))
            if row is not None:
                return row
        name = _plain_name(entry.shown_name)
        return self._names.get(name) if name in names else None


def _unique(pairs: object) -> dict[str, list[str]]:
    """The pairs as a dictionary, without the keys that are empty or there twice."""
    found: dict[str, list[str]] = {}
    twice = set()
    for key, row in pairs:  # type: ignore[attr-defined]
        key = folded(key)
        if key in found and found[key] is not row:
            twice.add(key)
        found[key] = row
    return {key: row for key, row in found.items() if key and key not in twice}


def _plain_name(name: str) -> str:
    """A name in the order first, last; Canvas writes "Last, First", and ="..." round odd ones."""
    name = re.sub(r'^="(.*)"$', r"\1", name.strip())
    last, comma, first = name.partition(",")
    return folded(f"{first} {last}" if comma else name)
