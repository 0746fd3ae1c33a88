"""``report.html``: the class on one page, what matters first."""

from __future__ import annotations

from course_kit.grading.report.analysis import Spread, items, mistakes
from course_kit.grading.report.classroom import Classroom, Entry
from course_kit.grading.report.gradebook import remark
from course_kit.grading.report.marks import Marks
from course_kit.grading.report.pages import render
from course_kit.grading.report.pictures import histogram, item_plot, round_top

HARDEST = 5
MAX_NOTE = 240


def report(classroom: Classroom, marks: Marks, links: dict[str, str], reflections: bool) -> str:
    """One self-contained page.

    Args:
        links: student -> the name of the page below ``feedback/``.
        reflections: whether there is a page of written answers to point to.
    """
    # Who handed in nothing has points, perhaps, but did none of the work that is pictured.
    graded = [entry for entry in classroom.entries if entry.graded and not entry.absent]
    points = Spread.of([entry.counted for entry in graded])
    found = items(classroom)
    whole = classroom.points % 1 == 0 and classroom.points <= 20
    return render(
        "report.html",
        classroom=classroom,
        marks=marks,
        links=links,
        reflections=reflections,
        points=points,
        picture=histogram(
            [entry.counted for entry in graded],
            classroom.points,
            "points",
            marker=points.median if graded else None,
            bins=int(classroom.points) if whole and classroom.points else 20,
        ),
        items=found,
        plot=item_plot(found),
        hardest=sorted((i for i in found if i.rate < 1), key=lambda i: i.rate)[:HARDEST],
        mistakes=mistakes(classroom),
        problems=[e for e in classroom.entries if not e.graded and not e.absent],
        absent=[entry for entry in classroom.entries if entry.absent],
        unreadable=[e for e in classroom.entries if e.result and e.result["unreadable"]],
        flagged=[entry for entry in classroom.entries if entry.flags],
        remark=remark,
        max_note=MAX_NOTE,
        **_times(classroom.entries),
    )


def _times(entries: list[Entry]) -> dict[str, object]:
    ran = [(entry, entry.result) for entry in entries if entry.result]
    seconds = [result["seconds"] for _, result in ran]
    slowest = sorted(ran, key=lambda pair: -pair[1]["seconds"])[:3]
    return {
        "wall": Spread.of(seconds),
        "cpu": Spread.of([result["cpu_seconds"] for _, result in ran]),
        "slowest": [(entry, result["seconds"]) for entry, result in slowest],
        "times": histogram(seconds, round_top(max(seconds)), "s") if len(seconds) > 1 else None,
    }
