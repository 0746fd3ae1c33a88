"""The l1 penalty and its gradient."""

from typing import Any

import numpy as np

from course_kit.checks import Draw, Student, expect_close
from course_kit.checks.lab05_regularization import probes
from course_kit.checks.lab05_regularization.claims.base import factor_of, finite, lab

EXERCISE = "l1_penalty"

# The question's: both signs, sizes that differ, and a zero.
WEIGHTS = np.array([[3.0, -2.0], [0.0, -0.5]], "float32")


def expect_penalty(student: Student, w: np.ndarray, factor: float) -> None:
    """Both parts of the answer for `w`."""
    penalty, gradient = student(probes.l1, w, factor)
    expect_close(penalty, factor * np.abs(np.float64(w)).sum(), "penalty")
    expect_close(gradient, factor * np.sign(np.float64(w)), "gradient")


@lab.check(
    EXERCISE,
    points=3,
    hint="In this course `factor` multiplies the plain sum of absolute values, as in Keras. "
    "Is there another number in front of it?",
)
def penalty_is_the_sum_of_absolute_values(student: Student, draw: Draw) -> None:
    """The penalty is factor times the sum of the absolute values."""
    w, factor = draw.normal(6, 5), factor_of(draw)
    penalty, _ = student(probes.l1, w, factor)
    expect_close(penalty, factor * np.abs(np.float64(w)).sum(), "penalty")


@lab.check(
    EXERCISE,
    points=4,
    hint="Draw the function abs(w). What is its slope to the right of zero, and to the left? "
    "Does the slope know how far away zero is?",
)
def gradient_is_the_slope_of_the_penalty(student: Student, draw: Draw) -> None:
    """The gradient has the size factor and the sign of the weight, whatever the weight's size."""
    w, factor = draw.normal(6, 5), factor_of(draw)
    _, gradient = student(probes.l1, w, factor)
    # Slopes of the penalty itself, from its values left and right of each weight.
    step = 1e-4
    slope = (np.abs(np.float64(w) + step) - np.abs(np.float64(w) - step)) / (2 * step)
    expect_close(gradient, factor * slope, "gradient")


@lab.check(
    EXERCISE,
    points=2,
    hint="With pen and paper: half of the sum of the four sizes, and four slopes.",
)
def four_weights_by_hand(student: Student, draw: Draw) -> None:
    """Four whole weights, two of them negative, factor 0.5, by hand."""
    signs = np.array([1, -1, 1, -1], "float32")[draw.permutation(4)]
    expect_penalty(student, draw.integers(2, 99, 4).astype("float32") * signs, 0.5)


@lab.check(
    EXERCISE,
    points=2,
    hint="A step of descent is w - rate * gradient. Which sign must the gradient of a negative "
    "weight have, so that the step leads towards zero?",
)
def negative_weights_are_pulled_up(student: Student, draw: Draw) -> None:
    """A step against the gradient brings negative weights nearer to zero, each by the same."""
    w, factor = -1 - draw.uniform(9), factor_of(draw)
    _, gradient = student(probes.l1, w, factor)
    expect_close(np.float64(w) - 0.1 * np.float64(gradient), w + 0.1 * factor, "w after a step")


@lab.check(
    EXERCISE,
    points=2,
    hint="What is 0 / 0? A weight that is zero already: where should it go?",
)
def zero_stays_zero(student: Student, draw: Draw) -> None:
    """A weight of exactly zero has the gradient zero, beside others that have not."""
    w = draw.normal(5, 4)
    w[draw.integer(0, 4), :] = 0
    expect_penalty(student, w, factor_of(draw))


@lab.check(
    EXERCISE,
    points=1,
    hint="Over which axes do you sum, if the kernel has four of them?",
)
def any_kernel_has_one_penalty(student: Student, draw: Draw) -> None:
    """A convolution's kernel has one penalty, a number, and a gradient of its own shape."""
    expect_penalty(student, draw.normal(3, 3, 2, 4), factor_of(draw))


@lab.question(EXERCISE)
def penalty_and_gradient(student: Student) -> Any:
    """Four weights of both signs, one of them zero."""
    penalty, gradient = student(probes.l1, WEIGHTS, 0.1)
    return penalty, finite(gradient)


lab.forbids(EXERCISE, "keras.regularizers.L1", "keras.regularizers.L1L2")
