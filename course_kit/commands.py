"""What the commands do, once their words are read."""

from __future__ import annotations

from pathlib import Path

from rich.table import Table

from course_kit.checks import load, names
from course_kit.checks.handout import lab_notebook
from course_kit.console import console, say
from course_kit.problems import Incomplete, Problem


def list_labs() -> None:
    """Print the labs with their exercises and points."""
    table = Table("lab", "title", "exercises", "points", box=None, pad_edge=False)
    for name in names():
        lab = load(name)
        table.add_row(name, lab.title, str(len(lab.exercises)), str(lab.points))
    console.print(table)


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


def export_gradescope(lab: str, to: Path, practice: bool) -> None:
    """Write a lab's autograder for Gradescope."""
    from course_kit.grading.autograder.bundle import write_autograder

    write_autograder(lab, to, practice)
    say(f"{to} is ready: upload it as the assignment's autograder.")
    say("Give its containers 3 GB of memory; with less, TensorFlow is ended before it is done.")


def collect_mistakes(solutions: Path, answers: Path, check: bool) -> None:
    """Record what the wrong answers of each lab answer, or say where that is stale."""
    from course_kit.authoring import SourceError
    from course_kit.authoring.mistakes import as_json, collect, path_of, same

    changed = []
    for name in names():
        try:
            found = collect(solutions / f"{name}.py", answers)
        except SourceError as error:
            raise Problem(str(error)) from error
        path = path_of(load(name))
        if not same(path, found):
            changed.append(name)
            if not check:
                path.write_text(as_json(found), encoding="utf-8")
        say(f"{name}: {len(found)} mistakes{' (stale)' if name in changed else ''}")
    if check and changed:
        raise Incomplete("Mistakes are not what the answers make. Run: course-kit build --mistakes")


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
        raise Incomplete("The notebooks are not what the sources make. Run: course-kit build")
    if not changes:
        say(f"{labs} is up to date.")
