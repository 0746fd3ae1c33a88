"""Claims about the residual sum of two dense layers, relu(x + F(x))."""

from typing import Any

import numpy as np

from course_kit.checks import Draw, Student, expect_array, expect_close
from course_kit.checks.lab10_resnet import probes
from course_kit.checks.lab10_resnet.claims.base import lab, relu


def dense_weights(draw: Draw, units: int, hidden: int) -> list[np.ndarray]:
    """Weights of F: (units, hidden), (hidden,), (hidden, units), (units,)."""
    shapes = ((units, hidden), (hidden,), (hidden, units), (units,))
    return [draw.normal(*shape) for shape in shapes]


def branch(x: np.ndarray, w1: np.ndarray, b1: np.ndarray, w2: np.ndarray, b2: np.ndarray):
    """F(x) in float64."""
    return relu(np.float64(x) @ w1 + b1) @ np.float64(w2) + b2


@lab.check(
    "residual_sum",
    points=4,
    hint="The skip carries the x that came in. Is that still what the name `x` stands for when "
    "the sum is taken?",
)
def input_and_branch_are_added(student: Student, draw: Draw) -> None:
    """The output is relu(x + F(x)), for a branch whose hidden layer has a width of its own."""
    x, weights = draw.normal(6, 5), dense_weights(draw, 5, 7)
    y, _ = student(probes.residual_sum, x, *weights)
    expect_close(y, relu(x + branch(x, *weights)))


@lab.check(
    "residual_sum",
    points=2,
    hint="Take a pencil: what is F at this number, what is the sum, and what leaves the ReLU?",
)
def one_unit_by_hand(student: Student, draw: Draw) -> None:
    """One unit, F(x) = 3 relu(2 x) - 1: a comes out as 7 a - 1, and -a as 0."""
    a = float(draw.integer(1, 9))
    x = np.array([[a], [-a]], "float32")
    weights = [np.array(w, "float32") for w in ([[2]], [0], [[3]], [-1])]
    y, _ = student(probes.residual_sum, x, *weights)
    expect_close(y, np.array([[7 * a - 1], [0.0]]))


@lab.check(
    "residual_sum",
    points=2,
    hint="With F = 0, what is left of relu(x + F(x))? Which value of yours stands in its place?",
)
def silent_branch_leaves_the_input(student: Student, draw: Draw) -> None:
    """Where the second layer is all zeros, the output is relu(x)."""
    x, (w1, b1, w2, b2) = draw.normal(4, 6), dense_weights(draw, 6, 6)
    y, _ = student(probes.residual_sum, x, w1, b1, np.zeros_like(w2), np.zeros_like(b2))
    expect_close(y, relu(np.float64(x)))


@lab.check(
    "residual_sum",
    points=2,
    hint="Which comes first, the sum or the last ReLU? What becomes of a branch that is negative?",
)
def negative_branch_takes_away(student: Student, draw: Draw) -> None:
    """A branch that is negative lowers x: the ReLU waits until after the sum."""
    x, (w1, b1, w2, _) = np.abs(draw.normal(4, 3)) + 3, dense_weights(draw, 3, 5)
    b2 = -draw.uniform(3)
    y, _ = student(probes.residual_sum, x, w1, b1, np.zeros_like(w2), b2)
    expect_close(y, np.float64(x) + b2)


@lab.check(
    "residual_sum",
    points=1,
    hint="Where x + F(x) is below zero, what should come out?",
    edge=True,
)
def nothing_negative_comes_out(student: Student, draw: Draw) -> None:
    """A batch of one whose input is negative throughout, and a branch of zeros: zeros."""
    x, (w1, b1, w2, b2) = -np.abs(draw.normal(1, 4)), dense_weights(draw, 4, 4)
    y, _ = student(probes.residual_sum, x, w1, b1, np.zeros_like(w2), np.zeros_like(b2))
    expect_close(y, np.zeros((1, 4)))


@lab.check(
    "residual_sum",
    points=1,
    hint="Does a line write into `x` itself (`x += ...`)? The skip is not the only one who reads "
    "it.",
    edge=True,
)
def input_is_not_overwritten(student: Student, draw: Draw) -> None:
    """The input is the same after the call as before."""
    x, weights = draw.normal(4, 5), dense_weights(draw, 5, 5)
    y, after = student(probes.residual_sum, x, *weights)
    expect_array(y, x.shape)
    expect_close(after, x, "input after the call", rtol=0, atol=0)


FIXED = np.random.default_rng(0)
ASKED = [FIXED.normal(size=shape).astype("float32") for shape in ((3, 4), (4, 4), 4, (4, 4), 4)]


@lab.question("residual_sum")
def a_square_block(student: Student) -> Any:
    """The output for a hidden layer as wide as x, and the input after the call."""
    return student(probes.residual_sum, *ASKED)


lab.forbids("residual_sum", "course_kit.layers.Residual")
