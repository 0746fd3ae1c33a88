"""Starters earn 0, solutions all points, wrong answers lose the claim they name.

Mistakes are told by what an answer does: however it is written, and no other answer's.
"""

from collections import Counter

import numpy as np
import pytest
from handed_in import ANSWERS, LABS, MUTANTS, ROOT, checked, names_of, solved_names, source
from lab_table import BEGIN, END, table

from course_kit.authoring import build
from course_kit.authoring.answers import Answer, names_defined
from course_kit.authoring.mistakes import collect, path_of, same
from course_kit.checks import all_labs, check_in, load
from course_kit.checks.expect import Mismatch
from course_kit.checks.mistakes import known_of
from course_kit.checks.lab06_dropout.claims.layer import masks_of

WRONG = [answer for answer in ANSWERS if answer.loses]
UNRELATED = [
    Answer(path.parts[-3], path.parts[-2], path)
    for path in sorted((MUTANTS / "unrelated").glob("*/*/*.py"))
]
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
    found = lost(checked(answer))
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


@pytest.mark.parametrize("lab", LABS)
def test_exercises_are_claimed_in_the_order_of_the_notebook(lab):
    cells = build(source(lab)).cells
    asked = [cell.metadata["exercise"] for cell in cells if "exercise" in cell.metadata]
    assert load(lab).exercises == asked


@pytest.mark.parametrize("lab", LABS)
def test_mistakes_are_those_of_the_wrong_answers(lab):
    """What is kept is what the answers answer now: course-kit build --mistakes."""
    assert same(path_of(load(lab)), collect(source(lab), MUTANTS, names_of))


@pytest.mark.parametrize("lab", LABS)
def test_nine_of_ten_second_versions_are_named_rightly(lab):
    firsts = [answer for answer in WRONG if answer.lab == lab and answer.again]
    told = {answer: checked(answer.again).mistake for answer in firsts}
    for answer, sentence in told.items():
        print(f"{answer.exercise:24} {answer.name:32} told: {sentence or 'nothing'}")
    assert {answer: told[answer] for answer in firsts} == {
        answer: told[answer] and answer.sentence for answer in firsts
    }, "a sentence that does not fit"
    assert firsts and sum(map(bool, told.values())) >= 0.9 * len(firsts)


@pytest.mark.parametrize("lab", LABS)
def test_most_mistakes_have_a_second_version(lab):
    wrong = [answer for answer in WRONG if answer.lab == lab]
    assert sum(answer.again is not None for answer in wrong) >= 0.9 * len(wrong)


@pytest.mark.parametrize("answer", [a for a in ANSWERS if not a.loses], ids=str)
def test_right_answer_is_taken_for_no_mistake(answer):
    assert checked(answer).recognised == ""


@pytest.mark.parametrize("answer", UNRELATED, ids=str)
def test_unrelated_answer_is_taken_for_no_mistake(answer):
    assert not checked(answer).passed and checked(answer).recognised == ""


@pytest.mark.parametrize("answer", WRONG, ids=str)
def test_student_reads_the_sentence_beside_what_failed(answer):
    """As far as the mistake can be told at all: what only raises is like nothing."""
    result = checked(answer)
    known = {(m.exercise, m.name) for m in known_of(load(answer.lab).package)}
    assert not result.passed
    assert result.mistake == (
        answer.sentence if (answer.exercise, answer.name) in known else ""
    )
    assert result.mistake in " ".join(repr(result).split())
    assert result.mistake == "" or "Most likely" in result._repr_html_()


def test_table_in_the_readme_is_what_is_there():
    """python tests/lab_table.py writes it."""
    shown = table(lambda answer: checked(answer).mistake)
    print(shown)
    assert f"{BEGIN}\n{shown}{END}" in (ROOT / "README.md").read_text(encoding="utf-8")


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


@pytest.mark.parametrize(
    "odd",
    [
        lambda *arguments: (np.ones(3), np.ones(3)),
        lambda *arguments: np.array(1.0),
        lambda *arguments: np.array(["a"]),
        lambda *arguments: np.ones(10**6),
        lambda *arguments: None,
    ],
)
@pytest.mark.parametrize("lab,exercise", EXERCISES)
def test_answer_of_another_kind_is_no_mistake_and_stops_no_check(lab, exercise, odd):
    """A question that stumbles over an answer must not take the whole submission with it."""
    names = dict(solved_names(lab)) | {name: odd for name in load(lab).written[exercise]}
    result = check_in(names, exercise)
    assert result.earned == 0 and result.recognised == ""
