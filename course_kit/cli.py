"""The ``course-kit`` command. Each command imports what it needs when it runs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

app = typer.Typer(
    help="Labs on making networks train: start them, check them, grade them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

USAGE = 2


@app.callback()
def settings(
    context: typer.Context,
    debug: Annotated[bool, typer.Option("--debug", help="Show the trace of an error.")] = False,
) -> None:
    """Options that every command takes."""
    context.obj = debug


@app.command()
def labs() -> None:
    """List the labs."""
    from course_kit.commands import list_labs

    list_labs()


@app.command()
def start(
    lab: Annotated[str, typer.Argument(help="The lab, as in 06 or 06_dropout.")],
    folder: Annotated[Path, typer.Option("--to", help="Where to put it.")] = Path("."),
) -> None:
    """Copy a lab's notebook here, to work in. A copy that is there already is kept."""
    from course_kit.commands import start_lab

    start_lab(lab, folder)


@app.command()
def check(
    notebook: Annotated[Path, typer.Argument(help="Your notebook, saved.")],
    lab: Annotated[
        str | None, typer.Option(help="The lab, if the file name does not say it.")
    ] = None,
) -> None:
    """Check a saved notebook the way the grader will run it."""
    from course_kit.commands import check_notebook

    check_notebook(notebook, lab)


@app.command()
def grade(
    submissions: Annotated[Path, typer.Argument(help="A folder of notebooks, or one notebook.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="The folder for results and reports.")],
    lab: Annotated[str | None, typer.Option(help="The lab, if file names do not say it.")] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Submissions at a time; all cores by default.")
    ] = None,
    require: Annotated[
        str | None, typer.Option(help="The isolation to insist on; contained by default.")
    ] = None,
    practice: Annotated[
        bool,
        typer.Option(
            "--practice", help="Grade at whatever isolation there is, and say so on every page."
        ),
    ] = False,
) -> None:
    """Grade a class. What is done already is not done again."""
    from course_kit.commands import grade_class

    grade_class(submissions, out, lab, jobs, require, practice)


exports = typer.Typer(help="Write what other systems take in.", no_args_is_help=True)
app.add_typer(exports, name="export")


@exports.command()
def gradescope(
    lab: Annotated[str, typer.Argument(help="The lab, as in 06 or 06_dropout.")],
    to: Annotated[Path, typer.Option("-o", "--out", help="The file to write.")] = Path(
        "autograder.zip"
    ),
    practice: Annotated[
        bool,
        typer.Option(
            "--practice",
            help="Give points, marked as practice, where isolation is too weak for marks.",
        ),
    ] = False,
) -> None:
    """Write the autograder of a lab that Gradescope takes in."""
    from course_kit.commands import export_gradescope

    export_gradescope(lab, to, practice)


@app.command()
def demo(
    folder: Annotated[Path, typer.Option("--to", help="Where to put what it makes.")] = Path(
        "course-kit-demo"
    ),
) -> None:
    """Show everything once, on data that is already here, in about two minutes."""
    from course_kit.demo.tour import tour

    tour(folder)


@app.command()
def build(
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; say what is stale.")
    ] = False,
    solutions: Annotated[Path, typer.Option(help="The folder of the sources.")] = Path("solutions"),
    labs: Annotated[Path, typer.Option(help="The folder of the notebooks.")] = Path("labs"),
) -> None:
    """Make the student notebooks from their sources."""
    from course_kit.commands import build_labs

    build_labs(solutions, labs, check)


def main() -> NoReturn:
    """Run the command line; an error that is the user's to mend is one line."""
    from course_kit.problems import Problem

    try:
        app()
    except Problem as problem:
        if "--debug" in sys.argv:
            raise
        typer.echo(f"course-kit: {problem}", err=True)
        sys.exit(problem.exit_code)
    sys.exit(0)
