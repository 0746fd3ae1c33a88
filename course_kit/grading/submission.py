"""Submissions: whose they are, and their bytes, read once."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from course_kit.checks import names
from course_kit.checks.answers import clean

MAX_BYTES = 256 * 2**20
_SKIPPED = (".ipynb_checkpoints", "__MACOSX")


class Refused(Exception):
    """A file that is not read; the text says why."""


@dataclass(frozen=True)
class Submission:
    """One notebook handed in: `student` as the folder names it, `path` where it lies."""

    student: str
    path: Path

    def read(self) -> bytes:
        """The file's bytes, through one descriptor, following no link.

        Raises:
            Refused: for a link, a device, a folder, or a file over 256 MiB.
        """
        if self.path.is_symlink():
            raise Refused("it is a link, and links are not followed. Hand in the file itself")
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        try:
            handle = os.open(self.path, flags | getattr(os, "O_BINARY", 0))
        except OSError as error:
            raise Refused(f"it cannot be read: {error.strerror}") from None
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise Refused("it is not a regular file")
        with os.fdopen(handle, "rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise Refused("it is larger than 256 MiB. Clear the outputs and hand it in again")
        return data

    @property
    def lab(self) -> str | None:
        """The lab that the path names, or None."""
        known = {lab.lower(): lab for lab in names()}
        pattern = "|".join(map(re.escape, known))
        found = re.findall(rf"(?:{pattern})(?![a-z0-9])", str(self.path.name).lower())
        return known[found[-1]] if found else None


def find(folder: Path) -> list[Submission]:
    """The notebooks at `folder` (or the one notebook that it is), ordered by name."""
    if folder.is_file():
        return [Submission(clean(folder.stem, 120), folder)]
    return sorted(_walk(folder), key=lambda submission: submission.student)


def _walk(folder: Path) -> Iterator[Submission]:
    for parent, folders, files in os.walk(folder, followlinks=False):
        folders[:] = [name for name in folders if name not in _SKIPPED]
        for name in files:
            path = Path(parent, name)
            if path.suffix.lower() == ".ipynb" and not name.startswith("._"):
                student = path.relative_to(folder).with_suffix("").as_posix()
                yield Submission(clean(student, 120), path)


def fingerprint(data: bytes) -> str:
    """SHA-256 of a submission's bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()
