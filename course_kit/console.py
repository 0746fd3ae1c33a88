"""What commands print with."""

from __future__ import annotations

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

console = Console(highlight=False)


def say(line: str) -> None:
    """Print as it is: a path that was broken to fit could not be copied, nor read by a program."""
    console.print(Text(line), soft_wrap=True)


def progress() -> Progress:
    """A bar with how many are done, the time so far and the time left."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
    )
