"""Submissions as they come: every file of a download, and whose the system says it is.

Ids are read from the left of the first part of a path, which the student does not choose; see
`downloads` for what Canvas and Moodle write there.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from course_kit.checks.answers import clean
from course_kit.grading.downloads import canvas, hides_names, moodle
from course_kit.grading.gradescope import METADATA, BadMetadata, Entry, read_metadata
from course_kit.grading.layouts import GRADESCOPE_FOLDER, BadDownload, Download, files_of
from course_kit.grading.roster import Roster
from course_kit.grading.tables import same

LONG_AGO = datetime(1970, 1, 1, tzinfo=timezone.utc)
# Notebooks of one student; of more, only the last ones are graded.
MANY = 20


@dataclass(frozen=True)
class Owner:
    """A student as the system names one; `written` is the text it was read from."""

    id: str
    name: str = ""
    email: str = ""
    written: str = ""


@dataclass(frozen=True)
class HandIn:
    """One file that was handed in.

    Args:
        owners: whose it is; more than one where the system knows of a group.
        file: as the student called it, for reading only.
        order: larger is later; None where the system does not say.
        submitted: when, where the system says so.
        late: the system's own mark; None where it makes none.
        doubt: what the instructor should look at.
        system_name: of the file or folder that Canvas or Moodle named; empty elsewhere.
    """

    owners: tuple[Owner, ...]
    path: Path
    file: str
    order: tuple[datetime, int, int] | None = None
    submitted: datetime | None = None
    late: bool | None = None
    doubt: str = ""
    system_name: str = ""

    @property
    def is_notebook(self) -> bool:
        """Whether the name says that it is one."""
        return self.path.suffix.lower() == ".ipynb"


@dataclass(frozen=True)
class Found:
    """A download that was read: what was handed in, and what was passed over and why."""

    layout: str
    hand_ins: tuple[HandIn, ...]
    passed_over: tuple[str, ...] = ()


def scan(download: Download, roster: Roster | None = None) -> Found:
    """Read whose every file is.

    Args:
        roster: settles which numbers of a file name are Canvas's, where a name could deceive.

    Raises:
        BadDownload: if two different submissions claim the same id.
        BadMetadata: if Gradescope's list is missing (with a roster) or cannot be read.
    """
    passed: list[str] = []
    read = _READERS[download.layout](download, roster)
    hand_ins: list[HandIn] = []
    for entry in download.entries:
        for path in files_of(entry, passed):
            found = read(entry, path)
            if found is not None:
                hand_ins.append(found)
            elif path.suffix.lower() == ".ipynb":
                shown = _shown(download.root, path)
                passed.append(f"{shown}: its name is not of {download.layout}'s making")
    _refuse_twins(download, hand_ins)
    if download.layout == "plain":
        _refuse_sections(download, hand_ins)
    hand_ins.sort(key=lambda found: (_natural(found.owners[0].id), str(found.path)))
    return Found(download.layout, tuple(hand_ins), tuple(passed))


Reader = Callable[[Path, Path], "HandIn | None"]


def _canvas_reader(download: Download, roster: Roster | None) -> Reader:
    hidden = hides_names(entry.name for entry in download.entries)

    def read(entry: Path, path: Path) -> HandIn | None:
        written = canvas(entry.name, roster, hidden)
        if written is None:
            return None
        owner = Owner(clean(written.id), clean(written.name, 200), "", same(written.name))
        file = written.file if path == entry else path.name
        order = (LONG_AGO, written.number, written.again)
        return HandIn(
            (owner,),
            path,
            clean(file, 200),
            order,
            late=written.late,
            doubt=written.doubt,
            system_name=entry.name,
        )

    return read


def _moodle_reader(download: Download, roster: Roster | None) -> Reader:
    def read(entry: Path, path: Path) -> HandIn | None:
        written = moodle(entry.name)
        if written is None:
            return None
        owner = Owner(written.id, clean(written.name, 200), "", same(written.name))
        file = written.file if path == entry else path.name
        return HandIn((owner,), path, clean(file, 200), system_name=entry.name)

    return read


def _gradescope_reader(download: Download, roster: Roster | None) -> Reader:
    listed: dict[str, Entry] = {}
    if download.root.joinpath(METADATA).exists():
        listed = read_metadata(download.root / METADATA)
    elif roster is not None:
        raise BadMetadata(
            f"{download.root / METADATA} is missing; without it nobody knows who handed in. "
            "Download the submissions again."
        )

    def read(entry: Path, path: Path) -> HandIn | None:
        if not GRADESCOPE_FOLDER.fullmatch(entry.name) or path == entry:
            return None
        known = listed.get(entry.name)
        people = known.submitters if known else ()
        owners = tuple(Owner(p.id, p.name, p.email, same(p.email or p.name)) for p in people)
        doubt = "" if owners else f"{METADATA} does not say whose it is"
        when = known.submitted if known else None
        order = (when or LONG_AGO, int(entry.name.removeprefix("submission_")), 0)
        owners = owners or (Owner(entry.name, written=entry.name),)
        return HandIn(owners, path, clean(path.name, 200), order, when, doubt=doubt)

    return read


def _plain_reader(download: Download, roster: Roster | None) -> Reader:
    def read(entry: Path, path: Path) -> HandIn | None:
        is_notebook = path.suffix.lower() == ".ipynb"
        if path == entry and not is_notebook:
            return None  # a list of marks, a readme: no student's
        name = path.stem if path == entry else entry.name
        id = unicodedata.normalize("NFC", clean(name, 255)).strip() or "(no name)"
        return HandIn((Owner(id, written=entry.name),), path, clean(path.name, 200))

    return read


_READERS: dict[str, Callable[[Download, Roster | None], Reader]] = {
    "canvas": _canvas_reader,
    "moodle": _moodle_reader,
    "gradescope": _gradescope_reader,
    "plain": _plain_reader,
}


def _refuse_sections(download: Download, hand_ins: list[HandIn]) -> None:
    """A folder with a class in it would be graded as one student with many notebooks."""
    count = Counter(found.owners[0].id for found in hand_ins if found.is_notebook)
    for id, notebooks in count.items():
        if notebooks > MANY:
            raise BadDownload(
                f"{download.root} holds a folder {id} with {notebooks} notebooks, too many for "
                "one student. If it holds a class, name that folder itself."
            )


def _refuse_twins(download: Download, hand_ins: list[HandIn]) -> None:
    """One id, two students: nothing in the names can settle it, so nobody is graded."""
    seen: dict[str, tuple[Owner, HandIn]] = {}
    for found in hand_ins:
        for owner in found.owners:
            first, earlier = seen.setdefault(same(owner.id), (owner, found))
            if first.written != owner.written:
                a, b = _shown(download.root, earlier.path), _shown(download.root, found.path)
                if a == b or same(a) == same(b):  # they differ in what does not show
                    a, b = ascii(str(earlier.path.name)), ascii(str(found.path.name))
                raise BadDownload(
                    f"Two different submissions claim the id {owner.id}: {a} and {b}. "
                    "Remove or rename one of them."
                )


def _shown(root: Path, path: Path) -> str:
    return clean(path.relative_to(root).as_posix(), 200)


def _natural(id: str) -> tuple[int, str]:
    """Numbers by size, before words."""
    return (len(id), id) if id.isascii() and id.isdigit() else (1_000, same(id))
