"""``course-kit check`` and ``course-kit grade``, once their words are read."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from course_kit.checks import Lab, load
from course_kit.checks.draw import derive
from course_kit.checks.lab import Verdict
from course_kit.checks.table import CheckResult
from course_kit.console import console, progress, say
from course_kit.grading import decisions, run_file
from course_kit.grading.decisions import Decisions
from course_kit.grading.delegation.finding import Finding
from course_kit.grading.driver import Row, default_jobs, grade, lab_for, local_executor
from course_kit.grading.examine import out_of_the_ordinary
from course_kit.grading.handing_in import Plan, make_plan
from course_kit.grading.intake import Options, take_in
from course_kit.grading.launchers import launcher_for
from course_kit.grading.levels import DEFAULT_LEVEL, LEVELS, Shown, show_level
from course_kit.grading.report import write_reports
from course_kit.grading.run_file import RunFile
from course_kit.grading.settling import FinalRow, Outcome, settle
from course_kit.grading.store import Store
from course_kit.grading.submission import Submission, find
from course_kit.problems import Incomplete, Interrupted, Problem


@dataclass(frozen=True)
class Wishes:
    """How a class is to be graded.

    Args:
        jobs: submissions at a time; all cores by default.
        require: the isolation to insist on.
        at_most: use no stronger isolation than this.
        practice: grade below `DEFAULT_LEVEL` too, and say so on every page.
        sample: grade that many only, drawn at random, and write no report.
        cluster: address of a Dask scheduler, to grade on its workers.
    """

    jobs: int | None = None
    require: str | None = None
    at_most: str = LEVELS[-1]
    practice: bool = False
    sample: int | None = None
    cluster: str | None = None

    def __post_init__(self) -> None:
        for level in filter(None, [self.require, self.at_most]):
            if level not in LEVELS:
                raise Problem(f"There is no isolation {level!r}. There are: {', '.join(LEVELS)}.")

    @property
    def required(self) -> str:
        """The isolation below which nothing is graded."""
        return self.require or ("none" if self.practice else DEFAULT_LEVEL)


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
    result = row.result
    if result is None:
        raise Problem(row.problem)
    so_far = 0
    for exercise in result["exercises"]:
        verdicts = tuple(_verdict(claim) for claim in exercise["claims"])
        so_far += sum(verdict.earned for verdict in verdicts)
        said = [m["sentence"] for m in result["mistakes"] if m["exercise"] == exercise["name"]]
        points = result["points"]
        table = CheckResult(
            name, exercise["name"], verdicts, None, so_far, points, "".join(said[:1])
        )
        console.print(Text(repr(table)), end="\n\n")
    for note in result["notes"]:
        say(f"Note: {note}")
    for told in dict.fromkeys(Finding(**flag).told for flag in result["flags"]):
        say(f"Note: {told}")


def grade_class(
    submissions: Path, out: Path, lab: str | None, wishes: Wishes, words: dict[str, Any]
) -> None:
    """Grade what lies in `submissions` into `out`, and show the table.

    Args:
        words: what is said about the download: those of `Options.read`.
    """
    handed_in = Options.read(**words)
    intake = take_in(submissions, handed_in)
    if not intake.notebooks:
        raise Problem(f"{submissions} holds no notebook (no file that ends in .ipynb).")
    name = lab_for(intake.notebooks, lab)
    plan, store, asked = make_plan(intake, handed_in, name), Store(out), load(name)
    chosen = _sample(list(plan.submissions), wishes.sample, store.salt)
    with store.alone():
        with _graders(asked, wishes, [out, submissions]) as (executor, shown, jobs):
            _insist(shown, wishes)
            _announce(asked, plan, len(chosen), jobs, shown)
            started = time.monotonic()
            rows = _graded(chosen, name, store, shown.level, executor, jobs)
        if (others := len(plan.submissions) - len(chosen)) > 0:
            _show_sample(rows, asked.points)
            left = others * (time.monotonic() - started) / len(chosen)
            say(f"The others will take about {left / 60:.0f} min: the same without --sample.")
            return
        run_file.keep(store, RunFile(str(submissions.resolve()), name, shown.level, words))
        _report(asked, plan, dict(zip(chosen, rows, strict=True)), store, shown)
    failed = sum(row.result is None for row in rows)
    if failed:
        raise Incomplete(f"{failed} of {len(rows)} submissions have no grade; the table says why.")


def _report(lab: Lab, plan: Plan, rows: dict[Submission, Row], store: Store, shown: Shown) -> None:
    """Write the gradebook and the pages, and show the table."""
    decided = decisions.read(store.folder)
    settled = settle(plan, {one: _outcome(row, decided) for one, row in rows.items()})
    final = [decided.row(row) for row in settled]
    practice = not shown.reaches(DEFAULT_LEVEL)
    built = write_reports(store, lab, final, shown, practice, plan.layout)
    _show(final, lab.points, practice)
    for line in built.lines:
        say(line)
    say(f"Gradebook: {store.folder / 'gradebook.csv'}\nReport: {store.folder / 'report.html'}")


@contextmanager
def _graders(
    lab: Lab, wishes: Wishes, guarded: list[Path]
) -> Iterator[tuple[Executor, Shown, int]]:
    """Who examines, what was shown of them, and how many they take at a time."""
    if wishes.cluster:
        from course_kit.grading.cluster import cluster_executor

        with cluster_executor(wishes.cluster, lab.name, wishes.required) as (executor, shown, jobs):
            yield executor, shown, jobs
        return
    jobs = wishes.jobs or default_jobs()
    with local_executor(jobs) as executor:
        with console.status("trying what a student could reach from here"):
            shown = show_level(partial(launcher_for, lab), guarded, wishes.at_most)
        yield executor, shown, jobs


def _graded(
    chosen: list[Submission], lab: str, store: Store, level: str, executor: Executor, jobs: int
) -> list[Row]:
    with progress() as bar:
        task = bar.add_task("grading", total=len(chosen))
        try:
            return grade(
                chosen,
                lab,
                store,
                level,
                executor,
                lambda row: bar.advance(task),
                ahead=2 * jobs,
            )
        except KeyboardInterrupt:
            raise Interrupted(
                "stopped. What is graded is kept: the same command goes on from there."
            ) from None


def _sample(submissions: list[Submission], count: int | None, salt: bytes) -> list[Submission]:
    """Some of the class, the same ones each time, chosen by nobody."""
    if count is None or count >= len(submissions):
        return submissions

    def key(one: Submission) -> bytes:
        # A file's name is bytes, of any kind; as Latin-1 they are text of any kind.
        return derive(salt, "sample", os.fsencode(one.path).decode("latin-1"))

    drawn = sorted(submissions, key=key)
    return sorted(drawn[:count], key=submissions.index)


def _insist(shown: Shown, wishes: Wishes) -> None:
    if not shown.reaches(wishes.required):
        raise Problem(
            f"Marks need the isolation {wishes.required!r}; this machine was shown to reach "
            f"{shown}. To see the points all the same, add --practice: they are then marked as "
            "practice. What is missing, and why, says: course-kit doctor"
        )
    if not shown.reaches(DEFAULT_LEVEL) and not wishes.practice:
        raise Problem(f"Isolation below {DEFAULT_LEVEL!r} is for practice only: add --practice.")


def _announce(lab: Lab, plan: Plan, count: int, jobs: int, shown: Shown) -> None:
    say(f"{lab.title}: {count} submissions ({plan.layout}), {jobs} at a time")
    say(f"Isolation: {shown}")
    for passed in plan.passed_over:
        say(f"Passed over: {passed}")


def _verdict(claim: dict[str, object]) -> Verdict:
    fields = {name: value for name, value in claim.items() if name != "earned"}
    return Verdict(**fields)  # type: ignore[arg-type]


def _outcome(row: Row, decided: Decisions) -> Outcome:
    result = row.result
    if result is None:
        return Outcome(None, row.problem)
    counted = decided.result(result)
    # The notes of the run come with the result.
    return Outcome(counted["earned"], "", result["key"]["submission"], counted)


def _show(rows: Sequence[FinalRow], points: int, practice: bool) -> None:
    lines = []
    for row in rows:
        final = "-" if row.final is None else f"{row.final}/{points}"
        late = f"-{row.penalty}: {row.reason}" if row.penalty else row.reason
        ran = out_of_the_ordinary(row.result)
        note = "; ".join(filter(None, [row.problem, row.note, ran]))
        lines.append((row.student, row.name, final, late, note))
    _print_table(
        ("student", "name", "points", "late", "note"),
        lines,
        "practice, not for marks" if practice else None,
    )


def _show_sample(rows: list[Row], points: int) -> None:
    lines = [(row.student, f"{row.earned}/{points}", row.said) for row in rows]
    _print_table(("student", "points", "note"), lines, "a sample; no report is written")


def _print_table(
    header: tuple[str, ...], lines: Sequence[tuple[str, ...]], title: str | None
) -> None:
    """Columns in which nobody has anything are left out."""
    shown = [i for i in range(len(header)) if i == 0 or any(line[i] for line in lines)]
    table = Table(title=title, box=None, pad_edge=False, title_justify="left")
    for i in shown:
        table.add_column(header[i], justify="right" if header[i] == "points" else "left")
    for line in lines:
        # Text, not str: square brackets in a student's words are not markup.
        table.add_row(*(Text(line[i]) for i in shown))
    console.print(table)
