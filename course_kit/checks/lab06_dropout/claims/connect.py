"""DropConnect."""

from typing import Any

import numpy as np

from course_kit.checks import Draw, Student, expect_array, expect_close
from course_kit.checks.lab06_dropout import probes
from course_kit.checks.lab06_dropout.claims.base import (
    DROPOUT,
    dropped,
    expect_survivors,
    four_units,
    hundred_masks,
    lab,
)


def connected(
    x: np.ndarray, kernel: np.ndarray, bias: np.ndarray, u: np.ndarray, rate: float
) -> np.ndarray:
    """A dense layer with dropped weights, its sum written out over the inputs."""
    return np.einsum("bi,iu->bu", x, dropped(kernel, u, rate) / (1 - rate)) + bias


@lab.check(
    "drop_connect",
    points=3,
    hint="Which array does the mask multiply: the input, the kernel or the output? Which of them "
    "has the shape of `u`?",
)
def weights_are_dropped(student: Student, draw: Draw) -> None:
    """Without bias, each unit vector as input shows a row of the kernel: zero where u < rate."""
    kernel, u, rate = draw.normal(24, 12), draw.uniform(24, 12), draw.rate()
    order = draw.permutation(24)
    x, bias = np.eye(24, dtype="float32")[order], np.zeros(12, "float32")
    y = student(probes.connect, x, kernel, bias, u, rate)
    expect_survivors(y, (u >= rate)[order])


@lab.check(
    "drop_connect",
    points=2,
    hint="Which weights take part in the sum, and how large are they now?",
)
def the_rest_is_a_dense_layer(student: Student, draw: Draw) -> None:
    """The output is that of a dense layer whose surviving weights are divided by 1 - rate."""
    x, kernel, bias = draw.normal(8, 12), draw.normal(12, 9), draw.normal(9)
    u, rate = draw.uniform(12, 9), draw.rate()
    y = student(probes.connect, x, kernel, bias, u, rate)
    expect_close(y, connected(x, kernel, bias, u, rate), atol=1e-4)


@lab.check(
    "drop_connect",
    points=2,
    hint="Draw the two inputs, the two units and the four arrows between them. Which arrow is "
    "left at rate 0.75?",
)
def four_weights_by_hand(student: Student, draw: Draw) -> None:
    """Two inputs, two units, rate 0.75, by hand: one weight is left, four times as large."""
    row, u = four_units(draw)
    kernel, u = row.reshape(2, 2), u.reshape(2, 2)
    x, bias = draw.integers(1, 9, 1, 2).astype("float32"), draw.integers(1, 9, 2).astype("float32")
    y = student(probes.connect, x, kernel, bias, u, 0.75)
    expect_close(y, x @ np.where(u > 0.8, 4.0 * kernel, 0.0) + bias)


@lab.check(
    "drop_connect",
    points=2,
    hint="When every weight is gone, what is left of W x + b?",
)
def bias_is_never_dropped(student: Student, draw: Draw) -> None:
    """With every weight dropped, each sample's output is the bias, not scaled."""
    x, kernel, bias = draw.normal(4, 6), draw.normal(6, 3), draw.normal(3)
    rate = draw.rate()
    y = student(probes.connect, x, kernel, bias, draw.uniform(6, 3) * np.float32(rate), rate)
    expect_close(y, np.tile(bias, (4, 1)))


@lab.check(
    "drop_connect",
    points=1,
    hint="In which mean does the factor 1 / (1 - rate) take part: that of the weights, or that "
    "of the bias too?",
    edge=True,  # as the next: a dense layer that drops nothing meets it
)
def average_over_masks_is_dense(student: Student, draw: Draw) -> None:
    """The output, averaged over a hundred evenly spread masks, is that of the dense layer."""
    x, bias, rate = draw.normal(3, 4), draw.normal(2), draw.rate()
    kernels, us = hundred_masks(draw, 4, 2)
    kernel = kernels[0]
    outputs = student(probes.connect_each, x, kernel, bias, us, rate)
    outputs = expect_array(outputs, (100, 3, 2))
    dense = np.float64(x) @ kernel + bias
    expect_close(np.float64(outputs).mean(axis=0), dense, "average over masks", atol=1e-4)


@lab.check(
    "drop_connect",
    points=2,
    hint="At rate 0 no weight is dropped. Which layer is that?",
    edge=True,
)
def rate_zero_is_dense(student: Student, draw: Draw) -> None:
    """One sample at rate 0: the plain dense layer."""
    x, kernel, bias, u = draw.normal(1, 7), draw.normal(7, 4), draw.normal(4), draw.uniform(7, 4)
    y = student(probes.connect, x, kernel, bias, u, 0.0)
    expect_close(y, np.float64(x) @ kernel + bias, atol=1e-4)


@lab.check(
    "drop_connect",
    points=1,
    hint="Does a line write into `kernel` itself (`kernel *= ...`)? Who would give the lost "
    "weights back at the next step?",
    edge=True,
)
def kernel_is_left_alone(student: Student, draw: Draw) -> None:
    """The kernel is the same after the call as before."""
    x, kernel, bias = draw.normal(4, 12), draw.normal(12, 9), draw.normal(9)
    u, rate = draw.uniform(12, 9), draw.rate()
    _, after = student(probes.connect_and_kernel, x, kernel, bias, u, rate)
    expect_close(after, kernel, "kernel after the call", rtol=0, atol=0)


# The same for everybody: from what is answered here, known mistakes are recognised. As many
# samples as inputs and units, so that a mask on a wrong axis still fits.
RANDOM = np.random.default_rng(0)
X, KERNEL = (RANDOM.normal(size=(3, 3)).astype("float32") for _ in range(2))
BIAS, U = np.arange(1, 4, dtype="float32"), RANDOM.uniform(size=(3, 3)).astype("float32")


@lab.question("drop_connect")
def and_the_kernel_afterwards(student: Student) -> Any:
    """The output, and whether the kernel is left as it was."""
    y, after = student(probes.connect_and_kernel, X, KERNEL, BIAS, U, 0.4)
    return y, np.array_equal(after, KERNEL)


lab.forbids("drop_connect", *DROPOUT, "course_kit.layers.DropConnect")
