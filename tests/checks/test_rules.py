"""Rules that every claim of every lab keeps."""

import re

import numpy as np
import pytest
from handed_in import LABS, solved_names

from course_kit.checks import InNotebook, StudentError, judge, load
from course_kit.checks.notebook import seeded

EXERCISES = [(lab, exercise) for lab in LABS for exercise in load(lab).exercises]
CLAIMS = [claim for lab in LABS for claim in load(lab).claims]


class Asked:
    """A student that answers with `answer(right, arguments)`, and notes what it was asked."""

    def __init__(self, lab, answer=lambda right, arguments: right):
        self._right = InNotebook(solved_names(lab))
        self._answer = answer
        self.probes = []
        self.replies = []

    def __call__(self, probe, *arguments):
        self.probes.append(probe.__name__)
        reply = self._answer(self._right(probe, *arguments), arguments)
        self.replies.append(reply)
        return reply


def each(change):
    """Change each array of an answer."""

    def answer(right, arguments):
        return tuple(map(change, right)) if isinstance(right, tuple) else change(right)

    return answer


def echo(position):
    """Answer with the argument at `position` (or the last one there is)."""

    def answer(right, arguments):
        given = np.asarray(arguments[min(position, len(arguments) - 1)])
        return tuple(given for _ in right) if isinstance(right, tuple) else given

    return answer


def as_floats(value):
    return lambda array: np.full(np.shape(array), value, np.float32)


NOTHINGS = {
    "zeros": each(as_floats(0)),
    "ones": each(as_floats(1)),
    "a half": each(as_floats(0.5)),
    "NaN": each(as_floats(np.nan)),
    "infinity": each(as_floats(np.inf)),
    "empty": each(lambda array: np.zeros(0, np.float32)),
    "scalar": each(lambda array: np.float32(0.5)),
    "whole numbers": each(lambda array: np.asarray(array).astype(np.int64)),
    "booleans": each(lambda array: np.asarray(array) != 0),
    "one axis more": each(lambda array: np.asarray(array)[None]),
    "negated": each(lambda array: -np.asarray(array, np.float32) - 1),
    **{f"echo {position}": echo(position) for position in range(5)},
}


def verdicts(lab, exercise, student, seed=1):
    return judge(load(lab), exercise, student, lambda claim: seeded(seed, claim.id))


def is_edge(lab, verdict):
    return next(claim.edge for claim in load(lab).claims if claim.id == verdict.claim)


@pytest.mark.parametrize("lab,exercise", EXERCISES)
def test_solution_earns_all_points(lab, exercise):
    found = verdicts(lab, exercise, Asked(lab))
    assert [v.claim for v in found if v.earned < v.points] == []


@pytest.mark.parametrize("lab,exercise", EXERCISES)
@pytest.mark.parametrize("nothing", NOTHINGS)
def test_saying_nothing_earns_nothing(lab, exercise, nothing):
    found = verdicts(lab, exercise, Asked(lab, NOTHINGS[nothing]))
    assert [v.claim for v in found if v.passed and not is_edge(lab, v)] == []
    assert sum(v.earned for v in found) == 0


@pytest.mark.parametrize("lab,exercise", EXERCISES)
def test_transcript_of_another_draw_earns_nothing(lab, exercise):
    recorded = Asked(lab)
    verdicts(lab, exercise, recorded, seed=1)
    replay = iter(recorded.replies)
    found = verdicts(lab, exercise, lambda probe, *arguments: next(replay), seed=2)
    assert [v.claim for v in found if v.passed and not is_edge(lab, v)] == []
    assert sum(v.earned for v in found) == 0


@pytest.mark.parametrize("lab,exercise", EXERCISES)
def test_questions_do_not_depend_on_verdicts(lab, exercise):
    right, wrong = Asked(lab), Asked(lab, NOTHINGS["empty"])
    verdicts(lab, exercise, right)
    verdicts(lab, exercise, wrong)
    assert right.probes == wrong.probes


@pytest.mark.parametrize("lab,exercise", EXERCISES)
def test_code_that_raises_earns_nothing(lab, exercise):
    def student(probe, *arguments):
        raise StudentError("your code raised NotImplementedError")

    found = verdicts(lab, exercise, student)
    assert sum(v.earned for v in found) == 0
    assert all("NotImplementedError" in v.seen for v in found)


@pytest.mark.parametrize("lab", LABS)
def test_points_sum_to_100(lab):
    assert load(lab).points == 100


@pytest.mark.parametrize("lab,exercise", EXERCISES)
def test_exercise_has_four_claims_and_not_only_edges(lab, exercise):
    claims = load(lab).claims_of(exercise)
    assert len(claims) >= 4
    assert sum(not claim.edge for claim in claims) >= 2


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_claim_speaks_to_a_student(claim):
    assert claim.text.endswith(".") and len(claim.text) < 200
    assert claim.hint and claim.points > 0


def test_exercise_names_are_unique_over_all_labs():
    found = [exercise for _, exercise in EXERCISES]
    assert len(found) == len(set(found))


@pytest.mark.parametrize("lab,exercise", EXERCISES)
def test_failure_never_shows_what_was_wanted(lab, exercise):
    """The numbers in a message are the student's own: those of the right answer stay hidden."""
    right = Asked(lab)
    verdicts(lab, exercise, right)
    parts = [part for r in right.replies for part in (r if isinstance(r, tuple) else (r,))]
    wanted = {f"{number:.4g}" for part in parts for number in np.ravel(part)}
    telling = {number for number in wanted if "." in number and len(number) >= 5}
    for verdict in verdicts(lab, exercise, Asked(lab, each(lambda a: np.full_like(a, 1234.5)))):
        assert verdict.seen or verdict.passed
        assert not telling & set(re.findall(r"[-\d.e]+", verdict.seen)), verdict
