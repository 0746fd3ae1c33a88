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
    from course_kit.grading.commands import check_notebook

    check_notebook(notebook, lab)


@app.command()
def grade(
    submissions: Annotated[
        Path,
        typer.Argument(help="A folder of notebooks as downloaded, or one."),
    ],
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
    at_most: Annotated[
        str, typer.Option(help="Use no stronger isolation than this, to try things out.")
    ] = "namespaced",
    sample: Annotated[
        int | None, typer.Option(min=1, help="Grade that many first, and write no report.")
    ] = None,
    cluster: Annotated[
        str | None, typer.Option(help="Grade on Dask's workers: tls://scheduler:8786.")
    ] = None,
    layout: Annotated[
        str | None,
        typer.Option(help="canvas, moodle, gradescope or plain, if it is not recognised."),
    ] = None,
    attempt: Annotated[
        str, typer.Option(help="Which of a student's notebooks counts: latest or best.")
    ] = "latest",
    roster: Annotated[
        Path | None, typer.Option(help="The class as CSV: id, name, email, section, extension.")
    ] = None,
    pairs: Annotated[
        Path | None, typer.Option(help="A CSV; the ids on a line share one submission.")
    ] = None,
    deadline: Annotated[
        str | None, typer.Option(help="As in 2026-03-31T23:59 or 2026-03-31T23:59+01:00.")
    ] = None,
    late: Annotated[
        str | None, typer.Option(help="What it costs, as in '10%/day max 50%' or '5 points/hour'.")
    ] = None,
    grace: Annotated[
        float, typer.Option(min=0, help="Minutes after the deadline that are still in time.")
    ] = 0,
    times: Annotated[
        str | None, typer.Option(help="A CSV of ids and times, or mtime for the files' own.")
    ] = None,
) -> None:
    """Grade a class. What is done already is not done again."""
    from course_kit.grading.commands import Wishes, grade_class

    said = {"layout": layout, "attempt": attempt, "deadline": deadline, "late": late}
    files = {"roster": roster and roster.resolve(), "pairs": pairs and pairs.resolve()}
    wishes = Wishes(jobs, require, at_most, practice, sample, cluster)
    words = said | files | {"grace": grace, "times": times}
    grade_class(submissions, out, lab, wishes, words)


_OUT = Annotated[Path, typer.Argument(help="The folder that was graded into.")]


@app.command()
def why(
    out: _OUT,
    student: Annotated[str, typer.Argument(help="As the gradebook names the student.")],
    claim: Annotated[str, typer.Argument(help="As in inverted_dropout.survivors_are_scaled.")],
) -> None:
    """Replay one verdict: what was asked, what was answered, what was made of it."""
    from course_kit.grading.why import explain

    explain(out, student, claim)


@app.command()
def regrade(
    out: _OUT,
    claim: Annotated[
        str | None, typer.Option(help="Judge this claim again, with its exercise.")
    ] = None,
    void: Annotated[str | None, typer.Option(help="Count this claim as met for everybody.")] = None,
    student: Annotated[str | None, typer.Option(help="Whose points to set by hand.")] = None,
    points: Annotated[str | None, typer.Option(help="The points that are to count.")] = None,
    reason: Annotated[str, typer.Option(help="Why, for --void and --points.")] = "",
    publish: Annotated[
        bool, typer.Option("--publish", help="Make it so; without it, it is only shown.")
    ] = False,
) -> None:
    """Show which grades would change, before they do."""
    from course_kit.grading.regrade import Change, regrade_class

    regrade_class(out, Change(claim, void, student, points, reason), publish)


@app.command()
def doctor() -> None:
    """Say what this machine reaches, and what to install for more."""
    from course_kit.doctor import doctor

    doctor()


@app.command()
def report(
    out: _OUT,
    anonymous: Annotated[
        bool, typer.Option("--anonymous", help="Written answers without names.")
    ] = False,
    marks: Annotated[
        Path | None, typer.Option(help="Marks for written answers: reflections.csv, filled in.")
    ] = None,
    marks_max: Annotated[
        float, typer.Option(min=0, help="The most marks an answer can have.")
    ] = 10,
) -> None:
    """Build gradebook and pages anew from a graded folder, without grading."""
    from course_kit.grading.report.commands import report_class

    report_class(out, anonymous, marks, marks_max)


exports = typer.Typer(help="Write what other systems take in.", no_args_is_help=True)
app.add_typer(exports, name="export")

_GRADEBOOK = Annotated[Path | None, typer.Option(help="The gradebook as the system exported it.")]
_ASSIGNMENT = Annotated[str | None, typer.Option(help='Its column, as in "Lab 6 (1234)".')]
_SCALE = Annotated[bool, typer.Option("--scale", help="Turn points into those it is worth there.")]
_PRACTICE = Annotated[bool, typer.Option("--practice", help="Export practice points all the same.")]
_TO = Annotated[Path | None, typer.Option("--to", help="The file to write.")]


@exports.command()
def canvas(
    out: _OUT,
    gradebook: _GRADEBOOK = None,
    assignment: _ASSIGNMENT = None,
    scale: _SCALE = False,
    practice: _PRACTICE = False,
    to: _TO = None,
) -> None:
    """Write the column that Canvas' gradebook imports."""
    from course_kit.grading.report.commands import export_class

    export_class("canvas", out, gradebook, assignment, scale, practice, to)


@exports.command()
def moodle(
    out: _OUT,
    gradebook: _GRADEBOOK = None,
    assignment: _ASSIGNMENT = None,
    scale: _SCALE = False,
    practice: _PRACTICE = False,
    to: _TO = None,
) -> None:
    """Write the column that Moodle imports, or fill in its grading worksheet."""
    from course_kit.grading.report.commands import export_class

    export_class("moodle", out, gradebook, assignment, scale, practice, to)


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
    mistakes: Annotated[
        bool, typer.Option("--mistakes", help="Record what known wrong answers answer, instead.")
    ] = False,
    answers: Annotated[
        Path, typer.Option(help="The folder of wrong answers, for --mistakes.")
    ] = Path("tests/mutants"),
) -> None:
    """Make the student notebooks from their sources."""
    from course_kit.commands import build_labs, collect_mistakes

    if mistakes:
        collect_mistakes(solutions, answers, check)
    else:
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
