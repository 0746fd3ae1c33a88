"""Right answers written strangely: full marks for all, and nobody is suspected."""

import sys
from pathlib import Path

import pytest

# The builder lies beside this file: it is of no use to other tests.
sys.path.insert(0, str(Path(__file__).parent))

from unusual import FILES, REWRITTEN, document, notebook, solution

from course_kit.checks import load
from course_kit.grading.delegation import Watch, table
from course_kit.grading.examine import examine

SALT = b"h" * 32


def short(result):
    """What to read when marks are missing."""
    seen = [c["seen"] for e in result["exercises"] for c in e["claims"] if not c["earned"]]
    return result["notes"], seen


def assert_full_marks(data, lab):
    result = examine(data, lab, SALT, "limits")
    assert result["earned"] == result["points"] == 100, short(result)
    assert not result["flags"], result["flags"]
    return result


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name[:2]}-{path.stem}")
def test_right_answer_written_strangely_gets_full_marks(path):
    assert_full_marks(notebook(path), path.parent.name)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name[:2]}-{path.stem}")
def test_its_text_is_not_suspected(path):
    watch = Watch(**table(load(path.parent.name)))
    code = [cell.source for cell in document(path).cells if cell.cell_type == "code"]
    try:
        watch.reading(dict(enumerate(code, start=1)))
        assert watch.evidence() == []
    finally:
        watch.close()


@pytest.mark.parametrize("rewrite", REWRITTEN, ids=lambda rewrite: rewrite.__name__)
@pytest.mark.parametrize("lab", ["00", "06"])
def test_notebook_saved_by_another_program_gets_full_marks(rewrite, lab):
    assert_full_marks(rewrite(solution(load(lab).name)), lab)


def test_there_are_enough_of_them():
    names = [path.parent.name for path in FILES]
    assert names.count("00_first_steps") >= 20 and names.count("06_dropout") >= 10
