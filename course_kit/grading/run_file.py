"""How a class was graded: what `regrade` and `why` need to do it again."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from course_kit.grading.store import Store
from course_kit.problems import Problem

NAME = "run.json"
_FILES = ("roster", "pairs")


class NoRun(Problem):
    """A folder that nothing was graded into."""


@dataclass(frozen=True)
class RunFile:
    """One run of ``grade``, as it was asked for.

    Args:
        submissions: the folder of the notebooks.
        lab: its name.
        level: the isolation it was graded at.
        handed_in: the words of `course_kit.grading.intake.Options.read`.
    """

    submissions: str
    lab: str
    level: str
    handed_in: dict[str, Any]


def keep(store: Store, run: RunFile) -> None:
    """Write it into the output folder."""
    text = json.dumps(asdict(run), indent=1, sort_keys=True, default=str) + "\n"
    store.write(store.folder / NAME, text)


def read(folder: Path) -> RunFile:
    """The run of an output folder.

    Raises:
        NoRun: if there is none, or none that can be read.
    """
    try:
        run = RunFile(**json.loads((folder / NAME).read_text(encoding="utf-8")))
        files = {name: Path(run.handed_in[name]) for name in _FILES if run.handed_in.get(name)}
        return replace(run, handed_in=run.handed_in | files)
    except FileNotFoundError:
        raise NoRun(f"Nothing was graded into {folder}. Start with: course-kit grade") from None
    except (OSError, ValueError, TypeError) as error:
        raise NoRun(f"{folder / NAME} is damaged ({type(error).__name__}). Grade again.") from None
