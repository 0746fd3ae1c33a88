import json
import re
import subprocess
import sys

import numpy as np
import pytest

import course_kit
from course_kit.checks import Lab, UnknownName, check_in, expect_close, judge, load, names
from course_kit.checks.draw import Draw
from course_kit.checks.lab import lab_of
from course_kit.checks.notebook import InNotebook, seeded

RIGHT = """
def exponential_average(values, beta):
    average, averages = 0.0, []
    for t, value in enumerate(values, start=1):
        average = beta * average + (1 - beta) * value
        averages.append(average / (1 - beta**t))
    return np.array(averages)
"""


def namespace(code):
    found = {"np": np}
    exec(code, found)
    return found


def test_right_answer_passes_whatever_the_seed():
    found = namespace(RIGHT)
    for seed in range(30):
        assert check_in(found, "exponential_average", seed).passed


def test_check_asks_the_notebook_that_calls_it():
    found = namespace("from course_kit import check" + RIGHT)
    exec("result = check('exponential_average')", found)
    assert found["result"].earned == 100


def test_seed_repeats_the_draws_and_fresh_ones_differ():
    code = (
        "seen = []\ndef exponential_average(values, beta):\n    seen.append(values); return values"
    )
    found = namespace(code)
    check_in(found, "exponential_average", 5)
    check_in(found, "exponential_average", 5)
    check_in(found, "exponential_average")
    first, second, fresh = (found["seen"][i] for i in (0, 6, 12))
    np.testing.assert_array_equal(first, second)
    assert not np.array_equal(first, fresh)


def test_result_prints_its_seed_so_that_it_can_be_repeated():
    result = check_in(namespace(RIGHT), "exponential_average")
    seed = int(re.search(r"seed=(\d+)", repr(result))[1])
    assert seed == result.seed and f"seed={seed}" in result._repr_html_()


def test_text_says_claim_seen_and_hint():
    result = check_in(
        namespace("def exponential_average(values, beta): return values"), "exponential_average"
    )
    said = re.sub(r"\s+", " ", repr(result))
    assert "exponential_average: 0 of 100 points" in said
    assert "Every entry is the bias-corrected exponential average" in said
    assert "values differ" in said and "Hint:" in said


def test_html_escapes_what_the_student_wrote():
    code = "def exponential_average(values, beta): raise ValueError('<script>alert(1)</script>')"
    html = check_in(namespace(code), "exponential_average")._repr_html_()
    assert "<script>" not in html and "&lt;script&gt;" in html


def test_text_does_not_read_brackets_as_markup():
    code = "def exponential_average(values, beta): raise ValueError('[bold]x[/] [link=a]')"
    assert "[bold]x[/]" in repr(check_in(namespace(code), "exponential_average"))


def test_missing_name_is_told():
    result = check_in({}, "exponential_average")
    assert result.earned == 0 and "is not defined" in result.verdicts[0].seen


def test_input_that_is_changed_does_not_change_what_is_expected():
    code = "def exponential_average(values, beta):\n    values[:] = 0\n    return values"
    assert check_in(namespace(code), "exponential_average").earned == 0


def test_points_so_far_follow_the_latest_check():
    right, wrong = namespace(RIGHT), {}
    assert check_in(right, "exponential_average").so_far == 100
    assert check_in(wrong, "exponential_average").so_far == 0


def test_unknown_names_list_what_there_is():
    with pytest.raises(UnknownName, match="exponential_average"):
        lab_of("exponential_avrage")
    with pytest.raises(UnknownName, match="00_first_steps"):
        load("99")
    assert load("0") is load("00") is load("00_first_steps")
    assert names() == sorted(names())


def lab_of_two_claims():
    lab = Lab("99_test", "Test")

    @lab.check("f", points=3, hint="?")
    def doubles(student, draw):
        """The input is doubled."""
        x = draw.normal(4)
        expect_close(student(ask, x), 2 * x)

    @lab.check("f", points=2, hint="?", edge=True)
    def keeps_zero(student, draw):
        """Zero stays zero."""
        expect_close(student(ask, np.zeros(2, np.float32)), np.zeros(2))

    return lab


def ask(notebook, x):
    return notebook.f(x)


def judged(f):
    return judge(lab_of_two_claims(), "f", InNotebook({"f": f}), lambda claim: Draw(b"k"))


def test_edge_case_alone_earns_nothing():
    found = judged(lambda x: 3 * x)
    assert [v.passed for v in found] == [False, True]
    assert [v.earned for v in found] == [0, 0] and found[1].withheld


def test_edge_case_counts_beside_a_claim_that_holds():
    assert [v.earned for v in judged(lambda x: 2 * x)] == [3, 2]


def test_what_raises_fails_its_claim_only():
    def f(x):
        if x.any():
            return 2 * x
        raise ZeroDivisionError("only at zero")

    found = judged(f)
    assert [v.passed for v in found] == [True, False]
    assert "ZeroDivisionError: only at zero" in found[1].seen


def test_claim_needs_a_docstring_and_a_name_of_its_own():
    lab = Lab("99_test", "Test")
    with pytest.raises(ValueError, match="no docstring"):
        lab.check("f", points=1, hint="?")(lambda student, draw: None)


def test_draws_differ_from_claim_to_claim():
    assert not np.array_equal(seeded(1, "a").normal(4), seeded(1, "b").normal(4))


def test_import_loads_neither_tensorflow_nor_keras():
    code = "import sys, json, course_kit; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(json.loads(done.stdout))
    assert not loaded & {"tensorflow", "keras", "numpy", "matplotlib"}


def test_unknown_part_is_an_attribute_error():
    with pytest.raises(AttributeError, match="nonsense"):
        course_kit.nonsense  # noqa: B018
