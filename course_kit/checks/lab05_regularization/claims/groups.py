"""Group lasso: the sum of the neurons' lengths."""

from typing import Any

import numpy as np

from course_kit.checks import Draw, Student, expect_close
from course_kit.checks.lab05_regularization import probes
from course_kit.checks.lab05_regularization.claims.base import (
    directions,
    factor_of,
    finite,
    lab,
    lengths,
    spread,
)

EXERCISE = "group_lasso"
RATE, STEPS = 0.5, 3

# The question's: neurons of length 5, 13 and 0, and rows whose lengths differ from those.
KERNEL = np.array([[3.0, 5.0, 0.0], [-4.0, 12.0, 0.0]], "float32")


@lab.check(
    EXERCISE,
    points=4,
    hint="How many lengths are there in a kernel (7, 5)? Which axis disappears when you take them?",
)
def penalty_is_the_sum_of_lengths(student: Student, draw: Draw) -> None:
    """The penalty is factor times the sum of the lengths, one for each neuron (column)."""
    w, factor = draw.normal(7, 5), factor_of(draw)
    penalty = student(probes.group, w, factor)
    expect_close(penalty, factor * lengths(w).sum(), "penalty", rtol=1e-3)


@lab.check(
    EXERCISE,
    points=3,
    hint="A right-angled triangle with sides 3 and 4 has a third of which length? Is it squared "
    "in the formula?",
)
def two_neurons_by_hand(student: Student, draw: Draw) -> None:
    """Two neurons, multiples of (3, 4) and (5, 12), factor 0.5, by hand."""
    small, large = draw.integer(1, 40), draw.integer(41, 80)
    w = np.array([[3 * small, -5 * large], [4 * small, 12 * large]], "float32")
    penalty = student(probes.group, w, 0.5)
    expect_close(penalty, (5 * small + 13 * large) / 2, "penalty")


@lab.check(
    EXERCISE,
    points=4,
    hint="In `fit` the kernel is a symbol without numbers: does each line work on it? How much "
    "shorter should a neuron get in one step, and does its length matter?",
)
def fit_shortens_each_neuron_alike(student: Student, draw: Draw) -> None:
    """Three steps of fit with nothing to learn take 3 * rate * factor off each neuron's length."""
    factor, long = factor_of(draw), spread(draw, 1.5, 6, 4)
    way = directions(draw, 6, 4)
    w = student(probes.group_in_fit, (way * long).astype("float32"), factor, RATE, STEPS)
    expect_close(w, way * (long - STEPS * RATE * factor), "kernel after fit", rtol=1e-3, atol=1e-4)


@lab.check(
    EXERCISE,
    points=3,
    hint="What is the slope of a square root at 0, and what comes of it when it is multiplied by "
    "0? What can you do to keep the root away from there? To choose another value behind the root "
    "does not change its slope.",
)
def neuron_of_zeros_does_no_harm(student: Student, draw: Draw) -> None:
    """A neuron of zeros gets a gradient of zeros, compiled or not, and the others get theirs."""
    factor, long = factor_of(draw), spread(draw, 1.5, 6, 4)
    long[draw.integer(0, 3)] = 0
    way = directions(draw, 5, 4)
    gradients = student(probes.group_gradients, (way * long).astype("float32"), factor)
    for gradient, where in zip(
        gradients, ("in compiled code", "in code not compiled"), strict=True
    ):
        desired = factor * way * (long > 0)
        expect_close(gradient, desired, f"gradient {where}", rtol=1e-3, atol=1e-4)


@lab.check(
    EXERCISE,
    points=1,
    hint="How long is a vector with a single entry?",
)
def one_input_makes_it_l1(student: Student, draw: Draw) -> None:
    """With a single input the penalty is that of l1."""
    w, factor = draw.normal(1, 6), factor_of(draw)
    penalty = student(probes.group, w, factor)
    expect_close(penalty, factor * np.abs(np.float64(w)).sum(), "penalty", rtol=1e-3)


@lab.check(
    EXERCISE,
    points=1,
    hint="With one neuron there is one length. Does your code still return one number?",
)
def one_neuron_has_one_length(student: Student, draw: Draw) -> None:
    """With a single neuron the penalty is factor times its length."""
    w, factor = draw.normal(9, 1), factor_of(draw)
    penalty = student(probes.group, w, factor)
    expect_close(penalty, factor * lengths(w)[0], "penalty", rtol=1e-3)


@lab.question(EXERCISE)
def penalty_of_three_neurons(student: Student) -> Any:
    """Neurons of length 5, 13 and 0: rows, columns, squares and roots all differ."""
    return student(probes.group, KERNEL, 0.5)


@lab.question(EXERCISE)
def gradient_with_a_neuron_of_zeros(student: Student) -> Any:
    """In compiled code and in code that is not: where it is not finite, it shows here only."""
    compiled, plain = student(probes.group_gradients, KERNEL, 0.5)
    # Of the neuron of zeros this alone: l1 has more than one right slope there.
    found = [np.isfinite(gradient).mean() for gradient in (compiled, plain)]
    return finite(plain[:, :2]), np.array(found)


lab.forbids(
    EXERCISE,
    "course_kit.regularizers.GroupLasso",
    "keras.regularizers.L1",
    "keras.regularizers.L2",
    "keras.regularizers.L1L2",
)
