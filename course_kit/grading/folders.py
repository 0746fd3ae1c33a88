"""Students' folders: measured and removed, whatever was built in them."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

# Where libraries write: each process has its own, beneath its folder.
HOMES = ("HOME", "TMPDIR", "KERAS_HOME", "MPLCONFIGDIR", "IPYTHONDIR")
# Deeper or fuller trees are not measured to their end: they are too large.
MAX_ENTRIES = 100_000


def size(folder: Path) -> int:
    """Bytes on disk of all files beneath, links not followed; at least `MAX_ENTRIES` blocks if
    there are more entries than that."""
    total, entries, waiting = 0, 0, [str(folder)]
    while waiting:
        with contextlib.suppress(OSError), os.scandir(waiting.pop()) as found:
            for entry in found:
                entries += 1
                if entries > MAX_ENTRIES:
                    return max(total, MAX_ENTRIES * 2**20)
                with contextlib.suppress(OSError):
                    total += entry.stat(follow_symlinks=False).st_blocks * 512
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
    return total


def remove(folder: Path) -> None:
    """Remove a folder whatever is in it: trees deeper than a path can name, folders without
    permissions. What is not ours to remove stays."""
    with contextlib.suppress(OSError):
        _flatten_and_empty(str(folder))
        os.rmdir(folder)


def _flatten_and_empty(folder: str) -> None:
    # Folders within folders are moved up, so that no path grows and nothing recurses.
    number, waiting = 0, _folders_after_unlinking(folder)
    while waiting:
        path = waiting.pop()
        for inner in _folders_after_unlinking(path):
            moved = os.path.join(folder, f".removing-{number}")
            number += 1
            os.chmod(inner, 0o700)
            os.rename(inner, moved)
            waiting.append(moved)
        os.rmdir(path)


def _folders_after_unlinking(folder: str) -> list[str]:
    os.chmod(folder, 0o700)
    with os.scandir(folder) as entries:
        found = list(entries)
    folders = []
    for entry in found:
        if entry.is_dir(follow_symlinks=False):
            folders.append(entry.path)
        else:
            os.unlink(entry.path)
    return folders
