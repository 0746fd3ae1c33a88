"""What an instructor runs: every claim of a lab as a test of a notebook.

    pytest tests/autograder --submission 06_dropout.ipynb [--lab 06]

Without ``--submission`` the reference solutions are graded; they earn full marks.
"""

import secrets
from pathlib import Path

import pytest
from handed_in import LABS, solution

from course_kit.checks import load
from course_kit.grading.driver import lab_for
from course_kit.grading.examine import examine
from course_kit.grading.submission import find


def pytest_generate_tests(metafunc):
    if "handed_in" not in metafunc.fixturenames:
        return
    path = metafunc.config.getoption("--submission", default=None)
    if path:
        if not Path(path).is_file():
            raise pytest.UsageError(f"there is no notebook {path}")
        submissions = find(Path(path))
        lab = lab_for(submissions, metafunc.config.getoption("--lab"))
        graded = [(lab, submissions[0].read())]
    else:
        graded = [(lab, solution(lab)) for lab in LABS]
    items = [(data, claim, lab) for lab, data in graded for claim in load(lab).claims]
    ids = [f"{lab}-{claim.id}" for _, claim, lab in items]
    metafunc.parametrize("handed_in,claim,lab", items, ids=ids)


@pytest.fixture(scope="session")
def results():
    return {}


def test_claim(handed_in, claim, lab, results):
    """The notebook is run once; each claim is an item of its own."""
    if (lab, handed_in) not in results:
        # A salt of this run alone: nobody knows the draws beforehand.
        results[lab, handed_in] = examine(handed_in, lab, secrets.token_bytes(32), "limits")
    result = results[lab, handed_in]
    verdict = next(
        found
        for exercise in result["exercises"]
        for found in exercise["claims"]
        if found["claim"] == claim.id
    )
    if verdict["earned"] < verdict["points"]:
        reasons = [verdict["text"], f"Seen: {verdict['seen'] or 'an edge case alone'}"]
        pytest.fail("\n".join(reasons + result["notes"]), pytrace=False)
