"""Vanilla dropout."""

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


@lab.check(
    "vanilla_dropout",
    points=3,
    hint="`rate` is the probability of dropping. Which of two units falls: the one whose `u` is "
    "above the rate, or the one whose `u` is below?",
)
def the_right_units_survive(student: Student, draw: Draw) -> None:
    """In training, units with u >= rate survive, and exactly the others are zero."""
    x, u, rate = draw.normal(16, 32), draw.uniform(16, 32), draw.rate()
    y = student(probes.vanilla, x, u, rate, True)
    expect_survivors(y, u >= rate)


@lab.check(
    "vanilla_dropout",
    points=3,
    hint="In the slide's H * M, which numbers does M hold?",
)
def survivors_keep_their_value(student: Student, draw: Draw) -> None:
    """In training, the units that survive keep their value."""
    x, u, rate = draw.normal(16, 32), draw.uniform(16, 32), draw.rate()
    y = student(probes.vanilla, x, u, rate, True)
    expect_close(y, dropped(x, u, rate))


@lab.check(
    "vanilla_dropout",
    points=3,
    hint="What is the expected value of a unit that is zero with probability `rate`? Does the "
    "test output still depend on `u`?",
)
def test_gives_the_expected_value(student: Student, draw: Draw) -> None:
    """When not training, the output is the expected value of the training output: no mask."""
    x, u, rate = draw.normal(16, 32), draw.uniform(16, 32), draw.rate()
    y = student(probes.vanilla, x, u, rate, False)
    expect_close(y, np.float64(x) * (1 - rate))


@lab.check(
    "vanilla_dropout",
    points=1,
    hint="Take the four units one by one, with pen and paper: who survives when three of four "
    "should fall?",
)
def four_units_by_hand(student: Student, draw: Draw) -> None:
    """Four units at rate 0.75, by hand: one survives as it is; in test all are divided by four."""
    x, u = four_units(draw)
    training = student(probes.vanilla, x, u, 0.75, True)
    test = student(probes.vanilla, x, u, 0.75, False)
    expect_close(training, np.where(u > 0.8, x, 0.0), "training output")
    expect_close(test, np.float64(x) / 4, "test output")


@lab.check(
    "vanilla_dropout",
    points=1,
    hint="Nobody should fall at rate 0. What do your two lines give there?",
    edge=True,
)
def rate_zero_changes_nothing(student: Student, draw: Draw) -> None:
    """At rate 0 the input comes back, in training and in test."""
    x, u = draw.normal(1, 5), draw.uniform(1, 5)
    training = student(probes.vanilla, x, u, 0.0, True)
    test = student(probes.vanilla, x, u, 0.0, False)
    expect_close(training, x, "training output")
    expect_close(test, x, "test output")


@lab.check(
    "vanilla_dropout",
    points=1,
    hint="Average the training output over many masks in your head. Is it larger or smaller "
    "than your test output?",
)
def average_over_masks_is_the_test_output(student: Student, draw: Draw) -> None:
    """The training output, averaged over a hundred evenly spread masks, is the test output."""
    x, u = hundred_masks(draw, 6)
    rate = draw.rate()
    training = student(probes.vanilla, x, u, rate, True)
    test = student(probes.vanilla, x, u, rate, False)
    expected = np.float64(x) * (1 - rate)
    training = expect_array(training, x.shape, "training output")
    expect_close(np.float64(training).mean(axis=0), expected[0], "average over masks")
    expect_close(test, expected, "test output")


@lab.check(
    "vanilla_dropout",
    points=1,
    hint="Does the test side still look at `u`?",
    edge=True,
)
def test_uses_every_unit(student: Student, draw: Draw) -> None:
    """When not training, no unit is dropped."""
    x, u, rate = draw.normal(8, 16), draw.uniform(8, 16), draw.rate()
    y = student(probes.vanilla, x, u, rate, False)
    expect_survivors(y, np.ones(x.shape, bool))


@lab.check(
    "vanilla_dropout",
    points=1,
    hint="Does a line write into `x` itself (`x *= ...`, `x[...] = 0`)?",
    edge=True,
)
def input_is_left_alone(student: Student, draw: Draw) -> None:
    """The input is the same after the call as before."""
    x, u, rate = draw.normal(8, 16), draw.uniform(8, 16), draw.rate()
    _, after = student(probes.vanilla_and_input, x, u, rate)
    expect_close(after, x, "input after the call", rtol=0, atol=0)


# The same for everybody: from what is answered here, known mistakes are recognised.
RANDOM = np.random.default_rng(0)
X, U = RANDOM.normal(size=(3, 4)).astype("float32"), RANDOM.uniform(size=(3, 4)).astype("float32")


@lab.question("vanilla_dropout")
def in_training_and_in_test(student: Student) -> Any:
    """Both outputs, whole."""
    return student(probes.vanilla, X, U, 0.25, True), student(probes.vanilla, X, U, 0.25, False)


@lab.question("vanilla_dropout")
def and_the_input_afterwards(student: Student) -> Any:
    """The output in training, and whether the input is left as it was."""
    y, after = student(probes.vanilla_and_input, X, U, 0.25)
    return y, np.array_equal(after, X)


lab.forbids("vanilla_dropout", *DROPOUT, "course_kit.layers.drop.expected")
