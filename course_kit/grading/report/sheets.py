"""Tables of text as spreadsheets read and write them: CSV that nobody's name can turn into code."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course_kit.problems import Problem

MAX_BYTES = 64 * 2**20

# Where a cell may begin for a program that splits the file at other separators than we do.
_PARTS = re.compile(r"([;\t\r\n\v\f\x1c-\x1e\x85\u2028\u2029])")
_BLANK = re.compile(r"[\s\"']*")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?|-", re.ASCII)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+", re.ASCII)


class BadSheet(Problem):
    """A table that cannot be read; the text says why and what to do."""


def guard(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula: an apostrophe goes before what would be one.

    Numbers are left alone, also those that are written as text, and the lone minus that
    stands for none.
    """
    if not isinstance(value, str) or _NUMBER.fullmatch(value):
        return value
    return "".join(map(_quoted, _PARTS.split(value)))


def _quoted(part: str) -> str:
    begins = _BLANK.match(part).end()  # type: ignore[union-attr]  # an empty match is one
    # Spreadsheets set to other languages read the wide forms of these signs as well.
    if unicodedata.normalize("NFKC", part[begins : begins + 1])[:1] not in tuple("=+-@"):
        return part
    return f"{part[:begins]}'{part[begins:]}"


def unguard(value: str) -> str:
    """What `guard` was given."""
    return "".join(map(_unquoted, _PARTS.split(value)))


def _unquoted(part: str) -> str:
    begins = _BLANK.match(part).end()  # type: ignore[union-attr]
    bare = part[: max(0, begins - 1)] + part[begins:]
    return bare if _quoted(bare) == part != bare else part


def guard_key(value: str) -> str:
    """A cell by which another system finds a student: e-mail addresses stay as they are."""
    return value if _EMAIL.fullmatch(value) else guard(value)


def to_csv(rows: Iterable[Iterable[Any]], separator: str = ",") -> str:
    """Rows as CSV text, their cells as they are (`guard` them first); line breaks become \\n."""
    out = io.StringIO()
    lines = ([_lines(cell) for cell in row] for row in rows)
    csv.writer(out, delimiter=separator, lineterminator="\n").writerows(lines)
    return out.getvalue()


def _lines(cell: Any) -> Any:
    # The writer leaves a lone carriage return unquoted: whoever reads it begins a new row.
    return re.sub(r"\r\n?", "\n", cell) if isinstance(cell, str) else cell


@dataclass(frozen=True)
class Sheet:
    """A table that came from elsewhere, without its empty rows.

    Args:
        header: the first row.
        rows: the others, each at least as wide.
        numbers: their numbers as a spreadsheet shows them.
        separator: what stood between the cells.
    """

    path: Path
    header: list[str]
    rows: list[list[str]]
    numbers: list[int]
    separator: str

    def column(self, *names: str) -> int | None:
        """The number of the column called like one of `names`, whatever the case; or None."""
        wanted = [name.casefold() for name in names]
        for number, title in enumerate(self.header):
            if title.strip().casefold() in wanted:
                return number
        return None

    def need(self, *names: str) -> int:
        """`column`, or `BadSheet` that lists the columns there are."""
        found = self.column(*names)
        if found is None:
            listed = ", ".join(title.strip() for title in self.header[:12])
            raise BadSheet(f"{self.path} has no column {names[0]!r}. It has: {listed}.")
        return found


def read_sheet(path: Path) -> Sheet:
    """Read a CSV file as spreadsheets and learning systems write it.

    Commas, semicolons and tabs are told apart by the first line; UTF-8 and UTF-16 by
    the first bytes.

    Raises:
        BadSheet: if it is no such file.
    """
    text = _text(path)
    first = text.lstrip().split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        rows = [(n, row) for n, row in enumerate(reader, 1) if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise BadSheet(f"{path}, line {reader.line_num}: not CSV ({error}).") from None
    if not rows:
        raise BadSheet(f"{path} is empty; it needs a line of column names and one for each row.")
    header = rows.pop(0)[1]
    numbers = [number for number, _ in rows]
    # Rows that end early are filled up: spreadsheets drop empty cells at the end.
    cells = [row + [""] * (len(header) - len(row)) for _, row in rows]
    return Sheet(path, header, cells, numbers, separator)


def _text(path: Path) -> str:
    try:
        with open(path, "rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise BadSheet(f"{path} cannot be read: {error.strerror}.") from None
    if len(data) > MAX_BYTES:
        raise BadSheet(f"{path} is larger than {MAX_BYTES // 2**20} MiB; is it the right file?")
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise BadSheet(f"{path} is not UTF-8. Save it again as “CSV UTF-8”.") from None
    if "\0" in text:
        raise BadSheet(f"{path} is no text file. Save the table as “CSV UTF-8”.")
    return text
