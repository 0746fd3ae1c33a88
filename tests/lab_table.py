"""The labs as a table, for the README: what is asked, and how well the asking is tried.

    python tests/lab_table.py     # writes it there

"Wrong answers" are those of tests/mutants; each loses the claims that it names, or the tests of
this folder fail. "Told" are those whose author reads a sentence about the mistake, and of the
second versions, written differently, those who read the same one.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from course_kit.authoring.answers import Answer, answers, names_with
from course_kit.checks import load, names
from course_kit.checks.mistakes import known_of, recognise
from course_kit.checks.notebook import InNotebook

ROOT = Path(__file__).parents[1]
BEGIN, END = "<!-- labs: generated -->", "<!-- labs: end -->"
HEADER = """\
| lab | exercises | claims | wrong answers, each caught | told | second versions told the same |
|---|---:|---:|---:|---:|---:|
"""


def told(answer: Answer) -> str:
    """The sentence that a wrong answer's author reads; empty if there is none."""
    defined = names_with(ROOT / "solutions" / f"{answer.lab}.py", {answer.exercise: answer.code})
    found = recognise(load(answer.lab), answer.exercise, InNotebook(defined))
    return found.sentence if found else ""


def row(name: str, told: Callable[[Answer], str]) -> str:
    """One lab's line."""
    lab, mutants = load(name), ROOT / "tests" / "mutants"
    wrong = [answer for answer in answers(mutants, name) if answer.loses]
    known = known_of(lab.package)
    sentences = {(m.exercise, m.name): m.sentence for m in known}
    twice = [answer for answer in wrong if answer.again]
    same = sum(told(a.again) == sentences.get((a.exercise, a.name)) for a in twice)
    cells = [f"{name[:2]} {lab.title}", len(lab.exercises), len(lab.claims), len(wrong)]
    return f"| {' | '.join(map(str, [*cells, len(known), f'{same} of {len(twice)}']))} |"


def table(told: Callable[[Answer], str] = told) -> str:
    """All labs."""
    return HEADER + "\n".join(row(name, told) for name in names()) + "\n"


def main() -> None:
    readme = ROOT / "README.md"
    before, _, rest = readme.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    readme.write_text(f"{before}{BEGIN}\n{table()}{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
