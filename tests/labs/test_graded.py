"""The same answers through the grader's own path: other processes, frames, a salt."""

import pytest
from handed_in import ANSWERS, LABS, solution, starter, with_answer

from course_kit.grading.driver import local_executor
from course_kit.grading.examine import examine

SALT = bytes(range(32))


@pytest.fixture(scope="module")
def graded():
    """Results by what was handed in; all are under way before the first is waited for."""
    with local_executor(2) as executor:
        handed_in = {f"{lab} starter": (starter(lab), lab, None) for lab in LABS}
        handed_in |= {f"{lab} solution": (solution(lab), lab, None) for lab in LABS}
        for answer in ANSWERS:
            # Of a wrong one only its exercise is judged: what else it may cost is not asked below.
            only = answer.exercise if answer.loses else None
            handed_in[str(answer)] = (with_answer(answer), answer.lab, only)
        futures = {
            name: executor.submit(examine, data, lab, SALT, "limits", only)
            for name, (data, lab, only) in handed_in.items()
        }
        yield futures
        for future in futures.values():
            future.cancel()


def lost(result):
    return {
        claim["claim"].split(".")[1]
        for found in result["exercises"]
        for claim in found["claims"]
        if claim["earned"] < claim["points"]
    }


@pytest.mark.parametrize("lab", LABS)
def test_starter_earns_nothing(graded, lab):
    result = graded[f"{lab} starter"].result()
    assert (result["earned"], result["notes"]) == (0, [])


@pytest.mark.parametrize("lab", LABS)
def test_solution_earns_full_marks(graded, lab):
    result = graded[f"{lab} solution"].result()
    assert (lost(result), result["earned"], result["notes"]) == (set(), 100, [])


@pytest.mark.parametrize("answer", ANSWERS, ids=str)
def test_answer_loses_just_what_it_names(graded, answer):
    result = graded[str(answer)].result()
    if answer.loses:
        assert answer.loses <= lost(result)
    else:
        assert (lost(result), result["earned"]) == (set(), 100)
