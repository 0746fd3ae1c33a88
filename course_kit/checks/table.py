"""How the result of a check is shown: a table in Jupyter, text in a terminal."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from course_kit.checks.lab import Verdict

if TYPE_CHECKING:
    from jinja2 import Template


@dataclass(frozen=True)
class CheckResult:
    """The verdicts on one exercise.

    Args:
        lab, exercise: what was checked.
        verdicts: one for each claim.
        seed: repeats the check with the same draws; None in a grader's report.
        so_far: points of the lab's exercises checked in this session.
        of: points of the lab.
        recognised: the sentence of a known mistake that answers alike, or nothing.
    """

    lab: str
    exercise: str
    verdicts: tuple[Verdict, ...]
    seed: int | None
    so_far: int
    of: int
    recognised: str = ""

    @property
    def mistake(self) -> str:
        """What was most likely done, where it is known; nothing to tell where all claims hold."""
        return "" if self.passed else self.recognised

    @property
    def earned(self) -> int:
        """Points of this exercise."""
        return sum(verdict.earned for verdict in self.verdicts)

    @property
    def points(self) -> int:
        """What this exercise is worth."""
        return sum(verdict.points for verdict in self.verdicts)

    @property
    def passed(self) -> bool:
        """Whether every claim holds."""
        return all(verdict.passed for verdict in self.verdicts)

    @property
    def stopper(self) -> str:
        """What was seen by every claim alike, where that is so: one thing to mend first."""
        seen = {verdict.seen for verdict in self.verdicts}
        return seen.pop() if len(seen) == 1 and len(self.verdicts) > 1 else ""

    def details(self, verdict: Verdict) -> list[str]:
        """What is said under a claim: what was seen, the hint, why points are withheld."""
        if verdict.withheld:
            return ["Holds, and counts as soon as a claim that is no edge case does."]
        if self.stopper:
            return []
        seen = [f"Seen: {verdict.seen}"] if verdict.seen else []
        return seen + ([f"Hint: {verdict.hint}"] if verdict.hint else [])

    @property
    def again(self) -> str:
        """What to type for the same draws."""
        return "" if self.seed is None else f'check("{self.exercise}", seed={self.seed})'

    def _repr_html_(self) -> str:
        return _template().render(result=self)

    def __repr__(self) -> str:
        # `rich` asks the terminal for its width and leaves colour out where there is none.
        from rich.console import Console

        console = Console(color_system=None, width=100)
        with console.capture() as capture:
            console.print(_text(self))
        return capture.get().rstrip("\n")


def _text(result: CheckResult) -> Any:
    from rich import box
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    title = f"{result.exercise}: {result.earned} of {result.points} points"
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", expand=True)
    table.add_column("")
    table.add_column("claim", ratio=1)
    table.add_column("points", justify="right")
    for verdict in result.verdicts:
        said = [verdict.text, *result.details(verdict)]
        # Text, not str: square brackets in an answer are not rich's markup.
        table.add_row(
            Text(mark(verdict)), Text("\n".join(said)), f"{verdict.earned}/{verdict.points}"
        )
    foot = [f"{result.lab} so far: {result.so_far} of {result.of} points"]
    if result.stopper:
        foot.insert(0, f"First of all: {result.stopper}\n")
    if result.mistake:
        foot.insert(0, f"Most likely: {result.mistake}\n")
    if result.again:
        foot.append(f"The same draws again: {result.again}")
    return Group(table, Text("\n".join(foot)))


def mark(verdict: Verdict) -> str:
    """A mark that reads without colour."""
    return "○" if verdict.withheld else "✓" if verdict.passed else "✗"


@cache
def _template() -> Template:
    from jinja2 import Environment, PackageLoader

    environment = Environment(
        loader=PackageLoader("course_kit.checks", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["mark"] = mark
    return environment.get_template("check.html")
