"""What is said, and what is taken for a mistake, where an answer raised."""

import keras
import numpy as np
import pytest

from course_kit.checks import StudentError
from course_kit.checks.mistakes import alike, signature
from course_kit.checks.notebook import explain


class Raising(keras.layers.Layer):
    def call(self, x):
        raise ValueError("three channels are needed\nand a second line")


class Around(keras.layers.Layer):
    def call(self, x):
        return Raising()(x)


class NoShape(keras.layers.Layer):
    def call(self, x):
        return x * np.ones(x.shape)


def said_of(deed):
    with pytest.raises(Exception) as caught:
        deed()
    return explain(caught.value)


@pytest.fixture(params=["enable", "disable"])
def tracebacks(request, keras_as_it_was):
    """On this setting depends what Keras says, and a notebook may change it."""
    getattr(keras.config, f"{request.param}_traceback_filtering")()


@pytest.mark.usefixtures("tracebacks")
def test_error_within_a_layer_is_what_was_raised_and_not_where_keras_says_it_was():
    expected = "your code raised ValueError: three channels are needed"
    assert said_of(lambda: Raising()(np.ones((2, 3)))).startswith(expected)
    assert said_of(lambda: Around()(np.ones((2, 3)))).startswith(expected)


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="words of TensorFlow's")
@pytest.mark.usefixtures("tracebacks")
def test_error_of_a_call_on_symbols_is_what_was_raised():
    """Keras tries such calls, and says at length what that might mean."""
    said = said_of(lambda: NoShape()(keras.Input((3,))))
    assert said.startswith("your code raised TypeError: 'NoneType'")


def test_error_outside_of_keras_is_said_as_before():
    assert said_of(lambda: [][0]) == "your code raised IndexError: list index out of range"


class OneQuestion:
    """A lab of one question, which raises as it is told to."""

    def __init__(self, error):
        def of_one(student):
            return np.ones(2)

        def that_raises(student):
            raise error

        self.questions = {"one": (of_one, that_raises)}


def signed(error):
    return signature(OneQuestion(error), "one", None)


CAST = "your code raised TypeError: Failed to convert elements of (None, 2) to Tensor (line 3)"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (CAST, CAST.replace("(None, 2)", "(None, 5, 5)").replace("line 3", "line 14"), True),
        (CAST, "your code raised TypeError: unsupported operand types for *: 'a' and 'b'", False),
        (CAST, CAST.replace("TypeError", "ValueError"), False),
        ("your code raised KeyError: 'gamma'", "your code raised KeyError: 'beta'", True),
    ],
)
def test_only_the_same_error_is_a_sign_of_the_same_mistake(one, other, same):
    assert alike(signed(StudentError(one)), signed(StudentError(other))) is same


def test_question_that_stumbles_over_an_answer_is_no_error_of_the_student_s():
    assert not alike(signed(StudentError(CAST)), signed(IndexError("of the question")))
