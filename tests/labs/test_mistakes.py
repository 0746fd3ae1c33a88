"""Mistakes are told by what an answer does: however it is written, and no other answer's."""

from collections import Counter
from functools import cache

import pytest
from handed_in import ANSWERS, LABS, MUTANTS, ROOT, names_of, source
from lab_table import BEGIN, END, table

from course_kit.authoring.answers import Answer
from course_kit.authoring.mistakes import collect, path_of, same
from course_kit.checks import load
from course_kit.checks.mistakes import known_of, recognise
from course_kit.checks.notebook import InNotebook, check_in

WRONG = [answer for answer in ANSWERS if answer.loses]
AGAIN = [answer.again for answer in WRONG if answer.again]
UNRELATED = [
    Answer(path.parts[-3], path.parts[-2], path)
    for path in sorted((MUTANTS / "unrelated").glob("*/*/*.py"))
]


@cache
def named(answer):
    """The name of the mistake that an answer is taken for, or None."""
    found = recognise(load(answer.lab), answer.exercise, InNotebook(names_of(answer)))
    return found and found.name


@pytest.mark.parametrize("lab", LABS)
def test_mistakes_are_those_of_the_wrong_answers(lab):
    """What is kept is what the answers answer now: course-kit build --mistakes."""
    assert same(path_of(load(lab)), collect(source(lab), MUTANTS))


@pytest.mark.parametrize("lab", LABS)
def test_nine_of_ten_second_versions_are_named_rightly(lab):
    sentences = {(m.exercise, m.name): m.sentence for m in known_of(load(lab).package)}
    again = [answer for answer in AGAIN if answer.lab == lab]
    taken = [(answer, named(answer)) for answer in again]
    table = Counter((answer.exercise, answer.name, other or "nothing") for answer, other in taken)
    for (exercise, name, other), _ in sorted(table.items()):
        print(f"{exercise:24} {name:32} taken for {other}")
    right = sum(
        other is not None
        and sentences[answer.exercise, other] == sentences.get((answer.exercise, answer.name))
        for answer, other in taken
    )
    assert all(
        other in (None, answer.name)
        or sentences[answer.exercise, other] == sentences.get((answer.exercise, answer.name))
        for answer, other in taken
    ), "a sentence that does not fit"
    assert again and right >= 0.9 * len(again)


@pytest.mark.parametrize("lab", LABS)
def test_most_mistakes_have_a_second_version(lab):
    wrong = [answer for answer in WRONG if answer.lab == lab]
    assert sum(answer.again is not None for answer in wrong) >= 0.9 * len(wrong)


@pytest.mark.parametrize("answer", [a for a in ANSWERS if not a.loses], ids=str)
def test_right_answer_is_taken_for_no_mistake(answer):
    assert named(answer) is None


@pytest.mark.parametrize("answer", UNRELATED, ids=str)
def test_unrelated_answer_is_taken_for_no_mistake(answer):
    assert not check_in(names_of(answer), answer.exercise).passed
    assert named(answer) is None


@pytest.mark.parametrize("answer", WRONG, ids=str)
def test_student_reads_the_sentence_beside_what_failed(answer):
    """As far as the mistake can be told at all: what only raises is like nothing."""
    result = check_in(names_of(answer), answer.exercise)
    known = {(m.exercise, m.name) for m in known_of(load(answer.lab).package)}
    assert not result.passed
    assert result.mistake == (
        answer.sentence if (answer.exercise, answer.name) in known else ""
    )
    assert result.mistake in repr(result).replace("\n", " ") or not result.mistake
    assert result.mistake == "" or "Most likely" in result._repr_html_()


def test_table_in_the_readme_is_what_is_there():
    """python tests/lab_table.py writes it."""
    shown = table()
    print(shown)
    assert f"{BEGIN}\n{shown}{END}" in (ROOT / "README.md").read_text(encoding="utf-8")
