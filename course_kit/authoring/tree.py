"""A folder of sources in, a folder of notebooks out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from course_kit.authoring.notebook import build, serialize
from course_kit.authoring.problems import SourceError, display


@dataclass(frozen=True)
class Change:
    """A notebook that does not match its source; `state` is missing, stale or orphaned."""

    path: Path
    state: str

    def __str__(self) -> str:
        return f"{display(self.path)}: {self.state}"


def build_all(solutions_dir: str | Path, labs_dir: str | Path, check: bool = False) -> list[Change]:
    """Builds the student notebook of every source and says which ones were not up to date.

    Args:
        solutions_dir: holds NN_topic.py; names that begin with `_` are left alone.
        labs_dir: holds NN_topic.ipynb; made if it is not there.
        check: look only, write nothing.

    Returns:
        The notebooks that were missing or stale (now written, unless `check`), and
        those whose source is gone. Orphans are never deleted: a file found there
        may be somebody's work.

    Raises:
        SourceError: the problems of all sources together; then nothing is written.
    """
    labs = Path(labs_dir)
    wanted = _build_each(Path(solutions_dir), labs)
    changes = []
    for path, data in wanted.items():
        current = path.read_bytes() if path.exists() else None
        if current != data:
            changes.append(Change(path, "missing" if current is None else "stale"))
    if not check:
        labs.mkdir(parents=True, exist_ok=True)
        for change in changes:
            change.path.write_bytes(wanted[change.path])
    orphans = set(labs.glob("*.ipynb")) - set(wanted)
    return changes + [Change(path, "orphaned") for path in sorted(orphans)]


def _build_each(solutions: Path, labs: Path) -> dict[Path, bytes]:
    problems, wanted = [], {}
    if not solutions.is_dir():
        raise SourceError([f"{display(solutions)}:0: no such folder of lab sources."])
    for source in sorted(solutions.glob("[!_]*.py")):
        try:
            wanted[labs / f"{source.stem}.ipynb"] = serialize(build(source))
        except SourceError as error:
            problems += error.problems
    if problems:
        raise SourceError(problems)
    return wanted
