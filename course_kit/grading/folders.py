"""Students' folders: measured and removed, whatever was built in them."""

from __future__ import annotations

import contextlib
import math
import os
import stat
from pathlib import Path

# Where libraries write: each process has its own, beneath its folder.
HOMES = ("HOME", "TMPDIR", "KERAS_HOME", "MPLCONFIGDIR", "IPYTHONDIR")
# Deeper or fuller trees are not measured to their end: they are too large.
MAX_ENTRIES = 100_000


def size(folder: Path) -> float:
    """Bytes on disk of all files beneath, links not followed; infinite where it cannot be told:
    more entries than `MAX_ENTRIES`, a path too long to be named, a folder that may not be read."""
    total, entries, waiting = 0, 0, [str(folder)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as found:
                for entry in found:
                    entries += 1
                    if entries > MAX_ENTRIES:
                        return math.inf
                    with contextlib.suppress(FileNotFoundError):
                        total += entry.stat(follow_symlinks=False).st_blocks * 512
                        if entry.is_dir(follow_symlinks=False):
                            waiting.append(entry.path)
        except (FileNotFoundError, NotADirectoryError):
            pass  # gone meanwhile
        except OSError:
            return math.inf
    return total


def nameless(process: int) -> float | None:
    """Bytes on disk of files that a process holds open after their names were removed.

    None where it may not be looked at; 0 on systems that do not show it.
    """
    total = 0
    try:
        opened = os.listdir(f"/proc/{process}/fd")
    except PermissionError:
        return None
    except OSError:  # it has ended
        return 0
    for number in opened:
        with contextlib.suppress(OSError):  # closed meanwhile
            found = os.stat(f"/proc/{process}/fd/{number}")
            if found.st_nlink == 0 and stat.S_ISREG(found.st_mode):
                total += found.st_blocks * 512
    return total


def remove(folder: Path) -> None:
    """Remove a folder whatever is in it: trees deeper than a path can name, folders without
    permissions. What is not ours to remove stays.

    No link is followed, not even one that takes a folder's place meanwhile: every step goes
    through the descriptor of a folder that was opened without following one.
    """
    with contextlib.suppress(OSError):
        top = _opened(str(folder))
        try:
            _flatten_and_empty(top)
        finally:
            os.close(top)
        os.rmdir(folder)


def _opened(name: str, within: int | None = None) -> int:
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        return os.open(name, flags, dir_fd=within)
    except PermissionError:
        # Its mode may be anything. Opened only to be pointed at, a link is not followed either.
        only = os.open(name, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=within)
        try:
            os.chmod(f"/proc/self/fd/{only}", 0o700)
        finally:
            os.close(only)
        return os.open(name, flags, dir_fd=within)


def _flatten_and_empty(top: int) -> None:
    # Folders within folders are moved up, so that nothing recurses and no path grows.
    number, waiting = 0, _folders_after_unlinking(top)
    while waiting:
        name = waiting.pop()
        inside = _opened(name, top)
        try:
            for inner in _folders_after_unlinking(inside):
                moved, number = f".removing-{number}", number + 1
                os.close(_opened(inner, inside))  # a folder without permissions does not move
                os.rename(inner, moved, src_dir_fd=inside, dst_dir_fd=top)
                waiting.append(moved)
        finally:
            os.close(inside)
        os.rmdir(name, dir_fd=top)


def _folders_after_unlinking(folder: int) -> list[str]:
    with os.scandir(folder) as entries:
        found = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
    for name, is_folder in found:
        if not is_folder:
            os.unlink(name, dir_fd=folder)
    return [name for name, is_folder in found if is_folder]
