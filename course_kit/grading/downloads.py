"""What Canvas and Moodle write into a name, read from the left, and nothing a student wrote.

Canvas (flat): ``NAME[_LATE]_USER_ATTACHMENT_FILE``, or ``[LATE_]anon_CODE_ATTACHMENT_FILE``;
Moodle: a folder ``FULL NAME_NUMBER_assignsubmission_file[_]``, or that before each file's name.
Only what stands before FILE is the system's. Moodle turns underscores of a name into spaces, so
its part reads in one way only. Canvas keeps them; a number between two underscores it takes
out, so the first two numbers in a row are its own. The roster's names settle what is left.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from course_kit.grading.roster import Roster
from course_kit.grading.tables import letters

_NUMBER = "[1-9][0-9]{0,19}"  # not \d, which takes other alphabets' digits
_CANVAS = re.compile(rf"_({_NUMBER})(?=_({_NUMBER})_(.))", re.DOTALL)
_CANVAS_TEXT = re.compile(rf"(.*)_({_NUMBER})_(?:text|link)\.html", re.DOTALL)
# Base 58, five characters: Canvas's codes for students whose names it hides.
_CANVAS_ANONYMOUS = re.compile(
    rf"(LATE_)?anon_([1-9A-HJ-NP-Za-km-z]{{5}})_({_NUMBER})_(.+)", re.DOTALL
)
_CANVAS_HIDDEN = re.compile("(LATE_)?anon_[1-9A-HJ-NP-Za-km-z]{5}_")
_MOODLE_FOLDER = re.compile(rf"([^_]*)_({_NUMBER})_assignsubmission_file_?")
_MOODLE_FLAT = re.compile(rf"([^_]*)_({_NUMBER})_assignsubmission_file_(.+)", re.DOTALL)
_MOODLE_OTHER = re.compile(r"[^_]*(_[0-9]+)?_assignsubmission_[a-z]+(_.*)?", re.DOTALL)


@dataclass(frozen=True)
class Written:
    """What the system wrote about one file.

    Args:
        id: the student's number.
        name: the student's, as far as the system keeps it in the name.
        file: as the student called it.
        number: of the attachment; larger is later. 0 where there is none.
        late: the system's mark; None where it makes none.
        doubt: another reading that the roster does not rule out; empty if there is none.
    """

    id: str
    name: str
    file: str
    number: int = 0
    late: bool | None = None
    doubt: str = ""

    @property
    def again(self) -> int:
        """The suffix of a file handed in again, as in lab-2.ipynb; 0 without one."""
        found = re.search(r"-([0-9]{1,4})(?:\.[^.]*)?$", self.file)
        return int(found[1]) if found else 0


def canvas(name: str, roster: Roster | None = None, hidden: bool = True) -> Written | None:
    """Canvas's part of a file name, or None if it is no such name.

    Args:
        hidden: whether the download hides names. Where it does not, "anon" is a student's name.
    """
    name = unicodedata.normalize("NFC", name)
    readings = list(_readings(name))
    if (found := _CANVAS_ANONYMOUS.fullmatch(name)) and (hidden or not readings):
        readings.insert(0, Written(found[2], "", found[4], int(found[3]), bool(found[1])))
    if not readings:
        found = _CANVAS_TEXT.fullmatch(name)
        if found is None or not _is_word(found[1]):
            return None
        who, late = _without_mark(found[1])
        return Written(found[2], who, name[found.end(2) + 1 :], 0, late)
    if roster is None:
        return readings[0]
    chosen = next((reading for reading in readings if _is_named(reading, roster)), readings[0])
    others = [r.id for r in readings if roster.find(r.id) and r.id != chosen.id]
    doubt = f"the file's name may also be read as that of {others[0]}" if others else ""
    return replace(chosen, doubt=doubt)


def hides_names(names: Iterable[str]) -> bool:
    """Whether Canvas hid the names in a download: it does so in all of its files or in none."""
    normal = (unicodedata.normalize("NFC", name) for name in names)
    return all(_CANVAS_HIDDEN.match(name) for name in normal if canvas(name))


def moodle(name: str) -> Written | None:
    """Moodle's part of a folder's or a file's name, or None if it is no such name."""
    name = unicodedata.normalize("NFC", name)
    if found := _MOODLE_FOLDER.fullmatch(name):
        return Written(found[2], found[1], "")
    if found := _MOODLE_FLAT.fullmatch(name):
        return Written(found[2], found[1], found[3])
    return None


def is_moodle(name: str) -> bool:
    """Whether Moodle wrote the name, of a file, a text or a group without number alike."""
    return _MOODLE_OTHER.fullmatch(unicodedata.normalize("NFC", name)) is not None


def _readings(name: str) -> Iterator[Written]:
    """Every place where two numbers in a row could be Canvas's, from the left."""
    for found in _CANVAS.finditer(name):
        before = name[: found.start()]
        if not _is_word(before):
            return
        who, late = _without_mark(before)
        yield Written(found[1], who, name[found.start(3) :], int(found[2]), late)


def _without_mark(before: str) -> tuple[str, bool]:
    # The mark is in capitals, and Canvas writes names in small letters.
    return (before[:-5], True) if before.endswith("_LATE") else (before, False)


def _is_named(reading: Written, roster: Roster) -> bool:
    """Whether the roster calls the student so, in whatever order of first and last name."""
    student = roster.find(reading.id)
    return student is not None and sorted(letters(student.name)) == sorted(letters(reading.name))


def _is_word(text: str) -> bool:
    """Canvas keeps letters, their marks, digits and underscores of a name."""
    kinds = (unicodedata.category(c) for c in text)
    return all(kind in ("Nd", "Pc") or kind[0] in "LM" for kind in kinds)
