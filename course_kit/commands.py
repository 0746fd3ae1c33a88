"""What the commands do, once their words are read."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from course_kit.checks import UnknownName, load, names
from course_kit.checks.lab import Verdict
from course_kit.checks.table import CheckResult
from course_kit.grading.driver import Row, default_jobs, grade, lab_for, local_executor
from course_kit.grading.launchers import launcher_for
from course_kit.grading.levels import DEFAULT_LEVEL, LEVELS, Shown, show_level
from course_kit.grading.report import write_reports
from course_kit.grading.store import Store
from course_kit.grading.submission import find
from course_kit.problems import Problem

console = Console(highlight=False)


def say(line: str) -> None:
    """Print as it is: a path that was broken to fit could not be copied, nor read by a program."""
    console.print(Text(line), soft_wrap=True)


def list_labs() -> None:
    """Print the labs with their exercises and points."""
    table = Table("lab", "title", "exercises", "points", box=None, pad_edge=False)
    for name in names():
        lab = load(name)
        table.add_row(name, lab.title, str(len(lab.exercises)), str(lab.points))
    console.print(table)


def lab_notebook(name: str) -> Path:
    """The student notebook of a lab, as it travels with the package.

    Raises:
        UnknownName: if there is no such lab.
    """
    import course_kit

    lab = load(name).name
    # A wheel carries its notebooks inside the package, a checkout keeps them beside it.
    package = Path(course_kit.__file__).parent
    for folder in (package / "labs", package.parent / "labs"):
        if (folder / f"{lab}.ipynb").is_file():
            return folder / f"{lab}.ipynb"
    raise UnknownName(f"The notebook of {lab} is not there. Make it with: course-kit build")


def start_lab(lab: str, folder: Path) -> None:
    """Copy a lab's notebook into `folder`, unless there is one."""
    source = lab_notebook(lab)
    target = folder / source.name
    if target.exists():
        raise Problem(
            f"{target} is there already and was left as it is. Name another folder with --to."
        )
    folder.mkdir(parents=True, exist_ok=True)
    target.write_bytes(source.read_bytes())
    say(f"{target} is ready. Open it with: jupyter lab {target}")


def check_notebook(notebook: Path, lab: str | None) -> None:
    """Run a saved notebook as the grader does, and show every exercise."""
    if not notebook.is_file():
        raise Problem(f"There is no notebook {notebook}.")
    submissions = find(notebook)
    name = lab_for(submissions, lab)
    with tempfile.TemporaryDirectory() as folder, console.status("running the notebook"):
        store = Store(Path(folder))
        with local_executor(1) as executor:
            # Your own notebook: nothing to keep apart, so that this works on any machine.
            row = grade(submissions, name, store, "limits", executor)[0]
    if row.result is None:
        raise Problem(row.problem)
    so_far = 0
    for exercise in row.result["exercises"]:
        verdicts = tuple(_verdict(claim) for claim in exercise["claims"])
        so_far += sum(verdict.earned for verdict in verdicts)
        result = CheckResult(name, exercise["name"], verdicts, None, so_far, row.result["points"])
        console.print(Text(repr(result)), end="\n\n")
    for note in row.result["notes"]:
        say(f"Note: {note}")


def grade_class(
    submissions: Path,
    out: Path,
    lab: str | None,
    jobs: int | None,
    require: str | None,
    practice: bool,
) -> None:
    """Grade what lies in `submissions` into `out`, and show the table."""
    if not submissions.exists():
        raise Problem(f"There is no folder {submissions}.")
    found = find(submissions)
    if not found:
        raise Problem(f"{submissions} holds no notebook (no file that ends in .ipynb).")
    name = lab_for(found, lab)
    store = Store(out)
    lab_graded, jobs = load(name), min(jobs or default_jobs(), len(found))
    with local_executor(jobs) as executor:
        with console.status("trying what a student could reach from here"):
            shown = show_level(partial(launcher_for, lab_graded), [out, submissions])
        _insist(shown, require, practice)
        stamped = practice and not shown.reaches(DEFAULT_LEVEL)
        console.print(
            f"{lab_graded.title}: {len(found)} submissions, {jobs} at a time; isolation {shown}"
        )
        with _progress() as progress:
            task = progress.add_task("grading", total=len(found))
            rows = grade(
                found,
                name,
                store,
                shown.level,
                executor,
                lambda row: progress.advance(task),
                ahead=2 * jobs,
            )
    write_reports(store, lab_graded, rows, shown, stamped)
    _show(rows, lab_graded.points, stamped)
    say(f"Gradebook: {out / 'gradebook.csv'}\nReport: {out / 'report.html'}")
    failed = sum(row.result is None for row in rows)
    if failed:
        raise _NotAll(f"{failed} of {len(rows)} submissions have no grade; the table says why.")


def export_gradescope(lab: str, to: Path, practice: bool) -> None:
    """Write a lab's autograder for Gradescope."""
    from course_kit.grading.autograder.bundle import write_autograder

    write_autograder(lab, to, practice)
    say(f"{to} is ready: upload it as the assignment's autograder.")
    say("Give its containers 3 GB of memory; with less, TensorFlow is ended before it is done.")


class _NotAll(Problem):
    exit_code = 1


def build_labs(solutions: Path, labs: Path, check: bool) -> None:
    """Make the notebooks of `labs` from `solutions`, or say what is stale."""
    from course_kit.authoring import SourceError, build_all

    if not solutions.is_dir():
        raise Problem(f"There is no folder {solutions}. Run this where the sources lie.")
    try:
        changes = build_all(solutions, labs, check=check)
    except SourceError as error:
        raise Problem(str(error)) from error
    for change in changes:
        say(str(change))
    if check and changes:
        raise _NotAll("The notebooks are not what the sources make. Run: course-kit build")
    if not changes:
        say(f"{labs} is up to date.")


def _insist(shown: Shown, require: str | None, practice: bool) -> None:
    if require is not None and require not in LEVELS:
        raise Problem(f"There is no isolation {require!r}. There are: {', '.join(LEVELS)}.")
    wanted = require or (shown.level if practice else DEFAULT_LEVEL)
    if not shown.reaches(wanted):
        raise Problem(
            f"Marks need the isolation {wanted!r}; this machine was shown to reach {shown}. "
            "To see the points all the same, add --practice: they are then marked as practice."
        )
    if LEVELS.index(wanted) < LEVELS.index(DEFAULT_LEVEL) and not practice:
        raise Problem(f"Isolation below {DEFAULT_LEVEL!r} is for practice only: add --practice.")


def _verdict(claim: dict[str, object]) -> Verdict:
    fields = {name: value for name, value in claim.items() if name != "earned"}
    return Verdict(**fields)  # type: ignore[arg-type]


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
    )


def _show(rows: list[Row], points: int, practice: bool) -> None:
    title = "practice, not for marks" if practice else None
    table = Table(
        "student", "points", "note", title=title, box=None, pad_edge=False, title_justify="left"
    )
    table.columns[1].justify = "right"
    for row in rows:
        earned = f"{row.earned}/{points}" if row.result else "-"
        # Text, not str: square brackets in a student's words are not markup.
        table.add_row(Text(row.student), earned, Text(row.said))
    console.print(table)
