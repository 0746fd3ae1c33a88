"""Weight norm: the length and the direction of a kernel apart."""

from typing import Any

import numpy as np

from course_kit.checks import Draw, Student, expect_array, expect_close
from course_kit.checks.lab07_normalization import probes
from course_kit.checks.lab07_normalization.claims.base import lab, of_either_sign, scales


def lengths(v: np.ndarray) -> np.ndarray:
    """The length of each unit's weights: (..., units) -> (units,)."""
    return np.sqrt((np.float64(v) ** 2).reshape(-1, v.shape[-1]).sum(axis=0))


@lab.check(
    "weight_norm",
    points=3,
    hint="A unit of a convolution has a weight for each pixel of its window and each input. Over "
    "which axes of (h, w, inputs, units) does its length run?",
)
def each_unit_has_its_length(student: Student, draw: Draw) -> None:
    """A kernel (3, 3, 4, 5): v over the length of each unit's weights, times that unit's g."""
    v, g = draw.normal(3, 3, 4, 5), of_either_sign(draw, 5)
    kernel = student(probes.weights, v, g)
    expect_close(kernel, np.float64(g) * v / lengths(v))


@lab.check(
    "weight_norm",
    points=2,
    hint="How long is (3, 4)? Make it 1 long, then g long.",
)
def a_triangle_by_hand(student: Student, draw: Draw) -> None:
    """v = (3, 4), (5, 12) and (8, 15), by hand: 5, 13 and 17 long before, g long after."""
    sides = np.array([[3, 5, 8], [4, 12, 15]])[:, draw.permutation(3)]
    g = draw.integers(2, 20, 3)
    kernel = student(probes.weights, sides.astype("float32"), g.astype("float32"))
    expect_close(kernel, g * sides / np.sqrt((sides**2).sum(axis=0)))


@lab.check(
    "weight_norm",
    points=1,
    hint="If v is doubled, what happens to v / ||v||?",
)
def the_length_of_v_plays_no_part(student: Student, draw: Draw) -> None:
    """A square kernel, units of very different lengths: only their direction counts."""
    v, g = draw.normal(4, 4) * np.array([0.01, 1, 10, 100], "float32"), scales(draw, 4)
    kernel = student(probes.weights, v, g)
    expect_close(kernel, np.float64(g) * v / lengths(v))


@lab.check(
    "weight_norm",
    points=1,
    hint="One weight a unit: its direction is its sign. And what if g is negative?",
)
def one_input_leaves_the_sign(student: Student, draw: Draw) -> None:
    """With a single input the kernel is g times the sign of v, g negative or not."""
    v, g = draw.normal(1, 6), of_either_sign(draw, 6)
    kernel = expect_array(student(probes.weights, v, g), (1, 6), "kernel")
    expect_close(kernel, np.float64(g) * np.sign(v), "kernel")


@lab.check(
    "weight_norm",
    points=2,
    hint="In `fit`, v and g are symbols. Do all lines use `ops`, so that the gradient finds its "
    "way to both?",
)
def v_and_g_learn_in_fit(student: Student, draw: Draw) -> None:
    """In a dense layer, one step of `fit` moves v and g, and v only at right angles to itself."""
    x, y, rate = draw.normal(8, 3), draw.normal(8, 4), draw.rate()
    v, g = draw.normal(3, 4), scales(draw, 4)
    new_v, new_g = student(probes.weights_in_fit, x, y, v, g, rate)
    direction = np.float64(v) / lengths(v)
    slope = np.float64(x).T @ (2 * (x @ (g * direction) - y) / y.size)
    along = (slope * direction).sum(axis=0)
    step = g / lengths(v) * (slope - along * direction)
    expect_close(new_v, v - rate * step, "v", 1e-3, 1e-4)
    expect_close(new_g, g - rate * along, "g", 1e-3, 1e-4)


@lab.question("weight_norm")
def a_square_kernel(student: Student) -> Any:
    """Three inputs, three units of different lengths, one g negative."""
    v = np.array([[1, -2, 0.3], [4, 0.5, 0.1], [-2, 5, 0.2]], "float32")
    return student(probes.weights, v, np.array([2, -0.5, 3], "float32"))


@lab.question("weight_norm")
def a_square_convolution(student: Student) -> Any:
    """A kernel (2, 2, 2, 2)."""
    v = (np.arange(16, dtype="float32") ** 2 / 20 - 3).reshape(2, 2, 2, 2)
    return student(probes.weights, v, np.array([2, 0.5], "float32"))


@lab.question("weight_norm")
def a_step_of_fit(student: Student) -> Any:
    """v and g of a dense layer after one step."""
    x = np.array([[1, 0.5], [2, -1], [0, 3]], "float32")
    v, g = np.array([[1, -0.5], [0.25, 2]], "float32"), np.array([2, 0.5], "float32")
    return student(probes.weights_in_fit, x, x[::-1] ** 2 / 4, v, g, 0.5)
