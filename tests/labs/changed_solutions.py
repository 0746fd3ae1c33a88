"""Change each solution a little, everywhere, and see whether the lab's claims notice.

    pip install mutmut
    python tests/labs/changed_solutions.py [06 07 ...]

mutmut's operators change the solution of one exercise at a time: another operator, another
number, an argument left out. A changed solution is killed where a claim fails. Those that
survive are printed with the line that was changed; each must be harmless. For those that are
killed and taken for a known mistake, the sentence is printed: it must fit.
"""

from __future__ import annotations

import argparse
import contextlib
import difflib
import io
import signal
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from mutmut.mutation.file_mutation import create_mutations, deep_replace

from course_kit.authoring import solved
from course_kit.authoring.answers import names_with
from course_kit.checks import check_in, load, names

ROOT = Path(__file__).parents[2]
SECONDS = 60


def changed(code: str) -> Iterator[str]:
    """The sources that differ from `code` in one place, docstrings left alone."""
    module, mutations, _, _ = create_mutations("cell.py", code)
    found = (deep_replace(module, m.original_node, m.mutated_node).code for m in mutations)
    yield from dict.fromkeys(source for source in found if source != code)


def verdict(source: Path, exercise: str, code: str) -> tuple[str, str]:
    """What became of a changed solution, and the sentence that its author would read."""
    signal.alarm(SECONDS)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            result = check_in(names_with(source, {exercise: code}), exercise, seed=1)
    except TimeoutError:
        return "killed: it never ends", ""
    except Exception as error:
        return f"killed: {type(error).__name__} where it is defined", ""
    finally:
        signal.alarm(0)
    if result.passed:
        return "survived", ""
    failed = next(v.claim.split(".")[1] for v in result.verdicts if not v.passed)
    return f"killed: {failed}", result.mistake


def difference(old: str, new: str) -> str:
    """The lines that were changed, as one line."""
    lines = difflib.ndiff(old.splitlines(), new.splitlines())
    return "  ->  ".join(line[2:].strip() for line in lines if line[0] in "-+")


def mutate(lab: str) -> Counter[str]:
    """All changes of one lab, a line for each that says something to a person."""
    source, counted = ROOT / "solutions" / f"{lab}.py", Counter[str]()
    cells = {cell.metadata.get("exercise"): cell.source for cell in solved(source).cells}
    for exercise in load(lab).exercises:
        for code in changed(cells[exercise]):
            became, sentence = verdict(source, exercise, code)
            counted[became.split(":")[0]] += 1
            if became == "survived" or sentence:
                what = f"told: {sentence}" if sentence else "SURVIVED"
                print(
                    f"{lab} {exercise}: {difference(cells[exercise], code)}\n    {what}", flush=True
                )
    return counted


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("labs", nargs="*", help="all by default")
    warnings.simplefilter("ignore")
    signal.signal(signal.SIGALRM, _too_late)
    for lab in [load(name).name for name in parser.parse_args().labs] or names():
        counted = mutate(lab)
        share = counted["killed"] / max(1, counted.total())
        print(f"{lab}: {counted.total()} changes, {counted['killed']} killed ({share:.0%})")


def _too_late(signum: int, frame: object) -> None:
    raise TimeoutError


if __name__ == "__main__":
    main()
