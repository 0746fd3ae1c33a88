"""Starters earn 0, solutions all points, wrong answers lose the claim they name."""

from collections import Counter

import numpy as np
import pytest
from handed_in import ANSWERS, LABS, names_of, solved_names, source

from course_kit.authoring import build
from course_kit.authoring.answers import names_defined
from course_kit.checks import all_labs, check_in, load
from course_kit.checks.expect import Mismatch
from course_kit.checks.lab06_dropout.claims.layer import masks_of

EXERCISES = [(lab, exercise) for lab in LABS for exercise in load(lab).exercises]


def lost(result):
    return {v.claim.split(".")[1] for v in result.verdicts if v.earned < v.points}


@pytest.mark.parametrize("lab,exercise", EXERCISES)
def test_solution_earns_full_marks(lab, exercise):
    assert lost(check_in(solved_names(lab), exercise)) == set()


@pytest.mark.parametrize("lab", LABS)
def test_starter_earns_nothing(lab):
    namespace = names_defined(build(source(lab)))
    assert [check_in(namespace, exercise).earned for exercise in load(lab).exercises] == [
        0 for _ in load(lab).exercises
    ]


@pytest.mark.parametrize("answer", ANSWERS, ids=str)
def test_answer_loses_just_what_it_names(answer):
    found = lost(check_in(names_of(answer), answer.exercise))
    if answer.loses:
        assert answer.loses <= found, f"kept {answer.loses - found}"
    else:
        assert found == set()


@pytest.mark.parametrize("lab,exercise", EXERCISES)
def test_exercise_has_three_wrong_answers_and_an_unusual_right_one(lab, exercise):
    kinds = Counter(bool(a.loses) for a in ANSWERS if (a.lab, a.exercise) == (lab, exercise))
    assert kinds[True] >= 3 and kinds[False] >= 1


def test_answers_name_exercises_and_claims_that_exist():
    claims = {claim.id for lab in all_labs() for claim in lab.claims}
    for answer in ANSWERS:
        assert {f"{answer.exercise}.{name}" for name in answer.loses} <= claims, answer
        assert answer.sentence.endswith("."), answer


@pytest.mark.parametrize("calls", [1, 3])
def test_as_many_outputs_are_looked_at_as_were_asked_for(calls):
    """Fewer would be too few to see a mask that never changes; more, nobody asked for."""
    x, outputs = np.ones((4, 3)), np.full((2, 4, 3), 2.0)
    assert masks_of(outputs, x, 0.5, 2).all()
    with pytest.raises(Mismatch, match="shape"):
        masks_of(outputs, x, 0.5, calls)


def test_layer_that_drops_nothing_is_no_drop_connect():
    names = dict(solved_names("06_dropout"))
    names["drop_connect"] = lambda x, kernel, bias, u, rate: x @ kernel + bias
    assert check_in(names, "drop_connect").earned == 0
