"""Inverted dropout."""

from typing import Any

import numpy as np

from course_kit.checks import Draw, Student, expect, expect_array, expect_close
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
    "inverted_dropout",
    points=3,
    hint="`rate` is the probability of dropping. Which of two units falls: the one whose `u` is "
    "above the rate, or the one whose `u` is below?",
)
def the_same_units_survive(student: Student, draw: Draw) -> None:
    """In training, units with u >= rate survive, and exactly the others are zero."""
    x, u, rate = draw.normal(16, 32), draw.uniform(16, 32), draw.rate()
    y = student(probes.inverted, x, u, rate, True)
    expect_survivors(y, u >= rate)


@lab.check(
    "inverted_dropout",
    points=4,
    hint="Only a share 1 - rate of the units survives. By what factor must they grow so that "
    "the mean stays?",
)
def survivors_are_scaled(student: Student, draw: Draw) -> None:
    """In training, the units that survive are divided by 1 - rate."""
    x, u, rate = draw.normal(16, 32), draw.uniform(16, 32), draw.rate()
    y = student(probes.inverted, x, u, rate, True)
    expect_close(y, dropped(x, u, rate) / (1 - rate))


@lab.check(
    "inverted_dropout",
    points=1,
    hint="Two of four units survive. What must each become to stand in for a lost one too?",
)
def four_units_at_one_half(student: Student, draw: Draw) -> None:
    """Four units at rate 0.5, by hand: two survive, twice as large."""
    x, u = four_units(draw)
    y = student(probes.inverted, x, u, 0.5, True)
    expect_close(y, np.where(u > 0.5, 2.0 * x, 0.0))


@lab.check(
    "inverted_dropout",
    points=1,
    hint="The survivors make up for those that fell. Do they grow or shrink?",
    edge=True,
)
def no_survivor_shrinks(student: Student, draw: Draw) -> None:
    """In training, no unit that survives becomes smaller."""
    x, u, rate = draw.normal(16, 32), draw.uniform(16, 32), draw.rate()
    y = expect_array(student(probes.inverted, x, u, rate, True), x.shape)
    shrunk = (np.abs(y) < 0.9999 * np.abs(x)) & (y != 0)
    expect(not shrunk.any(), f"output: {np.count_nonzero(shrunk):,} of {y.size:,} values shrank")


@lab.check(
    "inverted_dropout",
    points=1,
    hint="For one unit, write down both values that it can take and how likely each is. What is "
    "the mean?",
    edge=True,
)
def average_over_masks_is_the_input(student: Student, draw: Draw) -> None:
    """The training output, averaged over a hundred evenly spread masks, is the input."""
    x, u = hundred_masks(draw, 2, 3)
    y = expect_array(student(probes.inverted, x, u, draw.rate(), True), x.shape)
    expect_close(np.float64(y).mean(axis=0), x[0], "average over masks")


@lab.check(
    "inverted_dropout",
    points=1,
    hint="Does the test side still look at `u`?",
    edge=True,
)
def test_drops_nothing(student: Student, draw: Draw) -> None:
    """When not training, no unit is dropped."""
    x, u, rate = draw.normal(8, 16), draw.uniform(8, 16), draw.rate()
    y = student(probes.inverted, x, u, rate, False)
    expect_survivors(y, np.ones(x.shape, bool))


@lab.check(
    "inverted_dropout",
    points=2,
    hint="The expected value is right already in training. What is left to do in test?",
    edge=True,
)
def test_changes_nothing(student: Student, draw: Draw) -> None:
    """When not training, the input comes back unchanged, whatever the rate and the mask."""
    x, u, rate = draw.normal(8, 16), draw.uniform(8, 16), draw.rate()
    y = student(probes.inverted, x, u, rate, False)
    expect_close(y, x)


@lab.check(
    "inverted_dropout",
    points=1,
    hint="Does a line write into `x` itself (`x *= ...`, `x[...] = 0`)?",
    edge=True,
)
def input_stays_as_it_was(student: Student, draw: Draw) -> None:
    """The input is the same after the call as before."""
    x, u, rate = draw.normal(8, 16), draw.uniform(8, 16), draw.rate()
    _, after = student(probes.inverted_and_input, x, u, rate)
    expect_close(after, x, "input after the call", rtol=0, atol=0)


# The same for everybody: from what is answered here, known mistakes are recognised.
RANDOM = np.random.default_rng(0)
X, U = RANDOM.normal(size=(3, 4)).astype("float32"), RANDOM.uniform(size=(3, 4)).astype("float32")


@lab.question("inverted_dropout")
def in_training_and_in_test(student: Student) -> Any:
    """Both outputs, whole."""
    return student(probes.inverted, X, U, 0.25, True), student(probes.inverted, X, U, 0.25, False)


@lab.question("inverted_dropout")
def and_the_input_afterwards(student: Student) -> Any:
    """The output in training, and whether the input is left as it was."""
    y, after = student(probes.inverted_and_input, X, U, 0.25)
    return y, np.array_equal(after, X)


lab.forbids("inverted_dropout", *DROPOUT)
