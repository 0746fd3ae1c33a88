"""What a download looks like: its layout, recognised by what the system wrote, and its files."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from course_kit.checks.answers import clean
from course_kit.grading.downloads import canvas, is_moodle
from course_kit.grading.gradescope import METADATA
from course_kit.problems import Problem

LAYOUTS = ("canvas", "moodle", "gradescope", "plain")
_JUNK = (".ipynb_checkpoints", "__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini")
_PACKED = (".zip", ".tar", ".tgz", ".gz", ".7z", ".rar", ".xz", ".bz2")
GRADESCOPE_FOLDER = re.compile(r"submission_[0-9]{1,20}")


class BadDownload(Problem):
    """A folder that cannot be told apart into students; the text names what stands against it."""


@dataclass(frozen=True)
class Download:
    """A folder (or one file) and its layout; `entries` are its first level, junk left out."""

    root: Path
    layout: str
    entries: tuple[Path, ...]


def recognise(given: Path, layout: str | None = None) -> Download:
    """Tell the layout of a download, or take it as named.

    Raises:
        BadDownload: if it is packed, unknown, mixed, or not there.
    """
    if layout is not None and layout not in LAYOUTS:
        raise BadDownload(f"There is no layout {layout!r}. There are: {', '.join(LAYOUTS)}.")
    if not given.exists():
        raise BadDownload(f"There is no folder {given}.")
    if given.is_file():
        return _one_file(given, layout)
    entries = _entries(given)
    if layout != "plain":
        _refuse_wrapping(given, entries)
    return Download(given, layout or _agreed(given, entries), entries)


def _one_file(path: Path, layout: str | None) -> Download:
    if path.suffix.lower() in _PACKED:
        raise BadDownload(f"{path} is packed. Unpack it, and name the folder that comes out.")
    if path.suffix.lower() != ".ipynb":
        raise BadDownload(f"{path} is no notebook (its name does not end in .ipynb).")
    return Download(path.parent, layout or _kind(path) or "plain", (path,))


def _refuse_wrapping(given: Path, entries: tuple[Path, ...]) -> None:
    """A folder around the download is not opened on a guess: one student alone looks the same."""
    if len(entries) == 1 and _is_folder(entries[0]) and _kind(entries[0]) in ("plain", None):
        kinds = {_kind(entry) for entry in _entries(entries[0])} - {"plain", None}
        if kinds:
            raise BadDownload(
                f"{given} holds only the folder {clean(entries[0].name, 80)}, which looks like a "
                f"download of {kinds.pop()}. Name that folder, or say --layout plain."
            )


def _agreed(given: Path, entries: tuple[Path, ...]) -> str:
    """The one layout of all entries."""
    kinds: dict[str, Path] = {}
    for entry in entries:
        kind = _kind(entry)
        if kind is not None:
            kinds.setdefault(kind, entry)
    if len(kinds) > 1:
        listed = "; ".join(f"{kind}: {clean(kinds[kind].name, 80)}" for kind in sorted(kinds))
        raise BadDownload(
            f"{given} mixes layouts ({listed}). Take out what is not the download's, "
            f"or name the layout: --layout {'|'.join(LAYOUTS)}."
        )
    return next(iter(kinds), "plain")


def _kind(entry: Path) -> str | None:
    """The layout that an entry of the first level shows; None if it is no student's."""
    name = entry.name
    if name == METADATA or (GRADESCOPE_FOLDER.fullmatch(name) and entry.is_dir()):
        return "gradescope"
    if is_moodle(name):
        return "moodle"
    if canvas(name) is not None:
        return "canvas"
    holds = any(path.suffix.lower() == ".ipynb" for path in files_of(entry, []))
    return "plain" if holds else None


def _entries(folder: Path) -> tuple[Path, ...]:
    try:
        names = sorted(os.listdir(folder))
    except OSError as error:
        raise BadDownload(f"{folder} cannot be opened: {error.strerror}.") from None
    return tuple(folder / name for name in names if not _is_junk(name))


def files_of(entry: Path, passed: list[str]) -> Iterator[Path]:
    """The files at or below an entry. Links to folders are not followed, and told."""
    if not _is_folder(entry):
        if entry.is_dir():
            passed.append(f"{clean(entry.name, 80)}: a link to a folder, which is not followed")
        else:
            yield entry
        return

    def told(error: OSError) -> None:
        passed.append(f"{clean(str(error.filename), 200)}: cannot be opened ({error.strerror})")

    for parent, folders, files in os.walk(entry, followlinks=False, onerror=told):
        for name in [name for name in folders if Path(parent, name).is_symlink()]:
            passed.append(f"{clean(name, 80)}: a link to a folder, which is not followed")
        folders[:] = sorted(name for name in folders if not _is_junk(name))
        yield from (Path(parent, name) for name in sorted(files) if not _is_junk(name))


def _is_folder(entry: Path) -> bool:
    return entry.is_dir() and not entry.is_symlink()


def _is_junk(name: str) -> bool:
    return name in _JUNK or name.startswith("._")
