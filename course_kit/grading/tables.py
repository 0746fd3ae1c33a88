"""Tables that an instructor hands over as CSV, by whatever program they were written."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from course_kit.checks.answers import clean
from course_kit.grading.submission import Refused, Submission
from course_kit.problems import Problem

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


class BadTable(Problem):
    """A CSV that cannot be used; the text names the file, the line and the remedy."""


@dataclass(frozen=True)
class Line:
    """One line: its number in the file, and its cells by heading (see `heading`)."""

    number: int
    cells: dict[str, str]

    def first(self, headings: Iterable[str]) -> str:
        """The first cell that is filled, among these headings."""
        return next((self.cells[name] for name in headings if self.cells.get(name)), "")


def read_table(path: Path, known: Iterable[str]) -> list[Line]:
    """The lines of a CSV with headings; commas, semicolons or tabs, whichever fits `known`.

    Raises:
        BadTable: if it cannot be read, or no heading is known.
    """
    rows = read_rows(path, known)
    if not rows:
        raise BadTable(f"{path} is empty. Its first line holds the headings.")
    names, wanted = [heading(cell) for cell in rows[0][1]], set(known)
    if not wanted & set(names):
        shown = ", ".join(clean(cell, 30) for cell in rows[0][1][:6])
        raise BadTable(f"{path} has no heading that is known; it has: {shown}.")
    for name in wanted:
        if names.count(name) > 1:
            raise BadTable(f"{path} has two columns {name!r}. Remove or rename one of them.")
    return [Line(number, dict(zip(names, cells, strict=False))) for number, cells in rows[1:]]


def read_rows(path: Path, known: Iterable[str] = ()) -> list[tuple[int, list[str]]]:
    """The lines that are not blank, as (number, cells).

    Raises:
        BadTable: if it is missing, no text or no CSV.
    """
    text, wanted = _text(path), set(known)
    try:
        first = next((line for line in io.StringIO(text, newline="") if line.strip()), "")
        # A spreadsheet writes semicolons where the comma is the decimal sign.
        delimiter = max(",;\t", key=lambda sign: _fit(first, sign, wanted))
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        rows = [(reader.line_num, [_cell(cell) for cell in row]) for row in reader]
    except csv.Error as error:
        raise BadTable(f"{path} is no CSV: {error}. Export it as CSV, in UTF-8.") from None
    return [(number, cells) for number, cells in rows if any(cells)]


def heading(text: str) -> str:
    """A heading in small letters without punctuation: "E-mail (new)" -> "e mail new"."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\W_]+", " ", plain).strip()


def same(text: str) -> str:
    """What two writings of one id share: no case, one normal form, no invisible characters."""
    folded = unicodedata.normalize("NFC", clean(text.strip(), 1_000)).casefold()
    return unicodedata.normalize("NFC", folded).strip()


def letters(name: str) -> str:
    """A name's letters and digits: systems drop apostrophes, hyphens and underscores of a name."""
    return "".join(c for c in same(name) if unicodedata.category(c)[0] in "LMN")


def _fit(first: str, delimiter: str, wanted: set[str]) -> tuple[int, int]:
    cells = next(csv.reader([first], delimiter=delimiter), [])
    return len(wanted & {heading(cell) for cell in cells}), len(cells)


def _cell(text: str) -> str:
    text = unicodedata.normalize("NFC", clean(text, 500)).strip()
    # Spreadsheets and data frames turn a column of ids with a gap into decimals.
    return text[:-2] if re.fullmatch(r"[0-9]+\.0", text) else text


def _text(path: Path) -> str:
    if not path.exists():
        raise BadTable(f"There is no file {path}.")
    try:
        data = Submission("", path.resolve()).read()
    except Refused as reason:
        raise BadTable(f"{path} cannot be used: {reason}.") from None
    coding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    try:
        return data.decode(coding)
    except UnicodeDecodeError:
        raise BadTable(f"{path} is not in UTF-8. Save it again as CSV UTF-8.") from None
