"""A callback that sets the rate of the step that is about to be made.

The model has one weight and gradient 1, so that each step moves the weight by its rate.
"""

from typing import Any

import numpy as np

from course_kit.checks import Draw, Student, expect_array, expect_close
from course_kit.checks.lab04_learning_rate import probes
from course_kit.checks.lab04_learning_rate.claims.base import lab

COMPILED = 16.0  # a rate that no schedule here gives; exact in single precision


def schedule(draw: Draw, steps: int) -> np.ndarray:
    """Rates of `steps` steps, multiples of 1/8 between 1 and 8, no two neighbours alike."""
    jumps = draw.integers(1, 56, steps)
    return (8 + np.cumsum(jumps) % 57) / 8


def expect_used(weights: object, rates: np.ndarray, fits: int = 1) -> None:
    """Each fit starts at weight 0 and makes its steps with `rates`, all exact in float32."""
    weights = expect_array(weights, (fits, len(rates)), "weight after each step")
    used = -np.diff(np.float64(weights), axis=1, prepend=0)
    expect_close(used, np.tile(rates, (fits, 1)), "rate used (fit, step)")


@lab.check(
    "every_step",
    points=2,
    hint="Three steps, three rates. Which rate does the optimizer still hold when the first step "
    "is made?",
)
def three_steps_by_hand(student: Student, draw: Draw) -> None:
    """In a fit of three batches the steps are made with the schedule's rates of t = 0, 1, 2."""
    rates = schedule(draw, 3)
    expect_used(student(probes.every_step, rates, 1, 3, 1, COMPILED), rates)


@lab.check(
    "every_step",
    points=4,
    hint="Does the callback set the rate before the step that it is meant for, or after it?",
)
def each_step_has_its_rate(student: Student, draw: Draw) -> None:
    """In fit, step t is made with the rate that the schedule gives for t."""
    rates = schedule(draw, 16)
    expect_used(student(probes.every_step, rates, 1, 16, 1, COMPILED), rates)


@lab.check(
    "every_step",
    points=4,
    hint="What does `batch` count, and when does it start again?",
)
def count_goes_on_over_epochs(student: Student, draw: Draw) -> None:
    """Over several epochs the steps are counted on: four epochs of five batches have twenty."""
    rates = schedule(draw, 20)
    expect_used(student(probes.every_step, rates, 4, 5, 1, COMPILED), rates)


@lab.check(
    "every_step",
    points=2,
    hint="When does your count go back to 0? The optimizer's own count of steps never does.",
)
def each_fit_counts_from_zero(student: Student, draw: Draw) -> None:
    """The same callback in a second fit of the same model begins again at t = 0."""
    rates = schedule(draw, 6)
    expect_used(student(probes.every_step, rates, 2, 3, 2, COMPILED), rates, fits=2)


@lab.check(
    "every_step",
    points=2,
    hint="With one batch an epoch, `batch` is always 0. What else could you count?",
)
def one_batch_an_epoch(student: Student, draw: Draw) -> None:
    """With full batches, one an epoch, every epoch is a step with a rate of its own."""
    rates = schedule(draw, 7)
    expect_used(student(probes.every_step, rates, 7, 1, 1, COMPILED), rates)


@lab.question("every_step")
def two_fits_of_two_epochs(student: Student) -> Any:
    """The weights in two fits of two epochs of three batches, the rates 1 to 6, of a model whose
    optimizer has made two steps before."""
    return student(probes.every_step, np.arange(1.0, 7.0), 2, 3, 2, 7.0, 2)


lab.forbids(
    "every_step",
    "keras.callbacks.LearningRateScheduler",
    "keras.optimizers.schedules.LearningRateSchedule",
    written_as=["EveryStep"],
)
