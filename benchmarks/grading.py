"""Grade one assignment with course-kit, nbgrader and otter-grader, in turn, in one run.

    python benchmarks/grading.py [--sizes 2 8] [--jobs 1 2] [--repeats 3]
    python benchmarks/grading.py --many 1000 --lab 06 [--jobs 2]

The assignment has eight claims of a point each about a layer and a callback; student and
tests fit a small model once each. All three must give a right answer 8 points and a wrong
one 5. The peers are installed into environments of their own under ``--environments``.
Costs are of the whole process tree, per submission: of a class of the larger size with
start-up, and the difference of two sizes without (course-kit's larger class is five times
as large, so that its time stands out from the start-up's variation). Medians of the
repetitions; what counts is the ratio, the graders being run in turn so that a busy machine
slows them all.

With ``--many``, course-kit alone grades that many different solutions of a lab; time and
memory of each hundred are printed.

Needs Linux: memory is read from /proc (as root, or processes of another user count less).
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from itertools import count
from pathlib import Path
from statistics import median

import nbformat
import numpy as np
from grading import notebooks
from grading.environments import prepare
from grading.graders import Grader, Nbgrader, Otter, Ours
from grading.measure import Cost, run

from course_kit.authoring import solved
from course_kit.checks import load
from course_kit.grading.children import environment as students_environment
from course_kit.problems import Problem

ROOT = Path(__file__).parents[1]
GOALS = {"nbgrader": 1 / 8, "otter": 1 / 12}
BEYOND_SECONDS = 0.060
TWO_JOBS_MB, FURTHER_JOB_MB = 800, 120
FLAT = 0.05
OURS_TIMES = 5
SAMPLE_SECONDS, SAMPLE_SECONDS_OF_MANY = 0.2, 2.0

# (grader, jobs, size) -> the costs of the repetitions
Costs = dict[tuple[str, int, int], list[Cost]]


class Bench:
    """Folders and environments of one run of the benchmark."""

    def __init__(self, environments: Path, folder: Path):
        self.binaries = prepare(environments)
        self.folder = folder
        self._runs, self._students = count(), count()
        self.environment = {
            "PATH": "/usr/bin:/bin",
            "HOME": str(folder / "home"),
            "LANG": "C.UTF-8",
            "MPLBACKEND": "Agg",
            "KERAS_BACKEND": "tensorflow",
            "CUDA_VISIBLE_DEVICES": "",
            # A line on stderr in a test cell costs the point in nbgrader.
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "TF_ENABLE_ONEDNN_OPTS": "0",
            "PYTHONWARNINGS": "ignore",
        }
        for name in ("home", "nbgrader", "otter"):
            (folder / name).mkdir()
        self.ours = Ours(self.binaries["ours"], self.environment)

    def graders(self) -> list[Grader]:
        """Ours and the peers, ready to be timed."""
        nbgrader, otter = self.binaries["nbgrader"], self.binaries["otter"]
        return [
            self.ours,
            Nbgrader(nbgrader, self.environment, self.folder / "nbgrader"),
            Otter(otter, self.environment, self.folder / "otter"),
        ]

    def new_folder(self) -> Path:
        """A folder of its own for one run."""
        folder = self.folder / f"run-{next(self._runs)}"
        folder.mkdir()
        return folder

    def cost(
        self, grader: Grader, kinds: Iterable[str], jobs: int, sample: float | None = None
    ) -> Cost:
        """Grade new submissions of those kinds; `Problem` if the points are not as they must be."""
        numbers = [(kind, next(self._students)) for kind in kinds]
        answers = {f"s{n:05}": notebooks.answer(kind, n) for kind, n in numbers}
        folder = self.new_folder()
        commands = grader.lay_out(answers, jobs, folder)
        found = run(commands, folder, grader.environment, sample)
        points = grader.points(folder)
        due = {f"s{n:05}": float(notebooks.POINTS[kind]) for kind, n in numbers}
        if points != due:
            raise Problem(f"{grader.name} gave {points}, and {due} is due; see {folder}.")
        return found

    def warm(self, submissions: int) -> list[tuple[float, float]]:
        """Wall and processor seconds of the students' own code, one pair a submission."""
        folder, paths = self.new_folder(), []
        for number in range(submissions):
            paths.append(str(folder / f"{number}.ipynb"))
            cells = notebooks.answer("correct", next(self._students))
            nbformat.write(notebooks.notebook(cells), paths[-1])
        script = ROOT / "benchmarks/grading/warm.py"
        python = str(self.binaries["ours"] / "python")
        # With the environment that our grader gives to students' processes.
        run([[python, str(script), *paths]], folder, students_environment(folder))
        found = json.loads((folder / "output-0.txt").read_text().splitlines()[-1])
        if any(points != notebooks.POINTS["correct"] for *_, points in found):
            raise Problem(f"the warm process gave {found}")
        return [(wall, cpu) for wall, cpu, _ in found]


def compare(bench: Bench, sizes: tuple[int, int], jobs: list[int], repeats: int) -> None:
    """Time all graders in turn, then print the table."""
    graders = bench.graders()
    for grader in graders:  # the points must be right; and all files are in the cache then
        bench.cost(grader, ["correct", "wrong"], 1)
    costs: Costs = defaultdict(list)
    warm: list[tuple[float, float]] = []
    for repeat in range(repeats):
        print(f"repetition {repeat + 1} of {repeats}", flush=True)
        for at_a_time in jobs:
            for size in sizes:
                for grader in graders:
                    cost = bench.cost(grader, ["correct"] * size, at_a_time)
                    costs[grader.name, at_a_time, size].append(cost)
            size = OURS_TIMES * sizes[1]
            cost = bench.cost(bench.ours, ["correct"] * size, at_a_time)
            costs["ours", at_a_time, size].append(cost)
        warm += bench.warm(sizes[1])
    memory = {n: bench.cost(bench.ours, ["correct"] * 4 * n, n, SAMPLE_SECONDS) for n in (1, 2, 4)}
    theirs = {g.name: bench.cost(g, ["correct"] * 2, 1, SAMPLE_SECONDS) for g in graders[1:]}
    print(f"\nseconds a submission; classes of {sizes[0]} and {sizes[1]}, {repeats} repetitions")
    print(f"{'':34} {'ours':>8} {'peer':>8} {'ratio':>7} {'goal':>7}")
    for at_a_time in jobs:
        print_ratios(costs, sizes, at_a_time)
    print_beyond(costs, sizes, warm)
    print_memory(memory, theirs)


def print_ratios(costs: Costs, sizes: tuple[int, int], jobs: int) -> None:
    """Ours beside each peer's, with start-up and without."""
    for peer, goal in GOALS.items():
        for clock in ("wall", "cpu"):
            for what, figure in (("", with_start_up), (", marginal", marginal)):
                ours, theirs = (figure(costs, n, jobs, sizes, clock) for n in ("ours", peer))
                name = f"{clock} v. {peer}, {jobs} job{'s' * (jobs > 1)}{what}"
                ratio = ours / theirs
                line = f"{name:34} {ours:8.3f} {theirs:8.3f} {ratio:7.3f} {goal:7.3f}"
                print(line, met(ratio <= goal))


def print_beyond(costs: Costs, sizes: tuple[int, int], warm: list[tuple[float, float]]) -> None:
    """What a submission costs at one job beyond the student's own code."""
    if ("ours", 1, sizes[0]) not in costs:
        return
    print(f"\nbeyond the student's own code, in ms; goal {1000 * BEYOND_SECONDS:.0f}")
    for clock, own in zip(("wall", "cpu"), map(median, zip(*warm, strict=True)), strict=True):
        ours = marginal(costs, "ours", 1, sizes, clock)
        line = f"{clock}: a submission {1000 * ours:.0f}, its own code {1000 * own:.0f},"
        print(line, f"beyond {1000 * (ours - own):.0f}", met(ours - own <= BEYOND_SECONDS))


def print_memory(ours: dict[int, Cost], theirs: dict[str, Cost]) -> None:
    """Peaks of the whole tree, and what each job beyond two adds."""
    print("\npeak memory of the process tree (PSS), in MB; in brackets the median")
    for jobs, cost in ours.items():
        print(f"ours, {jobs} job{'s' * (jobs > 1)}: {cost.peak:.0f} ({cost.typical:.0f})")
    for name, cost in theirs.items():
        print(f"{name}, 1 job: {cost.peak:.0f} ({cost.typical:.0f})")
    two, further = ours[2].peak, (ours[4].peak - ours[2].peak) / 2
    print(f"two jobs: {two:.0f}, goal {TWO_JOBS_MB}", met(two <= TWO_JOBS_MB))
    print(f"each further: {further:.0f}, goal {FURTHER_JOB_MB}", met(further <= FURTHER_JOB_MB))


def with_start_up(costs: Costs, name: str, jobs: int, sizes: tuple[int, int], clock: str) -> float:
    """Seconds a submission in the larger class, start-up included."""
    return median(getattr(cost, clock) / sizes[1] for cost in costs[name, jobs, sizes[1]])


def marginal(costs: Costs, name: str, jobs: int, sizes: tuple[int, int], clock: str) -> float:
    """Seconds that one more submission costs."""
    few, many = sizes[0], sizes[1] * (OURS_TIMES if name == "ours" else 1)
    pairs = zip(costs[name, jobs, few], costs[name, jobs, many], strict=True)
    more = many - few
    return median((getattr(large, clock) - getattr(small, clock)) / more for small, large in pairs)


def grade_many(bench: Bench, submissions: int, lab: str, jobs: int) -> None:
    """Grade different solutions of a lab; print time and memory by hundreds."""
    lab, folder = load(lab).name, bench.new_folder()
    (folder / "class").mkdir()
    solution = solved(ROOT / "solutions" / f"{lab}.py")
    first = next(cell for cell in solution.cells if cell.cell_type == "code")
    source = first.source
    for number in range(submissions):
        first.source = f"{source}\n# student {number}"
        nbformat.write(solution, folder / "class" / f"s{number:05}_{lab}.ipynb")
    command = bench.ours.command(folder, jobs, lab)
    cost = run([command], folder, bench.ours.environment, SAMPLE_SECONDS_OF_MANY)
    points = bench.ours.points(folder)
    if len(points) != submissions or set(points.values()) != {float(load(lab).points)}:
        raise Problem(f"not every solution of {lab} has full marks; see {folder}/out.")
    ends = sorted(path.stat().st_mtime for path in (folder / "out/results").glob("*.json"))
    print(f"{submissions} submissions of {lab}, {jobs} at a time:", end=" ")
    print(
        f"{cost.wall / submissions:.3f} s wall and {cost.cpu / submissions:.3f} s CPU each,",
        end=" ",
    )
    print(f"start-up included; peak {cost.peak:.0f} MB")
    print_hundreds(ends, cost.memory, min(100, submissions // 2))


def print_hundreds(ends: list[float], memory: list[tuple[float, float]], window: int) -> None:
    """A line a hundred: seconds a submission, and the median of the tree's memory."""
    rows = []
    for start in range(0, len(ends) - window + 1, window):
        low, high = ends[start], ends[start + window - 1]
        held = [mb for at, mb in memory if low <= at <= high] or [float("nan")]
        rows.append(((high - low) / (window - 1), median(held)))
        print(f"{start + 1:6}-{start + window:<6} {rows[-1][0]:7.3f} s {rows[-1][1]:7.0f} MB")
    for name, values in zip(("time", "memory"), zip(*rows, strict=True), strict=True):
        change = values[-1] / values[0] - 1
        slope, start = np.polyfit(range(len(values)), values, 1)
        drift = slope * (len(values) - 1) / start  # what single hundreds stray is averaged out
        print(
            f"{name}: last {window} {change:+.1%} of the first, goal {FLAT:.0%}",
            f"{met(change <= FLAT)}; the line through all {drift:+.1%}",
        )


def met(condition: bool) -> str:
    return "met" if condition else "NOT MET"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--environments", type=Path, default=ROOT / "build/grading")
    parser.add_argument("--sizes", type=int, nargs=2, default=(2, 8), metavar=("SMALL", "LARGE"))
    parser.add_argument("--jobs", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--many", type=int, metavar="N", help="200 or more say something")
    parser.add_argument("--lab", default="06", help="for --many")
    words = parser.parse_args()
    if not 0 < words.sizes[0] < words.sizes[1]:
        parser.error("--sizes needs two sizes, the smaller first")
    # Kept where the benchmark stops, so that its message can be followed.
    folder = Path(tempfile.mkdtemp(prefix="course-kit-benchmark-"))
    try:
        bench = Bench(words.environments, folder)
        if words.many:
            grade_many(bench, max(4, words.many), words.lab, words.jobs[-1])
        else:
            compare(bench, tuple(words.sizes), words.jobs, words.repeats)
    except Problem as problem:
        raise SystemExit(f"benchmark stopped: {problem}") from None
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
