"""An output folder: its salt, and one result file a submission, written whole or not at all."""

from __future__ import annotations

import json
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from course_kit.problems import Problem


class UnusableFolder(Problem):
    """An output folder that cannot be used; the text says why and what to do."""


class Store:
    """The results kept in one output folder.

    Args:
        folder: made if it is missing.

    Raises:
        UnusableFolder: if it is a file, or cannot be written.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        if folder.exists() and not folder.is_dir():
            raise UnusableFolder(
                f"{folder} is a file; -o needs a folder, new or from an earlier run."
            )
        try:
            self._results = folder / "results"
            self._results.mkdir(parents=True, exist_ok=True)
            self.salt = self._salt()
        except OSError as error:
            raise UnusableFolder(f"{folder} cannot be written: {error.strerror}.") from None

    def result(self, digest: str, key: dict[str, Any]) -> dict[str, Any] | None:
        """The stored result of a submission, if it was made under the same key."""
        try:
            found = json.loads(self._path(digest).read_text(encoding="utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):
            return None
        return found if found.get("key") == key else None

    def keep(self, digest: str, result: dict[str, Any]) -> None:
        """Store a result under its submission's hash."""
        self.write(self._path(digest), json.dumps(result, indent=1, sort_keys=True) + "\n")

    def write(self, path: Path, content: str | bytes) -> None:
        """Write a file whole or not at all, also when the power fails; text as UTF-8."""
        data = content.encode("utf-8") if isinstance(content, str) else content
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            # mkstemp's files are the owner's alone; reports are as readable as the umask says.
            os.chmod(temporary, 0o666 & ~_umask())
            os.replace(temporary, path)
            _sync_folder(path.parent)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other runs out of the folder meanwhile.

        Raises:
            UnusableFolder: another run is in it.
        """
        lock = FileLock(self.folder / "lock", timeout=0)
        try:
            lock.acquire()
        except Timeout:
            raise UnusableFolder(
                f"Another run is writing into {self.folder}. Wait for its end, or name another "
                "folder with -o."
            ) from None
        try:
            yield
        finally:
            lock.release()

    def _path(self, digest: str) -> Path:
        return self._results / f"{digest}.json"

    def _salt(self) -> bytes:
        path = self.folder / "salt"
        try:
            with os.fdopen(
                os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb"
            ) as file:
                file.write(secrets.token_bytes(32))
                file.flush()
                os.fsync(file.fileno())
        except FileExistsError:
            pass
        salt = path.read_bytes()
        if len(salt) != 32:
            raise UnusableFolder(f"{path} is not a salt of 32 bytes. Remove it to draw a new one.")
        return salt


def _sync_folder(folder: Path) -> None:
    """Have the new name itself written, which the file's own fsync does not."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
